"""From scores to figures: counts pooled over the books, bars with intervals over books and people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from models.evaluate import metrics
from models.evaluate.baselines import BASELINES, BOOSTERS
from models.evaluate.intervals import Doubles, Estimate, Flags, Measure, Ranking, estimates
from models.evaluate.jobs import OURS, Done
from models.evaluate.learning import steady
from models.evaluate.metrics import AGES, NEAR
from models.simulate.book import BookPlan
from models.simulate.gangs import DRIFT_APPEARS
from models.simulate.people import Sex
from models.simulate.table import Codes, Table
from models.train import alert_policy
from models.train.expert_ensemble import TOGETHER
from models.train.windows import Split
from safelight.domain.assessment import ScamType
from safelight.domain.light import Light
from safelight.domain.request import Channel
from safelight.features.contract import MODALITIES

EXPERT = "expert: "
COMPARED = (*BASELINES, *(EXPERT + name for name in (*(m.value for m in MODALITIES), TOGETHER)))
"""What ours must beat: tuned baselines and each of its own experts alone."""
_CURVE = tuple(float(f"{share:.3g}") for share in np.geomspace(0.0005, 0.2, 40))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """One book's test window with everybody's answers."""

    test: Table
    ours: Done
    scores: Mapping[str, Doubles]
    """By model: ours, baselines, each expert alone."""
    lights: Mapping[str, Codes]
    """By model with thresholds: ours and baselines."""


def summary(plan: BookPlan, done: Sequence[Done], books: Sequence[Table], years: Sequence[Table]) -> dict[str, Any]:
    """`books` are the rows of validation and test windows, `years` those of the test years of learning from little."""
    split = Split.of(plan)
    judged = [_judged(number, done, split.test.of(book)) for number, book in enumerate(books)]
    budgets = alert_policy.read()
    found = estimates(
        [_measure(book, (budgets.red, budgets.red_or_yellow)) for book in judged],
        [book.test.person for book in judged],
        _derive,
    )
    return {
        "budget": {"red": budgets.red, "red_or_yellow": budgets.red_or_yellow},
        "windows": _windows(plan, split, books, done),
        "models": {name: _model(name, found, done, judged) for name in judged[0].scores},
        "best_baseline": {
            figure: _best_baseline({name: e.value for name, e in found.items()}, figure)
            for figure in ("recall_red", "average_precision")
        },
        "ratios": {name: asdict(found[name]) for name in ("recall_red_to_best", "average_precision_to_best")},
        "curve": {"budgets": list(_CURVE), "recall": _curves(judged)},
        "without": _without(judged, (budgets.red, budgets.red_or_yellow)),
        **_pooled(plan, judged),
        "calibration_near_red": {
            **_near_red(judged),
            **{n: asdict(found[n]) for n in ("calibration_error", "calibration_error_of_reported", "said_to_was")},
        },
        "false_alerts": {n: asdict(found[n]) for n in ("worst_age", "worst_age_red", "worst_age_red_or_yellow")},
        "months": _months(plan, done, books),
        "learning": _learning(done, years, drift=plan.drift),
    }


def _of(done: Sequence[Done], number: int, task: str, model: str) -> Done:
    return next(d for d in done if (d.job.number, d.job.task, d.job.model) == (number, task, model))


def _judged(number: int, done: Sequence[Done], test: Table) -> _Judged:
    ours = _of(done, number, "split", OURS)
    scores = {OURS: ours.test}
    scores |= {name: _of(done, number, "split", name).test for name in BASELINES}
    scores |= {EXPERT + name: score for name, score in ours.experts.items()}
    runs = {OURS: ours} | {name: _of(done, number, "split", name) for name in BASELINES}
    lights = {name: _lights(run, test, run.test) for name, run in runs.items()}
    return _Judged(test=test, ours=ours, scores=scores, lights=lights)


def _lights(done: Done, table: Table, probability: Doubles) -> Codes:
    if done.thresholds is None:
        raise ValueError(f"{done.job.model} has no thresholds")
    return done.thresholds.lights(probability, table.amount)


def _measure(book: _Judged, budgets: tuple[float, float]) -> Measure:
    """Figures of one book under weights."""
    rankings = {name: Ranking.of(book.test.truth, score) for name, score in book.scores.items()}
    red = book.ours.thresholds.red if book.ours.thresholds else np.inf
    near: Flags = (book.ours.test >= red / NEAR) & (book.ours.test < red * NEAR)
    reported = np.isfinite(book.test.label_day)
    genuine = ~book.test.truth
    band = np.searchsorted([low for low, _ in AGES], book.test.age, side="right") - 1
    alerts = {name: _alerts(lights) for name, lights in book.lights.items()}

    def figures(weight: Doubles | None) -> Mapping[str, float]:
        out: dict[str, float] = {}
        for name, ranking in rankings.items():
            precision, recall_red, recall_both = ranking.figures(budgets, weight)
            out |= {f"{name}|average_precision": precision, f"{name}|recall_red": recall_red}
            out[f"{name}|recall_red_or_yellow"] = recall_both
        counts = np.ones(len(band)) if weight is None else weight
        for name, by_light in alerts.items():
            for light, alerted in by_light.items():
                at = metrics.at(book.test, alerted, counts)
                out |= {f"{name}|{light}|{figure}": value for figure, value in asdict(at).items()}
        out["near|said"] = float(counts[near] @ book.ours.test[near])
        out["near|was"] = float(counts[near & book.test.truth].sum())
        out["near|reported"] = float(counts[near & reported].sum())
        people = np.bincount(band[genuine], counts[genuine], len(AGES))
        for light, alerted in alerts[OURS].items():
            false = np.bincount(band[genuine & alerted], counts[genuine & alerted], len(AGES))
            out |= {f"{light}|false|{b}": float(false[b]) for b in range(len(AGES))}
        return out | {f"genuine|{b}": float(people[b]) for b in range(len(AGES))}

    return figures


def _alerts(lights: Codes) -> dict[str, Flags]:
    return {"red": lights == Light.RED, "red_or_yellow": lights >= Light.YELLOW}


def _derive(figures: Mapping[str, float]) -> Mapping[str, float]:
    out: dict[str, float] = {
        f"{name}_to_best": _ratio(figures[f"{OURS}|{name}"], figures[f"{_best_baseline(figures, name)}|{name}"])
        for name in ("recall_red", "average_precision")
    }
    out["said_to_was"] = _ratio(figures["near|said"], figures["near|was"])
    out["calibration_error"] = abs(out["said_to_was"] - 1)
    out["calibration_error_of_reported"] = abs(_ratio(figures["near|said"], figures["near|reported"]) - 1)
    people = [figures[f"genuine|{b}"] for b in range(len(AGES))]
    for light in ("red", "red_or_yellow"):
        worst = metrics.worst_band([figures[f"{light}|false|{b}"] for b in range(len(AGES))], people)
        out[f"worst_age_{light}"] = worst[0] if worst else float("nan")
    # NaN where either light cannot be judged: the bar is about both.
    out["worst_age"] = float(np.maximum(out["worst_age_red"], out["worst_age_red_or_yellow"]))
    return out


def _best_baseline(figures: Mapping[str, float], name: str) -> str:
    """Of `COMPARED`, the one with the highest figure."""
    found = [model for model in COMPARED if f"{model}|{name}" in figures]
    return max(found, key=lambda model: _known(figures[f"{model}|{name}"]))


def _known(value: float) -> float:
    return -1.0 if np.isnan(value) else value


def _ratio(value: float, by: float) -> float:
    return value / by if by else float("nan")


def _model(name: str, found: Mapping[str, Estimate], done: Sequence[Done], judged: Sequence[_Judged]) -> dict[str, Any]:
    about: dict[str, Any] = {
        figure: asdict(found[f"{name}|{figure}"])
        for figure in ("average_precision", "recall_red", "recall_red_or_yellow")
    }
    if name.startswith(EXPERT):
        seen = [~np.isnan(book.scores[name]) for book in judged]
        return about | {"present": float(np.mean([part.mean() for part in seen]))}
    runs = [_of(done, number, "split", name) for number in range(len(judged))]
    return about | {
        "at_its_thresholds": {
            light: {
                figure: asdict(found[f"{name}|{light}|{figure}"])
                for figure in ("alerted", "recall", "value_saved", "precision")
            }
            for light in ("red", "red_or_yellow")
        },
        "thresholds": [{"red": r.thresholds.red, "yellow": r.thresholds.yellow} for r in runs if r.thresholds],
        "rows": [run.rows for run in runs],
        "scams_known": [run.scams for run in runs],
        "settings": [dict(run.settings) for run in runs],
        "seconds": [run.seconds for run in runs],
        "peak_mb": [run.peak_mb for run in runs],
    }


def _curves(judged: Sequence[_Judged]) -> dict[str, list[float]]:
    """Recall at each budget of `_CURVE`, mean over books."""
    return {
        name: np.mean(
            [Ranking.of(book.test.truth, book.scores[name]).figures(_CURVE)[1:] for book in judged], axis=0
        ).tolist()
        for name in (OURS, *BASELINES)
    }


def _without(judged: Sequence[_Judged], budgets: tuple[float, float]) -> dict[str, Any]:
    """Figures with each modality's columns taken away from the test rows, and how many rows had any of it."""
    return {
        modality: dict(
            zip(
                ("average_precision", "recall_red", "recall_red_or_yellow"),
                np.mean(
                    [Ranking.of(book.test.truth, book.ours.without[modality]).figures(budgets) for book in judged],
                    axis=0,
                ).tolist(),
                strict=True,
            )
        )
        for modality in judged[0].ours.without
    }


def _pooled(plan: BookPlan, judged: Sequence[_Judged]) -> dict[str, Any]:
    """Counts over all books' test windows."""
    test = _joined([book.test for book in judged])
    lights = np.concatenate([book.lights[OURS] for book in judged])
    probability = np.concatenate([book.ours.test for book in judged])
    red, yellow = lights == Light.RED, lights >= Light.YELLOW
    appears = ScamType.FAKE_LOAN if plan.drift else None
    return {
        "test": {
            "requests": len(test),
            "scams": int(test.truth.sum()),
            "expected_scams": float(probability.sum()),
            "reported_in_the_end": int(np.isfinite(test.label_day).sum()),
        },
        "calibration": [
            asdict(b)
            for b in metrics.calibration(
                [(b.test.truth, b.ours.test, b.ours.thresholds) for b in judged if b.ours.thresholds]
            )
        ],
        "by_scam_type": {
            scam.value: {**metrics.recalls(test.scam_type == code, red, yellow), "new": scam is appears}
            for code, scam in enumerate(ScamType)
        },
        "by_channel": {
            channel.value: metrics.recalls(test.truth & (test.channel == code), red, yellow)
            for code, channel in enumerate(Channel)
        },
        "by_age": {band: asdict(group) for band, group in metrics.by_age(test, lights).items()},
        "by_sex": {sex.name.lower(): asdict(metrics.group(test, test.sex == sex, lights)) for sex in Sex},
        "everybody": asdict(metrics.group(test, np.ones(len(test), dtype=np.bool_), lights)),
    }


def _near_red(judged: Sequence[_Judged]) -> dict[str, Any]:
    parts = [
        metrics.near_red(book.test, book.ours.test, book.ours.thresholds.red) for book in judged if book.ours.thresholds
    ]
    return {
        "band": f"red threshold ÷ {NEAR:g} to × {NEAR:g}",
        "requests": sum(part.requests for part in parts),
        "books": [asdict(part) for part in parts],
    }


def _months(plan: BookPlan, done: Sequence[Done], books: Sequence[Table]) -> list[dict[str, Any]]:
    """Validation and test windows of all books together, month by month."""
    table = _joined(books)
    lights, probability = [], []
    for number, book in enumerate(books):
        ours = _of(done, number, "split", OURS)
        probability.append(np.concatenate([ours.validation, ours.test]))
        lights.append(_lights(ours, book, probability[-1]))
    order = np.argsort(table.day, kind="stable")
    found = metrics.months(
        table.take(order), np.concatenate(probability)[order], np.concatenate(lights)[order], plan.days
    )
    split = Split.of(plan)
    return [
        {
            **asdict(month),
            "unseen": month.first + metrics.MONTH / 2 >= split.test.first,
            "drift": plan.drift and month.first + metrics.MONTH / 2 >= DRIFT_APPEARS * plan.days,
        }
        for month in found
    ]


def _windows(plan: BookPlan, split: Split, books: Sequence[Table], done: Sequence[Done]) -> dict[str, Any]:
    ours = [_of(done, number, "split", OURS) for number in range(len(books))]
    out: dict[str, Any] = {
        "train": {
            **split.train.dates(plan.start),
            "requests": sum(o.window for o in ours),
            "scams_known": sum(o.scams for o in ours),
        }
    }
    for name, window in (("validation", split.validation), ("test", split.test)):
        parts = [window.of(book) for book in books]
        out[name] = {
            **window.dates(plan.start),
            "requests": sum(len(part) for part in parts),
            "scams": int(sum(part.truth.sum() for part in parts)),
        }
    return out


def _learning(done: Sequence[Done], years: Sequence[Table], *, drift: bool) -> dict[str, Any]:
    """Average precision on the test year, whole and without the scams that drifted."""
    models = [("little", name) for name in (OURS, *BOOSTERS)] + [("plenty", name) for name in (OURS, "LightGBM")]
    out: dict[str, Any] = {}
    for which in ("drift_included", "drift_left_out") if drift else ("drift_included",):
        measures, people = [], []
        for number, year in enumerate(years):
            rows = steady(year) if which == "drift_left_out" else np.ones(len(year), dtype=np.bool_)
            rankings = {
                f"{task}: {name}": Ranking.of(year.truth[rows], _of(done, number, task, name).test[rows])
                for task, name in models
            }
            measures.append(_precisions(rankings))
            people.append(year.person[rows])
        out[which] = {name: asdict(e) for name, e in estimates(measures, people, _of_little).items()}
    out["rows"] = {
        f"{task}: {name}": {
            "rows": [r.rows for r in runs],
            "scams": [r.scams for r in runs],
            "settings": [dict(r.settings) for r in runs],
            "seconds": [r.seconds for r in runs],
        }
        for task, name in models
        for runs in ([_of(done, number, task, name) for number in range(len(years))],)
    }
    out["test_year"] = {"requests": sum(map(len, years)), "scams": int(sum(year.truth.sum() for year in years))}
    return out


def _precisions(rankings: Mapping[str, Ranking]) -> Measure:
    return lambda weight: {name: ranking.average_precision(weight) for name, ranking in rankings.items()}


def _of_little(figures: Mapping[str, float]) -> Mapping[str, float]:
    ours = figures[f"little: {OURS}"]
    best = max(_known(figures[f"plenty: {name}"]) for name in (OURS, "LightGBM"))
    booster = max(_known(figures[f"little: {name}"]) for name in BOOSTERS)
    return {"to_plenty": _ratio(ours, best), "to_best_booster": _ratio(ours, booster)}


def _joined(tables: Sequence[Table]) -> Table:
    """One after another: not in order of time."""
    return Table(**{f.name: np.concatenate([getattr(table, f.name) for table in tables]) for f in fields(Table)})
