"""Show a policyholder his own request, on a screen that somebody may be reading along."""

from dataclasses import replace

from safelight.domain.case import Case, CaseId
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.request import PolicyholderId
from safelight.ports import Cases, Changes, Clock, Sessions
from safelight.usecases.discretion import as_now, call_back, to_review
from safelight.usecases.read_case import read_own_case


def show_case(
    policyholder_id: PolicyholderId, case_id: CaseId, *, cases: Cases, sessions: Sessions, clock: Clock
) -> Case:
    """The case as it may be shown now. Raises NotFoundError, the same for a missing case and for somebody else's.

    When somebody began to read along since it was opened, the case waits for a call-back from now on, and that is
    stored. Should another move it meanwhile, or the store fail, the next look sees to it.
    """
    stored = read_own_case(policyholder_id, case_id, cases=cases)
    case, now = as_now(stored, sessions), clock.now()
    if case.discreet and not stored.discreet and not case.state.ended:
        case = to_review(replace(case, version=case.version + 1), now)
        try:
            cases.commit(Changes(case=case, tasks=(call_back(case, now),)))
        except (ConflictError, RetryableError, GaveUpError):
            return replace(case, version=stored.version)
    return case
