"""A decision by a warm function over a warm bare Powertools handler: `handler(event, context)` in this process.

Two figures. `in_process`: everything is real, from the event to the rows' codec, but for the wire: AWS's canned answers
come from a function call. `over_loopback`: the same with the real client, signed requests and sockets, on this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from types import ModuleType
from typing import Any, NamedTuple

from benchmarks import opt, ordinary_request
from benchmarks.aws_stand_in import AwsStandIn
from benchmarks.cold_start import check_answer
from benchmarks.in_process import Handler, started, variables
from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError
from benchmarks.timing import silent, took
from local.machine import ROOT
from safelight.adapters import vault
from safelight.adapters.aws_json import AwsJson
from safelight.adapters.dynamodb import table

FUNCTION = ROOT / "functions" / "assess_request"
MODEL = ROOT / "models" / "registry" / "current"
WARMING = 50
_CLIENTS: tuple[ModuleType, ...] = (table, vault)


class Warm(NamedTuple):
    """Medians in microseconds, the ratio of medians a round, and of those the median."""

    bare_us: float
    decision_us: float
    ratio: float


class _CannedAws:
    """In the place of AwsJson: the answers without the wire."""

    def __init__(self, *_: object) -> None:
        pass

    def call(self, operation: str, payload: Mapping[str, Any], **_: object) -> dict[str, Any]:
        return ordinary_request.answer(operation, payload)


def measure(requests: int, rounds: int) -> tuple[Warm, Warm]:
    """(in_process, over_loopback), each `rounds` times `requests` in turn with the bare handler."""
    with AwsStandIn() as aws, variables(opt.settings(MODEL, aws.endpoint)), silent():
        bare = started(opt.BARE)
        with _client(_CannedAws):
            in_process = started(FUNCTION)
        connected: list[AwsJson] = []

        def connect(*how: Any) -> AwsJson:
            connected.append(AwsJson(*how))
            return connected[-1]

        with _client(connect):
            over_loopback = started(FUNCTION)
        try:
            without_wire = _compare(bare, in_process, requests, rounds)
            if aws.calls:
                raise BenchmarkError("the decision in process used the wire")
            return without_wire, _compare(bare, over_loopback, requests, rounds)
        finally:
            for client in connected:
                client.close()


def _compare(bare: Handler, decision: Handler, requests: int, rounds: int) -> Warm:
    pairs = []
    for number in range(rounds):
        pairs.append((_median_us(bare, requests), _median_us(decision, requests)))
        say(f"warm decision {number + 1}/{rounds}: {pairs[-1][1]:.0f} µs over {pairs[-1][0]:.0f} µs")
    return Warm(median(a for a, _ in pairs), median(b for _, b in pairs), median(b / a for a, b in pairs))


def _median_us(handler: Handler, requests: int) -> float:
    events = [ordinary_request.event(f"warm-{number}") for number in range(WARMING + requests)]
    for event in events[:WARMING]:
        check_answer(handler(event, None))
    return median(took(handler, event, None).wall for event in events[WARMING:])


@contextmanager
def _client(made: Callable[..., object]) -> Iterator[None]:
    """What is wired meanwhile speaks to AWS through what `made` gives, not AwsJson."""
    for module in _CLIENTS:
        module.AwsJson = made  # type: ignore[attr-defined]  # where clients are made
    try:
        yield
    finally:
        for module in _CLIENTS:
            module.AwsJson = AwsJson  # type: ignore[attr-defined]
