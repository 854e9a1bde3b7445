"""Inner validation: what is held back, so that weights, calibration and leak tests see no row they were fitted on."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEAST_A_FOLD = 3
"""Positives on either side of a fold in time; with fewer, the fold says nothing."""


def inner_folds(
    y: Flags, count: int, seed: int, time: npt.NDArray[Any] | None, groups: npt.NDArray[Any] | None
) -> Iterator[tuple[Rows, Rows]]:
    """(rows to fit on, rows to judge on), `count` times.

    With `time`: blocks in time, each judged by what was fitted on the others, so that an event is not judged by its
    neighbours of the same hours. With `groups`: no group on both sides. Otherwise stratified at random.
    """
    if groups is not None:
        codes = pd.factorize(groups)[0]
        splits = StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(y, y, codes)
        yield from ((inside, outside) for inside, outside in splits if _telling(y, inside, outside))
    elif time is not None:
        block = blocks(y, time, count)
        for number in range(count):
            inside, outside = np.flatnonzero(block != number), np.flatnonzero(block == number)
            if _telling(y, inside, outside):
                yield inside, outside
    else:
        yield from StratifiedKFold(count, shuffle=True, random_state=seed).split(y, y)


def blocks(y: Flags, time: npt.NDArray[Any], count: int) -> Rows:
    """Consecutive blocks with about as many positives each, shape (N,); rows of one moment share a block."""
    moments, moment = np.unique(time, return_inverse=True)
    positives = np.bincount(moment, weights=y, minlength=len(moments))
    before = np.cumsum(positives) - positives
    block = np.minimum(count - 1, (before * count / max(1.0, positives.sum())).astype(np.int64))
    out: Rows = block[moment]
    return out


def _telling(y: Flags, inside: Rows, outside: Rows) -> bool:
    both = (y[inside].sum(), y[outside].sum())
    return bool(min(both) >= LEAST_A_FOLD and not y[inside].all() and not y[outside].all())
