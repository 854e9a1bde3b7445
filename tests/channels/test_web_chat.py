"""The chat pane's endpoint, through the deployed function."""

import json
from itertools import count
from typing import Any

import pytest

from safelight.channels.http import bodies_out
from safelight.domain.request import Locale
from tests.channels.deployed import ME, STAFF, Deployed

_NUMBERS = count()
DOWN = ["dynamodb", "TransactWriteItems", "GetItem", "Query", "secretsmanager", "everything"]


def says(insurer: Deployed, text: str = "", **over: Any) -> dict[str, Any]:
    body = {"chat_id": "c-1", "turn_id": f"t-{next(_NUMBERS)}", "text": text, **over}
    answer = insurer.call("POST", "/v1/chat/turns", body)
    assert answer.status == 200, answer
    bodies_out.ChatOut.model_validate(answer.json, strict=False)
    return dict(answer.json)


def cases(insurer: Deployed) -> list[dict[str, Any]]:
    return list(insurer.call("GET", "/v1/staff/cases", who="st-1", groups=STAFF).json["cases"])


def test_a_customer_is_asked_in_the_pane_and_the_app_reads_his_request(insurer: Deployed) -> None:
    told = says(insurer, "我想解約,檢察官說我的帳戶被監管")
    while not told["over"]:
        told = says(insurer, pressed=told["choices"][0]["pressed"])
    (case,) = cases(insurer)
    assert (case["policyholder_id"], case["channel"]) == (ME, "chat")
    read = insurer.call("GET", f"/v1/requests/{told['request_id']}").json
    assert read["next_step"] == told["next_step"]


def test_a_turn_a_hundred_times_acts_once_and_says_the_same(insurer: Deployed) -> None:
    says(insurer, "我想借款10萬")
    body = {"text": "1", "turn_id": "again"}
    first = says(insurer, **body)
    assert all(says(insurer, **body) == first for _ in range(99))
    assert len(cases(insurer)) == 1


def test_two_policyholders_who_choose_the_same_names_do_not_meet(insurer: Deployed) -> None:
    insurer.seed("ph-0002")
    says(insurer, "我想借款10萬")
    body = {"chat_id": "c-1", "turn_id": "x", "text": "1"}
    other = insurer.call("POST", "/v1/chat/turns", body, who="ph-0002").json
    assert "想辦理哪一項" in other["messages"][-1]
    assert cases(insurer) == []


@pytest.mark.parametrize("locale", list(Locale))
def test_it_speaks_the_language_that_is_asked_for(insurer: Deployed, locale: Locale) -> None:
    greeting = {"zh-TW": "您好", "en": "Hello", "vi": "Xin chào", "id": "Halo", "th": "สวัสดี"}
    assert greeting[locale] in says(insurer, "?", locale=locale)["messages"][0]
    assert "您好" in says(insurer, "?", locale="xx", chat_id="c-2")["messages"][0]


@pytest.mark.parametrize(
    "body",
    [{}, {"chat_id": "c"}, {"chat_id": "c", "turn_id": "a b"}, {"chat_id": "c", "turn_id": "t", "who": "ph-0002"}],
    ids=str,
)
def test_a_body_of_another_form_is_refused(insurer: Deployed, body: dict[str, str]) -> None:
    assert insurer.call("POST", "/v1/chat/turns", body).status == 422


@pytest.mark.parametrize("down", DOWN)
def test_trouble_is_plain_words_and_never_a_release(insurer: Deployed, down: str) -> None:
    insurer.restart()
    insurer.aws.down.add(down)
    told = says(insurer, "我想借款10萬")
    assert "客服電話" in told["messages"][-1]
    assert told["next_step"] != "proceed"
    insurer.aws.down.clear()
    assert all(case["state"] != "released" for case in cases(insurer))


# Somebody may be listening


def signals(insurer: Deployed, **seen: bool) -> None:
    answer = insurer.call("POST", "/v1/sessions/s-chat/signals", seen)
    assert answer.status == 200, answer


def in_session(insurer: Deployed, number: int, **over: str) -> Any:
    body = {"chat_id": "c-7", "turn_id": f"t-{number}", "session_id": "s-chat", **over}
    answer = insurer.call("POST", "/v1/chat/turns", body)
    assert answer.status == 200, answer
    return answer.json


@pytest.mark.parametrize("seen", [{"on_call": True}, {"screen_shared": True}, {"remote_control_app": True}])
def test_in_a_session_that_may_be_overheard_nothing_is_asked_and_nothing_warned_of(
    insurer: Deployed, seen: dict[str, bool]
) -> None:
    signals(insurer, **seen)
    said = in_session(insurer, 1, text="我想解約,檢察官說我的帳戶被監管")
    assert "165" not in json.dumps(said, ensure_ascii=False)
    said = in_session(insurer, 2, text="1")
    assert (said["discreet"], said["next_step"], said["choices"], said["over"]) == (True, "wait", [], True)
    assert "165" not in json.dumps(said, ensure_ascii=False)
    assert in_session(insurer, 2, text="1") == said, "the same turn again"
    (row,) = insurer.call("GET", "/v1/staff/cases", who="st-1", groups=STAFF).json["cases"]
    case = insurer.call("GET", f"/v1/staff/cases/{row['case_id']}", who="st-1", groups=STAFF).json
    assert case["state"] == "review"
    assert "call_back" in {task["reason"] for task in case["tasks"]}
    signals(insurer, on_call=False, screen_shared=False, remote_control_app=False)
    said = in_session(insurer, 3, text="?")
    assert (said["discreet"], said["next_step"]) == (False, "answer")
    assert said["choices"]


def test_a_question_in_the_chat_is_covered_when_a_call_begins(insurer: Deployed) -> None:
    signals(insurer, on_call=False)
    in_session(insurer, 1, text="我想解約,檢察官說我的帳戶被監管")
    assert in_session(insurer, 2, text="1")["next_step"] == "answer"
    signals(insurer, on_call=True)
    said = in_session(insurer, 3, text="?")
    assert (said["discreet"], said["choices"]) == (True, [])
    assert in_session(insurer, 2, text="1")["discreet"], "nor does an earlier turn show it again"
