"""From the spawn of awslambdaric to the first answer: the scoring function over a bare Powertools handler.

The whole first decision runs: facts read, graph run, transaction written, 201. AWS is a canned stand-in on loopback.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median
from typing import Any, NamedTuple

from benchmarks import channels, opt, ordinary_request
from benchmarks.aws_stand_in import AwsStandIn
from benchmarks.in_process import functions
from benchmarks.kept_aws import KeptAws
from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError, ColdStart, Environment, cold_start
from benchmarks.timing import silent

CALLS_OF_A_DECISION = {"GetSecretValue": 1, "Query": 3, "TransactWriteItems": 1}


class ColdStarts(NamedTuple):
    """Milliseconds are medians, ratios medians of the ratios of neighbouring runs."""

    bare_ms: float
    scoring_ms: float
    ratio: float
    ready_ratio: float
    cpu_ratio: float
    quartiles: tuple[float, float]
    """Lower and upper of the ratio."""


def measure(rounds: int, core: int | None = None) -> ColdStarts:
    """Bare and scoring in turn, `rounds` pairs after one that warms the disk cache. `core`: both on that one alone."""
    event = json.dumps(ordinary_request.event("cold-1")).encode()
    pairs: list[tuple[ColdStart, ColdStart]] = []
    with opt.layers() as folder, AwsStandIn() as aws:
        bare, scoring = opt.bare(folder), opt.scoring(folder, aws.endpoint)
        for number in range(rounds + 1):
            aws.calls.clear()
            pair = (_one(bare, event, core), _one(scoring, event, core))
            if dict(aws.calls) != CALLS_OF_A_DECISION:
                raise BenchmarkError(f"the decision made other calls than it should: {dict(aws.calls)}")
            if number:
                pairs.append(pair)
                say(f"cold start {number}/{rounds}: {pair[1].answered:.0f} ms over {pair[0].answered:.0f} ms")
    ratios = sorted(b.answered / a.answered for a, b in pairs)
    return ColdStarts(
        bare_ms=median(a.answered for a, _ in pairs),
        scoring_ms=median(b.answered for _, b in pairs),
        ratio=median(ratios),
        ready_ratio=median(b.ready / a.ready for a, b in pairs),
        cpu_ratio=median(b.cpu / a.cpu for a, b in pairs),
        quartiles=(ratios[len(ratios) // 4], ratios[(3 * len(ratios)) // 4]),
    )


class ChannelStart(NamedTuple):
    """Of one function. Milliseconds are medians, `ratio` the median of those to the bare handler just before."""

    function: str
    ms: float
    ratio: float
    cpu_ratio: float
    quartiles: tuple[float, float]
    """Lower and upper of the ratio."""


def measure_channels(rounds: int) -> list[ChannelStart]:
    """The first answer of each channel's function, a whole decision; of signals, that they are stored. What goes before
    the decision, as on the phone, was answered by another environment.

    Each follows a bare handler of its own; a round of all goes before, which warms the disk cache. AWS and LINE are the
    stand-ins on loopback that keep what they are given.
    """
    bare_event = json.dumps(ordinary_request.event("cold")).encode()
    pairs: dict[str, list[tuple[ColdStart, ColdStart]]] = {}
    with ExitStack() as held:
        folder, aws = held.enter_context(opt.layers()), held.enter_context(KeptAws())
        settings = aws.settings(folder / "model")
        handlers = held.enter_context(functions(settings))
        held.enter_context(silent())
        channels.link_line(aws, handlers)
        bare = opt.bare(folder)
        for number in range(rounds + 1):
            conversations = [speaker(number, aws).opens() for speaker in channels.SPEAKERS.values()]
            for *before, turn in [*conversations, [channels.signals(number)]]:
                aws.begin_again()
                for one in before:
                    handlers(one.function)(one.event, None)
                reference = _one(bare, bare_event, None)
                found = cold_start(opt.function(folder, turn.function, settings), [json.dumps(turn.event).encode()])
                said = json.loads(found.bodies[0])
                if not (channels.kept(said) if turn.function == channels.SESSION else aws.moves):
                    raise BenchmarkError(f"{turn.function} did not do its work: {said}")
                if number:
                    pairs.setdefault(turn.function, []).append((reference, found))
                    say(f"{turn.function} {number}/{rounds}: {found.answered:.0f} ms over {reference.answered:.0f} ms")
    return [_summed(function, of) for function, of in pairs.items()]


def _summed(function: str, pairs: list[tuple[ColdStart, ColdStart]]) -> ChannelStart:
    ratios = sorted(b.answered / a.answered for a, b in pairs)
    return ChannelStart(
        function=function,
        ms=median(b.answered for _, b in pairs),
        ratio=median(ratios),
        cpu_ratio=median(b.cpu / a.cpu for a, b in pairs),
        quartiles=(ratios[len(ratios) // 4], ratios[(3 * len(ratios)) // 4]),
    )


def _one(environment: Environment, event: bytes, core: int | None) -> ColdStart:
    start = cold_start(environment, [event], core)
    check_answer(json.loads(start.bodies[0]))
    return start


def check_answer(answer: Mapping[str, Any]) -> None:
    """Raises BenchmarkError unless it is a 201 that lets the borrower proceed."""
    if answer["statusCode"] != 201 or json.loads(answer["body"])["next_step"] != "proceed":
        raise BenchmarkError(f"not the decision that was to be measured: {answer}")
