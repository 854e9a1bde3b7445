"""Read cases: a policyholder his own, staff any."""

from safelight.domain.case import Case, CaseId, CaseState
from safelight.domain.errors import NotFoundError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId
from safelight.ports import BoardPage, CaseFile, Cases

MAX_PAGE = 100


def read_own_case(policyholder_id: PolicyholderId, case_id: CaseId, *, cases: Cases) -> Case:
    """Raises NotFoundError, the same for a missing case and for somebody else's."""
    file = cases.find(case_id)
    if file is None or file.case.request.policyholder_id != policyholder_id:
        raise NotFoundError("request")
    return file.case


def read_case(case_id: CaseId, *, cases: Cases) -> CaseFile:
    """For staff. Raises NotFoundError."""
    file = cases.find(case_id)
    if file is None:
        raise NotFoundError("case")
    return file


def read_board(state: CaseState, light: Light | None, limit: int, cursor: str | None, *, cases: Cases) -> BoardPage:
    """`limit` is 1 to MAX_PAGE."""
    return cases.board(state, light, limit, cursor)
