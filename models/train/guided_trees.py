"""A linear model whose errors shallow trees correct: what a tabular expert is when it must run inside a graph.

With a few hundred scams a linear model of each column and its logarithm ranks better than any tree; what it cannot say
(two signs together) is left to trees that start from its log-odds and hold the signs that the domain knows. The linear
part is not held to them: columns that say nearly the same share a weight between them, and forcing each one's sign cost
a fifth of the average precision on a development book. The sum stays exact in ONNX and falls apart into reasons.
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
PENALTY = 1.0
"""Ridge of the linear part, in nats per squared coefficient; columns are standardised."""
TREES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Mean and deviation of each column and of its signed logarithm, over known values. Shapes (2, columns)."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, x: Floats) -> "Scale":
        """From training rows (N, columns), NaN where missing. A constant or empty column is scaled to 0."""
        mean, deviation = np.zeros((2, 2, x.shape[1]))
        for column in range(x.shape[1]):
            known = x[~np.isnan(x[:, column]), column].astype(np.float64)
            if len(known):
                for view, values in enumerate((known, signed_log(known))):
                    mean[view, column], deviation[view, column] = values.mean(), values.std()
        deviation[deviation < 1e-9] = np.inf
        return cls(mean=mean.astype(np.float32), deviation=deviation.astype(np.float32))

    def of_columns(self, places: npt.NDArray[np.int64]) -> "Scale":
        """The same for some of the columns."""
        return Scale(mean=self.mean[:, places], deviation=self.deviation[:, places])

    def design(self, x: Floats) -> Floats:
        """(N, 3 x columns): scaled value, scaled logarithm (0 where missing), and 1 where missing. As the graph does."""
        missing = np.isnan(x)
        views = [
            np.clip((view - self.mean[number]) / self.deviation[number], -WIDEST, WIDEST)
            for number, view in enumerate((x, signed_log(x)))
        ]
        out: Floats = np.hstack([np.where(missing, np.float32(0), view) for view in views] + [missing])
        return out.astype(np.float32, copy=False)


def signed_log(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """sign(x) log(1 + |x|)."""
    out: npt.NDArray[Any] = np.sign(x) * np.log(1 + np.abs(x))
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedTrees:
    """`coefficients` has shape (3 x columns,), in the order of `Scale.design`."""

    scale: Scale
    coefficients: Doubles
    intercept: float
    trees: lgb.Booster

    def linear(self, x: Floats) -> Doubles:
        """The linear part's log-odds, shape (N,)."""
        out: Doubles = self.scale.design(x) @ self.coefficients + self.intercept
        return out

    def log_odds(self, x: Floats) -> Doubles:
        """Shape (N,)."""
        raw: Doubles = self.trees.predict(x.astype(np.float64), raw_score=True, num_threads=1)
        return self.linear(x) + raw


def fit(
    x: Floats,
    y: Flags,
    weight: Doubles,
    rises: Sequence[int],
    seed: int,
    *,
    scale: Scale | None = None,
    penalty: float = PENALTY,
    trees: int = TREES,
) -> GuidedTrees:
    """`x` (N, columns), NaN where missing; `rises` +1, -1 or 0 a column, the sign that the trees hold.

    Deterministic under `seed`; one thread.
    """
    scale = scale or Scale.of(x)
    design = scale.design(x).astype(np.float64)
    coefficients, intercept = logistic(design, y, weight, np.full(design.shape[1], penalty))
    offset = design @ coefficients + intercept
    data = lgb.Dataset(x.astype(np.float64), label=y.astype(np.float64), weight=weight, init_score=offset)
    booster = lgb.train(_parameters(rises, seed), data, num_boost_round=trees)
    return GuidedTrees(scale=scale, coefficients=coefficients, intercept=intercept, trees=booster)


def _parameters(rises: Sequence[int], seed: int) -> dict[str, Any]:
    """LightGBM settings. One thread, row-wise and `deterministic`: the same rows give the same bytes."""
    return {
        "objective": "binary",
        "boost_from_average": False,
        "learning_rate": 0.05,
        "num_leaves": 6,
        "max_depth": 3,
        "min_data_in_leaf": 5,
        "min_sum_hessian_in_leaf": 0.5,
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
        "max_bin": 127,
        "monotone_constraints": list(rises),
        "monotone_constraints_method": "advanced",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
