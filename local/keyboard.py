"""Ctrl-C, when `make` started us: it ends what runs, in order and once, and is no error of anybody's."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STDERR = 2


def listen() -> None:
    """From now on the first Ctrl-C, plain `kill` or closing of the terminal becomes the KeyboardInterrupt that every
    `with` unwinds on.

    Even in a background job, whose shell has it ignore Ctrl-C's signal: the emulator must end, too. Further ones would
    only interrupt the tidying up, which takes seconds, and are ignored. Under `nohup` a closed terminal stops nothing.
    """
    for stop in _STOPS:
        if stop is not signal.SIGHUP or signal.getsignal(stop) is not signal.SIG_IGN:
            signal.signal(stop, _stop)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    for stop in _STOPS:
        signal.signal(stop, signal.SIG_IGN)
    with suppress(OSError):  # nobody may be there to read it
        os.write(_STDERR, "\nStopping …\n".encode())  # print() may be what was interrupted
    raise KeyboardInterrupt


@contextmanager
def to_us_alone() -> Iterator[None]:
    """The terminal's Ctrl-C reaches this process and what it starts, but not `make`, which would end by it: exit 130.

    So does Ctrl-Z, and is ignored, here and by what this process starts: there is no shell above us that would let us,
    or an emulator put to sleep, go on. Nothing happens without a terminal, in the background, or where a shell gave us
    a process group of our own.
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
            with suppress(OSError):  # the terminal, or everybody above, may be gone
                os.tcsetpgrp(terminal, above)
            with suppress(OSError):
                os.setpgid(0, above)
    finally:
        os.close(terminal)
