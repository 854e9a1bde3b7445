"""What is usual, for staff's explanations: how each feature is spread over requests that nobody knows as scams."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.simulate.table import Doubles, Floats
from safelight.features.contract import FEATURES
from safelight.scoring.usual import QUANTILES

LEAST_KNOWN = 100
"""Requests in which a feature must be known: fewer would say something of persons, and little of what is usual."""
_YES_OR_NO = frozenset(feature.name for feature in FEATURES if feature.unit == "0/1")


def usual(x: Floats, names: Sequence[str]) -> dict[str, Any]:
    """The manifest's `usual`: per feature {"share": of yes} or {"quantiles": at QUANTILES}, four significant digits.

    `x` (N, features) are training requests that are not known as scams, its columns named by `names`; NaN is left out.
    Raises ValueError when `names` do not fit the columns.
    """
    if x.ndim != 2 or x.shape[1] != len(names):
        raise ValueError(f"{len(names)} names for an array of shape {x.shape}")
    found: dict[str, Any] = {}
    for column, name in enumerate(names):
        known = x[:, column][~np.isnan(x[:, column])].astype(np.float64)
        if len(known) < LEAST_KNOWN:
            continue
        if name in _YES_OR_NO:
            found[name] = {"share": _short(float(known.mean()))}
        else:
            found[name] = {"quantiles": [_short(value) for value in _quantiles(known)]}
    return found


def _quantiles(known: Doubles) -> list[float]:
    """Values that occur, so that a count stays whole."""
    return [float(value) for value in np.quantile(known, QUANTILES, method="inverted_cdf")]


def _short(value: float) -> float:
    return float(f"{value:.4g}")
