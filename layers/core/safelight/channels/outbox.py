"""Batches of the outbox: stream records and queue messages ↔ alert ids, with what failed reported one by one."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from safelight.domain.alert import AlertId
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.ports import Telemetry

Failures = dict[str, list[dict[str, str]]]


def relay(event: dict[str, Any], relay_alerts: Callable[[Mapping[AlertId, datetime]], None]) -> Failures:
    """Queue the alerts of a stream batch. When that fails, the batch is to come again from its first record:
    queueing one twice is harmless. A reminder waits for its day: the sweeper hands it on."""
    records = event["Records"]
    try:
        images = [record["dynamodb"]["NewImage"] for record in records]
        began = {AlertId(image["alert_id"]["S"]): _began(image) for image in images if "not_before" not in image}
        if began:
            relay_alerts(began)
    except RetryableError:
        return {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def _began(image: dict[str, dict[str, str]]) -> datetime:
    """A row that older code wrote has no `began`: nobody stood in for another then."""
    return datetime.fromisoformat(image.get("began", image["created_at"])["S"])


def deliver(event: dict[str, Any], alert: Callable[[AlertId], object], telemetry: Telemetry) -> Failures:
    """Alert for each message. What may do better later goes back to the queue; what cannot is dropped and counted."""
    failed = []
    for record in event["Records"]:
        alert_id = AlertId(json.loads(record["body"])["alert_id"])
        try:
            alert(alert_id)
        except RetryableError as error:
            telemetry.note("alert_postponed", alert_id=alert_id, why=str(error))
            failed.append({"itemIdentifier": record["messageId"]})
        except GaveUpError as error:
            telemetry.note("alert_given_up", alert_id=alert_id, why=str(error))
            telemetry.count("AlertGivenUp")
    return {"batchItemFailures": failed}
