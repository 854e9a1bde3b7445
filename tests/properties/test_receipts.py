"""Receipts in any order, doubled, late and interrupted: one message comes to one end."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.alert import AlertState, Arrival, AttemptId, Delivery, TaskReason
from safelight.domain.errors import ConflictError, RetryableError
from safelight.domain.receipt import Receipt, after
from safelight.usecases.take_receipt import take_receipt
from tests.builders import NOW
from tests.usecases.test_take_receipt import Receiving

RECEIPTS = st.builds(
    Receipt,
    provider=st.sampled_from(["sns", "gateway"]),
    arrival=st.sampled_from(Arrival),
    at=st.integers(-5, 300_000).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    attempt_id=st.sampled_from([AttemptId("attempt-1"), None]),
    message_id=st.just("m-1"),
    code=st.sampled_from(["A", "B", None]),
    expired=st.booleans(),
)
TROUBLE = st.sampled_from([None, None, "before", "after", "conflict"])


@given(st.lists(RECEIPTS.map(lambda receipt: receipt.delivery), max_size=6), st.randoms(use_true_random=False))
def test_what_is_known_in_the_end_does_not_hang_on_the_order(heard: list[Delivery], chance: object) -> None:
    def end(told: list[Delivery]) -> Delivery | None:
        known: Delivery | None = None
        for one in told:
            once = after(known, one)
            assert after(once, one) == once, "twice is once"
            if known is not None and known.arrival.final:
                assert once.arrival.final
            known = once
        return known

    shuffled = list(heard)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert end(heard) == end(shuffled)


@given(st.lists(st.tuples(RECEIPTS, TROUBLE), max_size=8))
def test_receipts_in_any_order_leave_state_one_task_and_one_count(told: list[tuple[Receipt, str | None]]) -> None:
    world = Receiving()
    world.clock.move(timedelta(days=5))
    finals: list[Arrival] = []
    for receipt, trouble in told:
        was, told_of = world.arrival, len(world.tasks())
        if trouble is not None:
            error = ConflictError("stored_version") if trouble == "conflict" else None
            world.store.faults.fail("save_alert", error=error, done_first=trouble == "after")
        for _ in range(2):  # whatever was raised brings it again, and whatever was done is doubled
            with suppress(RetryableError):
                take_receipt(
                    receipt, alerts=world.alerts, health=world.health, clock=world.clock, telemetry=world.telemetry
                )
        world.store.faults.clear()
        now = world.arrival
        if was is not None and was.final:
            assert now is not None
            assert now.final
            assert (was, now) != (Arrival.DELIVERED, Arrival.UNDELIVERED)
        if now is Arrival.UNDELIVERED and was is not now:
            assert len(world.tasks()) == 1
        assert len(world.tasks()) >= told_of
        finals += [receipt.arrival] if receipt.arrival.final and receipt.provider == "sns" else []
    assert world.store.alerts[world.alert.alert_id].state is AlertState.SENT
    assert world.tasks() in ([], [(TaskReason.ALERT_UNDELIVERED, world.alert.contact_id)])
    if finals:
        assert world.arrival is not None
        assert world.arrival.final
    assert sum(seen for _, seen in world.health.minutes.values()) <= 1
