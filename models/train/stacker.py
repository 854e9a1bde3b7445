"""The stacker: log-odds = bias + sum over the modalities present of (weight x expert's log-odds + presence).

Additive on purpose. A missing modality contributes nothing at all, the presence term makes up for what an expert adds
on average, and reasons can be read off as a sum. Fitted on out-of-fold log-odds with modalities dropped at random.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.simulate.table import Doubles, Flags

DROP_RATE = 0.25
"""Chance that a modality is dropped from a training copy. Each row is seen once whole and three times thinned."""
COPIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacker:
    """`weights` and `presence` have shape (modalities,). Calibration: log-odds -> slope x log-odds + intercept."""

    bias: float
    weights: Doubles
    presence: Doubles
    slope: float = 1.0
    intercept: float = 0.0

    def stacked(self, experts: Doubles) -> Doubles:
        """Log-odds before calibration, shape (N,). `experts` (N, modalities), NaN where absent."""
        seen = ~np.isnan(experts)
        parts: Doubles = np.where(seen, np.nan_to_num(experts) * self.weights + self.presence, 0.0)
        total: Doubles = self.bias + parts.sum(axis=1)
        return total

    def probability(self, experts: Doubles) -> Doubles:
        return 1.0 / (1.0 + np.exp(-(self.slope * self.stacked(experts) + self.intercept)))


def fit(experts: Doubles, y: Flags, weight: Doubles, rng: np.random.Generator) -> Stacker:
    """Fits weights with modality dropout. `experts` must be out-of-fold, or it trusts the best-memorising expert."""
    copies, labels, weights = [experts], [y], [weight]
    for _ in range(COPIES):
        copies.append(np.where(rng.random(experts.shape) < DROP_RATE, np.nan, experts))
        labels.append(y)
        weights.append(weight)
    stacked = np.concatenate(copies)
    seen = ~np.isnan(stacked)
    design = np.hstack([np.nan_to_num(stacked), seen.astype(np.float64)])
    model = LogisticRegression(C=10.0, solver="lbfgs", tol=1e-8, max_iter=2000)
    model.fit(design, np.concatenate(labels), sample_weight=np.concatenate(weights) / (1 + COPIES))
    count = experts.shape[1]
    coefficients = model.coef_[0]
    return Stacker(
        bias=float(model.intercept_[0]),
        weights=np.maximum(0.0, coefficients[:count]),
        presence=coefficients[count:],
    )


def calibrated(stacker: Stacker, experts: Doubles, y: Flags, share_of_labels_in: Doubles) -> Stacker:
    """Platt's two numbers, fitted on a later window (Platt 1999).

    Labels of that window are not all in: a scam known today stands for 1 / `share_of_labels_in` of its age. Without
    that the newest months would look safer than they are.
    """
    z = stacker.stacked(experts)[:, None]
    weight = np.where(y, 1.0 / np.maximum(share_of_labels_in, 0.05), 1.0)
    model = LogisticRegression(C=1e6, solver="lbfgs", tol=1e-8, max_iter=2000)
    model.fit(z, y, sample_weight=weight)
    return Stacker(
        bias=stacker.bias,
        weights=stacker.weights,
        presence=stacker.presence,
        slope=float(model.coef_[0, 0]),
        intercept=float(model.intercept_[0]),
    )
