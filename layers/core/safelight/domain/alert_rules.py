"""When and how often a message may go out: what the insurer decides."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

TAIPEI = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LONGEST_OWN = timedelta(hours=10)
"""A contact who may hardly ever be told is none: whoever guides the policyholder could see to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `begins` until `ends`, in Taipei; over midnight where it ends before it begins, never where both are one."""

    begins: time
    ends: time

    def holds(self, now: datetime) -> bool:
        at = now.astimezone(TAIPEI).time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    @property
    def length(self) -> timedelta:
        begins, ends = (timedelta(hours=at.hour, minutes=at.minute) for at in (self.begins, self.ends))
        return (ends - begins) % DAY

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

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
