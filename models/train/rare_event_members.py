"""The members of a rare-event ensemble: each answers with the log-odds of the positive class.

Chosen for erring differently: shallow boosting of exact thresholds, deep trees with random thresholds, deep trees with
searched thresholds, small neural nets, smoothed boosting, a linear model.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from models.train.rare_event_columns import Doubles, Views

Flags = npt.NDArray[np.bool_]

_WIDEST = 1e37
"""scikit-learn's trees take float32."""
NEGATIVES_A_POSITIVE = 30
NEGATIVES_A_TREE = 30_000
LEAST_NEGATIVES_A_TREE = 2_000
_VOTES = 0.05
"""Votes that a forest is granted for and against, so that its log-odds stay finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosters:
    """Raw scores of several LightGBM boosters, averaged."""

    boosters: tuple[lgb.Booster, ...]

    def log_odds(self, views: Views) -> Doubles:
        scores = [booster.predict(views.trees, raw_score=True, num_threads=1) for booster in self.boosters]
        mean: Doubles = np.mean(scores, axis=0)
        return mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Trees' probabilities, averaged."""

    trees: tuple[DecisionTreeClassifier, ...]

    def log_odds(self, views: Views) -> Doubles:
        x = _narrow(views.trees)
        total = np.zeros(len(x))
        for tree in self.trees:
            total += tree.predict_proba(x, check_input=False)[:, 1]
        votes = total + _VOTES
        out: Doubles = np.log(votes) - np.log(len(self.trees) + 2 * _VOTES - votes)
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Nets:
    """Nets' probabilities, averaged."""

    nets: tuple[MLPClassifier, ...]

    def log_odds(self, views: Views) -> Doubles:
        mean = np.mean([net.predict_proba(views.linear)[:, 1] for net in self.nets], axis=0)
        held = np.clip(mean, 1e-6, 1 - 1e-6)
        out: Doubles = np.log(held) - np.log1p(-held)
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    coefficients: Doubles
    intercept: float

    def log_odds(self, views: Views) -> Doubles:
        out: Doubles = np.clip(views.linear @ self.coefficients + self.intercept, -15.0, 15.0)
        return out


Member = Boosters | Bag | Nets | Linear
Fit = Callable[[Views, Flags, Doubles, int], Member]


def booster(views: Views, y: Flags, weight: Doubles, seed: int) -> Boosters:
    """Depth 3, every distinct value a threshold, starting at even odds: XGBoost's exact method.

    LightGBM's own (31 leaves, 255 bins, starting at the base rate) finds nothing at 66 positives in 67,000.
    """
    return _boosters(views, y, weight, [_boosting(seed) | {"lambda_l2": 1.0}], rounds=100)


def smooth_booster(views: Views, y: Flags, weight: Doubles, seed: int) -> Boosters:
    """The same with ten times the shrinkage, on half the rows and half the columns a tree: for weak signals."""
    changes = {
        "lambda_l2": 10.0,
        "feature_fraction": 0.5,
        "pos_bagging_fraction": 0.999,
        "neg_bagging_fraction": 0.5,
        "bagging_freq": 1,
    }
    return _boosters(views, y, weight, [_boosting(seed + bag) | changes for bag in range(3)], rounds=100)


def extra_trees(views: Views, y: Flags, weight: Doubles, seed: int, trees: int) -> Bag:
    """Randomised deep trees, each on all positives and at least 30,000 negatives (where there are), weighted back."""
    return _bag(ExtraTreeClassifier, views, y, weight, seed, trees, NEGATIVES_A_TREE)


def forest(views: Views, y: Flags, weight: Doubles, seed: int, trees: int) -> Bag:
    """Trees that search for their thresholds, each on all positives and 30 negatives a positive, weighted back."""
    return _bag(DecisionTreeClassifier, views, y, weight, seed, trees, LEAST_NEGATIVES_A_TREE)


def neural(views: Views, y: Flags, weight: Doubles, seed: int) -> Nets:
    """Three nets of one layer of 64, stopped after 20 passes: what they add is a smooth surface."""
    size = 64 if len(y) < 20_000 else 256
    nets = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is the regularisation
        for bag in range(3):
            net = MLPClassifier((64,), alpha=1e-3, batch_size=min(size, len(y)), max_iter=20, random_state=seed + bag)
            nets.append(net.fit(views.linear, y, sample_weight=weight / weight.mean()))
    return Nets(nets=tuple(nets))


def linear(views: Views, y: Flags, weight: Doubles, seed: int) -> Linear:
    """Logistic regression on standardised columns, their signed logarithms and indicators of categories."""
    model = LogisticRegression(C=0.1, max_iter=3000, tol=1e-6, random_state=seed)
    model.fit(views.linear, y, sample_weight=weight)
    return Linear(coefficients=model.coef_[0].astype(np.float64), intercept=float(model.intercept_[0]))


def members(trees: int) -> Mapping[str, Fit]:
    """How each member is fitted; the bags have `trees` trees."""
    return {
        "booster": booster,
        "extra_trees": partial(extra_trees, trees=trees),
        "forest": partial(forest, trees=trees),
        "neural": neural,
        "smooth_booster": smooth_booster,
        "linear": linear,
    }


def _bag(
    kind: type[DecisionTreeClassifier], views: Views, y: Flags, weight: Doubles, seed: int, count: int, least: int
) -> Bag:
    rng = np.random.default_rng(seed)
    positives, negatives = np.flatnonzero(y), np.flatnonzero(~y)
    drawn_a_tree = min(len(negatives), max(least, NEGATIVES_A_POSITIVE * len(positives)))
    x, trees = _narrow(views.trees), []
    for number in range(count):
        drawn = negatives if drawn_a_tree == len(negatives) else rng.choice(negatives, drawn_a_tree, replace=False)
        rows = np.concatenate([positives, drawn])
        share = np.where(y[rows], 1.0, len(negatives) / drawn_a_tree) * weight[rows]
        tree = kind(max_features=0.5, min_samples_leaf=2, random_state=seed + number)
        trees.append(tree.fit(x[rows], y[rows], sample_weight=share))
    return Bag(trees=tuple(trees))


def _boosting(seed: int) -> dict[str, Any]:
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


def _boosters(views: Views, y: Flags, weight: Doubles, settings: list[dict[str, Any]], rounds: int) -> Boosters:
    return Boosters(
        boosters=tuple(
            lgb.train(
                chosen, lgb.Dataset(views.trees, label=y.astype(np.float64), weight=weight), num_boost_round=rounds
            )
            for chosen in settings
        )
    )


def _narrow(x: Doubles) -> npt.NDArray[np.float32]:
    return np.clip(x, -_WIDEST, _WIDEST).astype(np.float32)
