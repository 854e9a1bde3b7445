"""What AWS does with the functions, in simulated time: a stream, a queue and a schedule, each of them at least once and
in any order, and a function that dies of a power cut or of old age."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

from safelight.adapters.dynamodb import rows
from safelight.channels import outbox
from safelight.domain.alert import AlertId
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.usecases.relay_alerts import relay_alerts
from tests.faults.power import PowerCutError
from tests.faults.trouble import HAND_OVER, Kind, Tally, Trouble, Wire
from tests.usecases.world import MAX_RECEIVES, VISIBILITY, World

STREAM_DELAY = timedelta(seconds=0.3)
QUEUE_DELAY = timedelta(seconds=0.1)
MINUTE = timedelta(minutes=1)
RELAY_LIVES = ALERT_LIVES = timedelta(seconds=15)
ANSWER_LIVES = HOLD_LIVES = timedelta(seconds=20)
SWEEP_LIVES = timedelta(seconds=50)
"""Timeouts of template.yaml."""
STREAM_TRIES = 6
HOLD_TRIES = 3
DEEPEST = 3
"""Invocations that wait for one another: more would only make runs longer."""


@dataclass
class Platform:
    """One insurer's account. `sweeper` False: the schedule does not run at all, and each alert's own deadline must do.

    Of whichever of the two a run depends on, one in five minutes may fail or be late, as DEADLINE of domain/alert.py
    allows for; everything else may fail whenever trouble is due.
    """

    tally: Tally = field(default_factory=Tally)
    first_sweep_s: int = 37
    sweeper: bool = True
    written: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.world = World()
        self.wire = Wire(self.world.clock, self.tally, self._meanwhile, self._spared, self.written)
        self.world.through = self.wire.through
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._relayed = 0
        self._deadlines: set[AlertId] = set()
        self._depth = 0
        self._needed = False
        self._missed_at: datetime | None = None
        self.dead_letters: list[AlertId] = []
        self._at(self.world.clock.now() + timedelta(seconds=self.first_sweep_s), self._minute)

    def call(self, what: Callable[[], Any], lives: timedelta = ANSWER_LIVES) -> Any:
        """One invocation. None when it died."""
        self.wire.lives_until.append(self.world.clock.now() + lives)
        self._depth += 1
        try:
            return what()
        except PowerCutError:
            return None
        finally:
            self._depth -= 1
            self.wire.lives_until.pop()
            self._hand_over()

    def pass_time(self, seconds: float) -> None:
        clock = self.world.clock
        end = clock.now() + timedelta(seconds=seconds)
        while self._due and self._due[0][0] <= end:
            at, _, happens = heappop(self._due)
            clock.move(max(at - clock.now(), timedelta()))
            happens()
        clock.move(max(end - clock.now(), timedelta()))

    def _meanwhile(self, seconds: float) -> None:
        if self._depth < DEEPEST:
            needed, self._needed = self._needed, False
            self.pass_time(seconds)
            self._needed = needed
        else:
            self.world.clock.move(seconds=seconds)

    def _spared(self, step: str, trouble: Trouble) -> bool:
        """Trouble that keeps a sweep from its work, or makes it late. Without a sweeper: a deadline's."""
        if step in ("stream", "queue") or (step in ("schedule", "deadline") and trouble.kind is Kind.DUPLICATE):
            return False
        if not self.sweeper and step in ("FakeDeadlines.set", "FakeQueue.put"):
            return trouble.lasts_s > 0 or trouble.kind is Kind.THROTTLE
        if not self._needed and step != ("schedule" if self.sweeper else "deadline"):
            return False
        now = self.world.clock.now()
        if trouble.lasts_s or (self._missed_at is not None and now - self._missed_at < 6 * MINUTE):
            return True
        self._missed_at = now
        return False

    def _at(self, moment: datetime, happens: Callable[[], None]) -> None:
        heappush(self._due, (moment, next(self._numbers), happens))

    def _deliver(self, step: str, after: timedelta, happens: Callable[[], None]) -> None:
        """At least once, and perhaps behind what comes later."""
        now = self.world.clock.now()
        trouble = self.wire.next_for(step, HAND_OVER.__contains__)
        late = timedelta(seconds=trouble.seconds) if trouble else timedelta()
        if trouble is None or trouble.kind is Kind.DUPLICATE:
            self._at(now + after, happens)
        if trouble is not None:
            self._at(now + after + late, happens)

    # What runs by itself

    def _hand_over(self) -> None:
        """New alerts are in the stream, and what was put into the queue is in it."""
        store, queue = self.world.store, self.world.queue
        for alert in list(store.alerts.values())[self._relayed :]:
            self._relayed += 1
            image = {"dynamodb": {"NewImage": rows.alert_item(alert), "SequenceNumber": "1"}}
            self._deliver("stream", STREAM_DELAY, lambda image=image: self._relay(image, 1))  # type: ignore[misc]
        due = self.world.deadlines.due
        for alert_id in due.keys() - self._deadlines:
            self._deadlines.add(alert_id)
            after = due[alert_id] - self.world.clock.now()
            self._deliver("deadline", after, lambda alert_id=alert_id: self._hold(alert_id, 1))  # type: ignore[misc]
        for alert_id in queue.take():
            self._deliver("queue", QUEUE_DELAY, lambda alert_id=alert_id: self._receive(alert_id, [0]))  # type: ignore[misc]

    def _relay(self, image: Any, tries: int) -> None:
        world, through = self.world, self.world.through
        put = partial(
            relay_alerts,
            queue=through(world.queue),
            deadlines=through(world.deadlines),
            clock=world.clock,
            telemetry=world.telemetry,
        )
        done = self.call(lambda: outbox.relay({"Records": [image]}, put), RELAY_LIVES)
        if (done is None or done["batchItemFailures"]) and tries < STREAM_TRIES:
            self._at(self.world.clock.now() + timedelta(seconds=2**tries), lambda: self._relay(image, tries + 1))

    def _receive(self, alert_id: AlertId, receives: list[int]) -> None:
        if receives[0] == MAX_RECEIVES:
            self.dead_letters.append(alert_id)
            return
        receives[0] += 1
        again = self.world.clock.now() + VISIBILITY
        record = {"messageId": "m-1", "body": f'{{"alert_id": "{alert_id}"}}'}
        done = self.call(
            lambda: outbox.deliver({"Records": [record]}, self.world.send, self.world.telemetry), ALERT_LIVES
        )
        if done is None or done["batchItemFailures"]:
            self._at(again, lambda: self._receive(alert_id, receives))

    def _minute(self) -> None:
        self._at(self.world.clock.now() + MINUTE, self._minute)
        if self.sweeper:
            self._deliver("schedule", timedelta(), self._sweep)

    def _sweep(self) -> None:
        if self._depth >= DEEPEST:
            self._at(self.world.clock.now() + timedelta(seconds=1), self._sweep)
            return
        self._see_to(self.world.sweep, SWEEP_LIVES, needed=self.sweeper)

    def _hold(self, alert_id: AlertId, tries: int) -> None:
        done = self._see_to(lambda: self.world.hold_deadline(alert_id), HOLD_LIVES, needed=not self.sweeper)
        if not done and tries < HOLD_TRIES:
            self._at(self.world.clock.now() + MINUTE, lambda: self._hold(alert_id, tries + 1))

    def _see_to(self, what: Callable[[], object], lives: timedelta, *, needed: bool) -> bool:
        """False when it failed or died."""
        before, self._needed = self._needed, needed
        try:
            return self.call(lambda: (what(),), lives) is not None
        except (RetryableError, GaveUpError):
            return False
        finally:
            self._needed = before
