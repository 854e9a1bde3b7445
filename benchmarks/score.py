"""One score with stacker, calibration and reasons, over the same experts' trees asked one row at a time by LightGBM.

The graph answers more (the linear parts, reasons, one probability) and is measured as serving calls it, Python around
it included.
"""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

import lightgbm as lgb
import numpy as np

from benchmarks.progress import say
from benchmarks.timing import Took, percentile, took
from models.conversation.score import loaded
from models.export.artifact import CURRENT, EXPERTS
from models.simulate.book import BookPlan
from models.simulate.table import Doubles, simulate
from models.train import experts as expert_models
from models.train.expert_ensemble import TOGETHER
from safelight.adapters import onnx_model
from safelight.features.contract import SLICES

SEED = 4242
WARMING = 200
BLOCK = 1_000
"""Rows that one scores before the other has its turn: so many that the first few, on cold caches, are under 1 %."""


class Scores(NamedTuple):
    """Microseconds of processor time: a p99 on the wall is the scheduler's when others use the machine.

    Each is the median over the rounds; a ratio that of the rounds' ratios, `wall_ratio_p99` by the clock on the wall.
    """

    lightgbm_p99_us: float
    graph_p99_us: float
    ratio_p50: float
    ratio_p99: float
    wall_ratio_p99: float


def measure(rows: int, rounds: int) -> Scores:
    """`rows` requests of a synthetic book that the model never saw, each scored by both, in blocks by turns."""
    plan = BookPlan(requests_a_year=max(500, 2 * rows), years=1.0, seed=SEED)
    x = simulate(plan, words=loaded(None)[0], processes=1, progress=False).x[: rows + WARMING]
    model = onnx_model.load(CURRENT)
    trees = {name: expert.trees for name, expert in expert_models.load(EXPERTS).items()}
    places = {**{m.value: part for m, part in SLICES.items()}, TOGETHER: slice(None)}
    vectors = [tuple(float(value) for value in row) for row in x]
    parts = [
        [(trees[name], np.ascontiguousarray(row[None, part], dtype=np.float64)) for name, part in places.items()]
        for row in x
    ]
    pairs: list[tuple[list[Took], list[Took]]] = []
    for number in range(rounds):
        theirs, ours = [], []
        for first in range(0, len(vectors), BLOCK):
            theirs += [took(_one_by_one, views) for views in parts[first : first + BLOCK]]
            ours += [took(model.score, vector) for vector in vectors[first : first + BLOCK]]
        pairs.append((theirs[WARMING:], ours[WARMING:]))
        say(f"score {number + 1}/{rounds}: p99 {_cpu(ours, 0.99):.0f} µs over {_cpu(theirs, 0.99):.0f} µs")
    return Scores(
        lightgbm_p99_us=median(_cpu(theirs, 0.99) for theirs, _ in pairs),
        graph_p99_us=median(_cpu(ours, 0.99) for _, ours in pairs),
        ratio_p50=median(_cpu(ours, 0.5) / _cpu(theirs, 0.5) for theirs, ours in pairs),
        ratio_p99=median(_cpu(ours, 0.99) / _cpu(theirs, 0.99) for theirs, ours in pairs),
        wall_ratio_p99=median(_wall(ours, 0.99) / _wall(theirs, 0.99) for theirs, ours in pairs),
    )


def _one_by_one(views: list[tuple[lgb.Booster, Doubles]]) -> None:
    for booster, row in views:
        booster.predict(row, raw_score=True, num_threads=1)


def _cpu(times: list[Took], share: float) -> float:
    return percentile([time.cpu for time in times], share)


def _wall(times: list[Took], share: float) -> float:
    return percentile([time.wall for time in times], share)
