"""The members of a rare-event ensemble: each answers with the log-odds of the positive class.

Chosen for erring differently: shallow boosting of exact thresholds, deep trees with random thresholds, deep trees with
searched thresholds, a small neural net, smoothed boosting, a linear model.
"""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from models.train.rare_event_columns import Doubles, Views

Flags = npt.NDArray[np.bool_]

_WIDEST = 1e37
"""scikit-learn's trees take float32."""
ROUNDS = 100
_DOUBT = 3e-4
"""Share of a bag's votes granted to either side, so that its log-odds stay finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booster:
    booster: lgb.Booster

    def log_odds(self, views: Views) -> Doubles:
        return np.asarray(self.booster.predict(views.trees, raw_score=True, num_threads=1), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Trees' probabilities, averaged."""

    trees: tuple[DecisionTreeClassifier, ...]

    def log_odds(self, views: Views) -> Doubles:
        x = _narrow(views.trees)
        share = np.zeros(len(x))
        for tree in self.trees:
            share += tree.predict_proba(x, check_input=False)[:, 1] / len(self.trees)
        out: Doubles = np.log(share + _DOUBT) - np.log(1.0 - share + _DOUBT)
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    net: MLPClassifier

    def log_odds(self, views: Views) -> Doubles:
        held = np.clip(self.net.predict_proba(views.linear)[:, 1], 1e-6, 1 - 1e-6)
        out: Doubles = np.log(held) - np.log1p(-held)
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    coefficients: Doubles
    intercept: float

    def log_odds(self, views: Views) -> Doubles:
        out: Doubles = np.clip(views.linear @ self.coefficients + self.intercept, -15.0, 15.0)
        return out


Member = Booster | Bag | Net | Linear


Fit = Callable[[Views, Flags, Doubles, int], Member]


def booster(views: Views, y: Flags, weight: Doubles, seed: int) -> Booster:
    """Depth 3, every distinct value a threshold, starting at even odds: XGBoost's exact method.

    LightGBM's own (31 leaves, 255 bins, starting at the base rate) finds nothing at 66 positives in 67,000.
    """
    return _boosted(views, y, weight, boosting(seed) | {"lambda_l2": 1.0})


def smooth_booster(views: Views, y: Flags, weight: Doubles, seed: int) -> Booster:
    """The same with ten times the shrinkage, on half the rows and half the columns a tree: for weak signals."""
    changes = {
        "lambda_l2": 10.0,
        "feature_fraction": 0.5,
        "pos_bagging_fraction": 0.999,
        "neg_bagging_fraction": 0.5,
        "bagging_freq": 1,
    }
    return _boosted(views, y, weight, boosting(seed) | changes)


def extra_trees(views: Views, y: Flags, weight: Doubles, seed: int, trees: int) -> Bag:
    """Randomised deep trees (Geurts et al. 2006), each on all positives and 30,000 negatives, weighted back.

    Thresholds are random, so a split looks at all columns, up to 30: with fewer, columns that say nothing cut rare
    positives apart.
    """
    shape = ExtraTreeClassifier(max_features=min(views.trees.shape[1], 30), min_samples_leaf=2)
    return _bag(shape, views, y, weight, seed, trees, max(30_000, 30 * int(y.sum())))


def forest(views: Views, y: Flags, weight: Doubles, seed: int, trees: int) -> Bag:
    """Trees that search for their thresholds, each on all positives and ten negatives a positive, weighted back."""
    shape = DecisionTreeClassifier(max_features=min(math.ceil(views.trees.shape[1] / 2), 10), min_samples_leaf=2)
    return _bag(shape, views, y, weight, seed, trees, max(2_000, 10 * int(y.sum())))


def neural(views: Views, y: Flags, weight: Doubles, seed: int) -> Net:
    """Two small layers, stopped after 20 passes: what it adds is a smooth surface."""
    size = 128 if len(y) < 20_000 else 512
    net = MLPClassifier(
        (32, 16), alpha=1e-3, learning_rate_init=2e-3, batch_size=min(size, len(y)), max_iter=20, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is the regularisation
        return Net(net=net.fit(views.linear, y, sample_weight=weight / weight.mean()))


def linear(views: Views, y: Flags, weight: Doubles, seed: int) -> Linear:
    """Logistic regression on standardised columns, their signed logarithms and indicators of categories."""
    model = LogisticRegression(C=0.1, max_iter=3000, tol=1e-6, random_state=seed)
    model.fit(views.linear, y, sample_weight=weight)
    return Linear(coefficients=model.coef_[0].astype(np.float64), intercept=float(model.intercept_[0]))


def members(trees: int) -> Mapping[str, Fit]:
    """How each member is fitted; the two bags have `trees` trees."""
    return {
        "booster": booster,
        "extra_trees": partial(extra_trees, trees=trees),
        "forest": partial(forest, trees=trees),
        "neural": neural,
        "smooth_booster": smooth_booster,
        "linear": linear,
    }


def _bag(
    shape: DecisionTreeClassifier, views: Views, y: Flags, weight: Doubles, seed: int, count: int, negatives_a_tree: int
) -> Bag:
    rng = np.random.default_rng(seed)
    positives, negatives = np.flatnonzero(y), np.flatnonzero(~y)
    some = min(len(negatives), negatives_a_tree)
    x, trees = _narrow(views.trees), []
    for number in range(count):
        drawn = negatives if some == len(negatives) else rng.choice(negatives, some, replace=False)
        rows = np.concatenate([positives, drawn])
        share = np.where(y[rows], 1.0, len(negatives) / some) * weight[rows]
        trees.append(clone(shape).set_params(random_state=seed + number).fit(x[rows], y[rows], sample_weight=share))
    return Bag(trees=tuple(trees))


def boosting(seed: int) -> dict[str, Any]:
    """LightGBM's settings for exact thresholds, without the penalty of leaves."""
    return {
        "objective": "binary",
        "learning_rate": 0.1,
        "num_leaves": 8,
        "max_depth": 3,
        "max_bin": 2047,
        "min_data_in_bin": 1,
        "min_data_in_leaf": 1,
        "min_sum_hessian_in_leaf": 1.0,
        "boost_from_average": False,
        "feature_pre_filter": False,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def _boosted(views: Views, y: Flags, weight: Doubles, settings: dict[str, Any]) -> Booster:
    rows = lgb.Dataset(views.trees, label=y.astype(np.float64), weight=weight)
    return Booster(booster=lgb.train(settings, rows, num_boost_round=ROUNDS))


def _narrow(x: Doubles) -> npt.NDArray[np.float32]:
    return np.clip(x, -_WIDEST, _WIDEST).astype(np.float32)
