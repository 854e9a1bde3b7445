"""Receipts as they come, through the function as it is deployed: three shapes, one meaning, and no number anywhere."""

import gzip
import json
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from safelight.adapters.post_signing import sign
from safelight.channels.receipts import ReceiptsTaken, receive
from safelight.domain.alert import Arrival
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.receipt import Receipt
from tests.channels.deployed import Deployed
from tests.channels.loopback_aws import HASH_SECRET
from tests.fakes import FakeTelemetry

NUMBER = "+886987654321"
AT = datetime(2026, 3, 11, 13, 40, 7, tzinfo=UTC)
Json = dict[str, Any]


# Each as its sender makes it; the forms are those of the senders' own documentation.


def an_event(**over: Any) -> Json:
    """Of End User Messaging."""
    return {
        "eventType": "TEXT_DELIVERED",
        "eventVersion": "1.0",
        "eventTimestamp": int(AT.timestamp() * 1000),
        "isFinal": True,
        "originationPhoneNumber": "SAFELIGHT",
        "destinationPhoneNumber": NUMBER,
        "isoCountryCode": "TW",
        "messageId": "eum-1",
        "messageRequestTimestamp": int(AT.timestamp() * 1000) - 5000,
        "messageStatus": "DELIVERED",
        "messageStatusDescription": f"Message to {NUMBER}",
        "context": {"attempt_id": "attempt-1"},
        **over,
    }


def by_topic(*messages: Json | str) -> Json:
    told = [m if isinstance(m, str) else json.dumps(m) for m in messages]
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "x", "Message": text}} for text in told]}


def a_line(**over: Any) -> Json:
    """Of SNS's delivery log."""
    return {
        "notification": {"messageId": "sns-1", "timestamp": "2026-03-11 13:40:02.000"},
        "delivery": {
            "phoneCarrier": "A Carrier",
            "destination": NUMBER,
            "providerResponse": f"Message to {NUMBER} has been accepted",
            "dwellTimeMs": 599,
            "dwellTimeMsUntilDeviceAck": 5000,
        },
        "status": "SUCCESS",
        **over,
    }


def by_log(*lines: Json | str, kind: str = "DATA_MESSAGE") -> Json:
    events = [{"id": "1", "timestamp": 1, "message": x if isinstance(x, str) else json.dumps(x)} for x in lines]
    batch = {"messageType": kind, "logGroup": "sns/x", "logEvents": events}
    return {"awslogs": {"data": b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}


def by_webhook(body: object, *, key: str = HASH_SECRET, at: float | None = None, base64: bool = False) -> Json:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {k.title(): v for k, v in sign(key.encode(), raw, int(time.time() if at is None else at)).items()}
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST", "path": "/v1/sms/receipts"}},
        "headers": headers,
        "body": b64encode(raw).decode() if base64 else raw.decode(),
        "isBase64Encoded": base64,
    }


def a_post(**over: Any) -> Json:
    return {"reference": "attempt-1", "status": "delivered", "at": "2026-03-11T21:40:07+08:00", "code": "000", **over}


def from_gateway(insurer: Deployed, body: Json) -> int:
    now = datetime.now(UTC).isoformat()
    return int(insurer.function("take_receipts").handler(by_webhook({"at": now, **body}), None)["statusCode"])


class Taking:
    """The channel alone; `trouble` is raised for each receipt."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.taken: list[Receipt] = []
        self.telemetry, self.trouble = FakeTelemetry(), trouble
        self.needs = ReceiptsTaken(take=self._take, signed=lambda raw, headers: True, telemetry=self.telemetry)

    def _take(self, receipt: Receipt) -> None:
        self.taken.append(receipt)
        if self.trouble is not None:
            raise self.trouble

    def receive(self, event: Json) -> Json:
        return receive(event, self.needs)


def only(event: Json) -> Receipt:
    taking = Taking()
    taking.receive(event)
    (receipt,) = taking.taken
    return receipt


DELIVERED, UNDELIVERED, ON_THE_WAY = Arrival.DELIVERED, Arrival.UNDELIVERED, Arrival.ON_THE_WAY


@pytest.mark.parametrize(
    ("event", "receipt"),
    [
        (
            by_topic(an_event()),
            Receipt(
                provider="end_user_messaging",
                arrival=DELIVERED,
                at=AT,
                attempt_id="attempt-1",  # type: ignore[arg-type]
                message_id="eum-1",
                code="TEXT_DELIVERED",
            ),
        ),
        (
            by_log(a_line()),
            Receipt(provider="sns", arrival=DELIVERED, at=AT, message_id="sns-1", code="SUCCESS"),
        ),
        (
            by_webhook(a_post()),
            Receipt(provider="gateway", arrival=DELIVERED, at=AT, attempt_id="attempt-1", code="000"),  # type: ignore[arg-type]
        ),
    ],
    ids=["end_user_messaging", "sns", "gateway"],
)
def test_three_shapes_become_one_receipt(event: Json, receipt: Receipt) -> None:
    assert only(event) == receipt


@pytest.mark.parametrize(
    ("event", "arrival", "expired"),
    [
        (by_topic(an_event(eventType="TEXT_SUCCESSFUL")), DELIVERED, False),
        (by_topic(an_event(eventType="TEXT_SUCCESSFUL", isFinal=False)), ON_THE_WAY, False),
        (by_topic(an_event(eventType="TEXT_PENDING", isFinal=False)), ON_THE_WAY, False),
        (by_topic(an_event(eventType="TEXT_UNREACHABLE", isFinal=False)), ON_THE_WAY, False),
        (by_topic(an_event(eventType="TEXT_UNREACHABLE")), UNDELIVERED, False),
        (by_topic(an_event(eventType="TEXT_CARRIER_BLOCKED")), UNDELIVERED, False),
        (by_topic(an_event(eventType="TEXT_OF_A_KIND_TO_COME")), UNDELIVERED, False),
        (by_topic(an_event(eventType="TEXT_TTL_EXPIRED")), UNDELIVERED, True),
        (by_topic(an_event(eventType="TEXT_UNKNOWN")), UNDELIVERED, False),
        (by_topic(an_event(eventType="TEXT_UNKNOWN", messageRequestTimestamp=1)), ON_THE_WAY, False),
        (by_log(a_line(status="FAILURE")), UNDELIVERED, False),
        (by_webhook(a_post(status="on_the_way")), ON_THE_WAY, False),
        (by_webhook(a_post(status="undelivered")), UNDELIVERED, False),
        (by_webhook(a_post(status="expired")), UNDELIVERED, True),
    ],
)
def test_what_a_sender_says_means(event: Json, arrival: Arrival, expired: bool) -> None:
    receipt = only(event)
    assert (receipt.arrival, receipt.expired) == (arrival, expired)


@pytest.mark.parametrize(
    "event",
    [
        by_topic("no json"),
        by_topic("[1]"),
        by_topic(an_event(eventTimestamp="now")),
        by_topic(an_event(context=None, messageId=None)),
        by_topic(an_event(context={"attempt_id": NUMBER}, messageId="王 小明")),
        {"Records": [None]},
        {"Records": "x"},
        {},
        {"awslogs": {"data": "no base64"}},
        {"awslogs": {"data": b64encode(b"no gzip").decode()}},
        {"awslogs": {"data": b64encode(gzip.compress(b"{}")[:-4]).decode()}},
        {"awslogs": None},
        by_log("no json"),
        by_log(a_line(status="MAYBE")),
        by_log(a_line(notification={"messageId": "sns-1", "timestamp": "yesterday"})),
        by_log(a_line(delivery={"dwellTimeMs": 10**12})),
        by_webhook(b"no json"),
        by_webhook(b"[" * 5000),
        by_webhook({"receipts": 7}),
        by_webhook(a_post(status="arrived")),
        by_webhook(a_post(at="2026-03-11T21:40:07")),
        by_webhook(a_post(at=5)),
        by_webhook(a_post(reference=None)),
    ],
)
def test_what_cannot_be_read_is_counted_and_never_comes_again(event: Json) -> None:
    taking = Taking()
    assert taking.receive(event).get("statusCode", 200) == 200
    assert taking.taken == []
    assert taking.telemetry.counts["ReceiptUnreadable"] == 1


@pytest.mark.parametrize(
    "event", [by_topic(an_event(eventType="VOICE_COMPLETED")), by_log("x", kind="CONTROL_MESSAGE")]
)
def test_what_is_about_no_text_is_passed_over(event: Json) -> None:
    taking = Taking()
    taking.receive(event)
    assert (taking.taken, dict(taking.telemetry.counts)) == ([], {})


@pytest.mark.parametrize("code", [NUMBER, NUMBER[1:], "王小明", "a b", "", None, ["x"], "0912345678", 10**9])
def test_a_code_that_may_be_anything_is_left_out(code: object) -> None:
    assert only(by_webhook(a_post(code=code))).code is None


def test_one_bad_receipt_keeps_no_other_from_being_taken() -> None:
    for event in (
        by_topic(an_event(), "no json", an_event()),
        by_log(a_line(), "no json", a_line()),
        by_webhook({"receipts": [a_post(), None, a_post()]}),
    ):
        taking = Taking()
        taking.receive(event)
        assert (len(taking.taken), taking.telemetry.counts["ReceiptUnreadable"]) == (2, 1)


def test_what_should_come_again_comes_again_once_all_others_are_taken() -> None:
    for trouble in (RetryableError("early"), GaveUpError("denied")):
        for event in (by_topic(an_event(), an_event()), by_log(a_line(), a_line())):
            taking = Taking(trouble)
            with pytest.raises(RetryableError):
                taking.receive(event)
            assert len(taking.taken) == 2
        assert Taking(trouble).receive(by_webhook(a_post()))["statusCode"] == 503


def test_an_error_that_nobody_foresaw_is_counted_and_the_gateway_sends_it_again() -> None:
    taking = Taking(KeyError(NUMBER))
    assert taking.receive(by_webhook(a_post()))["statusCode"] == 503
    assert taking.telemetry.counts["UnforeseenError"] == 1
    assert NUMBER not in repr(taking.telemetry.notes)


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("denied")])
def test_without_its_key_nothing_of_the_gateway_is_believed(error: Exception) -> None:
    def signed(raw: bytes, headers: object) -> bool:
        raise error

    taking = Taking()
    needs = ReceiptsTaken(take=taking._take, signed=signed, telemetry=taking.telemetry)
    assert receive(by_webhook(a_post()), needs)["statusCode"] == 503
    assert taking.taken == []


# Deployed


def sent(insurer: Deployed) -> str:
    """The attempt of an invitation that went out."""
    insurer.call("POST", "/v1/contacts", {"relation": "child", "phone": NUMBER, "adult": True})
    insurer.relay_and_deliver()
    (invitation,) = [text for text in insurer.aws.texts if text["to"] == NUMBER]
    return invitation["attempt_id"]


def delivery(insurer: Deployed) -> Json | None:
    """Of the invitation that went out."""
    kept = [json.loads(r["doc"]["S"]) for r in insurer.aws.tables["cases"].values() if r["kind"]["S"] == "alert"]
    (found,) = [alert.get("delivery") for alert in kept if alert["purpose"] == "confirm_contact"]
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("base64", [False, True])
def test_a_signed_receipt_of_the_gateway_is_kept(insurer: Deployed, base64: bool) -> None:
    attempt = sent(insurer)
    event = by_webhook(a_post(reference=attempt), base64=base64)
    assert insurer.function("take_receipts").handler(event, None)["statusCode"] == 200
    assert delivery(insurer) == {"arrival": "delivered", "at": "2026-03-11T13:40:07Z", "code": "000"}


def test_an_event_of_end_user_messaging_is_kept(insurer: Deployed) -> None:
    attempt = sent(insurer)
    event = by_topic(an_event(context={"attempt_id": attempt}))
    assert insurer.function("take_receipts").handler(event, None) == {}
    assert (delivery(insurer) or {})["arrival"] == "delivered"


FORGED: list[Callable[[Json], Json]] = [
    lambda body: by_webhook(body, key="j" * 64),
    lambda body: by_webhook(body, at=time.time() - 301),
    lambda body: {**by_webhook(body), "headers": {}},
    lambda body: {**by_webhook(body), "body": json.dumps({**body, "status": "undelivered"})},
    lambda body: {**by_webhook(body), "headers": None},
]


@pytest.mark.parametrize("forge", FORGED)
def test_what_is_not_signed_is_not_believed(insurer: Deployed, forge: Callable[[Json], Json]) -> None:
    attempt = sent(insurer)
    answer = insurer.function("take_receipts").handler(forge(a_post(reference=attempt)), None)
    assert answer["statusCode"] == 401
    assert delivery(insurer) is None


def test_without_a_gateway_nobody_can_sign(insurer: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_GATEWAY_SECRET", "")
    insurer.restart()
    assert insurer.function("take_receipts").handler(by_webhook(a_post()), None)["statusCode"] == 401
    insurer.restart()


def test_neither_logs_nor_rows_hold_what_a_receipt_says_of_whom(
    insurer: Deployed, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    insurer.restart()
    attempt = sent(insurer)
    late = AT + timedelta(days=1)
    function = insurer.function("take_receipts")
    for event in (
        by_topic(an_event(context={"attempt_id": attempt, "phone": NUMBER}), an_event(eventType=NUMBER), NUMBER),
        by_topic(an_event(context={"attempt_id": NUMBER}, messageId=NUMBER)),
        by_log(a_line(status="FAILURE"), NUMBER),
        by_webhook(a_post(reference=attempt, code=NUMBER, at=late.isoformat(), status="undelivered")),
        by_webhook(a_post(reference=NUMBER)),
        by_webhook({NUMBER: NUMBER}),
    ):
        function.handler(event, None)
    out, err = capfd.readouterr()
    seen = out + err + caplog.text + insurer.aws.written()
    assert "ReceiptUnreadable" in out
    assert [hidden for hidden in (NUMBER, NUMBER[1:], NUMBER[4:]) if hidden in seen] == []


def test_a_log_line_at_the_end_of_time_spoils_no_other(insurer: Deployed) -> None:
    line = a_line()
    line["notification"]["timestamp"] = "9999-12-31 23:59:59.999"
    assert insurer.function("take_receipts").handler(by_log(line), None) == {}


def test_one_that_can_never_be_kept_keeps_no_other_from_it() -> None:
    kept: list[str] = []

    def take(receipt: Receipt) -> None:
        if receipt.message_id == "m-1":
            raise GaveUpError("unreadable_row")
        kept.append(str(receipt.message_id))

    needs = ReceiptsTaken(take=take, signed=lambda raw, headers: True, telemetry=FakeTelemetry())
    both = {"receipts": [a_post(message_id="m-1"), a_post(message_id="m-2")]}
    assert receive(by_webhook(both), needs)["statusCode"] == 503
    with pytest.raises(RetryableError):
        receive(by_topic(an_event(messageId="m-1"), an_event(messageId="m-3")), needs)
    assert kept == ["m-2", "m-3"]
