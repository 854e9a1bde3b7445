"""When and how often a message may go out: what the insurer decides."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

TAIPEI = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `begins` until `ends`, in Taipei; over midnight where it ends before it begins."""

    begins: time
    ends: time

    def holds(self, now: datetime) -> bool:
        at = now.astimezone(TAIPEI).time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    @classmethod
    def parse(cls, written: str) -> "QuietHours | None":
        """`23:00-07:00`; None for nothing. Raises ValueError for anything else."""
        if not written:
            return None
        begins, _, ends = written.partition("-")
        return cls(begins=time.fromisoformat(begins), ends=time.fromisoformat(ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """`quiet` is when contacts are not told of a request: staff are. `a_day` bounds the messages of each kind to one
    number, whoever is behind them; `cases_an_hour` those about requests, `others_an_hour` the rest, which anybody who
    can log in can cause (SMS pumping): those with a code, and notices of change, each by itself."""

    quiet: QuietHours | None = None
    a_day: int = 12
    cases_an_hour: int = 600
    others_an_hour: int = 300
