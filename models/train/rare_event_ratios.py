"""Ratios of two columns, where they tell more than either: an amount over what this customer usually moves.

A tree cuts one column at a time, so the line between "much for him" and "much" costs it a positive a step; with sixty
positives it stops after the first. One cut of the ratio says the same. Which ratios are worth a column is asked of a
small booster that sees all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from models.train.rare_event_columns import Doubles, Views, log
from models.train.rare_event_members import Flags, boosting

KEPT = 8
"""Ratios that members see."""
WEIGHED = 435
"""Ratios that are tried: all of 30 columns; of more columns, the ratios of those that move together most."""
LEAST_DISTINCT = 20
"""Different values from which a column without negative ones is a size that can be divided."""
ROUNDS = 40
LEAST_NEGATIVES, NEGATIVES_A_POSITIVE = 5_000, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """`pairs` are places of columns in the trees' view; `mean` and `scale` are of their ratios' logarithms."""

    pairs: tuple[tuple[int, int], ...]
    mean: Doubles
    scale: Doubles

    def beside(self, views: Views) -> Views:
        """Both views with the logarithms of the ratios as further columns."""
        if not self.pairs:
            return views
        found = _of(views.trees, self.pairs)
        return Views(
            trees=np.hstack([views.trees, found]),
            linear=np.hstack([views.linear, np.nan_to_num((found - self.mean) / self.scale)]),
        )


NONE = Ratios(pairs=(), mean=np.empty(0), scale=np.empty(0))


def ratios(views: Views, y: Flags, weight: Doubles, seed: int) -> Ratios:
    """The ratios that a booster gained most from, `KEPT` at most, on all positives and some negatives."""
    rng = np.random.default_rng(seed)
    positives, negatives = np.flatnonzero(y), np.flatnonzero(~y)
    some = min(len(negatives), max(LEAST_NEGATIVES, NEGATIVES_A_POSITIVE * len(positives)))
    rows = np.concatenate([positives, rng.choice(negatives, some, replace=False)])
    share = np.where(y[rows], 1.0, len(negatives) / some) * weight[rows]
    x = views.trees[rows]
    pairs = _together(x, [at for at in range(x.shape[1]) if _divides(views.trees[:, at])])
    if pairs:
        settings = boosting(seed) | {"lambda_l2": 1.0, "max_bin": 255, "feature_fraction": 0.5}
        tried = lgb.Dataset(np.hstack([x, _of(x, pairs)]), label=y[rows].astype(np.float64), weight=share)
        gain = lgb.train(settings, tried, num_boost_round=ROUNDS).feature_importance("gain")[x.shape[1] :]
        best = np.argsort(-gain, kind="stable")[:KEPT]
        pairs = [pairs[at] for at in best if gain[at] > 0]
    found = _of(x, pairs)
    scale = np.nanstd(found, axis=0)
    return Ratios(pairs=tuple(pairs), mean=np.nanmean(found, axis=0), scale=np.where(scale > 0, scale, 1.0))


def _divides(values: Doubles) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and bool(known.min() >= 0) and len(np.unique(known)) >= LEAST_DISTINCT


def _together(x: Doubles, columns: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of columns, at most `WEIGHED`: those whose logarithms correlate most."""
    alike = np.nan_to_num(pd.DataFrame(log(x[:, columns])).corr().to_numpy(dtype=np.float64), nan=-1.0)
    one, other = np.triu_indices(len(columns), 1)
    most = np.sort(np.argsort(-alike[one, other], kind="stable")[:WEIGHED])
    return [(columns[one[at]], columns[other[at]]) for at in most]


def _of(x: Doubles, pairs: Sequence[tuple[int, int]]) -> Doubles:
    """log((1 + a) / (1 + b)) of each pair, shape (N, pairs); NaN where either is missing. Below 1 it is about a - b."""
    logs = log(x)
    above, below = [one for one, _ in pairs], [other for _, other in pairs]
    return logs[:, above] - logs[:, below]
