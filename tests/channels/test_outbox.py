"""Batches of the outbox: what came, what is given back, what is dropped."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from safelight.channels import outbox
from safelight.domain.alert import AlertId
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from tests.builders import NOW
from tests.fakes import FakeTelemetry

BEGAN, LATER = "2026-03-11T13:40:00.000000Z", "2026-03-11T13:41:00.000000Z"
IDS = ["case-1/contact-1", "case-2/contact-1", "invite/contact-1/1"]


def stream(ids: Sequence[str]) -> dict[str, Any]:
    records = [
        {
            "eventName": "INSERT",
            "dynamodb": {
                "SequenceNumber": str(n),
                "NewImage": {"alert_id": {"S": alert_id}, "created_at": {"S": LATER}, "began": {"S": BEGAN}},
            },
        }
        for n, alert_id in enumerate(ids, 100)
    ]
    return {"Records": records}


def queue(ids: Sequence[str]) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m-{n}", "body": json.dumps({"alert_id": i})} for n, i in enumerate(ids)]}


def test_a_batch_of_new_alerts_is_queued_in_one_go() -> None:
    put: list[list[AlertId]] = []
    assert outbox.relay(stream(IDS), lambda ids: put.append(list(ids))) == {"batchItemFailures": []}
    assert put == [IDS]


def test_each_alert_comes_with_when_its_time_began() -> None:
    began: dict[str, datetime] = {}
    outbox.relay(stream(IDS), began.update)
    assert set(began.values()) == {NOW}


def test_an_alert_that_older_code_stored_began_when_it_was_made() -> None:
    batch, began = stream(IDS), dict[str, datetime]()
    for record in batch["Records"]:
        del record["dynamodb"]["NewImage"]["began"]
    outbox.relay(batch, began.update)
    assert set(began.values()) == {NOW + timedelta(minutes=1)}


def test_a_batch_that_could_not_be_queued_comes_again_from_its_first_record() -> None:
    def put(ids: Mapping[AlertId, datetime]) -> None:
        raise RetryableError("queue down")

    assert outbox.relay(stream(IDS), put) == {"batchItemFailures": [{"itemIdentifier": "100"}]}


def failing(which: str, error: Exception, done: list[str]) -> Callable[[AlertId], object]:
    def alert(alert_id: AlertId) -> None:
        if alert_id == which:
            raise error
        done.append(alert_id)

    return alert


@pytest.mark.parametrize("which", range(3))
def test_only_the_message_that_may_do_better_later_is_given_back(which: int) -> None:
    telemetry, done = FakeTelemetry(), list[str]()
    alert = failing(IDS[which], RetryableError("still_sending"), done)
    assert outbox.deliver(queue(IDS), alert, telemetry) == {"batchItemFailures": [{"itemIdentifier": f"m-{which}"}]}
    assert done == [i for n, i in enumerate(IDS) if n != which]
    assert telemetry.notes == [("alert_postponed", {"alert_id": IDS[which], "why": "still_sending"})]


def test_what_cannot_do_better_is_dropped_and_counted() -> None:
    telemetry, done = FakeTelemetry(), list[str]()
    alert = failing(IDS[0], GaveUpError("no_such_alert"), done)
    assert outbox.deliver(queue(IDS), alert, telemetry) == {"batchItemFailures": []}
    assert done == IDS[1:]
    assert telemetry.counts["AlertGivenUp"] == 1


def test_an_error_that_nobody_foresaw_is_not_taken_for_success() -> None:
    """It leaves the function, so the message comes again and ends among the dead letters, with an alarm."""
    with pytest.raises(ConflictError):
        outbox.deliver(queue(IDS[:1]), failing(IDS[0], ConflictError("odd"), []), FakeTelemetry())
