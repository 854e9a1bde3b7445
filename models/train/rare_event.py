"""A classifier for few positives: varied members, each calibrated out of fold, averaged in log-odds.

Method. The rows are cut into inner folds. For every fold, ratios that tell something join the other folds' columns
(models.train.rare_event_ratios) and each member (models.train.rare_event_members) is fitted on them; all these fits
together are the model (a cross-validated committee, Parmanto et al. 1996), and each row is judged by the fits that
never saw it, so that validation costs no fit that is not also used. On those judgements every member is first made
calibrated log-odds by itself (Platt 1999), which shrinks one that has learned little; then weights are fitted, drawn
towards what each member gained by itself, because what forty cases say about six weights at once is mostly noise.
"""

import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted
from tqdm import tqdm

from models.train import given
from models.train.rare_event_columns import Columns, Doubles, NothingToLearnError
from models.train.rare_event_folds import Fold, ThinDataWarning, inner_folds
from models.train.rare_event_leaks import LeakWarning, Suspect, carried, leaks, told
from models.train.rare_event_members import Flags, Member, members
from models.train.rare_event_mix import Mix, mixed
from models.train.rare_event_ratios import NONE, Ratios, ratios

LEAST_FOR_TREES = 10
"""Different positives (and negatives) below which only the linear member is fitted: trees would learn them by heart."""
LEAST_FOR_COMFORT = 30
"""Positives below which fit warns that the ranking rests on very little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was learned without one inner fold: the columns' codes, ratios of columns, and members by name."""

    columns: Columns
    ratios: Ratios
    members: Mapping[str, Member]


class RareEventClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary classifier made for some 30 to 500 positives among 10^5 rows.

    Columns may be numbers or categories (text, `category`), with missing values. The positive class is `classes_[1]`.

    Parameters
    ----------
    leaks : "warn", "drop" or "ignore", default "warn"
        What to do with columns that look like an identifier, row order or the label under another name
        (`suspected_leaks_`): warn by name, warn and leave them out, or nothing.
    inner_folds : int, default 5
        Folds of the inner validation; every member is fitted as often, each time without one of them.
    trees : int, default 100
        Trees of each of the two bags, over all folds.
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
        inner_folds: int = 5,
        trees: int = 100,
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
        table, labels = given.rows(self, X, y)
        weight = _check_sample_weight(sample_weight, table, dtype=np.float64, ensure_non_negative=True)
        self.classes_ = given.two_classes(labels)
        kept = weight > 0
        positive: Flags = (labels == self.classes_[1])[kept]
        if not positive.any() or positive.all():
            raise ValueError("rows with a weight above 0 hold one class only; two are needed")
        table, weight = table[kept], weight[kept]
        moments, group = (given.beside(values, kept, name) for values, name in ((time, "time"), (groups, "groups")))
        rng = check_random_state(self.random_state)
        seed = int(rng.randint(2**31 - 10_000))

        columns = Columns.learn(table, positive, weight)
        self.suspected_leaks_: list[Suspect] = (
            [] if self.leaks == "ignore" else leaks(table, columns, positive, weight, seed)
        )
        self._judge_suspects(columns, table, positive, weight, seed)
        if self.leaks == "drop" and self.suspected_leaks_:
            columns = columns.without({suspect.position for suspect in self.suspected_leaks_})
        if not columns.positions:
            raise NothingToLearnError("no column is left to learn from")

        thinnest = min(given.different(table[positive]), given.different(table[~positive]))
        if (fewer := min(positive.sum(), (~positive).sum())) < LEAST_FOR_COMFORT:
            kind = "positives" if positive.sum() == fewer else "negatives"
            warnings.warn(
                f"{int(fewer)} {kind} among {len(positive)} rows: the ranking rests on very little",
                ThinDataWarning,
                stacklevel=2,
            )
        if thinnest < LEAST_FOR_TREES:
            member = members(1)["linear"](columns.training_views(table, positive, weight, seed), positive, weight, seed)
            self._parts = [Part(columns=columns, ratios=NONE, members={"linear": member})]
            self._mix = Mix(weights={"linear": 1.0}, factors={"linear": 1.0}, offset=0.0)
        else:
            folds = list(inner_folds(positive, self.inner_folds, seed % 2**31, moments, group))
            self._parts, judged = self._fit_parts(columns, table, positive, weight, seed, folds)
            self._mix = mixed(judged, positive, weight, LEAST_FOR_TREES)
        self.weights_ = dict(self._mix.weights)
        return self

    def _judge_suspects(self, columns: Columns, table: pd.DataFrame, y: Flags, weight: Doubles, seed: int) -> None:
        if not self.suspected_leaks_:
            return
        at = [columns.positions.index(s.position) for s in self.suspected_leaks_ if s.position in columns.positions]
        found = carried(columns.training_views(table, y, weight, seed).trees, y, at, seed)
        self.leak_auc_ = found
        warnings.warn(told(self.suspected_leaks_, found, dropped=self.leaks == "drop"), LeakWarning, stacklevel=3)

    def _fit_parts(
        self, columns: Columns, table: pd.DataFrame, y: Flags, weight: Doubles, seed: int, folds: Sequence[Fold]
    ) -> tuple[list[Part], dict[str, Doubles]]:
        """A part a fold; and members' log-odds of each row by the part that did not see it, NaN where all did."""
        whole: Fold = (np.arange(len(y)), np.empty(0, dtype=np.int64))
        splits = folds or [whole]
        fits = members(max(1, self.trees // len(splits)))
        judged = {name: np.full(len(y), np.nan) for name in fits}
        parts = []
        with tqdm(total=len(splits) * len(fits), desc="learning", disable=not self.progress, file=sys.stderr) as bar:
            for number, (inside, outside) in enumerate(splits):
                known = table.iloc[inside]
                coded = columns.relearned(known, y[inside], weight[inside]) if columns.coded_by_label else columns
                views = coded.training_views(known, y[inside], weight[inside], seed)
                telling = ratios(views, y[inside], weight[inside], seed + 10 * number)
                views, rest = telling.beside(views), telling.beside(coded.views(table.iloc[outside]))
                fitted = {}
                for name, fit in fits.items():
                    fitted[name] = fit(views, y[inside], weight[inside], seed + 10 * number)
                    if len(outside):
                        judged[name][outside] = fitted[name].log_odds(rest)
                    bar.update()
                parts.append(Part(columns=coded, ratios=telling, members=fitted))
        return parts, judged

    def decision_function(self, X: Any) -> Doubles:  # noqa: N803
        """Calibrated log-odds of `classes_[1]`, shape (N,)."""
        check_is_fitted(self)
        table, _ = given.rows(self, X)
        total = np.full(len(table), self._mix.offset)
        for part in self._parts:
            views = part.ratios.beside(part.columns.views(table))
            for name, factor in self._mix.factors.items():
                total += factor / len(self._parts) * part.members[name].log_odds(views)
        return total

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
