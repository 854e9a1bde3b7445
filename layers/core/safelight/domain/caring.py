"""Caring questions (關懷提問): what they verify, which are asked, and what the answers say.

The packs are data beside this module: `packs/structure.json` holds what a question verifies and what each choice
points to; `packs/<locale>.json` holds the words. A question's place in its pack is its rank.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NewType

from safelight.domain.assessment import ScamType
from safelight.domain.errors import RejectedError
from safelight.domain.request import Locale

QuestionId = NewType("QuestionId", str)
ChoiceId = NewType("ChoiceId", str)

PACKS = Path(__file__).parent / "packs"
GENERAL = "general"
MAX_QUESTIONS = 5
"""More than five are clicked away."""
FROM_LIKELIEST = 3


class Sign(StrEnum):
    """What a choice points to."""

    BENIGN = "benign"
    UNCLEAR = "unclear"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`pack` is a scam type or `general`; `choices` maps each choice to its sign, in the order shown."""

    question_id: QuestionId
    pack: str
    verifies: str
    choices: dict[ChoiceId, Sign]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText:
    """`story` is a short true-to-life tale that goes with the question, where there is one."""

    prompt: str
    choices: dict[ChoiceId, str]
    story: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    question_id: QuestionId
    choice_id: ChoiceId
    sign: Sign
    answered_at: datetime


@cache
def questions() -> dict[QuestionId, Question]:
    """Every question, pack by pack, in rank order."""
    packs = json.loads((PACKS / "structure.json").read_text(encoding="utf-8"))
    return {
        QuestionId(q["id"]): Question(
            question_id=QuestionId(q["id"]),
            pack=pack,
            verifies=q["verifies"],
            choices={ChoiceId(c): Sign(sign) for c, sign in q["choices"].items()},
        )
        for pack, members in packs.items()
        for q in members
    }


@cache
def texts(locale: Locale) -> dict[QuestionId, QuestionText]:
    words = json.loads((PACKS / f"{locale}.json").read_text(encoding="utf-8"))
    return {
        QuestionId(question_id): QuestionText(
            prompt=text["prompt"],
            choices={ChoiceId(c): t for c, t in text["choices"].items()},
            story=text.get("story"),
        )
        for question_id, text in words.items()
    }


def select(suspected: tuple[ScamType, ...]) -> tuple[QuestionId, ...]:
    """At most five questions: the likeliest type's first three, then the next type's first, then general ones."""
    by_pack: dict[str, list[QuestionId]] = {}
    for question in questions().values():
        by_pack.setdefault(question.pack, []).append(question.question_id)
    chosen: list[QuestionId] = []
    for rank, scam_type in enumerate(suspected[:2]):
        chosen += by_pack[scam_type][: FROM_LIKELIEST if rank == 0 else 1]
    chosen += by_pack[GENERAL][: MAX_QUESTIONS - len(chosen)]
    return tuple(chosen)


def read_answer(number: int, choice_number: int, asked: tuple[QuestionId, ...], at: datetime) -> Answer:
    """One answer by its place, counted from 1: ids would tell a listener which scam is suspected.

    Raises RejectedError naming the part that is not there.
    """
    if not 1 <= number <= len(asked):
        raise RejectedError("not_asked", field="question_id")
    question = questions()[asked[number - 1]]
    choices = tuple(question.choices.items())
    if not 1 <= choice_number <= len(choices):
        raise RejectedError("unknown_choice", field="choice_id")
    choice_id, sign = choices[choice_number - 1]
    return Answer(question_id=question.question_id, choice_id=choice_id, sign=sign, answered_at=at)
