"""The queue of what software could not finish, and what an outcome closes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import CASE_ENDED, Done, StaffTask, TaskReason
from safelight.domain.case import CaseId
from safelight.domain.contact import ContactId
from safelight.domain.errors import ForbiddenError, NotFoundError, RejectedError, RetryableError
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.ports import Changes
from safelight.usecases.see_to_tasks import WaitingPage, finish_task, list_tasks
from tests.builders import NOW, POLICYHOLDER, a_task
from tests.fakes import FakeTasks
from tests.usecases.world import World

MOOT = sorted(reason for reason in TaskReason if not reason.outlives_case)
LASTING = sorted(reason for reason in TaskReason if reason.outlives_case)


@pytest.fixture
def world() -> World:
    return World()


def red(world: World) -> CaseId:
    return world.shines(Light.RED).assess().case.case_id


def listed(world: World, limit: int = 50, cursor: str | None = None) -> WaitingPage:
    return list_tasks(limit, cursor, tasks=FakeTasks(world.store), cases=world.cases, clock=world.clock)


def finish(
    world: World,
    case_id: CaseId,
    reason: TaskReason = TaskReason.NO_CONTACT,
    *,
    about: ContactId | None = None,
    by: str = "st-1",
    how: str = "rang_him",
) -> StaffTask:
    tasks = FakeTasks(world.store)
    return finish_task(case_id, reason, about, by, how, tasks=tasks, cases=world.cases, clock=world.clock)


def add(world: World, case_id: CaseId, reason: TaskReason) -> None:
    """As an alert leaves it: beside the case, whatever becomes of that."""
    world.store.raise_(a_task(world.case(case_id), reason))


def test_a_red_case_that_nobody_was_told_of_waits_in_the_queue_with_its_case(world: World) -> None:
    case_id = red(world)
    (one,) = listed(world).waiting
    assert (one.task.reason, one.case, one.overdue) == (TaskReason.NO_CONTACT, world.case(case_id), False)


def test_a_task_is_overdue_once_its_time_is_over(world: World) -> None:
    red(world)
    world.clock.move(timedelta(minutes=30))
    assert [one.overdue for one in listed(world).waiting] == [False]
    world.clock.move(seconds=1)
    assert [one.overdue for one in listed(world).waiting] == [True]


def test_a_task_that_is_done_says_by_whom_when_and_how_and_waits_no_more(world: World) -> None:
    case_id = red(world)
    world.clock.move(seconds=90)
    expected = Done(by="st-1", at=world.clock.now(), how="rang_him")
    assert finish(world, case_id).done == expected
    world.clock.move(seconds=90)
    assert finish(world, case_id, by="st-2", how="other").done == expected
    assert listed(world).waiting == ()


def test_staff_finish_no_task_about_a_policy_of_their_own(world: World) -> None:
    case_id = red(world)
    with pytest.raises(ForbiddenError, match="own_case"):
        finish(world, case_id, by=POLICYHOLDER)
    assert len(listed(world).waiting) == 1


def test_there_is_no_finishing_what_there_is_not(world: World) -> None:
    case_id = red(world)
    for wrong, reason, about in [
        (CaseId("none"), TaskReason.NO_CONTACT, None),
        (case_id, TaskReason.CALL_BACK, None),
        (case_id, TaskReason.NO_CONTACT, ContactId("c-1")),
    ]:
        with pytest.raises(NotFoundError):
            finish(world, wrong, reason, about=about)
    assert len(world.tasks) == 1


@pytest.mark.parametrize("label", [OutcomeLabel.SCAM, OutcomeLabel.GENUINE])
def test_an_outcome_that_ends_a_case_closes_its_open_tasks_with_it(world: World, label: OutcomeLabel) -> None:
    case_id = red(world)
    add(world, case_id, TaskReason.CONTACT_WORRIED)
    finish(world, case_id)
    file = world.ends(case_id, label)
    assert {task.reason: task.done.how for task in world.tasks if task.done} == {
        TaskReason.NO_CONTACT: "rang_him",
        TaskReason.CONTACT_WORRIED: CASE_ENDED,
    }
    assert sorted(file.tasks, key=lambda t: t.reason) == sorted(world.tasks, key=lambda t: t.reason)


def test_an_outcome_that_could_not_be_written_closes_nothing(world: World) -> None:
    case_id = red(world)
    world.faults.fail("commit")
    with pytest.raises(RetryableError):
        world.ends(case_id, OutcomeLabel.SCAM)
    assert [task.done for task in world.tasks] == [None]


def test_unsure_closes_nothing(world: World) -> None:
    case_id = red(world)
    world.ends(case_id, OutcomeLabel.UNSURE)
    assert [task.done for task in world.tasks] == [None]


@pytest.mark.parametrize("reason", MOOT)
def test_what_nobody_need_see_to_after_the_end_is_not_shown_and_is_closed(world: World, reason: TaskReason) -> None:
    """An alert fails as the outcome is recorded: its task comes to an ended case."""
    case_id = red(world)
    world.ends(case_id, OutcomeLabel.GENUINE)
    add(world, case_id, reason)
    world.clock.move(seconds=5)
    assert listed(world).waiting == ()
    (task,) = [task for task in world.tasks if task.reason is reason]
    if reason is not TaskReason.NO_CONTACT:
        assert task.done is not None
        assert task.done.how == CASE_ENDED
    assert FakeTasks(world.store).waiting(50, None).tasks == ()


@pytest.mark.parametrize("reason", LASTING)
def test_what_outlives_the_case_is_shown_and_the_case_says_that_it_has_ended(world: World, reason: TaskReason) -> None:
    case_id = red(world)
    world.ends(case_id, OutcomeLabel.GENUINE)
    add(world, case_id, reason)
    (one,) = listed(world).waiting
    assert (one.task.reason, one.case.state.ended) == (reason, True)


def test_a_task_that_the_queue_still_lists_though_it_is_done_is_left_out(world: World) -> None:
    """The index lags by moments."""

    class Lagging(FakeTasks):
        def waiting(self, limit: int, cursor: str | None):  # type: ignore[no-untyped-def]
            page = super().waiting(limit, cursor)
            finish(world, case_id)
            return page

    case_id = red(world)
    assert list_tasks(9, None, tasks=Lagging(world.store), cases=world.cases, clock=world.clock).waiting == ()


def test_pages_follow_one_another_with_gaps_where_nothing_need_be_done(world: World) -> None:
    case_id = red(world)
    case = world.case(case_id)
    reasons = [TaskReason.ALERT_FAILED, TaskReason.CALL_BACK, TaskReason.CONTACT_WORRIED]
    for n, reason in enumerate(reasons):
        world.store.raise_(a_task(case, reason, due_at=NOW + timedelta(minutes=n)))
    found, cursor = [], None
    for _ in range(9):
        page = listed(world, 1, cursor)
        found += [one.task.reason for one in page.waiting]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [*reasons, TaskReason.NO_CONTACT]


def test_a_cursor_of_nobodys_is_refused(world: World) -> None:
    with pytest.raises(RejectedError, match="not_a_cursor"):
        listed(world, 5, "x")


def test_a_task_raised_again_waits_again(world: World) -> None:
    case_id = red(world)
    finish(world, case_id)
    case = world.case(case_id)
    changed = replace(case, version=case.version + 1)
    world.cases.commit(Changes(case=changed, tasks=(a_task(case, TaskReason.NO_CONTACT),)))
    assert [one.task.reason for one in listed(world).waiting] == [TaskReason.NO_CONTACT]
