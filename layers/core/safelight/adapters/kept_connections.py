"""Kept-alive HTTP connections to one host, and one exchange on them within a deadline."""

import http.client
import select
import time
from functools import cache
from math import inf
from typing import Any, NamedTuple

CHUNK = 65_536


class ClosedByPeerError(Exception):
    """A kept-alive connection ended before the first byte of an answer. The request may have been acted on."""


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@cache
def _tls() -> Any:
    """One context for all: reading the certificate bundle costs 10 ms or more, and plain http needs none."""
    import ssl  # noqa: PLC0415 - only https pays for it

    return ssl.create_default_context()


class KeptConnections:
    """Safe to share between threads: an exchange takes an idle connection or opens one, and gives it back."""

    def __init__(self, scheme: str, hostname: str, port: int | None) -> None:
        self._scheme = scheme
        self._hostname = hostname
        self._port = port
        self._host = hostname if port is None else f"{hostname}:{port}"
        self._idle: list[http.client.HTTPConnection] = []

    def post(
        self, headers: dict[str, str], body: bytes, deadline: float, *, fresh: bool = False, path: str = "/"
    ) -> Answer:
        """One POST to `path` and its whole answer. `deadline` is on time.monotonic; `fresh`: on a new connection.

        Raises TimeoutError at the deadline however slowly the body comes, ClosedByPeerError, OSError, HTTPException.
        """
        return self._ask("POST", headers, body, deadline, fresh, path)

    def get(
        self, headers: dict[str, str], deadline: float, *, path: str, most_bytes: int, fresh: bool = False
    ) -> Answer:
        """One GET, as `post`. A longer answer than `most_bytes` is not read on and raises HTTPException."""
        return self._ask("GET", headers, b"", deadline, fresh, path, most_bytes)

    def _ask(
        self,
        method: str,
        headers: dict[str, str],
        body: bytes,
        deadline: float,
        fresh: bool,
        path: str,
        most_bytes: float = inf,
    ) -> Answer:
        kept = None if fresh else self._take()
        connection = kept or self._open(deadline)
        try:
            _limit(connection, deadline)
            try:
                request = _head(method, self._host, headers, len(body), path) + body
                response = _exchange(connection, method, request)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                if kept is None:
                    raise
                raise ClosedByPeerError from error
            answer = Answer(response.status, response.headers, _whole(connection, response, deadline, most_bytes))
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> http.client.HTTPConnection | None:
        """An idle connection that still seems alive. A Lambda wakes with dead ones, which are readable at once."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                return None
            poll = select.poll()
            poll.register(connection.sock, select.POLLIN)
            if not poll.poll(0):
                return connection
            connection.close()
        return None

    def _open(self, deadline: float) -> http.client.HTTPConnection:
        timeout = deadline - time.monotonic()
        if timeout <= 0:
            raise TimeoutError
        connection: http.client.HTTPConnection
        if self._scheme == "https":
            connection = http.client.HTTPSConnection(self._hostname, self._port, timeout=timeout, context=_tls())
        else:
            connection = http.client.HTTPConnection(self._hostname, self._port, timeout=timeout)
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection


def _head(method: str, host: str, headers: dict[str, str], length: int, path: str) -> bytes:
    """Raises ValueError for a line break in a header, which would begin another."""
    told = {"host": host, **headers, "accept-encoding": "identity", "content-length": str(length)}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    if any("\n" in line or "\r" in line for line in lines):
        raise ValueError("line break in a header")
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


def _exchange(connection: http.client.HTTPConnection, method: str, request: bytes) -> http.client.HTTPResponse:
    """The answer up to its body. Head and body leave in one write: `HTTPConnection.request` makes it two, and with its
    bookkeeping costs as much as signing."""
    connection.sock.sendall(request)
    response = http.client.HTTPResponse(connection.sock, method=method)
    try:
        response.begin()
    except BaseException:
        response.close()
        raise
    return response


def _whole(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, deadline: float, most_bytes: float
) -> bytes:
    chunks: list[bytes] = []
    length = 0
    try:
        while True:
            _limit(connection, deadline)
            chunk = response.read1(CHUNK)
            if not chunk:
                break
            length += len(chunk)
            if length > most_bytes:
                raise http.client.HTTPException("longer than asked for")
            chunks.append(chunk)
    finally:
        response.close()  # it holds the socket beside the connection, and read1 leaves a fully read one open
    body = b"".join(chunks)
    declared = response.getheader("content-length")
    if declared is not None and declared.isdigit() and int(declared) != len(body):
        raise http.client.IncompleteRead(b"")
    return body


def _limit(connection: http.client.HTTPConnection, deadline: float) -> None:
    """Let the next read or write on the socket take no longer than what is left. Raises TimeoutError for nothing."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if connection.sock is not None:
        connection.sock.settimeout(left)
