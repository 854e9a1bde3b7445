"""Who is told when the first could not be: the next contact, then staff, and nobody twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import DEADLINE, SENDING_LIMIT, Alert, AlertState, TaskReason
from safelight.domain.contact import ContactId, ContactState, Telling
from safelight.domain.errors import RetryableError
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import AccountKey
from safelight.ports import Fate, SmsMessage
from tests.builders import NOW, POLICYHOLDER, a_request
from tests.usecases.world import World, a_settled_contact, case_of

CASE = case_of("req-0001")
PHONES = {"c-1": "+886912000101", "c-2": "+886912000102", "c-3": "+886912000103"}


@pytest.fixture
def world() -> World:
    """Three contacts, the first designated first."""
    world = World()
    for number, (name, phone) in enumerate(PHONES.items()):
        designated = NOW - timedelta(days=300 - number)
        a_settled_contact(world, contact_id=ContactId(name), phone=phone, designated_at=designated)
    return world


def states(world: World) -> dict[str | None, AlertState]:
    return {alert.contact_id: alert.state for alert in world.alerts_of(CASE)}


def settle(world: World) -> None:
    """What happens at once, until nothing new is there."""
    for _ in PHONES:
        world.run()


@pytest.mark.parametrize("fate", [Fate.UNKNOWN, Fate.REFUSED])
def test_the_next_contact_is_told_and_staff_have_nothing_to_do(world: World, fate: Fate) -> None:
    world.shines(Light.RED).assess()
    world.fake_sms.answer_next(fate)
    settle(world)
    ended = AlertState.UNKNOWN if fate is Fate.UNKNOWN else AlertState.FAILED
    assert states(world) == {"c-1": ended, "c-2": AlertState.SENT}
    assert [message.to for message in world.sent] == [PHONES["c-1"], PHONES["c-2"]]
    assert world.tasks == []


def test_after_the_last_contact_staff_ring_back(world: World) -> None:
    world.shines(Light.RED).assess()
    world.fake_sms.answer_next(Fate.UNKNOWN, Fate.REFUSED, Fate.UNKNOWN)
    settle(world)
    assert states(world) == {"c-1": AlertState.UNKNOWN, "c-2": AlertState.FAILED, "c-3": AlertState.UNKNOWN}
    assert [(task.reason, task.about) for task in world.tasks] == [(TaskReason.ALERT_UNKNOWN, "c-3")]
    assert len(world.sent) == 3


def test_one_who_may_no_longer_be_told_is_passed_over(world: World) -> None:
    world.shines(Light.RED).assess()
    world.revoke(ContactId("c-1"))
    world.changes(ContactId("c-2"), state=ContactState.DESIGNATED)
    settle(world)
    assert states(world) == {"c-1": AlertState.SUPPRESSED, "c-3": AlertState.SENT}


def test_one_who_turns_suspect_is_a_task_beside_the_next_contact(world: World) -> None:
    paid_to = AccountKey("c" * 64)
    world.shines(Light.RED).assess(a_request(payout_account=paid_to))
    world.changes(ContactId("c-1"), accounts=(paid_to,))
    settle(world)
    assert states(world) == {"c-1": AlertState.SUPPRESSED, "c-2": AlertState.SENT}
    assert [(task.reason, task.about) for task in world.tasks] == [(TaskReason.CONTACT_UNDER_SUSPICION, "c-1")]


def test_the_payee_is_no_message_and_a_task_from_the_start(world: World) -> None:
    paid_to = AccountKey("c" * 64)
    world.changes(ContactId("c-1"), accounts=(paid_to,))
    world.shines(Light.RED).assess(a_request(payout_account=paid_to))
    settle(world)
    assert states(world) == {"c-2": AlertState.SENT}
    assert [(task.reason, task.about) for task in world.tasks] == [(TaskReason.CONTACT_UNDER_SUSPICION, "c-1")]


def test_the_policyholders_own_order_counts(world: World) -> None:
    world.changes(ContactId("c-3"), place=-1)
    world.shines(Light.RED).assess()
    settle(world)
    assert states(world) == {"c-3": AlertState.SENT}


def test_all_are_told_where_he_wants_all_told(world: World) -> None:
    world.book.save_telling(POLICYHOLDER, Telling.ALL)
    world.shines(Light.RED).assess()
    world.fake_sms.answer_next(Fate.ACCEPTED, Fate.UNKNOWN)
    settle(world)
    assert sorted(message.to for message in world.sent) == sorted(PHONES.values())
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_UNKNOWN]


def test_a_sender_who_is_lost_is_followed_by_the_next_contact_and_by_no_second_message(world: World) -> None:
    world.shines(Light.RED).assess()

    def dies(message: SmsMessage) -> None:
        raise RetryableError("the process is gone")

    world.sms.always = dies
    world.run()
    world.sms.always = None
    world.clock.move(SENDING_LIMIT + timedelta(seconds=1))
    world.sweep()
    settle(world)
    assert states(world) == {"c-1": AlertState.UNKNOWN, "c-2": AlertState.SENT}
    assert [message.to for message in world.sent] == [PHONES["c-2"]]


def test_the_next_contact_has_what_is_left_of_the_first_ones_time(world: World) -> None:
    world.shines(Light.RED).assess()
    world.clock.move(DEADLINE - timedelta(seconds=10))
    world.fake_sms.answer_next(Fate.REFUSED)
    world.run()
    assert states(world) == {"c-1": AlertState.FAILED, "c-2": AlertState.PENDING}
    world.clock.move(seconds=11)
    world.run()
    assert states(world)["c-2"] is AlertState.FAILED
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]
    assert len(world.sent) == 1


def test_once_the_time_is_over_staff_are_told_and_no_further_contact(world: World) -> None:
    world.shines(Light.RED).assess()
    world.clock.move(DEADLINE)
    world.sweep()
    assert states(world) == {"c-1": AlertState.FAILED}
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]


@pytest.mark.parametrize("operation", ["find_case", "dossier"])
def test_staff_are_told_where_it_cannot_be_read_who_is_next(world: World, operation: str) -> None:
    world.shines(Light.RED).assess()
    world.clock.move(SENDING_LIMIT * 2)
    (alert,) = world.alerts_of(CASE)
    world.store.alerts[alert.alert_id] = _sending(alert, world)
    world.clock.move(SENDING_LIMIT)
    world.faults.fail_always(operation)
    world.sweep()
    assert states(world) == {"c-1": AlertState.UNKNOWN}
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_UNKNOWN]


def test_two_that_fail_at_once_never_leave_nobody(world: World) -> None:
    """Both go to the one contact who is left: one of them gets him, the other is a task."""
    world.book.save_telling(POLICYHOLDER, Telling.ALL)
    world.changes(ContactId("c-3"), state=ContactState.DESIGNATED)
    world.shines(Light.RED).assess()
    world.changes(ContactId("c-3"), state=ContactState.CONFIRMED)
    first, second = world.alerts_of(CASE)
    read = world.cases.find(CASE)
    world.fake_sms.answer_next(Fate.UNKNOWN, Fate.UNKNOWN)
    world.send(first.alert_id)
    real, world.cases.find = world.cases.find, lambda case_id: read  # type: ignore[method-assign]
    world.send(second.alert_id)  # sees the case as it was before the other failed
    world.cases.find = real  # type: ignore[method-assign]
    assert states(world) == {"c-1": AlertState.UNKNOWN, "c-2": AlertState.UNKNOWN, "c-3": AlertState.PENDING}
    assert [(task.reason, task.about) for task in world.tasks] == [(TaskReason.ALERT_UNKNOWN, "c-2")]


def test_a_case_that_staff_have_ended_alerts_nobody(world: World) -> None:
    world.shines(Light.RED).assess()
    world.ends(CASE, OutcomeLabel.GENUINE)
    settle(world)
    assert states(world) == {"c-1": AlertState.SUPPRESSED}
    assert world.sent == []
    assert world.tasks == []


def _sending(alert: Alert, world: World) -> Alert:
    return replace(alert.move(AlertState.SENDING, world.clock.now()), version=alert.version + 1)
