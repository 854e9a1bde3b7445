"""Writes the canned replies of the example page in the API's own words:

`PYTHONPATH=layers/core python -m tests.browser.example_replies > console/prompt/example-replies.json`.

A test says whether they are still the API's.
"""

from __future__ import annotations

import json

from safelight.channels import words as say
from safelight.channels.http import bodies_out as give
from safelight.domain.assessment import NextStep
from safelight.domain.caring import QuestionId, questions, texts
from safelight.domain.request import Locale, RequestKind
from tests.browser.canned import checked
from tests.browser.canned_case import Json

ASKED = tuple(QuestionId(f"general.{name}") for name in ("guided", "paper", "paper_amount"))
REQUEST_ID = "example"


def _question(place: int, locale: Locale) -> Json:
    question_id = ASKED[place]
    question, words = questions()[question_id], texts(locale)[question_id]
    document = {
        "question_id": f"q{place + 1}",
        "prompt": words.prompt(REQUEST_ID, question_id),
        "form": question.form,
        "pause_s": question.pause_s,
        "choices": [
            {"choice_id": f"c{number}", "text": words.choices[choice_id]}
            for number, choice_id in enumerate(question.shown, 1)
        ],
        "story": words.story,
        "answered": False,
    }
    return checked(give.QuestionOut, document)


def replies() -> dict[str, Json]:
    """By language: what is said while it is asked and while it is looked at, and the questions."""
    return {
        locale: {
            step: {"message": say.message(step, locale), "because": say.because(step, RequestKind.SURRENDER, locale)}
            for step in (NextStep.ANSWER, NextStep.WAIT)
        }
        | {"questions": [_question(place, locale) for place in range(len(ASKED))]}
        for locale in Locale
    }


def written() -> str:
    return json.dumps(replies(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    print(written(), end="")
