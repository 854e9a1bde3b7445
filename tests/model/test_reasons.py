"""Every reason of the graph, for whole rows and for rows with gaps, against the trainer's own parts.

A reason is weight x own expert's part + weight of `together` x its part, 0 where the modality is absent. A part is what
the group's columns add in the linear model plus what its splits change on the paths through the trees.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.export import artifact
from models.export.trees import Node, read
from models.simulate.table import Table
from models.train.expert_ensemble import TOGETHER
from models.train.guided_trees import GuidedTrees
from safelight.features.contract import FEATURES, MODALITIES, REASON_GROUPS, SLICES

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

GROUPS = tuple(REASON_GROUPS)
GROUP_OF = [GROUPS.index(feature.group) for feature in FEATURES]
MODALITY_OF = [MODALITIES.index(group.modality) for group in REASON_GROUPS.values()]


@pytest.fixture(scope="module")
def stacker() -> dict[str, Any]:
    written: dict[str, Any] = json.loads((artifact.CURRENT / "manifest.json").read_text())["stacker"]
    return written


@pytest.fixture(scope="module", params=["as they come", "with gaps"])
def x(request: pytest.FixtureRequest, fresh: Table) -> Floats:
    """(300, features): the first rows of the book, or the same with values and whole modalities taken away."""
    rows = fresh.x[:300]
    if request.param == "as they come":
        return rows
    rng = np.random.default_rng(5)
    out = np.where(rng.random(rows.shape) < 0.1, np.nan, rows).astype(np.float32)
    for modality in MODALITIES:
        out[rng.random(len(out)) < 0.3, SLICES[modality]] = np.nan
    out[0] = np.nan
    return out


@pytest.fixture(scope="module")
def present(x: Floats) -> npt.NDArray[np.bool_]:
    """(N, modalities)."""
    return np.column_stack([~np.isnan(x[:, SLICES[modality]]).all(axis=1) for modality in MODALITIES])


@pytest.fixture(scope="module")
def together(x: Floats, experts: dict[str, GuidedTrees]) -> Doubles:
    return parts(experts[TOGETHER], x, GROUP_OF)


def leaf(tree: list[Node], row: Floats) -> Node:
    node = tree[0]
    while not node.is_leaf:
        value = row[node.feature]
        goes_left = node.missing_goes_left if np.isnan(value) else value <= np.float32(node.threshold)
        node = tree[node.left if goes_left else node.right]
    return node


def parts(expert: GuidedTrees, x: Floats, groups: Sequence[int]) -> Doubles:
    """(N, groups): what each adds to the expert's log-odds. `groups` has the group of each of the expert's columns."""
    out = np.zeros((len(x), len(GROUPS)))
    linear = (1 - expert.of_trees) * expert.scale.design(x).astype(np.float64) * expert.coefficients
    for column, added in enumerate(linear.T):
        out[:, groups[column % len(groups)]] += added
    for tree in read(expert.trees, groups).trees:
        for number, row in enumerate(x):
            for group, delta in leaf(tree, row).deltas.items():
                out[number, group] += expert.of_trees * delta
    return out


def test_every_reason_is_the_weighted_parts_of_its_group(reference, experts, stacker, x, present, together):
    weights = stacker["weights"]
    expected = weights[TOGETHER] * together
    for modality in MODALITIES:
        own = SLICES[modality]
        expected += weights[modality.value] * parts(experts[modality.value], x[:, own], GROUP_OF[own])
    _, _, reasons = reference.run(x)
    np.testing.assert_allclose(reasons, np.where(present[:, MODALITY_OF], expected, 0.0), atol=5e-6)


def test_log_odds_are_the_reasons_and_what_is_said_of_anybody_who_is_known_so_far(
    reference, experts, stacker, x, present, together
):
    """Before calibration: bias + each present expert's base and presence term + reasons + what `together` makes of the
    absent groups = bias + sum over the experts present of (weight x the expert's log-odds + presence)."""
    weights, presence = stacker["weights"], stacker["presence"]
    _, _, reasons = reference.run(x)
    left = reasons.sum(axis=1) + np.where(present[:, MODALITY_OF], 0.0, weights[TOGETHER] * together).sum(axis=1)
    right = np.zeros(len(x))
    heard = [(m.value, SLICES[m], present[:, place]) for place, m in enumerate(MODALITIES)]
    for name, own, seen in [*heard, (TOGETHER, slice(None), present.any(axis=1))]:
        expert = experts[name]
        of_trees = read(expert.trees, [0] * len(FEATURES)).base
        base = expert.of_trees * of_trees + (1 - expert.of_trees) * expert.intercept
        left += seen * (presence[name] + weights[name] * base)
        right[seen] += presence[name] + weights[name] * expert.log_odds(x[seen, own])
    known = present.any(axis=1)
    np.testing.assert_allclose(left[known], right[known], atol=5e-6)
    assert (reasons[~known] == 0).all()
