"""The port `Deadlines` against the emulator's own Scheduler, and against one that does not answer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from local.emulator_process import Emulator
from local.machine import REGION, ROOT_CREDENTIAL
from safelight.adapters.schedules import AwsDeadlines, ScheduleSettings
from safelight.domain.alert import AlertId
from safelight.domain.errors import RetryableError
from tests.adapters import wire

ALERT = AlertId("n5xgk3thmvzxiylmmvzg25dp/0123456789abcdef01234567")


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ROOT_CREDENTIAL)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", ROOT_CREDENTIAL)


def settings(endpoint: str, group: str) -> ScheduleSettings:
    return ScheduleSettings(
        region=REGION,
        endpoint=endpoint,
        group=group,
        target="arn:aws:lambda:x:0:function:hold-deadline",
        role="arn:aws:iam::0:role/schedules",
        dead_letters="arn:aws:sqs:x:0:dead",
    )


@pytest.fixture
def group(emulator: Emulator) -> Iterator[str]:
    name = f"deadlines-{uuid4().hex[:8]}"
    emulator.client("scheduler").create_schedule_group(Name=name)
    yield name
    emulator.client("scheduler").delete_schedule_group(Name=name)


@pytest.mark.emulator
def test_the_schedule_is_named_by_the_alert_comes_once_and_is_gone_then(emulator: Emulator, group: str) -> None:
    deadlines = AwsDeadlines(settings(emulator.endpoint, group))
    before = datetime.now(UTC).replace(tzinfo=None)
    deadlines.set(ALERT, 180)
    deadlines.set(ALERT, 999)
    client = emulator.client("scheduler")
    (listed,) = client.list_schedules(GroupName=group)["Schedules"]
    assert listed["Name"] == ALERT.replace("/", ".")
    stored = client.get_schedule(Name=listed["Name"], GroupName=group)
    at = datetime.strptime(stored["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)")  # noqa: DTZ007 - Scheduler's is UTC
    assert timedelta(seconds=180) <= at - before < timedelta(seconds=200)
    assert stored["ActionAfterCompletion"] == "DELETE"
    assert json.loads(stored["Target"]["Input"]) == {"alert_id": ALERT}
    assert stored["Target"]["DeadLetterConfig"]["Arn"].endswith("dead")


@pytest.mark.emulator
def test_a_group_that_is_not_there_is_an_error_that_says_which(emulator: Emulator) -> None:
    with pytest.raises(RetryableError, match="scheduler:ResourceNotFoundException"):
        AwsDeadlines(settings(emulator.endpoint, "nowhere")).set(ALERT, 180)


def test_a_scheduler_that_hangs_or_is_away_is_given_up_in_time() -> None:
    with wire.serve(wire.hang_up) as served, pytest.raises(RetryableError, match="scheduler:"):
        AwsDeadlines(settings(served.url, "any")).set(ALERT, 180)
    assert 1 <= len(served.requests) <= 2, "a schedule has a name: setting it twice is harmless"
