"""Amazon Connect: what the flow is told, whoever rings and whatever fails, once for each turn, within its limits."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from safelight import bootstrap
from safelight.channels import chat, connect, whisper
from safelight.domain.assessment import Reason
from safelight.domain.caring import QuestionId, questions
from safelight.domain.case import CaseState
from safelight.domain.conversation import Line, Reply
from safelight.domain.light import Light
from safelight.domain.request import Locale
from safelight.features.contract import REASON_GROUPS
from tests.builders import a_case, an_assessment
from tests.channels.deployed import ME, STAFF, Deployed, with_the_shipped_model
from tests.channels.telephone import (
    CONTACT,
    FLOWS,
    a_call,
    key_of,
    said,
    take_out_a_loan,
)
from tests.channels.test_lex import an_event as an_event_of_lex

EVENT = json.loads((Path(__file__).parent / "connect_events" / "contact_flow_event.json").read_text())
"""As `sam local generate-event connect contact-flow-event` makes it."""
LEAKS = re.compile(r"紅燈|黃燈|綠燈|風險|分數|詐|probab|score|red|yellow", re.IGNORECASE)
KEYS = {"say", "then", "queue", "whisper", "case_id", "next_step", "turn", "silent", "voice", "language", "may_speak"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """With the shipped model."""
    return with_the_shipped_model()


def ask(insurer: Deployed, event: Json) -> dict[str, str]:
    """The answer, held to what a flow can read."""
    answer: dict[str, str] = insurer.function("converse_connect").handler(event, None)
    assert set(answer) == KEYS
    assert all(isinstance(text, str) for text in answer.values())
    assert len(json.dumps(answer, ensure_ascii=False).encode()) <= 32_000
    assert answer["then"] in ("key", "sum", "person", "bye")
    ET.fromstring(answer["say"])
    return answer


def an_event(who: str | None = ME, pressed: str | None = None, turn: str = "0", **data: Any) -> Json:
    event: Json = copy.deepcopy(EVENT)
    event["Details"]["ContactData"] |= {"Attributes": {"policyholder_id": who} if who else {}, **data}
    if pressed is not None:
        event["Details"]["Parameters"] = {"pressed": pressed, "turn": turn, "silent": "0"}
    return event


def cases(insurer: Deployed) -> list[Json]:
    found: list[Json] = []
    for state in ("questioning", "review", "released", "stopped"):
        answer = insurer.call("GET", "/v1/staff/cases", who="st-1", groups=STAFF, query={"state": state})
        found += answer.json["cases"]
    return found


def the_case(insurer: Deployed) -> Json:
    (row,) = cases(insurer)
    return dict(insurer.call("GET", f"/v1/staff/cases/{row['case_id']}", who="st-1", groups=STAFF).json)


# Who rings


def test_a_genuine_event_is_answered_and_fields_may_be_added_missing_or_of_another_form(insurer: Deployed) -> None:
    assert ask(insurer, EVENT)["then"] == "person"
    ask(insurer, {**EVENT, "SomethingNew": {"a": [1]}})
    ask(insurer, {})
    whole = an_event(pressed="1", turn="1")
    for path in (("Details",), ("Details", "ContactData"), ("Details", "Parameters")):
        part = whole
        for name in path:
            part = part[name]
        for name in (*part, "added"):
            for odd in (None, 7, "x", [], {}, True):
                event = copy.deepcopy(whole)
                inner = event
                for step in path:
                    inner = inner[step]
                inner[name] = odd
                ask(insurer, event)
                inner.pop(name)
                ask(insurer, event)


@pytest.mark.parametrize("named", ["", "a b", "x" * 129, "國"])
def test_whoever_is_not_named_gets_a_person_and_hears_of_nobody(insurer: Deployed, named: str) -> None:
    for phone in ("+886911111111", "anonymous", "", "+0", CONTACT):
        answer = ask(insurer, an_event(named, CustomerEndpoint={"Address": phone}))
        assert (answer["then"], answer["queue"], answer["whisper"], answer["case_id"]) == (
            "person",
            "service",
            connect.NOTHING_YET,
            "none",
        )
    assert cases(insurer) == []


def test_an_identified_caller_is_asked_to_the_end_and_his_case_is_on_the_board(insurer: Deployed) -> None:
    call = take_out_a_loan(a_call(insurer).ring(), "1080000")
    heard = [said(call)]
    while call.ended is None:
        call.press("1")
        heard.append(said(call))
    case = the_case(insurer)
    assert (case["channel"], case["kind"], case["amount_twd"]) == ("phone", "policy_loan", 1_080_000)
    assert case["questions"]
    assert not LEAKS.findall("".join(heard).replace("165", ""))
    assert not re.search("撥打您留存|會通知您", "".join(heard)), "he is put through now"
    assert call.ended["queue"] == ("service" if case["state"] == CaseState.RELEASED else "caring")
    assert call.attributes["safelight_case"] == case["case_id"]
    assert call.attributes["safelight_next_step"] == case["next_step"]
    assert f"已回答 {len(case['questions'])} 題" in call.ended["whisper"]
    assert ME not in call.ended["whisper"]


def test_a_small_request_of_an_ordinary_day_proceeds_with_the_service_queue(insurer: Deployed) -> None:
    call = take_out_a_loan(a_call(insurer).ring(), "2000")
    assert the_case(insurer)["state"] == "released"
    assert call.ended == {"how": "transferred", "queue": "service", "whisper": "綠燈。"}
    assert call.attributes["safelight_next_step"] == "proceed"


def test_scoring_starts_when_the_caller_is_identified(insurer: Deployed) -> None:
    """Whoever takes over before there is a request knows what it would be, and nothing is stored as a case."""
    reported(insurer)
    call = a_call(insurer).ring()
    assert "165" in said(call)
    call.press("0")
    assert call.ended == {"how": "transferred", "queue": "caring", "whisper": whisper.of_case(None, Light.RED)}
    assert cases(insurer) == []


def reported(insurer: Deployed) -> None:
    """The police know of him: a victim in the making."""
    from tests.channels.deployed import report_person  # noqa: PLC0415

    report_person(insurer)


# Once, in order, with silences


def test_where_a_sum_is_keyed_in_the_way_to_a_person_ends_with_the_hash_key_too(insurer: Deployed) -> None:
    call = a_call(insurer).ring()
    assert "請按 0。" in said(call)
    call.press(key_of(call, "保單借款")).press("1")
    assert call.awaits == "sum"
    assert "按 0 再按井字鍵" in said(call)
    assert call.press("0").ended is not None


def test_the_same_turn_a_hundred_times_is_one_turn(insurer: Deployed) -> None:
    call = a_call(insurer).ring()
    call.press(key_of(call, "保單借款"))
    call.press("1")
    event = an_event(pressed="100000", turn="3", InitialContactId=call.contact_id)
    answers = {json.dumps(ask(insurer, event)) for _ in range(100)}
    assert len(answers) == 1
    assert len(cases(insurer)) == 1


def test_a_call_that_staff_send_back_goes_on_where_it_was(insurer: Deployed) -> None:
    """It has a contact id of its own then, and its turns are counted from the start."""
    call = a_call(insurer).ring().press("")
    call.press(key_of(call, "保單借款")).press("0")
    back = a_call(insurer, first_contact_id=call.contact_id).ring()
    assert "哪一張保單" in said(back)
    back.press("1").press("100000")
    assert the_case(insurer)["amount_twd"] == 100_000


def test_a_caller_who_is_sent_back_to_the_flow_goes_on_where_he_was(insurer: Deployed) -> None:
    """Connect keeps the first contact's id and gives the new leg one of its own; the flow counts from the start."""
    call = a_call(insurer).ring()
    call.press(key_of(call, "保單借款"))
    call.press("1")
    back = {"InitialContactId": call.contact_id, "ContactId": "leg-2"}
    assert ask(insurer, an_event(**back))["then"] == "sum"
    event = an_event(pressed="100000", turn="1", **back)
    for _ in range(2):
        ask(insurer, event)
        (case,) = cases(insurer)
        assert case["amount_twd"] == 100_000


def test_a_person_comes_after_two_silences_and_at_the_zero_key(insurer: Deployed) -> None:
    call = a_call(insurer).ring().press("")
    assert call.ended is None
    assert "沒有聽到" in said(call)
    call.press("")
    assert call.ended is not None
    assert call.ended["how"] == "transferred"
    for keys in ("", "1"):
        assert a_call(insurer).ring().press(keys).press("0").ended is not None


def test_a_silence_between_two_keys_starts_anew(insurer: Deployed) -> None:
    call = a_call(insurer).ring().press("").press(key_of(a_call(insurer).ring(), "保單借款")).press("")
    assert call.ended is None


def test_a_call_that_goes_in_circles_ends_with_a_person(insurer: Deployed) -> None:
    call = a_call(insurer).ring()
    for number in range(connect.MOST_TURNS):
        assert call.ended is None, number
        call.press("*")
    assert call.ended is not None
    assert call.ended["how"] == "transferred"


def test_a_long_silence_before_an_answer_is_a_reason_for_staff(insurer: Deployed) -> None:
    reported(insurer)
    call = take_out_a_loan(a_call(insurer).ring(), "1080000")
    call.press("")
    while call.ended is None:
        call.press("2")
    assert len(the_case(insurer)["questions"]) > 1
    assert "contradiction.long_silence" in {reason["code"] for reason in the_case(insurer)["reasons"]}


@pytest.mark.parametrize(("question", "awaited"), [("general.paper_amount", "sum"), ("general.guided", "key")])
def test_an_amount_that_a_paper_names_is_keyed_in(question: str, awaited: str) -> None:
    case = a_case(questions=(QuestionId(question),))
    assert connect._awaited(Reply(locale=Locale.ZH_TW, lines=(Line.QUESTION,), case=case)) == awaited
    assert connect._awaited(Reply(locale=Locale.ZH_TW, lines=(Line.ASK_AMOUNT,))) == "sum"


# Languages


def test_a_caller_is_spoken_to_in_his_language(insurer: Deployed) -> None:
    call = a_call(insurer, attributes={"locale": "en-US"}).ring()
    assert "press 1" in said(call)
    assert call.answers[0]["voice"] == "Joanna"
    other = ask(insurer, an_event(Attributes={"policyholder_id": ME, "locale": "en_GB"}))
    assert other["voice"] == "Joanna"
    for locale in ("xx", "", "zh-TW"):
        answer = ask(insurer, an_event(Attributes={"policyholder_id": ME, "locale": locale}))
        assert answer["voice"] == "Zhiyu"
    # Connect's own default language is not his: nobody chose it.
    assert ask(insurer, an_event(LanguageCode="en-US"))["voice"] == "Zhiyu"


@pytest.mark.parametrize(("locale", "language"), [("th", "泰語"), ("vi-VN", "越南語"), ("id", "印尼語")])
def test_a_language_that_has_no_voice_is_a_persons(insurer: Deployed, locale: str, language: str) -> None:
    reported(insurer)
    call = a_call(insurer, attributes={"locale": locale}).ring()
    assert call.ended is not None
    assert f"來電者使用{language}" in call.ended["whisper"]
    assert "預估" in call.ended["whisper"]


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("line", sorted(set(Line) - {Line.QUESTION, Line.NEXT_STEP}))
def test_every_line_is_well_formed_speech(locale: Locale, line: Line) -> None:
    heard = chat.put(Reply(locale=locale, lines=(Line.WARM, line)), aloud=True)
    assert heard.spoken is not None
    ET.fromstring(heard.spoken)


# Limits


@pytest.mark.parametrize("locale", list(Locale))
def test_the_longest_of_our_texts_fit(insurer: Deployed, locale: Locale) -> None:
    """32 KB are Amazon Connect's for an answer; 3,000 characters, tags not counted, Amazon Polly's for one text."""
    wired = insurer.function("converse_connect").wired
    call = connect._call(an_event(Attributes={"policyholder_id": ME, "locale": locale}))
    reasons = tuple(Reason(code=code) for code in REASON_GROUPS)
    for question in questions():
        case = a_case(questions=(question,), assessment=an_assessment(Light.RED, reasons=reasons))
        lines = (Line.WARM, Line.NOT_UNDERSTOOD, Line.NEXT_STEP)
        asked = connect._asked(Reply(locale=locale, lines=(*lines, Line.QUESTION), case=case), call, wired)
        handed = connect._handed(Reply(locale=locale, lines=(*lines, Line.ELSEWHERE), case=case), call, wired)
        for answer in (asked, handed):
            assert len(json.dumps(answer).encode()) <= 32_000
            assert all(len(re.sub("<[^>]+>", "", answer[text])) <= 3_000 for text in ("say", "whisper"))
            ET.fromstring(answer["say"])


# When things are down, or hang


@pytest.mark.parametrize("down", ["dynamodb", "TransactWriteItems", "GetItem", "Query", "secretsmanager", "everything"])
@pytest.mark.parametrize("keys", ["", "1", "1 1", "1 1 1080000", "1 1 1080000 1"])
def test_trouble_is_a_person_and_never_a_release(insurer: Deployed, down: str, keys: str) -> None:
    call = a_call(insurer).ring()
    for key in keys.split():
        call.press(key)
    before = {case["case_id"] for case in cases(insurer) if case["state"] == "released"}
    insurer.restart()
    insurer.aws.down.add(down)
    if call.ended is None:
        call.press("1")
    insurer.aws.down.clear()
    assert call.ended is None or call.ended["how"] == "transferred"
    assert {case["case_id"] for case in cases(insurer) if case["state"] == "released"} == before
    assert call.attributes.get("safelight_next_step", "") != "proceed"


@pytest.mark.parametrize("operation", ["GetItem", "Query", "TransactWriteItems", "GetSecretValue"])
def test_he_is_answered_while_the_store_still_hangs(insurer: Deployed, operation: str) -> None:
    """Over real sockets: the words are there before the store has let go, which it does after half a minute."""
    insurer.restart()
    insurer.aws.lets_go.clear()
    insurer.aws.hangs.add(operation)
    try:
        answer = ask(insurer, an_event())
        assert not insurer.aws.lets_go.is_set()
    finally:
        insurer.aws.hangs.clear()
        insurer.aws.lets_go.set()
    assert (answer["then"], answer["next_step"]) == ("person", "none")
    assert answer["whisper"] == whisper.NOT_ASSESSED, "nobody takes it for an ordinary call"


def test_no_read_or_write_of_a_call_waits_longer_than_its_share_of_two_seconds(insurer: Deployed) -> None:
    client = insurer.function("converse_connect").wired.converse.keywords["needs"].cases._table._client
    real, bounds = client.call, []

    def noted(operation: str, payload: Any, **over: Any) -> Any:
        bounds.append(over.get("timeout_s") or client._timeout_s)
        return real(operation, payload, **over)

    client.call = noted
    try:
        call = take_out_a_loan(a_call(insurer).ring(), "1080000")
        while call.ended is None:
            call.press("1")
    finally:
        client.call = real
    assert len(bounds) > 20
    assert max(bounds) <= bootstrap.ANSWER_WITHIN_S


# Logs


def test_the_flows_are_not_logged() -> None:
    for name in ("inbound", "speech"):
        first = next(a for a in FLOWS[name]["Actions"] if a["Identifier"] == FLOWS[name]["StartAction"])
        assert first["Parameters"] == {"FlowLoggingBehavior": "Disabled"}


# A bot in front


def spoken_to_the_bot(insurer: Deployed, *words: str) -> Callable[[Json], None]:
    """What a caller says to the bot, in the session that the flow opens for him."""

    def listens(attributes: Json) -> None:
        for number, text in enumerate(words):
            event = an_event_of_lex(text, inputMode="Speech", sessionId="of-lex")
            event["sessionState"] |= {"sessionAttributes": attributes, "originatingRequestId": f"r-{number}"}
            insurer.function("converse_lex").handler(event, None)

    return listens


def test_what_he_told_the_bot_goes_on_with_the_keypad(insurer: Deployed) -> None:
    call = a_call(insurer, listens=spoken_to_the_bot(insurer, "我想借款108萬", "1")).ring("speech")
    assert call.ended is None
    assert the_case(insurer)["channel"] == "phone"
    while call.ended is None:
        call.press("1")
    assert len(cases(insurer)) == 1
    assert "已回答" in call.ended["whisper"]


def test_without_the_calls_name_the_bot_has_a_conversation_of_its_own(insurer: Deployed) -> None:
    def nameless(attributes: Json) -> None:
        spoken_to_the_bot(insurer, "我想借款108萬", "1")({"policyholder_id": attributes["policyholder_id"]})

    call = a_call(insurer, listens=nameless).ring("speech")
    assert "保單借款" in said(call)
