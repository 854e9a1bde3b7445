"""Everything that is fitted for the report, one job a model: each may run in a process of its own.

A job reads a book from a file and gives back scores, never rows. Baselines get the rows, labels, weights, calibration
and thresholds that our model gets.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.evaluate.baselines import BASELINES, TRIALS, Rows, Score
from models.evaluate.cost import peak_mb
from models.evaluate.learning import LearningPlan, learner, of_scarce
from models.export import graph
from models.simulate.book import BookPlan
from models.simulate.table import Doubles, Floats, Table
from models.train import alert_policy, experts, fitting, stacker
from models.train.thresholds import Thresholds, to_budget
from models.train.windows import Split, Window
from safelight.domain.assessment import Modality
from safelight.features.contract import SLICES

OURS = "Safelight"
AT_ONCE = 50_000
"""Rows scored at a time, to keep memory in bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One model on one book. `rich` is the scam-rich sample, for `task` "plenty" only."""

    task: str
    """"split": the windows of training. "little": one year's labels. "plenty": the scam-rich sample."""
    model: str
    number: int
    """Which book."""
    plan: BookPlan
    book: Path
    seed: int
    rich: Path | None = None
    trials: int = TRIALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a job gives back. Arrays in the order of the window's rows."""

    job: Job
    test: Doubles
    """"split": probabilities; otherwise log-odds."""
    validation: Doubles
    """Probabilities; empty unless "split"."""
    thresholds: Thresholds | None
    experts: Mapping[str, Doubles]
    """Ours: each expert's log-odds on the test window, NaN where absent."""
    without: Mapping[str, Doubles]
    """Ours: probabilities on the test window with a modality's columns taken away."""
    window: int
    """Requests of the window learned from, or of the scam-rich sample."""
    rows: int
    """Of them, those it was fitted on: genuine ones are thinned."""
    scams: int
    """Labelled so when it was fitted."""
    graph: str | None = None
    """Ours, "split": sha256 of the graph that export makes of it."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: float
    peak_mb: float
    """Resident memory of the process at its highest; of this job alone when each has its own process."""


def run(job: Job) -> Done:
    """Deterministic under the job's seed, but for seconds and memory; one thread."""
    book = Table.load(job.book)
    with threadpool_limits(1):
        if job.task == "split":
            done = _ours(job, book) if job.model == OURS else _baseline(job, book)
        else:
            done = _learning(job, book)
    return replace(done, peak_mb=peak_mb())


def test_window(job: Job) -> Window:
    """Whose rows `Done.test` is about."""
    return Split.of(job.plan).test if job.task == "split" else LearningPlan.of(job.plan).test


def _ours(job: Job, book: Table) -> Done:
    split = Split.of(job.plan)
    started = time.perf_counter()
    ensemble = fitting.train(book, split, job.seed)
    seconds = time.perf_counter() - started
    test, validation = split.test.of(book), split.validation.of(book)
    window = split.train.of(book)
    rows = training_rows(window, split.train, job.seed)
    log_odds = np.concatenate([ensemble.expert_log_odds(part) for part in _chunks(test.x)])
    return Done(
        job=job,
        test=_probability(ensemble, test),
        validation=_probability(ensemble, validation),
        thresholds=ensemble.thresholds,
        experts={name: log_odds[:, column] for column, name in enumerate(ensemble.names)},
        without={m.value: _probability(ensemble, _blind(test, m)) for m in SLICES},
        window=len(window),
        rows=len(rows.y),
        scams=int(rows.y.sum()),
        graph=hashlib.sha256(graph.build(ensemble)).hexdigest(),
        seconds=seconds,
        peak_mb=0.0,
    )


def _baseline(job: Job, book: Table) -> Done:
    split = Split.of(job.plan)
    window = split.train.of(book)
    started = time.perf_counter()
    rows = training_rows(window, split.train, job.seed)
    fitted = BASELINES[job.model].tuned(rows, job.seed, job.trials)
    seconds = time.perf_counter() - started
    validation, test = split.validation.of(book), split.test.of(book)
    log_odds = _scored(fitted.score, validation.x)
    y = validation.label_at(split.validation.labels_at)
    one = stacker.Stacker(bias=0.0, weights=np.ones(1), presence=np.zeros(1))
    share = fitting.share_known(window, split, validation) * (1 - fitting.NEVER_REPORTED)
    one = stacker.calibrated(one, log_odds, y, np.ones(len(y)), share)
    probability = one.probability(log_odds[:, None])
    return Done(
        job=job,
        test=one.probability(_scored(fitted.score, test.x)[:, None]),
        validation=probability,
        thresholds=to_budget(probability, validation.amount, alert_policy.read()),
        experts={},
        without={},
        window=len(window),
        rows=len(rows.y),
        scams=int(rows.y.sum()),
        settings={**fitted.settings, "searched": fitted.searched},
        seconds=seconds,
        peak_mb=0.0,
    )


def _learning(job: Job, book: Table) -> Done:
    plan = LearningPlan.of(job.plan)
    started = time.perf_counter()
    if job.task == "little":
        window = plan.train.of(book)
        rows = training_rows(window, plan.train, job.seed)
    elif job.rich is not None:
        window = Table.load(job.rich)
        rows = of_scarce(window, job.plan.scam_rate, job.seed)
    else:
        raise ValueError('a job of task "plenty" needs the scam-rich sample')
    if job.model == OURS:
        score, settings = learner(rows, job.seed), {}
    else:
        fitted = BASELINES[job.model].tuned(rows, job.seed, job.trials)
        score, settings = fitted.score, {**fitted.settings, "searched": fitted.searched}
    seconds = time.perf_counter() - started
    return Done(
        job=job,
        test=_scored(score, plan.test.of(book).x),
        validation=np.empty(0),
        thresholds=None,
        experts={},
        without={},
        window=len(window),
        rows=len(rows.y),
        scams=int(rows.y.sum()),
        settings=settings,
        seconds=seconds,
        peak_mb=0.0,
    )


def training_rows(window: Table, labels: Window, seed: int) -> Rows:
    """Thinned as ours are, with the labels known on the day that they are looked at."""
    y = window.label_at(labels.labels_at)
    keep, weight = experts.thinned(y, np.random.default_rng(seed))
    return Rows(x=window.x[keep], y=y[keep], weight=weight, day=window.day[keep])


def _probability(ensemble: fitting.Ensemble, table: Table) -> Doubles:
    """As the graph answers: float32."""
    places = range(0, len(table), AT_ONCE)
    parts = [ensemble.probability(table.take(np.arange(p, min(p + AT_ONCE, len(table))))) for p in places]
    return np.concatenate(parts).astype(np.float32).astype(np.float64)


def _scored(score: Score, x: Floats) -> Doubles:
    return np.concatenate([score(part) for part in _chunks(x)])


def _chunks(x: Floats) -> list[Floats]:
    return [x[place : place + AT_ONCE] for place in range(0, len(x), AT_ONCE)]


def _blind(table: Table, modality: Modality) -> Table:
    x = table.x.copy()
    x[:, SLICES[modality]] = np.nan
    return replace(table, x=x)
