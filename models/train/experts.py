"""The shipped ensemble's experts: their columns and signs, the rows they are fitted on, and how they are kept."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from models.train.expert_ensemble import ExpertEnsemble
from models.train.guided_trees import GuidedTrees, Scale
from safelight.features.contract import FEATURES, MODALITIES, SLICES

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEGATIVES_KEPT = 0.2
"""Share of genuine rows that experts are fitted on, weighted back: a fifth of the time for the same result to 1 %."""

SIGNS: tuple[int, ...] = tuple(feature.rises for feature in FEATURES)
"""Sign of each feature that the model holds: +1 never lowers the probability when it rises, -1 never raises it."""


AGE_KEPT = 0.2
"""Share of age's linear weight, and of the gain of splits by it, that is kept. Scams do pick by age, but untempered the
fifties get 1.4 to 1.8 times the false alerts of all ages; so tempered 1.2 to 1.3, on development books."""


def ensemble(seed: int) -> ExpertEnsemble:
    """Not fitted: an expert a modality and one of all, such as a graph can hold; columns by contract position."""
    groups = {m.value: list(range(SLICES[m].start, SLICES[m].stop)) for m in MODALITIES}
    kept = [AGE_KEPT if feature.name == "age" else 1.0 for feature in FEATURES]
    return ExpertEnsemble(groups=groups, learner="guided", rises=SIGNS, kept=kept, random_state=seed)


def thinned(y: Flags, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], Doubles]:
    """Rows to fit on (all scams, a share of the rest) and their weights."""
    keep = np.flatnonzero(y | (rng.random(len(y)) < NEGATIVES_KEPT))
    return keep, np.where(y[keep], 1.0, 1.0 / NEGATIVES_KEPT)


def save(experts: Mapping[str, GuidedTrees], directory: Path) -> None:
    """Trees as LightGBM's own text, linear parts as JSON, both compressed: for tests and benchmarks, not serving."""
    directory.mkdir(parents=True, exist_ok=True)
    linear = {}
    for name, expert in experts.items():
        text = expert.trees.model_to_string().encode() if expert.trees else b""
        (directory / f"{name}.txt.gz").write_bytes(gzip.compress(text, 9, mtime=0))
        linear[name] = {
            "scale": {f.name: np.nan_to_num(getattr(expert.scale, f.name), posinf=0).tolist() for f in fields(Scale)},
            "coefficients": expert.coefficients.tolist(),
            "intercept": expert.intercept,
        }
    (directory / "linear.json.gz").write_bytes(gzip.compress(json.dumps(linear).encode(), 9, mtime=0))


def load(directory: Path) -> dict[str, GuidedTrees]:
    """What `save` wrote, in its order."""
    linear = json.loads(gzip.decompress((directory / "linear.json.gz").read_bytes()))
    return {
        name: GuidedTrees(
            scale=_scale(part["scale"]),
            coefficients=np.array(part["coefficients"]),
            intercept=part["intercept"],
            trees=_trees(directory / f"{name}.txt.gz"),
        )
        for name, part in linear.items()
    }


def _scale(written: dict[str, Any]) -> Scale:
    """A deviation of 0 was infinite: JSON has no such number."""
    arrays = {name: np.array(values, dtype=np.float32) for name, values in written.items()}
    arrays["deviation"] = np.where(arrays["deviation"] == 0, np.float32(np.inf), arrays["deviation"])
    return Scale(**arrays)


def _trees(path: Path) -> lgb.Booster | None:
    text = gzip.decompress(path.read_bytes()).decode()
    return lgb.Booster(model_str=text) if text else None
