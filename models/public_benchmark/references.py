"""What everybody has at hand, fitted on the same folds in the same run: the learner is judged beside them."""

from collections.abc import Callable

import lightgbm as lgb
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from models.public_benchmark.sources import Fold
from models.simulate.table import Doubles


def logistic_regression(fold: Fold, seed: int) -> Doubles:
    """Standardised columns, categories as indicators, scikit-learn's default strength."""
    return _fitted(fold, OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=3000, random_state=seed))


def random_forest(fold: Fold, seed: int) -> Doubles:
    """The Handbook's: 100 trees of depth 20."""
    return _fitted(fold, _ordinal(), RandomForestClassifier(100, max_depth=20, random_state=seed, n_jobs=1))


def lightgbm_defaults(fold: Fold, seed: int) -> Doubles:
    return _fitted(fold, _ordinal(), lgb.LGBMClassifier(random_state=seed, n_jobs=1, verbosity=-1))


def _ordinal() -> OrdinalEncoder:
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)


def _fitted(fold: Fold, categories: object, model: object) -> Doubles:
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        remainder=categories,
        sparse_threshold=0.0,
        verbose_feature_names_out=False,
    )
    pipeline = make_pipeline(columns.set_output(transform="default"), model)
    pipeline.fit(_plain(fold.train), fold.train_y)
    scores: Doubles = pipeline.predict_proba(_plain(fold.test))[:, 1]
    return scores


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({name: object for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])})


REFERENCES: dict[str, Callable[[Fold, int], Doubles]] = {
    "logistic_regression": logistic_regression,
    "random_forest": random_forest,
    "lightgbm_defaults": lightgbm_defaults,
}
