"""A small HTTP server on loopback, for the parts of the local stack that AWS has no counterpart for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from local.machine import LOOPBACK, require_free_port


class LoopbackServer:
    """Use as a context manager. The address is known as soon as it is made; it answers from `__enter__` on.

    Raises LocalStackError when the port is taken.
    """

    def __init__(self, name: str, handler: Callable[..., BaseHTTPRequestHandler], port: int = 0) -> None:
        if port:
            require_free_port(port)
        self._server = ThreadingHTTPServer((LOOPBACK, port), handler)
        self._server.daemon_threads = True
        self.address = f"http://{LOOPBACK}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
