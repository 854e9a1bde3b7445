"""A flood of invitations in front of the sweeper: alerts about requests come to their end all the same (promise 1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import DEADLINE, RELAY_AFTER, AlertState, TaskReason
from safelight.domain.contact import ContactId
from safelight.ports import Alerts
from safelight.usecases.sweep_alerts import MOST_QUEUED, TIME_BUDGET_S
from tests.builders import a_case, a_contact, an_alert, an_invitation
from tests.usecases.world import World

FLOOD = 1_000


@pytest.fixture
def world() -> World:
    world = World()
    for number in range(FLOOD):
        older = world.clock.now() - timedelta(seconds=1)
        invitation = an_invitation(a_contact(contact_id=ContactId(f"k{number}")), created_at=older)
        world.store.alerts[invitation.alert_id] = invitation
    red = replace(an_alert(a_case(), a_contact()), created_at=world.clock.now())
    world.store.alerts[red.alert_id] = red
    return world


def about_the_request(world: World) -> AlertState:
    (alert,) = (a for a in world.store.alerts.values() if a.case_id is not None)
    return alert.state


def test_the_first_sweep_after_the_deadline_gives_a_red_case_to_staff(world: World) -> None:
    world.clock.move(DEADLINE)
    world.sweep()
    assert about_the_request(world) is AlertState.FAILED
    assert [task.reason for task in world.tasks] == [TaskReason.ALERT_LATE]


def test_a_red_case_is_queued_again_before_any_invitation(world: World) -> None:
    world.clock.move(RELAY_AFTER)
    world.sweep()
    assert not world.queue.waiting[0].startswith("invite/")
    assert len(world.queue.waiting) == MOST_QUEUED


class Slow:
    """Each write takes a second."""

    def __init__(self, world: World, inner: Alerts) -> None:
        self._world, self._inner = world, inner
        self.find, self.open_since_before = inner.find, inner.open_since_before
        self.due_before = inner.due_before

    def save(self, *arguments: object) -> None:
        self._world.clock.move(seconds=1)
        self._inner.save(*arguments)  # type: ignore[arg-type]


def test_a_sweep_that_runs_out_of_time_stops_and_the_next_goes_on(world: World) -> None:
    world.alerts = Slow(world, world.alerts)  # type: ignore[assignment]
    world.clock.move(DEADLINE)
    world.sweep()
    ended = [a for a in world.store.alerts.values() if a.state.ended]
    assert about_the_request(world) is AlertState.FAILED
    assert len(ended) == int(TIME_BUDGET_S)
    world.sweep()
    assert len([a for a in world.store.alerts.values() if a.state.ended]) == 2 * int(TIME_BUDGET_S)
