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
from models.train import alert_policy, thresholds
from safelight.domain.assessment import NEVER, StakeBand
from safelight.domain.errors import ModelUnavailableError
from safelight.domain.light import Light
from safelight.scoring import manifest as manifests
from safelight.scoring.ensemble import Ensemble

POLICY = alert_policy.read()


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
    picture = (artifact.CURRENT / "calibration.svg").read_text()
    ET.fromstring(picture)
    assert "synthetic" in picture


def test_no_local_path_in_what_is_shipped():
    for file in artifact.CURRENT.iterdir():
        assert str(Path(__file__).parents[2]).encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("lights", "budget", "tolerance"), [("red", POLICY.red, 0.0015), ("red_or_yellow", POLICY.red_or_yellow, 0.005)]
)
def test_what_the_manifest_records_of_the_test_window_keeps_the_budget(document, lights, budget, tolerance):
    """Of the release, not of the code: the next test works it out, on another book."""
    assert document["metrics"][lights]["alerted"] == pytest.approx(budget, abs=tolerance)


def test_thresholds_hit_the_budget_on_a_book_never_seen(shipped: Ensemble, reference, fresh: Table):
    probability, _, _ = reference.run(fresh.x)
    lights = thresholds.lights(shipped.thresholds, probability, fresh.amount)
    assert np.mean(lights >= Light.YELLOW) == pytest.approx(POLICY.red_or_yellow, abs=0.012)
    assert np.mean(lights == Light.RED) == pytest.approx(POLICY.red, abs=0.004)


def test_windows_leave_a_gap_for_late_labels(document):
    windows = document["windows"]
    assert np.datetime64(windows["validation"]["from"]) - np.datetime64(windows["train"]["to"]) >= np.timedelta64(
        90, "D"
    )
    assert windows["validation"]["to"] < windows["test"]["from"]


def test_about_as_many_scams_are_expected_as_there_were_reported_or_not(document):
    """Of the release: probabilities are of all scams. A hundred scams of campaigns that come and go leave much to
    chance; calibration to the reported ones alone, or none at all, would be further off still."""
    metrics = document["metrics"]
    assert 0.6 <= metrics["expected_scams"] / metrics["scams"] <= 1.5


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"format": 3}, "unreadable"),
        ({"format": 2, "thresholds": {"red": 0.5, "yellow": 0.1}}, "unreadable"),
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


LOW, HIGH = {"from_twd": 1, "red": None, "yellow": 0.2}, {"from_twd": 5_000, "red": 0.4, "yellow": 0.1}


def _staked(document: dict[str, Any], stakes: object) -> str:
    return json.dumps(document | {"format": 2, "thresholds": {"red": 0.5, "yellow": 0.1, "stakes": stakes}})


def test_thresholds_by_stake_are_read_as_written(document):
    read = manifests.parse(_staked(document, [LOW, HIGH])).thresholds
    assert read.stakes == (
        StakeBand(from_twd=1, red_at=NEVER, yellow_at=0.2),
        StakeBand(from_twd=5_000, red_at=0.4, yellow_at=0.1),
    )
    at = {amount: read.at(amount) for amount in (0, 1, 4_999, 5_000, 10**9)}
    assert at == {0: (0.5, 0.1), 1: (NEVER, 0.2), 4_999: (NEVER, 0.2), 5_000: (0.4, 0.1), 10**9: (0.4, 0.1)}
    assert manifests.parse(_staked(document, [])).thresholds.at(1) == (0.5, 0.1)


def test_a_manifest_of_the_first_format_keeps_its_small_stakes(document):
    plain = document | {"format": 1, "thresholds": {"red": 0.5, "yellow": 0.1}}
    read = manifests.parse(json.dumps(plain)).thresholds
    assert [read.at(amount) for amount in (0, 1, 4_999, 5_000)] == [(0.5, 0.1), (NEVER, 0.1), (NEVER, 0.1), (0.5, 0.1)]


@pytest.mark.parametrize(
    ("stakes", "named"),
    [
        (None, "thresholds.stakes"),
        ({}, "thresholds.stakes"),
        ([1], "thresholds.stakes[0]"),
        ([{"from_twd": 1, "red": 0.5}], "thresholds.stakes[0]"),
        ([LOW | {"colour": 1}], "thresholds.stakes[0]"),
        ([LOW | {"from_twd": 2}], "thresholds.stakes[0].from_twd"),
        ([LOW | {"from_twd": 1.0}], "thresholds.stakes[0].from_twd"),
        ([LOW | {"from_twd": True}], "thresholds.stakes[0].from_twd"),
        ([LOW | {"yellow": 0.0}], "thresholds.stakes[0].yellow"),
        ([LOW | {"yellow": None}], "thresholds.stakes[0].yellow"),
        ([LOW | {"yellow": 3.0}], "thresholds.stakes[0].yellow"),
        ([LOW | {"red": 0.1}], "thresholds.stakes[0].red"),
        ([LOW | {"red": 2.5}], "thresholds.stakes[0].red"),
        ([LOW, HIGH | {"from_twd": 1}], "thresholds.stakes[1].from_twd"),
        ([HIGH | {"from_twd": 1}, LOW | {"from_twd": 5_000}], "thresholds.stakes[1] is milder"),
        ([HIGH | {"from_twd": 1}, HIGH | {"yellow": 0.11}], "thresholds.stakes[1] is milder"),
        ([HIGH | {"from_twd": 1}, HIGH | {"red": None}], "thresholds.stakes[1] is milder"),
    ],
    ids=str,
)
def test_malformed_stakes_are_refused_by_name(document, stakes, named):
    with pytest.raises(manifests.ManifestError) as caught:
        manifests.parse(_staked(document, stakes))
    assert caught.value.cause == "unreadable"
    assert named in str(caught.value)


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
