"""Ctrl-C, when `make` started us: it ends what runs, in order and once, and is no error of anybody's."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM)


def listen() -> None:
    """From now on the first Ctrl-C, or plain `kill`, becomes the KeyboardInterrupt that every `with` unwinds on.

    Even in a background job, whose shell has it ignore Ctrl-C's signal: the emulator must end, too. Further ones would
    only interrupt the tidying up, which takes seconds, and are ignored.
    """
    for stop in _STOPS:
        signal.signal(stop, _stop)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    for stop in _STOPS:
        signal.signal(stop, signal.SIG_IGN)
    os.write(sys.stderr.fileno(), "\nStopping …\n".encode())  # print() may be what was interrupted
    raise KeyboardInterrupt


@contextmanager
def to_us_alone() -> Iterator[None]:
    """The terminal's Ctrl-C reaches this process and what it starts, but not `make`, which would end by it: exit 130.

    So does Ctrl-Z, and is ignored: there is no shell above us that would let us go on. Nothing happens without a
    terminal, in the background, or where a shell gave us a process group of our own.
    """
    above = os.getpgrp()
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        yield
        return
    try:
        if above == os.getpid() or os.tcgetpgrp(terminal) != above:
            yield
            return
        for ignored in (signal.SIGTTOU, signal.SIGTSTP):  # SIGTTOU: for giving the terminal back
            signal.signal(ignored, signal.SIG_IGN)
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        try:
            yield
        finally:
            os.tcsetpgrp(terminal, above)
            os.setpgid(0, above)
    finally:
        os.close(terminal)
