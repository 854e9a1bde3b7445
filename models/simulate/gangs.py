"""Campaign waves: a gang works one story for some weeks with the same numbers and the same mule accounts.

What the police learn they learn from the first victims, of this insurer or of anybody: so the first go unwarned, and
the later ones name an account, or were rung by a number, that is already reported. All waves follow from the plan's
seed, so that every worker process knows the same ones.
"""

from bisect import bisect_right
from dataclasses import dataclass
from random import Random

from models.simulate.chance import lognormal
from models.simulate.typologies import TYPOLOGIES
from safelight.domain.assessment import ScamType

DRIFT_APPEARS = 0.75
"""From this share of the book on there are fake loans; none before."""
DRIFT_CHANGES = 2 / 3
"""From this share of the book on the fake authority works as in `typologies.CHANGED`."""


_LONGEST_DAYS = 100.0
"""A wave lasts 45 days to this, longer where a type has few of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mule:
    """A stranger's account. In use from `first` till the next one's; in a police report from `reported_on`. Days."""

    key: str
    first: float
    reported_on: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Days [first, last) of the book; the gang's numbers are in reports from `numbers_reported_on`."""

    first: float
    last: float
    numbers_reported_on: float
    mules: tuple[Mule, ...]

    def mule(self, day: float) -> Mule:
        """The account in use on a day."""
        return self.mules[max(0, bisect_right([mule.first for mule in self.mules], day) - 1)]


def begins(scam: ScamType, days: float, *, drift: bool) -> float:
    """The day of the book before which a type does not exist, nor anybody is groomed for it."""
    return DRIFT_APPEARS * days + 1.0 if drift and scam is ScamType.FAKE_LOAN else 0.0


def waves(seed: int, days: float, *, drift: bool) -> dict[ScamType, tuple[Wave, ...]]:
    """Every wave of a book, spread evenly over the days on which its type exists; some are under way when it starts."""
    rng = Random(f"waves {seed}")  # simulation, not security # noqa: S311 # nosec B311
    made = {}
    for scam, typology in TYPOLOGIES.items():
        since = begins(scam, days, drift=drift)
        begin = since - _LONGEST_DAYS
        count = max(2, round(typology.waves_a_year * (days - begin) / 365))
        step = (days - begin) / count
        drawn = (_wave(rng, f"{scam.value}-{n}", begin + step * n, step, since, days) for n in range(count))
        made[scam] = tuple(wave for wave in drawn if wave.first < wave.last)
    return made


def at_work(rng: Random, among: tuple[Wave, ...]) -> Wave:
    """The wave that a victim is drawn into: a longer one has more of them."""
    return rng.choices(among, weights=[wave.last - wave.first for wave in among])[0]


def _wave(rng: Random, name: str, earliest: float, step: float, since: float, days: float) -> Wave:
    first = earliest + step * rng.random()
    last = min(days, first + max(step, rng.uniform(45, _LONGEST_DAYS)))
    mules: list[Mule] = []
    day = first
    while day < last:
        mules.append(Mule(key=f"M-{name}-{len(mules)}", first=day, reported_on=day + lognormal(rng, 26.0, 0.7)))
        day += rng.uniform(12, 35)
    return Wave(
        first=max(first, since), last=last, numbers_reported_on=first + lognormal(rng, 24.0, 0.7), mules=tuple(mules)
    )
