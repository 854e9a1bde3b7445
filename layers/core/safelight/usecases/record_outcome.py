"""Staff say how a case ended. The outcome is the label that the next model learns from."""

from dataclasses import replace

from safelight.domain.alert import CASE_ENDED, Done
from safelight.domain.case import Actor, CaseId, CaseState
from safelight.domain.errors import ConflictError, ForbiddenError
from safelight.domain.outcome import Outcome, OutcomeLabel, OutcomeSource
from safelight.ports import CaseFile, Cases, Changes, Clock, Telemetry
from safelight.usecases.read_case import read_case

MOST_CLOSED = 90
"""A transaction takes a hundred writes. Of more, those that outlive the case are closed here, the others where they are
first listed."""
_ENDS = {OutcomeLabel.SCAM: CaseState.STOPPED, OutcomeLabel.GENUINE: CaseState.RELEASED}


def record_outcome(
    case_id: CaseId,
    label: OutcomeLabel,
    confidence: float,
    reason: str,
    staff_id: str,
    *,
    cases: Cases,
    clock: Clock,
    telemetry: Telemetry,
) -> CaseFile:
    """`scam` stops the case, `genuine` releases it, `unsure` leaves it in review.

    What ends a case closes its open tasks. An ended case takes a later outcome (the truth often comes late) and does
    not move. The same outcome by the same person again changes nothing. Raises NotFoundError, ForbiddenError for a case
    of one's own, and ConflictError when another moved the case meanwhile.
    """
    file = read_case(case_id, cases=cases)
    case, now = file.case, clock.now()
    if case.request.policyholder_id == staff_id:
        raise ForbiddenError("own_case")
    had = case.outcome
    if had is not None and (had.label, had.by, had.confidence) == (label, staff_id, confidence):
        return file
    outcome = Outcome(label=label, source=OutcomeSource.STAFF, by=staff_id, confidence=confidence, recorded_at=now)
    if not case.state.ended:
        target = _ENDS.get(label, CaseState.REVIEW)
        if target is not case.state:
            case = case.move(target, Actor.STAFF, reason, now, by=staff_id)
    case = replace(case, outcome=outcome, version=case.version + 1)
    done = Done(by=staff_id, at=now, how=CASE_ENDED)
    settled = label in _ENDS
    left = sorted((task for task in file.tasks if task.done is None), key=lambda task: not task.reason.outlives_case)
    closed = tuple(replace(task, done=done) for task in left[:MOST_CLOSED]) if settled else ()
    were_done = (task for task in file.tasks if task.done is not None)
    tasks = (*were_done, *closed, *left[len(closed) :])
    try:
        cases.commit(Changes(case=case, tasks=closed))
    except ConflictError as conflict:
        raise ConflictError("changed_meanwhile") from conflict
    telemetry.count(f"Outcome{label.title()}")
    return replace(file, case=case, tasks=tasks)
