"""A small HTTP/1.1 server on loopback that costs what it measures next to nothing: about 0.1 ms an exchange."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable
from typing import NamedTuple, Self

LOOPBACK = "127.0.0.1"


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Answered(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


class LoopbackHttp:
    """Answers each request by `answer`, on a thread a connection. Use as a context manager."""

    def __init__(self, answer: Callable[[Asked], Answered]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                try:
                    while (asked := _read(self)) is not None:
                        self.wfile.write(_written(answer(asked)))
                except (ConnectionError, ValueError):
                    return  # a killed process leaves its last exchange half done

        self._server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False  # kept-alive connections of the measured process may outlive us
        self.address = f"{LOOPBACK}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _read(connection: socketserver.StreamRequestHandler) -> Asked | None:
    first = connection.rfile.readline().split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while line := connection.rfile.readline().strip():
        name, _, value = line.partition(b":")
        headers[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
    if headers.get("expect", "").lower() == "100-continue":
        connection.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = connection.rfile.read(int(headers.get("content-length", "0")))
    return Asked(first[0].decode(), first[1].decode(), headers, body)


def _written(answer: Answered) -> bytes:
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return f"HTTP/1.1 {answer.status} -\r\n{headers}content-length: {len(answer.body)}\r\n\r\n".encode() + answer.body
