"""A linear model and shallow trees, averaged: what a tabular expert is when it must run inside a graph.

With a few hundred scams a linear model of each column in three shapes (itself, its logarithm, itself levelling off) and
slow boosting of trees of four leaves rank about as well, and err on different requests: the mean of their log-odds
ranks better than either, and better than trees that start from the line. Both hold the signs that the domain knows. The
sum stays exact in ONNX and falls apart into reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from models.train.ridge import logistic

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WIDEST = 8.0
"""Standard deviations beyond which a value says no more."""
PENALTY = 0.3
"""Ridge of the linear part, in nats per squared coefficient; columns are standardised."""
OF_TREES = 0.5
"""Share of the log-odds that the trees say, where there are any; the line says the rest."""
TREES = 400
TREES_OF_A_PART = 100
"""For an expert beside others, of which one knows all columns."""
REACH = 14.0
"""Learning rate x trees."""
LARGEST_LEAST_LEAF = 200
ROWS_A_LEAF = 500
"""A leaf holds at least one row in so many, up to LARGEST_LEAST_LEAF."""
LEVELLING_OFF = 0.75
"""Quantile of a column's size, where it is not 0, at which its third shape has risen half way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How columns are put on one scale, over known values.

    `lowest`, `highest` and `half` have shape (columns,): the values beyond which nothing more is said, and where the
    levelling shape is half way up; `mean` and `deviation` (3, columns) are of the three shapes.
    """

    lowest: Floats
    highest: Floats
    half: Floats
    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, x: Floats, weight: Doubles) -> "Scale":
        """From training rows (N, columns), NaN where missing. A constant or empty column is scaled to 0."""
        count = x.shape[1]
        lowest, highest, half = np.zeros(count, np.float32), np.zeros(count, np.float32), np.ones(count, np.float32)
        mean, deviation = np.zeros((3, count)), np.full((3, count), np.inf)
        for column in range(count):
            seen = ~np.isnan(x[:, column])
            known, share = x[seen, column], weight[seen]
            if len(known):
                middle, spread = _moments(known, share)
                lowest[column], highest[column] = middle - WIDEST * spread, middle + WIDEST * spread
                known = np.clip(known, lowest[column], highest[column])
                some = known != 0
                if some.any():
                    half[column] = np.quantile(
                        np.abs(known[some]), LEVELLING_OFF, weights=share[some], method="inverted_cdf"
                    )
                for number, shape in enumerate(shapes(known, half[column])):
                    mean[number, column], spread = _moments(shape, share)
                    if spread > 1e-6 * max(1.0, abs(mean[number, column])):
                        deviation[number, column] = spread
        return cls(
            lowest=lowest,
            highest=highest,
            half=half,
            mean=mean.astype(np.float32),
            deviation=deviation.astype(np.float32),
        )

    def of_columns(self, places: npt.NDArray[np.int64]) -> "Scale":
        """The same for some of the columns."""
        return Scale(
            lowest=self.lowest[places],
            highest=self.highest[places],
            half=self.half[places],
            mean=self.mean[:, places],
            deviation=self.deviation[:, places],
        )

    def design(self, x: Floats) -> Floats:
        """(N, 4 x columns) float32: three scaled shapes, 0 where missing, then 1 where missing. As the graph does."""
        missing = np.isnan(x)
        known = np.clip(np.where(missing, self.mean[0], x), self.lowest, self.highest)
        views = [
            np.where(missing, np.float32(0), (shape - self.mean[n]) / self.deviation[n])
            for n, shape in enumerate(shapes(known, self.half))
        ]
        return np.hstack([*views, missing]).astype(np.float32, copy=False)


def _moments(values: npt.NDArray[Any], weight: Doubles) -> tuple[float, float]:
    """Weighted mean and standard deviation."""
    wide = values.astype(np.float64)
    mean = np.average(wide, weights=weight)
    return float(mean), float(np.sqrt(np.average((wide - mean) ** 2, weights=weight)))


def shapes(x: Floats, half: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """x, log(1 + x) where x is above 0, and x / (|x| + half): none falls when x rises."""
    return x, np.log(1 + np.maximum(x, 0)), x / (np.abs(x) + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedTrees:
    """`coefficients` (4 x columns,), in the order of `Scale.design`, and `intercept` make the line's share of the
    log-odds; of the trees' values OF_TREES counts. No `trees` where data were too few.
    """

    scale: Scale
    coefficients: Doubles
    intercept: float
    trees: lgb.Booster | None

    def linear(self, x: Floats) -> Doubles:
        """The linear part, shape (N,): all of the log-odds without trees, a share of them beside trees."""
        out: Doubles = self.scale.design(x) @ self.coefficients + self.intercept
        return out

    def log_odds(self, x: Floats) -> Doubles:
        """Shape (N,)."""
        if self.trees is None:
            return self.linear(x)
        raw = self.trees.predict(x.astype(np.float64), raw_score=True, num_threads=1)
        out: Doubles = self.linear(x) + OF_TREES * np.asarray(raw)
        return out


def fit(
    x: Floats,
    y: Flags,
    weight: Doubles,
    rises: Sequence[int],
    seed: int,
    *,
    scale: Scale | None = None,
    kept: Sequence[float] | None = None,
    trees: int = TREES,
) -> GuidedTrees:
    """`x` (N, columns), NaN where missing; `rises` +1, -1 or 0 a column, the sign that both parts hold.

    `kept` is the share of each column's linear weight that stays, 1 without it; the gain of the trees' splits counts by
    the same share. Deterministic under `seed`; one thread. `trees` 0 leaves the linear part alone.
    """
    scale = scale or Scale.of(x, weight)
    design = scale.design(x).astype(np.float64)
    signs = [*rises] * 3 + [0] * len(rises)
    coefficients, intercept = logistic(design, y, weight, np.full(design.shape[1], PENALTY), signs)
    left = np.ones(len(rises)) if kept is None else np.asarray(kept, dtype=np.float64)
    tempered = coefficients * np.tile(left, len(coefficients) // len(left))
    if trees == 0:
        return GuidedTrees(scale=scale, coefficients=tempered, intercept=intercept, trees=None)
    start = float(np.log(weight[y].sum() / weight[~y].sum()))
    data = lgb.Dataset(
        x.astype(np.float64), label=y.astype(np.float64), weight=weight, init_score=np.full(len(y), start)
    )
    parameters = {**_parameters(rises, seed, len(y)), "learning_rate": REACH / trees, "feature_contri": left.tolist()}
    of_line = 1 - OF_TREES
    return GuidedTrees(
        scale=scale,
        coefficients=of_line * tempered,
        intercept=of_line * intercept + OF_TREES * start,
        trees=lgb.train(parameters, data, num_boost_round=trees),
    )


def _parameters(rises: Sequence[int], seed: int, rows: int) -> dict[str, Any]:
    """LightGBM settings. One thread, row-wise and `deterministic`: the same rows give the same bytes."""
    return {
        "objective": "binary",
        "boost_from_average": False,
        "num_leaves": 4,
        "min_data_in_leaf": max(1, min(LARGEST_LEAST_LEAF, rows // ROWS_A_LEAF)),
        "lambda_l2": 0.3,
        "feature_fraction": 0.5,
        "max_bin": 127,
        "monotone_constraints": list(rises),
        "monotone_constraints_method": "advanced",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
