"""The stacker: log-odds = bias + sum over the experts present of (weight x expert's log-odds + presence).

Additive on purpose. An absent expert contributes nothing at all, the presence term makes up for what it adds on
average, and reasons can be read off as a sum. Fitted on out-of-fold log-odds with experts dropped at random.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.train.ridge import logistic

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PENALTY = 1_000.0
"""Ridge on the distance of a weight from where it is expected, in nats: some hundreds of positives hardly move it, many
thousands do. Weights free to move cost average precision: answers out of fold come from fewer positives, and the expert
of all columns loses most by that."""
PENALTY_OF_PRESENCE = 1.0
LEAST_KNOWN = 0.2
"""Share of an age's reports that must have come, for its rows to say how likely a scam is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacker:
    """`weights` and `presence` have shape (experts,). Calibration: log-odds -> slope x log-odds + intercept."""

    bias: float
    weights: Doubles
    presence: Doubles
    slope: float = 1.0
    intercept: float = 0.0

    def stacked(self, experts: Doubles) -> Doubles:
        """Log-odds before calibration, shape (N,). `experts` (N, experts), NaN where absent."""
        seen = ~np.isnan(experts)
        parts: Doubles = np.where(seen, np.nan_to_num(experts) * self.weights + self.presence, 0.0)
        total: Doubles = self.bias + parts.sum(axis=1)
        return total

    def log_odds(self, experts: Doubles) -> Doubles:
        """Calibrated, shape (N,)."""
        out: Doubles = self.slope * self.stacked(experts) + self.intercept
        return out

    def probability(self, experts: Doubles) -> Doubles:
        out: Doubles = 1.0 / (1.0 + np.exp(-self.log_odds(experts)))
        return out


def fit(experts: Doubles, y: Flags, weight: Doubles, expected: Doubles) -> Stacker:
    """Weights, none below 0, drawn towards the `expected` (experts,).

    `experts` (N, experts) must be out-of-fold, or it trusts the best-memorising expert. Its presence is expected to
    take off what it says of anybody.
    """
    seen = ~np.isnan(experts)
    count = experts.shape[1]
    design = np.hstack([np.nan_to_num(experts), seen.astype(np.float64)])
    of_anybody = np.log(weight[y].sum() / weight[~y].sum())
    slopes, bias = logistic(
        design,
        y,
        weight,
        np.repeat([PENALTY, PENALTY_OF_PRESENCE], count),
        [1] * count + [0] * count,
        np.concatenate([expected, -expected * of_anybody]),
    )
    return Stacker(bias=bias, weights=slopes[:count], presence=slopes[count:])


def calibrated(stacker: Stacker, stacked: Doubles, y: Flags, weight: Doubles, share_known: Doubles) -> Stacker:
    """Platt's two numbers (Platt 1999), on `stacked` log-odds (N,) of rows that it was not fitted on.

    Not all scams of those rows are known: one that is stands for 1 / `share_known` (N,) of its age. Without that the
    newest months would look safer than they are. Rows of an age of which too little is known are left out.
    """
    old = share_known >= LEAST_KNOWN
    stacked, y, weight = stacked[old], y[old], np.where(y, weight / np.maximum(share_known, LEAST_KNOWN), weight)[old]
    slopes, intercept = logistic(stacked[:, None], y, weight, np.full(1, 1e-3), [1])
    return replace(stacker, slope=float(slopes[0]), intercept=intercept)
