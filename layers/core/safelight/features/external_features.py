"""External: police matches and telecom figures, by keyed hash."""

from safelight.domain.assessment import Modality
from safelight.features.feature import Feature, from_external

_M = Modality.EXTERNAL
_NO_TELECOM = "no consent for telecom data, or another carrier"

EXTERNAL_FEATURES: tuple[Feature, ...] = (
    Feature(
        "account_reported",
        _M,
        "0/1",
        "the payout account is in a police report",
        "not asked, or the feed is down",
        "police_match",
        1,
        from_external(lambda e: e.account_reported),
    ),
    Feature(
        "person_listed",
        _M,
        "0/1",
        "the policyholder is on a police list of people in contact with scammers",
        "not asked, or the feed is down",
        "police_match",
        1,
        from_external(lambda e: e.person_listed),
    ),
    Feature(
        "reported_numbers_30d",
        _M,
        "count",
        "reported numbers in touch with him, last 30 days",
        _NO_TELECOM,
        "telecom_signs",
        1,
        from_external(lambda e: e.reported_numbers_30d),
    ),
    Feature(
        "unknown_call_minutes_7d",
        _M,
        "minutes",
        "talk with numbers never seen before, last 7 days",
        _NO_TELECOM,
        "telecom_signs",
        1,
        from_external(lambda e: e.unknown_call_minutes_7d),
    ),
    Feature(
        "new_chat_app_traffic_30d",
        _M,
        "megabytes",
        "traffic of chat apps first used in the last 30 days",
        _NO_TELECOM,
        "telecom_signs",
        1,
        from_external(lambda e: e.new_chat_app_traffic_30d),
    ),
)
