"""The committed model is whole, small, about synthetic data and says so, and keeps to its alert budget."""

import hashlib
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.export import artifact
from models.simulate.table import Table
from models.train.fitting import RED_BUDGET, YELLOW_BUDGET
from safelight.domain.errors import ModelUnavailableError
from safelight.scoring import manifest as manifests
from safelight.scoring.ensemble import Ensemble


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads((artifact.CURRENT / "manifest.json").read_text())


def test_manifest_pins_the_bytes_that_are_there(document):
    graph = (artifact.CURRENT / "model.onnx").read_bytes()
    assert hashlib.sha256(graph).hexdigest() == document["sha256"]
    assert len(graph) == document["bytes"]


def test_artifact_is_small():
    assert (artifact.CURRENT / "model.onnx").stat().st_size < 2_000_000
    assert sum(file.stat().st_size for file in artifact.EXPERTS.iterdir()) < 2_000_000


def test_card_says_synthetic_and_names_the_version(document):
    card = (artifact.CURRENT / "CARD.md").read_text()
    assert card.splitlines()[2].startswith("> **Everything below is about a SYNTHETIC book.**")
    assert document["version"] in card
    assert document["version"].startswith("synthetic-")
    ET.fromstring((artifact.CURRENT / "calibration.svg").read_text())


def test_no_local_path_in_what_is_shipped():
    for file in artifact.CURRENT.iterdir():
        assert str(Path(__file__).parents[2]).encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("lights", "budget", "tolerance"), [("red", RED_BUDGET, 0.0015), ("red_or_yellow", YELLOW_BUDGET, 0.005)]
)
def test_thresholds_hit_the_budget_on_the_held_out_window(document, lights, budget, tolerance):
    assert document["metrics"][lights]["alerted"] == pytest.approx(budget, abs=tolerance)


def test_thresholds_hit_the_budget_on_a_book_never_seen(shipped: Ensemble, reference, fresh: Table):
    probability, _, _ = reference.run(fresh.x)
    assert np.mean(probability >= shipped.thresholds.yellow_at) == pytest.approx(YELLOW_BUDGET, abs=0.012)
    assert np.mean(probability >= shipped.thresholds.red_at) == pytest.approx(RED_BUDGET, abs=0.004)


def test_windows_leave_a_gap_for_late_labels(document):
    windows = document["windows"]
    assert np.datetime64(windows["validation"]["from"]) - np.datetime64(windows["train"]["to"]) >= np.timedelta64(
        90, "D"
    )
    assert windows["validation"]["to"] < windows["test"]["from"]


def test_probability_is_calibrated_to_what_gets_reported(document):
    """About a fifth of the scams is never reported, so the model expects fewer than there were; never more."""
    metrics = document["metrics"]
    assert 0.55 <= metrics["expected_scams"] / metrics["scams"] <= 1.1


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"format": 2}, "unreadable"),
        ({"version": ""}, "unreadable"),
        ({"sha256": "abc"}, "unreadable"),
        ({"sha256": "Z" * 64}, "unreadable"),
        ({"features": []}, "unreadable"),
        ({"features": {"mood": []}}, "contract_mismatch"),
        ({"reason_groups": [1]}, "unreadable"),
        ({"thresholds": {"red": 0.1, "yellow": 0.2}}, "unreadable"),
        ({"thresholds": {"red": 1, "yellow": 0}}, "unreadable"),
        ({"thresholds": None}, "unreadable"),
    ],
    ids=str,
)
def test_manifest_with_a_wrong_field_is_refused(document, change, cause):
    with pytest.raises(ModelUnavailableError) as caught:
        manifests.parse(json.dumps(document | change))
    assert caught.value.cause == cause


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"manifest"', b"\xff\xfe"])
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(manifests.ManifestError) as caught:
        manifests.parse(text)
    assert caught.value.cause == "unreadable"


def test_another_order_of_features_is_refused(document):
    features = document["features"]
    swapped = features | {"context": features["context"][::-1]}
    with pytest.raises(manifests.ManifestError, match="features of context") as caught:
        manifests.parse(json.dumps(document | {"features": swapped})).check_contract()
    assert caught.value.cause == "contract_mismatch"


def test_another_order_of_modalities_is_refused(document):
    reversed_features = dict(reversed(document["features"].items()))
    with pytest.raises(manifests.ManifestError) as caught:
        manifests.parse(json.dumps(document | {"features": reversed_features})).check_contract()
    assert caught.value.cause == "contract_mismatch"


def test_other_reason_groups_are_refused(document):
    with pytest.raises(manifests.ManifestError, match="reason groups"):
        manifests.parse(json.dumps(document | {"reason_groups": document["reason_groups"][1:]})).check_contract()
