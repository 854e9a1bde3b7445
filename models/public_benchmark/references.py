"""What everybody has at hand, fitted on the same folds in the same run: the learner is judged beside them."""

from collections.abc import Callable, Mapping
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb
from imblearn.ensemble import BalancedRandomForestClassifier  # type: ignore[import-untyped]
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from models.public_benchmark.sources import Fold
from models.simulate.table import Doubles

LEVELS = 200
"""Categories with an indicator of their own in the logistic regression."""
TUNED = (
    {"n_estimators": 100, "learning_rate": 0.1, "num_leaves": 31},
    {"n_estimators": 100, "learning_rate": 0.05, "num_leaves": 7, "min_child_samples": 50, "reg_lambda": 10.0},
    {"n_estimators": 300, "learning_rate": 0.02, "num_leaves": 15, "subsample": 0.7, "subsample_freq": 1},
    {"n_estimators": 100, "learning_rate": 0.05, "max_depth": 3, "min_child_samples": 5, "colsample_bytree": 0.5},
)
AVERAGED = ("xgboost", "random_forest", "logistic_regression", "balanced_forest")
"""References whose log-odds `average_of_four` averages."""
LEAST = 1e-4
"""Probabilities of a forest can be 0; log-odds cannot."""


def logistic_regression(fold: Fold, seed: int) -> Doubles:
    """Standardised columns, medians for gaps, categories as indicators, scikit-learn's default strength."""
    names = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=LEVELS)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return _scores(fold, _pipeline(numbers, names, LogisticRegression(max_iter=3000, random_state=seed)))


def random_forest(fold: Fold, seed: int) -> Doubles:
    """The Handbook's: 100 trees of depth 20."""
    return _scores(fold, _with_codes(RandomForestClassifier(100, max_depth=20, random_state=seed, n_jobs=1)))


def balanced_forest(fold: Fold, seed: int) -> Doubles:
    """imbalanced-learn's: 100 trees, each on as many negatives as positives."""
    model = BalancedRandomForestClassifier(
        100, sampling_strategy="all", replacement=True, bootstrap=False, random_state=seed, n_jobs=1
    )
    return _scores(fold, _with_codes(model))


def xgboost(fold: Fold, seed: int) -> Doubles:
    """The Handbook's, as its version of XGBoost had it by default: exact thresholds, starting at even odds."""
    model = xgb.XGBClassifier(
        n_estimators=100,
        learning_rate=0.1,
        max_depth=3,
        tree_method="exact",
        base_score=0.5,
        random_state=seed,
        n_jobs=1,
    )
    return _scores(fold, _with_codes(model))


def lightgbm_defaults(fold: Fold, seed: int) -> Doubles:
    return _scores(fold, _with_codes(_lightgbm(seed)))


def lightgbm_tuned(fold: Fold, seed: int) -> Doubles:
    """The best of `TUNED` by average precision in three stratified folds of the training rows."""
    splits = StratifiedKFold(3, shuffle=True, random_state=seed)
    table = _plain(fold.train)

    def inner(settings: Mapping[str, Any]) -> float:
        model = _with_codes(_lightgbm(seed, **settings))
        score = cross_val_predict(model, table, fold.train_y, cv=splits, method="predict_proba")[:, 1]
        return float(average_precision_score(fold.train_y, score))

    return _scores(fold, _with_codes(_lightgbm(seed, **max(TUNED, key=inner))))


def average_of_four(scores: Mapping[str, Doubles]) -> Doubles:
    """Plain mean of the log-odds of `AVERAGED`, from their probabilities."""
    held = [np.clip(scores[name], LEAST, 1 - LEAST) for name in AVERAGED]
    out: Doubles = np.mean([np.log(one) - np.log1p(-one) for one in held], axis=0)
    return out


def _lightgbm(seed: int, **settings: Any) -> lgb.LGBMClassifier:
    return lgb.LGBMClassifier(random_state=seed, n_jobs=1, verbosity=-1, **settings)


def _with_codes(model: object) -> Pipeline:
    """Categories as whole numbers; gaps stay where the model takes them and are -999 where it does not."""
    gaps = (
        SimpleImputer(strategy="constant", fill_value=-999)
        if isinstance(model, BalancedRandomForestClassifier)
        else "passthrough"
    )
    return _pipeline(gaps, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), model)


def _pipeline(numbers: object, names: object, model: object) -> Pipeline:
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include=["number", "bool"])),
        remainder=names,
        sparse_threshold=0.0,
        verbose_feature_names_out=False,
    )
    return make_pipeline(columns.set_output(transform="default"), model)


def _scores(fold: Fold, pipeline: Pipeline) -> Doubles:
    pipeline.fit(_plain(fold.train), fold.train_y)
    scores: Doubles = pipeline.predict_proba(_plain(fold.test))[:, 1]
    return scores


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Names as objects, which every encoder takes, and everything else as numbers."""
    kinds = {name: float if pd.api.types.is_numeric_dtype(table[name]) else object for name in table.columns}
    return table.astype(kinds)


Reference = Callable[[Fold, int], Doubles]
REFERENCES: dict[str, Reference] = {
    "logistic_regression": logistic_regression,
    "random_forest": random_forest,
    "balanced_forest": balanced_forest,
    "xgboost": xgboost,
    "lightgbm_defaults": lightgbm_defaults,
}
SYNTHETIC_REFERENCES: dict[str, Reference] = {**REFERENCES, "lightgbm_tuned": lightgbm_tuned}
