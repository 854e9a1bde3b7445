"""LINE's webhook through the deployed function: signatures, redelivery, limits, links, and LINE or the store down."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from safelight.adapters.dynamodb.keys import instant
from safelight.adapters.line_api import SECRETS_KEPT_S
from safelight.channels import chat, line
from safelight.channels.chat import Choice, Said
from safelight.domain.caring import questions, texts
from safelight.domain.case import CaseState
from safelight.domain.conversation import Line, Reply
from safelight.domain.request import Locale
from tests.channels.deployed import ME, STAFF, Deployed
from tests.channels.line_events import (
    USER,
    a_message,
    a_press,
    a_webhook,
    an_event,
    buttons,
    deliver,
    link,
    signature,
    told,
)
from tests.channels.line_events import (
    texts as said_texts,
)

PROSECUTOR = "我想解約,檢察官說我的帳戶被監管"
LOAN = "我想借款10萬"
EVERY_LOCALE = pytest.mark.parametrize("locale", list(Locale))


@pytest.fixture
def linked(insurer: Deployed) -> Deployed:
    insurer.function("converse_line").wired.line._read = None
    link(insurer)
    insurer.aws.line.clear()
    return insurer


def cases(insurer: Deployed) -> list[dict[str, Any]]:
    answer = insurer.call("GET", "/v1/staff/cases", who="st-1", groups=STAFF)
    return list(answer.json["cases"])


def asked_to_the_end(insurer: Deployed) -> None:
    while buttons(insurer):
        assert deliver(insurer, a_press(buttons(insurer)[0]["data"])) == 200


# The journey


def test_a_message_is_asked_about_in_line_and_its_case_is_on_the_board(linked: Deployed) -> None:
    assert deliver(linked, a_message(PROSECUTOR)) == 200
    assert "165" in said_texts(linked)
    asked_to_the_end(linked)
    (case,) = cases(linked)
    assert (case["policyholder_id"], case["kind"], case["channel"]) == (ME, "surrender", "chat")
    assert not told(linked)[-1].get("quickReply")


def test_the_app_reads_the_request_that_was_made_in_line(linked: Deployed) -> None:
    deliver(linked, a_message(LOAN))
    deliver(linked, a_press(buttons(linked)[0]["data"]))
    (mark, *_) = [button["data"] for button in buttons(linked)]
    request_id = mark.removeprefix("answer.").rpartition(".")[0]
    answer = linked.call("GET", f"/v1/requests/{request_id}")
    assert answer.status == 200
    assert answer.json["questions"][0]["prompt"] in said_texts(linked)


# Signatures


def test_a_signed_webhook_without_events_is_taken(linked: Deployed) -> None:
    assert deliver(linked) == 200
    assert linked.aws.line == []


def test_every_byte_changed_is_refused_and_does_nothing(linked: Deployed) -> None:
    event = a_webhook(a_message(LOAN))
    raw = event["body"].encode()
    handler = linked.function("converse_line").handler
    before = linked.aws.written()
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        status = handler({**event, "body": bytes(changed).decode("latin-1")}, None)["statusCode"]
        assert status == 401, at
    sign = event["headers"]["x-line-signature"]
    for at in range(len(sign)):
        other = chr(ord(sign[at]) ^ 1)
        headers = {"x-line-signature": f"{sign[:at]}{other}{sign[at + 1 :]}"}
        assert handler({**event, "headers": headers}, None)["statusCode"] == 401, at
    assert linked.aws.written() == before
    assert linked.aws.line == []
    assert handler(event, None)["statusCode"] == 200


@pytest.mark.parametrize("sign", ["", "x", "é" * 44, "=" * 44, signature(b"{}"), signature(b"", "d" * 32)])
def test_another_signature_is_refused(linked: Deployed, sign: str) -> None:
    assert deliver(linked, a_message(LOAN), sign=sign) == 401


def test_a_webhook_without_a_signature_is_refused(linked: Deployed) -> None:
    event = a_webhook(a_message(LOAN))
    for headers in ({}, None):
        assert linked.function("converse_line").handler({**event, "headers": headers}, None)["statusCode"] == 401


def test_a_body_in_base64_is_decoded_before_it_is_checked(linked: Deployed) -> None:
    assert deliver(linked, a_message(LOAN), base64=True) == 200
    assert len(linked.aws.line) == 1
    event = {**a_webhook(a_message(LOAN), base64=True), "body": "%%%"}
    assert linked.function("converse_line").handler(event, None)["statusCode"] == 400


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b"{", b'{"events": {}}', b'{"events": [1, null, []]}', b"\xff\xfe", b"[" * 5000, b'{"x": 1}'],
    ids=lambda raw: repr(raw[:12]),
)
def test_a_signed_body_of_another_form_does_nothing(linked: Deployed, raw: bytes) -> None:
    event = a_webhook(raw=raw, base64=True)
    assert linked.function("converse_line").handler(event, None)["statusCode"] == 200
    assert linked.aws.line == []


# Events


IGNORED: list[dict[str, Any]] = [
    an_event("unsend", unsend={"messageId": "1"}),
    an_event("unfollow"),
    an_event("videoPlayComplete"),
    an_event("something_new", anything={"at": ["all"]}),
    a_message(LOAN, mode="standby"),
    a_message(LOAN, source={"type": "group", "groupId": "C1", "userId": USER}),
    a_message(LOAN, source={"type": "room", "roomId": "R1"}),
    a_message(LOAN, source=None),
    a_message(LOAN, source={"type": "user", "userId": "\ud800"}),
    {},
]


@pytest.mark.parametrize("event", IGNORED, ids=lambda e: f"{e.get('type')} {e.get('mode')}")
def test_what_nobody_waits_for_is_passed_over(linked: Deployed, event: dict[str, Any]) -> None:
    before = linked.aws.written()
    assert deliver(linked, event) == 200
    assert (linked.aws.line, linked.aws.written()) == ([], before)


@pytest.mark.parametrize(
    "event",
    [
        an_event(message={"type": "sticker", "stickerId": "1"}),
        an_event(message={"type": "text"}),
        an_event(message={"type": "text", "text": ["我想借款"]}),
        an_event(message=None),
        an_event("postback", postback={}),
        an_event("postback", postback={"data": "answer.x.1:1"}),
        an_event("follow"),
        a_message("你好", timestamp="yesterday"),
        a_message("你好", timestamp=-5),
        a_message("你好", webhookEventId=None),
        a_message("你好", webhookEventId=7),
        a_message("你好", timestamp=True, mode="active", deliveryContext=None, extra={"new": "field"}),
    ],
    ids=repr,
)
def test_odd_messages_are_answered_like_a_greeting(linked: Deployed, event: dict[str, Any]) -> None:
    assert deliver(linked, event) == 200
    assert len(linked.aws.line) == 1
    assert [button["label"] for button in buttons(linked)][:2] == ["保單借款", "解約"]


def test_several_events_are_taken_in_order(linked: Deployed) -> None:
    assert deliver(linked, a_message("你好"), a_message(LOAN), an_event("unfollow")) == 200
    assert len(linked.aws.line) == 2
    assert "哪一張保單" in said_texts(linked)


# Once


def test_a_delivery_a_hundred_times_acts_once(linked: Deployed) -> None:
    deliver(linked, a_message("你好"))
    event = a_message(LOAN)
    again = {**event, "deliveryContext": {"isRedelivery": True}}
    assert {deliver(linked, event if n == 0 else again) for n in range(100)} == {200}
    press = a_press(buttons(linked)[0]["data"])
    assert {deliver(linked, press) for _ in range(100)} == {200}
    assert len(linked.aws.line) == 3
    assert len(cases(linked)) == 1


def test_deliveries_at_the_same_moment_act_once(linked: Deployed) -> None:
    deliver(linked, a_message(LOAN))
    press = a_press(buttons(linked)[0]["data"])
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: deliver(linked, press), range(40)))
    assert set(statuses) == {200}
    assert len(linked.aws.line) == 2
    assert len(cases(linked)) == 1


def test_a_reply_token_that_is_spent_is_followed_by_a_push_with_a_retry_key(linked: Deployed) -> None:
    linked.aws.line_answers += [400]
    assert deliver(linked, a_message("你好")) == 200
    ((path, body, headers),) = linked.aws.line
    assert (path, body["to"]) == ("/v2/bot/message/push", USER)
    key = headers["x-line-retry-key"]
    assert [len(part) for part in key.split("-")] == [8, 4, 4, 4, 12]


def test_an_event_without_a_reply_token_is_answered_by_a_push(linked: Deployed) -> None:
    assert deliver(linked, a_message("你好", replyToken=None)) == 200
    assert linked.aws.line[-1][0] == "/v2/bot/message/push"


def test_a_push_whose_fate_is_unknown_is_sent_again_under_the_same_key(linked: Deployed) -> None:
    linked.aws.line_answers += [400, 500]
    assert deliver(linked, a_message("你好")) == 200
    assert [path for path, _, _ in linked.aws.line] == ["/v2/bot/message/push"]


def test_a_push_that_line_has_already_is_sent(linked: Deployed) -> None:
    linked.aws.line_answers += [400, 409]
    assert deliver(linked, a_message("你好")) == 200


def test_while_line_is_down_nothing_is_lost_and_nothing_is_done_twice(linked: Deployed) -> None:
    """LINE sends it again, and nobody knows how soon."""
    deliver(linked, a_message(LOAN))
    press = a_press(buttons(linked)[0]["data"])
    linked.aws.down.add("line")
    assert deliver(linked, press) == 503
    assert len(cases(linked)) == 1
    linked.aws.down.clear()
    assert deliver(linked, press) == 200
    assert len(cases(linked)) == 1
    assert "1. " in said_texts(linked)
    soon = instant(datetime.now(UTC) + timedelta(hours=1))
    claims = [row["until"]["S"] for key, row in linked.aws.tables["book"].items() if key[0].startswith("TURN#")]
    assert all(until > soon for until in claims), "and now it is done with"


# Whose


def test_a_stranger_hears_how_to_link_and_whom_to_ask_and_nothing_of_anybody(insurer: Deployed) -> None:
    assert deliver(insurer, a_message(PROSECUTOR, source={"type": "user", "userId": "U" + "9" * 32})) == 200
    assert "165" in said_texts(insurer)
    assert "終身壽險" not in said_texts(insurer)
    (action,) = buttons(insurer)
    assert (action["type"], action["uri"]) == ("uri", "https://insurer.example/link?linkToken=link-token")
    assert cases(insurer) == []


def test_a_nonce_links_one_account_once(insurer: Deployed) -> None:
    nonce = insurer.call("POST", "/v1/chat/line-links", {}).json["nonce"]
    assert len(nonce) == 64
    assert nonce not in insurer.aws.written()
    for user, words in ((USER, "連結完成"), ("U" + "1" * 32, "沒有連結成功")):
        source = {"type": "user", "userId": user}
        assert deliver(insurer, an_event("accountLink", source=source, link={"result": "ok", "nonce": nonce})) == 200
        assert words in said_texts(insurer)
    assert USER not in insurer.aws.written()


def test_a_link_whose_answer_was_lost_is_said_to_be_made_when_line_brings_it_again(insurer: Deployed) -> None:
    nonce = insurer.call("POST", "/v1/chat/line-links", {}).json["nonce"]
    event = an_event("accountLink", link={"result": "ok", "nonce": nonce})
    insurer.aws.down.add("line")
    assert deliver(insurer, event) == 503
    insurer.aws.down.clear()
    for key, row in insurer.aws.tables["book"].items():
        if key[0].startswith("TURN#"):
            row["until"]["S"] = "2000-01-01T00:00:00.000000Z"
    assert deliver(insurer, event) == 200
    assert "連結完成" in said_texts(insurer)


@pytest.mark.parametrize(
    "about", [{"result": "failed"}, {"result": "ok", "nonce": "made-up"}, {"result": "ok"}, {}, None]
)
def test_an_account_link_that_failed_links_nothing(insurer: Deployed, about: object) -> None:
    deliver(insurer, an_event("accountLink", link=about))
    assert "沒有連結成功" in said_texts(insurer)
    deliver(insurer, a_message(LOAN))
    assert buttons(insurer)[0]["type"] == "uri"


def test_a_link_that_was_made_before_the_power_failed_is_said_to_be_made(insurer: Deployed) -> None:
    nonce = insurer.call("POST", "/v1/chat/line-links", {}).json["nonce"]
    event = an_event("accountLink", link={"result": "ok", "nonce": nonce})
    insurer.aws.down.add("line")
    assert deliver(insurer, event) == 503
    insurer.aws.down.clear()
    assert deliver(insurer, event) == 200
    assert "連結完成" in said_texts(insurer)


def test_a_link_can_be_undone_and_made_again(linked: Deployed) -> None:
    deliver(linked, a_message("解除連結"))
    assert "已解除連結" in said_texts(linked)
    deliver(linked, a_message(LOAN))
    assert cases(linked) == []
    link(linked)
    deliver(linked, a_message(LOAN))
    assert "哪一張保單" in said_texts(linked)


def test_a_link_of_one_policyholder_does_not_reach_anothers_conversation(linked: Deployed) -> None:
    linked.seed("ph-0002")
    deliver(linked, a_message(LOAN))
    nonce = linked.call("POST", "/v1/chat/line-links", {}, who="ph-0002").json["nonce"]
    deliver(linked, an_event("accountLink", link={"result": "ok", "nonce": nonce}))
    deliver(linked, a_message("1"))
    assert "想辦理哪一項" in said_texts(linked)


# Trouble


@pytest.mark.parametrize("down", ["dynamodb", "TransactWriteItems", "GetItem", "Query", "kms"])
@pytest.mark.parametrize("words", [LOAN, PROSECUTOR, "1"])
def test_trouble_is_plain_words_and_never_a_release(linked: Deployed, down: str, words: str) -> None:
    deliver(linked, a_message(LOAN))
    linked.aws.down.add(down)
    assert deliver(linked, a_message(words)) == 200
    shown = said_texts(linked)
    assert shown
    assert str(chat.words(Locale.ZH_TW)["lines"]["linked"]) not in shown
    assert "已為您送出" not in shown
    linked.aws.down.clear()
    assert all(case["state"] != CaseState.RELEASED for case in cases(linked))


def test_while_the_secret_cannot_be_read_line_is_asked_to_come_again(linked: Deployed) -> None:
    linked.function("converse_line").wired.line._read = None
    linked.aws.down.add("secretsmanager")
    assert deliver(linked, a_message(LOAN)) == 503
    assert linked.aws.line == []
    linked.aws.down.clear()
    assert deliver(linked, a_message(LOAN)) == 200


def test_the_secret_is_read_once_and_again_after_five_minutes(linked: Deployed) -> None:
    api = linked.function("converse_line").wired.line
    deliver(linked, a_message("你好"))
    linked.aws.asked.clear()
    deliver(linked, a_message("你好"))
    assert ("secretsmanager:GetSecretValue", "line-secret") not in linked.aws.asked
    api._read = api._read._replace(until=api._monotonic() - 1)
    deliver(linked, a_message("你好"))
    assert ("secretsmanager:GetSecretValue", "line-secret") in linked.aws.asked
    assert api._read.until > api._monotonic() + SECRETS_KEPT_S - 60


def test_an_unforeseen_error_in_one_event_leaves_the_others(linked: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    wired, real = linked.function("converse_line").wired, linked.function("converse_line").wired.converse

    def broken(turn: Any, *rest: Any) -> Reply:
        if turn.text == "boom":
            raise ZeroDivisionError
        return real(turn, *rest)

    object.__setattr__(wired, "converse", broken)
    try:
        assert deliver(linked, a_message("boom"), a_message(LOAN)) == 503
    finally:
        object.__setattr__(wired, "converse", real)
    assert "哪一張保單" in said_texts(linked)


# Limits


def within_limits(messages: list[dict[str, Any]]) -> None:
    """developers.line.biz, Messaging API reference: message objects, quick reply."""
    assert 1 <= len(messages) <= 5
    for message in messages:
        assert 0 < len(message["text"].encode("utf-16-le")) // 2 <= 5_000
    assert all("quickReply" not in message for message in messages[:-1])
    items = messages[-1].get("quickReply", {}).get("items", [])
    assert len(items) <= 13
    for item in items:
        action = item["action"]
        assert 0 < len(action["label"]) <= 20
        assert len(action.get("data", "")) <= 300
        assert len(action.get("displayText", "")) <= 300
    assert json.dumps(messages, ensure_ascii=False).encode()


@EVERY_LOCALE
def test_the_longest_of_our_texts_fit(locale: Locale) -> None:
    for question_id, question in questions().items():
        words = texts(locale)[question_id]
        text = "\n".join([words.story or "", max(words.prompts, key=len), *words.choices.values()])
        choices = tuple(
            Choice(n, words.choices[c], f"answer.chat-{'f' * 24}.5:{n}") for n, c in enumerate(question.shown, 1)
        )
        lines = (Line.TROUBLE, Line.UNKNOWN_PERSON, Line.PERSON, Line.ELSEWHERE)
        said = Said((*(chat.line(one, locale) for one in lines), text), choices, False, None, None)
        within_limits(line.messages(said))


def test_whatever_is_said_is_cut_to_the_limits() -> None:
    many = tuple(Choice(n, "選" * 400, "x" * 900) for n in range(1, 20))
    within_limits(line.messages(Said(("長" * 20_000,) * 9, many, False, None, None)))
    within_limits(line.messages(Said(("a",), (), True, None, None), ("連結" * 30, "https://insurer.example")))


@EVERY_LOCALE
def test_the_whole_of_a_conversation_keeps_to_the_limits(linked: Deployed, locale: Locale) -> None:
    wish = {"zh-TW": PROSECUTOR, "en": "surrender", "vi": "chấm dứt hợp đồng", "id": "tutup polis", "th": "เวนคืน"}
    deliver(linked, a_message(wish[locale]))
    asked_to_the_end(linked)
    assert len(linked.aws.line) > 1
    for _, body, _ in linked.aws.line:
        within_limits(body["messages"])


def test_a_message_of_the_longest_kind_is_taken(linked: Deployed) -> None:
    assert deliver(linked, a_message("嗯" * 4_900 + LOAN)) == 200
    assert len(linked.aws.line) == 1
