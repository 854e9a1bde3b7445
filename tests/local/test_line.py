"""The stand-in for LINE keeps LINE's rules: what passes here would pass there."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local.line import LineChat, LineServer
from local.scene import JourneyError
from safelight.channels.line import signed

USER = "U" + "1" * 32
NOW = datetime(2031, 4, 9, 13, 40, tzinfo=UTC)
HELLO = [{"type": "text", "text": "您好"}]


@pytest.fixture
def line() -> Iterator[LineServer]:
    with LineServer(lambda: NOW) as server:
        yield server


def post(line: LineServer, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    sent = {"authorization": f"Bearer {line.secret['access_token']}", **headers}
    request = urllib.request.Request(f"{line.address}{path}", json.dumps(body).encode(), sent)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def reply(line: LineServer, token: str, **headers: str) -> int:
    return post(line, "/v2/bot/message/reply", {"replyToken": token, "messages": HELLO}, **headers)[0]


def push(line: LineServer, key: str) -> int:
    return post(line, "/v2/bot/message/push", {"to": USER, "messages": HELLO}, **{"X-Line-Retry-Key": key})[0]


def test_a_reply_token_is_good_for_one_reply(line: LineServer) -> None:
    token = line.event(USER, "follow")["replyToken"]
    assert [reply(line, token), reply(line, token), reply(line, "made-up")] == [200, 400, 400]
    assert [told.messages for told in line.told(USER)] == [HELLO]
    assert line.told("U2") == []


def test_a_push_with_the_same_retry_key_is_sent_once(line: LineServer) -> None:
    assert [push(line, "a"), push(line, "a"), push(line, "b")] == [200, 409, 200]
    assert len(line.told(USER)) == 2


def test_another_access_token_and_another_path_are_refused(line: LineServer) -> None:
    token = line.event(USER, "follow")["replyToken"]
    assert reply(line, token, authorization="Bearer x") == 401
    assert post(line, "/v2/bot/message/multicast", {"messages": HELLO})[0] == 404
    assert post(line, "/v2/bot/message/push", ["x"])[0] == 400
    assert line.told(USER) == []


def test_a_link_token_links_one_account_once(line: LineServer) -> None:
    token = post(line, f"/v2/bot/user/{USER}/linkToken", {})[1]["linkToken"]
    first, again = line.linked(token, "n"), line.linked(token, "n")
    assert (first["link"], first["source"]["userId"]) == ({"result": "ok", "nonce": "n"}, USER)
    assert again["link"]["result"] == "failed"


def test_events_are_signed_and_of_the_functions_time(line: LineServer) -> None:
    raw = json.dumps(line.event(USER, "follow")).encode()
    assert signed(line.secret["channel_secret"], raw, line.sign(raw))
    assert json.loads(raw)["timestamp"] == NOW.timestamp() * 1000
    assert LineChat(line, "http://127.0.0.1:1/").user != LineChat(line, "http://127.0.0.1:1/").user


def test_whoever_was_told_nothing_has_nothing_to_press(line: LineServer) -> None:
    chat = LineChat(line, "http://127.0.0.1:1/")
    with pytest.raises(JourneyError, match="not said anything"):
        chat.press(1)
    token = line.event(chat.user, "follow")["replyToken"]
    assert reply(line, token) == 200
    assert (chat.text, chat.buttons) == ("您好", [])
    with pytest.raises(JourneyError, match="no quick reply 1"):
        chat.press(1)
