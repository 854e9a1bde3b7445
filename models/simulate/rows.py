"""A training row: a request, the facts as known at that moment, and what was learnt later and when.

The simulator writes these; production exports the same with the vector that the facts gave (`models.labelled`).
"""

from dataclasses import dataclass
from datetime import datetime

from models.simulate.asks import Circumstance, Need
from models.simulate.people import Sex
from safelight.domain.assessment import ScamType
from safelight.domain.facts import Facts
from safelight.domain.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What somebody found out, rightly or wrongly. `known_at` is when: a trainer standing earlier must not see it."""

    scam: bool
    known_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What lies behind a simulated request: for a corpus of what is said, never for the model.

    `need` is the true reason of a genuine request and the cover story of a scam; `candour` the chance that a victim's
    own words let the scam show (0 for a genuine request); `coached` marks victims told to show nothing;
    `circumstance` why a genuine person looks like a victim; `campaign` counts one victim's campaigns from 0.
    """

    need: Need
    candour: float
    coached: bool
    circumstance: Circumstance
    campaign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`label` is None when nobody ever looked or reported: it then counts as genuine.

    `person` groups the requests of one policyholder and says nothing else; `sex` and `age` (years, at the request) are
    there to measure fairness. `truth` and `story` exist in simulation only.
    """

    request: Request
    facts: Facts
    label: Label | None
    person: int
    sex: Sex
    age: float
    truth: ScamType | None = None
    story: Story | None = None
