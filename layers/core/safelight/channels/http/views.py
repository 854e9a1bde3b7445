"""Domain → JSON. The customer's view and the staff's view share nothing but ids."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from safelight.channels import words as say
from safelight.domain.alert import Alert, AlertPurpose, StaffTask
from safelight.domain.assessment import NextStep
from safelight.domain.caring import Answer, QuestionId, QuestionText, questions, texts, verifies
from safelight.domain.case import Actor, Case, Decision
from safelight.domain.facts import Context
from safelight.domain.request import Locale, RequestKind, SessionId
from safelight.domain.session_risk import Advice, assumed
from safelight.ports import BoardPage, CaseFile
from safelight.scoring.policy import unpack_vector
from safelight.usecases.assess_request import Opened
from safelight.usecases.watch_session import Heard

if TYPE_CHECKING:
    from safelight.scoring.usual import Usual
    from safelight.usecases.reply_as_contact import Told
    from safelight.usecases.see_to_tasks import WaitingPage

GUIDED = QuestionId("general.guided")
"""The general pack's first question, which has its story."""
Json = dict[str, object]
UsualOf = Callable[[str | None], Mapping[str, "Usual"]]


def opened(result: Opened) -> Json:
    """The first answer to a request, and the same again to every retry."""
    decision = result.decision
    return _customer(result.case, decision.next_step, decision.questions, (), discreet=result.discreet)


def customer(case: Case) -> Json:
    return _customer(case, case.next_step, case.questions, case.answers, discreet=case.discreet)


def held(request_id: str, kind: RequestKind, locale: Locale, seen: Context | None = None) -> Json:
    """The answer when nothing could be decided: talk to a person. `seen` came with the request."""
    discreet = seen is not None and seen.accompanied
    return {"request_id": request_id, **_said(NextStep.TALK_TO_US, kind, locale, discreet=discreet), "questions": []}


def _said(step: NextStep, kind: RequestKind, locale: Locale, *, discreet: bool) -> Json:
    return {
        "next_step": step,
        "discreet": discreet,
        "message": say.discreet_message(step, locale) if discreet else say.message(step, locale),
        "because": say.discreet_because(locale) if discreet else say.because(step, kind, locale),
    }


def _customer(
    case: Case, step: NextStep, asked: tuple[QuestionId, ...], answers: tuple[Answer, ...], *, discreet: bool
) -> Json:
    locale = case.request.locale
    if discreet:
        asked, step = (), NextStep.WAIT if step is NextStep.ANSWER else step
    done = {answer.question_id for answer in answers}
    words, known = (texts(locale), questions()) if asked else ({}, {})
    return {
        "request_id": case.request.request_id,
        **_said(step, case.request.kind, locale, discreet=discreet),
        "questions": [
            {
                "question_id": f"q{number}",
                "prompt": words[question_id].prompt(case.case_id, question_id),
                "form": known[question_id].form,
                "pause_s": known[question_id].pause_s,
                "choices": [
                    {"choice_id": f"c{place}", "text": words[question_id].choices[choice_id]}
                    for place, choice_id in enumerate(known[question_id].shown, 1)
                ],
                "story": words[question_id].story,
                "answered": question_id in done,
            }
            for number, question_id in enumerate(asked, 1)
        ],
    }


def prompt(heard: Heard, session_id: SessionId, locale: Locale) -> Json:
    """To him alone a question and a story. On a call a kind word; where the screen may be seen, not even that."""
    context, message, story = heard.context, None, None
    if heard.advice is not Advice.NOTHING:
        if context.watched:
            message = say.session_prompt(locale)
        elif context.accompanied:
            message = say.session_quiet(locale)
        else:
            words = texts(locale)[GUIDED]
            message, story = words.prompt(session_id, GUIDED), words.story
    return {
        "advice": heard.advice,
        "message": message,
        "story": story,
        "pause_s": assumed().pause_s if heard.advice is Advice.PAUSE else 0,
        "discreet": context.accompanied,
        "kept": heard.kept,
    }


def call(calling: bool, locale: Locale) -> Json:
    return {"calling": calling, "message": say.call(calling, locale)}


def board(page: BoardPage) -> Json:
    return {"cases": [case_row(case) for case in page.cases], "next_cursor": page.next_cursor}


def case_row(case: Case) -> Json:
    return {
        "case_id": case.case_id,
        "policyholder_id": case.request.policyholder_id,
        "light": case.floor.name.lower(),
        "state": case.state,
        "kind": case.request.kind,
        "amount_twd": case.request.amount_twd,
        "channel": case.request.channel,
        "opened_at": _time(case.opened_at),
        "answer_by": _a_month_after(case.opened_at.date()).isoformat(),
    }


def staff_case(file: CaseFile, locale: Locale, usual: UsualOf) -> Json:
    """`usual` gives what is usual by the model with a sha256, nothing where it is another model's."""
    case, assessment = file.case, file.case.assessment
    return {
        **case_row(case),
        "floor": case.floor.name.lower(),
        "probability": assessment.probability,
        "source": assessment.source,
        "experts": dict(assessment.experts),
        "reasons": _reasons(file, locale, usual),
        "suspected": list(assessment.suspected),
        "next_step": case.next_step,
        "policy_ids": list(case.request.policy_ids),
        "questions": _questions(case, locale),
        "timeline": _timeline(case),
        "alerts": [_alert(alert) for alert in file.alerts],
        "tasks": [task(one, locale) for one in file.tasks if one.done or not one.moot(ended=case.state.ended)],
        "decisions": [_decision(decision) for decision in file.decisions],
        **_outcomes(case),
    }


def _outcomes(case: Case) -> Json:
    """The one that leads, all of them in order, and the label they make."""
    from safelight.domain.label import label_at, standing  # noqa: PLC0415 - a customer's decision has no need of it

    stands = standing(case.said)
    said = [
        {
            "number": number,
            "label": one.label,
            "source": one.source,
            "by": one.by,
            "confidence": one.confidence,
            "recorded_at": _time(one.recorded_at),
            "supersedes": list(one.supersedes),
            "held": one.held,
            "stands": number in stands,
        }
        for number, one in enumerate(case.said, 1)
    ]
    label = label_at(case.said, None, case.said[-1].recorded_at) if case.said else None
    return {
        "outcome": said[case.said.index(case.outcome)] if case.outcome else None,
        "outcomes": said,
        "label": {
            "scam": label.scam,
            "confidence": label.confidence,
            "source": label.source,
            "known_at": _time(label.known_at),
            "disputed": label.disputed,
        }
        if label
        else None,
    }


def _timeline(case: Case) -> list[Json]:
    """Moves and contacts' words in order. A word has no `from` and `to`: what it moved follows it."""
    moves: list[tuple[datetime, int, Json]] = [
        (
            move.at,
            1,
            {
                "from": move.from_,
                "to": move.to,
                "actor": move.actor,
                "by": move.by,
                "reason": move.reason,
                "at": _time(move.at),
                "verified": None,
                "noted_by": None,
            },
        )
        for move in case.moves
    ]
    words: list[tuple[datetime, int, Json]] = [
        (
            reply.at,
            0,
            {
                "from": None,
                "to": None,
                "actor": Actor.CONTACT,
                "by": reply.contact_id,
                "reason": f"contact_{reply.word}",
                "at": _time(reply.at),
                "verified": reply.verified,
                "noted_by": reply.noted_by,
            },
        )
        for reply in case.replies
    ]
    return [entry for *_, entry in sorted((*moves, *words), key=lambda one: one[:2])]


def _alert(alert: Alert) -> Json:
    delivery = alert.delivery
    return {
        "purpose": alert.purpose,
        "contact_id": alert.contact_id,
        "state": alert.state,
        "cause": alert.cause,
        "provider": alert.provider,
        "attempted_at": _time(alert.attempted_at) if alert.attempted_at else None,
        "delivery": {"arrival": delivery.arrival, "at": _time(delivery.at)} if delivery else None,
        "at": _time(alert.changed_at or alert.created_at),
    }


def task(one: StaffTask, locale: Locale) -> Json:
    return {
        "reason": one.reason,
        "text": say.task(one.reason, locale),
        "due_at": _time(one.due_at),
        "about": one.about,
        "done": {"by": one.done.by, "at": _time(one.done.at), "how": one.done.how} if one.done else None,
    }


def waiting(page: "WaitingPage", locale: Locale) -> Json:
    return {
        "tasks": [
            {**task(one.task, locale), "overdue": one.overdue, "case": case_row(one.case)} for one in page.waiting
        ],
        "next_cursor": page.next_cursor,
    }


def told(one: "Told") -> Json:
    """What a contact sees of an alert: that he got it, as whose what, and what he said. Of the request, nothing."""
    return {
        "alert_id": one.alert_id,
        "told_at": _time(one.told_at),
        "relation": one.contact.relation,
        "word": one.replied,
    }


def sms_texts(locale: Locale, sender: str) -> Json:
    """Every text as it would be sent. One that needs more than one part would not be: it has no words here."""
    return {
        "locale": locale,
        "sender": sender,
        "texts": [_sms_text(purpose, locale, sender) for purpose in AlertPurpose],
    }


def _sms_text(purpose: AlertPurpose, locale: Locale, sender: str) -> Json:
    from safelight.domain.sms_text import TextTooLongError, compose, measure  # noqa: PLC0415 - seldom asked for

    to = "policyholder" if purpose.to_holder else "contact"
    try:
        text = compose(purpose, locale, sender=sender, last3="345", code="123456")
    except TextTooLongError:
        return {"purpose": purpose, "to": to, "text": None, "encoding": None, "units": None, "one_part": False}
    measured = measure(text)
    return {
        "purpose": purpose,
        "to": to,
        "text": text,
        "encoding": measured.encoding,
        "units": measured.units,
        "one_part": measured.fits,
    }


def _reasons(file: CaseFile, locale: Locale, usual: UsualOf) -> list[Json]:
    """Each with the person's value and what is usual, from the record of the decision that opened the case."""
    from safelight.channels.explanations import usual_words, value_words  # noqa: PLC0415 - a customer's decision
    from safelight.scoring.explain import explained  # noqa: PLC0415 - has no need of them

    opening = file.decisions[0]
    return [
        {
            "code": one.reason.code,
            "text": say.reason_text(one.reason.code, locale),
            "weight": one.reason.weight,
            "value_words": value_words(one, locale),
            "usual_words": usual_words(one, locale),
        }
        for one in explained(file.case.assessment.reasons, unpack_vector(opening.vector), usual(opening.model_sha256))
    ]


def _questions(case: Case, locale: Locale) -> list[Json]:
    words, answers = texts(locale), {answer.question_id: answer for answer in case.answers}
    rows: list[Json] = []
    for question_id in case.questions:
        answer = answers.get(question_id)
        rows.append(
            {
                "question_id": question_id,
                "prompt": words[question_id].prompt(case.case_id, question_id),
                "verifies": verifies(locale)[question_id],
                "choice": _answered(answer, words[question_id]) if answer else None,
                "sign": answer.sign if answer else None,
                "answered_at": _time(answer.answered_at) if answer else None,
            }
        )
    return rows


def _answered(answer: Answer, words: QuestionText) -> str:
    return words.choices[answer.choice_id] if answer.amount_twd is None else f"NT${answer.amount_twd:,}"


def _decision(decision: Decision) -> Json:
    return {
        "number": decision.number,
        "decided_at": _time(decision.decided_at),
        "light": decision.assessment.light.name.lower(),
        "source": decision.assessment.source,
        "model_version": decision.assessment.model_version,
        "missing": list(decision.missing),
    }


def _time(moment: datetime) -> str:
    return moment.isoformat()


def _a_month_after(day: date) -> date:
    """Insurance Act arts. 119 and 120: the insurer pays within one month of the request."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
