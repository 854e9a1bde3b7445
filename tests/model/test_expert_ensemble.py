"""Experts by group: any subset will do, names in every complaint, scikit-learn's own checks."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.train import ColumnError, ColumnWarning, ExpertEnsemble, RareEventClassifier, ThinDataWarning, stacker
from models.train.expert_ensemble import TOGETHER
from models.train.guided_trees import Scale, shapes
from models.train.ridge import logistic

GROUPS = {"money": ["amount", "share"], "calls": ["minutes"], "notes": ["noted", "kind"]}
"""`kind` holds text."""
NUMBERS = {"money": ["amount", "share"], "calls": ["minutes"], "notes": ["noted"]}


def table(rows: int = 4_000, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Scams show a little in every group and more in two at once; calls are known for half the rows."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": rng.lognormal(0, 1, rows),
            "share": rng.random(rows),
            "minutes": np.where(rng.random(rows) < 0.5, np.nan, rng.exponential(10, rows)),
            "noted": rng.poisson(0.3, rows).astype(float),
            "kind": rng.choice(["loan", "surrender"], rows),
        }
    )
    z = frame["share"] * 3 + frame["minutes"].fillna(0) * 0.1 + frame["noted"] + (frame["amount"] * frame["share"] > 2)
    return frame, (z + rng.gumbel(0, 1, rows) > 7.2).to_numpy()


@pytest.fixture(scope="module")
def guided() -> ExpertEnsemble:
    x, y = table()
    return ExpertEnsemble(groups=NUMBERS, learner="guided", random_state=1).fit(x.drop(columns="kind"), y)


@pytest.fixture(scope="module")
def later() -> tuple[pd.DataFrame, np.ndarray]:
    x, y = table(seed=9)
    return x.drop(columns="kind"), y


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([ExpertEnsemble(learner="guided", random_state=0)])
def test_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)  # raises where the estimator breaks the rule


def test_the_ensemble_beats_every_group_alone_and_keeps_up_with_the_expert_of_all_columns(guided, later):
    x, y = later
    alone = guided.expert_log_odds(x)
    whole = roc_auc_score(y, guided.decision_function(x))
    found = {
        name: roc_auc_score(y, np.nan_to_num(alone[:, column], nan=-5)) for column, name in enumerate(guided.places_)
    }
    assert whole > found.pop(TOGETHER) - 0.01
    assert whole > max(found.values()) + 0.02


@pytest.mark.parametrize("lost", ["money", "calls", "notes"])
def test_a_lost_group_may_be_missing_or_left_out_with_the_same_answer(guided, later, lost):
    x, y = later
    missing = x.copy()
    missing[NUMBERS[lost]] = np.nan
    left_out = x.drop(columns=NUMBERS[lost])
    np.testing.assert_array_equal(guided.decision_function(missing), guided.decision_function(left_out))
    assert roc_auc_score(y, guided.decision_function(missing)) > 0.6
    assert guided.predict_proba(missing)[:, 1].mean() == pytest.approx(y.mean(), rel=0.6)


def test_half_a_group_left_out_is_refused_by_name(guided, later):
    with pytest.raises(ValueError, match="share"):
        guided.predict_proba(later[0].drop(columns="share"))


def test_nothing_known_at_all_still_gives_a_probability(guided, later):
    empty = later[0].head(3).astype(float) * np.nan
    probability = guided.predict_proba(empty)[:, 1]
    assert ((probability > 0) & (probability < 1)).all()
    assert list(guided.places_)[-1] == TOGETHER
    assert np.isnan(guided.expert_log_odds(empty)[:, :-1]).all()
    assert np.isfinite(guided.expert_log_odds(empty)[:, -1]).all()


def test_experts_answer_only_where_their_columns_are_known(guided, later):
    answers = guided.expert_log_odds(later[0])
    calls = list(guided.places_).index("calls")
    assert (np.isnan(answers[:, calls]) == later[0]["minutes"].isna()).all()


@pytest.mark.slow
def test_committees_take_categories_and_are_the_same_under_a_seed():
    x, y = table(1_000)
    groups = {"money": ["amount", "share"], "notes": ["noted", "kind", "minutes"]}
    fits = [ExpertEnsemble(groups=groups, together=False, random_state=3, folds=2).fit(x, y) for _ in range(2)]
    later, truth = table(1_500, seed=9)
    np.testing.assert_array_equal(fits[0].decision_function(later), fits[1].decision_function(later))
    assert roc_auc_score(truth, fits[0].decision_function(later)) > 0.7


def test_text_for_guided_experts_is_refused_by_name():
    x, y = table(300)
    with pytest.raises(ColumnError, match="'kind' holds text"):
        ExpertEnsemble(groups=GROUPS, learner="guided").fit(x, y)


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ({}, "groups is empty"),
        ({"money": []}, "'money'"),
        ({"money": ["amout"]}, "amout"),
        ({TOGETHER: ["amount"]}, "together"),
    ],
)
def test_groups_that_make_no_sense_are_refused_by_name(groups, says):
    x, y = table(300)
    with pytest.raises(ColumnError, match=says):
        ExpertEnsemble(groups=groups).fit(x, y)


def test_columns_in_no_group_are_named():
    x, y = table()
    with pytest.warns(ColumnWarning, match="'noted'"):
        ExpertEnsemble(groups={"money": ["amount", "share"], "calls": ["minutes"]}, learner="guided").fit(
            x.drop(columns="kind"), y
        )


def test_a_group_known_for_one_class_only_is_named_and_does_without_an_expert():
    x, y = table()
    x = x.drop(columns="kind").assign(minutes=np.where(y, np.nan, 1.0))
    with pytest.warns(ThinDataWarning, match="'calls'"):
        fitted = ExpertEnsemble(groups=NUMBERS, learner="guided", random_state=1).fit(x, y)
    assert "calls" not in fitted.experts_
    assert np.isfinite(fitted.decision_function(x)).all()


@pytest.mark.parametrize(
    ("options", "says"), [({"learner": "oracle"}, "learner must be"), ({"folds": 1}, "folds must be at least 2")]
)
def test_options_that_make_no_sense_are_refused(options, says):
    x, y = table(300)
    with pytest.raises(ValueError, match=says):
        ExpertEnsemble(**options).fit(x.drop(columns="kind"), y)


@pytest.mark.parametrize("y", [np.zeros(300), np.ones(300)])
def test_one_class_is_refused(y):
    with pytest.raises(ValueError, match="one class only"):
        ExpertEnsemble().fit(table(300)[0], y)


def test_known_signs_are_held():
    x, y = table()
    x = x.drop(columns="kind")
    backwards = ExpertEnsemble(groups=NUMBERS, learner="guided", rises=(0, -1, -1, -1), random_state=1).fit(x, y)
    base = x.head(200)
    for column in ("share", "minutes", "noted"):
        low, high = base.assign(**{column: 0.0}), base.assign(**{column: x[column].max()})
        assert (backwards.decision_function(high) <= backwards.decision_function(low) + 1e-9).all()


def test_no_shape_falls_when_its_column_rises():
    x = np.linspace(-50, 50, 1_001, dtype=np.float32)
    itself, logarithm, levelling = shapes(x, np.float32(3))
    assert (np.diff(itself) > 0).all()
    assert (np.diff(levelling) > 0).all()
    assert (np.diff(logarithm)[x[1:] > 0] > 0).all()
    assert (logarithm[x <= 0] == 0).all()


def test_a_constant_or_empty_column_scales_to_nothing():
    x = np.array([[1, np.nan, 2], [1, np.nan, 5]], dtype=np.float32)
    design = Scale.of(x, np.ones(2)).design(x)
    assert np.isfinite(design).all()
    assert (design[:, [0, 3, 6]] == 0).all()
    assert (design[:, 10] == 1).all()


def test_ridge_finds_the_minimum_within_the_signs():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3_000, 2))
    y = rng.random(3_000) < 1 / (1 + np.exp(-(1.5 * x[:, 0] - 1.0 * x[:, 1] - 2)))
    free, offset = logistic(x, y, np.ones(3_000), np.full(2, 1e-6))
    np.testing.assert_allclose([*free, offset], [1.5, -1.0, -2.0], atol=0.25)
    held, _ = logistic(x, y, np.ones(3_000), np.full(2, 1e-6), [1, 1])
    assert held[1] == 0
    assert held[0] > 1


def test_each_committee_is_told_the_time_and_the_groups_of_its_own_rows(monkeypatch):
    told: list[tuple[int, np.ndarray, np.ndarray]] = []

    def fit(self, X, y, sample_weight=None, *, time=None, groups=None):  # noqa: N803
        told.append((len(X), time, groups))
        self.classes_ = np.array([False, True])
        return self

    monkeypatch.setattr(RareEventClassifier, "fit", fit)
    monkeypatch.setattr(RareEventClassifier, "decision_function", lambda self, x: np.zeros(len(x)))
    x, y = table(400)
    day = np.arange(400) // 20
    groups = {"money": ["amount"], "calls": ["minutes"]}
    ExpertEnsemble(groups=groups, random_state=0).fit(x[["amount", "minutes"]], y, time=day, row_groups=day)
    assert len(told) == 3 * 4  # two groups and all together, in three folds and on everything
    assert all(len(time) == len(groups) == rows for rows, time, groups in told)
    np.testing.assert_array_equal(told[-2][1], day[x["minutes"].notna()])


def test_weights_stay_near_what_is_expected_until_many_positives_say_otherwise():
    rng = np.random.default_rng(0)

    def weights(rows: int) -> np.ndarray:
        """Two experts: the first is right, the second only noise."""
        says = rng.normal(0, 2, (rows, 2))
        y = rng.random(rows) < 1 / (1 + np.exp(4 - says[:, 0]))
        return stacker.fit(says, y, np.ones(rows), np.array([0.5, 0.5])).weights

    few, many = weights(1_000), weights(200_000)
    assert np.abs(few - 0.5).max() < 0.1
    assert many[0] > 0.9
    assert many[1] < 0.05


@pytest.mark.parametrize("learner", ["guided", "committee"])
def test_a_column_that_teaches_nothing_is_named_and_so_is_its_group(learner):
    x, y = table(300)
    x["same"], x["empty"] = 1.0, np.nan
    groups = {"money": ["amount", "share"], "nothing": ["same", "empty"]}
    with pytest.warns((ColumnWarning, ThinDataWarning)) as caught:
        ExpertEnsemble(groups=groups, learner=learner, random_state=0).fit(x[["amount", "share", "same", "empty"]], y)
    said = " | ".join(str(warning.message) for warning in caught)
    assert "column 'same' has one value in every row" in said
    assert "column 'empty' is missing in every row" in said
    if learner == "committee":
        assert "group 'nothing' teaches nothing" in said


@pytest.mark.parametrize("learner", ["guided", "committee"])
@pytest.mark.filterwarnings("ignore::models.train.rare_event_columns.ColumnWarning")
def test_when_nothing_teaches_anything_it_is_an_error(learner):
    x, y = table(300)
    same = x[["amount", "share"]] * 0 + 1
    with pytest.raises(ColumnError, match="no column is left to learn from"):
        ExpertEnsemble(groups={"a": ["amount"], "b": ["share"]}, learner=learner, random_state=0).fit(same, y)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rises": [1]}, "rises has 1 values; one a column, 2"),
        ({"kept": [1, 1, 1]}, "kept has 3 values; one a column, 2"),
        ({"groups": ["amount"]}, "groups must map names to columns; it is a list"),
    ],
)
def test_options_of_the_wrong_shape_are_refused_by_name(options, says):
    x, y = table(300)
    with pytest.raises(ValueError, match=says):
        ExpertEnsemble(learner="guided", **options).fit(x[["amount", "share"]], y)
