"""A lean client for AWS services that speak the JSON protocol: DynamoDB, KMS, Secrets Manager, SQS.

Over a bare Powertools handler a boto3 client adds 210 ms to a cold start and botocore's signer alone 75; http.client
and hmac add 6. What is given up: paging, waiters, typed responses, credential providers other than the one passed in.
"""

import http.client
import json
import os
import select
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from safelight.adapters.aws_signing import CredentialsSource, sign
from safelight.domain.errors import GaveUpError, RetryableError

MAX_ATTEMPTS = 4
FIRST_PAUSE_S = 0.025
"""Doubled after each attempt, times a random factor of 0.5 to 1: 25, 50, 100 ms at most."""
CHUNK = 65_536

THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Refused before anything was done, so safe to send again whatever the operation. The last one is our own
transaction, same token, still running."""


class AwsError(GaveUpError):
    """The service understood and said no. `code` is its error code, `reasons` the codes of a cancelled transaction,
    one for each item. The service's message is dropped: it may quote what was sent."""

    retryable = False

    def __init__(self, service: str, operation: str, code: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(f"{service} {operation}: {code}")
        self.service = service
        self.operation = operation
        self.code = code
        self.reasons = reasons


class AwsUnavailableError(RetryableError):
    """No usable answer within the time given. `code` says why: timeout, connection, unreadable, http_5xx, or the
    service's own code when it throttled. What was asked for may have been done."""

    retryable = True

    def __init__(self, service: str, operation: str, code: str) -> None:
        super().__init__(f"{service} {operation}: {code}")
        self.service = service
        self.operation = operation
        self.code = code


@dataclass(frozen=True, slots=True)
class _Failure:
    """One attempt that gave no answer. `done_nothing`: the service surely did not act."""

    code: str
    done_nothing: bool
    cause: Exception | None = None


class _ClosedByPeerError(Exception):
    """A kept-alive connection ended before the first byte of an answer."""


@cache
def _tls() -> Any:
    """One context for all clients: reading the certificate bundle costs 10 ms or more, and plain http needs none."""
    import ssl  # noqa: PLC0415 - only https pays for it

    return ssl.create_default_context()


class AwsJson:
    """One service at one endpoint. Safe to share between threads: each keeps its own connection.

    `endpoint` None means the public one of the region. `timeout_s` bounds a whole call, retries included.
    """

    def __init__(
        self,
        service: str,
        target_prefix: str,
        json_version: str,
        region: str,
        endpoint: str | None,
        credentials: CredentialsSource,
        timeout_s: float,
        *,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url = urlsplit(endpoint or f"https://{service}.{region}.amazonaws.com")
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("endpoint must be an http or https URL")
        self._service = service
        self._target_prefix = target_prefix
        self._content_type = f"application/x-amz-json-{json_version}"
        self._region = region
        self._scheme, self._hostname, self._port, self._netloc = url.scheme, url.hostname, url.port, url.netloc
        self._credentials = credentials
        self._timeout_s = timeout_s
        self._wall_clock = wall_clock
        self._sleep = sleep
        self._local = threading.local()

    def call(
        self, operation: str, payload: Mapping[str, Any], *, replayable: bool = False, timeout_s: float | None = None
    ) -> dict[str, Any]:
        """The service's answer. `replayable`: doing it twice is the same as once (reads, transactions with a token).

        Throttling is always tried again; a lost connection, a 5xx or an unreadable answer only when replayable. All
        within `timeout_s` seconds. Raises AwsError for a no, AwsUnavailableError for no answer.
        """
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        deadline = time.monotonic() + (self._timeout_s if timeout_s is None else timeout_s)
        attempt = 1
        while True:
            answer = self._attempt(operation, body, deadline, replayable)
            if not isinstance(answer, _Failure):
                return answer
            wait = FIRST_PAUSE_S * 2 ** (attempt - 1) * (0.5 + int.from_bytes(os.urandom(2)) / 131_070)
            may_repeat = replayable or answer.done_nothing
            if attempt == MAX_ATTEMPTS or not may_repeat or time.monotonic() + wait >= deadline:
                raise AwsUnavailableError(self._service, operation, answer.code) from answer.cause
            self._sleep(wait)
            attempt += 1

    def _attempt(self, operation: str, body: bytes, deadline: float, replayable: bool) -> dict[str, Any] | _Failure:
        try:
            try:
                status, headers, raw = self._exchange(operation, body, deadline)
            except _ClosedByPeerError as error:
                if not replayable:
                    return _Failure("connection", done_nothing=False, cause=error)
                status, headers, raw = self._exchange(operation, body, deadline)
        except _ClosedByPeerError as error:
            return _Failure("connection", done_nothing=False, cause=error)
        except ConnectionRefusedError as error:
            self._drop()
            return _Failure("connection", done_nothing=True, cause=error)
        except TimeoutError as error:
            self._drop()
            return _Failure("timeout", done_nothing=False, cause=error)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            return _Failure("connection", done_nothing=False, cause=error)
        return self._read(operation, status, headers, raw)

    def _read(
        self, operation: str, status: int, headers: http.client.HTTPMessage, raw: bytes
    ) -> dict[str, Any] | _Failure:
        try:
            answer = json.loads(raw.decode(errors="replace")) if raw else {}
        except ValueError as error:
            self._drop()
            code = "unreadable" if status < 500 else f"http_{status}"
            return _Failure(code, done_nothing=False, cause=error)
        if not isinstance(answer, dict):
            self._drop()
            return _Failure("unreadable", done_nothing=False)
        if 200 <= status < 300:
            return answer
        named = str(answer.get("__type") or headers.get("x-amzn-errortype") or f"http_{status}")
        code = named.rsplit("#", 1)[-1].split(":", 1)[0]
        if not code.replace(".", "_").isidentifier():
            code = f"http_{status}"
        if code in THROTTLED or status == 429:
            return _Failure(code, done_nothing=True)
        if not 400 <= status < 500:
            return _Failure(code, done_nothing=False)
        listed = answer.get("CancellationReasons")
        reasons = tuple(str(r.get("Code")) for r in listed) if isinstance(listed, list) else ()
        raise AwsError(self._service, operation, code, reasons)

    def _exchange(self, operation: str, body: bytes, deadline: float) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request and its whole answer. Raises TimeoutError at `deadline`, however slowly the body comes."""
        headers = sign(
            {
                "content-type": self._content_type,
                "host": self._netloc,
                "x-amz-target": f"{self._target_prefix}.{operation}",
            },
            body,
            service=self._service,
            region=self._region,
            credentials=self._credentials(),
            at=self._wall_clock(),
        )
        connection, kept_alive = self._connection(deadline)
        try:
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self._drop()
            if kept_alive:
                raise _ClosedByPeerError from error
            raise
        chunks: list[bytes] = []
        while True:
            _limit(connection, deadline)
            chunk = response.read1(CHUNK)
            if not chunk:
                break
            chunks.append(chunk)
        raw = b"".join(chunks)
        declared = response.getheader("content-length")
        if declared is not None and declared.isdigit() and int(declared) != len(raw):
            raise http.client.IncompleteRead(b"")
        if response.will_close:
            self._drop()
        return response.status, response.headers, raw

    def _connection(self, deadline: float) -> tuple[http.client.HTTPConnection, bool]:
        """This thread's connection and whether it was open already. A frozen Lambda wakes up with dead ones."""
        kept: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if kept is not None and kept.sock is not None:
            readable, _, _ = select.select([kept.sock], [], [], 0)
            if not readable:
                _limit(kept, deadline)
                return kept, True
            self._drop()
        timeout = max(0.001, deadline - time.monotonic())
        if self._scheme == "https":
            fresh: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._hostname, self._port, timeout=timeout, context=_tls()
            )
        else:
            fresh = http.client.HTTPConnection(self._hostname, self._port, timeout=timeout)
        self._local.connection = fresh
        fresh.connect()
        _limit(fresh, deadline)
        return fresh, False

    def _drop(self) -> None:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()


def _limit(connection: http.client.HTTPConnection, deadline: float) -> None:
    """Let the next read or write on the socket take no longer than what is left. Raises TimeoutError for nothing."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if connection.sock is not None:
        connection.sock.settimeout(left)
