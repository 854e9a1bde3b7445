"""What a contact says to the request that he was told of (docs/decisions/0017)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safelight.domain.contact import ContactId

MAX_REPLIES = 20
"""Of one contact to one case, by one way. People find out and change their mind; nobody does so twenty times."""


class Word(StrEnum):
    """What he says when asked whether he knows of it."""

    KNOWS = "knows"
    WORRIED = "worried"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`verified`: it is surely he. `noted_by` is the staff member who took it down, None where he said it himself."""

    contact_id: ContactId
    word: Word
    at: datetime
    verified: bool
    noted_by: str | None = None
