"""A real loopback server that answers badly on purpose, and keeps what reached it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Behave = Callable[[socket.socket], None]
"""What to do with a connection once a whole request has been read from it."""


@dataclass
class Wire:
    """`behaviours` are used up one a request; the last one stays."""

    behaviours: list[Behave]
    requests: list[bytes] = field(default_factory=list)
    latest: dict[socket.socket, bytes] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self) -> Behave:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


class _HungUpError(Exception):
    """The connection is over."""


def answer(body: bytes = b"{}", status: int = 200, *, length: int | None = None, more: bytes = b"") -> Behave:
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body) if length is None else length}\r\n\r\n".encode()

    def behave(connection: socket.socket) -> None:
        connection.sendall(head + body + more)

    return behave


def echo(wire: Wire, connection: socket.socket) -> None:
    """The request's own body."""
    answer(wire.latest[connection].partition(b"\r\n\r\n")[2])(connection)


def answer_twice(body: bytes = b"{}") -> Behave:
    whole = f"HTTP/1.1 200 X\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
    return answer(body, more=whole)


def hang_up(connection: socket.socket) -> None:
    raise _HungUpError


def reset(connection: socket.socket) -> None:
    """RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise _HungUpError


def cut_short(connection: socket.socket) -> None:
    answer(b'{"a": ', length=500)(connection)
    raise _HungUpError


def then_hang_up(behave: Behave) -> Behave:
    """Answer as if the connection were kept, then close it."""

    def both(connection: socket.socket) -> None:
        behave(connection)
        raise _HungUpError

    return both


def after(stop: threading.Event, seconds: float, behave: Behave) -> Behave:
    def late(connection: socket.socket) -> None:
        if not stop.wait(seconds):
            behave(connection)

    return late


def trickle(stop: threading.Event) -> Behave:
    """A byte of the body each 50 ms, without end."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\ncontent-length: 10000\r\n\r\n")
        while not stop.wait(0.05):
            connection.sendall(b" ")

    return behave


@contextmanager
def serve(*behaviours: Behave) -> Iterator[Wire]:
    wire = Wire(list(behaviours))
    listener = socket.create_server(("127.0.0.1", 0))
    wire.port = listener.getsockname()[1]
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            wire.connections += 1
            thread = threading.Thread(target=talk, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    def talk(connection: socket.socket) -> None:
        with connection:
            try:
                while True:
                    request = _request(connection)
                    wire.requests.append(request)
                    wire.latest[connection] = request
                    wire.next()(connection)
            except (_HungUpError, OSError):
                return

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield wire
    finally:
        wire.stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for thread in threads:
            thread.join(0.2)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    expected = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < expected:
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def _some(connection: socket.socket) -> bytes:
    chunk = connection.recv(65_536)
    if not chunk:
        raise _HungUpError
    return chunk
