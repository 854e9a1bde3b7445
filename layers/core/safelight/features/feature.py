"""What one feature is, and how a value of the domain becomes a float."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from safelight.domain.assessment import Modality

NAN = float("nan")
"""A missing value. The trees learn a side for it; a modality that is NaN throughout is left out of the ensemble."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the contract.

    `missing` says what NaN means here. `group` is the reason staff read when this feature moved the score. `rises` is
    +1 where a higher value can only mean more risk, -1 where it can only mean less, 0 where the sign is not known; the
    model holds it. `value` reads what its modality knows, which is made once a request (`contract.vector`); None means
    missing. It is pure and sees nothing later than the request.
    """

    name: str
    modality: Modality
    unit: str
    meaning: str
    missing: str
    group: str
    rises: int
    value: Callable[[Any], float | None]


MOST = 1e9
"""No reading means anything beyond; it keeps an absurd one within float32, in which vectors are kept and scored."""


def number(value: float | None) -> float:
    """The value as float, NaN for None; True is 1. Clipped to MOST either way."""
    if value is None:
        return NAN
    try:
        known = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return MOST if value > 0 else -MOST
    if known > MOST:
        return MOST
    if known < -MOST:
        return -MOST
    return known
