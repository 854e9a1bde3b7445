"""An expert a group of columns, one more that looks at all of them together, and a stacker that accepts any subset.

An expert learns from its own columns alone, so its answer stands when another group is missing. What only shows across
groups (much money, to a new account, by somebody who never asks) is for the expert `together`. The stacker is fitted on
out-of-fold answers, once with everything and again with groups hidden at random, from that expert too.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from models.train import given, guided_trees, stacker
from models.train.guided_trees import Scale
from models.train.rare_event import RareEventClassifier
from models.train.rare_event_columns import ColumnError, ColumnWarning, NothingToLearnError, numbers
from models.train.rare_event_folds import ThinDataWarning, inner_folds

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Beside = Sequence[npt.NDArray[Any] | None]
"""Each row's time and group, where given."""

TOGETHER = "together"
COPIES = 3
"""How often each row is shown to the stacker with groups hidden, besides once whole."""
HIDDEN = 0.25
"""Chance that a group is hidden from a copy."""
HIDDEN_FROM_TOGETHER = 0.08
"""Chance that a group is hidden from a training row of the expert of all columns: so it knows what absence means."""
_SHARES = (0.5, *(0.5 / COPIES for _ in range(COPIES)))
"""What the whole rows and each copy count for."""
EXPECTED_OF_TOGETHER, EXPECTED_OF_A_PART, EXPECTED_WITHOUT = 0.8, 0.2, 0.5
"""Weights that the stacker's are drawn to: the expert of all columns has seen what the others say, and they steady it.
Without it, what each group says counts in part, for groups are seldom independent."""
LEAST = 10
"""Different positives (and negatives) below which no tree is grown and no weights are fitted: experts count alike."""


class Expert(Protocol):
    """A fitted expert: rows of its own columns in, log-odds (N,) out."""

    def log_odds(self, table: Any) -> Doubles: ...


class _Committee:
    """`RareEventClassifier` behind the Expert's face."""

    def __init__(self, model: RareEventClassifier) -> None:
        self.model = model

    def log_odds(self, table: pd.DataFrame) -> Doubles:
        return self.model.decision_function(table)


class ExpertEnsemble(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary classifier of experts, one a group of columns. The positive class is `classes_[1]`.

    Parameters
    ----------
    groups : mapping of str to sequence of column names (or positions, for arrays), default None
        The columns of each expert; None makes one expert of all columns.
    learner : "committee" or "guided", default "committee"
        What an expert is: a `RareEventClassifier`, or `guided_trees`, which takes numbers only and can be exported to a
        graph that answers in microseconds.
    together : bool, default True
        Whether an expert of all columns joins, where there are two groups or more.
    rises : sequence of int, default None
        The known sign of each column, +1, -1 or 0, in the order of the columns ("guided" only).
    kept : sequence of float, default None
        The share of each column's linear weight that stays, in the order of the columns ("guided" only): for a column
        that predicts and yet should count for less.
    folds : int, default 3
        Folds of the out-of-fold answers that the stacker learns from.
    random_state : int, RandomState or None
        The same integer gives the same scores.
    """

    def __init__(
        self,
        *,
        groups: Mapping[str, Sequence[Any]] | None = None,
        learner: Literal["committee", "guided"] = "committee",
        together: bool = True,
        rises: Sequence[int] | None = None,
        kept: Sequence[float] | None = None,
        folds: int = 3,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.groups = groups
        self.learner = learner
        self.together = together
        self.rises = rises
        self.kept = kept
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        X: Any,  # noqa: N803
        y: Any,
        sample_weight: Any = None,
        *,
        time: Any = None,
        row_groups: Any = None,
    ) -> "ExpertEnsemble":
        """Learns. `X` (N, columns), `y` (N,) with two classes, `sample_weight` (N,) >= 0.

        `time` (N,) makes the inner validation hold back blocks of time, `row_groups` (N,) whole groups of rows (all of
        a customer's).

        Raises ValueError when there are not two classes, ColumnError when a column or group cannot be used. Warns:
        ColumnWarning for columns in no group, ThinDataWarning for a group that nothing can be learned from.
        """
        if self.learner not in {"committee", "guided"}:
            raise ValueError(f"learner must be 'committee' or 'guided', not {self.learner!r}")
        if self.folds < 2:
            raise ValueError(f"folds must be at least 2, not {self.folds}")
        if y is None:
            raise ValueError("ExpertEnsemble requires y to be passed, but the target y is None")
        table, labels = given.rows(self, X, y)
        self.columns_ = list(table.columns)
        for name in ("rises", "kept"):
            values = getattr(self, name)
            if values is not None and len(values) != table.shape[1]:
                raise ValueError(f"{name} has {len(values)} values; one a column, {table.shape[1]}, is needed")
        weight = _check_sample_weight(sample_weight, table, dtype=np.float64, ensure_non_negative=True)
        self.classes_ = given.two_classes(labels)
        kept = weight > 0
        positive: Flags = (labels == self.classes_[1])[kept]
        if not positive.any() or positive.all():
            raise ValueError("rows with a weight above 0 hold one class only; two are needed")
        moments, whole = (given.beside(v, kept, name) for v, name in ((time, "time"), (row_groups, "row_groups")))
        self.places_ = self._places(table, named=isinstance(X, pd.DataFrame))
        self._seed = int(check_random_state(self.random_state).randint(2**31 - 10_000))
        table, weight = table[kept], weight[kept]
        data = self._data(table)
        self._thin = min(given.different(table[positive]), given.different(table[~positive])) < LEAST
        self._scale = Scale.of(data, weight) if self.learner == "guided" else None
        self._look_for_constants(data)

        names = list(self.places_)
        judged = np.full((1 + COPIES, len(positive), len(names)), np.nan)
        copies = self._copies(data)
        folds = inner_folds(positive, self.folds, self._seed, moments, whole) if not self._thin else []
        for inside, outside in folds:
            of_inside = [None if values is None else values[inside] for values in (moments, whole)]
            experts = self._experts(_take(data, inside), positive[inside], weight[inside], of_inside, quiet=True)
            for number, copy in enumerate(copies):
                judged[number, outside] = self._answers(experts, _take(copy, outside))
        self.experts_: dict[str, Expert] = self._experts(data, positive, weight, [moments, whole], quiet=False)
        known = np.concatenate([rows for _, rows in folds]) if folds else np.empty(0, dtype=np.int64)
        if positive[known].sum() >= LEAST:
            self.stacker_ = stacker.fit(
                np.concatenate([part[known] for part in judged]),
                np.tile(positive[known], 1 + COPIES),
                np.concatenate([weight[known] * share for share in _SHARES]),
                self._expected(names),
            )
        else:
            self.stacker_ = stacker.Stacker(
                bias=0.0, weights=np.full(len(names), 1.0 / len(names)), presence=np.zeros(len(names))
            )
        return self

    def expert_log_odds(self, X: Any) -> Doubles:  # noqa: N803
        """Each expert's own log-odds, shape (N, experts) in the order of `experts_`; NaN where its columns are."""
        check_is_fitted(self)
        return self._answers(self.experts_, self._data(self._table(X)))

    def decision_function(self, X: Any) -> Doubles:  # noqa: N803
        """Log-odds of `classes_[1]`, shape (N,). Columns of whole groups may be left out of a DataFrame."""
        experts = self.expert_log_odds(X)
        return self.stacker_.log_odds(experts)

    def predict_proba(self, X: Any) -> Doubles:  # noqa: N803
        """Probabilities of `classes_`, shape (N, 2)."""
        positive = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - positive, positive])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The likelier class."""
        check_is_fitted(self)
        return self.classes_[(self.decision_function(X) > 0).astype(np.int64)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = self.learner == "committee"
        tags.input_tags.string = self.learner == "committee"
        return tags

    def _look_for_constants(self, data: Any) -> None:
        """Committees name theirs. Raises NothingToLearnError when no column has two values."""
        if self._scale is None:
            if all(data.iloc[:, place].astype(str).nunique() == 1 for place in range(data.shape[1])):
                raise NothingToLearnError("no column is left to learn from: each has one value in every row")
            return
        missing = np.isnan(data)
        still = np.isinf(self._scale.deviation).all(axis=0) & (missing.all(axis=0) | ~missing.any(axis=0))
        for place in np.flatnonzero(still):
            says = "is missing in every row" if missing[:, place].all() else "has one value in every row"
            warnings.warn(f"column {self.columns_[place]!r} {says}; it teaches nothing", ColumnWarning, stacklevel=3)
        if still.all():
            raise NothingToLearnError("no column is left to learn from: each has one value in every row")

    def _places(self, table: pd.DataFrame, *, named: bool) -> dict[str, Rows]:
        """Each expert's columns as positions; `together` last."""
        if self.groups is None:
            return {"all": np.arange(table.shape[1])}
        if not isinstance(self.groups, Mapping):
            raise ColumnError(f"groups must map names to columns; it is a {type(self.groups).__name__}")
        if not self.groups:
            raise ColumnError("groups is empty; at least one group of columns is needed")
        position: dict[Any, int] = {name: place for place, name in enumerate(table.columns)}
        if not named:
            position |= {place: place for place in range(table.shape[1])}
        places = {}
        for group, columns in self.groups.items():
            if group == TOGETHER:
                raise ColumnError(f"a group must not be named {TOGETHER!r}: that is the expert of all columns")
            unknown = [column for column in columns if column not in position]
            if unknown or not len(columns):
                raise ColumnError(f"group {group!r} names no column of the table: {unknown or 'it is empty'}")
            places[group] = np.array([position[column] for column in columns])
        used = np.unique(np.concatenate(list(places.values())))
        left = [repr(name) for name, place in position.items() if place not in used]
        if left:
            warnings.warn(f"columns in no group, left out: {', '.join(left)}", ColumnWarning, stacklevel=3)
        if self.together and len(places) > 1:
            places[TOGETHER] = used
        return places

    def _beside_whole(self, name: str) -> bool:
        """Whether another expert knows all columns."""
        return name != TOGETHER and TOGETHER in self.places_

    def _expected(self, names: Sequence[str]) -> Doubles:
        if TOGETHER in names:
            return np.array([EXPECTED_OF_TOGETHER if name == TOGETHER else EXPECTED_OF_A_PART for name in names])
        return np.full(len(names), 1.0 if len(names) == 1 else EXPECTED_WITHOUT)

    def _table(self, x: Any) -> pd.DataFrame:
        if isinstance(x, pd.DataFrame) and not set(self.columns_) <= set(x.columns):
            absent = set(self.columns_) - set(x.columns)
            of_groups = {g: {self.columns_[p] for p in places} for g, places in self.places_.items() if g != TOGETHER}
            whole = set().union(*(columns for columns in of_groups.values() if columns <= absent))
            if absent <= whole and absent != set(self.columns_):
                x = x.reindex(columns=self.columns_)
        return given.rows(self, x)[0]

    def _data(self, table: pd.DataFrame) -> Any:
        """What experts read: the table, or an array of float32 for "guided"."""
        if self.learner == "committee":
            return table
        columns = []
        for name in table.columns:
            values = numbers(table[name], name)
            if values is None:
                raise ColumnError(f"column {name!r} holds text; learner 'guided' takes numbers only")
            if (np.abs(np.nan_to_num(values)) > np.finfo(np.float32).max).any():
                raise ColumnError(f"column {name!r} holds numbers too large for learner 'guided'")
            columns.append(values)
        return np.column_stack(columns).astype(np.float32)

    def _copies(self, data: Any) -> list[Any]:
        """The rows as they are, then with groups hidden."""
        rng = np.random.default_rng(self._seed)
        return [data, *(self._hidden(data, HIDDEN, rng) for _ in range(COPIES))]

    def _hidden(self, data: Any, chance: float, rng: np.random.Generator) -> Any:
        groups = [places for name, places in self.places_.items() if name != TOGETHER]
        if len(groups) == 1:
            return data
        hide = np.zeros(data.shape, dtype=np.bool_)
        for places in groups:
            hide[:, places] |= (rng.random(len(data)) < chance)[:, None]
        return np.where(hide, np.float32(np.nan), data) if isinstance(data, np.ndarray) else data.mask(hide)

    def _experts(self, data: Any, y: Flags, weight: Doubles, beside: Beside, *, quiet: bool) -> dict[str, Expert]:
        found = {name: self._expert(name, data, y, weight, beside, quiet=quiet) for name in self.places_}
        return {name: expert for name, expert in found.items() if expert}

    def _expert(self, name: str, data: Any, y: Flags, weight: Doubles, beside: Beside, *, quiet: bool) -> Expert | None:
        places = self.places_[name]
        if name == TOGETHER:
            data = self._hidden(data, HIDDEN_FROM_TOGETHER, np.random.default_rng(self._seed + 1))
        seen = np.flatnonzero(_known(data, places) | (name == TOGETHER))
        if len(seen) == 0 or y[seen].all() or not y[seen].any():
            if not quiet:
                warnings.warn(
                    f"group {name!r} is known for rows of one class only: it has no expert",
                    ThinDataWarning,
                    stacklevel=4,
                )
            return None
        own = _take(_columns(data, places), seen)
        if self.learner == "committee":
            aside = [None if values is None else values[seen] for values in beside]
            return self._committee(name, own, y[seen], weight[seen], aside, quiet=quiet)
        rises = np.zeros(data.shape[1], dtype=np.int64) if self.rises is None else np.asarray(self.rises)
        scale = self._scale.of_columns(places) if self._scale else None
        return guided_trees.fit(
            own,
            y[seen],
            weight[seen],
            rises[places].tolist(),
            self._seed % 2**30,
            scale=scale,
            kept=None if self.kept is None else np.asarray(self.kept)[places].tolist(),
            trees=0 if self._thin else guided_trees.TREES_OF_A_PART if self._beside_whole(name) else guided_trees.TREES,
        )

    def _committee(
        self, name: str, own: pd.DataFrame, y: Flags, weight: Doubles, beside: Beside, *, quiet: bool
    ) -> Expert | None:
        model = RareEventClassifier(leaks="ignore" if quiet else "warn", random_state=self._seed)
        time, groups = beside
        with warnings.catch_warnings():
            if quiet:
                warnings.simplefilter("ignore")
            try:
                return _Committee(model.fit(own, y, weight, time=time, groups=groups))
            except NothingToLearnError:
                warnings.warn(f"group {name!r} teaches nothing: it has no expert", ThinDataWarning, stacklevel=5)
                return None

    def _answers(self, experts: Mapping[str, Expert], data: Any) -> Doubles:
        out = np.full((len(data), len(self.places_)), np.nan)
        for column, (name, places) in enumerate(self.places_.items()):
            seen = np.flatnonzero(_known(data, places) | (name == TOGETHER))
            if name in experts and len(seen):
                out[seen, column] = experts[name].log_odds(_take(_columns(data, places), seen))
        return out


def _known(data: Any, places: Rows) -> Flags:
    """Rows in which anything of these columns is known."""
    own = _columns(data, places)
    missing: Any = np.isnan(own) if isinstance(own, np.ndarray) else own.isna().to_numpy()
    out: Flags = ~missing.all(axis=1)
    return out


def _columns(data: Any, places: Rows) -> Any:
    return data[:, places] if isinstance(data, np.ndarray) else data.iloc[:, places]


def _take(data: Any, rows: Rows) -> Any:
    return data[rows] if isinstance(data, np.ndarray) else data.iloc[rows]
