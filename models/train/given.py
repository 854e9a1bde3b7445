"""What a caller hands to a learner, checked: rows with categories allowed, two classes, columns beside the table."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import validate_data

from models.train.rare_event_columns import as_table

Flags = npt.NDArray[np.bool_]

MANY = 1_000
"""Rows of a class from which nobody counts how many differ."""


def rows(model: BaseEstimator, x: Any, y: Any = None) -> tuple[pd.DataFrame, npt.NDArray[Any]]:
    """The caller's table, and labels when given, checked as scikit-learn does but with categories allowed."""
    if not isinstance(x, pd.DataFrame):
        x = check_array(x, dtype=None, ensure_all_finite=False, estimator=model, input_name="X")
    validate_data(model, x, reset=y is not None, skip_check_array=True)
    table = as_table(x)
    if len(table) == 0 or table.shape[1] == 0:
        raise ValueError(f"Found array with {len(table)} sample(s) and {table.shape[1]} feature(s): nothing to read")
    if y is None:
        return table, np.empty(0)
    labels = column_or_1d(y, warn=True)
    check_consistent_length(table, labels)
    return table, labels


def two_classes(y: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The two values of the labels, sorted. Raises ValueError for any other number of them, or for gaps."""
    if pd.isna(y).any():
        raise ValueError(f"Input y contains NaN: {int(pd.isna(y).sum())} labels are missing")
    if len({isinstance(label, str) for label in y.tolist()}) > 1:
        raise ValueError("y holds text and numbers; two values of one kind are needed")
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    classes = np.unique(y)
    if len(classes) == 1:
        raise ValueError(f"y holds one class only, {classes.tolist()[0]!r}; positives and negatives are needed")
    if kind != "binary":
        raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
    return classes


def beside(values: Any, kept: Flags, name: str) -> npt.NDArray[Any] | None:
    """One value a row, of the rows kept. Raises ValueError naming what has another shape, gaps, or text for `time`."""
    if values is None:
        return None
    column = np.asarray(values)
    if column.shape != kept.shape:
        raise ValueError(f"{name} has shape {column.shape}; one value a row, {kept.shape}, is needed")
    if pd.isna(column).any():
        raise ValueError(f"{name} is missing in {int(pd.isna(column).sum())} rows")
    if name == "time" and any(isinstance(value, str) for value in column.tolist()):
        raise ValueError("time holds text, whose order is not that of time; pandas.to_datetime reads it")
    return column[kept]


def different(table: pd.DataFrame) -> int:
    """How many rows differ; all of them where there are many."""
    return int((~table.astype(str).duplicated()).sum()) if len(table) < MANY else len(table)
