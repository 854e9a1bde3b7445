"""A classifier for few positives: varied members, averaged in log-odds, weighed by inner validation where it can be.

Method. Members (models.train.rare_event_members) are fitted on the same rows and averaged in log-odds. With few
positives the average keeps fixed weights, because any choice made from forty cases is noise; with more, weights are
fitted to out-of-fold log-odds and drawn towards the fixed ones. A last step (Platt 1999) makes probabilities of it.
"""

import sys
import warnings
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_array, check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from tqdm import tqdm

from models.train.rare_event_columns import ColumnError, Columns, Doubles, Views, as_table
from models.train.rare_event_folds import inner_folds
from models.train.rare_event_leaks import GIVES_AWAY, LeakWarning, Suspect, carried, suspects
from models.train.rare_event_members import Flags, Member, members

LEAST_FOR_TREES = 10
"""Different positives (and negatives) below which only the linear member is fitted: trees would learn them by heart."""
LEAST_FOR_COMFORT = 30
"""Positives below which fit warns that the ranking rests on very little."""
PRIOR_WEIGHTS: dict[str, float] = {"booster": 0.2, "extra_trees": 0.3, "forest": 0.3, "neural": 0.2}
"""Weights that inner validation starts from; members not named start at 0."""


PULL = 10.0
"""How hard weights are drawn towards the fixed ones, in nats of log-likelihood."""
PULL_WHEN_THIN = 100.0
THIN = 100
"""Positives below which `PULL_WHEN_THIN` holds: what forty cases say about weights is mostly noise."""


LEAST_SHARE = 0.02
"""A member with less weight is not fitted."""
MANY = 1_000
"""Rows of a class from which nobody counts how many differ."""


class ThinDataWarning(UserWarning):
    """So few positives that the result deserves little trust."""


class RareEventClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary classifier made for some 30 to 500 positives among 10^5 rows.

    Columns may be numbers or categories (text, `category`), with missing values. The positive class is `classes_[1]`.

    Parameters
    ----------
    leaks : "warn", "drop" or "ignore", default "warn"
        What to do with columns that look like an identifier or row order (`suspected_leaks_`): warn by name, warn and
        leave them out, or nothing.
    inner_folds : int, default 3
        Folds of the inner validation.
    trees : int, default 150
        Trees of each of the two bags.
    random_state : int, RandomState or None
        The same integer gives the same scores.
    progress : bool, default False
        Show a bar on standard error, a step a member fitted in an inner fold.

    Examples
    --------
    >>> model = RareEventClassifier(random_state=0).fit(table, y, time=table_time)  # doctest: +SKIP
    >>> model.predict_proba(later)[:, 1]  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        leaks: Literal["warn", "drop", "ignore"] = "warn",
        inner_folds: int = 3,
        trees: int = 150,
        random_state: int | np.random.RandomState | None = None,
        progress: bool = False,
    ) -> None:
        self.leaks = leaks
        self.inner_folds = inner_folds
        self.trees = trees
        self.random_state = random_state
        self.progress = progress

    def fit(
        self,
        X: Any,  # noqa: N803
        y: Any,
        sample_weight: Any = None,
        *,
        time: Any = None,
        groups: Any = None,
    ) -> "RareEventClassifier":
        """Learns. `X` (N, columns), `y` (N,) with two classes, `sample_weight` (N,) >= 0.

        `time` (N,) makes the inner validation hold back blocks of time, `groups` (N,) whole groups; given
        both, groups decide.

        Raises ValueError when there are not two classes, ColumnError when a column cannot be read.
        Warns: ColumnWarning, LeakWarning, ThinDataWarning.
        """
        if self.leaks not in {"warn", "drop", "ignore"}:
            raise ValueError(f"leaks must be 'warn', 'drop' or 'ignore', not {self.leaks!r}")
        if self.inner_folds < 2:
            raise ValueError(f"inner_folds must be at least 2, not {self.inner_folds}")
        if self.trees < 1:
            raise ValueError(f"trees must be at least 1, not {self.trees}")
        if y is None:
            raise ValueError("RareEventClassifier requires y to be passed, but the target y is None")
        table, labels = _rows(self, X, y)
        weight = _check_sample_weight(sample_weight, table, dtype=np.float64, ensure_non_negative=True)
        self.classes_ = _two_classes(labels)
        kept = weight > 0
        positive: Flags = (labels == self.classes_[1])[kept]
        if not positive.any() or positive.all():
            raise ValueError("rows with a weight above 0 hold one class only; two are needed")
        table, weight = table[kept], weight[kept]
        moments, group = (_beside(values, kept, name) for values, name in ((time, "time"), (groups, "groups")))
        rng = check_random_state(self.random_state)
        seed = int(rng.randint(2**31 - 10_000))

        self.suspected_leaks_: list[Suspect] = [] if self.leaks == "ignore" else suspects(table)
        columns = Columns.learn(table, positive, weight)
        views = columns.training_views(table, positive, weight, seed)
        self._judge_suspects(columns, views, positive, seed)
        if self.leaks == "drop" and self.suspected_leaks_:
            dropped = {suspect.position for suspect in self.suspected_leaks_}
            columns = columns.without(dropped)
            views = columns.training_views(table, positive, weight, seed)
        if not columns.positions:
            raise ColumnError("no column is left to learn from")
        self._columns = columns

        thinnest = min(_different(table[positive]), _different(table[~positive]))
        if positive.sum() < LEAST_FOR_COMFORT:
            warnings.warn(
                f"{int(positive.sum())} positives among {len(positive)} rows: the ranking rests on very little",
                ThinDataWarning,
                stacklevel=2,
            )
        if thinnest < LEAST_FOR_TREES:
            self.weights_ = {"linear": 1.0}
            self._members: dict[str, Member] = {"linear": members(self.trees)["linear"](views, positive, weight, seed)}
            self._slope, self._intercept = 1.0, 0.0
            return self
        self._fit_members(table, views, positive, weight, seed, moments, group)
        return self

    def _judge_suspects(self, columns: Columns, views: Views, y: Flags, seed: int) -> None:
        if not self.suspected_leaks_:
            return
        at = [columns.positions.index(s.position) for s in self.suspected_leaks_ if s.position in columns.positions]
        found = carried(views.trees, y, at, seed)
        self.leak_auc_ = found
        weighed = ""
        if found:
            fall = "they carry the result" if found[0] - found[1] >= GIVES_AWAY else "they carry little of the result"
            weighed = f"; in random folds AUC is {found[0]:.3f} with and {found[1]:.3f} without: {fall}"
        said = "; ".join(f"column {suspect.column!r} {suspect.reason}" for suspect in self.suspected_leaks_)
        done = "left out" if self.leaks == "drop" else "still used; leave out what production will not have"
        warnings.warn(f"possible leak: {said}{weighed} ({done})", LeakWarning, stacklevel=3)

    def _fit_members(
        self,
        table: pd.DataFrame,
        views: Views,
        y: Flags,
        weight: Doubles,
        seed: int,
        time: npt.NDArray[Any] | None,
        groups: npt.NDArray[Any] | None,
    ) -> None:
        fits = members(self.trees)
        out = {name: np.full(len(y), np.nan) for name in fits}
        bar = tqdm(total=self.inner_folds * len(fits), desc="learning", disable=not self.progress, file=sys.stderr)
        for inside, outside in inner_folds(y, self.inner_folds, seed % 2**31, time, groups):
            part, rest = views.of(inside), views.of(outside)
            if self._columns.coded_by_label:
                coded = self._columns.relearned(table.iloc[inside], y[inside], weight[inside])
                part = coded.training_views(table.iloc[inside], y[inside], weight[inside], seed)
                rest = coded.views(table.iloc[outside])
            for name, fit in fits.items():
                out[name][outside] = fit(part, y[inside], weight[inside], seed).log_odds(rest)
                bar.update()
        bar.close()
        stacked = np.column_stack(list(out.values()))
        judged = ~np.isnan(stacked).any(axis=1)
        prior = np.array([PRIOR_WEIGHTS.get(name, 0.0) for name in fits])
        if y[judged].sum() >= LEAST_FOR_TREES:
            pull = PULL_WHEN_THIN if y[judged].sum() < THIN else PULL
            chosen = weigh(stacked[judged], y[judged], weight[judged], prior, pull)
            self._slope, self._intercept = platt(stacked[judged] @ chosen, y[judged], weight[judged])
        else:
            chosen, self._slope, self._intercept = prior, 1.0, 0.0
        self.weights_ = {name: float(share) for name, share in zip(fits, chosen, strict=True)}
        self._members = {name: fits[name](views, y, weight, seed) for name, share in self.weights_.items() if share > 0}

    def decision_function(self, X: Any) -> Doubles:  # noqa: N803
        """Calibrated log-odds of `classes_[1]`, shape (N,)."""
        check_is_fitted(self)
        table, _ = _rows(self, X)
        views = self._columns.views(table)
        total = np.zeros(len(table))
        for name, member in self._members.items():
            total += self.weights_[name] * member.log_odds(views)
        out: Doubles = self._slope * total + self._intercept
        return out

    def predict_proba(self, X: Any) -> Doubles:  # noqa: N803
        """Probabilities of `classes_`, shape (N, 2)."""
        positive = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - positive, positive])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The likelier class: at a positive in a thousand nearly always the other one, so rank by score instead."""
        check_is_fitted(self)
        return self.classes_[(self.decision_function(X) > 0).astype(np.int64)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def weigh(stacked: Doubles, y: Flags, weight: Doubles, prior: Doubles, pull: float) -> Doubles:
    """Weights of members, none below 0, summing to 1. `stacked` (N, members) must be out of fold.

    Minimises the log-loss (scale and offset free, so that only the mix counts) plus `pull` x squared distance from
    `prior`.
    """
    share = weight / weight.mean()
    signs = np.where(y, 1.0, -1.0)

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        scaled, offset = parameters[:-1], parameters[-1]
        margin = signs * (stacked @ scaled + offset)
        slope = -share * signs / (1.0 + np.exp(np.minimum(margin, 500.0)))
        total = max(scaled.sum(), 1e-6)
        away = scaled / total - prior
        pulled = 2 * pull * (away - away @ scaled / total) / total
        value = share @ np.logaddexp(0.0, -margin) + pull * away @ away
        return float(value), np.append(stacked.T @ slope + pulled, slope.sum())

    start = np.append(prior, 0.0)
    bounds = [(0.0, None)] * len(prior) + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x[:-1]
    found = np.where(found / max(found.sum(), 1e-6) < LEAST_SHARE, 0.0, found)
    out: Doubles = found / found.sum() if found.sum() > 0 else prior
    return out


def platt(score: Doubles, y: Flags, weight: Doubles) -> tuple[float, float]:
    """Slope and intercept that make log-odds of a score (Platt 1999). The slope is never negative."""
    model = LogisticRegression(C=1e3, tol=1e-8, max_iter=2000).fit(score[:, None], y, sample_weight=weight)
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1.0, 0.0)


def _rows(model: RareEventClassifier, x: Any, y: Any = None) -> tuple[pd.DataFrame, npt.NDArray[Any]]:
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


def _two_classes(y: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if pd.isna(y).any():
        raise ValueError(f"Input y contains NaN: {int(pd.isna(y).sum())} labels are missing")
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    classes = np.unique(y)
    if len(classes) == 1:
        raise ValueError(f"y holds one class only, {classes[0]!r}; positives and negatives are needed")
    if kind != "binary":
        raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
    return classes


def _beside(values: Any, kept: Flags, name: str) -> npt.NDArray[Any] | None:
    if values is None:
        return None
    column = np.asarray(values)
    if column.shape != kept.shape:
        raise ValueError(f"{name} has shape {column.shape}; one value a row, {kept.shape}, is needed")
    if pd.isna(column).any():
        raise ValueError(f"{name} is missing in {int(pd.isna(column).sum())} rows")
    return column[kept]


def _different(table: pd.DataFrame) -> int:
    return int((~table.astype(str).duplicated()).sum()) if len(table) < MANY else len(table)
