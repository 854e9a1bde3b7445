"""Behaviour: when and how he asks, against what he did in the last year."""

from collections.abc import Callable
from datetime import timedelta, timezone

from safelight.domain.assessment import Modality
from safelight.domain.facts import Behaviour, Facts, PastRequest
from safelight.domain.request import Channel, PolicyId, Request, RequestKind
from safelight.features.feature import NAN, ONE_DAY, Feature, number

_M = Modality.BEHAVIOUR
_UNREAD = "the history could not be read"
_TAIPEI = timezone(timedelta(hours=8))
"""Asia/Taipei has been UTC+8 all year since 1979: no time-zone table to load at a cold start."""
_YEAR = 365
_WINDOWS = {days: timedelta(days=days) for days in (3, 10, 30, 90, _YEAR)}

Value = Callable[[Request, Facts], float]


def _history(of: Callable[[Request, Behaviour], float | None]) -> Value:
    def value(request: Request, facts: Facts) -> float:
        return NAN if facts.behaviour is None else number(of(request, facts.behaviour))

    return value


def _within(request: Request, behaviour: Behaviour, days: int) -> list[PastRequest]:
    """Earlier requests of the last `days`, newest first; anything dated after the request is ignored."""
    if not behaviour.past_requests:
        return []
    asked_at = request.requested_at
    since = asked_at - _WINDOWS[days]
    return [past for past in behaviour.past_requests if since <= past.requested_at <= asked_at]


def _hour(request: Request, _: Behaviour) -> float:
    local = request.requested_at.astimezone(_TAIPEI)
    return local.hour + local.minute / 60


def _is_night(request: Request, behaviour: Behaviour) -> float:
    return float(not 7 <= _hour(request, behaviour) < 21)


def _is_weekend(request: Request, _: Behaviour) -> float:
    return float(request.requested_at.astimezone(_TAIPEI).weekday() >= 5)


def _via(channel: Channel) -> Value:
    return _history(lambda request, _: request.channel is channel)


def _channel_is_new(request: Request, behaviour: Behaviour) -> float | None:
    channels = {past.channel for past in _within(request, behaviour, _YEAR)}
    return float(request.channel not in channels) if channels else None


def _requests(days: int) -> Value:
    return _history(lambda r, b: sum(past.kind.moves_money for past in _within(r, b, days)))


def _days_since_money(request: Request, behaviour: Behaviour) -> float:
    for past in _within(request, behaviour, _YEAR):
        if past.kind.moves_money:
            return (request.requested_at - past.requested_at) / ONE_DAY
    return float(_YEAR)


def _touched_within(request: Request, behaviour: Behaviour, days: int) -> set[PolicyId]:
    touched: set[PolicyId] = set(request.policy_ids) if request.kind.moves_money else set()
    for past in _within(request, behaviour, days):
        if past.kind.moves_money:
            touched.update(past.policy_ids)
    return touched


def _policies_touched(after: int, days: int) -> Value:
    """Those of the last `days` that the last `after` days do not have; all of them with `after` 0."""

    def count(request: Request, behaviour: Behaviour) -> float:
        later = _touched_within(request, behaviour, after) if after else set[PolicyId]()
        return float(len(_touched_within(request, behaviour, days) - later))

    return _history(count)


def _share_drained(after: int, days: int) -> Value:
    """What the last `days` add to what is gone by the last `after` days, if this request goes too.

    Gone is (asked now + taken in the window) ÷ (available now + taken in the window). Windows share no day, so that
    each keeps its sign with the others held still: more taken in any is never less risk.
    """

    def value(request: Request, facts: Facts) -> float:
        if facts.behaviour is None or facts.profile is None:
            return NAN
        available = sum(policy.available_twd for policy in facts.profile.policies)
        gone = _gone(request, facts.behaviour, available, days)
        return gone - _gone(request, facts.behaviour, available, after) if after else gone

    return value


def _gone(request: Request, behaviour: Behaviour, available: int, days: int) -> float:
    taken = sum(past.amount_twd for past in _within(request, behaviour, days))
    whole = available + taken
    return min(1.0, (request.amount_twd + taken) / whole) if whole > 0 else NAN


def _share_asked_3d(request: Request, facts: Facts) -> float:
    """What is asked for at one sitting or in parts: the earlier parts are not paid yet and still count as available."""
    if facts.behaviour is None or facts.profile is None:
        return NAN
    asked = request.amount_twd + sum(past.amount_twd for past in _within(request, facts.behaviour, 3))
    available = sum(policy.available_twd for policy in facts.profile.policies)
    return min(2.0, asked / available) if available > 0 else NAN


def _amount_to_usual(request: Request, behaviour: Behaviour) -> float | None:
    usual = max((past.amount_twd for past in _within(request, behaviour, _YEAR)), default=0)
    return min(100.0, request.amount_twd / usual) if usual > 0 else None


def _changes(kind: RequestKind, days: int) -> Value:
    return _history(lambda r, b: any(past.kind is kind for past in _within(r, b, days)))


def _channel(channel: Channel) -> Feature:
    meaning = f"asked by {channel.value}"
    return Feature(f"via_{channel.value}", _M, "0/1", meaning, _UNREAD, "way_of_asking", 0, _via(channel))


def _count(days: int) -> Feature:
    meaning = f"earlier requests for money, last {days} days"
    return Feature(f"money_requests_{days}d", _M, "count", meaning, _UNREAD, "repeated_requests", 0, _requests(days))


def _touched(after: int, days: int) -> Feature:
    window = f"{after + 1} to {days} days ago and not since" if after else f"this request and the last {days} days"
    return Feature(
        f"policies_touched_{_span(after, days)}",
        _M,
        "count",
        f"distinct policies asked for money, {window}",
        _UNREAD,
        "drain_over_policies",
        1,
        _policies_touched(after, days),
    )


def _drained(after: int, days: int) -> Feature:
    window = f"requests {after + 1} to {days} days ago on top" if after else f"this request and the last {days} days"
    return Feature(
        f"share_drained_{_span(after, days)}",
        _M,
        "share 0-1",
        f"share of all policies' value taken by {window}",
        "history or profile could not be read, or the policies are worth nothing",
        "share_drained",
        1,
        _share_drained(after, days),
    )


def _span(after: int, days: int) -> str:
    return f"{after + 1}_{days}d" if after else f"{days}d"


def _changed(kind: RequestKind, meaning: str) -> Feature:
    return Feature(
        f"{kind.value}_30d",
        _M,
        "0/1",
        f"{meaning} within the last 30 days",
        _UNREAD,
        "details_changed",
        1,
        _changes(kind, 30),
    )


BEHAVIOUR_FEATURES: tuple[Feature, ...] = (
    Feature("hour_local", _M, "hours 0-24", "local time of the request", _UNREAD, "time_of_day", 0, _history(_hour)),
    Feature("night", _M, "0/1", "between 21:00 and 07:00", _UNREAD, "time_of_day", 1, _history(_is_night)),
    Feature("weekend", _M, "0/1", "Saturday or Sunday", _UNREAD, "time_of_day", 0, _history(_is_weekend)),
    *(_channel(channel) for channel in Channel),
    Feature(
        "channel_new",
        _M,
        "0/1",
        "a channel he did not use in the last year",
        "no earlier request within the year",
        "way_of_asking",
        0,
        _history(_channel_is_new),
    ),
    *(_count(days) for days in (10, 30, 90, 365)),
    Feature(
        "days_since_money_request",
        _M,
        "days, at most 365",
        "since the latest earlier request for money",
        _UNREAD,
        "repeated_requests",
        0,
        _history(_days_since_money),
    ),
    *(_touched(after, days) for after, days in ((0, 10), (10, 30))),
    *(_drained(after, days) for after, days in ((0, 10), (10, 30), (30, 90))),
    Feature(
        "share_asked_3d",
        _M,
        "share, at most 2",
        "asked for now and in the last 3 days, paid or not, ÷ available value of all his policies",
        "history or profile could not be read, or the policies are worth nothing",
        "share_drained",
        1,
        _share_asked_3d,
    ),
    Feature(
        "amount_to_usual",
        _M,
        "ratio, at most 100",
        "amount ÷ his largest of the last year",
        "no earlier amount within the year",
        "share_drained",
        0,
        _history(_amount_to_usual),
    ),
    _changed(RequestKind.PAYOUT_ACCOUNT_CHANGE, "payout account changed"),
    _changed(RequestKind.CONTACT_CHANGE, "contact changed"),
    Feature(
        "value_lookups_7d",
        _M,
        "count",
        "policy value looked up, last 7 days",
        "not recorded on his channels",
        "value_lookups",
        1,
        _history(lambda _, b: b.value_lookups_7d),
    ),
    Feature(
        "logins_30d",
        _M,
        "count",
        "logins, last 30 days",
        "not recorded on his channels",
        "value_lookups",
        0,
        _history(lambda _, b: b.logins_30d),
    ),
)
