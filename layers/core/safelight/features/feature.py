"""What one feature is, and how a value of the domain becomes a float."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from safelight.domain.assessment import Modality
from safelight.domain.facts import Context, External, Facts, Profile
from safelight.domain.request import Request

NAN = float("nan")
"""A missing value. The trees learn a side for it; a modality that is NaN throughout is left out of the ensemble."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the contract.

    `missing` says what NaN means here. `group` is the reason staff read when this feature moved the score. `rises` is
    +1 where a higher value can only mean more risk, -1 where it can only mean less, 0 where the sign is not known; the
    model holds it. `value` is pure and sees nothing later than the request.
    """

    name: str
    modality: Modality
    unit: str
    meaning: str
    missing: str
    group: str
    rises: int
    value: Callable[[Request, Facts], float]


MOST = 1e9
"""No reading means anything beyond; it keeps an absurd one within float32, in which vectors are kept and scored."""


def number(value: float | None) -> float:
    """The value as float, NaN for None; True is 1. Clipped to MOST either way."""
    if value is None:
        return NAN
    if value > MOST:
        return MOST
    return -MOST if value < -MOST else float(value)


def from_profile(read: Callable[[Profile], float | None]) -> Callable[[Request, Facts], float]:
    """A feature that needs the profile alone."""

    def value(_: Request, facts: Facts) -> float:
        return NAN if facts.profile is None else number(read(facts.profile))

    return value


def from_context(read: Callable[[Context], float | None]) -> Callable[[Request, Facts], float]:
    """A feature that needs the context alone."""

    def value(_: Request, facts: Facts) -> float:
        return NAN if facts.context is None else number(read(facts.context))

    return value


def from_external(read: Callable[[External], float | None]) -> Callable[[Request, Facts], float]:
    """A feature that needs outside intelligence alone."""

    def value(_: Request, facts: Facts) -> float:
        return NAN if facts.external is None else number(read(facts.external))

    return value
