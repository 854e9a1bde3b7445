"""One small LightGBM an expert: few leaves, strong regularisation, the known signs held by constraint."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from models.simulate.table import Doubles, Flags, Floats
from safelight.domain.assessment import Modality
from safelight.features.contract import BY_MODALITY, MODALITIES, SLICES, names

TREES: dict[Modality, int] = {
    Modality.BEHAVIOUR: 80,
    Modality.PROFILE: 80,
    Modality.CONTEXT: 60,
    Modality.EXTERNAL: 50,
    Modality.FIELD: 40,
}
"""Kept few: the graph's load time is a cold start's, and hundreds of positives carry no more."""

NEGATIVES_KEPT = 0.34
"""Share of genuine rows an expert is fitted on, weighted back: a third of the time for the same result to 1 %."""


def parameters(modality: Modality, seed: int) -> dict[str, Any]:
    """LightGBM settings. One thread, row-wise and `deterministic`: the same rows give the same bytes."""
    return {
        "objective": "binary",
        "learning_rate": 0.1,
        "num_leaves": 8,
        "max_depth": 4,
        "min_data_in_leaf": 60,
        "min_sum_hessian_in_leaf": 0.5,
        "lambda_l2": 20.0,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "max_bin": 127,
        "monotone_constraints": [feature.rises for feature in BY_MODALITY[modality]],
        "monotone_constraints_method": "advanced",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def fit(modality: Modality, x: Floats, y: Flags, weight: Doubles, seed: int) -> lgb.Booster:
    """An expert of one modality from its own columns. `x` (N, features of the contract), `weight` (N,)."""
    columns = x[:, SLICES[modality]]
    seen = ~np.isnan(columns).all(axis=1)
    data = lgb.Dataset(
        columns[seen].astype(np.float64),
        label=y[seen].astype(np.float64),
        weight=weight[seen],
        feature_name=list(names(modality)),
        free_raw_data=True,
    )
    return lgb.train(parameters(modality, seed), data, num_boost_round=TREES[modality])


def log_odds(experts: Mapping[Modality, lgb.Booster], x: Floats) -> Doubles:
    """Each expert's raw log-odds, shape (N, modalities); NaN where the modality is absent."""
    out = np.full((len(x), len(MODALITIES)), np.nan)
    for column, modality in enumerate(MODALITIES):
        part = x[:, SLICES[modality]]
        seen = ~np.isnan(part).all(axis=1)
        if seen.any():
            out[seen, column] = experts[modality].predict(part[seen].astype(np.float64), raw_score=True, num_threads=1)
    return out


def thinned(y: Flags, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], Doubles]:
    """Rows to fit on (all scams, a share of the rest) and their weights."""
    keep = np.flatnonzero(y | (rng.random(len(y)) < NEGATIVES_KEPT))
    return keep, np.where(y[keep], 1.0, 1.0 / NEGATIVES_KEPT)


def save(experts: Mapping[Modality, lgb.Booster], directory: Path) -> None:
    """LightGBM's own text, compressed, one file an expert: for tests and benchmarks, never for serving."""
    directory.mkdir(parents=True, exist_ok=True)
    for modality, booster in experts.items():
        text = booster.model_to_string().encode()
        (directory / f"{modality.value}.txt.gz").write_bytes(gzip.compress(text, 9, mtime=0))


def load(directory: Path) -> dict[Modality, lgb.Booster]:
    """What `save` wrote, in contract order."""
    return {
        modality: lgb.Booster(model_str=gzip.decompress((directory / f"{modality.value}.txt.gz").read_bytes()).decode())
        for modality in MODALITIES
    }
