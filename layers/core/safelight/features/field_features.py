"""Field: what agents and counter clerks noticed in the 30 days up to the request."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from safelight.domain.assessment import Modality
from safelight.domain.facts import Facts, Observation, ObservationKind
from safelight.domain.request import Request
from safelight.features.feature import NAN, ONE_DAY, Feature

_M = Modality.FIELD
_WINDOW = timedelta(days=30)
_UNREAD = "the observations could not be read (none noted is 0)"

_CAP_DAYS = 30.0


def _recent(request: Request, observations: tuple[Observation, ...]) -> Iterator[Observation]:
    since = request.requested_at - _WINDOW
    return (o for o in observations if since <= o.observed_at <= request.requested_at)


def _count(kind: ObservationKind) -> Callable[[Request, Facts], float]:
    def value(request: Request, facts: Facts) -> float:
        if facts.field is None:
            return NAN
        if not facts.field:
            return 0.0
        return float(sum(o.kind is kind for o in _recent(request, facts.field)))

    return value


def _days_since_worry(request: Request, facts: Facts) -> float:
    """Days since the last worrying note; 30 when there was none within the window."""
    if facts.field is None:
        return NAN
    ages = [
        (request.requested_at - o.observed_at) / ONE_DAY
        for o in _recent(request, facts.field)
        if o.kind is not ObservationKind.ORDINARY_NEED_SEEN
    ]
    return min(ages, default=_CAP_DAYS)


def _noted(kind: ObservationKind, meaning: str, group: str, rises: int = 1) -> Feature:
    return Feature(f"noted_{kind.value}", _M, "count", f"{meaning}, last 30 days", _UNREAD, group, rises, _count(kind))


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
