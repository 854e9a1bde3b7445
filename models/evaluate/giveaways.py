"""Does anything give the label away? Each column alone, trained on the earlier part of a book, judged on the later.

A synthetic book can leak its labels where a real one cannot: by a column, by what is missing, by the order of rows, by
how people are numbered. The learner for one column is the scam rate of its bins, which finds any shape of dependence.
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

from models.simulate.table import Doubles, Flags, Table
from safelight.features.contract import FEATURES

Bins = npt.NDArray[np.int64]

ROW_ORDER = "(row order)"
PERSON_NUMBER = "(person number)"
WHAT_IS_MISSING = "(what is missing)"

MOST_AUC = 0.90
"""Of one column. Real signs overlap with ordinary life; what ranks this well alone is the label in disguise."""
MOST_SHARE = 0.5
"""Of the average precision that all columns reach together."""
LEAST_LIFT = 5.0
"""Times chance; below it an average precision is no giveaway, however poor all columns together are on a small book."""
MOST_AUC_OF_NUMBERING = 0.60
"""Of row order and of person number, which must tell nothing; the rest is for the scatter of a few dozen scams."""

_EARLIER = 0.6
_BINS = 48
_PRIOR_ROWS = 30.0
_ALL = "(all columns)"
_NO_SCAMS = "a book without scams in both its parts tells nothing about giveaways"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How well something alone tells scams, on rows that it was not fitted on. `auc` is 0.5 for nothing."""

    column: str
    auc: float
    average_precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Giveaways:
    """What every column tells by itself, the most telling first, beside all of them together and chance."""

    columns: tuple[Telling, ...]
    together: Telling
    chance: float

    def of(self, column: str) -> Telling:
        return next(telling for telling in self.columns if telling.column == column)

    def too_telling(self) -> tuple[Telling, ...]:
        """Columns beyond a bound."""
        most = max(MOST_SHARE * self.together.average_precision, LEAST_LIFT * self.chance)
        return tuple(
            t
            for t in self.columns
            if t.auc > MOST_AUC
            or t.average_precision > most
            or (t.column in (ROW_ORDER, PERSON_NUMBER) and t.auc > MOST_AUC_OF_NUMBERING)
        )

    def check(self) -> None:
        """Raises ValueError that names every column beyond a bound."""
        if found := self.too_telling():
            figures = ", ".join(f"{t.column} (AUC {t.auc:.3f}, AP {t.average_precision:.3f})" for t in found)
            raise ValueError(f"the label is given away by {figures}; all columns together: {self.together}")


def giveaways(book: Table, extra: dict[str, Doubles] | None = None) -> Giveaways:
    """Every feature, what is missing, row order and person number, against the truth.

    `extra` are further columns of shape (N,). Fitted on the first 60 % of the rows by time, judged on the rest; row
    order and person number on every other person, for an order that runs on has nothing to say about later rows. Raises
    ValueError when either part has no scam.
    """
    earlier = np.arange(len(book)) < _EARLIER * len(book)
    half = np.unique(book.person, return_inverse=True)[1].ravel() % 2 == 1
    tells = [
        _alone(feature.name, _binned(book.x[:, index], earlier), book.truth, earlier)
        for index, feature in enumerate(FEATURES)
    ]
    tells += [_alone(name, _binned(column, earlier), book.truth, earlier) for name, column in (extra or {}).items()]
    tells += [
        _together(WHAT_IS_MISSING, np.isnan(book.x), book.truth, earlier),
        _alone(ROW_ORDER, _binned(np.arange(len(book)), half), book.truth, half),
        _alone(PERSON_NUMBER, _binned(book.person, half), book.truth, half),
    ]
    return Giveaways(
        columns=tuple(sorted(tells, key=lambda t: -t.average_precision)),
        together=_together(_ALL, book.x, book.truth, earlier),
        chance=float(book.truth[~earlier].mean()),
    )


def _binned(column: npt.NDArray[np.generic], fitted_on: Flags) -> Bins:
    """Bins of about equally many rows of the fitted part, each value its own bin where there are few; 0 is missing."""
    values = column.astype(np.float64)
    missing = np.isnan(values)
    known = values[fitted_on & ~missing]
    if len(known) == 0:
        return missing.astype(np.int64)
    distinct = np.unique(known)
    edges = distinct if len(distinct) <= _BINS else np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)))
    bins = np.searchsorted(edges, values, side="right").astype(np.int64) + 1
    bins[missing] = 0
    return bins


def _alone(name: str, bins: Bins, truth: Flags, fitted_on: Flags) -> Telling:
    """Scores each row by the scam rate of its bin, drawn to the mean where the bin is small."""
    size = int(bins.max()) + 1
    rows = np.bincount(bins[fitted_on], minlength=size)
    scams = np.bincount(bins[fitted_on], weights=truth[fitted_on], minlength=size)
    mean = truth[fitted_on].mean()
    rate = (scams + _PRIOR_ROWS * mean) / (rows + _PRIOR_ROWS)
    return _judged(name, truth, fitted_on, rate[bins][~fitted_on])


def _together(name: str, x: npt.NDArray[np.generic], truth: Flags, fitted_on: Flags) -> Telling:
    """A small LightGBM on columns of shape (N, columns)."""
    if not truth[fitted_on].any():
        raise ValueError(_NO_SCAMS)
    data = lgb.Dataset(x[fitted_on].astype(np.float64), label=truth[fitted_on].astype(np.float64))
    settings = {
        "objective": "binary",
        "learning_rate": 0.1,
        "num_leaves": 8,
        "min_data_in_leaf": 60,
        "lambda_l2": 20.0,
        "seed": 0,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    booster = lgb.train(settings, data, num_boost_round=60)
    score = np.asarray(booster.predict(x[~fitted_on].astype(np.float64), num_threads=1))
    return _judged(name, truth, fitted_on, score)


def _judged(name: str, truth: Flags, fitted_on: Flags, score: Doubles) -> Telling:
    judged = truth[~fitted_on]
    if not judged.any():
        raise ValueError(_NO_SCAMS)
    return Telling(
        column=name,
        auc=float(roc_auc_score(judged, score)),
        average_precision=float(average_precision_score(judged, score)),
    )
