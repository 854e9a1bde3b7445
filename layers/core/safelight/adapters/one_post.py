"""One POST on a connection of its own, never repeated: for what must not be done twice."""

import http.client
import time
from typing import NamedTuple
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 3.0
MOST_BYTES = 65_536
"""No answer that we wait for is longer."""


class NotConnectedError(Exception):
    """No connection was made, so nothing was sent."""


class NotConnectedInTimeError(NotConnectedError):
    """The same, for want of time."""


class Answer(NamedTuple):
    status: int
    body: bytes


class OnePost:
    """To one address. Raises ValueError for one that is neither https nor on this machine: numbers travel in it."""

    def __init__(
        self, url: str, *, connect_s: float = CONNECT_TIMEOUT_S, read_s: float = READ_TIMEOUT_S, loopback: bool = False
    ) -> None:
        parts = urlsplit(url)
        here = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not (here or (parts.scheme == "https" and parts.hostname and not loopback)):
            raise ValueError("the address must be http on loopback" if loopback else "the address must be https")
        self._tls = parts.scheme == "https"
        self._host, self._port = str(parts.hostname), parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connect_s, self._read_s = connect_s, read_s

    def send(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Raises NotConnectedError; OSError (TimeoutError among them) and HTTPException when it may have arrived."""
        made = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
        connection = made(self._host, self._port, timeout=self._connect_s)
        try:
            try:
                connection.connect()
            except TimeoutError as error:
                raise NotConnectedInTimeError from error
            except OSError as error:
                raise NotConnectedError from error
            give_up_at = time.monotonic() + self._read_s
            connection.sock.settimeout(self._read_s)
            connection.request("POST", self._path, body, {"content-type": "application/json", **headers})
            with connection.getresponse() as response:
                return Answer(response.status, _whole(connection, response, give_up_at))
        finally:
            connection.close()


def _whole(connection: http.client.HTTPConnection, response: http.client.HTTPResponse, give_up_at: float) -> bytes:
    """Raises TimeoutError however slowly the body comes."""
    body = b""
    while len(body) <= MOST_BYTES:
        left = give_up_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:  # None once the last byte is here and the other end closes
            connection.sock.settimeout(left)
        chunk = response.read1(MOST_BYTES)
        if not chunk:
            if response.length:
                raise http.client.IncompleteRead(b"")
            return body
        body += chunk
    raise http.client.HTTPException("too long")
