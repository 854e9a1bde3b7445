"""Ratios of columns that the learner for few positives adds for itself."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from models.train import RareEventClassifier, rare_event, rare_event_ratios
from models.train.rare_event_columns import Columns, Doubles, Views
from models.train.rare_event_members import Flags
from models.train.rare_event_ratios import NONE, Ratios, ratios


def book(rows: int, seed: int) -> tuple[pd.DataFrame, Flags]:
    """Positive are amounts far beyond what the customer usually moves, however large that is."""
    rng = np.random.default_rng(seed)
    usual, noise = rng.lognormal(8, 1.5, rows), rng.lognormal(3, 1, rows)
    amount = usual * rng.lognormal(0, 0.5, rows)
    beyond = np.log(amount / usual) + 0.1 * rng.normal(size=rows)
    return pd.DataFrame({"amount": amount, "noise": noise, "usual": usual}), beyond > 1.1


def views(x: Doubles) -> Views:
    table = pd.DataFrame(x)
    y, weight = np.arange(len(x)) % 2 == 0, np.ones(len(x))
    return Columns.learn(table, y, weight).views(table)


def test_the_ratio_that_tells_comes_first() -> None:
    table, y = book(3_000, 1)
    found = ratios(views(table.to_numpy()), y, np.ones(len(y)), seed=0)
    assert found.pairs[0] == (0, 2)


def test_positives_that_lie_in_a_ratio_are_ranked_better_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table, y = book(3_000, 1)
    later, truth = book(6_000, 2)

    def ranked() -> float:
        model = RareEventClassifier(random_state=0, inner_folds=2, trees=20).fit(table, y)
        return float(average_precision_score(truth, model.decision_function(later)))

    with_ratios = ranked()
    monkeypatch.setattr(rare_event, "ratios", lambda *_: NONE)
    assert with_ratios > 1.05 * ranked()


def test_columns_with_negative_values_or_few_values_are_no_sizes() -> None:
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=500), rng.lognormal(size=500), rng.integers(0, 5, 500)])
    assert ratios(views(x), x[:, 0] > 1, np.ones(500), seed=0).pairs == ()


def test_of_too_many_ratios_those_of_columns_that_move_together_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x = rng.lognormal(size=(500, 6))
    x[:, 4] = x[:, 1] * rng.lognormal(0, 0.2, 500)
    monkeypatch.setattr(rare_event_ratios, "WEIGHED", 1)
    found = ratios(views(x), x[:, 4] / x[:, 1] > 1.3, np.ones(500), seed=0)
    assert found.pairs == ((1, 4),)


def test_a_ratio_with_a_missing_side_is_missing_for_trees_and_average_for_linear_models() -> None:
    found = Ratios(pairs=((0, 1),), mean=np.array([0.5]), scale=np.array([2.0]))
    given = Views(trees=np.array([[np.e**3 - 1, 0.0], [1.0, np.nan]]), linear=np.zeros((2, 1)))
    seen = found.beside(given)
    np.testing.assert_allclose(seen.trees[:, 2], [3.0, np.nan])
    np.testing.assert_allclose(seen.linear[:, 1], [1.25, 0.0])


def test_rows_that_weigh_nothing_choose_no_ratio() -> None:
    table, y = book(1_500, 1)
    wrong, _ = book(1_500, 2)
    x = np.vstack([table.to_numpy(), wrong.to_numpy()])
    labels = np.concatenate([y, wrong["noise"] > 0.05 * wrong["amount"]])
    weight = np.concatenate([np.ones(1_500), np.full(1_500, 1e-9)])
    assert ratios(views(x), labels, weight, seed=0).pairs[0] == (0, 2)
