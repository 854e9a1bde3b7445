"""Inner validation: what is held back, so that weights, calibration and leak tests see no row they were fitted on."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Fold = tuple[Rows, Rows]
"""Rows to fit on, rows to judge on."""


class ThinDataWarning(UserWarning):
    """So few rows of a class, in all or where they are needed, that the result deserves little trust."""


class TimeFoldsWarning(ThinDataWarning):
    """No blocks of time can be held back, although times were given: rows are held back at random instead.

    What inner validation then finds (weights, calibration) may not hold later. Apart from the other, so that whoever
    expects thin data and ignores ThinDataWarning can still be told of this.
    """


LEAST_A_FOLD = 3
"""Positives on either side of a fold in time or of groups; with fewer, the fold says nothing."""


def inner_folds(
    y: Flags, count: int, seed: int, time: npt.NDArray[Any] | None, groups: npt.NDArray[Any] | None
) -> list[Fold]:
    """(rows to fit on, rows to judge on), at most `count` times; none when whole groups leave too few positives.

    With `groups`: no group on both sides. With `time`: blocks in time, each judged by what was fitted on the others, so
    that an event is not judged by its neighbours of the same hours. Otherwise stratified at random, with a
    TimeFoldsWarning when `time` was given and too few positives and negatives lie in different times.
    """
    count = int(min(count, y.sum(), (~y).sum()))
    if groups is not None:
        codes, different = pd.factorize(groups)
        if (count := min(count, len(different))) < 2:
            return []
        folds = list(StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(y, y, codes))
        return _telling(y, folds)
    if time is not None:
        block = blocks(y, time, count)
        folds = [(np.flatnonzero(block != number), np.flatnonzero(block == number)) for number in range(count)]
        if found := _telling(y, folds):
            return found
        seen = ", ".join(
            f"{rows.sum():,} {kind} at {len(np.unique(time[rows])):,}"
            for kind, rows in (("positives", y), ("negatives", ~y))
        )
        warnings.warn(
            f"too few positives and negatives in different times to hold back blocks of time ({seen} of them): inner "
            "validation is at random, and what it finds may not hold later",
            TimeFoldsWarning,
            stacklevel=3,
        )
    return list(StratifiedKFold(count, shuffle=True, random_state=seed).split(y, y))


def blocks(y: Flags, time: npt.NDArray[Any], count: int) -> Rows:
    """Consecutive blocks with about as many positives each, shape (N,); rows of one moment share a block."""
    moments, moment = np.unique(time, return_inverse=True)
    positives = np.bincount(moment, weights=y, minlength=len(moments))
    before = np.cumsum(positives) - positives
    block = np.minimum(count - 1, (before * count / max(1.0, positives.sum())).astype(np.int64))
    out: Rows = block[moment]
    return out


def _telling(y: Flags, folds: list[Fold]) -> list[Fold]:
    """Folds with positives and negatives enough on both sides; none unless there are two."""
    found = [(inside, outside) for inside, outside in folds if _enough(y[inside]) and _enough(y[outside])]
    return found if len(found) > 1 else []


def _enough(y: Flags) -> bool:
    return bool(y.sum() >= LEAST_A_FOLD and not y.all())
