"""LINE in the local stack: its platform as a loopback server, and a person's chat with the insurer on it.

The platform takes what the function sends (replies, pushes, link tokens) and signs the webhooks that the chat delivers,
by the rules of developers.line.biz, Messaging API reference: a reply token is good for one reply, a retry key for one
push, a link token for one account.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from secrets import token_hex
from typing import Any

from local.loopback_server import LoopbackServer
from local.scene import JourneyError

_MOST_BYTES = 256 * 1024
_TIMEOUT_S = 35.0
"""Longer than the function may take."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What the insurer sent to a user at once. `received_at` is seconds since 1970, by this machine's clock."""

    user: str
    messages: list[Json]
    received_at: float


class LineServer(LoopbackServer):
    """The platform. Use as a context manager. `now` is the functions' clock: events bring the time they were sent."""

    def __init__(self, now: Callable[[], datetime], port: int = 0) -> None:
        self.secret = {"channel_secret": token_hex(16), "access_token": token_hex(32)}
        self._now = now
        self._lock = threading.Lock()
        self._told: list[Told] = []
        self._reply_tokens: dict[str, str] = {}
        self._link_tokens: dict[str, str] = {}
        self._retry_keys: set[str] = set()
        super().__init__("line", self._handler(), port)

    def told(self, user: str) -> list[Told]:
        """What a user was sent, oldest first."""
        with self._lock:
            return [one for one in self._told if one.user == user]

    def event(self, user: str, kind: str, **about: Any) -> Json:
        """A webhook event of a person alone with the insurer, and a reply token for it."""
        token = token_hex(16)
        with self._lock:
            self._reply_tokens[token] = user
        return {
            "type": kind,
            "mode": "active",
            "timestamp": int(self._now().timestamp() * 1000),
            "source": {"type": "user", "userId": user},
            "webhookEventId": f"01{token_hex(12).upper()}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
            **about,
        }

    def linked(self, link_token: str, nonce: str) -> Json:
        """The event of an account link; one that failed where the token is none of ours or was used."""
        with self._lock:
            user = self._link_tokens.pop(link_token, "")
        return self.event(user, "accountLink", link={"result": "ok" if user else "failed", "nonce": nonce})

    def sign(self, raw: bytes) -> str:
        """The header `x-line-signature` of a webhook's raw body."""
        return b64encode(hmac.digest(self.secret["channel_secret"].encode(), raw, "sha256")).decode()

    def _answer(self, path: str, body: Json, retry_key: str | None) -> tuple[int, Json]:
        with self._lock:
            if path.startswith("/v2/bot/user/") and path.endswith("/linkToken"):
                token = token_hex(16)
                self._link_tokens[token] = path.split("/")[4]
                return 200, {"linkToken": token}
            if path == "/v2/bot/message/reply":
                user = self._reply_tokens.pop(str(body.get("replyToken")), None)
                if user is None:
                    return 400, {"message": "Invalid reply token"}
            elif path == "/v2/bot/message/push":
                user = str(body["to"])
                if retry_key in self._retry_keys:
                    return 409, {"message": "The retry key is already accepted"}
                self._retry_keys.add(str(retry_key))
            else:
                return 404, {"message": "Not found"}
            self._told.append(Told(user, list(body["messages"]), time.time()))
            return 200, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        line = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1  # head and body in one packet: in two, the second waits for an acknowledgement

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(min(length, _MOST_BYTES))
                if self.headers.get("Authorization") != f"Bearer {line.secret['access_token']}":
                    self._write(401, {"message": "Authentication failed"})
                    return
                try:
                    status, answer = line._answer(self.path, json.loads(raw), self.headers.get("X-Line-Retry-Key"))
                except (ValueError, KeyError, TypeError, AttributeError):
                    status, answer = 400, {"message": "The request body is invalid"}
                self._write(status, answer)

            def _write(self, status: int, document: Json) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
                """Say nothing: the terminal belongs to the demo and the tests."""

        return Handler


class LineChat:
    """One user's chat, as his phone shows it. Each method that sends returns the webhook's HTTP status."""

    def __init__(self, line: LineServer, webhook_url: str, user: str | None = None) -> None:
        self.user = user or f"U{token_hex(16)}"
        self._line = line
        self._url = webhook_url

    @property
    def told(self) -> list[Told]:
        return self._line.told(self.user)

    @property
    def _last(self) -> list[Json]:
        told = self.told
        if not told:
            raise JourneyError("LINE: the insurer has not said anything.")
        return told[-1].messages

    @property
    def text(self) -> str:
        """The last of what he was sent. Raises JourneyError while there is nothing."""
        return "\n".join(message["text"] for message in self._last)

    @property
    def buttons(self) -> list[Json]:
        """The quick replies below it."""
        quick: Json = self._last[-1].get("quickReply", {})
        return [item["action"] for item in quick.get("items", [])]

    def message(self, text: str) -> Json:
        """The event of a text message."""
        about = {"id": str(int(token_hex(7), 16)), "type": "text", "quoteToken": token_hex(8), "text": text}
        return self._line.event(self.user, "message", message=about)

    def press(self, place: int) -> Json:
        """The event of the quick reply at a place from 1. Raises JourneyError where there is none."""
        given = self.buttons[place - 1 : place]
        if not given or "data" not in given[0]:
            raise JourneyError(f"LINE: there is no quick reply {place} to press: {self.text}")
        return self._line.event(self.user, "postback", postback={"data": given[0]["data"]})

    def links(self, link_token: str, nonce: str) -> int:
        """As the insurer's page does at the end: it sends him on to LINE with both."""
        return self.deliver(self._line.linked(link_token, nonce))

    def deliver(self, *events: Json, signature: str | None = None) -> int:
        """Signed by the platform unless a `signature` is given."""
        raw = json.dumps({"destination": "U" + "0" * 32, "events": events}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", "x-line-signature": signature or self._line.sign(raw)}
        request = urllib.request.Request(self._url, data=raw, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # loopback # nosec B310
                return int(response.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
