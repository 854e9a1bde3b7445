"""A case of the canned insurer: what it holds, what follows from it, and its row on the board."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from safelight.channels.http import bodies_in as take
from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep, ScamType
from safelight.domain.caring import ChoiceId, Form, QuestionId, questions

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
        {"from": case.state, "to": to, "actor": actor, "by": None, "reason": reason, "at": at.isoformat()}
    )
    case.state = to
