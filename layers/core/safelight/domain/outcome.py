"""How a case ended, and who says so. Outcomes become labels."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`confidence` is 0 to 1, by the one who says so."""

    label: OutcomeLabel
    source: OutcomeSource
    by: str
    confidence: float
    recorded_at: datetime
