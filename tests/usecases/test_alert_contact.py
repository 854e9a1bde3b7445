"""One alert, one SMS, at most once, and always an end."""

from datetime import timedelta
from typing import Any

import pytest

from safelight.domain.alert import DEADLINE, SENDING_LIMIT, Alert, AlertId, AlertPurpose, AlertState, TaskReason
from safelight.domain.contact import ContactState
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.request import Locale
from safelight.ports import Fate, SmsMessage
from safelight.usecases.alert_contact import SMS_VALID_S
from tests.builders import PHONE
from tests.usecases.world import SENDER, VISIBILITY, World, a_settled_contact

JUST = timedelta(microseconds=1)


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


def red(world: World) -> AlertId:
    """A RED case, decided; its alert is stored and nothing else has happened."""
    case = world.shines(Light.RED).assess().case
    (alert,) = world.alerts_of(case.case_id)
    return alert.alert_id


def now_of(world: World, alert_id: AlertId) -> Alert:
    return world.store.alerts[alert_id]


@pytest.mark.parametrize(
    ("fate", "state", "tasks"),
    [
        (Fate.ACCEPTED, AlertState.SENT, []),
        (Fate.REFUSED, AlertState.FAILED, [TaskReason.ALERT_FAILED]),
        (Fate.UNKNOWN, AlertState.UNKNOWN, [TaskReason.ALERT_UNKNOWN]),
    ],
)
def test_each_fate_of_an_sms_has_its_end(world: World, fate: Fate, state: AlertState, tasks: list[TaskReason]) -> None:
    alert_id = red(world)
    world.fake_sms.answer_next(fate)
    ended = world.send(alert_id)
    assert ended == now_of(world, alert_id)
    assert ended.state is state
    assert [task.reason for task in world.tasks] == tasks
    assert world.telemetry.counts[f"Alert{state.title()}"] == 1
    assert len(world.sent) == 1


def test_the_log_says_why_an_alert_did_not_go_out(world: World) -> None:
    alert_id = red(world)
    world.fake_sms.answer_next(Fate.REFUSED)
    world.send(alert_id)
    assert world.telemetry.notes == [("alert_failed", {"alert_id": alert_id, "cause": "fake_refused"})]


def test_the_sms_goes_to_the_contact_in_his_language_with_the_attempt_that_was_written(world: World) -> None:
    world.changes(next(iter(world.store.contacts))[1], locale=Locale.EN)
    alert_id = red(world)
    written = []
    world.sms.always = lambda message: written.append(now_of(world, alert_id))
    world.send(alert_id)
    (message,) = world.sent
    assert message.to == PHONE
    assert message.text.startswith(SENDER)
    assert message.text.isascii() is False
    assert "please call" in message.text
    assert message.valid_for_s == SMS_VALID_S
    assert [(a.state, a.attempt_id) for a in written] == [(AlertState.SENDING, message.attempt_id)]
    assert now_of(world, alert_id).provider_message_id == "message-1"


# Between the decision and the sending


def to_revoked(world: World) -> None:
    world.revoke(next(iter(world.store.contacts))[1])


def to(**over: Any) -> Any:
    def change(world: World) -> None:
        world.changes(next(iter(world.store.contacts))[1], **over)

    return change


def beside(world: World) -> None:
    world.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER, days_ago=0)


def gone(world: World) -> None:
    world.store.contacts.clear()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (to_revoked, TaskReason.CONTACT_REVOKED),
        (gone, TaskReason.CONTACT_REVOKED),
        (to(excluded=True), TaskReason.CONTACT_EXCLUDED),
        (to(state=ContactState.DESIGNATED), TaskReason.CONTACT_UNCONFIRMED),
        (to(changed_at=World().clock.now() - timedelta(hours=1)), TaskReason.CONTACT_NEWLY_CHANGED),
        (beside, TaskReason.CONTACT_UNDER_SUSPICION),
    ],
    ids=["revoked", "gone", "excluded", "unconfirmed", "newly_changed", "suspected"],
)
def test_a_contact_who_may_no_longer_be_told_is_not_told_and_staff_are(
    world: World, happens: Any, reason: TaskReason
) -> None:
    alert_id = red(world)
    happens(world)
    world.run()
    assert "安心聯絡人，請用您原本的號碼聯絡家人確認近況" not in "".join(message.text for message in world.sent)
    assert now_of(world, alert_id).state is AlertState.SUPPRESSED
    assert [task.reason for task in world.tasks] == [reason]


# Again and at once


def test_a_contact_is_alerted_once_when_the_message_is_delivered_twice(world: World) -> None:
    alert_id = red(world)
    once = world.send(alert_id)
    assert world.send(alert_id) == once
    world.queue.put([alert_id, alert_id])
    world.run()
    assert len(world.sent) == 1


@pytest.mark.parametrize("fate", [Fate.UNKNOWN, Fate.REFUSED])
def test_an_sms_that_did_not_surely_arrive_is_never_sent_again(world: World, fate: Fate) -> None:
    alert_id = red(world)
    world.fake_sms.answer_next(fate)
    for _ in range(5):
        world.run()
        world.queue.put([alert_id])
        world.clock.move(minutes(1))
        world.sweep()
    assert len(world.sent) == 1
    assert len(world.tasks) == 1


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def test_two_senders_at_once_send_one_sms(world: World) -> None:
    """The other one starts after this one has read the alert, and wins."""
    alert_id = red(world)

    class Race:
        started = False

        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "unseal" and not Race.started:
                Race.started = True
                world.send(alert_id)
            return getattr(self.port, name)

    world.through = Race
    with pytest.raises(RetryableError, match="another_sender"):
        world.send(alert_id)
    world.through = lambda port: port
    assert world.send(alert_id).state is AlertState.SENT
    assert len(world.sent) == 1


def test_a_sender_that_hangs_is_called_lost_and_what_it_says_later_changes_nothing(world: World) -> None:
    alert_id = red(world)

    def hang(message: SmsMessage) -> None:
        world.clock.move(SENDING_LIMIT + JUST)
        world.sweep()

    world.sms.meanwhile.append(hang)
    with pytest.raises(RetryableError, match="moved_meanwhile"):
        world.send(alert_id)
    ended = world.send(alert_id)
    assert (ended.state, ended.cause) == (AlertState.UNKNOWN, "sender_lost")
    assert len(world.sent) == 1
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_UNKNOWN]


def test_a_message_that_comes_while_its_sender_lives_waits(world: World) -> None:
    alert_id = red(world)
    seen = []

    def delivered_again(message: SmsMessage) -> None:
        world.clock.move(SENDING_LIMIT - JUST)
        with pytest.raises(RetryableError, match="still_sending"):
            world.send(alert_id)
        seen.append(now_of(world, alert_id).state)

    world.sms.meanwhile.append(delivered_again)
    assert world.send(alert_id).state is AlertState.SENT
    assert seen == [AlertState.SENDING]
    assert len(world.sent) == 1


# Lost on the way


@pytest.mark.parametrize("operation", ["find_alert", "dossier", "unseal", "save_alert"])
def test_what_fails_before_the_wire_is_sent_on_the_next_delivery(world: World, operation: str) -> None:
    alert_id = red(world)
    world.faults.fail(operation)
    world.run()
    assert world.sent == []
    world.clock.move(VISIBILITY)
    world.run()
    assert now_of(world, alert_id).state is AlertState.SENT
    assert len(world.sent) == 1


def test_an_attempt_whose_writing_may_have_succeeded_is_not_made(world: World) -> None:
    alert_id = red(world)
    world.faults.fail("save_alert", done_first=True)
    world.run()
    world.clock.move(VISIBILITY)
    world.run()
    assert world.sent == []
    assert now_of(world, alert_id).state is AlertState.UNKNOWN
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_UNKNOWN]


class Once:
    """Fails the second save of an alert: the one after the wire."""

    def __init__(self, world: World, *, done_first: bool) -> None:
        world.sms.meanwhile.append(lambda _: world.faults.fail("save_alert", done_first=done_first))


def test_an_end_that_could_not_be_written_is_unknown_and_staff_look(world: World) -> None:
    alert_id = red(world)
    Once(world, done_first=False)
    world.run()
    assert now_of(world, alert_id).state is AlertState.SENDING
    world.clock.move(VISIBILITY)
    world.run()
    assert now_of(world, alert_id).state is AlertState.UNKNOWN
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_UNKNOWN]
    assert len(world.sent) == 1


def test_an_end_that_was_written_though_the_answer_was_lost_stands(world: World) -> None:
    alert_id = red(world)
    Once(world, done_first=True)
    world.run()
    world.clock.move(VISIBILITY)
    world.run()
    assert now_of(world, alert_id).state is AlertState.SENT
    assert len(world.sent) == 1
    assert world.tasks == []


def test_an_alert_that_does_not_exist_is_given_up(world: World) -> None:
    with pytest.raises(GaveUpError, match="no_such_alert"):
        world.send(AlertId("none/none"))


def test_a_number_that_cannot_be_read_goes_to_staff(world: World) -> None:
    alert_id = red(world)
    world.faults.fail_always("unseal", error=GaveUpError("sealed number cannot be read"))
    world.run()
    assert world.telemetry.counts["AlertGivenUp"] == 1
    world.clock.move(DEADLINE)
    world.sweep()
    assert now_of(world, alert_id).state is AlertState.FAILED
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]


def test_an_alert_that_comes_to_its_sender_too_late_goes_to_staff(world: World) -> None:
    alert_id = red(world)
    world.clock.move(DEADLINE)
    ended = world.send(alert_id)
    assert (ended.state, ended.cause) == (AlertState.FAILED, "late")
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]
    assert world.sent == []


def test_an_alert_that_comes_just_in_time_is_sent(world: World) -> None:
    alert_id = red(world)
    world.clock.move(DEADLINE - JUST)
    assert world.send(alert_id).state is AlertState.SENT


def test_an_invitation_that_is_refused_makes_no_task(world: World) -> None:
    world.designate("+886912000777")
    world.fake_sms.answer_next(Fate.REFUSED)
    world.run()
    (invitation,) = [a for a in world.store.alerts.values() if a.purpose is AlertPurpose.CONFIRM_CONTACT]
    assert invitation.state is AlertState.FAILED
    assert world.tasks == []
