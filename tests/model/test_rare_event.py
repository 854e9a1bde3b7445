"""The learner for few positives: what it promises on small generated tables."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.train import ColumnError, ColumnWarning, RareEventClassifier, ThinDataWarning, TimeFoldsWarning
from models.train.rare_event_folds import blocks, inner_folds
from models.train.rare_event_mix import LEAST_SLOPE, mixed, platt, shares_by_gain, weigh
from tests.model.labelled_tables import quick, table


@pytest.fixture(scope="module")
def fitted() -> RareEventClassifier:
    return quick().fit(*table(1_500, 0.05, 1))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([RareEventClassifier(random_state=0, inner_folds=2, trees=10)])
def test_it_is_a_scikit_learn_estimator(estimator: RareEventClassifier, check: Any) -> None:
    check(estimator)  # raises where the estimator breaks the rule


def test_it_ranks_better_than_a_linear_model(fitted: RareEventClassifier) -> None:
    x, y = table(4_000, 0.05, 2)
    train, labels = table(1_500, 0.05, 1)
    numbers = ["amount", "calls", "noise"]
    linear = LogisticRegression(max_iter=500).fit(np.nan_to_num(train[numbers]) / 1e4, labels)
    ours = average_precision_score(y, fitted.predict_proba(x)[:, 1])
    assert ours > 1.2 * average_precision_score(y, linear.predict_proba(np.nan_to_num(x[numbers]) / 1e4)[:, 1])


def test_probabilities_are_about_as_many_as_come_true(fitted: RareEventClassifier) -> None:
    x, y = table(4_000, 0.05, 3)
    assert fitted.predict_proba(x)[:, 1].sum() == pytest.approx(y.sum(), rel=0.3)


def test_the_same_seed_gives_the_same_scores_and_row_order_does_not_matter_when_scoring(
    fitted: RareEventClassifier,
) -> None:
    x, _ = table(500, 0.02, 4)
    again = quick().fit(*table(1_500, 0.05, 1))
    np.testing.assert_array_equal(again.decision_function(x), fitted.decision_function(x))
    turned = fitted.decision_function(x.iloc[::-1])[::-1]
    np.testing.assert_allclose(turned, fitted.decision_function(x), atol=1e-9)


def test_levels_never_seen_and_missing_values_are_scored(fitted: RareEventClassifier) -> None:
    x, _ = table(5, 0.2, 5)
    x["channel"] = ["fax", None, "app", "web", "phone"]
    x.loc[1, "amount"] = np.nan
    assert np.isfinite(fitted.decision_function(x)).all()


def test_wrong_labels_cost_little() -> None:
    x, y = table(1_000, 0.08, 1)
    rng = np.random.default_rng(0)
    wrong = y.copy()
    wrong[rng.choice(np.flatnonzero(y), len(y[y == 1]) // 5, replace=False)] = 0
    wrong[rng.choice(np.flatnonzero(y == 0), 6, replace=False)] = 1
    later, truth = table(4_000, 0.08, 2)
    clean, noisy = (
        average_precision_score(truth, quick().fit(x, labels).decision_function(later)) for labels in (y, wrong)
    )
    assert noisy > 0.75 * clean


def test_rows_without_weight_teach_nothing() -> None:
    x, y = table(300, 0.1, 1)
    doubled = pd.concat([x, x], ignore_index=True)
    labels = np.concatenate([y, 1 - y])
    weight = np.concatenate([np.ones(len(y)), np.zeros(len(y))])
    expected = quick().fit(x, y).decision_function(x)
    np.testing.assert_allclose(quick().fit(doubled, labels, weight).decision_function(x), expected)


def test_where_there_is_nothing_to_learn_every_score_stays_near_the_base_rate() -> None:
    x, y = table(1_500, 0.05, 1)
    x["shop"] = [f"s{code}" for code in np.random.default_rng(1).integers(0, 200, len(x))]
    shuffled = np.random.default_rng(0).permutation(y)
    later, _ = table(1_000, 0.05, 2)
    scores = quick().fit(x, shuffled).predict_proba(later.assign(shop="s1"))[:, 1]
    assert np.quantile(scores, [0.02, 0.98]) == pytest.approx([0.05, 0.05], abs=0.04)


# How members are put together


def judged(y: npt.NDArray[np.bool_], *strengths: float) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(0)
    return np.column_stack([rng.normal(size=len(y)) + strength * y for strength in strengths])


def test_few_positives_leave_weights_near_where_they_are_drawn_to() -> None:
    y = np.arange(4_000) < 40
    drawn_to = np.array([0.5, 0.5])
    hard, softly = (weigh(judged(y, 2.0, 0.0), y, np.ones(4_000), drawn_to, pull)[0] for pull in (100.0, 10.0))
    assert 0.5 < hard < softly <= 1.0


def test_a_member_that_gained_more_starts_with_more_weight_and_one_without_gain_with_none() -> None:
    y = np.arange(4_000) < 40
    stacked = judged(y, 3.0, 1.5, 0.0)
    calibrated = np.column_stack(
        [slope * score + offset for score in stacked.T for slope, offset in [platt(score, y, np.ones(4_000))]]
    )
    strong, weak, none = shares_by_gain(calibrated, y, np.ones(4_000))
    assert strong > 3 * weak > 0
    assert none == pytest.approx(0.0, abs=0.01)


def test_a_member_that_ranks_backwards_is_shrunk_and_not_turned_round() -> None:
    y = np.arange(1_000) < 40
    slope, offset = platt(judged(y, -2.0)[:, 0], y, np.ones(1_000))
    assert slope == LEAST_SLOPE
    assert 1 / (1 + np.exp(-offset)) == pytest.approx(0.04, abs=0.005)


def test_members_on_different_scales_are_heard_alike() -> None:
    y = np.arange(4_000) < 100
    one, other = judged(y, 2.0, 2.0).T
    mix = mixed({"one": one, "other": 50 * other}, y, np.ones(4_000), least=10)
    assert mix.weights["one"] == pytest.approx(mix.weights["other"], abs=0.1)
    assert mix.factors["one"] == pytest.approx(50 * mix.factors["other"], rel=0.3)


def test_rows_that_nobody_judged_count_for_nothing() -> None:
    y = np.arange(4_000) < 100
    score = judged(y, 2.0)[:, 0]
    known = np.arange(4_000) % 2 == 0
    expected = mixed({"one": score[known]}, y[known], np.ones(2_000), least=10)
    assert mixed({"one": np.where(known, score, np.nan)}, y, np.ones(4_000), least=10) == expected


def test_weights_are_shares(fitted: RareEventClassifier) -> None:
    assert sum(fitted.weights_.values()) == pytest.approx(1.0)
    assert min(fitted.weights_.values()) >= 0.0


# Inner validation


def test_inner_folds_hold_back_blocks_of_time() -> None:
    rng = np.random.default_rng(0)
    time = rng.permutation(600)
    y = rng.random(600) < 0.1
    for inside, outside in inner_folds(y, 3, 0, time, None):
        low, high = time[outside].min(), time[outside].max()
        assert not ((time[inside] > low) & (time[inside] < high)).any()


@pytest.mark.parametrize(
    ("positive", "counts"),
    [(True, "30 positives at 1, 570 negatives at 570 of"), (False, "570 positives at 570, 30 negatives at 1 of")],
)
def test_says_when_a_class_of_one_time_leaves_none_to_hold_back(positive: bool, counts: str) -> None:
    rare = np.arange(600) % 20 == 0
    time = np.where(rare, 5, np.arange(600))
    with pytest.warns(TimeFoldsWarning, match=f"too few positives and negatives in different times .*{counts}"):
        assert len(inner_folds(rare == positive, 3, 0, time, None)) == 3


def test_rows_of_one_moment_share_a_block() -> None:
    time = np.repeat(np.arange(10), 30)
    block = blocks(np.arange(300) % 7 == 0, time, 3)
    assert all(len(set(block[time == moment])) == 1 for moment in range(10))


def test_inner_folds_hold_back_whole_groups() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 60, 600)
    y = rng.random(600) < 0.2
    for inside, outside in inner_folds(y, 3, 0, None, groups):
        assert not set(groups[inside]) & set(groups[outside])


def test_groups_with_too_few_positives_hold_nothing_back_and_are_learned_from_all_the_same() -> None:
    x, y = table(400, 0.1, 1)
    one_group = np.where(y == 1, 0, np.arange(400) % 50)
    assert inner_folds(y == 1, 3, 0, None, one_group) == []
    one_fold_tells = np.where(y == 1, np.minimum(2, np.maximum(0, np.cumsum(y) - 37)), 3 + np.arange(400) % 50)
    assert inner_folds(y == 1, 3, 0, None, one_fold_tells) == []
    model = quick().fit(x, y, groups=one_group)
    assert roc_auc_score(y, model.decision_function(x)) > 0.9


def test_no_row_is_judged_by_a_fit_that_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = table(600, 0.1, 1)
    model = quick()
    seen: list[dict[str, Any]] = []
    fit_parts = model._fit_parts
    monkeypatch.setattr(model, "_fit_parts", lambda *given: seen.append(fit_parts(*given)) or seen[-1])
    model.fit(x, np.random.default_rng(0).permutation(y))
    _, scores = seen[0]
    labels = np.random.default_rng(0).permutation(y)
    assert all(0.3 < roc_auc_score(labels, score) < 0.7 for score in scores.values())


# Columns


def test_a_column_of_very_many_levels_does_not_tell_trees_their_own_label() -> None:
    x, y = table(1_000, 0.1, 1)
    rng = np.random.default_rng(3)
    later, truth = table(3_000, 0.1, 2)
    shops, more = (pd.Series(rng.integers(0, 400, n)).astype(str).astype("category") for n in (len(y), len(truth)))
    without = roc_auc_score(truth, quick().fit(x, y).decision_function(later))
    with_shops = roc_auc_score(truth, quick().fit(x.assign(shop=shops), y).decision_function(later.assign(shop=more)))
    assert with_shops > without - 0.03


def test_flags_and_nullable_numbers_are_numbers() -> None:
    x, y = table(300, 0.1, 1)
    x["flag"] = x["noise"] > 0
    x["count"] = pd.array([None if i % 9 == 0 else i % 5 for i in range(300)], dtype="Int64")
    x["maybe"] = pd.array([None if i % 7 == 0 else bool(i % 2) for i in range(300)], dtype="boolean")
    assert np.isfinite(quick().fit(x, y).decision_function(x)).all()


# Bad input


def test_one_class_is_refused() -> None:
    x, y = table(100, 0.1, 1)
    with pytest.raises(ValueError, match="one class only"):
        quick().fit(x, np.zeros_like(y))


def test_no_positive_with_weight_is_refused() -> None:
    x, y = table(100, 0.1, 1)
    with pytest.raises(ValueError, match="one class only"):
        quick().fit(x, y, 1.0 - y)


def test_columns_that_teach_nothing_are_named_and_left_out() -> None:
    x, y = table(400, 0.1, 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        quick().fit(x.assign(empty=np.nan, same="yes"), y)
    said = [str(one.message) for one in caught if one.category is ColumnWarning]
    costs = "it is left out. That costs nothing, unless it was meant to be"
    assert said == [
        f"column 'empty' is missing in every row; {costs} filled",
        f"column 'same' has one value in every row; {costs} more than 'yes'",
    ]


def test_nothing_left_to_learn_from_is_refused() -> None:
    with pytest.raises(ColumnError, match="no column"), pytest.warns(ColumnWarning, match="'same'"):
        quick().fit(pd.DataFrame({"same": np.ones(100)}), np.arange(100) < 20)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            [*(float(i) for i in range(99)), "n/a?"],
            r"column 'calls' holds numbers, but 1 of 100 rows hold text such as",
        ),
        ([*(float(i) for i in range(99)), np.inf], r"column 'calls' holds infinity"),
        (pd.date_range("2026-01-01", periods=100), r"column 'calls' holds times"),
    ],
)
def test_a_column_that_cannot_be_read_is_named(values: Any, said: str) -> None:
    x, y = table(100, 0.2, 1)
    with pytest.raises(ColumnError, match=said):
        quick().fit(x.assign(calls=values), y)


@pytest.mark.parametrize("levels", [["none", "1", "2 to 4", "more than 4"], ["A", "B", "7", "?"], ["none", "1"]])
def test_a_name_that_reads_as_a_number_is_a_name_among_names(levels: list[str]) -> None:
    x, y = table(400, 0.2, 1)
    x["before"] = pd.Series(levels * 400)[:400]
    assert np.isfinite(quick().fit(x, y).decision_function(x)).all()


def test_many_gaps_written_as_text_do_not_turn_amounts_into_names() -> None:
    x, y = table(400, 0.2, 1)
    with pytest.raises(ColumnError, match="column 'amount' holds numbers, but 320 of 400 rows hold text such as '-'"):
        quick().fit(x.assign(amount=x["amount"].astype(object).where(np.arange(400) % 5 == 0, "-")), y)


def test_text_where_training_saw_numbers_is_named(fitted: RareEventClassifier) -> None:
    x, _ = table(10, 0.2, 1)
    with pytest.raises(ColumnError, match="'amount' held numbers in training"):
        fitted.decision_function(x.assign(amount="a lot"))


def test_ten_rows_are_fitted_with_a_warning_and_no_trees() -> None:
    x, y = table(10, 0.3, 1)
    with pytest.warns(ThinDataWarning, match="3 positives among 10 rows"):
        model = quick().fit(x, y)
    assert model.weights_ == {"linear": 1.0}
    assert np.isfinite(model.decision_function(x)).all()


def test_missing_labels_are_refused() -> None:
    x, y = table(100, 0.2, 1)
    with pytest.raises(ValueError, match="1 labels are missing"):
        quick().fit(x, np.where(np.arange(100) == 3, np.nan, y))


def test_time_and_groups_must_have_a_value_a_row() -> None:
    x, y = table(100, 0.2, 1)
    with pytest.raises(ValueError, match="time has shape"):
        quick().fit(x, y, time=np.arange(99))
    with pytest.raises(ValueError, match="groups is missing in 1 rows"):
        quick().fit(x, y, groups=np.where(np.arange(100) == 3, np.nan, 1.0))


def test_it_learns_with_time_given() -> None:
    x, y = table(1_000, 0.08, 1)
    later, truth = table(3_000, 0.08, 2)
    model = quick().fit(x, y, time=np.arange(1_000))
    assert roc_auc_score(truth, model.decision_function(later)) > 0.8
