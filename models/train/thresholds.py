"""Thresholds sized to an alert budget and to the amount at stake.

A request is RED where probability >= red threshold x factor of its stake. Seen from the budget that is a ranking by
probability ÷ factor: the thresholds are the lowest that keep the requests of a sample within it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.simulate.table import Codes, Doubles
from models.train.alert_policy import AlertPolicy, PolicyError
from safelight.domain.assessment import NEVER, StakeBand
from safelight.domain.assessment import Thresholds as Served
from safelight.domain.light import Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Probabilities, float32 as the graph answers: for a request without an amount, and by `policy` for the others."""

    red: float
    yellow: float
    policy: AlertPolicy

    @property
    def served(self) -> Served:
        """What the decision path uses. A band's thresholds are rounded once, here, and nowhere else."""
        bands = tuple(
            StakeBand(
                from_twd=band.from_twd,
                red_at=min(NEVER, _single(self.red * band.factor)) if band.red else NEVER,
                yellow_at=min(NEVER, _single(self.yellow * band.factor)),
            )
            for band in self.policy.stakes
        )
        return Served(red_at=self.red, yellow_at=self.yellow, stakes=bands)

    def lights(self, probability: Doubles, amount: Doubles) -> Codes:
        """Light of each request by the model alone, shape (N,). `amount` in TWD."""
        return lights(self.served, probability, amount)


def lights(thresholds: Served, probability: Doubles, amount: Doubles) -> Codes:
    """Light of each request by the model alone, as `scoring.policy` gives it; shape (N,)."""
    red_at = np.array([thresholds.red_at, *(band.red_at for band in thresholds.stakes)])
    yellow_at = np.array([thresholds.yellow_at, *(band.yellow_at for band in thresholds.stakes)])
    band = _band_of(thresholds, amount)
    single = probability.astype(np.float32).astype(np.float64)
    out = np.full(len(single), Light.GREEN, dtype=np.int8)
    out[single >= yellow_at[band]] = Light.YELLOW
    out[single >= red_at[band]] = Light.RED
    return out


def to_budget(probability: Doubles, amount: Doubles, policy: AlertPolicy) -> Thresholds:
    """The lowest thresholds that keep within the policy's budgets on these requests.

    `probability` and `amount` (TWD, 0 where none is asked) have shape (N,). Ties and rounding go to fewer alerts.
    Raises PolicyError when large stakes alone would use the budget up: then no change of an account could be RED.
    """
    single = probability.astype(np.float32).astype(np.float64)
    starts = [band.from_twd for band in policy.stakes]
    place = np.searchsorted(starts, amount, side="right")
    factor = np.array([1.0, *(band.factor for band in policy.stakes)])[place]
    may_be_red = np.array([True, *(band.red for band in policy.stakes)])[place]
    yellow = _lowest(single / factor, policy.red_or_yellow)
    red = max(yellow, _lowest(np.where(may_be_red, single / factor, 0.0), policy.red))
    found = Thresholds(red=red, yellow=yellow, policy=policy)
    most_red, most = int(policy.red * len(single)), int(policy.red_or_yellow * len(single))
    while (given := found.lights(single, amount)).any():  # a band's rounding may let one more through
        over_red, over = (given == Light.RED).sum() > most_red, (given >= Light.YELLOW).sum() > most
        if not (over_red or over):
            break
        yellow = _above(found.yellow) if over else found.yellow
        red = max(yellow, _above(found.red) if over_red else found.red)
        found = Thresholds(red=red, yellow=yellow, policy=policy)
    if found.red >= 1:
        raise PolicyError("stakes", "leave no alert for requests without an amount: bring the factors closer to 1")
    return found


def _lowest(score: Doubles, budget: float) -> float:
    ranked = np.sort(score)[::-1]
    return _above(_single(ranked[min(len(ranked) - 1, int(budget * len(ranked)))]))


def _single(value: float) -> float:
    return float(np.float32(value))


def _above(value: float) -> float:
    return float(np.nextafter(np.float32(value), np.float32(np.inf)))


def _band_of(thresholds: Served, amount: Doubles) -> npt.NDArray[np.int64]:
    """0 for requests without an amount, 1 for the first band, and so on."""
    return np.searchsorted([band.from_twd for band in thresholds.stakes], amount, side="right")
