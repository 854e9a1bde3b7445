"""From anybody's table to matrices: what a column is, what is wrong with it, and how trees and linear models see it."""

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Doubles = npt.NDArray[np.float64]

NAMES_ENOUGH = 0.9
"""Share of a text column that does not read as numbers from which it holds names rather than numbers and mistakes."""
NAMES_MAYBE = 0.5
"""From this share on it does, too, if no more different numbers than names are in it: "none", "1", "2 to 4"."""
LARGEST = 1e100
"""Its square can still be reckoned with."""
LEAST_DISTINCT_FOR_LOG = 8
INDICATORS = 40
"""Categories with their own indicator in the linear view; rarer ones share none."""
PRIOR_POSITIVES = 1.0
"""A level's rate is pulled towards the overall one as if it had rows enough for this many positives more."""
CROSSED = 5
"""A column of more levels than `INDICATORS` is coded for training rows from other rows alone, in this many parts:
otherwise a level's only positive would tell the trees its own label."""


class ColumnWarning(UserWarning):
    """A column that teaches nothing (constant, all missing), by name."""


class ColumnError(ValueError):
    """A column that cannot be read, by name."""


class NothingToLearnError(ColumnError):
    """No column teaches anything."""


def as_table(x: Any) -> pd.DataFrame:
    """A frame of the caller's columns; an array's columns are called x0, x1, ... Shape (N, columns)."""
    if isinstance(x, pd.DataFrame):
        return x
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(np.shape(x)[1])])


def numbers(column: pd.Series, name: object) -> Doubles | None:
    """The column as float64 with NaN for missing, or None when it holds categories.

    Raises ColumnError when it is mostly numbers with text among them, or holds an infinity.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return None
    if pd.api.types.is_datetime64_any_dtype(column):
        raise ColumnError(f"column {name!r} holds times; pass it to fit(time=...) or turn it into a number")
    if pd.api.types.is_complex_dtype(column):
        raise ValueError(f"Complex data not supported: column {name!r}")
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        present = column.notna()
        wrong = {
            type(value).__name__
            for value in column[present]
            if isinstance(value, dict | list | set | tuple | np.ndarray)
        }
        if wrong:
            raise TypeError(f"column {name!r}: argument must be a string or a real number, not {min(wrong)!r}")
        read = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        text = present.to_numpy() & np.isnan(read)
        if not text.any():
            values = read
        elif not _names(column[text], read[~np.isnan(read)]):
            example = column[text].iloc[0]
            raise ColumnError(
                f"column {name!r} holds numbers, but {int(text.sum())} of {len(column)} rows hold text such as "
                f"{example!r}; make its dtype 'category' if these are names"
            )
        else:
            return None
    if np.isinf(values).any():
        raise ColumnError(f"column {name!r} holds infinity; NaN is how a missing value is written")
    if (np.abs(values, where=~np.isnan(values), out=np.zeros_like(values)) > LARGEST).any():
        raise ColumnError(f"column {name!r} holds numbers above {LARGEST:g}, which cannot be reckoned with")
    return values


def _names(text: pd.Series, read: Doubles) -> bool:
    """Whether a column of these texts and these numbers, as many as rows hold each, is one of names."""
    share = len(text) / (len(text) + len(read))
    return share >= NAMES_ENOUGH or (share >= NAMES_MAYBE and len(np.unique(read)) <= text.astype(str).nunique())


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """`mean` and `scale` are of the values present, for the linear view. `logs`: its sign(x) log(1 + |x|) joins it."""

    mean: float
    scale: float
    log_mean: float
    log_scale: float
    logs: bool
    gaps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """Each level's log-odds from its smoothed rate of positives (trees) and the levels with indicators (linear)."""

    code: dict[str, float]
    indicators: tuple[str, ...]

    @property
    def wide(self) -> bool:
        return len(self.code) > INDICATORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """`trees` (N, columns) keeps NaN for missing; `linear` (N, more columns) is standardised and without NaN."""

    trees: Doubles
    linear: Doubles

    def of(self, rows: npt.NDArray[np.int64]) -> "Views":
        return Views(trees=self.trees[rows], linear=self.linear[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What was learned about the columns that teach something. `positions` are theirs in the table."""

    positions: tuple[int, ...]
    kinds: tuple[Number | Category, ...]

    @classmethod
    def learn(cls, table: pd.DataFrame, y: npt.NDArray[np.bool_], weight: Doubles) -> "Columns":
        """Warns (ColumnWarning) of columns that teach nothing. Raises ColumnError when one cannot be read."""
        positions, kinds = [], []
        for position, name in enumerate(table.columns):
            column = table.iloc[:, position]
            if column.isna().all():
                warnings.warn(
                    f"column {name!r} is missing in every row; it is left out. That costs nothing, unless it was meant "
                    "to be filled",
                    ColumnWarning,
                    stacklevel=4,
                )
                continue
            values = numbers(column, name)
            known = column.dropna() if values is None else values[~np.isnan(values)]
            if pd.Series(known).astype(str if values is None else float).nunique() == 1 and not column.isna().any():
                warnings.warn(
                    f"column {name!r} has one value in every row; it is left out. That costs nothing, unless it was "
                    f"meant to be more than {str(column.iloc[0])!r}",
                    ColumnWarning,
                    stacklevel=4,
                )
                continue
            kinds.append(_category(column, y, weight) if values is None else _number(values, weight))
            positions.append(position)
        return cls(positions=tuple(positions), kinds=tuple(kinds))

    def without(self, dropped: Collection[int]) -> "Columns":
        kept = [(at, kind) for at, kind in zip(self.positions, self.kinds, strict=True) if at not in dropped]
        return Columns(positions=tuple(at for at, _ in kept), kinds=tuple(kind for _, kind in kept))

    def relearned(self, table: pd.DataFrame, y: npt.NDArray[np.bool_], weight: Doubles) -> "Columns":
        """The same columns with categories coded from these rows, for inner validation."""
        kinds = tuple(
            _category(table.iloc[:, at], y, weight) if isinstance(kind, Category) else kind
            for at, kind in zip(self.positions, self.kinds, strict=True)
        )
        return Columns(positions=self.positions, kinds=kinds)

    def training_views(self, table: pd.DataFrame, y: npt.NDArray[np.bool_], weight: Doubles, seed: int) -> Views:
        """Views of the rows that were learned from: no row's own label is in its codes of wide columns."""
        views = self.views(table)
        for at, (position, kind) in enumerate(zip(self.positions, self.kinds, strict=True)):
            if isinstance(kind, Category) and kind.wide:
                views.trees[:, at] = _crossed(table.iloc[:, position], y, weight, seed)
        return views

    @property
    def coded_by_label(self) -> bool:
        return any(isinstance(kind, Category) for kind in self.kinds)

    def views(self, table: pd.DataFrame) -> Views:
        trees: list[Doubles] = []
        linear: list[Doubles] = []
        for position, kind in zip(self.positions, self.kinds, strict=True):
            column = table.iloc[:, position]
            if isinstance(kind, Number):
                values = numbers(column, table.columns[position])
                if values is None:
                    raise ColumnError(f"column {table.columns[position]!r} held numbers in training and holds text now")
                trees.append(values)
                linear.extend(_scaled(values, kind))
            else:
                text = _text(column)
                trees.append(np.asarray(text.map(kind.code), dtype=np.float64))
                linear.extend(np.asarray(text == level, dtype=np.float64) for level in kind.indicators)
        empty = np.empty((len(table), 0))
        return Views(
            trees=np.column_stack(trees) if trees else empty,
            linear=np.column_stack(linear) if linear else empty,
        )


def _text(column: pd.Series) -> "pd.Series[str]":
    text: pd.Series[str] = column.astype(object).where(column.notna(), "missing").astype(str)
    return text


def log(values: Doubles) -> Doubles:
    """sign(x) log(1 + |x|)."""
    out: Doubles = np.sign(values) * np.log1p(np.abs(values))
    return out


def _number(values: Doubles, weight: Doubles) -> Number:
    seen = ~np.isnan(values)
    known, logged, share = values[seen], log(values[seen]), weight[seen]
    if share.sum() <= 0:
        share = np.ones_like(share)
    mean, log_mean = np.average(known, weights=share), np.average(logged, weights=share)
    return Number(
        mean=float(mean),
        scale=float(np.sqrt(np.average((known - mean) ** 2, weights=share))) or 1.0,
        log_mean=float(log_mean),
        log_scale=float(np.sqrt(np.average((logged - log_mean) ** 2, weights=share))) or 1.0,
        logs=len(np.unique(known)) > LEAST_DISTINCT_FOR_LOG,
        gaps=not seen.all(),
    )


def _scaled(values: Doubles, kind: Number) -> list[Doubles]:
    out = [np.nan_to_num((values - kind.mean) / kind.scale)]
    if kind.logs:
        out.append(np.nan_to_num((log(values) - kind.log_mean) / kind.log_scale))
    if kind.gaps:
        out.append(np.isnan(values).astype(np.float64))
    return out


def _category(column: pd.Series, y: npt.NDArray[np.bool_], weight: Doubles) -> Category:
    table = pd.DataFrame({"level": _text(column).to_numpy(), "hit": weight * y, "row": weight})
    sums = table.groupby("level")[["hit", "row"]].sum()
    largest = sums["row"].sort_values(ascending=False, kind="stable").index[:INDICATORS]
    return Category(
        code=_codes(table),
        indicators=tuple(str(level) for level in largest),
    )


def _codes(table: pd.DataFrame) -> dict[str, float]:
    sums = table.groupby("level")[["hit", "row"]].sum()
    overall = min(max(table["hit"].sum() / max(table["row"].sum(), 1e-12), 1e-6), 1 - 1e-6)
    prior = PRIOR_POSITIVES / overall
    rate = (sums["hit"] + prior * overall) / (sums["row"] + prior)
    return {str(level): float(np.log(odds)) for level, odds in (rate / (1.0 - rate).clip(lower=1e-6)).items()}


def _crossed(column: pd.Series, y: npt.NDArray[np.bool_], weight: Doubles, seed: int) -> Doubles:
    """Each row's code as learned from the parts it is not in; NaN for a level that is in no other part."""
    text = _text(column)
    table = pd.DataFrame({"level": text.to_numpy(), "hit": weight * y, "row": weight})
    part = np.random.default_rng(seed).permutation(len(table)) % CROSSED
    out = np.full(len(table), np.nan)
    for number in range(CROSSED):
        codes = _codes(table[part != number])
        out[part == number] = table.loc[part == number, "level"].map(codes)
    return out
