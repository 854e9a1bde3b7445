"""What everybody has at hand, tuned: logistic regression, LightGBM, XGBoost and a balanced random forest.

They get the rows, labels and weights that our model gets. Each is tuned on the training window alone: random settings
(Bergstra & Bengio 2012), compared by average precision on consecutive blocks of days, as our experts' out-of-fold
answers are, with the labels known then. All are fitted once, and only the better ones on further blocks (successive
halving: Jamieson & Talwalkar 2016). The best is fitted again on the whole window.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from imblearn.ensemble import BalancedRandomForestClassifier  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from models.evaluate.intervals import Ranking
from models.simulate.table import Doubles, Flags, Floats
from models.train import experts
from models.train.rare_event_folds import inner_folds
from models.train.windows import FOLD_DAYS

TRIALS = 30
BLOCKS = 3
"""Blocks of days; a setting is judged on one by what was fitted on the others."""
GO_ON = 3
"""One in so many settings goes on to the next block."""
_GAP = -999.0
_SIGNS = list(experts.SIGNS)
"""What our experts hold, where a setting says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a model is fitted on. `x` (N, features), `y` labels as known then, `weight` (N,), `day` (N,)."""

    x: Floats
    y: Flags
    weight: Doubles
    day: Doubles

    def take(self, rows: Any) -> "Rows":
        return Rows(x=self.x[rows], y=self.y[rows], weight=self.weight[rows], day=self.day[rows])


Score = Callable[[Floats], Doubles]
"""Rows of features to log-odds (N,)."""
Settings = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """`settings` won the search; `searched` is its mean average precision over the blocks."""

    score: Score
    settings: Settings
    searched: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """`draw` makes one random setting, `fit` learns with it."""

    name: str
    draw: Callable[[np.random.Generator], Settings]
    fit: Callable[[Rows, Settings, int], Score]

    def tuned(self, rows: Rows, seed: int, trials: int = TRIALS) -> Fitted:
        """Deterministic under `seed`. Raises ValueError when there are fewer scams, or genuine rows, than blocks."""
        if min(rows.y.sum(), (~rows.y).sum()) < BLOCKS:
            raise ValueError(f"{BLOCKS} scams and {BLOCKS} genuine requests are needed to tune a baseline")
        rng = np.random.default_rng([seed, *self.name.encode()])
        alive = [_Trial(settings=self.draw(rng)) for _ in range(trials)]
        folds = inner_folds(rows.y, BLOCKS, seed, rows.day // FOLD_DAYS, None)
        for number, (inside, outside) in enumerate(reversed(folds)):
            if number:
                alive = sorted(alive, key=_Trial.worth, reverse=True)[: -(-len(alive) // GO_ON)]
            fitted_on, judged_on = rows.take(inside), rows.take(outside)
            for trial in alive:
                score = self.fit(fitted_on, _for_part(trial.settings, len(inside) / len(rows.y)), seed)
                trial.found.append(Ranking.of(judged_on.y, score(judged_on.x)).average_precision(judged_on.weight))
        best = max(alive, key=_Trial.worth)
        return Fitted(score=self.fit(rows, best.settings, seed), settings=best.settings, searched=best.worth())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """`found`: average precision on each block so far. `settings` are meant for the whole window."""

    settings: Settings
    found: list[float] = field(default_factory=list)

    def worth(self) -> float:
        return mean(self.found)


def _for_part(settings: Settings, share: float) -> Settings:
    """For a fit on a share of the rows: what is weighed against a count of rows shrinks with them."""
    out = dict(settings)
    for name in ("min_child_samples", "min_samples_leaf"):
        if name in out:
            out[name] = max(1, round(out[name] * share))
    for name in ("min_child_weight", "reg_lambda"):
        if name in out:
            out[name] *= share
    if "C" in out:
        out["C"] /= share
    return out


def _pick(rng: np.random.Generator, *choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))), 6)


def _logistic_settings(rng: np.random.Generator) -> Settings:
    return {"C": _log_uniform(rng, 1e-4, 10.0)}


def _logistic(rows: Rows, settings: Settings, seed: int) -> Score:
    """Its best form: each column standardised, its signed logarithm too, and whether it is missing.

    The tolerance is on a mean over all rows: with one scam in a thousand, any but a tiny one stops at the start.
    """
    known = np.where(np.isnan(rows.x).all(axis=0), 0.0, rows.x)  # a column nobody knows stays 0
    scales = [(np.nanmean(view, axis=0), np.nanstd(view, axis=0)) for view in (known, _signed_log(known))]

    def design(x: Floats) -> Doubles:
        missing = np.isnan(x)
        views = [
            np.where(missing, 0.0, np.clip((view - mean) / np.where(spread > 1e-9, spread, np.inf), -8.0, 8.0))
            for view, (mean, spread) in zip((x, _signed_log(x)), scales, strict=True)
        ]
        return np.hstack([*views, missing])

    model = LogisticRegression(**settings, tol=1e-7, max_iter=400, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(design(rows.x), rows.y, rows.weight)
    return lambda x: np.asarray(model.decision_function(design(x)), dtype=np.float64)


def _signed_log(x: Any) -> Any:
    return np.sign(x) * np.log1p(np.abs(x))


def _lightgbm_settings(rng: np.random.Generator) -> Settings:
    return {
        "num_leaves": _pick(rng, 4, 8, 15, 31, 63),
        "max_depth": _pick(rng, 2, 3, 4, 6, -1),
        "learning_rate": _log_uniform(rng, 0.015, 0.15),
        "n_estimators": _pick(rng, 60, 120, 240, 400),
        "reg_lambda": _log_uniform(rng, 0.1, 100.0),
        "min_child_samples": _pick(rng, 5, 20, 60, 200),
        "colsample_bytree": _pick(rng, 0.3, 0.5, 0.8, 1.0),
        "subsample": _pick(rng, 0.6, 0.8, 1.0),
        "scale_pos_weight": _pick(rng, 1.0, 1.0, 10.0, 100.0),
        "monotone": _pick(rng, False, True),
    }


def _lightgbm(rows: Rows, settings: Settings, seed: int) -> Score:
    own = {key: value for key, value in settings.items() if key != "monotone"}
    model = lgb.LGBMClassifier(
        **own,
        subsample_freq=1,
        monotone_constraints=_SIGNS if settings["monotone"] else None,
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        n_jobs=1,
        verbosity=-1,
    )
    model.fit(rows.x, rows.y, sample_weight=rows.weight)
    booster = model.booster_
    return lambda x: np.asarray(booster.predict(x, raw_score=True, num_threads=1), dtype=np.float64)


def _xgboost_settings(rng: np.random.Generator) -> Settings:
    return {
        "max_depth": _pick(rng, 2, 3, 4, 6),
        "max_leaves": _pick(rng, 0, 8, 16),
        "learning_rate": _log_uniform(rng, 0.015, 0.15),
        "n_estimators": _pick(rng, 60, 120, 240, 400),
        "reg_lambda": _log_uniform(rng, 0.1, 100.0),
        "min_child_weight": _pick(rng, 0.1, 1.0, 5.0, 20.0),
        "colsample_bytree": _pick(rng, 0.3, 0.5, 0.8, 1.0),
        "subsample": _pick(rng, 0.6, 0.8, 1.0),
        "scale_pos_weight": _pick(rng, 1.0, 1.0, 10.0, 100.0),
        "monotone": _pick(rng, False, True),
    }


def _xgboost(rows: Rows, settings: Settings, seed: int) -> Score:
    own = {key: value for key, value in settings.items() if key != "monotone"}
    model = xgb.XGBClassifier(
        **own,
        monotone_constraints=tuple(_SIGNS) if settings["monotone"] else None,
        tree_method="hist",
        random_state=seed,
        n_jobs=1,
    )
    model.fit(rows.x, rows.y, sample_weight=rows.weight)
    return lambda x: np.asarray(model.predict(x, output_margin=True), dtype=np.float64)


def _forest_settings(rng: np.random.Generator) -> Settings:
    return {
        "n_estimators": _pick(rng, 100, 200),
        "max_depth": _pick(rng, 4, 8, None),
        "min_samples_leaf": _pick(rng, 1, 3, 10),
        "max_features": _pick(rng, "sqrt", 0.2, 0.4),
    }


def _forest(rows: Rows, settings: Settings, seed: int) -> Score:
    """Each tree on as many genuine rows as scams; weights have no place in it. Gaps are one value far outside."""
    model = BalancedRandomForestClassifier(
        **settings, sampling_strategy="all", replacement=True, bootstrap=False, random_state=seed, n_jobs=1
    )
    model.fit(np.nan_to_num(rows.x, nan=_GAP), rows.y)

    def score(x: Floats) -> Doubles:
        share = np.clip(model.predict_proba(np.nan_to_num(x, nan=_GAP))[:, 1], 1e-4, 1 - 1e-4)
        return np.asarray(np.log(share) - np.log1p(-share), dtype=np.float64)

    return score


BASELINES: Mapping[str, Baseline] = {
    baseline.name: baseline
    for baseline in (
        Baseline(name="logistic regression", draw=_logistic_settings, fit=_logistic),
        Baseline(name="LightGBM", draw=_lightgbm_settings, fit=_lightgbm),
        Baseline(name="XGBoost", draw=_xgboost_settings, fit=_xgboost),
        Baseline(name="balanced random forest", draw=_forest_settings, fit=_forest),
    )
}
BOOSTERS = ("LightGBM", "XGBoost")
