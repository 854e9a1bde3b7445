"""The mean of a line and of slow trees, and the signs that each tree must hold."""

from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from models.export.graph import held
from models.export.trees import Node, read, slips
from models.train import guided_trees
from models.train.expert_ensemble import TOGETHER
from models.train.guided_trees import GuidedTrees
from safelight.domain.assessment import Modality
from safelight.features.contract import BY_MODALITY, FEATURES


def rows(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two columns that tell, one that does not; one positive in twenty; negatives stand for five."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 3)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    told = np.nan_to_num(x[:, 0]) + np.nan_to_num(x[:, 1]) + rng.gumbel(size=count)
    y = told > np.quantile(told, 0.95)
    return x, y, np.where(y, 1.0, 5.0)


def fit(count: int, trees: int = guided_trees.TREES) -> GuidedTrees:
    return guided_trees.fit(*rows(count), [1, 1, 0], 0, trees=trees)


def test_log_odds_are_the_mean_of_the_line_and_of_the_trees():
    x = rows(3_000)[0]
    both, line = fit(3_000), fit(3_000, trees=0)
    assert both.trees is not None
    assert line.trees is None
    raw = both.trees.predict(x.astype(np.float64), raw_score=True)
    np.testing.assert_allclose(both.log_odds(x), (line.log_odds(x) + raw) / 2)
    np.testing.assert_allclose(both.linear(x), line.log_odds(x))


def test_each_part_and_the_whole_expect_as_many_as_there_are():
    x, y, weight = rows(3_000)
    both = fit(3_000)
    assert both.trees is not None
    base = np.average(y, weights=weight)
    for log_odds in (both.linear(x), both.trees.predict(x.astype(np.float64), raw_score=True), both.log_odds(x)):
        assert np.average(1 / (1 + np.exp(-log_odds)), weights=weight) == pytest.approx(base, rel=0.25)


@pytest.mark.parametrize(("count", "least"), [(300, 1), (5_000, 10), (150_000, 200)])
def test_a_leaf_holds_a_share_of_the_rows(count: int, least: int):
    assert guided_trees.settings([1, 1, 0], 0, count, 400)["min_data_in_leaf"] == least


def test_many_trees_learn_slowly():
    x = rows(3_000)[0]
    booster = fit(3_000).trees
    assert booster is not None
    first = booster.predict(x.astype(np.float64), raw_score=True, num_iteration=1)
    last = booster.predict(x.astype(np.float64), raw_score=True)
    assert np.ptp(first) < np.ptp(last) / 10


def split(feature: int, threshold: float, left: int, right: int, *, missing_goes_left: bool = False) -> Node:
    return Node(feature=feature, threshold=threshold, left=left, right=right, missing_goes_left=missing_goes_left)


def leaf(value: float) -> Node:
    return Node(deltas={0: value})


DIP = [split(0, 1.0, 1, 2), leaf(0.5), split(0, 2.0, 3, 4), leaf(0.2), leaf(0.9)]
"""Rises from end to end, and falls on the way."""
ONLY_UNSEEN = [split(1, 0.0, 1, 2, missing_goes_left=True), split(0, 1.0, 3, 4), leaf(0.0), leaf(0.3), leaf(0.1)]
"""Column 0 falls where column 1 is small or missing."""
STEP = [split(0, 1.0, 1, 2), leaf(0.1), split(1, 0.0, 3, 4), leaf(0.3), leaf(0.2)]


@pytest.mark.parametrize(
    ("tree", "rises", "found"),
    [
        (DIP, [1, 0], [(0, 0)]),
        (DIP, [-1, 0], [(0, 0)]),
        (DIP, [0, 0], []),
        (ONLY_UNSEEN, [1, 0], [(0, 0)]),
        (ONLY_UNSEEN, [-1, 0], []),
        (STEP, [1, 0], []),
        (STEP, [1, -1], []),
        (STEP, [1, 1], [(0, 1)]),
    ],
)
def test_a_tree_that_breaks_a_sign_is_found(tree: list[Node], rises: list[int], found: list[tuple[int, int]]):
    assert slips([tree], rises) == found


def test_every_tree_that_is_shipped_holds_every_sign(experts: dict[str, GuidedTrees]):
    for name, expert in experts.items():
        features = FEATURES if name == TOGETHER else BY_MODALITY[Modality(name)]
        trees = read(expert.trees, [0] * len(features)).trees
        assert len(trees) > 50
        assert slips(trees, [feature.rises for feature in features]) == []


def test_an_expert_that_breaks_a_sign_is_not_exported():
    features = BY_MODALITY[Modality.CONTEXT]
    column = next(place for place, feature in enumerate(features) if feature.rises == 1)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, len(features)))
    against = lgb.train({"verbosity": -1, "num_leaves": 3}, lgb.Dataset(x, label=-x[:, column]), 3)
    expert = replace(fit(300, trees=0), trees=against, of_trees=0.5)
    with pytest.raises(ValueError, match=f"expert context does not hold every known sign: {features[column].name} in"):
        held(expert, "context", [0] * len(features), features)
