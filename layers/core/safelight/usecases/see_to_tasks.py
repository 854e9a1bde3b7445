"""Staff see to what software could not finish: the queue of tasks, the one due first first, and what was done."""

from dataclasses import dataclass, replace
from datetime import datetime

from safelight.domain.alert import CASE_ENDED, Done, StaffTask, TaskReason
from safelight.domain.case import Case, CaseId
from safelight.domain.contact import ContactId
from safelight.domain.errors import ForbiddenError, NotFoundError
from safelight.ports import CaseFile, Cases, Clock, Tasks
from safelight.usecases.read_case import read_case

SYSTEM = "system"
"""Who closed a task that nobody need see to any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A task that somebody must see to, and the case that it is about."""

    task: StaffTask
    case: Case
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """May hold fewer than were asked for, even none, with more behind the cursor."""

    waiting: tuple[Waiting, ...]
    next_cursor: str | None


def list_tasks(limit: int, cursor: str | None, *, tasks: Tasks, cases: Cases, clock: Clock) -> WaitingPage:
    """The queue lags by moments: each task is looked up in its case, and one that is done is left out.

    An alert can leave a task just as an outcome ends its case. Nobody need see to it then: it is closed here, where it
    is first met. Raises RejectedError for a cursor that was not given out here.
    """
    page, now = tasks.waiting(limit, cursor), clock.now()
    files: dict[CaseId, CaseFile | None] = {}
    waiting: list[Waiting] = []
    for listed in page.tasks:
        if listed.case_id not in files:
            files[listed.case_id] = cases.find(listed.case_id)
        file = files[listed.case_id]
        task = None if file is None else _stored(file, listed.reason, listed.about)
        if file is None or task is None or task.done is not None:
            continue
        if task.moot(ended=file.case.state.ended):
            tasks.finish(task.case_id, task.reason, task.about, Done(by=SYSTEM, at=now, how=CASE_ENDED))
            continue
        waiting.append(Waiting(task=task, case=file.case, overdue=overdue(task, now)))
    return WaitingPage(waiting=tuple(waiting), next_cursor=page.next_cursor)


def finish_task(
    case_id: CaseId,
    reason: TaskReason,
    about: ContactId | None,
    by: str,
    how: str,
    *,
    tasks: Tasks,
    cases: Cases,
    clock: Clock,
) -> StaffTask:
    """The task, done. Done already, it stays as it was done. Raises NotFoundError for no such case or
    task, ForbiddenError for one about a policy of one's own."""
    file = read_case(case_id, cases=cases)
    if file.case.request.policyholder_id == by:
        raise ForbiddenError("own_case")
    task = _stored(file, reason, about)
    if task is None:
        raise NotFoundError("task")
    if task.done is not None:
        return task
    done = Done(by=by, at=clock.now(), how=how)
    tasks.finish(case_id, reason, about, done)
    return replace(task, done=done)


def overdue(task: StaffTask, now: datetime) -> bool:
    return now > task.due_at


def _stored(file: CaseFile, reason: TaskReason, about: ContactId | None) -> StaffTask | None:
    return next((task for task in file.tasks if (task.reason, task.about) == (reason, about)), None)
