"""What nobody foresaw, at the edge of a channel: it is noted and counted, and the channel says its plain words."""

from types import TracebackType
from typing import Self

from safelight.ports import Telemetry


class LastResort:
    """A context that no error leaves. `failed` says afterwards whether there was one.

    For channels without a resolver of their own, as HTTP has one. The error's message is never written down: it may
    hold what a customer typed.
    """

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.failed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        self.failed = True
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        self._telemetry.note("unforeseen", error=kind.__name__, where=where)
        self._telemetry.count("UnforeseenError")
        return True
