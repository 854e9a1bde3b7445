"""LINE's Messaging API: replies, pushes and link tokens, over the same kept connections as AWS.

What the API promises: a reply token is good for one reply and for a minute; a push that brings the retry key of an
earlier one is answered 409 and not sent twice (developers.line.biz, Messaging API reference).
"""

import http.client
import json
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from safelight.adapters.aws_json import AwsJson
from safelight.adapters.kept_connections import ClosedByPeerError, KeptConnections
from safelight.domain.errors import GaveUpError
from safelight.ports import Fate

TIMEOUT_S = 2.0
"""Of one call."""
PUSH_ATTEMPTS = 2
SECRETS_KEPT_S = 300.0
"""A secret that was changed is known five minutes later, in every process."""
ALREADY_SENT = 409


class LineSecretError(GaveUpError):
    """The secret does not hold what it should. Says so, and nothing of it."""


class _Secrets(NamedTuple):
    channel_secret: str
    access_token: str
    until: float


class LineApi:
    """The port `Line`. `secret_id` names a secret that holds JSON with `channel_secret` and `access_token`."""

    def __init__(
        self,
        url: str,
        secrets: AwsJson,
        secret_id: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of the LINE API must be an http or https URL")
        self._connections = KeptConnections(parts.scheme, parts.hostname, parts.port)
        self._secrets = secrets
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._read: _Secrets | None = None

    def channel_secret(self) -> str:
        """What webhooks are signed with. Raises RetryableError, GaveUpError."""
        return self._known().channel_secret

    def reply(self, token: str, messages: Sequence[dict[str, Any]]) -> Fate:
        """Once: a reply token is spent by its first use."""
        return self._send("/v2/bot/message/reply", {"replyToken": token, "messages": messages}, {})

    def push(self, to: str, messages: Sequence[dict[str, Any]], turn_id: str) -> Fate:
        """Tried again when its fate is unknown: LINE knows it by the retry key, which follows from the turn."""
        headers = {"X-Line-Retry-Key": _uuid(turn_id)}
        for _ in range(PUSH_ATTEMPTS):
            fate = self._send("/v2/bot/message/push", {"to": to, "messages": messages}, headers)
            if fate is not Fate.UNKNOWN:
                break
        return fate

    def link_token(self, user: str) -> str | None:
        """Good for ten minutes and for one linking. None when LINE gives none."""
        try:
            status, body = self._post(f"/v2/bot/user/{quote(user, safe='')}/linkToken", {}, {})
            token = json.loads(body).get("linkToken") if status == http.HTTPStatus.OK else None
        except (TimeoutError, OSError, http.client.HTTPException, ClosedByPeerError, ValueError, AttributeError):
            return None
        return token if isinstance(token, str) else None

    def close(self) -> None:
        self._connections.close()

    def _send(self, path: str, payload: dict[str, Any], headers: dict[str, str]) -> Fate:
        try:
            status, _ = self._post(path, payload, headers)
        except ConnectionRefusedError:
            return Fate.REFUSED
        except (TimeoutError, OSError, http.client.HTTPException, ClosedByPeerError):
            return Fate.UNKNOWN
        if status == ALREADY_SENT or 200 <= status < 300:
            return Fate.ACCEPTED
        return Fate.REFUSED if 400 <= status < 500 else Fate.UNKNOWN

    def _post(self, path: str, payload: dict[str, Any], headers: dict[str, str]) -> tuple[int, bytes]:
        sent = {
            "authorization": f"Bearer {self._known().access_token}",
            "content-type": "application/json",
            **headers,
        }
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._connections.post(sent, body, time.monotonic() + TIMEOUT_S, path=path)
        return answer.status, answer.body

    def _known(self) -> _Secrets:
        if self._read is None or self._read.until <= self._monotonic():
            answer = self._secrets.call("GetSecretValue", {"SecretId": self._secret_id}, replayable=True)
            try:
                held = json.loads(answer.get("SecretString", ""))
                self._read = _Secrets(
                    _text(held["channel_secret"]), _text(held["access_token"]), self._monotonic() + SECRETS_KEPT_S
                )
            except (ValueError, KeyError, TypeError):
                raise LineSecretError("line_secret_unreadable") from None
        return self._read


def _text(value: object) -> str:
    """An empty secret would sign anything."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) < 16:
        raise ValueError("not a secret")
    return value


def _uuid(turn_id: str) -> str:
    """The form that LINE asks for: a UUID, always the same for the same turn."""
    digits = sha256(turn_id.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
