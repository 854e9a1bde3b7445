"""Why people genuinely ask: renovation, hospital, tuition, business, income in old age, moving abroad, housekeeping."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from models.simulate.asks import Ask, Need, Payout
from models.simulate.chance import pick, poisson
from models.simulate.lookalikes import Lookalike, circumstance
from models.simulate.people import Person
from safelight.domain.facts import Marital
from safelight.domain.request import RequestKind

LOAN, SURRENDER, PARTIAL = RequestKind.POLICY_LOAN, RequestKind.SURRENDER, RequestKind.PARTIAL_WITHDRAWAL

_PAYOUTS = ((Payout.RECORD, 0.50), (Payout.KNOWN, 0.405), (Payout.OWN_NEW, 0.065), (Payout.FAMILY, 0.025))
_ASKED_AGAIN = 0.025
"""Share of genuine asks for money that are made a second time, another sum, before the first is paid."""


_ALL_AT_ONCE = 0.06
"""Share of genuine asks that name every policy he has. Assumed."""


def _some(rng: Random, person: Person, most: int) -> tuple[int, ...]:
    owned = range(len(person.policies))
    if most > 1 and rng.random() < _ALL_AT_ONCE:
        return tuple(owned)
    return tuple(sorted(rng.sample(owned, min(len(owned), 1 + rng.randrange(most)))))


def _ask(
    rng: Random,
    day: float,
    kind: RequestKind,
    share: float,
    policies: tuple[int, ...],
    look: Lookalike,
    payout: Payout | None = None,
) -> Ask:
    return Ask(
        day=day,
        kind=kind,
        share=min(1.0, share),
        policies=policies,
        payout=payout or pick(rng, (*look.payouts, (None, 1.0))) or pick(rng, (*_PAYOUTS, (Payout.PAYEE, 1.0))),
        signs=look.signs,
        need=Need.SMALL_CASH,
        circumstance=look.circumstance,
        ordinary_need=rng.random() < 0.3,
    )


def _renovation(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    policies = _some(rng, person, 2)
    return [
        _ask(rng, day + 40 * step * rng.random(), LOAN, rng.uniform(0.15, 0.7), policies, look)
        for step in range(1 + (rng.random() < 0.35))
    ]


def _medical(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    """Bills come in a row: two or three asks within weeks, over more than one policy."""
    count = pick(rng, ((1, 0.6), (2, 0.27), (3, 0.13)))
    kind = pick(rng, ((LOAN, 0.7), (PARTIAL, 0.2), (SURRENDER, 0.1)))
    return [
        _ask(rng, day + 8 * step * rng.random(), kind, rng.uniform(0.2, 0.9), _some(rng, person, 2), look)
        for step in range(count)
    ]


def _tuition(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    year, season = divmod(day, 365)
    term = 365 * year + (40 if season < 182 else 235) + rng.uniform(-12, 12)
    return [_ask(rng, max(day, term), LOAN, rng.uniform(0.05, 0.3), _some(rng, person, 1), look)]


def _business(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    """A shop needs cash now: the closest genuine thing to a drain over policies."""
    count = pick(rng, ((1, 0.55), (2, 0.28), (3, 0.12), (4, 0.05)))
    return [
        _ask(rng, day + 9 * step * rng.random(), LOAN, rng.uniform(0.4, 1.0), _some(rng, person, 2), look)
        for step in range(count)
    ]


def _pension(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    payout = pick(rng, ((Payout.RECORD, 0.7), (Payout.KNOWN, 0.3)))
    policies = _some(rng, person, 1)
    return [
        _ask(rng, day + 91 * step + rng.uniform(-5, 5), PARTIAL, rng.uniform(0.02, 0.08), policies, look, payout)
        for step in range(4)
    ]


def _habit(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    """Borrows a little, pays back, borrows again."""
    gap = rng.uniform(18, 90)
    policies = _some(rng, person, 2)
    return [
        _ask(rng, day + gap * step * rng.uniform(0.8, 1.2), LOAN, rng.uniform(0.03, 0.25), policies, look)
        for step in range(2 + poisson(rng, 2.5))
    ]


def _replace(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    return [_ask(rng, day, SURRENDER, 1.0, _some(rng, person, 1), look)]


def _moves_abroad(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    """Ends everything within a month and has it paid to a new account of his own, his contact details changed first."""
    payout = pick(rng, ((Payout.OWN_NEW, 0.6), (Payout.KNOWN, 0.4)))
    owned = range(len(person.policies))
    if rng.random() < 0.4:
        asks = [_ask(rng, day, SURRENDER, 1.0, tuple(owned), look, payout)]
    else:
        days = [day + rng.uniform(0, 30) * (index > 0) for index in owned]
        asks = [_ask(rng, days[index], SURRENDER, 1.0, (index,), look, payout) for index in owned]
    if rng.random() < 0.35:
        before = day - rng.uniform(0.0, 20.0)
        asks.append(_ask(rng, before, RequestKind.CONTACT_CHANGE, 0.0, (0,), look, Payout.RECORD))
    return asks


def _small_cash(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    kind = pick(rng, ((LOAN, 0.75), (PARTIAL, 0.25)))
    return [_ask(rng, day, kind, rng.betavariate(1.2, 5.0), _some(rng, person, 1), look)]


def _housekeeping(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    kind = pick(
        rng,
        (
            (RequestKind.PAYOUT_ACCOUNT_CHANGE, 0.5),
            (RequestKind.BENEFICIARY_CHANGE, 0.3),
            (RequestKind.CONTACT_CHANGE, 0.2),
        ),
    )
    payout = Payout.OWN_NEW if kind is RequestKind.PAYOUT_ACCOUNT_CHANGE else Payout.RECORD
    asks = [_ask(rng, day, kind, 0.0, _some(rng, person, 1), look, payout)]
    if rng.random() < 0.15:
        asks.append(_ask(rng, day + rng.uniform(0, 20), LOAN, rng.uniform(0.1, 0.8), _some(rng, person, 1), look))
    return asks


def _invest(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    """Borrows against a policy to buy funds, shares or a flat, of his own accord."""
    count = pick(rng, ((1, 0.7), (2, 0.3)))
    policies = _some(rng, person, 3)
    return [_ask(rng, day + 15 * n * rng.random(), LOAN, rng.uniform(0.3, 1.0), policies, look) for n in range(count)]


def _family_help(rng: Random, person: Person, day: float, look: Lookalike) -> list[Ask]:
    """A large sum for a child or a relative, now and then straight to his account."""
    payout = pick(rng, ((Payout.FAMILY, 0.25), (Payout.RECORD, 0.35), (Payout.KNOWN, 0.40)))
    kind = pick(rng, ((LOAN, 0.55), (SURRENDER, 0.25), (PARTIAL, 0.20)))
    return [_ask(rng, day, kind, rng.uniform(0.3, 1.0), _some(rng, person, 3), look, payout)]


_PLANS: dict[Need, Callable[[Random, Person, float, Lookalike], list[Ask]]] = {
    Need.RENOVATION: _renovation,
    Need.MEDICAL: _medical,
    Need.TUITION: _tuition,
    Need.BUSINESS: _business,
    Need.PENSION: _pension,
    Need.HABIT: _habit,
    Need.REPLACE: _replace,
    Need.MOVES_ABROAD: _moves_abroad,
    Need.SMALL_CASH: _small_cash,
    Need.HOUSEKEEPING: _housekeeping,
    Need.INVEST: _invest,
    Need.FAMILY_HELP: _family_help,
}


def _needs_of(person: Person, age: float, years: float) -> tuple[tuple[Need, float], ...]:
    """Shares by stage of life, `years` after the start of the book; assumed. What is missing to 1 is small cash."""
    home = person.household
    abroad = (0.03 if home.child_abroad else 0.006) * (2.0 if person.marital is Marital.WIDOWED else 1.0)
    return (
        (Need.PENSION, 0.13 if person.retired else 0.0),
        (Need.MEDICAL, 0.05 if age < 45 else 0.09 if age < 65 else 0.15),
        (Need.TUITION, 0.14 if home.student(years) else 0.0),
        (Need.BUSINESS, 0.32 if person.own_business else 0.01),
        (Need.RENOVATION, 0.10 if 32 <= age <= 65 else 0.05),
        (Need.REPLACE, 0.12),
        (Need.HOUSEKEEPING, 0.13),
        (Need.INVEST, 0.05 if age < 65 else 0.02),
        (Need.FAMILY_HELP, 0.06 if home.grown_children else 0.015),
        (Need.MOVES_ABROAD, abroad),
        (Need.HABIT, 0.05),
        (Need.SMALL_CASH, 1.0),
    )


def _again(rng: Random, ask: Ask) -> Ask:
    """The same once more with another sum: he miscounted, or the clerk did."""
    return replace(ask, day=ask.day + rng.uniform(0.01, 2.0), share=min(1.0, ask.share * rng.uniform(0.5, 1.6)))


def of_a_life(rng: Random, person: Person, first_day: float, last_day: float, age: float) -> list[Ask]:
    """Genuine asks between two days of the book: at least one need, then about one every two years.

    `age` is his at day 0.
    """
    asks: list[Ask] = []
    for _ in range(1 + poisson(rng, 0.45 * (last_day - first_day) / 365)):
        day = rng.uniform(first_day, last_day)
        years = day / 365
        need = pick(rng, _needs_of(person, age + years, years))
        look = circumstance(rng, person, age + years, need)
        planned = [replace(ask, need=need) for ask in _PLANS[need](rng, person, day, look)]
        asks += planned
        asks += [_again(rng, ask) for ask in planned if ask.kind.moves_money and rng.random() < _ASKED_AGAIN]
    return asks
