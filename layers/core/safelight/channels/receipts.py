"""Delivery receipts, in the three shapes that they come in, to one `Receipt`. They hold numbers: none is written down.

- End User Messaging: events of the configuration set, by an SNS topic. The context holds our attempt.
- SNS: lines of its delivery log, by a subscription of CloudWatch Logs. They hold only SNS's own id of the message.
- The domestic gateway: a signed POST of `{"reference", "message_id", "status", "code", "at"}`, or of a list of such in
  `receipts`. `reference` is our attempt, `status` one of STATUSES, `at` ISO 8601 with an offset.

Sources: docs.aws.amazon.com, End User Messaging SMS, "Example of SMS event data"; SNS, "Monitoring SMS activity".
"""

import gzip
import json
import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from safelight.channels.last_resort import LastResort
from safelight.domain.alert import Arrival, AttemptId
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.receipt import Receipt
from safelight.ports import Telemetry

Json = dict[str, Any]

STATUSES = {
    "on_the_way": Arrival.ON_THE_WAY,
    "delivered": Arrival.DELIVERED,
    "undelivered": Arrival.UNDELIVERED,
    "expired": Arrival.UNDELIVERED,
}
_ARRIVED = frozenset({"TEXT_DELIVERED", "TEXT_SUCCESSFUL"})
_EXPIRED = "TEXT_TTL_EXPIRED"
_NEVER_HEARD = timedelta(hours=72)
"""After this End User Messaging itself says TEXT_UNKNOWN, which then means no more than that no carrier spoke."""
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}|[0-9]{1,6}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class _UnreadableError(Exception):
    """What came is no receipt that we know. Quotes nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsTaken:
    """What the function needs. `signed` says whether a body with these headers (names in lower case) is the gateway's;
    it raises RetryableError and GaveUpError when that cannot be found out."""

    take: Callable[[Receipt], object]
    signed: Callable[[bytes, Mapping[str, str]], bool]
    telemetry: Telemetry


def receive(event: Json, needs: ReceiptsTaken) -> Json:
    """Answers the gateway; an AWS service has no use for an answer, and brings again what raises.

    Raises RetryableError, once everything else in the event is done, when something in it should come again.
    """
    if "requestContext" in event:
        return _webhook(event, needs)
    if _take_all(_of_aws(event), needs):
        raise RetryableError("receipts_left")
    return {}


def _webhook(event: Json, needs: ReceiptsTaken) -> Json:
    try:
        raw = _raw(event)
        if not needs.signed(raw, _headers(event)):
            needs.telemetry.count("ReceiptUnsigned")
            return _answer(HTTPStatus.UNAUTHORIZED)
    except ValueError:
        return _answer(HTTPStatus.BAD_REQUEST)
    except (RetryableError, GaveUpError) as error:
        needs.telemetry.note("receipt_postponed", why=str(error))
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
    left = True
    with LastResort(needs.telemetry):
        left = _take_all(_of_gateway(raw), needs)
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE if left else HTTPStatus.OK)


def _take_all(found: Iterator[Receipt | None], needs: ReceiptsTaken) -> bool:
    """Whether something is left that should come again. None is what could not be read: it never will be."""
    left = False
    for receipt in found:
        if receipt is None:
            needs.telemetry.count("ReceiptUnreadable")
            continue
        try:
            needs.take(receipt)
        except (RetryableError, GaveUpError) as error:
            needs.telemetry.note("receipt_postponed", why=str(error))
            left = True
    return left


def _of_aws(event: Json) -> Iterator[Receipt | None]:
    if "awslogs" in event:
        yield from _each(_log_lines(event), _of_sns)
    else:
        records = event.get("Records")
        told = records if isinstance(records, list) else [None]
        yield from _each([_part(_part(one), "Sns").get("Message") for one in told], _of_end_user_messaging)


def _of_gateway(raw: bytes) -> Iterator[Receipt | None]:
    try:
        body = _object(raw)
    except _UnreadableError:
        yield None
        return
    listed = body.get("receipts", [body])
    yield from _each(listed if isinstance(listed, list) else [None], _of_one_gateway_receipt)


def _each(told: list[Any], read: Callable[[Any], Receipt | None]) -> Iterator[Receipt | None]:
    """What is not about a message of ours is left out; what cannot be read is None."""
    for one in told:
        try:
            receipt = read(one)
        except _UnreadableError:
            yield None
        else:
            if receipt is not None:
                yield receipt


def _of_end_user_messaging(message: Any) -> Receipt | None:
    """None for what is no event of a text: the topic may bring others."""
    event = _object(message)
    kind = event.get("eventType")
    if not isinstance(kind, str) or not kind.startswith("TEXT_"):
        return None
    at = _milliseconds(event.get("eventTimestamp"))
    arrival = Arrival.ON_THE_WAY
    if event.get("isFinal") is True:
        arrival = Arrival.DELIVERED if kind in _ARRIVED else Arrival.UNDELIVERED
        if kind == "TEXT_UNKNOWN" and at - _milliseconds(event.get("messageRequestTimestamp")) >= _NEVER_HEARD:
            arrival = Arrival.ON_THE_WAY
    return _receipt(
        "end_user_messaging",
        arrival,
        at,
        attempt=_part(event, "context").get("attempt_id"),
        message=event.get("messageId"),
        code=kind,
        expired=kind == _EXPIRED,
    )


def _log_lines(event: Json) -> list[Any]:
    data = _part(event, "awslogs").get("data")
    try:
        batch = _object(gzip.decompress(b64decode(data if isinstance(data, str) else "", validate=True)))
    except (_UnreadableError, ValueError, OSError, EOFError, zlib.error):
        return [None]
    if batch.get("messageType") == "CONTROL_MESSAGE":  # CloudWatch Logs tries whether it may deliver
        return []
    lines = batch.get("logEvents")
    return [_part(line).get("message") for line in lines] if isinstance(lines, list) else [None]


def _of_sns(line: Any) -> Receipt:
    """SNS writes one line for a message, at its end: the moment is when it was published and how long it took."""
    said = _object(line)
    notification, delivery = _part(said, "notification"), _part(said, "delivery")
    status = said.get("status")
    if status not in ("SUCCESS", "FAILURE"):
        raise _UnreadableError
    took = delivery.get("dwellTimeMsUntilDeviceAck", delivery.get("dwellTimeMs", 0))
    if type(took) is not int or not 0 <= took <= 10**9:
        raise _UnreadableError
    try:
        at = _moment(str(notification.get("timestamp")).replace(" ", "T"), default=UTC) + timedelta(milliseconds=took)
    except OverflowError:
        raise _UnreadableError from None
    return _receipt(
        "sns",
        Arrival.DELIVERED if status == "SUCCESS" else Arrival.UNDELIVERED,
        at,
        message=notification.get("messageId"),
        code=str(status),
    )


def _of_one_gateway_receipt(told: Any) -> Receipt:
    body = _part(told)
    status = body.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        raise _UnreadableError
    return _receipt(
        "gateway",
        STATUSES[status],
        _moment(body.get("at")),
        attempt=body.get("reference"),
        message=body.get("message_id"),
        code=body.get("code"),
        expired=status == "expired",
    )


def _receipt(
    provider: str,
    arrival: Arrival,
    at: datetime,
    *,
    attempt: object = None,
    message: object = None,
    code: object = None,
    expired: bool = False,
) -> Receipt:
    """Raises _UnreadableError for one that names neither an attempt nor a message. A code of no code's form is left
    out: it may be anything, and is shown to staff."""
    attempt_id, message_id = _matching(_ID, attempt), _matching(_ID, message)
    if attempt_id is None and message_id is None:
        raise _UnreadableError
    return Receipt(
        provider=provider,
        arrival=arrival,
        at=at,
        attempt_id=None if attempt_id is None else AttemptId(attempt_id),
        message_id=message_id,
        code=_matching(_CODE, str(code) if type(code) is int else code),
        expired=expired,
    )


def _matching(form: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _object(text: Any) -> Json:
    """Raises _UnreadableError."""
    try:
        said = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise _UnreadableError from None
    if not isinstance(said, dict):
        raise _UnreadableError
    return said


def _part(value: Any, name: str | None = None) -> Json:
    if name is not None:
        value = value.get(name)
    return value if isinstance(value, dict) else {}


def _milliseconds(value: object) -> datetime:
    """Raises _UnreadableError."""
    if type(value) is not int or not 0 <= value < 10**13:
        raise _UnreadableError
    return datetime.fromtimestamp(value / 1000, UTC)


def _moment(value: object, default: Any = None) -> datetime:
    """Raises _UnreadableError, for a time without an offset too where `default` is none."""
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
        at = at if at.tzinfo is not None else at.replace(tzinfo=default)
        if at.tzinfo is None:
            raise _UnreadableError
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _UnreadableError from None


def _raw(event: Json) -> bytes:
    """The bytes that were signed. Raises ValueError for what says that it is base64 and is not."""
    body = event.get("body")
    text = body if isinstance(body, str) else ""
    return b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()


def _headers(event: Json) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in _part(event, "headers").items()}


def _answer(status: HTTPStatus) -> Json:
    return {"statusCode": int(status), "headers": {"cache-control": "no-store"}, "body": ""}
