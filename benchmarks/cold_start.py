"""From the spawn of awslambdaric to the first answer: the scoring function over a bare Powertools handler.

The whole first decision runs: facts read, graph run, transaction written, 201. AWS is a canned stand-in on loopback.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from statistics import median
from typing import Any, NamedTuple

from benchmarks import opt, ordinary_request
from benchmarks.aws_stand_in import AwsStandIn
from benchmarks.progress import say
from benchmarks.runtime_api import BenchmarkError, ColdStart, Environment, cold_start

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


def _one(environment: Environment, event: bytes, core: int | None) -> ColdStart:
    start = cold_start(environment, [event], core)
    check_answer(json.loads(start.bodies[0]))
    return start


def check_answer(answer: Mapping[str, Any]) -> None:
    """Raises BenchmarkError unless it is a 201 that lets the borrower proceed."""
    if answer["statusCode"] != 201 or json.loads(answer["body"])["next_step"] != "proceed":
        raise BenchmarkError(f"not the decision that was to be measured: {answer}")
