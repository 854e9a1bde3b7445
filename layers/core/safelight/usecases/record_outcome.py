"""Write down how a case ended, by whose word. Outcomes make the label that the next model learns from."""

from collections.abc import Sequence
from dataclasses import replace

from safelight.domain.alert import CASE_ENDED, Done
from safelight.domain.case import Actor, CaseId, CaseState
from safelight.domain.errors import ConflictError, ForbiddenError, RejectedError, RetryableError
from safelight.domain.label import LabelCaps, label_at, leading, seconded, takes_the_place_of
from safelight.domain.outcome import Outcome, OutcomeLabel, OutcomeSource
from safelight.ports import CaseFile, Cases, Changes, Clock, Quotas, Telemetry
from safelight.usecases.read_case import read_case

MOST_CLOSED = 90
"""A transaction takes a hundred writes. Of more, those that outlive the case are closed here, the others where they are
first listed."""
MOST_OUTCOMES = 50
"""Of one case, whose row they all lie in."""
_MOVES = {
    (OutcomeSource.STAFF, OutcomeLabel.SCAM): CaseState.STOPPED,
    (OutcomeSource.STAFF, OutcomeLabel.GENUINE): CaseState.RELEASED,
    (OutcomeSource.STAFF, OutcomeLabel.UNSURE): CaseState.REVIEW,
    (OutcomeSource.POLICE, OutcomeLabel.SCAM): CaseState.STOPPED,
    (OutcomeSource.POLICYHOLDER, OutcomeLabel.SCAM): CaseState.STOPPED,
    (OutcomeSource.CONTACT, OutcomeLabel.SCAM): CaseState.REVIEW,
}
"""Others' word can only make a case worse: a policyholder who is sure of his fraudster releases nothing."""


def record_outcome(
    case_id: CaseId,
    label: OutcomeLabel,
    confidence: float,
    reason: str,
    staff_id: str,
    source: OutcomeSource = OutcomeSource.STAFF,
    corrects: int | None = None,
    *,
    cases: Cases,
    quotas: Quotas,
    clock: Clock,
    telemetry: Telemetry,
    caps: LabelCaps,
) -> CaseFile:
    """`scam` stops the case and `genuine` releases it, `unsure` leaves it in review; of other sources' words see
    `_MOVES`.

    What ends a case closes its open tasks. An ended case takes a later outcome (the truth often comes late) and does
    not move. `corrects` is the number of another source's outcome that this one takes the place of. The same outcome by
    the same person again changes nothing. Beyond `caps` it is kept but held (`domain/label.py`).

    Raises NotFoundError, RejectedError for a source that cannot speak, ForbiddenError for a case of one's own, and
    ConflictError when another moved the case meanwhile, for too many outcomes, and for what may not be corrected.
    """
    if source is OutcomeSource.NO_COMPLAINT:
        raise RejectedError("never_recorded", field="source")
    file = read_case(case_id, cases=cases)
    case, now = file.case, clock.now()
    if case.request.policyholder_id == staff_id:
        raise ForbiddenError("own_case")
    new = Outcome(label=label, source=source, by=staff_id, confidence=confidence, recorded_at=now)
    if _said_already(case.said, new, corrects):
        return file
    if len(case.said) >= MOST_OUTCOMES:
        raise ConflictError("too_many_outcomes")
    new = replace(new, supersedes=takes_the_place_of(case.said, new, corrects))
    new = replace(new, held=_beyond(case.said, new, quotas, caps))
    target = _MOVES.get((source, label))
    if not case.state.ended and target is not None and target is not case.state:
        case = case.move(target, Actor.STAFF, reason, now, by=staff_id)
    outcomes = (*case.said, new)
    case = replace(case, outcomes=outcomes, outcome=leading(outcomes) or new, version=case.version + 1)
    done = Done(by=staff_id, at=now, how=CASE_ENDED)
    left = sorted((task for task in file.tasks if task.done is None), key=lambda task: not task.reason.outlives_case)
    settled = target is not None and target.ended
    closed = tuple(replace(task, done=done) for task in left[:MOST_CLOSED]) if settled else ()
    were_done = (task for task in file.tasks if task.done is not None)
    tasks = (*were_done, *closed, *left[len(closed) :])
    try:
        cases.commit(Changes(case=case, tasks=closed))
    except ConflictError as conflict:
        raise ConflictError("changed_meanwhile") from conflict
    telemetry.count(f"Outcome{label.title()}")
    if new.held:
        telemetry.count("LabelHeld")
    return replace(file, case=case, tasks=tasks)


def _said_already(said: Sequence[Outcome], new: Outcome, corrects: int | None) -> bool:
    """By him, and still so. A held one stands in the same way: saying it twice does not second it."""
    mine = (new.label, new.source, new.by, new.confidence)
    gone = {number for one in said for number in one.supersedes}
    return any(
        (one.label, one.source, one.by, one.confidence) == mine and (corrects is None or corrects in one.supersedes)
        for number, one in enumerate(said, 1)
        if number not in gone
    )


def _beyond(said: Sequence[Outcome], new: Outcome, quotas: Quotas, caps: LabelCaps) -> bool:
    """Whether he has labelled more than one may alone. Where nobody can tell, it is held: a second person settles it.

    What another says as well is a confirmation and counts against nobody.
    """
    if seconded(new, said):
        return False
    was, then = (label_at(words, None, new.recorded_at) for words in (said, (*said, new)))
    if was is not None and was.scam and set(was.by) != {new.by} and (then is None or not then.scam):
        name, limit = "undone", caps.undone
    elif new.label is OutcomeLabel.SCAM:
        name, limit = "scams", caps.scams
    elif new.label is OutcomeLabel.GENUINE:
        name, limit = "genuine", caps.genuine
    else:
        return False
    try:
        return not quotas.take(f"labels/{name}/{new.by}", limit, new.recorded_at, within=caps.within)
    except RetryableError:
        return True
