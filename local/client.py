"""A small HTTP client of the API, as an insurer's app would have it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

_TIMEOUT_S = 20


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True)
class ApiClient:
    """`token` is the bearer token of whoever asks."""

    url: str
    token: str

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None)

    def post(self, path: str, body: Any) -> Answer:
        return self._send("POST", path, json.dumps(body).encode())

    def delete(self, path: str) -> Answer:
        return self._send("DELETE", path, None)

    def _send(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # loopback # nosec B310
                return Answer(response.status, json.load(response))
        except urllib.error.HTTPError as refusal:
            return Answer(refusal.code, json.loads(refusal.read() or b"null"))
