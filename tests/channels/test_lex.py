"""The Lex V2 code hook: genuine events, fields missing and unknown, what Lex takes back, and once."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from safelight.channels import chat, lex
from safelight.channels.chat import Choice, Said
from safelight.domain.assessment import NextStep
from safelight.domain.caring import frames, questions, texts
from safelight.domain.conversation import Line
from safelight.domain.request import Locale
from safelight.domain.saying import spoken
from tests.channels.deployed import ME, STAFF, Deployed

EVENTS = sorted((Path(__file__).parent / "lex_events").glob("*.json"))
"""`v1-…` and `v2-…` as `sam local generate-event lex …` and `lex-v2 …` make them; `documented-…` in the forms of
docs.aws.amazon.com, Lex V2: Lambda input format, with values of our own."""
ACTIONS = {"Close", "ConfirmIntent", "Delegate", "ElicitIntent", "ElicitSlot", "None"}
EVERY_LOCALE = pytest.mark.parametrize("locale", list(Locale))
Json = dict[str, Any]


def an_event(text: str, before: Json | None = None, **over: Any) -> Json:
    """The next turn of a session: Lex brings the session attributes back."""
    attributes = before["sessionState"]["sessionAttributes"] if before else {"policyholder_id": ME, "theirs": "kept"}
    return {
        "messageVersion": "1.0",
        "invocationSource": "DialogCodeHook",
        "inputMode": "Text",
        "sessionId": "session-1",
        "inputTranscript": text,
        "bot": {"id": "B", "name": "Safelight", "localeId": "zh_TW", "version": "1", "aliasId": "A"},
        "interpretations": [{"intent": {"name": "Talk", "slots": {"said": None}, "state": "InProgress"}}],
        "sessionState": {
            "sessionAttributes": attributes,
            "activeContexts": [],
            "intent": {"name": "Talk", "slots": {"said": None}, "state": "InProgress", "confirmationState": "None"},
            "originatingRequestId": "f57dfc3f-44be-4df9-ae72-9681fc14e67f",
        },
        **over,
    }


def hook(insurer: Deployed, event: Json) -> Json:
    answer: Json = insurer.function("converse_lex").handler(event, None)
    within_limits(answer)
    return answer


def within_limits(answer: Json) -> None:
    """docs.aws.amazon.com, Lex V2: Lambda response format."""
    state = answer["sessionState"]
    action = state["dialogAction"]
    assert action["type"] in ACTIONS
    if action["type"] in ("Close", "ElicitSlot"):
        assert state["intent"]["name"]
        assert set(state["intent"]) <= {"name", "slots", "state", "confirmationState"}
    if action["type"] == "Close":
        assert state["intent"]["state"] in ("Fulfilled", "Failed")
    if action["type"] == "ElicitSlot":
        assert action["slotToElicit"] in state["intent"]["slots"]
    assert all(isinstance(value, str) for value in state["sessionAttributes"].values())
    assert 1 <= len(answer["messages"]) <= 5
    for message in answer["messages"]:
        if message["contentType"] == "ImageResponseCard":
            card = message["imageResponseCard"]
            assert 0 < len(card["title"]) <= 250
            assert 1 <= len(card["buttons"]) <= 5
            for button in card["buttons"]:
                assert 0 < len(button["text"]) <= 50
                assert 0 < len(button["value"]) <= 50
        else:
            assert message["contentType"] in ("PlainText", "SSML")
            assert 0 < len(message["content"]) <= 1_024
    json.dumps(answer)


def contents(answer: Json) -> str:
    return "\n".join(message.get("content", "") for message in answer["messages"])


def pressed(answer: Json, place: int = 1) -> str:
    """The value of a button, or the place where there are no buttons."""
    cards = [m["imageResponseCard"] for m in answer["messages"] if m["contentType"] == "ImageResponseCard"]
    return str(cards[0]["buttons"][place - 1]["value"]) if cards else str(place)


def cases(insurer: Deployed) -> list[Json]:
    return list(insurer.call("GET", "/v1/staff/cases", who="st-1", groups=STAFF).json["cases"])


def test_a_customer_is_asked_in_lex_and_his_case_is_on_the_board(insurer: Deployed) -> None:
    answer = hook(insurer, an_event("我想解約,檢察官說我的帳戶被監管"))
    assert "165" in contents(answer)
    while answer["sessionState"]["dialogAction"]["type"] != "Close":
        assert answer["sessionState"]["dialogAction"] == {"type": "ElicitSlot", "slotToElicit": "said"}
        answer = hook(insurer, an_event(pressed(answer), answer))
    (case,) = cases(insurer)
    assert (case["policyholder_id"], case["kind"], case["channel"]) == (ME, "surrender", "chat")
    assert answer["sessionState"]["sessionAttributes"]["theirs"] == "kept"


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_a_genuine_event_is_answered(insurer: Deployed, path: Path) -> None:
    event = json.loads(path.read_text())
    assert "165" in contents(hook(insurer, event))
    event.setdefault("sessionState", {})["sessionAttributes"] = {"policyholder_id": ME}
    hook(insurer, event)
    answer = hook(insurer, {**event, "inputTranscript": "loan", "somethingNew": {"a": [1]}})
    assert chat.line(Line.TROUBLE, Locale.nearest(event["bot"].get("localeId"))) not in contents(answer)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_a_genuine_event_is_heard_as_what_it_is(insurer: Deployed, path: Path) -> None:
    """Named and asking for a loan, by whatever mode and locale: he is asked on, and Lex can go on with the answer."""
    event = json.loads(path.read_text())
    event.setdefault("sessionState", {})["sessionAttributes"] = {"policyholder_id": ME, "theirs": "kept"}
    answer = hook(insurer, {**event, "inputTranscript": "loan"})
    locale = Locale.nearest(event["bot"].get("localeId"))
    asked = str(chat.words(locale)["lines"][Line.ASK_POLICY])
    assert asked in contents(answer)
    assert answer["sessionState"]["sessionAttributes"]["theirs"] == "kept"
    slots = event["sessionState"].get("intent", {}).get("slots", {})
    assert answer["sessionState"]["dialogAction"]["type"] == ("ElicitSlot" if "said" in slots else "ElicitIntent")
    assert answer.get("requestAttributes") == (event.get("requestAttributes") or None)


def fields(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each field of an event, its lists' members included."""
    for name, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield (*at, name)
        yield from fields(value, (*at, name))


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_each_field_of_a_genuine_event_may_be_null_or_missing(insurer: Deployed, path: Path) -> None:
    whole = json.loads(path.read_text())
    for *way, last in fields(whole):
        for missing in (False, True):
            event = deepcopy(whole)
            part = event
            for step in way:
                part = part[step]
            if missing:
                del part[last]
            else:
                part[last] = None
            assert "165" in contents(hook(insurer, event)), (way, last)


def test_any_field_may_be_missing_or_of_another_form(insurer: Deployed) -> None:
    whole = an_event("我想借款10萬")
    for name in whole:
        for odd in (None, 7, "x", [], {}):
            hook(insurer, {key: value for key, value in whole.items() if key != name})
            hook(insurer, {**whole, name: odd})
    for name in whole["sessionState"]:
        for odd in (None, 7, "x", [], {}):
            state = {**whole["sessionState"], name: odd}
            hook(insurer, {**whole, "sessionState": state})
    hook(insurer, {})


def test_whoever_is_not_named_hears_how_to_link_and_nothing_of_anybody(insurer: Deployed) -> None:
    for attributes in ({}, {"policyholder_id": ""}, {"policyholder_id": "a b"}, {"policyholder_id": ["x"]}):
        event = an_event("我想解約")
        event["sessionState"]["sessionAttributes"] = attributes
        try:
            answer = insurer.function("converse_lex").handler(event, None)
        finally:
            assert cases(insurer) == []
        assert "165" in contents(answer)


def test_the_person_may_be_named_by_a_request_attribute(insurer: Deployed) -> None:
    event = an_event("我想解約", requestAttributes={"policyholder_id": ME})
    event["sessionState"]["sessionAttributes"] = {}
    answer = hook(insurer, event)
    assert "哪一張保單" in contents(answer)
    assert answer["requestAttributes"] == {"policyholder_id": ME}


@pytest.mark.parametrize(
    ("bot", "words"),
    [
        ("zh_TW", "您好"), ("zh_CN", "您好"), ("en_US", "Hello"), ("en_GB", "Hello"), ("vi_VN", "Xin chào"),
        ("id_ID", "Halo"), ("th_TH", "สวัสดี"), ("xx_XX", "您好"), ("", "您好"), ("de_DE", "您好"),
    ],
)  # fmt: skip
def test_the_bots_locale_says_the_language_and_an_unknown_one_is_chinese(
    insurer: Deployed, bot: str, words: str
) -> None:
    assert words in contents(hook(insurer, an_event("?", bot={"localeId": bot})))


def test_what_a_locale_stands_for_is_configured() -> None:
    assert lex.parse_locales("zh_HK=zh-TW, ja_JP=en,,x") == {"zh_HK": "zh-TW", "ja_JP": "en"}


def test_a_bot_without_the_free_slot_is_asked_for_any_words(insurer: Deployed) -> None:
    event = an_event("?")
    event["sessionState"]["intent"] = {"name": "FallbackIntent", "slots": {}, "state": "ReadyForFulfillment"}
    assert hook(insurer, event)["sessionState"]["dialogAction"] == {"type": "ElicitIntent"}


def test_a_hook_a_hundred_times_acts_once_and_says_the_same(insurer: Deployed) -> None:
    first = hook(insurer, an_event("我想借款10萬"))
    assert {json.dumps(hook(insurer, an_event("我想借款10萬"))) for _ in range(100)} == {json.dumps(first)}
    event = an_event(pressed(first), first)
    answers = {json.dumps(hook(insurer, event)) for _ in range(100)}
    assert len(answers) == 1
    assert len(cases(insurer)) == 1


def test_the_same_words_typed_twice_are_two_turns(insurer: Deployed) -> None:
    """Lex may keep the name of a request over turns; our count does not stay."""
    answer = hook(insurer, an_event("我想借款10萬"))
    for _ in range(2):
        answer = hook(insurer, an_event("1", answer))
    assert "終身壽險" not in contents(answer)
    (row,) = [row for key, row in insurer.aws.tables["cases"].items() if key[1] == "CASE"]
    assert len(json.loads(row["doc"]["S"])["answers"]) == 1


@pytest.mark.parametrize("mode", ["Speech", "DTMF"])
def test_by_voice_it_is_a_call_and_a_question_is_spoken(insurer: Deployed, mode: str) -> None:
    first = hook(insurer, an_event("我想借款10萬", inputMode=mode))
    answer = hook(insurer, an_event("1", first, inputMode=mode))
    (case,) = cases(insurer)
    assert case["channel"] == "phone"
    assert answer["messages"][-1]["contentType"] == "SSML"
    assert "請按1" in answer["messages"][-1]["content"]
    said = [*first["messages"], *answer["messages"]]
    assert "ImageResponseCard" not in {message["contentType"] for message in said}, "there is nothing to look at"


@pytest.mark.parametrize("down", ["dynamodb", "TransactWriteItems", "GetItem", "Query", "secretsmanager", "everything"])
def test_trouble_is_plain_words_and_never_a_release(insurer: Deployed, down: str) -> None:
    insurer.restart()
    insurer.aws.down.add(down)
    answer = hook(insurer, an_event("我想借款10萬"))
    assert "客服電話" in contents(answer) or "165" in contents(answer)
    insurer.aws.down.clear()
    assert all(case["state"] != "released" for case in cases(insurer))


def test_an_unforeseen_error_is_plain_words_too(insurer: Deployed) -> None:
    wired = insurer.function("converse_lex").wired
    real = wired.converse
    object.__setattr__(wired, "converse", lambda *_: 1 / 0)
    try:
        answer = hook(insurer, an_event("我想借款10萬"))
    finally:
        object.__setattr__(wired, "converse", real)
    assert chat.line(Line.TROUBLE, Locale.ZH_TW) in contents(answer)


# Limits


@EVERY_LOCALE
def test_the_longest_of_our_texts_fit(locale: Locale) -> None:
    for question_id, question in questions().items():
        words = texts(locale)[question_id]
        prompt = max(words.prompts, key=len)
        text = "\n".join([words.story or "", prompt, *words.choices.values()])
        choices = tuple(
            Choice(n, words.choices[c], f"answer.chat-{'f' * 24}.5:{n}") for n, c in enumerate(question.shown, 1)
        )
        lines = tuple(chat.line(one, locale) for one in (Line.TROUBLE, Line.UNKNOWN_PERSON, Line.ELSEWHERE))
        aloud = spoken(prompt, question, words, frames(locale))
        for mode in ("Text", "Speech"):
            event = an_event("1", inputMode=mode)
            within_limits(lex._answer(event, Said((*lines, text), choices, False, NextStep.ANSWER, aloud), locale))


def test_whatever_is_said_is_cut_to_the_limits() -> None:
    many = tuple(Choice(n, "選" * 400, "x" * 900) for n in range(1, 20))
    said = Said(("長" * 9_000 + "\n" + "短\n" * 600,) * 9, many, False, None, None)
    within_limits(lex._answer(an_event("1"), said, Locale.ZH_TW))
