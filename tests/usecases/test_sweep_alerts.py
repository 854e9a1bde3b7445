"""Each minute whatever is stuck comes to an end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import DEADLINE, RELAY_AFTER, SENDING_LIMIT, Alert, AlertId, AlertState, TaskReason
from safelight.domain.contact import ContactId
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.request import RequestId
from tests.builders import a_case, a_contact, a_request, an_alert, sending
from tests.usecases.world import World

JUST = timedelta(microseconds=1)
NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def world() -> World:
    return World()


def stored(world: World, name: str = "a", *, sent_at: timedelta | None = None) -> AlertId:
    """A pending alert of now, or one that began sending `sent_at` later."""
    case = a_case(request=a_request(request_id=RequestId(name)))
    alert: Alert = an_alert(case, a_contact(contact_id=ContactId("k")))
    alert = replace(alert, created_at=world.clock.now())
    if sent_at is not None:
        alert = sending(alert, at=world.clock.now() + sent_at)
    world.store.alerts[alert.alert_id] = alert
    return alert.alert_id


@pytest.mark.parametrize(
    ("age", "queued", "state", "reason"),
    [
        (timedelta(0), False, AlertState.PENDING, None),
        (RELAY_AFTER - JUST, False, AlertState.PENDING, None),
        (RELAY_AFTER, True, AlertState.PENDING, None),
        (DEADLINE - JUST, True, AlertState.PENDING, None),
        (DEADLINE, False, AlertState.FAILED, TaskReason.ALERT_LATE),
        (timedelta(days=3), False, AlertState.FAILED, TaskReason.ALERT_LATE),
    ],
    ids=str,
)
def test_a_pending_alert_is_queued_again_and_then_given_to_staff(
    world: World, age: timedelta, queued: bool, state: AlertState, reason: TaskReason | None
) -> None:
    alert_id = stored(world)
    world.clock.move(age)
    world.sweep()
    assert world.queue.waiting == ([alert_id] if queued else [])
    assert world.store.alerts[alert_id].state is state
    assert [task.reason for task in world.tasks] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (SENDING_LIMIT - JUST, AlertState.SENDING),
        (SENDING_LIMIT, AlertState.UNKNOWN),
        (timedelta(days=3), AlertState.UNKNOWN),
    ],
    ids=str,
)
def test_an_alert_whose_sender_is_lost_becomes_unknown_and_is_never_queued(
    world: World, age: timedelta, state: AlertState
) -> None:
    begun = timedelta(seconds=20)
    alert_id = stored(world, sent_at=begun)
    world.clock.move(begun + age)
    world.sweep()
    assert world.store.alerts[alert_id].state is state
    assert world.queue.waiting == []
    expected = [TaskReason.ALERT_UNKNOWN] if state is AlertState.UNKNOWN else []
    assert [task.reason for task in world.tasks] == expected


@pytest.mark.parametrize(
    "error", [RetryableError("down"), GaveUpError("refused"), ConflictError("stored_version")], ids=str
)
def test_one_that_cannot_be_moved_does_not_keep_the_others_waiting(world: World, error: Exception) -> None:
    ids = [stored(world, name) for name in NAMES]
    world.clock.move(DEADLINE)
    world.faults.fail("save_alert", error=error)
    assert world.sweep() == 4
    states = [world.store.alerts[alert_id].state for alert_id in ids]
    assert states == [AlertState.PENDING, *[AlertState.FAILED] * 3]
    assert [event for event, _ in world.telemetry.notes] == ["sweep_skipped", *["alert_failed"] * 3]
    world.clock.move(timedelta(minutes=1))
    assert world.sweep() == 1
    assert world.store.alerts[ids[0]].state is AlertState.FAILED
    assert len(world.tasks) == 4


def test_a_queue_that_is_down_stops_no_ending(world: World) -> None:
    late = stored(world, "late")
    world.clock.move(DEADLINE - RELAY_AFTER)
    waiting = stored(world, "waiting")
    world.clock.move(RELAY_AFTER)
    world.faults.fail("put")
    with pytest.raises(RetryableError):
        world.sweep()
    assert world.store.alerts[late].state is AlertState.FAILED
    assert world.store.alerts[waiting].state is AlertState.PENDING


def test_with_nothing_stuck_nothing_is_counted(world: World) -> None:
    assert world.sweep() == 0
    assert world.telemetry.counts["AlertsStuck"] == 0
    stored(world)
    world.clock.move(RELAY_AFTER)
    assert world.sweep() == 1
    assert world.telemetry.counts["AlertsStuck"] == 1


def test_an_alert_that_ended_between_the_reading_and_the_sweeping_stays_as_it_is(world: World) -> None:
    """The index that the sweeper reads may lag."""
    alert_id = stored(world)
    stale = world.store.alerts[alert_id]
    world.clock.move(DEADLINE)
    world.sweep()
    ended = world.store.alerts[alert_id]

    class Lagging:
        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "open_since_before":
                return lambda moment, limit: (stale,)
            return getattr(self.port, name)

    world.through = Lagging
    world.sweep()
    assert world.store.alerts[alert_id] == ended
    assert len(world.tasks) == 1
