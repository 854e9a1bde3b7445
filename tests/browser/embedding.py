"""An insurer's own page that embeds the prompt: a copy of its folder, at another address, and one script tag."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, Route

from tests.browser.page_server import PageServer

PATIENCE_MS = 30_000
TOKEN = "token.demo-teacher"
REQUEST_ID = "embedded"
HOSTILE = (
    "* { font-size: 9px !important } label, form, fieldset { display: none; position: absolute } .button { width: 3px }"
)
"""What a page's own style sheet may say of elements in general."""


def post(server: PageServer, path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with urlopen(Request(f"{server.url}api{path}", json.dumps(body).encode(), headers, method="POST")) as answer:
        return json.load(answer)


def request(server: PageServer, locale: str = "zh-TW") -> Any:
    """A request of the teacher's that is asked about."""
    return post(
        server,
        "/v1/requests",
        {
            "request_id": REQUEST_ID,
            "kind": "surrender",
            "amount_twd": 2_000_000,
            "policy_ids": ["WL-2001"],
            "channel": "app",
            "locale": locale,
            "signals": {"on_call": True},
        },
    )


def answers(server: PageServer) -> list[dict[str, Any]]:
    """The bodies of every answer that reached the insurer."""
    return [
        body for method, path, body in server.insurer.seen if method == "POST" and path.endswith("/answers") and body
    ]


class Embedding:
    """Opens the page. `body` is what stands in it; the default has the prompt with everything it needs."""

    def __init__(self, browser: Browser, server: PageServer, folder: Path) -> None:
        self._browser, self.server, self._folder = browser, server, folder
        self._contexts: list[Any] = []
        self.errors: list[str] = []

    def open(self, body: str | None = None, *, script: str = "", lang: str = "zh-TW", **options: Any) -> Page:
        options = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce", "bypass_csp": True} | options
        clock = options.pop("clock", False)
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        host = f"{self.server.url}insurer/page"
        html = body or (
            f'<h1>Insurer</h1><safelight-prompt endpoint="{self.server.url}api" token="{TOKEN}"'
            f' request-id="{REQUEST_ID}" locale="{lang}"></safelight-prompt>'
        )
        document = (
            f'<!doctype html><html lang="{lang}"><meta name="viewport" content="width=device-width">'
            f"<title>Scam check</title><style>{HOSTILE}</style>"
            '<script type="module" src="/insurer/copied/safelight-prompt.js"></script>'
            '<script type="module" src="/insurer/copied/safelight.js"></script>'
            f"<main>{html}</main></html>"
        )

        def serve(route: Route) -> None:
            path = urlsplit(route.request.url).path
            if path == "/insurer/page":
                route.fulfill(body=document, content_type="text/html")
            else:
                route.fulfill(path=self._folder / path.removeprefix("/insurer/copied/"))

        page.route("**/insurer/**", serve)
        if clock:
            page.clock.install()
        page.goto(host)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
