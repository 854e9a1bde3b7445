"""Faults that a test switches on: fail before anything happened, or after all of it did."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from safelight.domain.errors import RetryableError

ANY = "*"


@dataclass
class _Fault:
    operation: str
    error: Exception
    done_first: bool
    left: int


@dataclass
class Faults:
    """`fail("commit")` makes the next commit raise. Operations are named after the ports' methods."""

    armed: list[_Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def fail(
        self, operation: str = ANY, *, error: Exception | None = None, done_first: bool = False, times: int = 1
    ) -> None:
        """`done_first`: the answer is lost, not the work, as when a call times out on the way back."""
        self.armed.append(_Fault(operation, error or RetryableError("fault switched on"), done_first, times))

    def fail_always(self, operation: str = ANY, *, error: Exception | None = None) -> None:
        self.fail(operation, error=error, times=1_000_000)

    def clear(self) -> None:
        self.armed.clear()

    @contextmanager
    def around(self, operation: str) -> Iterator[None]:
        self.calls.append(operation)
        fault = next((f for f in self.armed if f.left > 0 and f.operation in (ANY, operation)), None)
        if fault is not None:
            fault.left -= 1
            if not fault.done_first:
                raise fault.error
        yield
        if fault is not None:
            raise fault.error
