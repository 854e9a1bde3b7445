"""What Safelight thinks of a request, and what the channel is to do next."""

from dataclasses import dataclass
from enum import StrEnum

from safelight.domain.light import Light


class ScamType(StrEnum):
    FAKE_AUTHORITY = "fake_authority"
    FAKE_INVESTMENT = "fake_investment"
    ROMANCE = "romance"
    FAKE_RELATIVE = "fake_relative"
    FAKE_LOAN = "fake_loan"


class NextStep(StrEnum):
    """What the channel does. `proceed` is the only one that lets the money go."""

    PROCEED = "proceed"
    ANSWER = "answer"
    WAIT = "wait"
    TALK_TO_US = "talk_to_us"


class Source(StrEnum):
    """Who came to the assessment."""

    MODEL = "model"
    RULES = "rules"
    """Fallback: the model or the facts could not be had."""
    ANSWERS = "answers"


class Modality(StrEnum):
    """A view on the request; each has an expert."""

    BEHAVIOUR = "behaviour"
    PROFILE = "profile"
    CONTEXT = "context"
    CONVERSATION = "conversation"
    EXTERNAL = "external"
    FIELD = "field"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, for staff. `code` names a reason group or a rule; `weight` is its share of the log-odds (rules: 0)."""

    code: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the model said, before policy. `experts` and `reasons` hold only what was present."""

    probability: float
    experts: dict[Modality, float]
    reasons: dict[str, float]
    model_version: str
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Probability is None when rules stood in for the model. `suspected` is ordered, the likeliest first."""

    light: Light
    source: Source
    probability: float | None
    experts: dict[Modality, float]
    reasons: tuple[Reason, ...]
    suspected: tuple[ScamType, ...]
    model_version: str | None
    fallback_cause: str | None = None


NEVER = 2.0
"""A threshold that no probability reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeBand:
    """What holds for amounts of `from_twd` and more, up to the next band. `red_at` may be NEVER."""

    from_twd: int
    red_at: float
    yellow_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Calibrated probabilities at and above which a request is RED or YELLOW, sized to the alert budget.

    `red_at` and `yellow_at` are for a request without an amount: a change of account, contact or beneficiary moves no
    money today, and all of it tomorrow. `stakes` are for the others: the first from 1 TWD, the larger the lower.
    """

    red_at: float
    yellow_at: float
    stakes: tuple[StakeBand, ...] = ()

    def at(self, amount_twd: int) -> tuple[float, float]:
        """(red_at, yellow_at) for this amount: what a decision record keeps."""
        red_at, yellow_at = self.red_at, self.yellow_at
        for band in self.stakes:
            if amount_twd < band.from_twd:
                break
            red_at, yellow_at = band.red_at, band.yellow_at
        return red_at, yellow_at
