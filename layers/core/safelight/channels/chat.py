"""A reply of the conversation engine in words: what every chat and voice channel says, and its choices.

The words are data: `chat_words/<locale>.json`, of which only the language that is spoken is read. Next steps and
caring questions have theirs where HTTP has them. A channel only cuts to its own limits.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from safelight.channels import words as say
from safelight.domain import saying
from safelight.domain.assessment import NextStep
from safelight.domain.caring import frames, questions, texts
from safelight.domain.case import Case
from safelight.domain.conversation import Line, Offer, Reply, button
from safelight.domain.request import Locale

CHAT_WORDS = Path(__file__).parent / "chat_words"
HANDED_OVER = frozenset({NextStep.WAIT, NextStep.TALK_TO_US})
"""Steps that a call goes on from with a person: he is not told on it that he will be rung up, or notified."""


class Choice(NamedTuple):
    """`value` comes back when it is pressed; `place` when it is typed or keyed in."""

    place: int
    text: str
    value: str


class Said(NamedTuple):
    """`texts` are messages in order; `choices` go with the last. `spoken` is the last as SSML, where it is a caring
    question or for the ear.

    `over`: nothing is asked for any more. `step` is the case's next step, where there is a case.
    """

    texts: tuple[str, ...]
    choices: tuple[Choice, ...]
    over: bool
    step: NextStep | None
    spoken: str | None


@cache
def words(locale: Locale) -> dict[str, Any]:
    """`lines` by Line, `kinds`, `policy`, `products`, `account`, `choose`, `link`; `phone` for the ear: the lines that
    are said in other words, `transfer`, `zero`, and what a contact who rings is asked."""
    parsed: dict[str, Any] = json.loads((CHAT_WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    return parsed


def put(reply: Reply, *, aloud: bool = False) -> Said:
    """`aloud`: for the ear, in the words of a call where they differ, with nothing numbered in the texts."""
    case, asked = reply.case, _offers(reply)
    told = [_line(line, reply, asked, aloud=aloud) for line in reply.lines]
    question = case.unanswered[0] if case and reply.lines[-1] is Line.QUESTION else None
    heard = saying.offered(told[-1], [choice.text for choice in asked], frames(reply.locale)) if aloud else None
    if case and question:
        text, known = texts(reply.locale)[question], questions()[question]
        mark = reply.mark
        asked = tuple(
            Choice(place, text.choices[choice_id], button(mark, place))
            for place, choice_id in enumerate(known.shown, 1)
        )
        heard = saying.spoken(text.prompt(case.case_id, question), known, text, frames(reply.locale))
    return Said(tuple(told), asked, reply.over, case.next_step if case else None, heard)


def line(one: Line, locale: Locale, *, aloud: bool = False) -> str:
    """A line that needs neither case nor choices."""
    said = words(locale)["lines"]
    if aloud:
        said = {**said, **words(locale)["phone"]["lines"]}
    return str(said[one]).format(help=say.whom_to_ask(locale))


def _line(one: Line, reply: Reply, asked: tuple[Choice, ...], *, aloud: bool) -> str:
    case, locale = reply.case, reply.locale
    if one is Line.NEXT_STEP and case is not None:
        step = case.next_step
        if case.discreet:
            return f"{say.discreet_message(step, locale)}\n{say.discreet_because(locale)}"
        because = say.because(step, case.request.kind, locale)
        return because if aloud and step in HANDED_OVER else f"{say.message(step, locale)}\n{because}"
    if one is Line.QUESTION and case is not None:
        return _question(case, locale)
    said = line(one, locale, aloud=aloud)
    if aloud or one is not reply.lines[-1]:
        return said
    return "\n".join([said, *(f"{choice.place}. {choice.text}" for choice in asked)])


def _question(case: Case, locale: Locale) -> str:
    question_id = case.unanswered[0]
    text = texts(locale)[question_id]
    return saying.written(text.prompt(case.case_id, question_id), questions()[question_id], text)


def _offers(reply: Reply) -> tuple[Choice, ...]:
    return tuple(
        Choice(place, _offer(reply, offer), button(reply.mark, place)) for place, offer in enumerate(reply.offered, 1)
    )


def _offer(reply: Reply, offer: Offer) -> str:
    said = words(reply.locale)
    match reply.lines[-1]:
        case Line.ASK_KIND:
            return str(said["kinds"][offer.value])
        case Line.ASK_POLICY:
            return str(said["policy"]).format(product=said["products"][offer.about], last=offer.value[-4:])
    return (
        str(said["account"]["on_file"]).format(date=offer.about) if offer.value else str(said["account"]["of_record"])
    )
