"""Every SMS provider, on a wire that misbehaves: one request for a message, the right fate, and not a word of whom."""

import json
import logging
import socket
import time
from collections.abc import Callable

import pytest

from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.classify import AnsweredError, cause_of, fate_of
from safelight.adapters.sms.end_user_messaging import EndUserMessagingSettings, EndUserMessagingSms
from safelight.adapters.sms.inbox import InboxSms
from safelight.adapters.sms.sns import SnsSettings, SnsSms
from safelight.ports import Fate, SmsMessage
from tests.adapters import wire
from tests.adapters.wire import Behave, answer, serve

NUMBER = "+886912345678"
TEXT = "【某某人壽】測試簡訊。"
MESSAGE = SmsMessage(to=NUMBER, text=TEXT, attempt_id="attempt-1", valid_for_s=600)
Provider = Callable[[str], SmsProvider]


def end_user_messaging(url: str) -> SmsProvider:
    return EndUserMessagingSms(
        EndUserMessagingSettings(
            region="us-east-1",
            origination_identity="SAFELIGHT",
            configuration_set="alerts",
            max_price_usd="0.10",
            endpoint=url,
        )
    )


def sns(url: str) -> SmsProvider:
    return SnsSms(SnsSettings(region="us-east-1", sender_id="SAFELIGHT", max_price_usd="0.10", endpoint=url))


def inbox(url: str) -> SmsProvider:
    return InboxSms(f"{url}/messages", timeout_s=1)


GOOD: dict[Provider, Behave] = {
    end_user_messaging: answer(b'{"MessageId": "m-1"}'),
    sns: answer(
        b"<PublishResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'>"
        b"<PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"
    ),
    inbox: answer(b'{"message_id": "m-1"}', 202),
}
NO: dict[Provider, bytes] = {
    end_user_messaging: b'{"__type": "ThrottlingException", "Message": "%s"}' % NUMBER.encode(),
    sns: b"<ErrorResponse><Error><Code>ThrottlingException</Code><Message>%s</Message></Error></ErrorResponse>"
    % NUMBER.encode(),
    inbox: b"%s" % NUMBER.encode(),
}


@pytest.fixture(autouse=True)
def fast_and_with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safelight.adapters.sms.aws_client.READ_TIMEOUT_S", 1)
    for name, value in {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "NO_PROXY": "*"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=[end_user_messaging, sns, inbox], ids=lambda provider: provider.__name__)
def provider(request: pytest.FixtureRequest) -> Provider:
    made: Provider = request.param
    return made


def test_a_yes_is_accepted_and_keeps_the_providers_id(provider: Provider) -> None:
    with serve(GOOD[provider]) as served:
        receipt = provider(served.url).send(MESSAGE)
    assert (receipt.fate, receipt.message_id, receipt.cause) == (Fate.ACCEPTED, "m-1", None)
    assert len(served.requests) == 1


def test_what_comes_after_the_answer_is_not_read_and_nothing_is_sent_again(provider: Provider) -> None:
    def twice(connection: socket.socket) -> None:
        GOOD[provider](connection)
        GOOD[provider](connection)

    with serve(twice) as served:
        sender = provider(served.url)
        assert [sender.send(MESSAGE).fate for _ in range(2)] == [Fate.ACCEPTED] * 2
    assert len(served.requests) == 2


def late(connection: socket.socket) -> None:
    time.sleep(1.5)


@pytest.mark.parametrize(
    "bad",
    [
        lambda _: None,
        late,
        wire.reset,
        wire.hang_up,
        wire.cut_short,
        answer(b"{}", 500),
        answer(b"<html>", 503),
        answer(b"", 408),
    ],
    ids=["hangs", "late", "resets", "hangs_up", "cut_short", "500", "503", "408"],
)
def test_a_message_that_may_have_gone_out_has_an_unknown_fate_and_one_request(provider: Provider, bad: Behave) -> None:
    with serve(bad) as served:
        receipt = provider(served.url).send(MESSAGE)
        time.sleep(0.05)
    assert receipt.fate is Fate.UNKNOWN
    assert receipt.message_id is None
    assert len(served.requests) == 1


@pytest.mark.parametrize("status", [400, 403, 429])
def test_a_no_is_refused_with_one_request(provider: Provider, status: int) -> None:
    with serve(answer(NO[provider], status)) as served:
        receipt = provider(served.url).send(MESSAGE)
    assert receipt.fate is Fate.REFUSED
    assert receipt.cause == (f"http_{status}" if provider is inbox else "ThrottlingException")
    assert len(served.requests) == 1


def test_nobody_listening_is_refused(provider: Provider) -> None:
    with serve(answer()) as served:
        gone = served.url
    assert provider(gone).send(MESSAGE).fate is Fate.REFUSED


def test_a_connection_that_cannot_be_made_in_time_is_refused(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)
        receipt = provider(f"http://127.0.0.1:{port}").send(MESSAGE)
        for one in waiting:
            one.close()
    assert receipt.fate is Fate.REFUSED


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
        "MaxPrice": "0.10",
        "TimeToLive": 600,
        "Context": {"attempt_id": "attempt-1"},
    }


def test_the_inbox_gets_number_text_and_attempt() -> None:
    with serve(GOOD[inbox]) as served:
        inbox(served.url).send(MESSAGE)
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /messages HTTP/1.1")
    assert json.loads(body) == {"to": NUMBER, "text": TEXT, "attempt_id": "attempt-1"}


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "http://127.0.0.1.example.com/", "x"])
def test_an_inbox_beyond_this_machine_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        InboxSms(url)


def test_an_error_that_nobody_foresaw_is_unknown() -> None:
    class Odd(SmsProvider):
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
