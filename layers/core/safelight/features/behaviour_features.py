"""Behaviour: when and how he asks, against what he did in the last year."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from safelight.domain.assessment import Modality
from safelight.domain.facts import Behaviour, Facts, PastRequest
from safelight.domain.request import Channel, PolicyId, Request, RequestKind
from safelight.features.feature import ONE_DAY, Feature

_M = Modality.BEHAVIOUR
_UNREAD = "the history could not be read"
_UNREAD_OR_WORTHLESS = "history or profile could not be read, or the policies are worth nothing"
_TAIPEI = timezone(timedelta(hours=8))
"""Asia/Taipei has been UTC+8 all year since 1979: no time-zone table to load at a cold start."""
_YEAR = 365
_WINDOWS = {days: timedelta(days=days) for days in (3, 10, 30, 90, _YEAR)}


class History(NamedTuple):
    """`last` are the earlier requests of that many days, in the order of the facts; anything dated after the request is
    ignored. `local` is when he asked by the clock in Taipei. `available_twd` is what all his policies can still pay,
    None when the profile could not be read."""

    request: Request
    behaviour: Behaviour
    local: datetime
    last: Mapping[int, list[PastRequest]]
    available_twd: int | None


Value = Callable[[History], float | None]


def history(request: Request, facts: Facts) -> History | None:
    """None when the history could not be read."""
    if facts.behaviour is None:
        return None
    asked_at = request.requested_at
    earlier = [past for past in facts.behaviour.past_requests if past.requested_at <= asked_at]
    return History(
        request,
        facts.behaviour,
        asked_at.astimezone(_TAIPEI),
        {days: _since(asked_at - window, earlier) for days, window in _WINDOWS.items()},
        facts.profile.available_twd if facts.profile else None,
    )


def _since(since: datetime, earlier: list[PastRequest]) -> list[PastRequest]:
    return [past for past in earlier if since <= past.requested_at]


def _between(history: History, after: int, days: int) -> list[PastRequest]:
    """Of the last `days`, those more than `after` days ago."""
    since = history.request.requested_at - _WINDOWS[after]
    return [past for past in history.last[days] if past.requested_at < since]


def _hour(history: History) -> float:
    return history.local.hour + history.local.minute / 60


def _is_night(history: History) -> float:
    return not 7 <= _hour(history) < 21


def _is_weekend(history: History) -> float:
    return history.local.weekday() >= 5


def _via(channel: Channel) -> Value:
    return lambda history: history.request.channel is channel


def _channel_is_new(history: History) -> float | None:
    channels = {past.channel for past in history.last[_YEAR]}
    return history.request.channel not in channels if channels else None


def _requests(days: int) -> Value:
    return lambda history: sum([past.kind.moves_money for past in history.last[days]])


def _days_since_money(history: History) -> float:
    for past in history.last[_YEAR]:
        if past.kind.moves_money:
            return (history.request.requested_at - past.requested_at) / ONE_DAY
    return _YEAR


def _policies_touched_10d(history: History) -> float:
    request = history.request
    touched: set[PolicyId] = set(request.policy_ids) if request.kind.moves_money else set()
    return len(touched | _touched(history.last[10]))


def _policies_touched_11_30d(history: History) -> float:
    return len(_touched(_between(history, 10, 30)))


def _touched(past_requests: Iterable[PastRequest]) -> set[PolicyId]:
    return {policy for past in past_requests if past.kind.moves_money for policy in past.policy_ids}


def _asked_for(past_requests: Iterable[PastRequest]) -> int:
    return sum([past.amount_twd for past in past_requests])


def _share_drained_10d(history: History) -> float | None:
    """(asked now + taken in the window) ÷ (available now + taken in the window): what is gone if this one goes too."""
    if history.available_twd is None:
        return None
    taken = _asked_for(history.last[10])
    whole = history.available_twd + taken
    return min(1.0, (history.request.amount_twd + taken) / whole) if whole > 0 else None


def _share_taken(after: int, days: int) -> Value:
    """Taken in the window ÷ (available now + taken in the window).

    Of that window alone, whatever was taken since or is asked for now: more in one window must not make another less,
    or the known sign of each would be no known sign of what somebody does.
    """

    def value(history: History) -> float | None:
        if history.available_twd is None:
            return None
        taken = _asked_for(_between(history, after, days))
        whole = history.available_twd + taken
        return taken / whole if whole > 0 else None

    return value


def _share_asked_3d(history: History) -> float | None:
    """What is asked for at one sitting or in parts: the earlier parts are not paid yet and still count as available."""
    if history.available_twd is None or history.available_twd <= 0:
        return None
    asked = history.request.amount_twd + _asked_for(history.last[3])
    return min(2.0, asked / history.available_twd)


def _amount_to_usual(history: History) -> float | None:
    """Not counting the last 90 days: what somebody is being talked into now must not become what is usual for him."""
    usual = max((past.amount_twd for past in _between(history, 90, _YEAR)), default=0)
    return min(100.0, history.request.amount_twd / usual) if usual > 0 else None


def _changes(kind: RequestKind, days: int) -> Value:
    return lambda history: kind in [past.kind for past in history.last[days]]


def _channel(channel: Channel) -> Feature:
    meaning = f"asked by {channel.value}"
    return Feature(f"via_{channel.value}", _M, "0/1", meaning, _UNREAD, "way_of_asking", 0, _via(channel))


def _count(days: int) -> Feature:
    meaning = f"earlier requests for money, last {days} days"
    return Feature(f"money_requests_{days}d", _M, "count", meaning, _UNREAD, "repeated_requests", 0, _requests(days))


def _taken(after: int, days: int) -> Feature:
    return Feature(
        f"share_taken_{after + 1}_{days}d",
        _M,
        "share 0-1",
        f"taken {after + 1} to {days} days ago ÷ (that and what his policies can still pay)",
        _UNREAD_OR_WORTHLESS,
        "share_drained",
        1,
        _share_taken(after, days),
    )


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
    Feature("hour_local", _M, "hours 0-24", "local time of the request", _UNREAD, "time_of_day", 0, _hour),
    Feature("night", _M, "0/1", "between 21:00 and 07:00", _UNREAD, "time_of_day", 1, _is_night),
    Feature("weekend", _M, "0/1", "Saturday or Sunday", _UNREAD, "time_of_day", 0, _is_weekend),
    *(_channel(channel) for channel in Channel),
    Feature(
        "channel_new",
        _M,
        "0/1",
        "a channel he did not use in the last year",
        "no earlier request within the year",
        "way_of_asking",
        0,
        _channel_is_new,
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
        _days_since_money,
    ),
    Feature(
        "policies_touched_10d",
        _M,
        "count",
        "distinct policies asked for money, this request and the last 10 days",
        _UNREAD,
        "drain_over_policies",
        1,
        _policies_touched_10d,
    ),
    Feature(
        "policies_touched_11_30d",
        _M,
        "count",
        "distinct policies asked for money 11 to 30 days ago",
        _UNREAD,
        "drain_over_policies",
        1,
        _policies_touched_11_30d,
    ),
    Feature(
        "share_drained_10d",
        _M,
        "share 0-1",
        "share of all policies' value taken by this request and those of the last 10 days",
        _UNREAD_OR_WORTHLESS,
        "share_drained",
        1,
        _share_drained_10d,
    ),
    _taken(10, 30),
    _taken(30, 90),
    Feature(
        "share_asked_3d",
        _M,
        "share, at most 2",
        "asked for now and in the last 3 days, paid or not, ÷ available value of all his policies",
        _UNREAD_OR_WORTHLESS,
        "share_drained",
        1,
        _share_asked_3d,
    ),
    Feature(
        "amount_to_usual",
        _M,
        "ratio, at most 100",
        "amount ÷ his largest of the last year, the last 90 days left out",
        "no amount in those months",
        "share_drained",
        1,
        _amount_to_usual,
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
        lambda history: history.behaviour.value_lookups_7d,
    ),
    Feature(
        "logins_30d",
        _M,
        "count",
        "logins, last 30 days",
        "not recorded on his channels",
        "value_lookups",
        0,
        lambda history: history.behaviour.logins_30d,
    ),
)
