"""`python -m models fit-score`: learn from one table, score another, whoever's they are.

Reads CSV (also .tsv, .gz) and Parquet. Everything odd about the tables is said by the column's name: as an error when
no honest score is possible, as a warning when one is.
"""

import argparse
import sys
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.table_files import TableError, listed, read_table, writer
from models.train.rare_event import RareEventClassifier
from models.train.rare_event_columns import ColumnWarning, numbers
from models.train.rare_event_folds import ThinDataWarning, TimeFoldsWarning
from models.train.rare_event_leaks import DISTINCT, LeakWarning

SCORE = "score"
ROW = "row"
POSITIVE_WORDS = frozenset({"1", "true", "t", "yes", "y", "positive", "pos", "fraud", "scam", "是"})
NEGATIVE_WORDS = frozenset({"0", "-1", "false", "f", "no", "n", "negative", "neg", "genuine", "normal", "否"})


class TargetWarning(UserWarning):
    """Which value of the target is taken as the positive one, where that is not written in the values."""


class OverlapWarning(UserWarning):
    """Training and test rows that are not apart: the same group, the same row, or training after test."""


MOSTLY = 0.5
"""Share of a text column's values that are numbers with marks from which they are meant as numbers."""
LEAST_GROUPS = 2
WRITTEN_NUMBER = r"\s*(NT\$|[$€£¥])?\s*[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?\s*[%元]?\s*"
"""With thousands apart, a currency or a per-cent sign."""
EITHER_WAY = r"\s*\d{1,3}[-/.:]\d"  # 01/02/2026 (either day), 115/01/02 (no year of ours), 9:00 (no day)
DATE = r"\d{4}[-/]\d\d?[-/]\d\d?(\D|$)"

SHOWN = (ColumnWarning, LeakWarning, OverlapWarning, TargetWarning, ThinDataWarning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to learn from and what to score. Column names are those of the files."""

    train: Path
    test: Path
    target: str
    time: str | None = None
    group: str | None = None
    id: str | None = None
    positive: str | None = None
    """The target's positive value; None lets the values decide."""
    leave_out: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Columns to read as categories although they look like numbers."""
    leaks: Literal["warn", "drop"] = "warn"
    seed: int = 0
    progress: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """`table` has one row a test row in the test file's order: `row` or the id column, and `score`, a probability."""

    table: pd.DataFrame
    positive: str
    model: RareEventClassifier


def main(options: argparse.Namespace) -> int:
    """0 when the scores are written, 1 with a message when the tables do not allow it."""
    try:
        _run(options)
    except (OSError, ValueError) as error:
        print(f"models: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    task = Task(
        train=options.train,
        test=options.test,
        target=options.target,
        time=options.time,
        group=options.group,
        id=options.id,
        positive=options.positive,
        leave_out=tuple(options.leave_out),
        names=tuple(options.names),
        leaks=options.leaks,
        seed=options.seed,
        progress=not options.quiet,
    )
    write = writer(options.out, (task.train, task.test))
    with warnings.catch_warnings():
        for category in SHOWN:
            warnings.simplefilter("always", category)
        warnings.showwarning = partial(_say, task)
        scored = fit_score(task)
    write(scored.table)
    score = scored.table[SCORE]
    print(
        f"{options.out}: {len(score):,} rows scored; {SCORE} is the probability of {task.target} = {scored.positive}, "
        f"mean {score.mean():.3g}, highest {score.max():.3g}"
    )


def fit_score(task: Task) -> Scored:
    """Learns from one table and scores the other.

    Raises TableError when a file or column makes no sense, ColumnError when a column cannot be read.
    Warns: `SHOWN`.
    """
    as_text = dict.fromkeys([*task.names, *([task.id] if task.id else [])], str)
    train = read_table(task.train, as_text)
    named = [name for name in (task.target, task.time, task.group, task.id) if name is not None]
    _need(train, [*(name for name in named if name != task.id), *task.leave_out, *task.names], task.train)
    if len(named) > len(set(named)):
        raise TableError(f"one column is named for two parts among target, time, group and id: {listed(named)}")
    unused = {*named, *task.leave_out}
    if idle := sorted(unused & set(task.names)):
        raise TableError(f"column {listed(idle)} is named as one of codes, but it is not learned from")
    test = read_table(task.test, as_text | {name: str for name in train.columns if train[name].dtype == "str"})
    labels, positive = labels_of(train[task.target], task.target, task.positive)

    features = [name for name in train.columns if name not in unused]
    if not features:
        raise TableError(f"{task.train.name}: no column is left to learn from")
    _need(test, [*features, *([task.id] if task.id else [])], task.test)
    time = _times(train[task.time], f"time {task.time!r}") if task.time else None
    groups = _known(train, task.group) if task.group else None
    _look_for_overlap(task, train, test, time)
    learned, judged = _readable(task, train[features], test[features])
    _look_for_copies(learned, judged)

    model = RareEventClassifier(leaks=task.leaks, random_state=task.seed, progress=task.progress)
    score = model.fit(learned, labels, time=time, groups=groups).predict_proba(judged)[:, 1]
    if lost := int((~np.isfinite(score)).sum()):
        raise TableError(f"{lost:,} of {len(score):,} scores is no number: {task.test.name} holds values to look at")
    for suspect in model.suspected_leaks_:
        _look_for_same_rows(suspect.column, train[suspect.column], test[suspect.column])
    first = {task.id: test[task.id].to_numpy()} if task.id else {ROW: np.arange(len(test))}
    return Scored(table=pd.DataFrame({**first, SCORE: score}), positive=positive, model=model)


def labels_of(column: pd.Series, name: str, positive: str | None = None) -> tuple[npt.NDArray[np.int64], str]:
    """(1 for positive and 0 for negative, the positive value as text).

    Without `positive`: 1, true, yes and the like against 0, false, no; failing that the rarer value, with a warning.
    Raises TableError when the column has gaps, one value, or more than two.
    """
    if column.isna().any():
        raise TableError(f"target {name!r} is missing in {int(column.isna().sum()):,} of {len(column):,} training rows")
    number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    values = column.map("{:.17g}".format) if number else column.astype(str).str.strip()
    counts = values.value_counts()
    found = [str(value) for value in counts.index]
    if len(found) > 2:
        raise TableError(f"target {name!r} holds {len(found):,} values ({listed(found)}); two are needed")
    if len(found) == 1:
        raise TableError(_one_value(name, found[0], len(column), positive))
    if positive is not None:
        if positive not in found:
            raise TableError(f"target {name!r} holds {listed(found)}, not the positive value {positive!r}")
        chosen = positive
    else:
        yes = [value for value in found if value.lower() in POSITIVE_WORDS]
        no = [value for value in found if value.lower() in NEGATIVE_WORDS]
        chosen = yes[0] if len(yes) == 1 and len(no) == 1 else _rarer(name, found, counts)
    return (values == chosen).to_numpy().astype(np.int64), chosen


def _rarer(name: str, found: list[str], counts: pd.Series) -> str:
    chosen = min(found, key=lambda value: (counts[value], found.index(value)))
    warnings.warn(
        f"target {name!r}: {chosen!r} is taken as positive, being the rarer ({counts[chosen]:,} of {counts.sum():,} "
        f"rows); --positive says otherwise",
        TargetWarning,
        stacklevel=3,
    )
    return chosen


def _one_value(name: str, value: str, rows: int, positive: str | None) -> str:
    said = f"target {name!r} holds one class only: {value!r} in all {rows:,} training rows"
    negative = value != positive if positive else value.lower() in NEGATIVE_WORDS
    return f"{said}; there are no positives to learn from" if negative else said


def _look_for_overlap(task: Task, train: pd.DataFrame, test: pd.DataFrame, time: npt.NDArray[Any] | None) -> None:
    if task.id:
        _repeated(test[task.id], task.id, "test")
    if task.id and task.id in train.columns:
        _repeated(train[task.id], task.id, "training")
        both = _keys(test[task.id].dropna()).isin(set(_keys(train[task.id].dropna())))
        if both.any():
            _overlap(
                f"id {task.id!r}: {int(both.sum()):,} of {len(test):,} test rows bear the id of a training row; "
                "what was learned by heart passes there for foresight"
            )
    if task.group and task.group in test.columns:
        known, asked = _keys(train[task.group].dropna()), _keys(test[task.group].dropna())
        groups = set(asked) & set(known)
        if groups:
            _overlap(
                f"group {task.group!r}: {len(groups):,} groups are on both sides of the split "
                f"({int(asked.isin(groups).sum()):,} of {len(test):,} test rows)"
            )
    if task.time and time is not None and task.time in test.columns and test[task.time].notna().any():
        asked_at = _times(test[task.time].dropna(), f"{task.test.name}: time {task.time!r}")
        if (time.dtype.kind == "M") != (asked_at.dtype.kind == "M"):
            kinds = [f"{'dates' if t.dtype.kind == 'M' else 'numbers'} in" for t in (time, asked_at)]
            raise TableError(f"time {task.time!r} holds {kinds[0]} {task.train.name} and {kinds[1]} {task.test.name}")
        late = int((time > asked_at.min()).sum())
        if late:
            _overlap(f"time {task.time!r}: {late:,} training rows are later than the first test row")


def _look_for_copies(train: pd.DataFrame, test: pd.DataFrame) -> None:
    """Test rows that were learned from; where training rows are mostly alike, so may those of the test be."""
    known, asked = (pd.util.hash_pandas_object(table.apply(_comparable), index=False) for table in (train, test))
    if known.nunique() < DISTINCT * len(known):
        return
    both = int(asked.isin(set(known)).sum())
    if both:
        _overlap(f"{both:,} of {len(asked):,} test rows equal a training row in every column learned from")


def _comparable(column: pd.Series) -> pd.Series:
    """The same values for the same things, whatever else is in the two columns."""
    read = numbers(column, column.name)
    return column.astype(str) if read is None else pd.Series(read, index=column.index)


def _keys(column: pd.Series) -> pd.Series:
    """As text; whole numbers alike whether or not a gap elsewhere made the column one of floats."""
    if pd.api.types.is_float_dtype(column):
        return column.map("{:.17g}".format)
    return column.astype(str)


def _repeated(column: pd.Series, name: str, where: str) -> None:
    again = int(column.duplicated().sum())
    if again:
        _overlap(f"id {name!r}: {again:,} of {len(column):,} {where} rows repeat an id of another {where} row")


def _overlap(said: str) -> None:
    warnings.warn(said, OverlapWarning, stacklevel=4)


def _times(column: pd.Series, what: str) -> npt.NDArray[Any]:
    """Numbers as they are; text and dates as moments in UTC. `what` names the column in a TableError."""
    if column.isna().any():
        raise TableError(f"{what} is missing in {int(column.isna().sum()):,} of {len(column):,} rows")
    if pd.api.types.is_numeric_dtype(column):
        if np.isinf(column.to_numpy(dtype=np.float64)).any():
            raise TableError(f"{what} holds infinity")
        return column.to_numpy()
    plain = column.where(~column.astype(str).str.match(EITHER_WAY))
    moments = pd.to_datetime(plain, errors="coerce", utc=True, format="mixed")
    if moments.isna().any():
        example = column[moments.isna()].iloc[0]
        raise TableError(
            f"{what} cannot be read in {int(moments.isna().sum()):,} of {len(column):,} rows, such as "
            f"{example!r}; 2026-01-31 or 2026-01-31T12:00:00 can"
        )
    return moments.dt.tz_convert(None).to_numpy()


def _known(table: pd.DataFrame, group: str) -> npt.NDArray[Any]:
    missing = int(table[group].isna().sum())
    if missing:
        raise TableError(f"group {group!r} is missing in {missing:,} of {len(table):,} training rows")
    if table[group].nunique() < LEAST_GROUPS:
        raise TableError(f"group {group!r} holds 1 group in {len(table):,} rows; at least {LEAST_GROUPS} are needed")
    return table[group].astype(str).to_numpy()


def _readable(task: Task, train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables as the learner takes them: codes as categories, dates as days. Raises TableError before it learns."""
    train, test = (table.astype(dict.fromkeys(task.names, "category")) for table in (train, test))
    for name in train.columns:
        if train[name].isna().all():  # the learner leaves it out and says so
            continue
        if _holds_dates(train[name]):
            _column(
                f"column {name!r} holds dates; it is read as days since 1970. Name it under --time instead if it says "
                "when a row happened: days after the last of training read like that one"
            )
            train[name], test[name] = (
                _days(table[name], f"{path.name}: column {name!r}")
                for path, table in ((task.train, train), (task.test, test))
            )
        if test[name].isna().all():
            _column(
                f"column {name!r} is missing in every row to score; in training it is not. It is still used: fill it, "
                "or leave it out with --leave-out"
            )
        _look_for_written_numbers(task.train, train[name])
        if _numbers(task.train, train, name) is None:
            _look_for_unknown_names(train[name], test[name].dropna())
            train[name], test[name] = (table[name].astype("category") for table in (train, test))
        elif _numbers(task.test, test, name) is None:
            example = test[name].dropna().iloc[0]
            raise TableError(f"{task.test.name}: column {name!r} holds text such as {example!r}; in training, numbers")
    return train, test


def _numbers(path: Path, table: pd.DataFrame, name: str) -> npt.NDArray[np.float64] | None:
    try:
        return numbers(table[name], name)
    except (TypeError, ValueError) as error:
        raise TableError(f"{path.name}: {error}") from error


def _column(said: str) -> None:
    warnings.warn(said, ColumnWarning, stacklevel=4)


def _look_for_unknown_names(known: pd.Series, asked: pd.Series) -> None:
    """None of the names known at all: two spellings of one thing, 1 and 1.0 or `app` and `APP`."""
    if len(asked) and not asked.astype(str).isin(set(known.dropna().astype(str))).any():
        _column(
            f"column {known.name!r} holds no name that training knows: {str(asked.iloc[0])!r} for one, there "
            f"{str(known.dropna().iloc[0])!r}. It is still used, and tells nothing: write names alike in both files"
        )


def _look_for_written_numbers(path: Path, column: pd.Series) -> None:
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_numeric_dtype(column):
        return
    present = column.dropna().astype(str)
    written = present[present.str.fullmatch(WRITTEN_NUMBER)]
    marked = written[pd.to_numeric(written, errors="coerce").isna()]
    if len(marked) and len(written) > MOSTLY * len(present):
        raise TableError(
            f"{path.name}: column {column.name!r} holds numbers written as text such as {marked.iloc[0]!r}; write "
            "1234.5, or list the column under --names if these are codes"
        )


def _holds_dates(column: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if pd.api.types.is_numeric_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return False
    present = column.dropna()
    return len(present) > 0 and bool(present.astype(str).str.match(DATE).all())


def _days(column: pd.Series, what: str) -> pd.Series:
    present = column.dropna()
    moments = pd.Series(_times(present, what), index=present.index).astype("datetime64[us]")
    return (moments.astype("int64") / 86_400e6).reindex(column.index)


def _look_for_same_rows(name: str, train: pd.Series, test: pd.Series) -> None:
    if train.nunique() < DISTINCT * len(train):
        return
    both = int(test.dropna().astype(str).isin(set(train.dropna().astype(str))).sum())
    if both:
        _overlap(
            f"column {name!r} looks like an identifier, and {both:,} of {len(test):,} test rows bear a training row's"
        )


def _need(table: pd.DataFrame, names: list[str], path: Path) -> None:
    missing = [name for name in names if name not in table.columns]
    if missing:
        kind = "column" if len(missing) == 1 else f"{len(missing)} columns"
        raise TableError(f"{path.name} has no {kind} {listed(missing)}; it holds {listed(list(table.columns))}")


def _say(task: Task, message: Warning | str, category: type[Warning], *_where: Any, **_more: Any) -> None:
    """The learner knows no column's name for the times it is given; here there is one."""
    about = f"time {task.time!r}: " if issubclass(category, TimeFoldsWarning) else ""
    print(f"models: {category.__name__}: {about}{message}", file=sys.stderr)
