"""Every SMS provider on the wire: what it is told, what it says of a refusal, and not a word of whom. Fates are the
contract suite's business."""

import json
import logging
from urllib.parse import parse_qsl

import pytest

from safelight.adapters.post_signing import SIGNATURE, TIMESTAMP, signed
from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.classify import AnsweredError, cause_of, fate_of
from safelight.adapters.sms.gateway import GatewaySettings, GatewaySms, Meaning, parse_codes
from safelight.adapters.sms.inbox import InboxSms
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.ports import Fate, SmsMessage
from tests.adapters import wire
from tests.adapters.sms_providers import (
    CODES,
    GOOD,
    KEY,
    MESSAGE,
    NO,
    NUMBER,
    PROVIDERS,
    TEXT,
    Provider,
    Secrets,
    end_user_messaging,
    gateway,
    inbox,
    signer,
    sns,
)
from tests.adapters.wire import Behave, answer, serve


@pytest.fixture(autouse=True)
def fast_and_with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safelight.adapters.sms.aws_client.READ_TIMEOUT_S", 1)
    for name, value in {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "NO_PROXY": "*"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.__name__)
def provider(request: pytest.FixtureRequest) -> Provider:
    made: Provider = request.param
    return made


CAUSES = {
    end_user_messaging: "ThrottlingException",
    sns: "ThrottlingException",
    gateway: "http_429",
    inbox: "http_429",
}


def test_a_refusal_that_is_the_providers_own_names_its_cause_and_the_next_may_try(provider: Provider) -> None:
    with serve(answer(NO[provider], 429)) as served:
        go = provider(served.url).go(MESSAGE)
    assert (go.receipt.cause, go.next_may_try) == (CAUSES[provider], True)


def test_after_an_unknown_fate_nobody_else_may_try(provider: Provider) -> None:
    for bad in (wire.reset, answer(b"{}", 500), answer(b"<html>")):
        with serve(bad) as served:
            assert not provider(served.url).go(MESSAGE).next_may_try


def test_a_time_out_is_told_from_other_troubles(provider: Provider) -> None:
    with serve(lambda _: None) as served:
        assert provider(served.url).go(MESSAGE).timed_out
    with serve(wire.reset) as served:
        assert not provider(served.url).go(MESSAGE).timed_out


TO = "DestinationPhoneNumber"
REASONS = [
    ({"__type": "ConflictException", "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}, False),
    ({"__type": "ConflictException", "Reason": "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"}, False),
    ({"__type": "ValidationException", "Reason": "PRICE_OVER_THRESHOLD"}, False),
    (
        {
            "__type": "ValidationException",
            "Reason": "INVALID_PARAMETER",
            "Fields": [{"Name": "DestinationPhoneNumber"}],
        },
        False,
    ),
    ({"__type": "ValidationException", "Reason": "INVALID_PARAMETER", "Fields": [{"Name": "MaxPrice"}]}, True),
    ({"__type": "ServiceQuotaExceededException", "Reason": "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"}, True),
    ({"__type": "AccessDeniedException", "Reason": "ACCOUNT_DISABLED"}, True),
]


@pytest.mark.parametrize(("said", "next_may_try"), REASONS, ids=lambda said: str(said)[:60])
def test_end_user_messaging_says_whose_fault_a_refusal_is(said: dict[str, object], next_may_try: bool) -> None:
    with serve(answer(json.dumps(said).encode(), 400)) as served:
        go = end_user_messaging(served.url).go(MESSAGE)
    assert go.receipt.fate is Fate.REFUSED
    assert go.next_may_try is next_may_try
    assert str(go.receipt.cause).startswith(f"{said['__type']}.{said['Reason']}")


def test_a_number_that_sns_does_not_take_goes_to_nobody_else() -> None:
    no = b"<ErrorResponse><Error><Code>InvalidParameter</Code><Message>opted out</Message></Error></ErrorResponse>"
    with serve(answer(no, 400)) as served:
        go = sns(served.url).go(MESSAGE)
    assert (go.receipt.fate, go.receipt.cause, go.next_may_try) == (Fate.REFUSED, "InvalidParameter", False)


def test_a_message_has_a_connection_of_its_own(provider: Provider) -> None:
    """One that died while the function was frozen would cost the next message its fate."""
    with serve(GOOD[provider]) as served:
        sender = provider(served.url)
        for _ in range(3):
            sender.send(MESSAGE)
    assert (len(served.requests), served.connections) == (3, 3)


@pytest.mark.parametrize("bad", [wire.reset, answer(b"{}", 500), None])
def test_neither_number_nor_text_is_in_any_receipt_or_log(
    provider: Provider, bad: Behave | None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with serve(bad or answer(NO[provider], 400)) as served:
        receipt = provider(served.url).send(MESSAGE)
    printed = capfd.readouterr()
    seen = repr(receipt) + caplog.text + printed.out + printed.err
    for hidden in (NUMBER, NUMBER[1:], "0912345678", TEXT, "某某人壽"):
        assert hidden not in seen


def test_end_user_messaging_gets_price_validity_and_attempt() -> None:
    with serve(GOOD[end_user_messaging]) as served:
        end_user_messaging(served.url).send(MESSAGE)
    assert json.loads(served.requests[0].partition(b"\r\n\r\n")[2]) == {
        "DestinationPhoneNumber": NUMBER,
        "OriginationIdentity": "SAFELIGHT",
        "MessageBody": TEXT,
        "MessageType": "TRANSACTIONAL",
        "ConfigurationSetName": "alerts",
        "ProtectConfigurationId": "protect-1",
        "MaxPrice": "0.10",
        "TimeToLive": 600,
        "Context": {"attempt_id": "attempt-1"},
    }


def test_sns_gets_sender_kind_and_a_price_that_is_a_number() -> None:
    with serve(GOOD[sns]) as served:
        sns(served.url).send(MESSAGE)
    told = dict(parse_qsl(served.requests[0].partition(b"\r\n\r\n")[2].decode()))
    assert (told["PhoneNumber"], told["Message"]) == (NUMBER, TEXT)
    entries = [f"MessageAttributes.entry.{n}." for n in (1, 2, 3)]
    assert {told[f"{e}Name"]: (told[f"{e}Value.DataType"], told[f"{e}Value.StringValue"]) for e in entries} == {
        "AWS.SNS.SMS.SMSType": ("String", "Transactional"),
        "AWS.SNS.SMS.SenderID": ("String", "SAFELIGHT"),
        "AWS.SNS.SMS.MaxPrice": ("Number", "0.10"),
    }


def test_the_inbox_gets_number_text_and_attempt() -> None:
    with serve(GOOD[inbox]) as served:
        inbox(served.url).send(MESSAGE)
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /messages HTTP/1.1")
    assert json.loads(body) == {"to": NUMBER, "text": TEXT, "attempt_id": "attempt-1"}


def test_the_gateway_gets_a_signed_body_with_sender_attempt_and_validity() -> None:
    with serve(GOOD[gateway]) as served:
        gateway(served.url).send(MESSAGE)
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/sms?team=7 HTTP/1.1")
    assert json.loads(body) == {
        "to": NUMBER,
        "text": TEXT,
        "reference": "attempt-1",
        "valid_for_s": 600,
        "sender": "SAFELIGHT",
    }
    headers = dict(line.decode().lower().split(": ", 1) for line in head.split(b"\r\n")[1:])
    assert headers["content-type"] == "application/json"
    assert signed(KEY.encode(), body, headers, float(headers[TIMESTAMP]))
    assert not signed(KEY.encode(), body.replace(b"600", b"601"), headers, float(headers[TIMESTAMP]))
    assert headers[SIGNATURE].startswith("v1=")


GATEWAY_SAYS = [
    (200, b'{"code": 0}', Fate.ACCEPTED, None, False),
    (201, b'{"code": "0"}', Fate.ACCEPTED, None, False),
    (200, b'{"code": 101}', Fate.REFUSED, "code_101", True),
    (400, b'{"code": 101}', Fate.REFUSED, "code_101", True),
    (200, b'{"code": 205}', Fate.REFUSED, "code_205", False),
    (400, b"", Fate.REFUSED, "http_400", True),
    (404, b"", Fate.UNKNOWN, "http_404", False),
    (200, b"{}", Fate.UNKNOWN, "http_200", False),
    (200, b"[0]", Fate.UNKNOWN, "http_200", False),
    (200, b'{"code": 102}', Fate.UNKNOWN, "code_102", False),
    (200, b'{"code": "+886912345678"}', Fate.UNKNOWN, "code_unlisted", False),
    (200, b'{"code": "0912345678"}', Fate.UNKNOWN, "code_unlisted", False),
    (200, b'{"code": [0]}', Fate.UNKNOWN, "code_unlisted", False),
    (200, b'{"code": false}', Fate.UNKNOWN, "code_unlisted", False),
    (400, b'{"code": 0}', Fate.UNKNOWN, "code_0", False),
    (302, b'{"code": 0}', Fate.UNKNOWN, "code_0", False),
    (500, b'{"code": 0}', Fate.UNKNOWN, "code_0", False),
    (500, b'{"code": 101}', Fate.UNKNOWN, "code_101", False),
    (408, b'{"code": 101}', Fate.UNKNOWN, "code_101", False),
    (200, b"[" * 60_000, Fate.UNKNOWN, "http_200", False),
]


@pytest.mark.parametrize(("status", "body", "fate", "cause", "next_may_try"), GATEWAY_SAYS, ids=lambda v: str(v)[:30])
def test_the_table_says_what_a_gateway_means_and_what_it_does_not_know_is_unknown(
    status: int, body: bytes, fate: Fate, cause: str | None, next_may_try: bool
) -> None:
    with serve(answer(body, status)) as served:
        go = gateway(served.url).go(MESSAGE)
    assert (go.receipt.fate, go.receipt.cause, go.next_may_try) == (fate, cause, next_may_try)
    assert len(served.requests) == 1


def test_an_answer_without_end_is_unknown() -> None:
    with serve(answer(b"x" * 70_000)) as served:
        assert gateway(served.url).send(MESSAGE).fate is Fate.UNKNOWN


@pytest.mark.parametrize("fails", [RetryableError("down"), GaveUpError("denied")])
def test_without_its_key_nothing_is_sent_to_the_gateway_and_the_next_may_try(fails: Exception) -> None:
    with serve(GOOD[gateway]) as served:
        settings = GatewaySettings(url=served.url, sender="S", codes=parse_codes(CODES))
        go = GatewaySms(settings, signer(Secrets(fails=fails))).go(MESSAGE)
    assert (go.receipt.fate, go.receipt.cause, go.next_may_try) == (Fate.REFUSED, "NeverLeftError", True)
    assert served.requests == []


def test_codes_are_written_as_pairs() -> None:
    assert parse_codes(" 0=accepted, 101=refused,,http_503=unknown") == {
        "0": Meaning.ACCEPTED,
        "101": Meaning.REFUSED,
        "http_503": Meaning.UNKNOWN,
    }


@pytest.mark.parametrize("text", ["0", "0=yes", "=accepted", "0=accepted,0=refused", "a b=refused", "0=ACCEPTED"])
def test_codes_that_are_none_fail_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="codes of the SMS gateway"):
        parse_codes(text)


@pytest.mark.parametrize("url", ["http://gateway.example/", "ftp://gateway.example/", "gateway.example", ""])
def test_a_gateway_without_tls_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        GatewaySms(GatewaySettings(url=url, sender="S"), signer())


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "http://127.0.0.1.example.com/", "x"])
def test_an_inbox_beyond_this_machine_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        InboxSms(url)


def test_an_error_that_nobody_foresaw_is_unknown() -> None:
    class Odd(SmsProvider):
        name = "odd"

        def _send(self, message: SmsMessage) -> str | None:
            raise MemoryError(NUMBER)

    receipt = Odd().send(MESSAGE)
    assert (receipt.fate, receipt.cause) == (Fate.UNKNOWN, "MemoryError")


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (301, Fate.UNKNOWN),
        (400, Fate.REFUSED),
        (408, Fate.UNKNOWN),
        (429, Fate.REFUSED),
        (499, Fate.REFUSED),
        (500, Fate.UNKNOWN),
    ],
)
def test_fate_by_status(status: int, fate: Fate) -> None:
    assert fate_of(AnsweredError(status)) is fate
    assert cause_of(AnsweredError(status)) == f"http_{status}"


@pytest.mark.parametrize("message_id", [NUMBER, f"m-{NUMBER[1:]}", f"m.0{NUMBER[4:]}", "m" * 3_000, "m 1\n", "訊-1"])
def test_an_id_that_is_none_or_says_whom_is_not_kept(message_id: str) -> None:
    """It is stored in clear and part of a key, and a provider may answer with anything."""
    said = json.dumps({"code": 0, "message_id": message_id}).encode()
    with serve(answer(said)) as served:
        receipt = gateway(served.url).send(MESSAGE)
    assert (receipt.fate, receipt.message_id) == (Fate.ACCEPTED, None)
