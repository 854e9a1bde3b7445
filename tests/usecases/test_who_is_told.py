"""Who is told of a RED request: one contact who may be told, or staff, with the reason."""

from datetime import timedelta

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.contact import ContactId, ContactState
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from tests.builders import NOW
from tests.usecases.world import World, a_settled_contact


@pytest.fixture
def world() -> World:
    return World()


def standings() -> list[tuple[dict[str, object], TaskReason]]:
    return [
        ({"state": ContactState.DESIGNATED}, TaskReason.CONTACT_UNCONFIRMED),
        ({"designated_at": NOW - timedelta(hours=71)}, TaskReason.CONTACT_NEWLY_CHANGED),
        ({"excluded": True}, TaskReason.CONTACT_EXCLUDED),
        ({"state": ContactState.REVOKED}, TaskReason.CONTACT_REVOKED),
    ]


@pytest.mark.parametrize("light", list(Light))
def test_only_red_tells_the_contact(world: World, light: Light) -> None:
    contact = a_settled_contact(world)
    opened = world.shines(light).assess()
    alerts = world.alerts_of(opened.case.case_id)
    assert [a.contact_id for a in alerts] == ([contact.contact_id] if light is Light.RED else [])
    assert world.tasks == []


@pytest.mark.parametrize(("over", "reason"), standings())
def test_red_with_a_contact_who_may_not_be_told_gives_staff_a_task_that_says_why(
    world: World, over: dict[str, object], reason: TaskReason
) -> None:
    a_settled_contact(world, **over)
    opened = world.shines(Light.RED).assess()
    assert world.alerts_of(opened.case.case_id) == []
    assert world.tasks_of(opened.case.case_id) == [reason]


def test_red_with_a_contact_seen_beside_the_policyholder_gives_staff_a_task(world: World) -> None:
    a_settled_contact(world)
    world.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER)
    opened = world.shines(Light.RED).assess()
    assert world.alerts_of(opened.case.case_id) == []
    assert world.tasks_of(opened.case.case_id) == [TaskReason.CONTACT_UNDER_SUSPICION]


def test_suspicion_of_a_contact_lasts_seven_days(world: World) -> None:
    a_settled_contact(world)
    world.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER, days_ago=7)
    assert world.alerts_of(world.shines(Light.RED).assess().case.case_id) != []


def test_red_without_a_contact_gives_staff_a_task(world: World) -> None:
    opened = world.shines(Light.RED).assess()
    assert world.tasks_of(opened.case.case_id) == [TaskReason.NO_CONTACT]


def test_the_first_designated_contact_who_may_be_told_is_told_and_nobody_else(world: World) -> None:
    for name, days, over in [("c-old", 300, {"excluded": True}), ("c-next", 200, {}), ("c-last", 100, {})]:
        a_settled_contact(world, contact_id=ContactId(name), designated_at=NOW - timedelta(days=days), **over)
    opened = world.shines(Light.RED).assess()
    assert [a.contact_id for a in world.alerts_of(opened.case.case_id)] == ["c-next"]
    assert world.tasks == []


def test_each_reason_why_no_contact_was_told_is_one_task(world: World) -> None:
    for n, (over, _) in enumerate([*standings(), *standings()]):
        a_settled_contact(world, contact_id=ContactId(f"c-{n}"), **over)
    opened = world.shines(Light.RED).assess()
    assert set(world.tasks_of(opened.case.case_id)) == {reason for _, reason in standings()}
    assert len(world.tasks) == len(standings())
