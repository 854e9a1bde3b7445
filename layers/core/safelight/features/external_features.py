"""External: police matches and telecom figures, by keyed hash."""

from collections.abc import Callable

from safelight.domain.assessment import Modality
from safelight.domain.facts import External
from safelight.features.feature import Feature

_NO_FEED = "not asked, or the feed is down"
_NO_TELECOM = "no consent for telecom data, or another carrier"


def _f(
    name: str, unit: str, meaning: str, missing: str, group: str, value: Callable[[External], float | None]
) -> Feature:
    return Feature(name, Modality.EXTERNAL, unit, meaning, missing, group, 1, value)


EXTERNAL_FEATURES: tuple[Feature, ...] = (
    _f(
        "account_reported",
        "0/1",
        "the payout account is in a police report",
        _NO_FEED,
        "police_match",
        lambda e: e.account_reported,
    ),
    _f(
        "person_listed",
        "0/1",
        "the policyholder is on a police list of people in contact with scammers",
        _NO_FEED,
        "police_match",
        lambda e: e.person_listed,
    ),
    _f(
        "reported_numbers_30d",
        "count",
        "reported numbers in touch with him, last 30 days",
        _NO_TELECOM,
        "telecom_signs",
        lambda e: e.reported_numbers_30d,
    ),
    _f(
        "unknown_call_minutes_7d",
        "minutes",
        "talk with numbers never seen before, last 7 days",
        _NO_TELECOM,
        "telecom_signs",
        lambda e: e.unknown_call_minutes_7d,
    ),
    _f(
        "new_chat_app_traffic_30d",
        "megabytes",
        "traffic of chat apps first used in the last 30 days",
        _NO_TELECOM,
        "telecom_signs",
        lambda e: e.new_chat_app_traffic_30d,
    ),
)
