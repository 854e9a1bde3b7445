"""Figures of a ranking of texts, with bootstrap intervals."""

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FALSE_POSITIVES = 0.01
DRAWS = 500


def auc(truth: Flags, score: Doubles) -> float:
    return float(roc_auc_score(truth, score))


def recall_at(truth: Flags, score: Doubles, false_positives: float = FALSE_POSITIVES) -> float:
    """Share of positives above the threshold that at most this share of negatives passes (ties count as passing)."""
    ordinary = np.sort(score[~truth])[::-1]
    allowed = int(false_positives * len(ordinary))
    return float((score[truth] > ordinary[allowed]).mean())


def interval(
    truth: Flags, score: Doubles, other: Doubles | None = None, draws: int = DRAWS, seed: int = 7
) -> dict[str, list[float]]:
    """95 % percentile intervals of both figures, or of their difference to `other`'s on the same draws."""
    rng = np.random.default_rng(seed)
    positives, negatives = np.flatnonzero(truth), np.flatnonzero(~truth)
    found: dict[str, list[float]] = {"auc": [], "recall_at_1_percent": []}
    for _ in range(draws):
        rows = np.concatenate([rng.choice(positives, len(positives)), rng.choice(negatives, len(negatives))])
        y = truth[rows]
        for name, figure in (("auc", auc), ("recall_at_1_percent", recall_at)):
            value = figure(y, score[rows])
            found[name].append(value - figure(y, other[rows]) if other is not None else value)
    return {name: [round(float(v), 4) for v in np.percentile(values, (2.5, 97.5))] for name, values in found.items()}
