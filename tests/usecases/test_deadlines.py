"""Each alert about a case has a schedule of its own, which ends it in time though everything else stands still."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import DEADLINE, SENDING_LIMIT, AlertId, AlertState, TaskReason
from safelight.domain.contact import SealedPhone
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId
from safelight.ports import Fate, SmsMessage
from safelight.usecases.relay_alerts import LOOKED_AT_AFTER
from tests.faults.power import PowerCutError
from tests.usecases.world import World, a_settled_contact

LATE_BY = timedelta(seconds=60)
"""How late EventBridge Scheduler may be."""


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


def red(world: World) -> AlertId:
    (alert,) = world.alerts_of(world.shines(Light.RED).assess().case.case_id)
    return alert.alert_id


def test_a_case_is_staffs_within_five_minutes_by_its_schedule_alone(world: World) -> None:
    """No queue, no sweeper."""
    alert_id = red(world)
    world.relay()
    world.queue.take()
    world.clock.move(LOOKED_AT_AFTER + LATE_BY)
    assert timedelta(minutes=5) > LOOKED_AT_AFTER + LATE_BY
    world.keep_deadlines()
    assert world.store.alerts[alert_id].state is AlertState.FAILED
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]


@pytest.mark.parametrize("after", [0, 60, DEADLINE.total_seconds() - 1])
def test_whenever_the_sender_died_its_schedule_finds_it_lost(world: World, after: float) -> None:
    alert_id = red(world)
    world.relay()
    world.clock.move(seconds=after)

    def dies(message: SmsMessage) -> None:
        raise PowerCutError("on the wire")

    world.sms.always = dies
    with pytest.raises(PowerCutError):
        world.send(alert_id)
    world.clock.move(LOOKED_AT_AFTER - timedelta(seconds=after))
    world.keep_deadlines()
    assert world.store.alerts[alert_id].state is AlertState.UNKNOWN
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_UNKNOWN]


class SlowVault:
    """Takes ten seconds to open a number."""

    def __init__(self, world: World) -> None:
        self.world = world

    def unseal(self, sealed: SealedPhone, policyholder_id: PolicyholderId) -> str:
        self.world.clock.move(seconds=10)
        return self.world.vault.unseal(sealed, policyholder_id)


def test_a_sender_whose_time_runs_out_on_the_way_to_the_wire_does_not_begin(world: World) -> None:
    """Else one that is lost then would be found too late."""
    alert_id = red(world)
    world.clock.move(DEADLINE - timedelta(seconds=5))
    world.through = lambda port: SlowVault(world) if port is world.vault else port
    assert world.send(alert_id).state is AlertState.FAILED
    assert world.sent == []
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]


def test_an_alert_that_has_ended_is_left_alone(world: World) -> None:
    alert_id = red(world)
    world.run()
    before = world.store.alerts[alert_id]
    world.clock.move(LOOKED_AT_AFTER)
    world.keep_deadlines()
    assert world.store.alerts[alert_id] == before
    assert world.tasks == []


def test_a_schedule_that_comes_too_early_comes_again(world: World) -> None:
    alert_id = red(world)
    world.clock.move(DEADLINE - timedelta(seconds=1))
    with pytest.raises(RetryableError):
        world.hold_deadline(alert_id)
    assert world.tasks == []


def test_a_schedule_of_nothing_is_given_up(world: World) -> None:
    with pytest.raises(GaveUpError):
        world.hold_deadline(AlertId("nothing/nobody"))


def test_without_a_schedule_the_alert_is_sent_all_the_same_and_somebody_is_told(world: World) -> None:
    red(world)
    world.faults.fail("set_deadline")
    world.run()
    assert len(world.sent) == 1
    assert world.telemetry.counts["DeadlineUnset"] == 1


def test_what_is_about_no_case_has_no_schedule(world: World) -> None:
    world.designate("+886912000999")
    world.run()
    assert world.deadlines.due == {}


def test_who_stands_in_for_another_is_looked_at_when_the_firsts_time_is_over(world: World) -> None:
    a_settled_contact(world, contact_id="c-2", phone="+886912000102")
    red(world)
    world.clock.move(DEADLINE - timedelta(seconds=10))
    world.fake_sms.answer_next(Fate.REFUSED)
    begun = world.clock.now() - (DEADLINE - timedelta(seconds=10))
    world.run()
    world.relay()
    assert len(world.deadlines.due) == 2
    assert set(world.deadlines.due.values()) == {begun + LOOKED_AT_AFTER}


def test_one_whose_time_is_over_already_is_looked_at_at_once(world: World) -> None:
    alert_id = red(world)
    world.clock.move(timedelta(hours=1))
    world.relay()
    # Not in the past when it arrives: EventBridge Scheduler refuses that.
    assert world.deadlines.due == {alert_id: world.clock.now() + timedelta(seconds=5)}


def test_a_batch_that_comes_again_keeps_the_first_time(world: World) -> None:
    alert_id = red(world)
    world.relay()
    first = world.deadlines.due[alert_id]
    world.clock.move(SENDING_LIMIT)
    world.relayed = 0
    world.relay()
    assert world.deadlines.due == {alert_id: first}


def test_who_wrote_with_a_clock_that_was_ahead_is_looked_at_in_time_all_the_same(world: World) -> None:
    """The request was written an hour ahead of everybody else's clock, and its sender died."""
    world.clock.move(timedelta(hours=1))
    alert_id = red(world)
    world.clock.move(timedelta(hours=-1))
    world.relay()
    world.queue.take()
    world.clock.move(LOOKED_AT_AFTER)
    world.keep_deadlines()
    assert world.store.alerts[alert_id].state is AlertState.FAILED
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]


def test_a_sender_whose_clock_was_ahead_is_found_lost_too(world: World) -> None:
    alert_id = red(world)
    world.relay()

    def dies(message: SmsMessage) -> None:
        raise PowerCutError("on the wire")

    world.sms.always = dies
    with pytest.raises(PowerCutError):
        world.send(alert_id)
    lost = world.store.alerts[alert_id]
    world.store.alerts[alert_id] = replace(lost, changed_at=world.clock.now() + timedelta(hours=1))
    world.clock.move(LOOKED_AT_AFTER)
    world.keep_deadlines()
    assert world.store.alerts[alert_id].state is AlertState.UNKNOWN
