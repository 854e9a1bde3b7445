"""What the template and the relay count on in the real tables."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from local.emulator_process import Emulator
from local.machine import REGION
from safelight.adapters.aws_json import AwsError
from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.alerts import DynamoAlerts
from safelight.adapters.dynamodb.table import Table, dynamodb_client
from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.domain.alert import AlertState, TaskReason
from safelight.domain.case import CaseId
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.facts import External
from safelight.domain.request import SessionId
from safelight.domain.session_risk import Session
from safelight.ports import Changes
from tests.adapters import wire
from tests.builders import (
    ACCOUNT,
    NOW,
    POLICYHOLDER,
    a_case,
    a_contact,
    a_context,
    a_decision,
    a_task,
    an_alert,
    an_invitation,
    ended,
    sending,
)
from tests.contract.conftest import TIMEOUT_S, RealTables, Stores, credentials

pytestmark = pytest.mark.emulator


def opened(stores: Stores) -> Changes:
    case = a_case()
    changes = Changes(
        case=case, decision=a_decision(case), alerts=(an_alert(case),), tasks=(a_task(case),), digest="d1"
    )
    stores.cases.commit(changes)
    return changes


def stream(emulator: Emulator, table: str) -> list[dict[str, Any]]:
    client = emulator.client("dynamodbstreams")
    (listed,) = client.list_streams(TableName=table)["Streams"]
    arn = listed["StreamArn"]
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = client.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records: list[dict[str, Any]] = client.get_records(ShardIterator=iterator)["Records"]
    return records


def test_a_case_lies_in_one_partition_with_its_history_beside_the_policyholder(
    real_stores: Stores, tables: RealTables
) -> None:
    case = opened(real_stores).case
    rows = tables.cases.partition(keys.case_partition(case.case_id))
    assert [row["sk"]["S"] for row in rows] == ["ALERT#contact-0001", "CASE", "DECISION#0001", "TASK#alert_failed"]
    assert [row["kind"]["S"] for row in rows] == ["alert", "case", "decision", "task"]
    history = tables.cases.partition(f"HOLDER#{POLICYHOLDER}")
    assert [row["sk"]["S"] for row in history] == [f"REQUEST#2026-03-11T13:40:00.000000Z#{case.case_id}"]


def test_the_relays_filter_lets_each_new_alert_through_once_and_nothing_else(
    real_stores: Stores, tables: RealTables, emulator: Emulator
) -> None:
    changes = opened(real_stores)
    alert = changes.alerts[0]
    real_stores.alerts.save(sending(alert))
    real_stores.alerts.save(ended(sending(alert)), [a_task(changes.case, TaskReason.ALERT_UNKNOWN)])
    contact = a_contact()
    real_stores.book.save_contact(contact, [an_invitation(contact)])
    let_through = [
        record["dynamodb"]["NewImage"]["alert_id"]["S"]
        for record in stream(emulator, tables.cases.name)
        if record["eventName"] == "INSERT" and record["dynamodb"]["NewImage"]["kind"] == {"S": "alert"}
    ]
    assert let_through == [alert.alert_id, an_invitation(contact).alert_id]


def test_only_open_alerts_and_only_cases_are_in_the_indexes(real_stores: Stores, tables: RealTables) -> None:
    changes = opened(real_stores)
    alert = changes.alerts[0]
    assert [row["kind"]["S"] for row in tables.index("open_alerts")] == ["alert"]
    assert [row["kind"]["S"] for row in tables.index("board")] == ["case"]
    real_stores.alerts.save(ended(alert, AlertState.SUPPRESSED))
    assert tables.index("open_alerts") == []
    assert "open_alert" not in (tables.cases.get(keys.alert(alert.alert_id)) or {})


def test_what_shall_be_forgotten_says_when(real_stores: Stores, tables: RealTables) -> None:
    real_stores.sessions.save(POLICYHOLDER, SessionId("s"), Session(context=a_context(), version=1), NOW)
    session = tables.book.get(keys.session(POLICYHOLDER, SessionId("s")))
    assert session is not None
    assert session[keys.TTL_ATTRIBUTE] == {"N": str(int((NOW + timedelta(days=1)).timestamp()))}
    real_stores.indicators.save(
        Indicator(
            subject_kind=SubjectKind.ACCOUNT,
            subject=ACCOUNT,
            source="police",
            purpose="fraud_prevention",
            expires_at=NOW,
            says=External(account_reported=True),
        )
    )
    indicator = tables.book.get(keys.indicator("account", ACCOUNT, "police", "fraud_prevention"))
    assert indicator is not None
    assert indicator[keys.TTL_ATTRIBUTE] == {"N": str(int(NOW.timestamp()))}


def test_a_lost_answer_is_asked_for_again_and_the_commit_happened_once(
    real_stores: Stores, tables: RealTables, emulator: Emulator
) -> None:
    """The first go reaches the table and its answer is lost: the second go, with the same token, must not conflict."""
    changes = opened(real_stores)
    with wire.serve(wire.answer()) as served:
        served.behaviours = [partial(_forward_and_drop, served, emulator), partial(_forward, served, emulator)]
        client = dynamodb_client(REGION, served.url, credentials, TIMEOUT_S)
        DynamoAlerts(Table(client, tables.cases.name)).save(sending(changes.alerts[0]))
        client.close()
    assert len(served.requests) == 2
    assert real_stores.alerts.find(changes.alerts[0].alert_id) == sending(changes.alerts[0])


def _forward(served: wire.Wire, emulator: Emulator, connection: Any) -> None:
    import http.client  # noqa: PLC0415

    head, _, body = served.latest[connection].partition(b"\r\n\r\n")
    headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
    behind = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=5)
    behind.request("POST", "/", body, headers)
    response = behind.getresponse()
    said = response.read()
    behind.close()
    wire.answer(said, response.status)(connection)


def _forward_and_drop(served: wire.Wire, emulator: Emulator, connection: Any) -> None:
    _forward(served, emulator, _Nowhere(served, connection))
    wire.hang_up(connection)


class _Nowhere:
    """Looks like the connection to `latest`, and sends nothing."""

    def __init__(self, served: wire.Wire, connection: Any) -> None:
        served.latest[self] = served.latest[connection]  # type: ignore[index]

    def sendall(self, data: bytes) -> None:
        return


def test_a_transaction_that_keeps_meeting_others_is_retryable() -> None:
    cancelled = (
        b'{"__type": "TransactionCanceledException",'
        b' "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}'
    )
    with wire.serve(wire.answer(cancelled, 400)) as served:
        client = dynamodb_client(REGION, served.url, credentials, TIMEOUT_S)
        with pytest.raises(RetryableError):
            DynamoAlerts(Table(client, "t", sleep=lambda _: None)).save(an_alert(a_case()))
        client.close()
    assert len(served.requests) == 3


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ConditionalCheckFailed", ConflictError),
        ("ValidationError", GaveUpError),
        ("ThrottlingError", RetryableError),
    ],
)
def test_a_cancelled_transaction_is_sorted_by_what_the_caller_does(code: str, error: type[Exception]) -> None:
    cancelled = (
        b'{"__type": "TransactionCanceledException", "CancellationReasons":'
        b' [{"Code": "TransactionConflict"}, {"Code": "%s"}]}' % code.encode()
    )
    with wire.serve(wire.answer(cancelled, 400)) as served:
        client = dynamodb_client(REGION, served.url, credentials, TIMEOUT_S)
        with pytest.raises(error):
            DynamoAlerts(Table(client, "t", sleep=lambda _: None)).save(an_alert(a_case()))
        client.close()


def test_an_alert_row_that_cannot_be_read_keeps_no_other_waiting(real_stores: Stores, tables: RealTables) -> None:
    opened(real_stores)
    stored = tables.cases.get(keys.alert(an_alert(a_case()).alert_id))
    assert stored is not None
    tables.cases.put({**stored, "sk": {"S": "ALERT#broken"}, "doc": {"S": "{"}})
    told: list[str] = []
    alerts = DynamoAlerts(tables.cases, lambda: told.append("unreadable"))
    assert alerts.open_since_before(NOW + timedelta(days=1), 10) == (an_alert(a_case()),)
    assert told == ["unreadable"]


def test_a_table_that_does_not_exist_gives_up(emulator: Emulator) -> None:
    client = dynamodb_client(REGION, emulator.endpoint, credentials, TIMEOUT_S)
    with pytest.raises(AwsError) as raised:
        DynamoAlerts(Table(client, "nothing")).find(an_alert(a_case()).alert_id)
    client.close()
    assert raised.value.code == "ResourceNotFoundException"


def test_more_than_one_page_of_a_partition_is_read_to_its_end(real_stores: Stores, tables: RealTables) -> None:
    """A Query answers at most 1 MB."""
    case = opened(real_stores).case
    for number in range(2, 8):
        moved = replace(case, version=number)
        decision = a_decision(moved, number=number, vector=bytes(200_000))
        real_stores.cases.commit(Changes(case=moved, decision=decision))
    found = real_stores.cases.find(CaseId(case.case_id))
    assert found is not None
    assert [decision.number for decision in found.decisions] == list(range(1, 8))
    assert len(found.tasks) == 1
