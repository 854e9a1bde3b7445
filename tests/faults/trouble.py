"""What can go wrong at any call that goes out through a port, and at any hand-over between functions."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from safelight.domain.alert import Alert, AlertId
from safelight.domain.errors import RetryableError
from safelight.ports import Fate, SmsReceipt
from tests.fakes import FakeAlerts, FakeClock, FakeIds, FakeModels, FakeSms, FakeTelemetry, Store
from tests.faults.power import PowerCutError

INSIDE = (FakeClock, FakeIds, FakeModels, FakeTelemetry)
"""Ports that no call leaves the process through."""
LAG = timedelta(seconds=20)
"""How far behind a stale read may be. DynamoDB names no bound; an index is usually a second behind."""


class Kind(StrEnum):
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    """The world goes on for a while, and then the call, or its caller, does; one that lived too long does not."""
    THROTTLE = "throttle"
    """Refused: surely not done."""
    LOST_ANSWER = "lost_answer"
    """Done, and nobody was told."""
    STALE_READ = "stale_read"
    DUPLICATE = "duplicate"
    REORDER = "reorder"


HAND_OVER = frozenset({Kind.DUPLICATE, Kind.REORDER})
STALE = frozenset({"FakeAlerts.open_since_before", "FakeAlerts.find"})
"""`find` is a consistent read. A function that is held up between its read and its write is as far behind, though."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Comes to the `nth` step that is called `at` and that it can come to; `at` None means any. `seconds` is how long a
    hang, a delay or a lag is. An outage `lasts_s`: every such step meets it till then, but for the sweeper's."""

    kind: Kind
    at: str | None = None
    nth: int = 1
    seconds: int = 0
    lasts_s: int = 0


@dataclass
class Tally:
    """What happened over many runs: `seen` counts each step, `met` each kind of trouble at each step."""

    met: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def steps(self) -> int:
        return self.seen.total()

    @property
    def by_kind(self) -> dict[str, int]:
        found: Counter[str] = Counter({str(kind): 0 for kind in Kind})
        for (_, kind), times in self.met.items():
            found[str(kind)] += times
        return dict(found)


class Wire:
    """Stands between the use cases and every port. `go_on` lets the world run for some seconds; `spared` says of a step
    and a trouble that they may not meet now; `written` is told of whatever may have been written."""

    def __init__(
        self,
        clock: FakeClock,
        tally: Tally,
        go_on: Callable[[float], None],
        spared: Callable[[str, Trouble], bool] = lambda step, trouble: False,
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self.clock = clock
        self.tally = tally
        self.go_on = go_on
        self.spared = spared
        self.written = written
        self.lives_until: list[datetime] = []
        self._coming: list[tuple[Trouble, list[int]]] = []
        self._until: dict[int, datetime] = {}
        self.happened: list[str] = []
        self._ports: dict[int, Any] = {}
        self._past: list[tuple[datetime, dict[AlertId, Alert]]] = []

    def expect(self, troubles: Iterable[Trouble]) -> None:
        self._coming += [(trouble, [trouble.nth]) for trouble in troubles]

    def through(self, port: Any) -> Any:
        if isinstance(port, INSIDE):
            return port
        return self._ports.setdefault(id(port), _Wired(port, self))

    def next_for(self, step: str, fits: Callable[[Kind], bool]) -> Trouble | None:
        """Counts the step, and takes the trouble that comes to it."""
        self.tally.seen[step] += 1
        for waiting in tuple(self._coming):
            trouble, left = waiting
            if trouble.at not in (None, step) or not fits(trouble.kind):
                continue
            left[0] -= 1
            if left[0] > 0 or self.spared(step, trouble):
                continue
            ends = self._until.setdefault(id(waiting), self.clock.now() + timedelta(seconds=trouble.lasts_s))
            if self.clock.now() >= ends:
                self._coming.remove(waiting)
                if trouble.lasts_s:
                    continue
            self.tally.met[step, trouble.kind] += 1
            self.happened.append(f"{self.clock.now():%H:%M:%S} {trouble.kind} at {step}, {trouble.seconds} s")
            return trouble
        return None

    def around(self, step: str, port: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        trouble = self.next_for(step, lambda kind: kind not in HAND_OVER and (kind != Kind.STALE_READ or step in STALE))
        if trouble is None:
            return self._noted(port, call(*args, **kwargs))
        match trouble.kind:
            case Kind.CRASH_BEFORE:
                raise PowerCutError(step)
            case Kind.CRASH_AFTER:
                self._noted(port, call(*args, **kwargs))
                raise PowerCutError(step)
            case Kind.THROTTLE:
                if step.endswith("Sms.send"):
                    return SmsReceipt(fate=Fate.REFUSED, cause="throttled")
                raise RetryableError(f"throttled {step}")
            case Kind.LOST_ANSWER:
                self._noted(port, call(*args, **kwargs))
                if step.endswith("Sms.send"):
                    return SmsReceipt(fate=Fate.UNKNOWN, cause="timeout")
                raise RetryableError(f"no answer to {step}")
            case Kind.STALE_READ:
                return getattr(FakeAlerts(Store(alerts=self._as_of(trouble.seconds))), step.rpartition(".")[2])(*args)
            case Kind.HANG_BEFORE:
                self._wait(trouble.seconds)
                return self._noted(port, call(*args, **kwargs))
            case _:
                answer = self._noted(port, call(*args, **kwargs))
                self._wait(trouble.seconds)
                return answer

    def _wait(self, seconds: int) -> None:
        """Whoever is not back by the end of his life is gone."""
        ends = self.lives_until[-1] if self.lives_until else None
        self.go_on(seconds)
        if ends is not None and self.clock.now() >= ends:
            raise PowerCutError("out of time")

    def _noted(self, port: Any, answer: Any) -> Any:
        store = getattr(port, "store", None)
        if store is not None:
            self.written()
            if not self._past or self._past[-1][1] != store.alerts:
                self._past.append((self.clock.now(), dict(store.alerts)))
        return answer

    def _as_of(self, seconds: int) -> dict[AlertId, Alert]:
        moment = self.clock.now() - min(timedelta(seconds=seconds), LAG)
        return next((alerts for at, alerts in reversed(self._past) if at <= moment), {})


class _Wired:
    def __init__(self, port: Any, wire: Wire) -> None:
        self._port = port
        self._wire = wire
        name = "Sms" if hasattr(port, "inner") or isinstance(port, FakeSms) else type(port).__name__
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found
        step = f"{self._name}.{name}"

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._wire.around(step, self._port, found, args, kwargs)

        self.__dict__[name] = call
        return call
