"""Why people genuinely ask: renovation, hospital, tuition, business, income in old age, moving abroad, housekeeping."""

from collections.abc import Callable
from random import Random

from models.simulate.asks import LOOKALIKES, Ask, Payout, Signs
from models.simulate.chance import pick, poisson
from models.simulate.people import Person
from safelight.domain.request import RequestKind

LOAN, SURRENDER, PARTIAL = RequestKind.POLICY_LOAN, RequestKind.SURRENDER, RequestKind.PARTIAL_WITHDRAWAL

_PAYOUTS = ((Payout.RECORD, 0.50), (Payout.KNOWN, 0.40), (Payout.OWN_NEW, 0.075), (Payout.FAMILY, 0.025))


def _some(rng: Random, person: Person, most: int) -> tuple[int, ...]:
    owned = range(len(person.policies))
    return tuple(sorted(rng.sample(owned, min(len(owned), 1 + rng.randrange(most)))))


def _ask(
    rng: Random,
    day: float,
    kind: RequestKind,
    share: float,
    policies: tuple[int, ...],
    signs: Signs,
    payout: Payout | None = None,
) -> Ask:
    return Ask(
        day=day,
        kind=kind,
        share=min(1.0, share),
        policies=policies,
        payout=payout or pick(rng, _PAYOUTS),
        signs=signs,
        ordinary_need=rng.random() < 0.3,
    )


def _renovation(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    policies = _some(rng, person, 2)
    return [
        _ask(rng, day + 40 * step * rng.random(), LOAN, rng.uniform(0.15, 0.7), policies, signs)
        for step in range(1 + (rng.random() < 0.35))
    ]


def _hospital(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    """Bills come in a row: two or three asks within weeks, over more than one policy."""
    count = pick(rng, ((1, 0.6), (2, 0.27), (3, 0.13)))
    kind = pick(rng, ((LOAN, 0.7), (PARTIAL, 0.2), (SURRENDER, 0.1)))
    return [
        _ask(rng, day + 8 * step * rng.random(), kind, rng.uniform(0.2, 0.9), _some(rng, person, 2), signs)
        for step in range(count)
    ]


def _tuition(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    year, season = divmod(day, 365)
    term = 365 * year + (40 if season < 182 else 235) + rng.uniform(-12, 12)
    return [_ask(rng, max(day, term), LOAN, rng.uniform(0.05, 0.3), _some(rng, person, 1), signs)]


def _business(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    """A shop needs cash now: the closest genuine thing to a drain over policies."""
    count = pick(rng, ((1, 0.55), (2, 0.28), (3, 0.12), (4, 0.05)))
    return [
        _ask(rng, day + 9 * step * rng.random(), LOAN, rng.uniform(0.4, 1.0), _some(rng, person, 2), signs)
        for step in range(count)
    ]


def _pension(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    payout = pick(rng, ((Payout.RECORD, 0.7), (Payout.KNOWN, 0.3)))
    policies = _some(rng, person, 1)
    return [
        _ask(rng, day + 91 * step + rng.uniform(-5, 5), PARTIAL, rng.uniform(0.02, 0.08), policies, signs, payout)
        for step in range(4)
    ]


def _habit(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    """Borrows a little, pays back, borrows again."""
    gap = rng.uniform(18, 90)
    policies = _some(rng, person, 2)
    return [
        _ask(rng, day + gap * step * rng.uniform(0.8, 1.2), LOAN, rng.uniform(0.03, 0.25), policies, signs)
        for step in range(2 + poisson(rng, 2.5))
    ]


def _replace(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    return [_ask(rng, day, SURRENDER, 1.0, _some(rng, person, 1), signs)]


def _moves_abroad(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    """Ends everything within a month and has it paid to a new account of his own."""
    payout = pick(rng, ((Payout.OWN_NEW, 0.6), (Payout.KNOWN, 0.4)))
    return [
        _ask(rng, day + rng.uniform(0, 30) * (index > 0), SURRENDER, 1.0, (index,), signs, payout)
        for index in range(len(person.policies))
    ]


def _small_cash(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    kind = pick(rng, ((LOAN, 0.75), (PARTIAL, 0.25)))
    return [_ask(rng, day, kind, rng.betavariate(1.2, 5.0), _some(rng, person, 1), signs)]


def _housekeeping(rng: Random, person: Person, day: float, signs: Signs) -> list[Ask]:
    kind = pick(
        rng,
        (
            (RequestKind.PAYOUT_ACCOUNT_CHANGE, 0.5),
            (RequestKind.BENEFICIARY_CHANGE, 0.3),
            (RequestKind.CONTACT_CHANGE, 0.2),
        ),
    )
    payout = Payout.OWN_NEW if kind is RequestKind.PAYOUT_ACCOUNT_CHANGE else Payout.RECORD
    asks = [_ask(rng, day, kind, 0.0, _some(rng, person, 1), signs, payout)]
    if rng.random() < 0.15:
        asks.append(_ask(rng, day + rng.uniform(0, 20), LOAN, rng.uniform(0.1, 0.8), _some(rng, person, 1), signs))
    return asks


Need = Callable[[Random, Person, float, Signs], list[Ask]]


def _needs_of(person: Person, age: float) -> tuple[tuple[Need, float], ...]:
    """Shares by stage of life; assumed."""
    if person.retired:
        return (
            (_small_cash, 0.30),
            (_pension, 0.14),
            (_hospital, 0.16),
            (_replace, 0.14),
            (_housekeeping, 0.15),
            (_renovation, 0.06),
            (_moves_abroad, 0.01),
            (_habit, 0.04),
        )
    return (
        (_small_cash, 0.38),
        (_renovation, 0.10),
        (_tuition, 0.10 if 35 <= age <= 58 else 0.02),
        (_business, 0.05),
        (_hospital, 0.07),
        (_replace, 0.11),
        (_housekeeping, 0.12),
        (_moves_abroad, 0.012),
        (_habit, 0.058),
    )


def of_a_life(rng: Random, person: Person, first_day: float, last_day: float, age: float) -> list[Ask]:
    """Genuine asks between two days of the book: at least one need, then about one every two years."""
    years = (last_day - first_day) / 365
    asks: list[Ask] = []
    for _ in range(1 + poisson(rng, 0.45 * years)):
        need = pick(rng, _needs_of(person, age))
        asks += need(rng, person, rng.uniform(first_day, last_day), pick(rng, LOOKALIKES))
    return asks
