"""What became of a message, told in any order, twice, late, or of a message that is none of ours."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from safelight.domain.alert import Alert, AlertPurpose, AlertState, Arrival, AttemptId, Delivery, TaskReason
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.receipt import Receipt
from safelight.ports import Changes
from safelight.usecases.take_receipt import EARLY, take_receipt
from tests.builders import NOW, a_case, a_contact, an_alert, an_invitation
from tests.fakes import FakeAlerts, FakeBook, FakeCases, FakeClock, FakeProviderHealth, FakeTelemetry, Store

SENT_AT = NOW
DELIVERED, UNDELIVERED, ON_THE_WAY = Arrival.DELIVERED, Arrival.UNDELIVERED, Arrival.ON_THE_WAY


class Receiving:
    """An alert that was sent, and what comes after."""

    def __init__(self, state: AlertState = AlertState.SENT, **over: Any) -> None:
        self.store, self.clock, self.health, self.telemetry = (
            Store(),
            FakeClock(),
            FakeProviderHealth(),
            FakeTelemetry(),
        )
        self.alerts, self.case = FakeAlerts(self.store), a_case()
        defaults: dict[str, Any] = {
            "state": state,
            "attempt_id": AttemptId("attempt-1"),
            "changed_at": SENT_AT,
            "provider": "sns",
            "provider_message_id": "m-1",
            "version": 2,
        }
        self.alert = replace(an_alert(self.case), **{**defaults, **over})
        FakeCases(self.store).commit(Changes(case=self.case, alerts=(replace(self.alert, version=1),), digest="d"))
        self.alerts.save(self.alert)

    def hear(self, arrival: Arrival = DELIVERED, after: float = 5, **over: Any) -> Alert | None:
        given: dict[str, Any] = {"provider": "sns", "attempt_id": AttemptId("attempt-1"), "code": "X", **over}
        given.setdefault("at", SENT_AT + timedelta(seconds=after))
        receipt = Receipt(arrival=arrival, **given)
        self.clock.move(seconds=max(0.0, after - (self.clock.now() - SENT_AT).total_seconds()))
        return take_receipt(receipt, alerts=self.alerts, health=self.health, clock=self.clock, telemetry=self.telemetry)

    @property
    def delivery(self) -> Delivery | None:
        return self.store.alerts[self.alert.alert_id].delivery

    @property
    def arrival(self) -> Arrival | None:
        return self.delivery.arrival if self.delivery else None

    def tasks(self) -> list[tuple[TaskReason, str | None]]:
        return [(task.reason, task.about) for task in self.store.tasks.values()]


@pytest.mark.parametrize("by", [{"attempt_id": AttemptId("attempt-1")}, {"attempt_id": None, "message_id": "m-1"}])
def test_a_receipt_finds_its_alert_by_the_attempt_or_by_the_providers_id(by: dict[str, Any]) -> None:
    world = Receiving()
    world.hear(**by)
    assert world.delivery == Delivery(arrival=DELIVERED, at=SENT_AT + timedelta(seconds=5), code="X")


def test_a_message_id_of_another_provider_is_another_message() -> None:
    world = Receiving()
    world.clock.move(EARLY * 2)
    assert world.hear(attempt_id=None, message_id="m-1", provider="gateway") is None
    assert world.delivery is None


@pytest.mark.parametrize(
    ("heard", "known"),
    [
        ([ON_THE_WAY, DELIVERED], DELIVERED),
        ([DELIVERED, ON_THE_WAY], DELIVERED),
        ([UNDELIVERED, ON_THE_WAY], UNDELIVERED),
        ([UNDELIVERED, DELIVERED], DELIVERED),
        ([DELIVERED, UNDELIVERED], DELIVERED),
    ],
    ids=str,
)
def test_what_is_final_stays_and_of_two_final_words_delivered_counts(heard: list[Arrival], known: Arrival) -> None:
    world = Receiving()
    for number, arrival in enumerate(heard):
        world.hear(arrival, after=number + 1)
    assert world.arrival is known


def test_an_alert_that_did_not_arrive_is_the_staffs_once_about_this_contact() -> None:
    world = Receiving()
    for number in range(3):
        world.hear(UNDELIVERED, after=5 + number)
    assert world.tasks() == [(TaskReason.ALERT_UNDELIVERED, world.alert.contact_id)]
    assert world.telemetry.counts["AlertUndelivered"] == 1


def test_a_task_that_staff_have_done_is_not_opened_by_the_same_receipt_again() -> None:
    world = Receiving()
    world.hear(UNDELIVERED)
    (key,) = world.store.tasks
    world.store.tasks[key] = replace(world.store.tasks[key], created_at=NOW, done="done")  # type: ignore[arg-type]
    world.hear(UNDELIVERED, after=9)
    world.hear(UNDELIVERED, after=1)
    assert world.store.tasks[key].done == "done"


def test_task_and_delivery_are_written_together_or_not_at_all() -> None:
    world = Receiving()
    world.store.faults.fail("save_alert")
    with pytest.raises(RetryableError):
        world.hear(UNDELIVERED)
    assert (world.delivery, world.tasks()) == (None, [])
    world.hear(UNDELIVERED)
    assert (world.arrival, len(world.tasks())) == (UNDELIVERED, 1)


@pytest.mark.parametrize("state", [s for s in AlertState if s.ended])
@pytest.mark.parametrize("arrival", list(Arrival))
def test_no_receipt_moves_a_state(state: AlertState, arrival: Arrival) -> None:
    world = Receiving(state)
    world.hear(arrival)
    assert world.store.alerts[world.alert.alert_id].state is state
    assert bool(world.tasks()) is (state is AlertState.SENT and arrival is UNDELIVERED)


@pytest.mark.parametrize("purpose", [AlertPurpose.HOLDER_RED, AlertPurpose.HOLDER_ACCEPTED])
def test_only_an_alert_to_a_contact_about_a_red_request_is_the_staffs(purpose: AlertPurpose) -> None:
    world = Receiving(purpose=purpose)
    world.hear(UNDELIVERED)
    assert world.tasks() == []


def test_an_invitation_that_did_not_arrive_is_kept() -> None:
    world, contact = Receiving(), a_contact()
    invitation = an_invitation(contact)
    FakeBook(world.store).save_contact(contact, [invitation])
    world.alerts.save(replace(invitation, state=AlertState.SENT, attempt_id=AttemptId("attempt-2"), version=2))
    kept = world.hear(UNDELIVERED, attempt_id=AttemptId("attempt-2"))
    assert kept is not None
    assert kept.delivery is not None
    assert world.tasks() == []


@pytest.mark.parametrize("by", [{}, {"attempt_id": None, "message_id": "m-1"}])
def test_a_receipt_that_is_quicker_than_its_sender_comes_again(by: dict[str, Any]) -> None:
    """And never takes the sender's version from him: his own end would be lost."""
    world = Receiving(AlertState.SENDING, provider=None, provider_message_id=None)
    with pytest.raises(RetryableError):
        world.hear(**by)
    assert world.store.alerts[world.alert.alert_id] == world.alert
    sent = replace(world.alert, state=AlertState.SENT, provider="sns", provider_message_id="m-1", version=3)
    world.alerts.save(sent)
    world.hear(**by)
    assert world.arrival is DELIVERED


def test_a_message_that_nobody_knows_is_waited_for_and_then_given_up_and_counted() -> None:
    world = Receiving()
    with pytest.raises(RetryableError):
        world.hear(attempt_id=None, message_id="m-9")
    assert not world.telemetry.counts["ReceiptUnknown"]
    world.clock.move(EARLY)
    assert world.hear(attempt_id=None, message_id="m-9") is None
    assert world.telemetry.counts["ReceiptUnknown"] == 1


def test_an_attempt_that_nobody_made_is_given_up_at_once() -> None:
    world = Receiving()
    assert world.hear(attempt_id=AttemptId("foreign")) is None
    assert world.telemetry.counts["ReceiptUnknown"] == 1


def test_a_receipt_that_is_days_late_counts() -> None:
    world = Receiving()
    world.hear(UNDELIVERED, after=3 * 86_400)
    assert world.arrival is UNDELIVERED
    assert len(world.tasks()) == 1


def test_a_provider_that_refused_it_has_no_say_unless_it_brought_it_all_the_same() -> None:
    world = Receiving(provider="gateway")
    world.hear(UNDELIVERED)
    assert (world.delivery, world.tasks()) == (None, [])
    world.hear(DELIVERED)
    assert world.arrival is DELIVERED


@pytest.mark.parametrize(
    ("arrival", "after", "expired", "counted"),
    [
        (DELIVERED, 30, False, (0, 1)),
        (DELIVERED, 30.5, False, (1, 1)),
        (DELIVERED, -3, False, (0, 1)),
        (UNDELIVERED, 45, False, (0, 1)),
        (UNDELIVERED, 600, True, (1, 1)),
        (ON_THE_WAY, 45, False, (0, 0)),
    ],
)
def test_how_quick_the_provider_was_is_counted_once_a_message(
    arrival: Arrival, after: float, expired: bool, counted: tuple[int, int]
) -> None:
    world = Receiving()
    for _ in range(3):
        world.hear(arrival, after=after, expired=expired)
    world.hear(UNDELIVERED if arrival is DELIVERED else ON_THE_WAY, after=after + 1)
    assert world.health.slow("sns", world.clock.now()) == counted


def test_a_message_that_came_after_it_was_given_up_is_one_message() -> None:
    world = Receiving()
    world.hear(UNDELIVERED, after=5)
    world.hear(DELIVERED, after=50)
    assert world.health.slow("sns", world.clock.now()) == (0, 1)
    assert world.telemetry.counts["AlertUndelivered"] == 1


def test_a_receipt_that_comes_days_late_says_nothing_of_now() -> None:
    world = Receiving()
    world.clock.move(timedelta(days=3))
    world.hear(DELIVERED, after=40)
    assert world.health.slow("sns", world.clock.now()) == (0, 0)


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("denied")])
def test_a_count_that_fails_keeps_no_receipt_from_being_kept(error: Exception) -> None:
    world = Receiving()
    world.health.faults.fail_always("note_health", error=error)
    world.hear(DELIVERED)
    assert world.arrival is DELIVERED


def test_two_receipts_at_once_both_count_and_an_endless_race_comes_again() -> None:
    world = Receiving()
    world.store.faults.fail("save_alert", error=ConflictError("stored_version"))
    world.hear(UNDELIVERED)
    assert world.arrival is UNDELIVERED
    world.store.faults.fail_always("save_alert", error=ConflictError("stored_version"))
    with pytest.raises(RetryableError):
        world.hear(DELIVERED)


def test_a_receipt_from_the_future_of_no_message_of_ours_does_not_come_again_for_ever() -> None:
    world = Receiving()
    assert world.hear(after=5, attempt_id=None, message_id="m-9", at=SENT_AT + timedelta(days=900)) is None
