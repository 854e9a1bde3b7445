"""How a case ended, and who says so. What is said is kept; what it makes is in `label`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OutcomeLabel(StrEnum):
    SCAM = "scam"
    GENUINE = "genuine"
    UNSURE = "unsure"


class OutcomeSource(StrEnum):
    STAFF = "staff"
    POLICYHOLDER = "policyholder"
    CONTACT = "contact"
    POLICE = "police"
    NO_COMPLAINT = "no_complaint"
    """Nobody said anything in time. Follows from a case's age and is never recorded."""

    @property
    def authority(self) -> int:
        """Whose word may take back whose: the higher, the same or a lower one's."""
        return _AUTHORITY[self]


_AUTHORITY = {
    OutcomeSource.POLICE: 3,
    OutcomeSource.STAFF: 2,
    OutcomeSource.POLICYHOLDER: 1,
    OutcomeSource.CONTACT: 1,
    OutcomeSource.NO_COMPLAINT: 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One word on how a case ended. `confidence` is 0 to 1, by the one who says so; `by` is who wrote it down.

    `supersedes` are the numbers, from 1, of the earlier outcomes that it takes the place of. `held`: its writer has
    labelled more than one person may alone, so it counts once another person says the same.
    """

    label: OutcomeLabel
    source: OutcomeSource
    by: str
    confidence: float
    recorded_at: datetime
    supersedes: tuple[int, ...] = ()
    held: bool = False
