"""The port `Tasks`: what waits for staff, in which order, and when it waits no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import AlertState, Done, StaffTask, TaskReason
from safelight.domain.case import Case, CaseId
from safelight.domain.contact import ContactId
from safelight.domain.errors import NotFoundError, RejectedError
from safelight.domain.request import RequestId
from safelight.ports import Changes
from tests.builders import NOW, a_case, a_request, a_task, an_alert, ended
from tests.contract.conftest import Stores
from tests.contract.race import race

SON, DAUGHTER = ContactId("c#1"), ContactId("c%2")


def opened(stores: Stores, name: str = "r1") -> Case:
    case = a_case(request=a_request(request_id=RequestId(name)))
    stores.cases.commit(Changes(case=case, alerts=(an_alert(case),), digest="d"))
    return case


def raised(stores: Stores, case: Case, *tasks: StaffTask) -> Case:
    changed = replace(case, version=case.version + 1)
    stores.cases.commit(Changes(case=changed, tasks=tasks))
    return changed


def a_done(by: str = "st-1", how: str = "rang_him") -> Done:
    return Done(by=by, at=NOW + timedelta(minutes=3), how=how)


def waiting(stores: Stores, limit: int = 50) -> list[StaffTask]:
    return list(stores.tasks.waiting(limit, None).tasks)


def stored(stores: Stores, case: Case) -> list[StaffTask]:
    file = stores.cases.find(case.case_id)
    assert file is not None
    return list(file.tasks)


def finish(stores: Stores, task: StaffTask, done: Done) -> None:
    stores.tasks.finish(task.case_id, task.reason, task.about, done)


def test_what_is_due_first_comes_first_page_by_page_and_none_twice(stores: Stores) -> None:
    made = []
    for n, minutes in enumerate([30, 0, 10, 10, 20]):
        case = opened(stores, f"r{n}")
        task = a_task(case, due_at=NOW + timedelta(minutes=minutes), about=SON if n % 2 else None)
        raised(stores, case, task)
        made.append(task)
    expected = sorted(made, key=lambda t: (t.due_at, t.case_id))
    for limit in (1, 2, 5, 50):
        found: list[StaffTask] = []
        cursor: str | None = None
        for _ in range(6):
            page = stores.tasks.waiting(limit, cursor)
            assert len(page.tasks) <= limit
            found += page.tasks
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == expected, limit


def test_no_tasks_are_an_empty_page(stores: Stores) -> None:
    page = stores.tasks.waiting(10, None)
    assert (page.tasks, page.next_cursor) == ((), None)


@pytest.mark.parametrize("cursor", ["", "x", "dGFza3MgeA", "ä", "a" * 500, "cmV2aWV3I2FueSB4"])
def test_a_cursor_that_was_not_given_out_here_is_refused(stores: Stores, cursor: str) -> None:
    with pytest.raises(RejectedError, match="not_a_cursor"):
        stores.tasks.waiting(10, cursor)


def test_a_cursor_of_the_board_is_none_of_the_tasks(stores: Stores) -> None:
    for name in ("r1", "r2"):
        opened(stores, name)
    case = a_case()
    cursor = stores.cases.board(case.state, None, 1, None).next_cursor
    assert cursor is not None
    with pytest.raises(RejectedError, match="not_a_cursor"):
        stores.tasks.waiting(1, cursor)


def test_a_task_that_is_done_waits_no_more_and_says_who_did_it_when_and_how(stores: Stores) -> None:
    case = opened(stores)
    task, other = a_task(case, TaskReason.ALERT_LATE), a_task(case, TaskReason.CALL_BACK)
    raised(stores, case, task, other)
    finish(stores, task, a_done())
    assert waiting(stores) == [other]
    assert sorted(stored(stores, case), key=lambda t: t.reason) == [replace(task, done=a_done()), other]


def test_a_task_that_is_done_again_stays_as_it_was_first_done(stores: Stores) -> None:
    case = opened(stores)
    task = a_task(case)
    raised(stores, case, task)
    finish(stores, task, a_done())
    finish(stores, task, a_done(by="st-2", how="other"))
    assert stored(stores, case) == [replace(task, done=a_done())]


def test_of_many_who_do_a_task_one_has_done_it(stores: Stores) -> None:
    case = opened(stores)
    task = a_task(case)
    raised(stores, case, task)
    race([lambda n=n: finish(stores, task, a_done(by=f"st-{n}")) for n in range(4)])  # type: ignore[misc]
    (found,) = stored(stores, case)
    assert found.done is not None
    assert found.done.by in {f"st-{n}" for n in range(4)}
    assert waiting(stores) == []


def test_a_task_raised_again_while_it_is_open_is_one_task_as_it_was_first_raised(stores: Stores) -> None:
    case = opened(stores)
    task = a_task(case)
    again = raised(stores, case, task)
    raised(stores, again, replace(task, created_at=NOW + timedelta(hours=1), due_at=NOW + timedelta(hours=2)))
    assert waiting(stores) == [task]


@pytest.mark.parametrize("by_alert", [False, True])
def test_a_task_raised_again_after_it_was_done_is_open_again(stores: Stores, by_alert: bool) -> None:
    case = opened(stores)
    task = a_task(case, TaskReason.ALERT_FAILED)
    again = raised(stores, case, task)
    finish(stores, task, a_done())
    assert waiting(stores) == []
    if by_alert:
        stores.alerts.save(ended(an_alert(case), AlertState.FAILED), [task])
    else:
        raised(stores, again, task)
    assert waiting(stores) == [task]
    assert stored(stores, case) == [task]
    finish(stores, task, a_done(by="st-2"))
    assert waiting(stores) == []
    assert stored(stores, case) == [replace(task, done=a_done(by="st-2"))]


def test_the_same_reason_about_two_contacts_is_two_tasks(stores: Stores) -> None:
    case = opened(stores)
    tasks = [a_task(case, TaskReason.CONTACT_WORRIED, about=about) for about in (None, SON, DAUGHTER)]
    raised(stores, case, *tasks)
    finish(stores, tasks[1], a_done())
    assert {task.about for task in waiting(stores)} == {None, DAUGHTER}


def test_a_task_closed_with_its_case_waits_no_more(stores: Stores) -> None:
    """As an outcome closes them: in the transaction that ends the case."""
    case = opened(stores)
    task = a_task(case)
    again = raised(stores, case, task)
    raised(stores, again, replace(task, done=a_done(how="case_ended")))
    assert waiting(stores) == []
    assert stored(stores, case) == [replace(task, done=a_done(how="case_ended"))]


def test_a_task_that_there_is_not_cannot_be_done_and_is_not_there_afterwards(stores: Stores) -> None:
    case = opened(stores)
    raised(stores, case, a_task(case, TaskReason.ALERT_LATE))
    for case_id, reason, about in [
        (CaseId("none"), TaskReason.ALERT_LATE, None),
        (case.case_id, TaskReason.CALL_BACK, None),
        (case.case_id, TaskReason.ALERT_LATE, SON),
    ]:
        with pytest.raises(NotFoundError):
            stores.tasks.finish(case_id, reason, about, a_done())
    assert [task.reason for task in stored(stores, case)] == [TaskReason.ALERT_LATE]
