"""Have a person look at a case that is under way."""

from dataclasses import replace

from safelight.domain.alert import TaskReason
from safelight.domain.case import Case
from safelight.domain.errors import ConflictError, RetryableError
from safelight.ports import Cases, Changes, Clock
from safelight.usecases.call_for_help import staff_task

ATTEMPTS = 3


def leave_task(case: Case, reason: TaskReason, cases: Cases, clock: Clock) -> Case:
    """One task a case and reason, however often it is asked for. The case as it is stored then.

    Raises RetryableError when it cannot be written beside what else happens to the case.
    """
    for _ in range(ATTEMPTS):
        task = staff_task(case.case_id, case.request.policyholder_id, reason, clock.now())
        changed = replace(case, version=case.version + 1)
        try:
            cases.commit(Changes(case=changed, tasks=(task,)))
        except ConflictError:
            file = cases.find(case.case_id)
            case = case if file is None else file.case
        else:
            return changed
    raise RetryableError("case_contended")
