"""Five languages across the channels: whole, each in its own words, and chosen without ever turning anybody away."""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safelight.channels import words as say
from safelight.channels.http import views
from safelight.domain.assessment import NextStep
from safelight.domain.caring import Question, frames, languages, questions, texts
from safelight.domain.request import Locale, RequestKind
from safelight.domain.saying import spoken, written
from tests.channels.deployed import STAFF, Deployed, a_body, a_red_body
from tests.languages import FAMILIAR, REPROACHES, VERDICTS, left_over, own, vocabulary

EVERY_LOCALE = pytest.mark.parametrize("locale", list(Locale))
LINE_TEXT, LEX_MESSAGE, CONNECT_BYTES = 5_000, 1_024, 32 * 1024


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    else:
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}")


def words(locale: Locale) -> dict[str, str]:
    """Every text of the file by its path."""
    return dict(leaves(json.loads((say.CUSTOMER_WORDS / f"{locale}.json").read_text(encoding="utf-8"))))


def plain(locale: Locale) -> list[str]:
    return [re.sub(r"{\w+}", "", text) for text in words(locale).values()]


# The words


def test_every_language_has_its_words_and_no_other_has() -> None:
    files = {path.stem for path in say.CUSTOMER_WORDS.iterdir()}
    assert files == set(languages()) == set(Locale)


@EVERY_LOCALE
def test_no_text_is_missing_and_each_has_its_places(locale: Locale) -> None:
    english = words(Locale.EN)
    assert list(words(locale)) == list(english)
    for path, text in words(locale).items():
        assert text.strip() == text != "", path
        assert sorted(re.findall(r"{\w*}", text)) == sorted(re.findall(r"{\w*}", english[path])), path


@EVERY_LOCALE
def test_every_step_and_kind_is_spoken_of(locale: Locale) -> None:
    assert len({say.message(step, locale) for step in NextStep}) == len(NextStep)
    assert len({say.because(NextStep.ANSWER, kind, locale) for kind in RequestKind}) == len(RequestKind)
    assert say.call(calling=True, locale=locale) != say.call(calling=False, locale=locale)


@EVERY_LOCALE
def test_nothing_is_left_in_another_language(locale: Locale) -> None:
    english = vocabulary(plain(Locale.EN))
    assert [(text, left) for text in plain(locale) if (left := left_over(text, locale, english))] == []
    assert [text for text in plain(locale) if not own(text, locale)] == []
    assert [text for text in plain(locale) if unicodedata.normalize("NFC", text) != text] == []
    for other in set(Locale) - {locale}:
        assert not {text for text in plain(locale) if text} & set(plain(other))


@EVERY_LOCALE
def test_words_are_kind_and_tell_nothing(locale: Locale) -> None:
    for text in plain(locale):
        assert not [verdict for verdict in VERDICTS[locale] if verdict in text.lower()]
        assert not re.search(REPROACHES[locale], text, re.IGNORECASE)
        assert not re.search(FAMILIAR[locale], text, re.IGNORECASE)
        assert set(re.findall(r"\d+", text)) <= {"165"}
        assert not re.search(r"https?:|www\.|@", text)


# What each channel can carry


@EVERY_LOCALE
@pytest.mark.parametrize("question", list(questions().values()), ids=lambda q: q.question_id)
def test_a_reply_in_full_fits_every_channel(question: Question, locale: Locale) -> None:
    text = texts(locale)[question.question_id]
    step = NextStep.ANSWER
    because = max((say.because(step, kind, locale) for kind in RequestKind), key=len)
    for prompt in text.prompts:
        asked, said = written(prompt, question, text), spoken(prompt, question, text, frames(locale))
        assert len("\n".join((say.message(step, locale), because, asked))) <= LINE_TEXT
        flat = {"say": said, "message": say.message(step, locale), "because": because, "written": asked}
        assert len(json.dumps(flat).encode()) <= CONNECT_BYTES


@EVERY_LOCALE
def test_each_message_fits_into_one_of_lex(locale: Locale) -> None:
    messages = [
        say.session_prompt(locale),
        say.call(calling=True, locale=locale),
        say.call(calling=False, locale=locale),
    ]
    messages += [say.message(step, locale) for step in NextStep]
    messages += [say.because(step, kind, locale) for step in NextStep for kind in RequestKind]
    assert max(map(len, messages)) <= LEX_MESSAGE


# At the edge


NAMED = {"vi-VN": Locale.VI, "in": Locale.ID, "th_TH": Locale.TH, "en-GB": Locale.EN, "zh-Hant": Locale.ZH_TW}
UNKNOWN = ("fr", "xx", "", "*", "x" * 2_000, "ภาษาไทย")


@pytest.mark.parametrize("tag", [*NAMED, *UNKNOWN])
def test_whatever_language_is_named_the_customer_is_served(insurer: Deployed, tag: str) -> None:
    locale = NAMED.get(tag, Locale.ZH_TW)
    asked = insurer.call("POST", "/v1/requests", a_red_body(locale=tag))
    assert (asked.status, asked.json["message"]) == (201, say.message(NextStep(asked.json["next_step"]), locale))
    prompts = {prompt for text in texts(locale).values() for prompt in text.prompts}
    assert {question["prompt"] for question in asked.json["questions"]} <= prompts
    assert asked.json["questions"]
    assert insurer.call("GET", "/v1/requests/r-1").json["message"] == asked.json["message"]

    called = insurer.call("GET", "/v1/calls/current", query={"locale": tag})
    assert (called.status, called.json["message"]) == (200, say.call(calling=False, locale=locale))
    seen = {"on_call": True, "screen_shared": True}
    prompted = insurer.call("POST", "/v1/sessions/s-1/signals", seen, query={"locale": tag})
    assert (prompted.status, prompted.json["message"]) == (200, say.session_prompt(locale))
    body = {"relation": "child", "phone": "+886912000345", "adult": True, "locale": tag}
    contact = insurer.call("POST", "/v1/contacts", body)
    assert (contact.status, contact.json["locale"]) == (201, locale)


@pytest.mark.parametrize("body", [a_body(locale=None), {k: v for k, v in a_body().items() if k != "locale"}])
def test_no_language_at_all_is_chinese(insurer: Deployed, body: dict[str, Any]) -> None:
    asked = insurer.call("POST", "/v1/requests", body)
    assert asked.status == 201
    assert asked.json["message"] == say.message(NextStep(asked.json["next_step"]), Locale.ZH_TW)


@EVERY_LOCALE
def test_a_decision_that_could_not_be_made_is_spoken_too(locale: Locale) -> None:
    held: Any = views.held("r-1", RequestKind.SURRENDER, locale)
    assert (held["message"], held["because"]) == (
        say.message(NextStep.TALK_TO_US, locale),
        say.because(NextStep.TALK_TO_US, RequestKind.SURRENDER, locale),
    )


@pytest.mark.parametrize(("tag", "staffs"), [("vi", Locale.ZH_TW), ("xx", Locale.ZH_TW), ("en-GB", Locale.EN)])
def test_staff_are_spoken_to_in_a_language_of_theirs(insurer: Deployed, tag: str, staffs: Locale) -> None:
    insurer.call("POST", "/v1/requests", a_red_body(locale="th"))
    row = insurer.call("GET", "/v1/staff/cases", groups=STAFF).json["cases"][0]
    case = insurer.call("GET", f"/v1/staff/cases/{row['case_id']}", groups=STAFF, query={"locale": tag})
    assert case.status == 200
    said = [task["text"] for task in case.json["tasks"]] + [reason["text"] for reason in case.json["reasons"]]
    said += [part for question in case.json["questions"] for part in (question["prompt"], question["verifies"])]
    assert len(said) > 3
    assert [text for text in said if not own(text, staffs) or left_over(text, staffs)] == []


# What a cold start pays for


def test_only_the_language_that_is_spoken_is_read() -> None:
    code = """
import sys
read = []
sys.addaudithook(lambda event, given: read.append(str(given[0])) if event == "open" else None)
def words():
    names = sorted("/".join(path.split("/")[-2:]) for path in read if path.endswith(".json"))
    read.clear()
    return names
from safelight.channels.http import views
print(words())
from safelight.channels import words as say
from safelight.domain.assessment import NextStep
from safelight.domain.caring import texts
from safelight.domain.request import Locale, RequestKind
say.because(NextStep.PROCEED, RequestKind.SURRENDER, Locale.VI)
print(words())
texts(Locale.VI)
print(words())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={
        "PYTHONPATH": str(Path(views.__file__).parents[3])
    })  # fmt: skip
    assert done.stdout.splitlines() == ["[]", "['customer_words/vi.json']", "['words/vi.json']"]
