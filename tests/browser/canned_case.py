"""A case of the canned insurer: what it holds, what follows from it, and its row on the board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from safelight.channels import words as say
from safelight.channels.http import bodies_in as take
from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep, ScamType
from safelight.domain.caring import ChoiceId, Form, QuestionId, questions
from safelight.domain.request import Locale

Json = dict[str, Any]
QUESTIONS = 5


@dataclass
class CannedCase:
    request: take.CustomerRequestIn
    policyholder_id: str
    light: str
    state: str
    suspected: tuple[ScamType, ...]
    reasons: dict[str, float]
    opened_at: datetime
    moves: list[Json] = field(default_factory=list)
    asked: list[QuestionId] = field(default_factory=list)
    answers: dict[QuestionId, ChoiceId] = field(default_factory=dict)
    alerts: list[Json] = field(default_factory=list)
    tasks: list[TaskReason] = field(default_factory=list)
    done: dict[TaskReason, Json] = field(default_factory=dict)
    word: str | None = None
    """What the contact said."""
    outcome: Json | None = None
    discreet: bool = False

    @property
    def case_id(self) -> str:
        return f"case{self.request.request_id}"[:64]

    def ask_next(self) -> None:
        """Five questions, one after the other, whatever is answered."""
        if self.light != "green" and len(self.answers) == len(self.asked) < QUESTIONS:
            roots = [q for q in questions().values() if q.form is Form.CHOICES and not q.follow_up]
            packs = {pack: [q.question_id for q in roots if q.pack == pack] for pack in (self.suspected[0], "general")}
            self.asked.append((packs[self.suspected[0]][:3] + packs["general"])[len(self.asked)])

    @property
    def next_step(self) -> NextStep:
        if self.state == "released":
            return NextStep.PROCEED
        if self.state != "stopped" and len(self.answers) < len(self.asked):
            return NextStep.ANSWER
        return NextStep.TALK_TO_US if self.light == "red" or self.state == "stopped" else NextStep.WAIT


def row_of(case: CannedCase) -> Json:
    return {
        "case_id": case.case_id,
        "policyholder_id": case.policyholder_id,
        "light": case.light,
        "state": case.state,
        "kind": case.request.kind,
        "amount_twd": case.request.amount_twd,
        "channel": case.request.channel,
        "opened_at": case.opened_at.isoformat(),
        "answer_by": (case.opened_at.date() + timedelta(days=30)).isoformat(),
    }


def move(case: CannedCase, to: str, actor: str, reason: str, at: datetime) -> None:
    case.moves.append(
        {
            "from": case.state,
            "to": to,
            "actor": actor,
            "by": None,
            "reason": reason,
            "at": at.isoformat(),
            "verified": None,
            "noted_by": None,
        }
    )
    case.state = to


def an_alert(state: str, purpose: str = "red_request", contact_id: str | None = "contact1", **over: object) -> Json:
    return {
        "purpose": purpose,
        "contact_id": contact_id,
        "state": state,
        "cause": None,
        "provider": None,
        "attempted_at": None,
        "delivery": None,
        "at": datetime.now(UTC).isoformat(),
        **over,
    }


def task_of(case: CannedCase, reason: TaskReason, locale: Locale) -> Json:
    return {
        "reason": reason,
        "text": say.task(reason, locale),
        "due_at": (case.opened_at + timedelta(minutes=5)).isoformat(),
        "about": None,
        "done": case.done.get(reason),
    }


def queue_of(cases: Iterable[CannedCase], locale: Locale) -> list[Json]:
    """Open tasks, the one due first first. Those of five minutes ago and more are overdue."""
    now = datetime.now(UTC)
    return [
        {**task_of(case, reason, locale), "overdue": now > case.opened_at + timedelta(minutes=5), "case": row_of(case)}
        for case in sorted(cases, key=lambda one: one.opened_at)
        for reason in case.tasks
        if reason not in case.done
    ]


def told_of(case: CannedCase) -> Json:
    """What the contact reads of it."""
    told_at = case.opened_at.isoformat()
    return {"alert_id": f"told{case.case_id}"[:64], "told_at": told_at, "relation": "child", "word": case.word}


def say_word(case: CannedCase, word: str) -> None:
    """The same again changes nothing."""
    if case.word == word:
        return
    case.word = word
    reason = {
        "knows": TaskReason.CONTACT_KNOWS,
        "worried": TaskReason.CONTACT_WORRIED,
        "not_reached": TaskReason.CONTACT_CANNOT_REACH,
    }[word]
    case.tasks.append(reason)
    move(case, case.state, "contact", f"contact_{word}", datetime.now(UTC))
    case.moves[-1] |= {"from": None, "to": None, "verified": True}
