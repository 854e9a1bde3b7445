"""The book: lives with requests, a few of them scams, as rows in the shape production will export.

A year before the first emitted day is lived too, so that every row has a full year of history behind it. The book is
made in blocks of people, each from a stream of its own, so that it is the same whatever makes it: `generate` one block
after another, `table.simulate` by several processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isclose
from random import Random

from tqdm import tqdm

from models.simulate import agents, gangs, needs, people, scams
from models.simulate.agents import Agent
from models.simulate.chance import pick, poisson
from models.simulate.labels import Errors
from models.simulate.life import Span, live
from models.simulate.rows import Row
from models.simulate.typologies import MIX, Mix
from safelight.domain.assessment import ScamType

_BLOCK = 4_000
"""Requests a block."""
_AGENTS_A_BLOCK = 60
_HIT_AGAIN = 0.05
"""Share of victims deceived a second time (about 5 % by public reports)."""
MOST_SCAMS = 0.5
MOST_YEARS = 100
_OTHERWISE_ASKS = 0.6
"""Share of victims who ask for something genuine within the years of the book. Assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPlan:
    """Size and shape of a book. The defaults are one insurer's scale: 350,000 requests a year, 1 in 1,500 a scam.

    Raises ValueError when `mix` does not sum to 1, or size, length or rate are beyond what lives can fill.
    """

    requests_a_year: int = 350_000
    years: float = 3.0
    scam_rate: float = 1 / 1_500
    """Share of requests that are scams."""
    seed: int = 20_260_101
    start: datetime = datetime(2023, 1, 1, tzinfo=UTC)
    mix: Mix = MIX
    """Share of each type among the campaigns of the whole book."""
    drift: bool = True
    """One type appears in the last quarter only, another changes its method in the last third (`gangs`)."""
    label_delay_days: float = 45.0
    """Median between a scam and its report."""
    never_reported: float = 0.20
    """Share of campaigns that nobody ever reports."""
    wrongly_reported: float = 0.00004
    """Share of genuine requests that end up with a scam label, besides those made while being groomed."""
    wrongly_cleared: float = 0.05
    """Share of scam requests that staff looked at and recorded as genuine."""

    def __post_init__(self) -> None:
        if not isclose(sum(share for _, share in self.mix), 1.0, abs_tol=0.005) or any(s < 0 for _, s in self.mix):
            raise ValueError(f"shares of scam types must be 0 or more and sum to 1: {self.mix}")
        if not 0 < self.scam_rate <= MOST_SCAMS:
            raise ValueError(f"scam_rate must be above 0 and at most {MOST_SCAMS}: victims ask for other things too")
        if not 0 < self.years <= MOST_YEARS:
            raise ValueError(f"years must be above 0 and at most {MOST_YEARS}")
        if self.requests < 1:
            raise ValueError(f"{self.requests_a_year} requests a year over {self.years} years are none at all")

    @property
    def days(self) -> float:
        return 365.0 * self.years

    @property
    def requests(self) -> int:
        return round(self.requests_a_year * self.years)

    @property
    def blocks(self) -> int:
        """In how many blocks the book is made."""
        return -(-self.requests // _BLOCK)


def generate(plan: BookPlan, *, progress: bool = True) -> Iterator[Row]:
    """Rows life by life (sort by `requested_at` for a stream). Same plan, same rows."""
    with tqdm(total=plan.requests, desc="synthetic book", unit="request", disable=not progress) as bar:
        for number in range(plan.blocks):
            rows = block(plan, number)
            bar.update(len(rows))
            yield from rows


def block(plan: BookPlan, number: int) -> list[Row]:
    """The rows of one block, 0 to `plan.blocks` - 1, by themselves."""
    quota = min(_BLOCK, plan.requests - number * _BLOCK)
    book = _Book.of(plan)
    rng = stream(plan, f"block {number}")
    looked_after_by = tuple(agents.draw(rng) for _ in range(_AGENTS_A_BLOCK))
    rows: list[Row] = []
    while len(rows) < quota:
        life = _ordinary(rng, book, looked_after_by)
        rows += life
        for _ in range(poisson(rng, _victims_a_request(plan) * len(life))):
            rows += _victim(rng, book, looked_after_by)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What all blocks of a plan share."""

    plan: BookPlan
    span: Span
    waves: dict[ScamType, tuple[gangs.Wave, ...]]

    @classmethod
    def of(cls, plan: BookPlan) -> "_Book":
        errors = Errors(
            delay_days=plan.label_delay_days,
            never=plan.never_reported,
            wrongly_reported=plan.wrongly_reported,
            wrongly_cleared=plan.wrongly_cleared,
        )
        span = Span(start=plan.start, end=plan.start + timedelta(days=plan.days), errors=errors)
        return cls(plan=plan, span=span, waves=gangs.waves(plan.seed, plan.days, drift=plan.drift))


def stream(plan: BookPlan, name: str) -> Random:
    """A stream of random numbers of its own for each part of a plan."""
    return Random(f"{plan.seed} {name}")  # simulation, not security # noqa: S311 # nosec B311


@lru_cache(maxsize=8)
def _victims_a_request(plan: BookPlan) -> float:
    """Victims to add for each request of an ordinary life, so that `scam_rate` of all requests are scams.

    From a rehearsal on a stream of its own: it tells how many scam and how many genuine requests a victim makes.
    """
    rng, book, rehearsals = stream(plan, "rehearsal"), _Book.of(plan), 400
    rows = [row for _ in range(rehearsals) for row in _victim(rng, book, (agents.draw(rng),))]
    scam_rows = sum(row.truth is not None for row in rows)
    return plan.scam_rate * rehearsals / max(1.0, scam_rows - plan.scam_rate * len(rows))


def _ordinary(rng: Random, book: _Book, looked_after_by: tuple[Agent, ...]) -> list[Row]:
    start = book.plan.start.date()
    person = people.draw(rng, start, looked_after_by)
    asks = needs.of_a_life(rng, person, -365.0, book.plan.days, person.age(start))
    return list(live(rng, book.span, person, asks, ()))


def _victim(rng: Random, book: _Book, looked_after_by: tuple[Agent, ...]) -> list[Row]:
    """A life with one campaign in it, now and then two."""
    plan = book.plan
    start = plan.start.date()
    scam = pick(rng, plan.mix)
    wave = gangs.at_work(rng, book.waves[scam])
    first = rng.uniform(wave.first, wave.last)
    person = people.draw(rng, start, looked_after_by)
    while not scams.falls_for(rng, scam, person, person.age(start) + first / 365):
        person = people.draw(rng, start, looked_after_by)
    campaigns = [scams.campaign(rng, person, scam, wave, first, plan.days, drift=plan.drift)]
    if rng.random() < _HIT_AGAIN:
        campaigns += _second(rng, book, person, campaigns[0])
    asks = []
    if rng.random() < _OTHERWISE_ASKS:
        asks = needs.of_a_life(rng, person, -365.0, plan.days, person.age(start))
    return list(live(rng, book.span, person, asks, tuple(campaigns)))


def _second(rng: Random, book: _Book, person: people.Person, before: scams.Campaign) -> list[scams.Campaign]:
    """Another gang, two to ten months later; none when the book ends before."""
    plan, scam = book.plan, pick(rng, book.plan.mix)
    earliest, latest = before.over + 60.0, min(plan.days, before.over + 300.0)
    working = [wave for wave in book.waves[scam] if wave.first < latest and wave.last > earliest]
    if not working:
        return []
    wave = rng.choice(working)
    first = rng.uniform(max(wave.first, earliest), min(wave.last, latest))
    return [scams.campaign(rng, person, scam, wave, first, plan.days, drift=plan.drift, number=1)]
