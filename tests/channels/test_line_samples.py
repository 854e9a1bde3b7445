"""Every kind of event that LINE documents, each a whole webhook body in `line_webhooks/`: the forms are those of
developers.line.biz (Messaging API reference, webhook event objects), the values our own."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.channels.deployed import Deployed
from tests.channels.line_events import a_message, a_press, a_webhook, an_event, buttons, deliver, link, texts

WEBHOOKS = Path(__file__).parent / "line_webhooks"
HELLO, ASKED_KIND, ASKED_POLICY = "您好", "想辦理哪一項", "哪一張保單"
UNLINKED, NOTHING = "沒有連結成功", ""
REACTIONS = {
    "account-link-failed": UNLINKED,
    "account-link-unknown": UNLINKED,
    "activated": NOTHING,
    "audio": HELLO,
    "beacon": NOTHING,
    "delivered": NOTHING,
    "device-linked": NOTHING,
    "device-result": NOTHING,
    "file": HELLO,
    "follow": HELLO,
    "image": HELLO,
    "image-external": HELLO,
    "join": NOTHING,
    "leave": NOTHING,
    "location": HELLO,
    "member-joined": NOTHING,
    "member-left": NOTHING,
    "membership": NOTHING,
    "module": NOTHING,
    "older": HELLO,
    "postback": HELLO,
    "postback-datetime": HELLO,
    "postback-rich-menu": HELLO,
    "several": ASKED_KIND,
    "sticker": HELLO,
    "sticker-message": HELLO,
    "suspended": NOTHING,
    "text": ASKED_POLICY,
    "text-group": NOTHING,
    "text-group-without-user": NOTHING,
    "text-redelivered": HELLO,
    "text-room": NOTHING,
    "text-standby": NOTHING,
    "unfollow": NOTHING,
    "unsend": NOTHING,
    "verify": NOTHING,
    "video": HELLO,
    "video-played": NOTHING,
}
"""What is in the reply; NOTHING where nobody waits for one, or others read along."""


def a_sample(name: str) -> bytes:
    return (WEBHOOKS / f"{name}.json").read_bytes()


@pytest.fixture
def linked(insurer: Deployed) -> Deployed:
    insurer.function("converse_line").wired.line._read = None
    link(insurer)
    insurer.aws.line.clear()
    return insurer


def send(insurer: Deployed, raw: bytes, base64: bool = False) -> int:
    status: int = insurer.function("converse_line").handler(a_webhook(raw=raw, base64=base64), None)["statusCode"]
    return status


def test_every_sample_has_its_reaction() -> None:
    assert sorted(path.stem for path in WEBHOOKS.glob("*.json")) == sorted(REACTIONS)


@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize("name", REACTIONS)
def test_a_documented_event_is_taken_and_answered_where_somebody_waits(
    linked: Deployed, name: str, base64: bool
) -> None:
    before = linked.aws.written()
    assert send(linked, a_sample(name), base64) == 200
    if REACTIONS[name] == NOTHING:
        assert (linked.aws.line, linked.aws.written()) == ([], before)
    else:
        assert REACTIONS[name] in texts(linked)
        assert len(linked.aws.line) == (2 if name == "several" else 1)


@pytest.mark.parametrize("name", [name for name, reaction in REACTIONS.items() if reaction != NOTHING])
def test_a_documented_event_ten_times_acts_once(linked: Deployed, name: str) -> None:
    document = json.loads(a_sample(name))
    assert send(linked, json.dumps(document).encode()) == 200
    rows, told = linked.aws.written(), len(linked.aws.line)
    for event in document["events"]:
        event["deliveryContext"] = {"isRedelivery": True}
    for _ in range(9):
        assert send(linked, json.dumps(document).encode()) == 200
    assert (linked.aws.written(), len(linked.aws.line)) == (rows, told)


def test_two_older_events_are_two(linked: Deployed) -> None:
    """Without a webhookEventId an event is known by all that it says."""
    document = json.loads(a_sample("older"))
    send(linked, json.dumps(document).encode())
    document["events"][0]["message"] |= {"id": "7382911", "text": "我想借款10萬"}
    send(linked, json.dumps(document).encode())
    assert len(linked.aws.line) == 2
    assert ASKED_POLICY in texts(linked)


@pytest.mark.parametrize("name", REACTIONS)
def test_a_field_may_be_missing_unknown_or_of_another_form(linked: Deployed, name: str) -> None:
    document, numbers = json.loads(a_sample(name)), count()
    for event in document["events"]:
        for field in [*event, "somethingNew"]:
            for odd in ("missing", None, 7, "x", [], {}):
                changed: dict[str, Any] = {**event, "webhookEventId": f"changed-{next(numbers)}", field: odd}
                if odd == "missing":
                    del changed[field]
                assert send(linked, json.dumps({**document, "events": [changed]}).encode()) == 200, (field, odd)


def test_a_sticker_in_the_middle_of_a_question_leaves_the_question(linked: Deployed) -> None:
    deliver(linked, a_message("我想解約,檢察官說我的帳戶被監管"))
    deliver(linked, a_press(buttons(linked)[0]["data"]))
    asked = buttons(linked)
    assert asked[0]["data"].startswith("answer.")
    for name in ("sticker", "image", "postback-datetime"):
        (event,) = json.loads(a_sample(name))["events"]
        assert deliver(linked, event) == 200
        assert "沒有看懂" in texts(linked)
        assert buttons(linked) == asked


def test_whoever_only_follows_is_offered_the_link(insurer: Deployed) -> None:
    stranger = {"type": "user", "userId": "U" + "9" * 32}
    assert deliver(insurer, an_event("follow", source=stranger, follow={"isUnblocked": True})) == 200
    assert buttons(insurer)[0]["type"] == "uri"
