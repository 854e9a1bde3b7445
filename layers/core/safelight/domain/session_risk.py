"""What a session shows before anything is requested, and when to speak up.

A session is a set of registers and marks, so that deliveries may come late, twice or in any order: of each signal the
newest word counts, of each sign the last instant at which it was seen (a join-semilattice; Shapiro et al. 2011,
"Conflict-free replicated data types"). Its risk is a sum: each sign's weight, and what signs say together beyond that.
A sign that stands counts whole; one that has passed or ended counts half after each half-life. Nothing is subtracted,
so that one sign more never makes it less. Every number is assumed and lies in `packs/session.json`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import cache

from safelight.domain.caring import PACKS
from safelight.domain.facts import Context

NIGHT = "night"
_TAIPEI = timezone(timedelta(hours=8))
"""The insurer's own clock says whether it is night: a phone's may be set to anything."""


class Advice(StrEnum):
    """What the app or page does now. `pause`: says the same as `prompt`, and lets nothing be sent for a while."""

    NOTHING = "nothing"
    PROMPT = "prompt"
    PAUSE = "pause"


_RANK = list(Advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """`standing` signs last until they are said to have ended, `passing` ones happen. `least`: from what value on a
    passing one counts. `together`: the signs, and what they add when all are there."""

    half_life_s: float
    standing: dict[str, float]
    passing: dict[str, float]
    least: dict[str, float]
    night: float
    night_hours: tuple[int, int]
    together: tuple[tuple[tuple[str, ...], float], ...]
    at: dict[Advice, float]
    pause_s: int


@cache
def assumed() -> Assumed:
    read = json.loads((PACKS / "session.json").read_text(encoding="utf-8"))
    return Assumed(
        half_life_s=read["half_life_s"],
        standing=read["standing"],
        passing={name: one["weight"] for name, one in read["passing"].items()},
        least={name: one["from"] for name, one in read["passing"].items()},
        night=read["night"]["weight"],
        night_hours=(read["night"]["from_hour"], read["night"]["to_hour"]),
        together=tuple((tuple(one["signs"]), one["weight"]) for one in read["together"]),
        at={Advice.PROMPT: read["prompt_at"], Advice.PAUSE: read["pause_at"]},
        pause_s=read["pause_s"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """`numbers`: of each signal, the number of the delivery whose word counts. `seen_at`: of each sign, when it was
    last seen. `told`: what was advised, and to which delivery. `heard_at`: when the session last said anything."""

    numbers: dict[str, int] = field(default_factory=dict)
    seen_at: dict[str, datetime] = field(default_factory=dict)
    told: dict[Advice, int] = field(default_factory=dict)
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`context` is the newest word on each signal. `version` counts the stored states; 0: nothing is stored."""

    context: Context = Context()  # noqa: RUF009 - it is frozen
    memory: Memory = field(default_factory=Memory)
    version: int = 0

    def next_number(self) -> int:
        """Of a delivery that brought none: it counts as the newest."""
        return 1 + max((*self.memory.numbers.values(), *self.memory.told.values()), default=0)

    def after(self, seen: Context, at: datetime, number: int) -> "Session":
        """The session after one delivery. The same again, or another order, comes to the same."""
        memory, newest = self.memory, {}
        numbers, seen_at = dict(memory.numbers), dict(memory.seen_at)
        for name in Context.__slots__:
            value, before = getattr(seen, name), getattr(self.context, name)
            if value is None:
                continue
            if before is None or (number, value) >= (numbers.get(name, 0), before):
                newest[name], numbers[name] = value, number
            if _is_sign(name, value):
                seen_at[name] = max(at, seen_at.get(name, at))
        heard_at = at if memory.heard_at is None else max(at, memory.heard_at)
        return replace(
            self,
            context=replace(self.context, **newest),
            memory=replace(memory, numbers=numbers, seen_at=seen_at, heard_at=heard_at),
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """`parts` explain `score`: what each sign adds, and each combination, its signs joined by `+`."""

    score: float
    parts: dict[str, float]

    @property
    def advice(self) -> Advice:
        reached = [advice for advice, least in assumed().at.items() if self.score >= least]
        return max(reached, key=_RANK.index, default=Advice.NOTHING)


def risk(session: Session, now: datetime) -> Risk:
    table, there = assumed(), _strengths(session, now)
    weights = {**table.standing, **table.passing, NIGHT: table.night}
    parts = {name: weights[name] * strength for name, strength in there.items()}
    for signs, weight in table.together:
        parts["+".join(signs)] = weight * min(there.get(sign, 0.0) for sign in signs)
    return Risk(score=round(sum(parts.values()), 6), parts={name: part for name, part in parts.items() if part > 0})


def advise(session: Session, number: int, now: datetime) -> tuple[Session, Advice]:
    """What to do after delivery `number`, and the session that remembers it.

    What was advised is not advised again, nor anything milder. The delivery that got it gets it again when it is sent
    again: its answer may have been lost.
    """
    told = session.memory.told
    for advice, to in told.items():
        if to == number:
            return session, advice
    advice = risk(session, now).advice
    if _RANK.index(advice) <= max(map(_RANK.index, told), default=0):
        return session, Advice.NOTHING
    return replace(session, memory=replace(session.memory, told={**told, advice: number})), advice


def _is_sign(name: str, value: float) -> bool:
    table = assumed()
    return (name in table.standing and bool(value)) or (name in table.least and value >= table.least[name])


def _strengths(session: Session, now: datetime) -> dict[str, float]:
    """Of each sign that was ever there, how much of it is left: 1 when it is there now."""
    table, seen_at = assumed(), session.memory.seen_at
    standing = [name for name in table.standing if getattr(session.context, name)]
    left = {name: _left(now - at, table.half_life_s) for name, at in _in_order(seen_at.items())}
    left |= dict.fromkeys(standing, 1.0)
    first, last = table.night_hours
    hour = now.astimezone(_TAIPEI).hour
    return left | ({NIGHT: 1.0} if hour >= first or hour < last else {})


def _left(age: timedelta, half_life_s: float) -> float:
    return float(0.5 ** (max(0.0, age.total_seconds()) / half_life_s))


def _in_order(seen: Iterable[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """The same sum to the last bit, in whatever order the signs came."""
    return sorted(seen)
