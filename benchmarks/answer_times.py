"""How long each channel's function takes to answer, beside the HTTP one: `handler(event, context)` in this process.

The same customer asks for the same loan and answers the same questions through each channel in turn, over and over.
Everything is real but AWS and LINE, which are stand-ins on loopback in this process: their time is in every figure.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import NamedTuple

from benchmarks import channels
from benchmarks.in_process import Handlers, functions
from benchmarks.kept_aws import KeptAws
from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError
from benchmarks.timing import Took, percentile, silent, took
from benchmarks.warm_decision import MODEL

OPENING, ANSWERING, SIGNAL = "opens a case", "answers a question", "takes signals"
WARMING = 20
"""Conversations through each channel that are not counted."""


class AnswerTime(NamedTuple):
    """`number` turns of one kind through one channel. Milliseconds by the clock on the wall; `cpu_ms` is the median of
    this thread's processor time, which neither the stand-ins nor others' jobs are in. `to_http` compares the median
    with HTTP's of the same kind, a delivery of signals with HTTP's opening of a case."""

    channel: str
    turn: str
    number: int
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    to_http: float


def measure(conversations: int) -> list[AnswerTime]:
    """Raises BenchmarkError when a turn does not do what it is measured for."""
    taken: dict[tuple[str, str], list[Took]] = defaultdict(list)
    with KeptAws() as aws, functions(aws.settings(MODEL)) as handlers, silent():
        channels.link_line(aws, handlers)
        for number in range(-WARMING, conversations):
            for name, speaker in channels.SPEAKERS.items():
                aws.begin_again()
                found = _conversation(speaker(number + WARMING, aws), handlers, aws)
                if number >= 0:
                    taken[name, OPENING].append(found[0])
                    taken[name, ANSWERING] += found[1:]
            turn = channels.signals(number + WARMING)
            said, time = _timed(turn, handlers)
            if not channels.kept(said):
                raise BenchmarkError(f"the signals were not kept: {said}")
            if number >= 0:
                taken["session", SIGNAL].append(time)
            if number % 100 == 0:
                say(f"answer times: {number} of {conversations} conversations")
    return [_summed(name, turn, times, taken) for (name, turn), times in taken.items()]


def _conversation(speaker: channels.Speaker, handlers: Handlers, aws: KeptAws) -> list[Took]:
    """What each turn took, the opening first. Every one must have moved the case."""
    *before, opening = speaker.opens()
    for one in before:
        _timed(one, handlers)
    turn: channels.Turn | None = opening
    found: list[Took] = []
    while turn is not None:
        moved = aws.moves
        said, time = _timed(turn, handlers)
        if aws.moves <= moved:
            raise BenchmarkError(f"{turn.function} left the case as it was: {said}")
        found.append(time)
        turn = speaker.answers(said)
    if len(found) < 2:
        raise BenchmarkError("nothing was asked")
    return found


def _timed(turn: channels.Turn, handlers: Handlers) -> tuple[channels.Answer, Took]:
    function = handlers(turn.function)
    said: list[channels.Answer] = []
    time = took(lambda: said.append(function(turn.event, None)))
    return said[0], time


def _summed(name: str, turn: str, times: list[Took], taken: dict[tuple[str, str], list[Took]]) -> AnswerTime:
    wall = [time.wall / 1000 for time in times]
    reference = taken[channels.REFERENCE, OPENING if turn is SIGNAL else turn]
    return AnswerTime(
        channel=name,
        turn=turn,
        number=len(times),
        p50_ms=percentile(wall, 0.5),
        p99_ms=percentile(wall, 0.99),
        cpu_ms=median(time.cpu for time in times) / 1000,
        to_http=percentile(wall, 0.5) / (percentile([time.wall for time in reference], 0.5) / 1000),
    )
