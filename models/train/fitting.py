"""From a book to an ensemble: experts, stacker, calibration, thresholds. Reads labels only as they were known."""

import logging
from dataclasses import dataclass
from typing import cast

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.simulate.table import Doubles, Flags, Floats, Table
from models.train import alert_policy, stacker
from models.train import experts as expert_models
from models.train.expert_ensemble import ExpertEnsemble
from models.train.guided_trees import GuidedTrees
from models.train.stacker import Stacker
from models.train.thresholds import Thresholds, to_budget
from models.train.windows import Split, Window
from safelight.features.contract import FEATURES

log = logging.getLogger(__name__)

NEVER_REPORTED = 0.2
"""Share of scams that nobody ever reports: an estimate that the insurer gives (here the book's assumption), because no
label can show it. Probabilities are of scams, reported or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """What training makes and export writes."""

    model: ExpertEnsemble
    thresholds: Thresholds

    @property
    def names(self) -> tuple[str, ...]:
        """Modalities in contract order, then the expert of all columns."""
        return tuple(self.model.places_)

    @property
    def experts(self) -> dict[str, GuidedTrees]:
        """One with nothing to learn from is not among them."""
        return cast("dict[str, GuidedTrees]", self.model.experts_)

    @property
    def stacker(self) -> Stacker:
        return self.model.stacker_

    def expert_log_odds(self, x: Floats) -> Doubles:
        """Shape (N, experts) in the order of `names`; NaN where absent. `x` (N, features) in contract order."""
        return self.model.expert_log_odds(x)

    def probability(self, table: Table) -> Doubles:
        return self.stacker.probability(self.expert_log_odds(table.x))


def train(book: Table, split: Split, seed: int) -> Ensemble:
    """Deterministic under `seed`: one thread, for sums in another order differ in their last bits.

    Raises ValueError when a window has too few scams to learn from.
    """
    with threadpool_limits(1):
        return _train(book, split, seed)


def _train(book: Table, split: Split, seed: int) -> Ensemble:
    whole = split.train.of(book)
    y = _labels(whole, split.train, least=20)
    keep, weight = expert_models.thinned(y, np.random.default_rng(seed))
    window, y = whole.take(keep), y[keep]
    log.info("training on %d rows, %d scams known", len(window), y.sum())
    model = expert_models.ensemble(seed)
    model.fit(window.x, y, weight, time=window.day // FOLD_DAYS)

    names = [feature.name for feature in FEATURES]
    for name, places in model.places_.items():
        if isinstance(expert := model.experts_.get(name), GuidedTrees):
            model.experts_[name] = expert_models.tempered(expert, [names[place] for place in places])

    validation = split.validation.of(book)
    known = _labels(validation, split.validation, least=5)
    log_odds = model.expert_log_odds(validation.x)
    judged = ~np.isnan(model.out_of_fold_)
    model.stacker_ = stacker.calibrated(
        model.stacker_,
        np.concatenate([model.out_of_fold_[judged], model.stacker_.stacked(log_odds)]),
        np.concatenate([y[judged], known]),
        np.concatenate([weight[judged], np.ones(len(known))]),
        np.concatenate([_share_in(window, y, split.train)[judged], _share_in(validation, known, split.validation)])
        * (1 - NEVER_REPORTED),
    )
    thresholds = to_budget(model.stacker_.probability(log_odds), validation.amount, alert_policy.read())
    return Ensemble(model=model, thresholds=thresholds)


FOLD_DAYS = 14
"""Rows of one fortnight share a fold: most of a campaign does."""


def _labels(table: Table, window: Window, least: int) -> Flags:
    y = table.label_at(window.labels_at)
    if y.sum() < least:
        raise ValueError(f"{int(y.sum())} scams known in days {window.first:.0f}-{window.last:.0f}; {least} are needed")
    return y


def _share_in(table: Table, known: Flags, window: Window) -> Doubles:
    """For each row, the share of its age's reports that have come, by the delays of the labels known."""
    delays = np.sort(table.label_day[known] - table.day[known])
    return np.searchsorted(delays, window.labels_at - table.day, side="right") / max(1, len(delays))


def share_known(train: Table, split: Split, validation: Table) -> Doubles:
    """For each validation row, the share of its age's labels that have come, by the delays seen in training."""
    known = train.label_at(split.train.labels_at)
    delays = np.sort(train.label_day[known] - train.day[known])
    return np.searchsorted(delays, split.validation.labels_at - validation.day, side="right") / max(1, len(delays))
