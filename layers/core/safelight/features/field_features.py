"""Field: what agents and counter clerks noticed in the 30 days up to the request."""

from datetime import timedelta
from typing import NamedTuple

from safelight.domain.assessment import Modality
from safelight.domain.facts import Facts, ObservationKind
from safelight.domain.request import Request
from safelight.features.feature import ONE_DAY, Feature

_M = Modality.FIELD
_WINDOW = timedelta(days=30)
_UNREAD = "the observations could not be read (none noted is 0)"

_CAP_DAYS = 30.0


class Notes(NamedTuple):
    """`kinds` of what was noted within the window; `worries` are the days since each note that worries."""

    kinds: list[ObservationKind]
    worries: list[float]


def notes(request: Request, facts: Facts) -> Notes | None:
    """None when the observations could not be read."""
    if facts.field is None:
        return None
    asked_at = request.requested_at
    recent = [seen for seen in facts.field if asked_at - _WINDOW <= seen.observed_at <= asked_at]
    worrying = [seen for seen in recent if seen.kind is not ObservationKind.ORDINARY_NEED_SEEN]
    return Notes([seen.kind for seen in recent], [(asked_at - seen.observed_at) / ONE_DAY for seen in worrying])


def _noted(kind: ObservationKind, meaning: str, group: str, rises: int = 1) -> Feature:
    def value(noted: Notes) -> float:
        return noted.kinds.count(kind)

    return Feature(f"noted_{kind.value}", _M, "count", f"{meaning}, last 30 days", _UNREAD, group, rises, value)


def _days_since_worry(noted: Notes) -> float:
    """Days since the last worrying note; 30 when there was none within the window."""
    return min(noted.worries, default=_CAP_DAYS)


FIELD_FEATURES: tuple[Feature, ...] = (
    _noted(ObservationKind.ON_PHONE_AT_COUNTER, "kept on the phone at the counter", "seen_steered"),
    _noted(ObservationKind.ACCOMPANIED_BY_STRANGER, "came with a stranger", "seen_steered"),
    _noted(ObservationKind.CONTACT_BESIDE_POLICYHOLDER, "his contact stood beside him", "seen_steered", 0),
    _noted(ObservationKind.EVASIVE_OR_COACHED, "answers evasive or learnt by heart", "seen_steered"),
    _noted(ObservationKind.HURRIED_OR_AFRAID, "hurried or afraid", "seen_steered"),
    _noted(ObservationKind.TALKS_OF_NEW_INVESTMENT, "spoke of a new investment", "seen_story"),
    _noted(ObservationKind.TALKS_OF_NEW_ONLINE_FRIEND, "spoke of a new online friend", "seen_story"),
    _noted(ObservationKind.ORDINARY_NEED_SEEN, "an agent saw the ordinary need", "seen_ordinary", -1),
    Feature(
        "days_since_worrying_note",
        _M,
        "days, at most 30",
        "age of the latest worrying note",
        _UNREAD,
        "seen_steered",
        -1,
        _days_since_worry,
    ),
)
