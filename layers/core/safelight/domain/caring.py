"""Caring questions (關懷提問): what they verify, their words, and what an answer says.

The packs are data beside this module. `packs/structure.json` holds each question: what it verifies, its choices with
what each points to and claims, and which question follows. `packs/words/<locale>.json` holds the words: a language is
added by adding its file, and only what is spoken is read. `packs/verifies` has staff's Chinese beside the structure's
English; `packs/assumed.json` is `asking`'s. A question's place in its pack is its rank.

Stored cases name questions and choices by id, and customers by place: neither is ever taken out or moved.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NewType

from safelight.domain.errors import RejectedError

QuestionId = NewType("QuestionId", str)
ChoiceId = NewType("ChoiceId", str)

PACKS = Path(__file__).parent / "packs"
GENERAL = "general"
FIRST_LANGUAGE = "zh-TW"
"""Of whoever speaks a language that has no words yet."""
MUCH_BELOW = 0.8
"""A paper whose total is less than this share of the sum asked for does not explain the sum."""


class Sign(StrEnum):
    """What a choice points to."""

    BENIGN = "benign"
    UNCLEAR = "unclear"
    WARNING = "warning"


class Form(StrEnum):
    """`open`: a sum in New Taiwan dollars is typed, keyed in or said, unless one of the choices is taken."""

    CHOICES = "choices"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`claims` are what whoever takes it says is so (`!`: is not so). `then` is the question that asks for a detail.
    `read`: never shown, but read from the sum that was given."""

    sign: Sign
    claims: tuple[str, ...] = ()
    then: QuestionId | None = None
    read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`pack` is a scam type or `general`; `choices` are in the order shown. `pause_s`: seconds to think before a choice
    can be taken. `least_s`: in less nobody can have read it and answered. `follow_up`: asked after one answer only.
    `like`: asks for much the same, so that only one of the two is asked.
    """

    question_id: QuestionId
    pack: str
    verifies: str
    form: Form
    pause_s: int
    least_s: float
    choices: dict[ChoiceId, Choice]
    follow_up: bool
    like: QuestionId | None = None

    @property
    def shown(self) -> tuple[ChoiceId, ...]:
        """The choices that can be taken by place."""
        return tuple(choice_id for choice_id, choice in self.choices.items() if not choice.read)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText:
    """`prompts` say the same in other words. `story` is a short true-to-life tale that goes with the question."""

    prompts: tuple[str, ...]
    choices: dict[ChoiceId, str]
    story: str | None = None

    def prompt(self, case_id: str, question_id: QuestionId) -> str:
        """The wording for this case: it cannot be rehearsed, and a retry reads the same."""
        return self.prompts[sha256(f"{case_id}:{question_id}".encode()).digest()[0] % len(self.prompts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A language's frames for what is said: `press` holds {choice} and {digit}, `otherwise` {choices}."""

    press: str
    amount: str
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as a channel hands it on, by place from 1: a choice, or the sum in TWD that an open question asks for.

    `silence_s` is the longest silence before it, where the channel hears one.
    """

    question: int
    choice: int | None = None
    amount_twd: int | None = None
    silence_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`amount_twd` is what was given to an open question: a number, never words."""

    question_id: QuestionId
    choice_id: ChoiceId
    sign: Sign
    answered_at: datetime
    amount_twd: int | None = None
    silence_s: float | None = None


@cache
def questions() -> dict[QuestionId, Question]:
    """Every question, pack by pack, in rank order."""
    packs = json.loads((PACKS / "structure.json").read_text(encoding="utf-8"))
    following = {c["then"] for members in packs.values() for q in members for c in q["choices"].values() if "then" in c}
    return {
        QuestionId(q["id"]): Question(
            question_id=QuestionId(q["id"]),
            pack=pack,
            verifies=q["verifies"],
            form=Form(q.get("form", Form.CHOICES)),
            pause_s=q["pause_s"],
            least_s=q["least_s"],
            choices={ChoiceId(choice_id): _choice(c) for choice_id, c in q["choices"].items()},
            follow_up=q["id"] in following,
            like=q.get("like"),
        )
        for pack, members in packs.items()
        for q in members
    }


def _choice(stored: dict[str, Any]) -> Choice:
    return Choice(
        sign=Sign(stored["sign"]),
        claims=tuple(stored.get("claims", ())),
        then=stored.get("then"),
        read=stored.get("read", False),
    )


@cache
def languages() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (PACKS / "words").glob("*.json")))


@cache
def _words(locale: str) -> dict[str, Any]:
    known = locale if locale in languages() else FIRST_LANGUAGE
    words: dict[str, Any] = json.loads((PACKS / "words" / f"{known}.json").read_text(encoding="utf-8"))
    return words


@cache
def texts(locale: str) -> dict[QuestionId, QuestionText]:
    return {
        QuestionId(question_id): QuestionText(
            prompts=tuple(text["prompts"]),
            choices={ChoiceId(c): t for c, t in text["choices"].items()},
            story=text.get("story"),
        )
        for question_id, text in _words(locale)["questions"].items()
    }


def frames(locale: str) -> Spoken:
    return Spoken(**_words(locale)["spoken"])


@cache
def verifies(locale: str) -> dict[QuestionId, str]:
    """For staff: what each question verifies, in Chinese or else in English."""
    if locale != FIRST_LANGUAGE:
        return {question_id: question.verifies for question_id, question in questions().items()}
    said: dict[QuestionId, str] = json.loads((PACKS / "verifies" / f"{locale}.json").read_text(encoding="utf-8"))
    return said


def read_answer(given: Given, asked: tuple[QuestionId, ...], amount_twd: int, at: datetime) -> Answer:
    """One answer by its place: ids would tell a listener which scam is suspected. `amount_twd` is the sum requested.

    Raises RejectedError naming the part that is not there: a question that was not asked yet is none.
    """
    if not 1 <= given.question <= len(asked):
        raise RejectedError("not_asked", field="question_id")
    question = questions()[asked[given.question - 1]]
    if given.amount_twd is not None:
        if question.form is not Form.OPEN or given.choice is not None or given.amount_twd < 0:
            raise RejectedError("not_asked", field="amount_twd")
        choice_id = _read_amount(given.amount_twd, amount_twd)
    elif given.choice is None or not 1 <= given.choice <= len(question.shown):
        raise RejectedError("unknown_choice", field="choice_id")
    else:
        choice_id = question.shown[given.choice - 1]
    return Answer(
        question_id=question.question_id,
        choice_id=choice_id,
        sign=question.choices[choice_id].sign,
        answered_at=at,
        amount_twd=given.amount_twd,
        silence_s=given.silence_s,
    )


def _read_amount(on_paper_twd: int, requested_twd: int) -> ChoiceId:
    """Whoever has no paper repeats the sum he asked for, so that `same` tells little; a paper may well show more."""
    if on_paper_twd == requested_twd or requested_twd == 0:
        return ChoiceId("same")
    return ChoiceId("differs" if on_paper_twd < MUCH_BELOW * requested_twd else "fits")
