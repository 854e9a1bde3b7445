"""The console's telephone: who may use it, what it says, and a call that is not there."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest

from local.console_server import MOST_BYTES, ConsoleServer
from local.switchboard import MOST_CALLS, Switchboard

SAID = {"say": "<speak>請按 1</speak>", "then": "key", "turn": "1", "silent": "0", "voice": "Zhiyu"}


class FakeStack:
    """A function that asks for a key, and then hands over."""

    def __init__(self) -> None:
        self.outputs = {"ConverseConnectName": "converse-connect"}
        self.fails = False

    def client(self, _: str) -> FakeStack:
        return self

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert FunctionName == "converse-connect"
        event = json.loads(Payload)
        turn = event["Details"]["Parameters"].get("turn", "0")
        told = SAID if turn == "0" else {**SAID, "then": "person", "queue": "caring", "whisper": "w", "case_id": "c"}
        return {"Payload": _Body(told), **({"FunctionError": "Unhandled"} if self.fails else {})}


class _Body:
    def __init__(self, told: dict[str, str]) -> None:
        self._told = told

    def read(self) -> bytes:
        return json.dumps(self._told).encode()


@pytest.fixture
def stack() -> FakeStack:
    return FakeStack()


@pytest.fixture
def console(stack: FakeStack) -> Iterator[ConsoleServer]:
    switchboard = Switchboard(stack)  # type: ignore[arg-type]
    with ConsoleServer(dict, lambda: switchboard) as server:
        yield server


def post(console: ConsoleServer, path: str, body: object, origin: str | None = "own") -> tuple[int, dict[str, Any]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if origin is None else {"Origin": console.url if origin == "own" else origin}
    request = urllib.request.Request(f"{console.url}{path}", raw, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_call_is_heard_answered_and_handed_over(console: ConsoleServer) -> None:
    status, call = post(console, "/phone/calls", {"from": "+886912345678", "policyholder_id": None, "locale": "en"})
    assert (status, call["awaits"], call["ended"]) == (200, "key", None)
    assert call["heard"] == [{"text": "請按 1", "ssml": "<speak>請按 1</speak>"}]
    status, ended = post(console, f"/phone/calls/{call['call_id']}", {"pressed": "1"})
    assert (status, ended["ended"]) == (200, {"how": "transferred", "queue": "caring", "whisper": "w"})
    assert post(console, f"/phone/calls/{call['call_id']}", {"pressed": "1"})[0] == 404


def test_a_function_that_fails_is_the_flows_safe_branch(console: ConsoleServer, stack: FakeStack) -> None:
    stack.fails = True
    status, call = post(console, "/phone/calls", {"from": ""})
    assert (status, call["ended"]["queue"]) == (200, "service")
    assert "沒有評估過" in call["ended"]["whisper"]


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null"])
def test_another_page_cannot_ring(console: ConsoleServer, origin: str | None) -> None:
    assert post(console, "/phone/calls", {"from": ""}, origin)[0] == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b'"x"', b"[" * 4_000, b"\xff", b"{" + b" " * MOST_BYTES + b"}", {"locale": 7}, {"from": []}],
)
def test_odd_bodies_are_refused_or_a_call_without_a_name(console: ConsoleServer, body: object) -> None:
    status, _ = post(console, "/phone/calls", body)
    assert status == (200 if isinstance(body, dict) else 400)


@pytest.mark.parametrize("length", ["-5", "many", "\u0663", ""])
def test_a_length_that_is_none_is_refused(console: ConsoleServer, length: str) -> None:
    host = console.url.partition("//")[2]
    head = f"POST /phone/calls HTTP/1.1\r\nHost: {host}\r\nOrigin: {console.url}\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as wire:
        wire.sendall(head.encode())
        assert wire.recv(12) == b"HTTP/1.0 400"


def test_an_unknown_call_and_another_path_are_not_there(console: ConsoleServer) -> None:
    assert post(console, "/phone/calls/nobody", {"pressed": "1"})[0] == 404
    assert post(console, "/config.json", {})[0] == 404


def test_old_calls_make_room_for_new_ones(console: ConsoleServer) -> None:
    first = post(console, "/phone/calls", {"from": ""})[1]["call_id"]
    for _ in range(MOST_CALLS):
        post(console, "/phone/calls", {"from": ""})
    assert post(console, f"/phone/calls/{first}", {"pressed": "1"})[0] == 404
