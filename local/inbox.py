"""The contacts' phones of the local stack: a loopback server that takes texts and shows them."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.loopback_server import LoopbackServer

_MOST_BYTES = 4096


@dataclass(frozen=True)
class Text:
    """`received_at` is seconds since 1970, by this machine's clock."""

    to: str
    text: str
    attempt_id: str
    received_at: float


class Inbox(LoopbackServer):
    """`POST /messages` takes `{"to", "text", "attempt_id"}`; `GET /messages?to=` lists. Use as a context manager."""

    def __init__(self, port: int = 0) -> None:
        self._texts: list[Text] = []
        self._lock = threading.Lock()
        super().__init__("inbox", self._handler(), port)
        self.url = f"{self.address}/messages"

    def texts(self, to: str | None = None) -> list[Text]:
        """What arrived, oldest first."""
        with self._lock:
            return [text for text in self._texts if to in (None, text.to)]

    def _take(self, document: dict[str, Any]) -> None:
        text = Text(str(document["to"]), str(document["text"]), str(document["attempt_id"]), time.time())
        with self._lock:
            self._texts.append(text)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                try:
                    inbox._take(json.loads(self.rfile.read(min(length, _MOST_BYTES))))
                except (ValueError, KeyError, TypeError):
                    self._answer(400, {"error": "not a message"})
                    return
                self._answer(200, {"message_id": token_hex(8)})

            def do_GET(self) -> None:
                to = parse_qs(urlsplit(self.path).query).get("to", [None])[0]
                self._answer(200, [asdict(text) for text in inbox.texts(to)])

            def _answer(self, status: int, document: object) -> None:
                body = json.dumps(document, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                # The console's page reads it from another port; only this machine can reach either.
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
                """Say nothing: a log line would hold a phone number."""

        return Handler
