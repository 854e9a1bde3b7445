"""Signed POSTs between the insurer's own systems: the SMS gateway, its receipts, and the app's push service.

A body travels with `x-safelight-timestamp`, seconds since the epoch, and `x-safelight-signature`, `v1=` and the hex
HMAC-SHA256 of `<timestamp>.<body>` under a key that both ends hold. A POST that is older than `WINDOW_S` counts no
more, so that one that was overheard cannot be sent again for ever.
"""

import hmac
import time
from collections.abc import Callable, Mapping

from safelight.adapters.aws_json import AwsJson
from safelight.domain.errors import GaveUpError

TIMESTAMP = "x-safelight-timestamp"
SIGNATURE = "x-safelight-signature"
WINDOW_S = 300
MIN_KEY_BYTES = 32
KEY_KEPT_S = 300.0
"""A key that was changed is known five minutes later, in every process."""


class SigningKeyError(GaveUpError):
    """The secret holds no key that one may sign with. Says so, and nothing of it."""


def sign(key: bytes, body: bytes, at: int) -> dict[str, str]:
    """The two headers of a body that is sent at `at`."""
    return {TIMESTAMP: str(at), SIGNATURE: f"v1={_digest(key, str(at), body)}"}


def signed(key: bytes, body: bytes, headers: Mapping[str, str], at: float) -> bool:
    """Whether these headers (names in lower case) are the key holder's for this body, and of about now."""
    said = headers.get(TIMESTAMP, "")
    if not said.isascii() or not said.isdecimal() or len(said) > 12 or abs(at - int(said)) > WINDOW_S:
        return False
    right = f"v1={_digest(key, said, body)}".encode()
    return hmac.compare_digest(right, headers.get(SIGNATURE, "").encode(errors="replace"))


def _digest(key: bytes, timestamp: str, body: bytes) -> str:
    return hmac.digest(key, timestamp.encode() + b"." + body, "sha256").hex()


class PostSigner:
    """One other end's key, read from Secrets Manager when first needed. Both methods raise RetryableError and
    GaveUpError when it cannot be read."""

    def __init__(
        self,
        secrets: AwsJson,
        secret_id: str,
        *,
        wall_clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets = secrets
        self._secret_id = secret_id
        self._wall_clock = wall_clock
        self._monotonic = monotonic
        self._read: tuple[bytes, float] | None = None

    def sign(self, body: bytes) -> dict[str, str]:
        return sign(self._key(), body, int(self._wall_clock()))

    def signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        return signed(self._key(), body, headers, self._wall_clock())

    def _key(self) -> bytes:
        if self._read is None or self._read[1] <= self._monotonic():
            answer = self._secrets.call("GetSecretValue", {"SecretId": self._secret_id}, replayable=True)
            key = str(answer.get("SecretString", "")).strip().encode()
            if len(key) < MIN_KEY_BYTES:
                raise SigningKeyError("signing_key_missing_or_short")
            self._read = (key, self._monotonic() + KEY_KEPT_S)
        return self._read[0]
