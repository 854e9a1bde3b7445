"""Take answers to caring questions and assess again. Answers can raise a risk; they never lower it (promise 4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from safelight.domain import contradictions
from safelight.domain.alert import Alert, StaffTask
from safelight.domain.caring import Answer, Given, Sign, read_answer
from safelight.domain.case import Actor, Case, CaseId, CaseState
from safelight.domain.errors import ConflictError, GaveUpError, NotFoundError, RetryableError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Cases, Changes, Clock, Dossier, Sessions, Telemetry
from safelight.scoring import policy
from safelight.usecases.ask_next import ask_next, enough
from safelight.usecases.call_for_help import call_for_help
from safelight.usecases.discretion import as_now, call_back, to_review
from safelight.usecases.tell_holder import notice

ATTEMPTS = 3
"""Two devices may answer at once: the loser reads again and goes on from there."""


def answer_questions(
    policyholder_id: PolicyholderId,
    case_id: CaseId,
    given: Sequence[Given],
    *,
    book: Book,
    cases: Cases,
    clock: Clock,
    telemetry: Telemetry,
    sessions: Sessions | None = None,
) -> Case:
    """The case with what `given` says, and with its next question where one is still worth asking.

    `sessions` is for channels with a screen that somebody may read along on: a discreet case is never released.
    The same answer again changes nothing: whoever sends it gets the case as it is now. Raises NotFoundError for a case
    that is not his, RejectedError for what was not asked or not yet, ConflictError for another answer to a question
    that has one, or when the case has ended.
    """
    for _ in range(ATTEMPTS):
        try:
            return _answer_once(policyholder_id, case_id, given, book, cases, clock, telemetry, sessions)
        except _StaleError:
            continue
    raise RetryableError("case_contended")


class _StaleError(Exception):
    pass


def _answer_once(
    policyholder_id: PolicyholderId,
    case_id: CaseId,
    given: Sequence[Given],
    book: Book,
    cases: Cases,
    clock: Clock,
    telemetry: Telemetry,
    sessions: Sessions | None,
) -> Case:
    file = cases.find(case_id)
    if file is None or file.case.request.policyholder_id != policyholder_id:
        raise NotFoundError("request")
    case, now = as_now(file.case, sessions), clock.now()
    sum_asked = case.request.amount_twd
    fresh = _fresh(case, [read_answer(one, case.questions, sum_asked, now) for one in given])
    if not fresh:
        return case
    if case.state.ended:
        raise ConflictError("case_ended")
    was_red = case.floor is Light.RED
    first = file.decisions[0]
    answered = _held_against(replace(case, answers=(*case.answers, *fresh), version=case.version + 1))
    assessment = policy.with_answers(first.assessment, answered.answers, answered.contradictions)
    answered = _moved(ask_next(answered.reassessed(assessment), now), now)
    decision = replace(
        first,
        number=len(file.decisions) + 1,
        decided_at=now,
        assessment=answered.assessment,
        next_step=answered.next_step,
        questions=answered.questions,
        answers=answered.answers,
        contradictions=answered.contradictions,
        discreet=answered.discreet,
        floor=case.floor,
    )
    alerts: tuple[Alert, ...] = ()
    tasks: tuple[StaffTask, ...] = ()
    if answered.floor is Light.RED and not was_red:
        dossier = _dossier(book, policyholder_id)
        alerts, tasks = call_for_help(case_id, case.request, dossier, now)
        alerts = (*alerts, *notice(answered, dossier, now))
    told = (*tasks, call_back(answered, now)) if answered.discreet else tasks
    try:
        cases.commit(Changes(case=answered, decision=decision, alerts=alerts, tasks=told))
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
        elif (before.choice_id, before.amount_twd) != (answer.choice_id, answer.amount_twd):
            raise ConflictError("already_answered", field="question_id")
    return tuple(fresh)


def _moved(case: Case, now: datetime) -> Case:
    if case.state is not CaseState.QUESTIONING:
        return case
    if case.floor is Light.RED:
        warned = any(answer.sign is Sign.WARNING for answer in case.answers)
        return case.move(CaseState.REVIEW, Actor.SYSTEM, "warning_answer" if warned else "contradicted_answer", now)
    case = to_review(case, now)
    if case.unanswered or case.state is not CaseState.QUESTIONING:
        return case
    if case.contradictions:
        return case.move(CaseState.REVIEW, Actor.SYSTEM, "contradicted_answer", now)
    if any(answer.sign is not Sign.BENIGN for answer in case.answers):
        return case.move(CaseState.REVIEW, Actor.SYSTEM, "unclear_answer", now)
    if enough(case):
        return case.move(CaseState.RELEASED, Actor.SYSTEM, "questions_answered", now)
    return case.move(CaseState.REVIEW, Actor.SYSTEM, "answers_not_enough", now)


def _held_against(case: Case) -> Case:
    """The case with what does not go together. What was found before stays."""
    found = contradictions.found_in(case.answers, case.known, case.shown_at, case.request.channel)
    return replace(case, contradictions=contradictions.in_order({*case.contradictions, *found}))


def _dossier(book: Book, policyholder_id: PolicyholderId) -> Dossier | None:
    try:
        return book.dossier(policyholder_id)
    except (RetryableError, GaveUpError):
        return None
