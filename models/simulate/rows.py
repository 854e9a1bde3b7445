"""A training row: a request, the facts as known at that moment, and what was learnt later and when.

The simulator writes these and production will export the same; nothing else is read by the trainer.
"""

from dataclasses import dataclass
from datetime import datetime

from safelight.domain.assessment import ScamType
from safelight.domain.facts import Facts
from safelight.domain.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What somebody found out. `known_at` is when: a trainer standing earlier must not see it."""

    scam: bool
    known_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`label` is None when nobody ever reported: it then counts as genuine. `truth` exists in simulation only."""

    request: Request
    facts: Facts
    label: Label | None
    truth: ScamType | None = None
