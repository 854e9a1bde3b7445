"""What the insurer decides about contacts.

What follows from it is stored with each contact, so that a decision needs no rules.
"""

from dataclasses import dataclass
from datetime import timedelta

from safelight.domain.contact import CLOSE_KIN, SETTLING_TIME, VALID_FOR, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """`settling` is how long after his designation a contact counts, `valid_for` how long after he was last confirmed,
    `most` how many there may be at once."""

    settling: timedelta = SETTLING_TIME
    valid_for: timedelta = VALID_FOR
    relations: frozenset[Relation] = CLOSE_KIN
    most: int = 3
