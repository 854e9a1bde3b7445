"""Columns that look like a leak: identifiers, row order, what moves in step with them, and what tells the label alone.

A table in the order in which cases were found, or with ids given out in that order, lets a model read the label off a
neighbour's. It does so in every random split and never again in production (the published 0.97 of fraud_oracle). And a
column written after the case was decided (a closing code, a refund) tells the label by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from models.train.rare_event_columns import Columns, Doubles, numbers

IN_STEP = 0.98
"""Rank correlation with row order or an identifier, as a share of the highest that the column's ties allow."""
IN_ORDER = "rises or falls with row order: an identifier, a clock or what the table is sorted by"
DISTINCT = 0.95
"""Share of rows with a value of their own from which a whole-numbered or text column is an identifier."""
EVEN = 0.1
"""Largest gap (Kolmogorov-Smirnov) between an identifier's values and evenly spread ones; amounts are not even."""
LEAST_ROWS = 100
LEAST_CASES = 10
"""Positives, and negatives, below which no column is judged by what it tells."""
ALONE = 0.97
"""Out-of-fold AUC of one column alone from which it is too good, when the others together fall behind."""
SAME = 0.95
"""Out-of-fold average precision of one column alone from which it is the label under another name."""
ONE_VALUE = 0.5
"""Share of a class with one value (a code, nothing, a gap) from which a column says how a case ended, not how much of
something there was. A measurement, with values of their own on both sides, may simply be a good predictor."""
TELLING = 0.8
"""Out-of-fold AUC of the other columns together from which they are a yardstick for a measurement. Where they know
nothing, the one good column of a table would be far ahead of them, too."""
SEVERAL = 3
"""Other columns from which one that all but equals the label is no longer just the one good column of a small table."""
_WIDEST = 1e300
NEGATIVES = 20_000
"""Negatives that these judgements look at, at most."""
GIVES_AWAY = 0.05
"""Fall of the out-of-fold AUC without the columns, from which they are said to carry the result."""


class LeakWarning(UserWarning):
    """A column that looks like a leak, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A column and why it is suspected, in words."""

    column: Any
    position: int
    reason: str


def leaks(table: pd.DataFrame, columns: Columns, y: npt.NDArray[np.bool_], weight: Doubles, seed: int) -> list[Suspect]:
    """Every column that looks like a leak, in the table's order: `suspects`, and `tellers` among the others."""
    found = {suspect.position: suspect for suspect in suspects(table)}
    others = columns.without(found)
    if others.positions:
        trees = others.training_views(table, y, weight, seed).trees
        names = [table.columns[at] for at in others.positions]
        found |= {suspect.position: suspect for suspect in tellers(trees, names, others.positions, y, seed)}
    return [found[position] for position in sorted(found)]


def suspects(table: pd.DataFrame) -> list[Suspect]:
    """Identifiers and columns in step with row order or with an identifier. Looks at values alone, not at labels."""
    if len(table) < LEAST_ROWS:
        return []
    found: dict[int, Suspect] = {}
    ranks: dict[int, Doubles] = {}
    for position, name in enumerate(table.columns):
        column = table.iloc[:, position]
        values = numbers(column, name)
        if values is None:
            if column.nunique() >= DISTINCT * len(column):
                found[position] = Suspect(
                    column=name, position=position, reason="has a value of its own in nearly every row: an identifier"
                )
            continue
        present = ~np.isnan(values)
        if present.sum() < max(LEAST_ROWS, len(values) / 2) or np.ptp(values[present]) == 0:
            continue
        ranks[position] = np.asarray(pd.Series(values).rank(), dtype=np.float64)
        if _in_step(ranks[position], np.arange(len(values), dtype=np.float64)):
            found[position] = Suspect(column=name, position=position, reason=IN_ORDER)
        elif _identifies(values[present]):
            found[position] = Suspect(
                column=name, position=position, reason="holds whole numbers, evenly spread, one a row: an identifier"
            )
    anchors = [(suspect.column, ranks[at]) for at, suspect in found.items() if at in ranks and _distinct(ranks[at])]
    for position, rank in ranks.items():
        for anchor, order in anchors:
            if position not in found and _in_step(rank, order):
                found[position] = Suspect(
                    column=table.columns[position], position=position, reason=f"moves in step with {anchor!r}"
                )
    return [found[position] for position in sorted(found)]


def tellers(
    trees: Doubles, names: Sequence[Any], positions: Sequence[int], y: npt.NDArray[np.bool_], seed: int
) -> list[Suspect]:
    """Columns that alone give the label away: it under another name, or nearly all of the result while others lag.

    `trees` (N, columns) with their names and positions in the table; NaN is a value like others, since a column filled
    in for positives only tells as much. "Others" are those that do not reach so much alone: leaks often come in twos.
    To tell well is not enough: a measurement is suspected only beside others that tell something themselves, or when it
    all but equals the label in a table of several columns.
    """
    if min(y.sum(), (~y).sum()) < LEAST_CASES or len(y) < LEAST_ROWS:
        return []
    rng = np.random.default_rng(seed)
    keep = np.sort(np.r_[np.flatnonzero(y), _some(np.flatnonzero(~y), NEGATIVES, rng)])
    x, labels = trees[keep], y[keep]
    share = np.where(labels, 1.0, (~y).sum() / (~labels).sum())
    alone: dict[int, tuple[float, float]] = {}
    for at in range(x.shape[1]):
        score = _best_alone(x[:, at], labels, seed)
        auc = float(roc_auc_score(labels, score))
        if auc > ALONE:
            alone[at] = auc, float(average_precision_score(labels, score, sample_weight=share))
    rest = [at for at in range(x.shape[1]) if at not in alone]
    others = _auc(x[:, rest], labels, seed) if alone and rest else 0.5
    found = []
    for at, (auc, precision) in alone.items():
        code = _is_code(x[:, at], labels)
        if precision > SAME and (code or len(rest) >= SEVERAL):
            reason = f"all but equals the label (average precision {precision:.3f} by itself)"
        elif auc - others >= GIVES_AWAY and (code or others >= TELLING):
            reason = f"alone reaches an AUC of {auc:.3f}, the others together {others:.3f}: is it known beforehand?"
        else:
            continue
        found.append(Suspect(column=names[at], position=positions[at], reason=reason))
    return found


def told(found: Sequence[Suspect], auc: tuple[float, float] | None, *, dropped: bool) -> str:
    """The warning: each column, what was seen of it, what was done and what to do. `auc` is what `carried` gave."""
    seen = "; ".join(f"column {suspect.column!r} {suspect.reason}" for suspect in found)
    if auc:
        fall = "they carry the result" if auc[0] - auc[1] >= GIVES_AWAY else "they carry little of the result"
        seen += f"; in random folds AUC is {auc[0]:.3f} with and {auc[1]:.3f} without: {fall}"
    if dropped:
        return f"possible leak: {seen} (left out). What is known when a case is decided can stay: leaks='warn'"
    return (
        f"possible leak: {seen} (still used). Leave out what is not known when a case is decided, and what only names "
        "or numbers a row: leaks='drop' leaves out all of it"
    )


def carried(trees: Doubles, y: npt.NDArray[np.bool_], leaking: Sequence[int], seed: int) -> tuple[float, float] | None:
    """Out-of-fold AUC with and without the columns `leaking` (positions in `trees`); None with too few positives.

    Folds are random on purpose: that is where such a column shines.
    """
    if not leaking or min(y.sum(), (~y).sum()) < LEAST_CASES:
        return None
    rest = [column for column in range(trees.shape[1]) if column not in set(leaking)]
    if not rest:
        return None
    rng = np.random.default_rng(seed)
    keep = np.sort(np.r_[np.flatnonzero(y), _some(np.flatnonzero(~y), NEGATIVES, rng)])
    with_them = _auc(trees[keep], y[keep], seed)
    return with_them, _auc(trees[keep][:, rest], y[keep], seed)


def _auc(x: Doubles, y: npt.NDArray[np.bool_], seed: int) -> float:
    model = ExtraTreesClassifier(60, min_samples_leaf=2, max_features=0.5, class_weight="balanced", n_jobs=1)
    return float(roc_auc_score(y, _out_of_fold(x, y, seed, model)))


def _best_alone(column: Doubles, y: npt.NDArray[np.bool_], seed: int) -> Doubles:
    """The column up or down, gaps at either end, or a small tree's out-of-fold score: whichever ranks best."""
    scores = [
        _out_of_fold(column[:, None], y, seed, DecisionTreeClassifier(max_leaf_nodes=8, min_samples_leaf=3)),
        *(sign * np.nan_to_num(column, nan=end) for sign in (1.0, -1.0) for end in (-_WIDEST, _WIDEST)),
    ]
    return max(scores, key=lambda score: float(roc_auc_score(y, score)))


def _out_of_fold(x: Doubles, y: npt.NDArray[np.bool_], seed: int, model: Any) -> Doubles:
    score = np.zeros(len(y))
    model.set_params(random_state=seed)
    for inside, outside in StratifiedKFold(3, shuffle=True, random_state=seed).split(x, y):
        score[outside] = model.fit(x[inside], y[inside]).predict_proba(x[outside])[:, 1]
    return score


def _is_code(column: Doubles, y: npt.NDArray[np.bool_]) -> bool:
    """Whether one value, which may be a gap, holds much of either class (`ONE_VALUE`)."""
    return any(
        pd.Series(column[rows]).value_counts(normalize=True, dropna=False).max() >= ONE_VALUE for rows in (y, ~y)
    )


def _some(rows: npt.NDArray[np.int64], count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    return rows if len(rows) <= count else rng.choice(rows, count, replace=False)


def _distinct(rank: Doubles) -> bool:
    known = rank[~np.isnan(rank)]
    return len(np.unique(known)) >= DISTINCT * len(known)


def _identifies(values: Doubles) -> bool:
    if not (values == np.round(values)).all() or len(np.unique(values)) < DISTINCT * len(values):
        return False
    ordered = np.sort(values)
    even = np.linspace(0.0, 1.0, len(values))
    return bool(np.abs((ordered - ordered[0]) / (ordered[-1] - ordered[0]) - even).max() < EVEN)


def _in_step(rank: Doubles, order: Doubles) -> bool:
    """Whether `rank` rises or falls with `order`, as far as its ties allow."""
    both = ~np.isnan(rank) & ~np.isnan(order)
    rank, order = rank[both], order[both]
    if len(rank) < LEAST_ROWS or np.ptp(rank) == 0 or np.ptp(order) == 0:
        return False
    most = np.corrcoef(np.sort(rank), np.sort(order))[0, 1]
    return bool(abs(np.corrcoef(rank, order)[0, 1]) >= IN_STEP * most)
