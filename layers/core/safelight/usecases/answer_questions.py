"""Take answers to caring questions and assess again. Answers can raise a risk; they never lower it (promise 4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from safelight.domain.alert import Alert, StaffTask
from safelight.domain.caring import Answer, Sign, read_answer
from safelight.domain.case import Actor, Case, CaseId, CaseState
from safelight.domain.errors import ConflictError, GaveUpError, NotFoundError, RetryableError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Cases, Changes, Clock, Dossier, Telemetry
from safelight.scoring import policy
from safelight.usecases.call_for_help import call_for_help

ATTEMPTS = 3
"""Two devices may answer at once: the loser reads again and goes on from there."""


def answer_questions(
    policyholder_id: PolicyholderId,
    case_id: CaseId,
    choices: Sequence[tuple[int, int]],
    *,
    book: Book,
    cases: Cases,
    clock: Clock,
    telemetry: Telemetry,
) -> Case:
    """`choices` are (question, choice) by place, from 1. The same answer again changes nothing.

    Raises NotFoundError for a case that is not his, RejectedError for what was not asked, ConflictError for another
    answer to a question that has one, or when the case has ended.
    """
    for _ in range(ATTEMPTS):
        try:
            return _answer_once(policyholder_id, case_id, choices, book, cases, clock, telemetry)
        except _StaleError:
            continue
    raise RetryableError("case_contended")


class _StaleError(Exception):
    pass


def _answer_once(
    policyholder_id: PolicyholderId,
    case_id: CaseId,
    choices: Sequence[tuple[int, int]],
    book: Book,
    cases: Cases,
    clock: Clock,
    telemetry: Telemetry,
) -> Case:
    file = cases.find(case_id)
    if file is None or file.case.request.policyholder_id != policyholder_id:
        raise NotFoundError("request")
    case, now = file.case, clock.now()
    fresh = _fresh(case, [read_answer(number, choice, case.questions, now) for number, choice in choices])
    if not fresh:
        return case
    if case.state.ended:
        raise ConflictError("case_ended")
    was_red = case.floor is Light.RED
    first = file.decisions[0]
    answered = replace(case, answers=(*case.answers, *fresh), version=case.version + 1)
    answered = _moved(answered.reassessed(policy.with_answers(first.assessment, answered.answers)), now)
    decision = replace(
        first,
        number=len(file.decisions) + 1,
        decided_at=now,
        assessment=answered.assessment,
        next_step=answered.next_step,
        answers=answered.answers,
    )
    alerts: tuple[Alert, ...] = ()
    tasks: tuple[StaffTask, ...] = ()
    if answered.floor is Light.RED and not was_red:
        dossier = _dossier(book, policyholder_id)
        alerts, tasks = call_for_help(case_id, policyholder_id, dossier, now)
    try:
        cases.commit(Changes(case=answered, decision=decision, alerts=alerts, tasks=tasks))
    except ConflictError as conflict:
        raise _StaleError from conflict
    if alerts or tasks:
        telemetry.count("RaisedByAnswers")
    return answered


def _fresh(case: Case, given: list[Answer]) -> tuple[Answer, ...]:
    """The answers that are new. Raises ConflictError where one contradicts an answer already given."""
    had = {answer.question_id: answer for answer in case.answers}
    fresh: list[Answer] = []
    for answer in given:
        before = had.get(answer.question_id)
        if before is None:
            had[answer.question_id] = answer
            fresh.append(answer)
        elif before.choice_id != answer.choice_id:
            raise ConflictError("already_answered", field="question_id")
    return tuple(fresh)


def _moved(case: Case, now: datetime) -> Case:
    if case.state is not CaseState.QUESTIONING:
        return case
    if case.floor is Light.RED:
        return case.move(CaseState.REVIEW, Actor.SYSTEM, "warning_answer", now)
    if case.unanswered:
        return case
    if all(answer.sign is Sign.BENIGN for answer in case.answers):
        return case.move(CaseState.RELEASED, Actor.SYSTEM, "questions_answered", now)
    return case.move(CaseState.REVIEW, Actor.SYSTEM, "unclear_answer", now)


def _dossier(book: Book, policyholder_id: PolicyholderId) -> Dossier | None:
    try:
        return book.dossier(policyholder_id)
    except (RetryableError, GaveUpError):
        return None
