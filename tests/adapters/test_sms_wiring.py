"""Which providers a stack's parameters make, in which order, and what must be set for each."""

import pytest

from safelight.bootstrap.adapters import Adapters
from safelight.settings import SettingError, Settings

ENVIRON = {
    "AWS_REGION": "ap-northeast-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "POWERTOOLS_SERVICE_NAME": "safelight",
    "CASE_TABLE": "cases",
    "BOOK_TABLE": "book",
    "SMS_PROVIDER": "end_user_messaging",
    "SMS_SENDER_ID": "SAFELIGHT",
    "SMS_CONFIGURATION_SET": "safelight",
    "SMS_PROTECT_CONFIGURATION": "protect-1",
    "SMS_MAX_PRICE_USD": "0.10",
    "SMS_PREFIXES": "+886, +852",
    "SMS_INBOX_URL": "http://127.0.0.1:1/messages",
    "SMS_GATEWAY_URL": "https://gateway.example/v1/sms",
    "SMS_GATEWAY_SECRET": "arn:gateway",
    "SMS_GATEWAY_CODES": "0=accepted,101=refused",
    "PUSH_URL": "https://push.example/notices",
    "PUSH_SECRET": "arn:push",
}


def adapters(**over: str) -> Adapters:
    return Adapters(Settings({**ENVIRON, **over}))


@pytest.mark.parametrize(
    ("first", "fallback", "order"),
    [
        ("end_user_messaging", "none", ["end_user_messaging"]),
        ("end_user_messaging", "gateway", ["end_user_messaging", "gateway"]),
        ("gateway", "sns", ["gateway", "sns"]),
        ("inbox", "none", ["inbox"]),
    ],
)
def test_providers_are_tried_in_the_order_of_the_parameters(first: str, fallback: str, order: list[str]) -> None:
    sms = adapters(SMS_PROVIDER=first, SMS_FALLBACK=fallback).sms
    assert [provider.name for provider in sms._providers] == order  # type: ignore[attr-defined]
    assert sms._prefixes == ("+886", "+852")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("first", "missing"),
    [
        ("end_user_messaging", "SMS_PROTECT_CONFIGURATION"),
        ("end_user_messaging", "SMS_CONFIGURATION_SET"),
        ("sns", "SMS_MAX_PRICE_USD"),
        ("gateway", "SMS_GATEWAY_URL"),
        ("gateway", "SMS_GATEWAY_CODES"),
        ("sns", "SMS_PREFIXES"),
    ],
)
def test_what_a_provider_needs_is_named_when_it_is_not_set(first: str, missing: str) -> None:
    with pytest.raises(SettingError, match=missing):
        _ = adapters(SMS_PROVIDER=first, **{missing: ""}).sms


def test_the_same_provider_twice_fails_the_start() -> None:
    with pytest.raises(ValueError, match="different"):
        _ = adapters(SMS_PROVIDER="sns", SMS_FALLBACK="sns").sms


def test_without_an_address_there_is_no_push() -> None:
    assert adapters().push is not None
    assert adapters(PUSH_URL="").push is None
