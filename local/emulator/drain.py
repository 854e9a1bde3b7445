"""Gap: after an invocation that logs nothing, the emulator waits 50 ms for a line that never comes.

That hides the stack's own latency. 3 ms is enough for a worker that wrote its line before its result.
"""

from __future__ import annotations

from ministack.core import lambda_runtime

# Seconds: wait for a first line, silence that ends the log, cap.
FIRST_LINE, IDLE, CAP = 0.003, 0.003, 0.250


def apply() -> None:
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (FIRST_LINE, IDLE, CAP)
