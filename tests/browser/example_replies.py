"""Writes the canned replies of the example page in the API's own words:

`PYTHONPATH=layers/core python -m tests.browser.example_replies > console/prompt/example-replies.json`. A test says whether
they are still the API's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from safelight.channels import words as say
from safelight.channels.http import bodies_out as give
from safelight.domain.assessment import NextStep
from safelight.domain.caring import QuestionId, questions, texts
from safelight.domain.request import Locale, RequestKind
from tests.browser.canned import checked
from tests.browser.canned_case import Json

ASKED = tuple(QuestionId(f"general.{name}") for name in ("guided", "paper", "paper_amount"))
REQUEST_ID = "example"


def _question(place: int, answered: bool, locale: Locale) -> Json:
    question_id = ASKED[place]
    question, words = questions()[question_id], texts(locale)[question_id]
    return {
        "question_id": f"q{place + 1}",
        "prompt": words.prompt(REQUEST_ID, question_id),
        "form": question.form,
        "pause_s": question.pause_s,
        "choices": [
            {"choice_id": f"c{number}", "text": words.choices[choice_id]}
            for number, choice_id in enumerate(question.shown, 1)
        ],
        "story": words.story,
        "answered": answered,
    }


def _reply(answered: int, locale: Locale) -> Json:
    over = answered == len(ASKED)
    step = NextStep.WAIT if over else NextStep.ANSWER
    asked: Sequence[int] = range(min(answered + 1, len(ASKED)))
    return {
        "request_id": REQUEST_ID,
        "next_step": step,
        "message": say.message(step, locale),
        "because": say.because(step, RequestKind.SURRENDER, locale),
        "questions": [_question(place, place < answered, locale) for place in asked],
    }


def replies() -> dict[str, list[Json]]:
    """By language, the replies to a request and to each of its three answers."""
    return {
        locale: [_checked(_reply(answered, locale)) for answered in range(len(ASKED) + 1)]
        for locale in Locale
    }


def _checked(reply: Json) -> Json:
    # Of the API's body the example leaves out `discreet`, which is false in these.
    checked(give.RequestOut, {name: False for name in give.RequestOut.model_fields} | reply)
    return reply


def written() -> str:
    return json.dumps(replies(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    print(written(), end="")
