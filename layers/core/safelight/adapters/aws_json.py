"""A lean client for AWS services that speak the JSON protocol: DynamoDB, KMS, Secrets Manager, SQS.

Over a bare Powertools handler a boto3 client adds 210 ms to a cold start and botocore's signer alone 75; http.client
and hmac add 6. What is given up: paging, waiters, typed responses, credential providers other than the one passed in.
Small records here are named tuples, because each frozen dataclass costs 0.7 ms of a cold start to define.
"""

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from safelight.adapters.aws_signing import CredentialsSource, sign
from safelight.adapters.kept_connections import Answer, ClosedByPeerError, KeptConnections
from safelight.domain.errors import GaveUpError, RetryableError

MAX_ATTEMPTS = 4
FIRST_PAUSE_S = 0.025
"""Doubled after each attempt, times a random factor of 0.5 to 1: 25, 50, 100 ms at most."""

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

_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class AwsError(GaveUpError):
    """The service understood and said no. `code` is its error code, `reasons` the codes of a cancelled transaction,
    one for each item. The service's message is dropped: it may quote what was sent. Its own has an id's form, so that
    a log line may carry it."""

    retryable = False

    def __init__(self, service: str, operation: str, code: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(f"{service}.{operation}:{code}")
        self.service = service
        self.operation = operation
        self.code = code
        self.reasons = reasons


class AwsUnavailableError(RetryableError):
    """No usable answer within the time given. `code` says why: timeout, connection, unreadable, http_5xx, or the
    service's own code when it throttled. What was asked for may have been done."""

    retryable = True

    def __init__(self, service: str, operation: str, code: str) -> None:
        super().__init__(f"{service}.{operation}:{code}")
        self.service = service
        self.operation = operation
        self.code = code


class _Failure(NamedTuple):
    """One attempt that gave no answer. `done_nothing`: the service surely did not act."""

    code: str
    done_nothing: bool
    cause: Exception | None = None


class AwsJson:
    """One service at one endpoint. Safe to share between threads.

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
        self._host = url.netloc
        self._connections = KeptConnections(url.scheme, url.hostname, url.port)
        self._credentials = credentials
        self._timeout_s = timeout_s
        self._wall_clock = wall_clock
        self._sleep = sleep

    def call(
        self, operation: str, payload: Mapping[str, Any], *, replayable: bool = False, timeout_s: float | None = None
    ) -> dict[str, Any]:
        """The service's answer. `replayable`: doing it twice is the same as once (reads, transactions with a token).

        Throttling is always tried again; a lost connection, a 5xx or an unreadable answer only when replayable. All
        within `timeout_s` seconds. Raises AwsError for a no, AwsUnavailableError for no answer.
        """
        body = _written(payload).encode()
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

    def close(self) -> None:
        """Close idle connections. Functions never need to."""
        self._connections.close()

    def _attempt(self, operation: str, body: bytes, deadline: float, replayable: bool) -> dict[str, Any] | _Failure:
        try:
            return self._read(operation, self._post(operation, body, deadline, replayable))
        except ConnectionRefusedError as error:
            return _Failure("connection", done_nothing=True, cause=error)
        except TimeoutError as error:
            return _Failure("timeout", done_nothing=False, cause=error)
        except (ClosedByPeerError, OSError, http.client.HTTPException) as error:
            return _Failure("connection", done_nothing=False, cause=error)

    def _post(self, operation: str, body: bytes, deadline: float, replayable: bool) -> Answer:
        """One quick second go, on a new connection, when a kept-alive one turned out to be dead."""
        target = f"{self._target_prefix}.{operation}"
        headers = sign(
            {"content-type": self._content_type, "host": self._host, "x-amz-target": target},
            body,
            service=self._service,
            region=self._region,
            credentials=self._credentials(),
            at=self._wall_clock(),
        )
        try:
            return self._connections.post(headers, body, deadline)
        except ClosedByPeerError:
            if not replayable:
                raise
            return self._connections.post(headers, body, deadline, fresh=True)

    def _read(self, operation: str, answer: Answer) -> dict[str, Any] | _Failure:
        status = answer.status
        try:
            said = json.loads(answer.body.decode(errors="replace")) if answer.body else {}
        except ValueError as error:
            return _Failure(_unreadable(status), done_nothing=False, cause=error)
        if not isinstance(said, dict):
            return _Failure(_unreadable(status), done_nothing=False)
        if 200 <= status < 300:
            return said
        named = str(said.get("__type") or answer.headers.get("x-amzn-errortype") or "")
        code = named.rsplit("#", 1)[-1].split(":", 1)[0]
        if not code.replace(".", "_").isidentifier():
            code = f"http_{status}"
        if code in THROTTLED or status == 429:
            return _Failure(code, done_nothing=True)
        if not 400 <= status < 500:
            return _Failure(code, done_nothing=False)
        listed = said.get("CancellationReasons")
        reasons = tuple(str(r.get("Code")) for r in listed) if isinstance(listed, list) else ()
        raise AwsError(self._service, operation, code, reasons)


def _unreadable(status: int) -> str:
    return "unreadable" if status < 400 else f"http_{status}"
