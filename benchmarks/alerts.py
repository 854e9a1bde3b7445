"""From a RED case's commit to the provider's yes, through the deployed stream, queue and functions.

Beside it, in the same run, what the emulator itself takes: a bare function behind the same kind of stream, and one
behind the same kind of queue, that only say that they were called. What is above their sum is ours.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Self

from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError
from benchmarks.timing import percentile
from local.inbox import Inbox
from local.people import TEACHER, Person
from local.sam import STACK_NAME
from local.seed import Seeder
from local.stack import LocalStack
from safelight.domain.alert import Alert
from safelight.domain.assessment import Assessment, Source
from safelight.domain.case import Case, CaseState, case_id_of
from safelight.domain.contact import contact_id_of
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale, PolicyholderId, PolicyId, Request, RequestId, RequestKind
from safelight.ports import Changes

WARMING = 5
_MOST_S = 60.0
SAYS_THAT_IT_WAS_CALLED = """
import http.client, json

def handler(event, context):
    for record in event["Records"]:
        about = record["body"] if "body" in record else record["dynamodb"]["Keys"]["pk"]["S"]
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        said = json.dumps({"to": about, "text": "", "attempt_id": ""})
        connection.request("POST", "/messages", said, {"content-type": "application/json"})
        connection.getresponse().read()
"""


@dataclass(frozen=True)
class Delays:
    """Milliseconds."""

    number: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True)
class Alerting:
    """`per_second` is of a burst of alerts, between the first and the last yes; so is the queue's own."""

    ours: Delays
    stream: Delays
    queue: Delays
    per_second: float
    queue_per_second: float


def measure(one_by_one: int, burst: int) -> Alerting:
    with Inbox() as inbox:
        parameters = {
            "Stage": "local",
            "SmsProvider": "inbox",
            "SmsInboxUrl": inbox.url,
            "AlertsAnHour": "1000000",
        }
        with LocalStack("bench-alerts", parameters) as stack:
            port = int(inbox.address.rsplit(":", 1)[-1])
            by_stream, by_queue = _bare_stream(stack, port), _bare_queue(stack, port)
            with _Red(stack, one_by_one + burst) as red:
                ours = _delays(inbox, red.commit, one_by_one)
                say(f"commit to yes: p50 {ours.p50:.0f} ms")
                stream, queue = _delays(inbox, by_stream, one_by_one), _delays(inbox, by_queue, one_by_one)
                say(f"stream p50 {stream.p50:.0f} ms, queue p50 {queue.p50:.0f} ms")
                return Alerting(ours, stream, queue, _rate(inbox, red.commit, burst), _rate(inbox, by_queue, burst))


def _delays(inbox: Inbox, begin: Callable[[], str], number: int) -> Delays:
    """Each begins when the one before has arrived. The first few start the functions."""
    found = []
    for _ in range(WARMING + number):
        to = begin()
        found.append((_arrival(inbox, to)[0] - _began.pop(to)) * 1000)
    times = found[WARMING:]
    return Delays(number, percentile(times, 0.5), percentile(times, 0.95), percentile(times, 0.99))


def _rate(inbox: Inbox, begin: Callable[[], str], number: int) -> float:
    """All begun as fast as one client can."""
    arrived = [_arrival(inbox, to)[0] for to in [begin() for _ in range(number)]]
    return (number - 1) / (max(arrived) - min(arrived))


_began: dict[str, float] = {}


def _arrival(inbox: Inbox, to: str) -> list[float]:
    give_up = time.monotonic() + _MOST_S
    while not (texts := inbox.texts(to)):
        if time.monotonic() > give_up:
            raise BenchmarkError(f"nothing arrived within {_MOST_S:.0f} s")
        time.sleep(0.001)
    return [text.received_at for text in texts]


class _Red:
    """Commits a RED case with its alert, as `assess_request` does, each of another policyholder."""

    def __init__(self, stack: LocalStack, number: int) -> None:
        self._seeder = Seeder(stack, _now())
        mark = int(token_hex(2), 16) % 10_000
        self._people = [
            replace(
                TEACHER,
                id=PolicyholderId(f"alerted-{mark}-{n}"),
                contact_phone=f"+8869{mark:04d}{n:04d}",
                contact_subject=None,
                past_loans=(),
            )
            for n in range(number + WARMING)
        ]

    def __enter__(self) -> Self:
        self._seeder.__enter__()
        for person in self._people:
            self._seeder.add(person)
        return self

    def __exit__(self, *exits: object) -> None:
        self._seeder.__exit__(*exits)

    def commit(self) -> str:
        person = self._people.pop()
        phone = str(person.contact_phone)
        case, alert = _case(person, self._seeder.phone_key(phone))
        self._seeder.cases.commit(Changes(case=case, digest="bench", alerts=(alert,)))
        _began[phone] = time.time()
        return phone


def _case(person: Person, phone_key: Any) -> tuple[Case, Alert]:
    request = Request(
        request_id=RequestId(token_hex(8)),
        policyholder_id=person.id,
        kind=RequestKind.POLICY_LOAN,
        amount_twd=100_000,
        policy_ids=(PolicyId("WL-2001"),),
        channel=Channel.APP,
        locale=Locale.ZH_TW,
        requested_at=_now(),
    )
    assessment = Assessment(
        light=Light.RED,
        source=Source.RULES,
        probability=None,
        experts={},
        reasons=(),
        suspected=(),
        model_version="bench",
    )
    case_id = case_id_of(person.id, request.request_id)
    case = Case(
        case_id=case_id,
        request=request,
        state=CaseState.OPEN,
        floor=Light.RED,
        assessment=assessment,
        opened_at=request.requested_at,
    )
    contact_id = contact_id_of(person.id, phone_key)
    return case, Alert.for_case(case_id, contact_id, person.id, request.requested_at)


def _bare_stream(stack: LocalStack, port: int) -> Callable[[], str]:
    dynamodb = stack.client("dynamodb")
    table = dynamodb.create_table(
        TableName="bare",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    _bare_function(stack, "bare-stream", port, table["LatestStreamArn"], StartingPosition="TRIM_HORIZON", BatchSize=10)

    def begin() -> str:
        about = token_hex(8)
        dynamodb.put_item(TableName="bare", Item={"pk": {"S": about}})
        _began[about] = time.time()
        return about

    return begin


def _bare_queue(stack: LocalStack, port: int) -> Callable[[], str]:
    sqs = stack.client("sqs")
    url = sqs.create_queue(QueueName="bare", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    _bare_function(stack, "bare-queue", port, arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 10})

    def begin() -> str:
        about = token_hex(8)
        sqs.send_message(QueueUrl=url, MessageBody=about)
        _began[about] = time.time()
        return about

    return begin


def _bare_function(stack: LocalStack, name: str, port: int, source: str, **mapping: Any) -> None:
    functions = stack.client("lambda")
    sending = functions.get_function_configuration(FunctionName=f"{STACK_NAME}-alert-contact")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", SAYS_THAT_IT_WAS_CALLED.replace("PORT", str(port)))
    functions.create_function(
        FunctionName=name,
        Runtime=sending["Runtime"],
        Role=sending["Role"],
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
        MemorySize=sending["MemorySize"],
        Timeout=sending["Timeout"],
    )
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=source, **mapping)


def _now() -> datetime:
    return datetime.now(UTC)
