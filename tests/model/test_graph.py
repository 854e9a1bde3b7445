"""The exported graph says what the trainer's models say, for whole rows, thinned rows, any order and any batch."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.export import artifact
from models.export.trees import float32_down, read
from models.simulate.table import Table
from models.train import experts as expert_models
from models.train.stacker import Stacker
from safelight.features.contract import BY_MODALITY, FEATURES, MODALITIES, REASON_GROUPS, SLICES

Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def stacker() -> Stacker:
    """From the manifest: what is written there must be what the graph does."""
    written: dict[str, Any] = json.loads((artifact.CURRENT / "manifest.json").read_text())["stacker"]
    return Stacker(
        bias=written["bias"],
        weights=np.array([written["weights"][m.value] for m in MODALITIES]),
        presence=np.array([written["presence"][m.value] for m in MODALITIES]),
        slope=written["calibration"]["slope"],
        intercept=written["calibration"]["intercept"],
    )


def thinned(x: Floats, seed: int) -> Floats:
    """Rows with modalities and single values missing at random, some with nothing at all."""
    rng = np.random.default_rng(seed)
    out = np.where(rng.random(x.shape) < 0.1, np.nan, x).astype(np.float32)
    for modality in MODALITIES:
        out[rng.random(len(x)) < 0.3, SLICES[modality]] = np.nan
    out[:3] = np.nan
    return out


def around_thresholds(x: Floats, boosters) -> Floats:
    """Rows where one value sits just below, at, or just above a split of its expert; every split is visited."""
    rows = []
    for modality in MODALITIES:
        start = SLICES[modality].start
        reasoned = read(boosters[modality], [0] * len(BY_MODALITY[modality]))
        splits = {(n.feature, n.threshold) for tree in reasoned.trees for n in tree if not n.is_leaf}
        for count, (feature, threshold) in enumerate(sorted(splits)):
            at, endless = np.float32(threshold), np.float32(np.inf)
            with np.errstate(over="ignore"):  # one past the largest float32 is infinite
                values = (np.nextafter(at, -endless), at, np.nextafter(at, endless))
            for near in (v for v in values if np.isfinite(v)):
                row = x[count % len(x)].copy()
                row[start + feature] = near
                rows.append(row)
    return np.array(rows, dtype=np.float32)


def assert_parity(x: Floats, reference, boosters, stacker: Stacker) -> None:
    probability, experts, reasons = reference.run(x)
    log_odds = expert_models.log_odds(boosters, x)
    np.testing.assert_allclose(probability, stacker.probability(log_odds), atol=2e-6)
    np.testing.assert_allclose(experts, 1 / (1 + np.exp(-log_odds)), atol=2e-6)
    assert (np.isnan(experts) == np.isnan(log_odds)).all()
    absent = np.isnan(log_odds)
    for column, modality in enumerate(MODALITIES):
        of_modality = [index for index, group in enumerate(REASON_GROUPS.values()) if group.modality is modality]
        assert (reasons[absent[:, column]][:, of_modality] == 0).all()


def test_graph_agrees_with_the_trees(reference, boosters, stacker, fresh: Table):
    assert_parity(fresh.x, reference, boosters, stacker)


def test_graph_agrees_with_the_trees_on_thinned_rows(reference, boosters, stacker, fresh: Table):
    assert_parity(thinned(fresh.x, 1), reference, boosters, stacker)


def test_graph_agrees_with_the_trees_around_every_threshold(reference, boosters, stacker, fresh: Table):
    x = around_thresholds(fresh.x, boosters)
    assert len(x) > 1_000
    assert_parity(x, reference, boosters, stacker)


def test_reasons_and_bias_add_up_to_the_stacked_log_odds(reference, boosters, stacker: Stacker, fresh: Table):
    """bias + presence terms + weight x each expert's base + sum of reasons = log-odds before calibration."""
    x = thinned(fresh.x, 2)
    _, _, reasons = reference.run(x)
    log_odds = expert_models.log_odds(boosters, x)
    base = np.array([read(boosters[m], [0] * len(BY_MODALITY[m])).base for m in MODALITIES])
    constant = stacker.bias + np.where(np.isnan(log_odds), 0.0, stacker.presence + stacker.weights * base).sum(axis=1)
    np.testing.assert_allclose(constant + reasons.sum(axis=1), stacker.stacked(log_odds), atol=2e-5)


def test_row_order_does_not_matter(reference, fresh: Table):
    order = np.random.default_rng(3).permutation(len(fresh))
    for whole, shuffled in zip(reference.run(fresh.x), reference.run(fresh.x[order]), strict=True):
        np.testing.assert_array_equal(whole[order], shuffled)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_batch_size_does_not_matter(reference, fresh: Table, size: int):
    x = thinned(fresh.x[:448], 4)
    whole = reference.run(x)
    parts = [reference.run(x[start : start + size]) for start in range(0, len(x), size)]
    for output, pieces in zip(whole, zip(*parts, strict=True), strict=True):
        np.testing.assert_allclose(output, np.concatenate(pieces), atol=1e-6)


@pytest.mark.parametrize("feature", [f for f in FEATURES if f.rises], ids=lambda f: f.name)
def test_probability_moves_only_the_known_way(reference, fresh: Table, feature):
    """What can only mean more risk never lowers the probability, from a low value to a high one."""
    column = FEATURES.index(feature)
    known = fresh.x[~np.isnan(fresh.x[:, column])][:300]
    low, high = known.copy(), known.copy()
    low[:, column], high[:, column] = np.nanmin(fresh.x[:, column]), np.nanmax(fresh.x[:, column]) + 1
    change = reference.run(high)[0] - reference.run(low)[0]
    assert (feature.rises * change >= -1e-7).all()


@pytest.mark.parametrize("value", [0.1, 1.0, 1e-45, 1e37, -1e37, -0.1, 0.0])
def test_threshold_rounds_down_to_the_next_float32(value: float):
    down = float32_down(value)
    assert down <= value
    assert float(np.nextafter(np.float32(down), np.float32(np.inf))) > value


@pytest.mark.parametrize("value", [3.5e38, 1e300, -1e300])
def test_threshold_beyond_float32_stays_on_its_side(value: float):
    largest = float(np.finfo(np.float32).max)
    assert (largest <= float32_down(value)) == (largest <= value)
    assert (-largest <= float32_down(value)) == (-largest <= value)
