"""One score of several members' log-odds: each calibrated by itself, then weighed, on out-of-fold judgements."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from models.train.rare_event_columns import Doubles
from models.train.rare_event_members import Flags

PULL = 30.0
"""How hard weights are drawn towards `shares_by_gain`, in nats of log-likelihood."""
POWER = 3
"""Of a member's gain in its share: at 3, a member with half the gain of another starts at an eighth of its weight."""
LEAST_SLOPE = 0.01
"""Of a calibration: a score that ranks backwards on a few cases is shrunk to almost nothing and never turned round."""
LEAST_SHARE = 0.02
"""A member with less weight is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Score = `offset` + sum over members of `factors` x log-odds. `weights` are the members' shares before scaling."""

    weights: Mapping[str, float]
    factors: Mapping[str, float]
    offset: float


def mixed(judged: Mapping[str, Doubles], y: Flags, weight: Doubles, least: int) -> Mix:
    """How members are put together, from their out-of-fold log-odds (N,), NaN where a row was not judged.

    With fewer than `least` positives judged: a plain average, uncalibrated.
    """
    stacked = np.column_stack(list(judged.values()))
    known = ~np.isnan(stacked).any(axis=1)
    equal = np.full(len(judged), 1.0 / len(judged))
    if y[known].sum() < least:
        shares = dict(zip(judged, equal.tolist(), strict=True))
        return Mix(weights=shares, factors=shares, offset=0.0)
    stacked, y, weight = stacked[known], y[known], weight[known]
    own = np.array([platt(column, y, weight) for column in stacked.T])
    calibrated = stacked * own[:, 0] + own[:, 1]
    chosen = weigh(calibrated, y, weight, shares_by_gain(calibrated, y, weight), PULL)
    slope, intercept = platt(calibrated @ chosen, y, weight)
    return Mix(
        weights=dict(zip(judged, chosen.tolist(), strict=True)),
        factors={
            name: float(slope * share * steepness)
            for name, share, steepness in zip(judged, chosen, own[:, 0], strict=True)
            if share > 0
        },
        offset=float(slope * (chosen @ own[:, 1]) + intercept),
    )


def shares_by_gain(calibrated: Doubles, y: Flags, weight: Doubles) -> Doubles:
    """Shares in proportion to a power of what each column of log-odds gains on the base rate, in nats; else equal."""
    signs = np.where(y, -1.0, 1.0)[:, None]
    rate = np.average(y, weights=weight)
    constant = signs * np.log(rate / (1 - rate))
    gain = weight / weight.mean() @ (np.logaddexp(0.0, constant) - np.logaddexp(0.0, signs * calibrated))
    share = np.maximum(gain, 0.0) ** POWER
    out: Doubles = share / share.sum() if share.sum() > 0 else np.full(len(gain), 1.0 / len(gain))
    return out


def weigh(stacked: Doubles, y: Flags, weight: Doubles, prior: Doubles, pull: float) -> Doubles:
    """Weights of members, none below 0, summing to 1. `stacked` (N, members) must be out of fold.

    Minimises the log-loss (scale and offset free, so that only the mix counts) plus `pull` x squared distance from
    `prior`.
    """
    share = weight / weight.mean()
    signs = np.where(y, 1.0, -1.0)

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        scaled, offset = parameters[:-1], parameters[-1]
        margin = signs * (stacked @ scaled + offset)
        slope = -share * signs / (1.0 + np.exp(np.minimum(margin, 500.0)))
        total = max(scaled.sum(), 1e-6)
        away = scaled / total - prior
        pulled = 2 * pull * (away - away @ scaled / total) / total
        value = share @ np.logaddexp(0.0, -margin) + pull * away @ away
        return float(value), np.append(stacked.T @ slope + pulled, slope.sum())

    start = np.append(prior, 0.0)
    bounds = [(0.0, None)] * len(prior) + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x[:-1]
    found = np.where(found / max(found.sum(), 1e-6) < LEAST_SHARE, 0.0, found)
    out: Doubles = found / found.sum() if found.sum() > 0 else prior
    return out


def platt(score: Doubles, y: Flags, weight: Doubles) -> tuple[float, float]:
    """Slope and intercept that make log-odds of a score (Platt 1999). The slope is at least `LEAST_SLOPE`."""
    model = LogisticRegression(C=1e3, tol=1e-8, max_iter=2000).fit(score[:, None], y, sample_weight=weight)
    slope = float(model.coef_[0, 0])
    if slope >= LEAST_SLOPE:
        return slope, float(model.intercept_[0])
    odds = np.average(y, weights=weight)
    centre = np.average(score, weights=weight)
    return LEAST_SLOPE, float(np.log(odds / (1 - odds)) - LEAST_SLOPE * centre)
