"""Serves console/ on loopback, with what the page needs to know in /config.json, and its telephone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import Any

from local.inbox import Inbox
from local.loopback_server import LoopbackServer
from local.machine import ROOT
from local.people import PEOPLE, Person
from local.stack import LocalStack
from local.switchboard import Switchboard

MOST_BYTES = 4096
Json = dict[str, Any]


class ConsoleServer(LoopbackServer):
    """Use as a context manager. The address is known before anything is deployed: the API's CORS needs it."""

    def __init__(
        self, config: Callable[[], dict[str, Any]], switchboard: Callable[[], Switchboard], port: int = 0
    ) -> None:
        handler = partial(_Handler, config, switchboard)
        super().__init__("console", handler, port)
        self.url = self.address


def config(stack: LocalStack, inbox: Inbox, offset: timedelta) -> dict[str, Any]:
    """Tokens are minted anew at each call: a page that is opened again goes on working."""
    return {
        "api": stack.api_url,
        "inbox": inbox.url,
        "clock_offset_seconds": int(offset.total_seconds()),
        "people": [_person(person, stack) for person in PEOPLE],
        "staff": {
            "name_zh": "櫃檯同仁",
            "name_en": "Counter staff",
            "token": stack.issuer.mint("demo-staff", groups=["staff"]),
        },
    }


def _person(person: Person, stack: LocalStack) -> dict[str, Any]:
    return {
        "id": person.id,
        "name_zh": person.name_zh,
        "name_en": person.name_en,
        "age": datetime.now(UTC).year - person.profile.born_on.year,
        "story_zh": person.story_zh,
        "story_en": person.story_en,
        "token": stack.issuer.mint(person.id),
        "policies": [
            {"policy_id": p.policy_id, "product": p.product, "cash_value_twd": p.available_twd}
            for p in person.profile.policies
        ],
        "contact_phone": person.contact_phone,
        "contact_token": stack.issuer.mint(person.contact_subject) if person.contact_subject else None,
        "accounts": [
            {**account.body(), "label_zh": account.label_zh, "label_en": account.label_en}
            for account in person.accounts
        ],
        "scenario": person.scenario,
    }


class _Handler(SimpleHTTPRequestHandler):
    def __init__(
        self, config: Callable[[], dict[str, Any]], switchboard: Callable[[], Switchboard], *arguments: Any
    ) -> None:
        self._config, self._switchboard = config, switchboard
        self.extensions_map = {**self.extensions_map, ".js": "text/javascript"}
        super().__init__(*arguments, directory=str(ROOT / "console"))

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/config.json":
            super().do_GET()
            return
        self._answer(200, self._config())

    def do_POST(self) -> None:
        told = self.headers.get("Content-Length") or ""
        length = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
        origin = self.headers.get("Origin")
        raw = self.rfile.read(min(length, MOST_BYTES))
        if not self.path.startswith("/phone/calls") or origin != f"http://{self.headers.get('Host')}":
            self._answer(404, {"problem": "nothing here"})
            return
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict):
            self._answer(*self._switchboard().answer(self.path, body))
        else:
            self._answer(400, {"problem": "not JSON"})

    def _answer(self, status: int, document: Json) -> None:
        body = json.dumps(document, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing: the terminal belongs to the demo."""
