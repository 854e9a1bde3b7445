"""What matters at one scam in a thousand: precision along the ranking, recall and value at the budget, calibration.

Accuracy is left out on purpose: calling everything genuine is 99.9 % accurate.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, cast

import numpy as np
from sklearn.metrics import roc_auc_score

from models.evaluate.intervals import REPLICATES, Ranking, interval, resampled
from models.simulate.people import Sex
from models.simulate.table import Codes, Doubles, Flags, Table
from models.train.expert_ensemble import TOGETHER
from models.train.thresholds import Thresholds
from safelight.domain.assessment import ScamType
from safelight.domain.light import Light
from safelight.domain.request import Channel
from safelight.features.contract import MODALITIES

AGES = ((0, 35), (35, 50), (50, 60), (60, 70), (70, 120))
"""Years, the second not included."""
MONTH = 365.0 / 12
CALIBRATED = 0.20
"""Relative error of what is said around the red threshold that is allowed: the bar."""
FAIR = 1.5
"""False alerts of the worst age band ÷ everybody's, under either light, that are allowed: the bar."""
JUDGED = 1_000
"""Genuine requests of an age band from which it is judged: among fewer, the red budget of half a per cent is a handful
of alerts, and its ratio to everybody's is chance."""
FEW = 10
"""Of fewer scams than these a share says nothing: they are counted instead."""
NEAR = 2.0
"""Requests near the red threshold: probability from red ÷ this to red x this."""


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
class NearRed:
    """Requests around the red threshold: mean probability said, share that were scams, share that got a scam label in
    the end, which is all that anybody outside a simulation could count."""

    requests: int
    said: float
    was: float
    reported: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of an age band or a sex. `false_*` are shares of their genuine requests, `recall_*` of their scams (NaN
    where there are none)."""

    genuine: int
    scams: int
    false_red: float
    false_red_or_yellow: float
    recall_red: float
    recall_red_or_yellow: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A twelfth of a year. Shares of requests, of scams (NaN where there are none), and of alerts."""

    first: float
    requests: int
    scams: int
    red: float
    red_or_yellow: float
    recall_red: float
    recall_red_or_yellow: float
    precision_red: float
    said: float
    """Sum of the probabilities: how many scams the model expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Judged by the truth of the simulation, reported or not."""

    requests: int
    scams: int
    average_precision: float
    average_precision_interval: tuple[float, float]
    """Bootstrap over people, 90 %."""
    auc: float
    red: AtBudget
    red_or_yellow: AtBudget
    experts: dict[str, dict[str, float]]
    """AP and AUC of each expert where its modality is present."""
    by_scam_type: dict[str, dict[str, float]]
    by_channel: dict[str, dict[str, float]]
    by_age: dict[str, Group]
    by_sex: dict[str, Group]
    calibration: tuple[CalibrationBin, ...]
    near_red: NearRed
    expected_scams: float
    """Sum of the probabilities."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, rounded to six significant digits; null for what does not exist."""
        return cast("dict[str, Any]", plain(asdict(self)))


def plain(value: Any) -> Any:
    """Rounded to six significant digits, tuples as lists, NaN as null: what JSON can hold."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value


def judge(table: Table, probability: Doubles, experts: Doubles, thresholds: Thresholds) -> Report:
    """`probability` (N,) and `experts` (N, experts; NaN where absent) are the ensemble's answers for `table`; experts
    are those of the modalities, then `together`."""
    probability = probability.astype(np.float32).astype(np.float64)
    truth = table.truth
    lights = thresholds.lights(probability, table.amount)
    red, yellow = lights == Light.RED, lights >= Light.YELLOW
    ranking = Ranking.of(truth, probability)
    weights = resampled(table.person, np.random.default_rng(0))
    values = [ranking.average_precision(weight) for weight in islice(weights, REPLICATES)]
    return Report(
        requests=len(table),
        scams=int(truth.sum()),
        average_precision=ranking.average_precision(),
        average_precision_interval=interval(values),
        auc=float(roc_auc_score(truth, probability)),
        red=at(table, red),
        red_or_yellow=at(table, yellow),
        experts=_experts(truth, experts, (*(m.value for m in MODALITIES), TOGETHER)),
        by_scam_type={scam.value: recalls(table.scam_type == code, red, yellow) for code, scam in enumerate(ScamType)},
        by_channel={
            channel.value: recalls(truth & (table.channel == code), red, yellow) for code, channel in enumerate(Channel)
        },
        by_age=by_age(table, lights),
        by_sex={sex.name.lower(): group(table, table.sex == sex, lights) for sex in Sex},
        calibration=tuple(calibration([(truth, probability, thresholds)])),
        near_red=near_red(table, probability, thresholds.red),
        expected_scams=float(probability.sum()),
    )


def at(table: Table, alerted: Flags, weight: Doubles | None = None) -> AtBudget:
    """What a set of alerts catches. `weight` (N,) counts requests several times."""
    counts = np.ones(len(table)) if weight is None else weight
    caught, scams = alerted & table.truth, table.truth
    lost, saved = (float(counts[rows] @ table.amount[rows]) for rows in (scams, caught))
    return AtBudget(
        alerted=float(counts[alerted].sum() / counts.sum()),
        recall=float(counts[caught].sum() / max(1, counts[scams].sum())),
        value_saved=saved / max(1.0, lost),
        precision=float(counts[caught].sum() / max(1, counts[alerted].sum())),
    )


def by_age(table: Table, lights: Codes) -> dict[str, Group]:
    """Bands in which there are genuine requests."""
    groups = {
        f"{low}-{high - 1}" if high < 100 else f"{low}+": group(table, (table.age >= low) & (table.age < high), lights)
        for low, high in AGES
    }
    return {band: group for band, group in groups.items() if group.genuine}


def worst_band(false: Sequence[float], genuine: Sequence[float]) -> tuple[float, int] | None:
    """The highest share of false alerts ÷ everybody's among bands of JUDGED genuine requests or more; its place.

    `false` and `genuine` count, by band, requests alerted for nothing and genuine ones; everybody is all bands. None
    where there is nothing to judge: no such band, or none with a false alert.
    """
    alerts, people = (np.asarray(counts, dtype=np.float64) for counts in (false, genuine))
    judged = people >= JUDGED
    if not alerts[judged].any():
        return None
    shares = np.divide(alerts, people, out=np.full(len(people), -1.0), where=judged)
    worst = int(shares.argmax())
    return float(shares[worst] * people.sum() / alerts.sum()), worst


def share_of(share: float | None, count: int) -> str:
    """A share of `count` scams in words: "40%", or "1 of 3" where there are few."""
    if share is None or np.isnan(share):
        return "–"
    return f"{share:.0%}" if count >= FEW else f"{round(share * count)} of {count}"


def near_red(table: Table, probability: Doubles, red: float) -> NearRed:
    """Requests of probability [red ÷ NEAR, red x NEAR)."""
    rows = (probability >= red / NEAR) & (probability < red * NEAR)
    return NearRed(
        requests=int(rows.sum()),
        said=_mean(probability[rows]),
        was=_mean(table.truth[rows]),
        reported=_mean(np.isfinite(table.label_day[rows])),
    )


def months(table: Table, probability: Doubles, lights: Codes, last: float) -> tuple[Month, ...]:
    """Whole months counted back from day `last`, the end of the table."""
    first = table.day.min() if len(table) else last
    starts = np.arange(last - MONTH * max(1, int((last - first + 1.0) / MONTH)), last - 1.0, MONTH)
    return tuple(_month(table, probability, lights, start) for start in starts)


def _month(table: Table, probability: Doubles, lights: Codes, start: float) -> Month:
    low, high = np.searchsorted(table.day, (start, start + MONTH))
    truth, said, light = table.truth[low:high], probability[low:high], lights[low:high]
    return Month(
        first=float(start),
        requests=len(truth),
        scams=int(truth.sum()),
        red=_mean(light == Light.RED),
        red_or_yellow=_mean(light >= Light.YELLOW),
        recall_red=_mean(light[truth] == Light.RED),
        recall_red_or_yellow=_mean(light[truth] >= Light.YELLOW),
        precision_red=_mean(truth[light == Light.RED]),
        said=float(said.sum()),
    )


def _mean(values: Any) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _experts(truth: Flags, experts: Doubles, names: Sequence[str]) -> dict[str, dict[str, float]]:
    out = {}
    for column, name in enumerate(names[: experts.shape[1]]):
        seen = ~np.isnan(experts[:, column])
        if truth[seen].any() and not truth[seen].all():
            scores = experts[seen, column]
            out[name] = {
                "average_precision": Ranking.of(truth[seen], scores).average_precision(),
                "auc": float(roc_auc_score(truth[seen], scores)),
                "present": float(seen.mean()),
            }
    return out


def recalls(scams: Flags, red: Flags, yellow: Flags) -> dict[str, float]:
    """How many scams there are, and the shares of them caught; no shares where there are none."""
    count = int(scams.sum())
    if count == 0:
        return {"scams": 0}
    return {"scams": count, "red": float(red[scams].mean()), "red_or_yellow": float(yellow[scams].mean())}


def group(table: Table, rows: Flags, lights: Codes) -> Group:
    """Of the people in `rows` (N,)."""
    genuine, scams = lights[rows & ~table.truth], lights[rows & table.truth]
    return Group(
        genuine=len(genuine),
        scams=len(scams),
        false_red=_mean(genuine == Light.RED),
        false_red_or_yellow=_mean(genuine >= Light.YELLOW),
        recall_red=_mean(scams == Light.RED),
        recall_red_or_yellow=_mean(scams >= Light.YELLOW),
    )


def calibration(parts: Sequence[tuple[Flags, Doubles, Thresholds]]) -> list[CalibrationBin]:
    """Bins end at the two thresholds, where it matters, and double from there.

    `parts` are truth and probability of tables, each with the thresholds that its own model has; bins of the same place
    among the thresholds are joined, and bounded by the mean of their bounds.
    """
    edges = np.array([_edges(thresholds) for _, _, thresholds in parts])
    places = [
        np.searchsorted(own[1:-1], probability, side="right")
        for own, (_, probability, _) in zip(edges, parts, strict=True)
    ]
    place = np.concatenate(places)
    said = np.concatenate([probability for _, probability, _ in parts])
    was = np.concatenate([truth for truth, _, _ in parts])
    bounds = edges.mean(axis=0)
    return [
        CalibrationBin(
            low=float(bounds[number]),
            high=float(bounds[number + 1]),
            requests=int((place == number).sum()),
            predicted=_mean(said[place == number]),
            observed=_mean(was[place == number]),
        )
        for number in range(len(bounds) - 1)
        if (place == number).any()
    ]


def _edges(thresholds: Thresholds) -> list[float]:
    red, yellow = thresholds.red, thresholds.yellow
    return [0.0, yellow / 16, yellow / 4, yellow, *(min(1.0, times * red) for times in (1, 2, 4, 8)), 1.0]
