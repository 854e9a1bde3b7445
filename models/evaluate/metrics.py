"""What matters at one scam in a thousand: precision along the ranking, recall and value at the budget, calibration.

Accuracy is left out on purpose: calling everything genuine is 99.9 % accurate.
"""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from models.simulate.table import Doubles, Flags, Table
from models.train.thresholds import Thresholds
from safelight.domain.assessment import ScamType
from safelight.domain.light import Light
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES, MODALITIES

_BOOTSTRAPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBudget:
    """At one threshold: share of requests alerted, share of scams and of scam money caught, scams among alerts."""

    alerted: float
    recall: float
    value_saved: float
    precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Requests whose probability lies in [low, high): how many, what was said, what was so."""

    low: float
    high: float
    requests: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Judged by the truth of the simulation, reported or not."""

    requests: int
    scams: int
    average_precision: float
    average_precision_interval: tuple[float, float]
    """Bootstrap over requests, 90 %."""
    auc: float
    red: AtBudget
    red_or_yellow: AtBudget
    experts: dict[str, dict[str, float]]
    """AP and AUC of each expert where its modality is present."""
    by_scam_type: dict[str, dict[str, float]]
    by_channel: dict[str, dict[str, float]]
    false_alerts_by_age: dict[str, float]
    """Share of genuine requests alerted (red or yellow), by age band."""
    calibration: tuple[CalibrationBin, ...]
    expected_scams: float
    """Sum of the probabilities."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, rounded to six digits."""
        return cast("dict[str, Any]", _rounded(asdict(self)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def judge(table: Table, probability: Doubles, experts: Doubles, thresholds: Thresholds) -> Report:
    """`probability` (N,) and `experts` (N, modalities; NaN where absent) are the ensemble's answers for `table`."""
    probability = probability.astype(np.float32).astype(np.float64)
    truth = table.truth
    lights = thresholds.lights(probability, table.amount)
    red, yellow = lights == Light.RED, lights >= Light.YELLOW
    return Report(
        requests=len(table),
        scams=int(truth.sum()),
        average_precision=float(average_precision_score(truth, probability)),
        average_precision_interval=_interval(truth, probability),
        auc=float(roc_auc_score(truth, probability)),
        red=at(table, red),
        red_or_yellow=at(table, yellow),
        experts=_experts(truth, experts),
        by_scam_type={scam.value: _recalls(table.scam_type == code, red, yellow) for code, scam in enumerate(ScamType)},
        by_channel={
            channel.value: _recalls(truth & (table.channel == code), red, yellow)
            for code, channel in enumerate(Channel)
        },
        false_alerts_by_age=_false_alerts(table, yellow),
        calibration=tuple(_calibration(truth, probability, thresholds)),
        expected_scams=float(probability.sum()),
    )


def at(table: Table, alerted: Flags) -> AtBudget:
    """What a set of alerts catches."""
    caught = alerted & table.truth
    return AtBudget(
        alerted=float(alerted.mean()),
        recall=float(caught.sum() / max(1, table.truth.sum())),
        value_saved=float(table.amount[caught].sum() / max(1.0, table.amount[table.truth].sum())),
        precision=float(caught.sum() / max(1, alerted.sum())),
    )


def _interval(truth: Flags, probability: Doubles) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    values = []
    for _ in range(_BOOTSTRAPS):
        rows = rng.integers(0, len(truth), len(truth))
        if truth[rows].any():
            values.append(average_precision_score(truth[rows], probability[rows]))
    low, high = np.quantile(values, (0.05, 0.95))
    return float(low), float(high)


def _experts(truth: Flags, experts: Doubles) -> dict[str, dict[str, float]]:
    out = {}
    for column, modality in enumerate(MODALITIES):
        seen = ~np.isnan(experts[:, column])
        if truth[seen].any() and not truth[seen].all():
            scores = experts[seen, column]
            out[modality.value] = {
                "average_precision": float(average_precision_score(truth[seen], scores)),
                "auc": float(roc_auc_score(truth[seen], scores)),
                "present": float(seen.mean()),
            }
    return out


def _recalls(scams: Flags, red: Flags, yellow: Flags) -> dict[str, float]:
    count = int(scams.sum())
    if count == 0:
        return {"scams": 0}
    return {"scams": count, "red": float(red[scams].mean()), "red_or_yellow": float(yellow[scams].mean())}


def _false_alerts(table: Table, yellow: Flags) -> dict[str, float]:
    column = [feature.name for feature in FEATURES].index("age")
    age, genuine = table.x[:, column], ~table.truth
    bands = ((0, 35), (35, 50), (50, 60), (60, 70), (70, 120))
    return {
        f"{low}-{high}": float(yellow[rows].mean())
        for low, high in bands
        if (rows := genuine & (age >= low) & (age < high)).any()
    }


def _calibration(truth: Flags, probability: Doubles, thresholds: Thresholds) -> list[CalibrationBin]:
    """Bins end at the two thresholds, where it matters, and double from there."""
    edges = [0.0, thresholds.yellow / 16, thresholds.yellow / 4, thresholds.yellow, thresholds.red]
    edges += [edge for edge in (2 * thresholds.red, 4 * thresholds.red, 8 * thresholds.red) if edge < 1.0]
    edges.append(1.0 + 1e-9)
    bins = []
    for low, high in pairwise(edges):
        rows = (probability >= low) & (probability < high)
        if rows.any():
            bins.append(
                CalibrationBin(
                    low=low,
                    high=min(1.0, high),
                    requests=int(rows.sum()),
                    predicted=float(probability[rows].mean()),
                    observed=float(truth[rows].mean()),
                )
            )
    return bins
