"""Whole blocks of requests at once, as the nightly screening has them: rows a second, over LightGBM's own.

Ours is the graph with everything in it: linear parts, stacker, calibration, each expert's view and every reason. It is
compared with (a) the same experts' trees alone in LightGBM, which answer no probability and give no reason, and (b) the
same probability by the trainer's own code: the lines in numpy, the trees in LightGBM, the stacker. One thread each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import lightgbm as lgb
import numpy as np
import onnxruntime as ort
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.progress import say
from benchmarks.score import SEED
from benchmarks.timing import took
from models.conversation.score import loaded
from models.export.artifact import CURRENT, EXPERTS
from models.simulate.book import BookPlan
from models.simulate.table import Doubles, Floats, simulate
from models.train import experts as expert_models
from models.train.expert_ensemble import TOGETHER
from models.train.guided_trees import GuidedTrees
from models.train.stacker import Stacker
from safelight.adapters.model_files import GRAPH, MANIFEST
from safelight.features.contract import SLICES

BLOCK = 1_000
"""Rows at a time."""
ALIKE = 2e-6
"""Probabilities of graph and trainer differ by no more: float32 on one side."""


class Batches(NamedTuple):
    """Rows a second of processor time on one thread: medians over rounds, a ratio that of the rounds' ratios."""

    graph: float
    trees: float
    probability: float
    to_trees: float
    to_probability: float


def measure(rows: int, rounds: int) -> Batches:
    """`rows` requests of a synthetic book that the model never saw, in blocks, each way by turns.

    Raises ValueError when graph and trainer do not answer the same probabilities.
    """
    plan = BookPlan(requests_a_year=max(500, 2 * rows), years=1.0, seed=SEED)
    x = simulate(plan, words=loaded(None)[0], processes=1, progress=False).x[:rows]
    blocks = [np.ascontiguousarray(x[place : place + BLOCK]) for place in range(0, len(x), BLOCK)]
    experts = expert_models.load(EXPERTS)
    ways = {"graph": graph(), "trees": trees(experts), "probability": probability(experts, stacker())}
    if not np.allclose(ways["graph"](blocks[0]), ways["probability"](blocks[0]), rtol=0, atol=ALIKE):
        raise ValueError("the graph and the trainer's own code do not answer the same probabilities")
    found: list[dict[str, float]] = []
    with threadpool_limits(1):
        for number in range(rounds):
            spent = dict.fromkeys(ways, 0.0)
            for block in blocks:
                for name, way in ways.items():
                    spent[name] += took(way, block).cpu
            found.append({name: len(x) / microseconds * 1e6 for name, microseconds in spent.items()})
            say(f"batch {number + 1}/{rounds}: " + ", ".join(f"{n} {r:,.0f} rows/s" for n, r in found[-1].items()))
    return Batches(
        graph=median(one["graph"] for one in found),
        trees=median(one["trees"] for one in found),
        probability=median(one["probability"] for one in found),
        to_trees=median(one["graph"] / one["trees"] for one in found),
        to_probability=median(one["graph"] / one["probability"] for one in found),
    )


Way = Callable[[Floats], Doubles]


def graph() -> Way:
    """ONNX Runtime on the shipped graph, all outputs."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession((CURRENT / GRAPH).read_bytes(), options, providers=["CPUExecutionProvider"])

    def run(x: Floats) -> Doubles:
        answers = session.run(None, {modality.value: x[:, part] for modality, part in SLICES.items()})
        out: Doubles = answers[0][:, 0].astype(np.float64)
        return out

    return run


def trees(experts: dict[str, GuidedTrees]) -> Way:
    """Each expert's trees on its own columns; their sum, which nobody needs."""
    own: list[tuple[lgb.Booster, slice]] = [
        (expert.trees, place) for name, place in _places().items() if (expert := experts[name]).trees is not None
    ]

    def run(x: Floats) -> Doubles:
        total = np.zeros(len(x))
        for booster, place in own:
            total += np.asarray(booster.predict(x[:, place], raw_score=True, num_threads=1))
        return total

    return run


def probability(experts: dict[str, GuidedTrees], last: Stacker) -> Way:
    """As training answers: an expert of a modality is silent about rows in which it knows nothing."""

    def run(x: Floats) -> Doubles:
        out = np.full((len(x), len(experts)), np.nan)
        for column, (name, place) in enumerate(_places().items()):
            seen = np.flatnonzero(~np.isnan(x[:, place]).all(axis=1) | (name == TOGETHER))
            if len(seen):
                out[seen, column] = experts[name].log_odds(x[seen, place])
        return last.probability(out)

    return run


def stacker() -> Stacker:
    """The shipped one, from the manifest."""
    told = json.loads((CURRENT / MANIFEST).read_bytes())["stacker"]
    return Stacker(
        bias=told["bias"],
        weights=np.array([told["weights"][name] for name in _places()]),
        presence=np.array([told["presence"][name] for name in _places()]),
        slope=told["calibration"]["slope"],
        intercept=told["calibration"]["intercept"],
    )


def _places() -> dict[str, slice]:
    return {**{modality.value: part for modality, part in SLICES.items()}, TOGETHER: slice(None)}
