"""From a book to an ensemble: experts, stacker, calibration, thresholds. Reads labels only as they were known."""

import logging
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from models.simulate.table import Doubles, Flags, Table
from models.train import alert_policy
from models.train import experts as expert_models
from models.train import stacker as stackers
from models.train.stacker import Stacker
from models.train.thresholds import Thresholds, to_budget
from models.train.windows import Split, Window
from safelight.domain.assessment import Modality
from safelight.features.contract import MODALITIES

log = logging.getLogger(__name__)

FOLDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """What training makes and export writes."""

    experts: dict[Modality, lgb.Booster]
    stacker: Stacker
    thresholds: Thresholds

    def probability(self, table: Table) -> Doubles:
        return self.stacker.probability(expert_models.log_odds(self.experts, table.x))


def train(book: Table, split: Split, seed: int) -> Ensemble:
    """Deterministic under `seed`. Raises ValueError when a window has too few scams to learn from."""
    rng = np.random.default_rng(seed)
    window = split.train.of(book)
    y = _labels(window, split.train, least=20)
    keep, weight = expert_models.thinned(y, rng)
    window, y = window.take(keep), y[keep]
    log.info("training on %d rows, %d scams known", len(window), y.sum())
    folds = _folds(window, rng)
    out_of_fold = np.full((len(window), len(MODALITIES)), np.nan)
    for fold in range(FOLDS):
        inside, outside = folds != fold, folds == fold
        fitted = {m: expert_models.fit(m, window.x[inside], y[inside], weight[inside], seed) for m in MODALITIES}
        out_of_fold[outside] = expert_models.log_odds(fitted, window.x[outside])
    stacker = stackers.fit(out_of_fold, y, weight, rng)
    fitted = {m: expert_models.fit(m, window.x, y, weight, seed) for m in MODALITIES}

    validation = split.validation.of(book)
    y = _labels(validation, split.validation, least=5)
    log_odds = expert_models.log_odds(fitted, validation.x)
    stacker = stackers.calibrated(stacker, log_odds, y, _share_in(window, split, validation))
    thresholds = to_budget(stacker.probability(log_odds), validation.amount, alert_policy.read())
    return Ensemble(experts=fitted, stacker=stacker, thresholds=thresholds)


def _labels(table: Table, window: Window, least: int) -> Flags:
    y = table.label_at(window.labels_at)
    if y.sum() < least:
        raise ValueError(f"{int(y.sum())} scams known in days {window.first:.0f}-{window.last:.0f}; {least} are needed")
    return y


def _folds(table: Table, rng: np.random.Generator) -> Doubles:
    """Blocks of fourteen days, shuffled over the folds: a campaign stays in one fold for the most part."""
    block = (table.day // 14).astype(np.int64)
    return rng.permuted(np.arange(block.max() + 1) % FOLDS)[block].astype(np.float64)


def _share_in(train: Table, split: Split, validation: Table) -> Doubles:
    """For each validation row, the share of its age's labels that have come, by the delays seen in training."""
    known = train.label_at(split.train.labels_at)
    delays = np.sort(train.label_day[known] - train.day[known])
    age = split.validation.labels_at - validation.day
    return np.searchsorted(delays, age, side="right") / max(1, len(delays))
