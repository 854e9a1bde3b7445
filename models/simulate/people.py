"""Policyholders: age, sex, family, income, policies, accounts. Assumed shapes, stated beside each figure."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from random import Random

from models.simulate.agents import Agent
from models.simulate.chance import lognormal, maybe, pick
from safelight.domain.facts import Marital, Policy, Product, Profile, RegisteredAccount
from safelight.domain.request import AccountKey, Channel, PolicyId

PRODUCTS = (
    (Product.WHOLE_LIFE, 0.46),
    (Product.ENDOWMENT, 0.20),
    (Product.INVESTMENT_LINKED, 0.16),
    (Product.ANNUITY, 0.13),
    (Product.TERM, 0.05),
)
"""Assumed mix; life policies with cash value dominate Taiwan's in-force books."""


class Sex(IntEnum):
    """Recorded to measure how alike the sexes are treated; never a feature."""

    FEMALE = 0
    MALE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Who he lives with and who is there to help. Ages in years at the start of the book."""

    spouse: bool
    children: tuple[float, ...]
    with_parents: bool
    child_abroad: bool

    @property
    def grown_children(self) -> bool:
        return any(age >= 18 for age in self.children)

    def student(self, years: float) -> bool:
        """Whether a child is of an age to study `years` after the start."""
        return any(15 <= age + years <= 25 for age in self.children)


@dataclass(slots=True)
class Person:
    """One policyholder, changing as his life goes on. `habits` weighs his channels.

    `number` is drawn at random and tells nothing. `chatty` and `called` are his own level of chat traffic and of talk
    with unknown numbers, times the usual one.
    """

    number: int
    born_on: date
    sex: Sex
    household: Household
    own_business: bool
    marital: Marital
    retired: bool
    lives_alone: bool
    income: int
    policies: list[Policy]
    accounts: list[RegisteredAccount]
    habits: tuple[tuple[Channel, float], ...]
    lookups_mean: float
    telecom: bool
    chatty: float
    called: float
    has_contact: bool
    agent: Agent | None
    phone_changed_on: date | None = None
    past_victim: bool = False
    unknown: frozenset[str] = field(default_factory=frozenset)
    """Profile fields the insurer does not hold for him: missing by habit of the book, not by risk."""

    def age(self, day: date) -> float:
        return (day - self.born_on).days / 365.25

    def profile(self) -> Profile:
        """What the insurer knows of him now."""
        unknown = self.unknown
        return Profile(
            born_on=self.born_on,
            policies=tuple(self.policies),
            accounts=tuple(self.accounts),
            marital=None if "marital" in unknown else self.marital,
            retired=None if "retired" in unknown else self.retired,
            lives_alone=None if "lives_alone" in unknown else self.lives_alone,
            annual_income_twd=None if "income" in unknown else self.income,
            phone_changed_on=self.phone_changed_on,
            has_contact=None if "has_contact" in unknown else self.has_contact,
            past_victim=None if "past_victim" in unknown else self.past_victim,
        )


_UNKNOWN_RATES = (
    ("marital", 0.08),
    ("retired", 0.15),
    ("lives_alone", 0.45),
    ("income", 0.30),
    ("has_contact", 0.03),
    ("past_victim", 0.05),
)


def _marital(rng: Random, age: float, sex: Sex) -> Marital:
    """Women outlive their husbands: three in four of the widowed are women. Assumed."""
    if age < 30:
        return pick(rng, ((Marital.SINGLE, 0.75), (Marital.MARRIED, 0.25)))
    widowed = (0.01 if age < 50 else 0.06 if age < 65 else 0.22) * (1.5 if sex is Sex.FEMALE else 0.5)
    single = max(0.06, 0.45 - 0.008 * age)
    return pick(
        rng, ((Marital.WIDOWED, widowed), (Marital.DIVORCED, 0.11), (Marital.SINGLE, single), (Marital.MARRIED, 1.0))
    )


def _channel_habits(rng: Random, age: float) -> tuple[tuple[Channel, float], ...]:
    """Older people come to the counter more, the young use the app; each leans on one channel."""
    old = min(1.0, max(0.0, (age - 30) / 50))
    weights = {
        Channel.APP: 0.50 - 0.28 * old,
        Channel.WEB: 0.24 - 0.10 * old,
        Channel.CHAT: 0.06,
        Channel.PHONE: 0.10 + 0.10 * old,
        Channel.COUNTER: 0.10 + 0.28 * old,
    }
    weights[pick(rng, tuple(weights.items()))] += 1.2
    whole = sum(weights.values())
    return tuple((channel, weight / whole) for channel, weight in weights.items())


def _policies(rng: Random, number: int, age: float, start: date, wealth: float) -> list[Policy]:
    count = pick(rng, ((1, 0.42), (2, 0.26), (3, 0.15), (4, 0.09), (5, 0.05), (7, 0.03)))
    held = []
    for index in range(count):
        years = min(max(0.2, age - 20), lognormal(rng, 9.0, 0.7))
        changed = start - timedelta(days=rng.randrange(4000)) if rng.random() < 0.08 else None
        issued = start - timedelta(days=int(years * 365.25))
        held.append(
            Policy(
                policy_id=PolicyId(f"P{number}-{index}"),
                product=pick(rng, PRODUCTS),
                issued_on=issued,
                cash_value_twd=int(lognormal(rng, 42_000 * wealth * (1 + years), 0.7)),
                beneficiary_changed_on=changed if changed and changed > issued else None,
            )
        )
    return held


def _accounts(rng: Random, number: int, start: date) -> list[RegisteredAccount]:
    count = pick(rng, ((1, 0.70), (2, 0.25), (3, 0.05)))
    return [
        RegisteredAccount(
            key=AccountKey(f"A{number}-{index}"),
            added_on=start - timedelta(days=int(lognormal(rng, 1500, 0.8))),
            same_owner=maybe(rng, 0.85, True),
        )
        for index in range(count)
    ]


def _household(rng: Random, age: float, marital: Marital) -> Household:
    had_partner = marital is not Marital.SINGLE
    count = pick(rng, ((0, 0.18), (1, 0.27), (2, 0.40), (3, 0.15)) if had_partner else ((0, 0.96), (1, 0.04)))
    children = tuple(child for _ in range(count) if (child := age - rng.gauss(30.5, 4.5)) >= 0)
    return Household(
        spouse=marital is Marital.MARRIED,
        children=children,
        with_parents=not had_partner and rng.random() < max(0.05, 0.75 - 0.010 * age),
        child_abroad=any(child >= 20 for child in children) and rng.random() < 0.08,
    )


def _lives_alone(rng: Random, household: Household) -> bool:
    """A spouse may live elsewhere; children are at home till about 25 and some of them longer."""
    if household.with_parents:
        return False
    if household.spouse:
        return rng.random() < 0.07
    at_home = any(child < 25 or rng.random() < 0.3 for child in household.children)
    return not at_home and rng.random() < 0.75


def draw(rng: Random, start: date, agents: tuple[Agent, ...]) -> Person:
    """One policyholder as he stands at `start`; about a third are looked after by one of `agents`."""
    number = rng.getrandbits(62)
    age = min(90.0, max(20.0, rng.gauss(51, 14)))
    sex = Sex.FEMALE if rng.random() < 0.53 else Sex.MALE
    marital = _marital(rng, age, sex)
    household = _household(rng, age, marital)
    retired = rng.random() < (0.02 if age < 52 else 0.35 if age < 62 else 0.85)
    kin = household.spouse or household.grown_children
    income = 330_000 if retired else 630_000 if sex is Sex.FEMALE else 730_000
    return Person(
        number=number,
        born_on=start - timedelta(days=int(age * 365.25)),
        sex=sex,
        household=household,
        own_business=not retired and rng.random() < 0.11,
        marital=marital,
        retired=retired,
        lives_alone=_lives_alone(rng, household),
        income=int(lognormal(rng, income, 0.5)),
        policies=_policies(rng, number, age, start, lognormal(rng, 1.0, 0.6)),
        accounts=_accounts(rng, number, start),
        habits=_channel_habits(rng, age),
        lookups_mean=lognormal(rng, 0.6, 0.9),
        telecom=rng.random() < 0.30,
        chatty=lognormal(rng, 1.0, 0.7),
        called=lognormal(rng, 1.0, 0.6),
        has_contact=rng.random() < (0.12 if age < 60 else 0.30) * (1.2 if kin else 0.4),
        agent=rng.choice(agents) if rng.random() < 0.35 else None,
        phone_changed_on=start - timedelta(days=rng.randrange(3000)) if rng.random() < 0.30 else None,
        past_victim=rng.random() < 0.006,
        unknown=frozenset(name for name, rate in _UNKNOWN_RATES if rng.random() < rate),
    )
