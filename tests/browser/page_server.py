"""Serves console/ with a canned API behind it, on loopback.

To work on the page: `PYTHONPATH=layers/core python -m tests.browser.page_server 8800`.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.browser.canned import CannedInsurer, ProblemError
from tests.browser.canned_people import PEOPLE, STAFF
from tests.browser.canned_phone import CannedPhone, PhoneProblemError

CONSOLE = Path(__file__).parents[2] / "console"
API = "/api"


class PageServer:
    """Use as a context manager. `unreachable` cuts the API's line: True before it is heard, "answer" after."""

    def __init__(self, port: int = 0) -> None:
        self.insurer = CannedInsurer()
        self.phone = CannedPhone()
        self.unreachable: bool | str = False
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="page-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def config(self) -> dict[str, Any]:
        return {"api": f"{self.url}api", "inbox": f"{self.url}messages", "people": PEOPLE, "staff": STAFF}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path.startswith(API):
                    self._api("GET")
                elif path == "/config.json":
                    self._json(200, server.config())
                elif path == "/messages":
                    self._json(200, server.insurer.texts)
                else:
                    self._file(path)

            def do_POST(self) -> None:
                path = urlsplit(self.path).path
                if path.startswith("/phone/"):
                    self._phone(path)
                else:
                    self._api("POST")

            def do_DELETE(self) -> None:
                self._api("DELETE")

            def _api(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if server.unreachable is True:
                    self.close_connection = True
                    self.connection.close()
                    return
                address = urlsplit(self.path)
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                path, query = address.path.removeprefix(API), dict(parse_qsl(address.query))
                try:
                    with server._lock:
                        status, document = server.insurer.answer(method, path, query, token, body)
                except ProblemError as error:
                    self._json(
                        error.status,
                        {
                            "type": "about:blank",
                            "title": "Problem",
                            "status": error.status,
                            "detail": error.detail,
                            "errors": error.errors,
                        },
                    )
                    return
                if server.unreachable == "answer":
                    self.close_connection = True
                    self.connection.close()
                    return
                self._json(status, document)

            def _phone(self, path: str) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                try:
                    with server._lock:
                        document = server.phone.answer(path, body)
                except PhoneProblemError as trouble:
                    self._json(trouble.status, {"problem": trouble.problem})
                    return
                self._json(200, document)

            def _file(self, path: str) -> None:
                file = (CONSOLE / (path.lstrip("/") or "index.html")).resolve()
                if not file.is_relative_to(CONSOLE) or not file.is_file():
                    self._json(404, {})
                    return
                kind = guess_type(file.name)[0] or "application/octet-stream"
                self._send(200, kind, file.read_bytes())

            def _json(self, status: int, document: object) -> None:
                self._send(status, "application/json", json.dumps(document, ensure_ascii=False, default=str).encode())

            def _send(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
                """Quiet: tests read what was asked from the insurer."""

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, ValueError):
                    """The browser went away, or the line was cut on purpose."""

        return Handler


if __name__ == "__main__":
    with PageServer(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as running:
        print(running.url)
        while True:
            time.sleep(3600)
