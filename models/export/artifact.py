"""What `make train` leaves in models/registry: the deployable folder, and the experts for whoever compares."""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.export.graph import GROUPS, IR_VERSION, ML_OPSET, OPSET, build
from models.train import experts
from models.train.fitting import Ensemble
from safelight.adapters.model_files import GRAPH, MANIFEST
from safelight.domain.assessment import NEVER, Thresholds
from safelight.features.contract import MODALITIES, names
from safelight.scoring.manifest import FORMAT

REGISTRY = Path(__file__).resolve().parent.parent / "registry"
CURRENT = REGISTRY / "current"
"""What is deployed with the functions: model.onnx, manifest.json, CARD.md and its picture."""
EXPERTS = REGISTRY / "experts"
"""The same experts as their trainer keeps them, for parity tests and benchmarks. Never deployed."""


def write(ensemble: Ensemble, about: dict[str, Any], current: Path = CURRENT, expert_directory: Path = EXPERTS) -> str:
    """Writes graph, manifest and experts; gives the version. `about` holds windows, metrics, seed: what people read.

    No time of day and no path goes in: the same book and versions give the same bytes.
    """
    graph = build(ensemble)
    digest = hashlib.sha256(graph).hexdigest()
    stacker = ensemble.stacker
    name = f"synthetic-{digest[:12]}"
    manifest = {
        "format": FORMAT,
        "version": name,
        "sha256": digest,
        "bytes": len(graph),
        "data": "synthetic: no real person's data was used",
        "opset": {"ai.onnx": OPSET, "ai.onnx.ml": ML_OPSET, "ir": IR_VERSION},
        "features": {modality.value: list(names(modality)) for modality in MODALITIES},
        "reason_groups": list(GROUPS),
        "thresholds": _thresholds(ensemble.thresholds.served),
        "policy": ensemble.thresholds.policy.as_json(),
        "stacker": {
            "bias": stacker.bias,
            "weights": dict(zip(ensemble.names, stacker.weights.tolist(), strict=True)),
            "presence": dict(zip(ensemble.names, stacker.presence.tolist(), strict=True)),
            "calibration": {"slope": stacker.slope, "intercept": stacker.intercept},
        },
        **about,
        "libraries": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("lightgbm", "numpy", "onnx", "scikit-learn")},
        },
    }
    current.mkdir(parents=True, exist_ok=True)
    (current / GRAPH).write_bytes(graph)
    (current / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    experts.save(ensemble.experts, expert_directory)
    return name


def _thresholds(served: Thresholds) -> dict[str, Any]:
    """As `scoring.manifest` reads them; null where the model alone makes no RED."""
    return {
        "red": served.red_at,
        "yellow": served.yellow_at,
        "stakes": [
            {
                "from_twd": band.from_twd,
                "red": band.red_at if band.red_at < NEVER else None,
                "yellow": band.yellow_at,
            }
            for band in served.stakes
        ],
    }
