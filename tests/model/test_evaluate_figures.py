"""Figures against values worked out by hand, and against scikit-learn's where it has them."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from models.evaluate import learning, metrics
from models.evaluate.card import fairness
from models.evaluate.intervals import Ranking, estimates
from models.evaluate.jobs import OURS
from models.evaluate.learning import LearningPlan, of_scarce, rich_plan, steady
from models.evaluate.summary import COMPARED, _derive
from models.simulate.book import BookPlan
from models.simulate.people import Sex
from models.simulate.table import Table
from models.train import ThinDataWarning, TimeFoldsWarning, alert_policy
from models.train.thresholds import Thresholds
from safelight.domain.assessment import ScamType
from safelight.domain.light import Light
from safelight.features.contract import FEATURES


def table(truth, **columns) -> Table:
    """Requests on days 0, 1, 2 …, of women of 40 who ask for 1,000 by the first channel, unless told otherwise."""
    count = len(truth)
    truth = np.array(truth, dtype=np.bool_)
    plain = Table(
        x=np.zeros((count, len(FEATURES)), dtype=np.float32),
        day=np.arange(count, dtype=np.float64),
        label_day=np.where(truth, np.arange(count) + 1.0, np.inf),
        cleared_day=np.full(count, np.inf),
        truth=truth,
        scam_type=np.where(truth, 0, -1).astype(np.int8),
        channel=np.zeros(count, dtype=np.int8),
        amount=np.full(count, 1_000.0),
        person=np.arange(count),
        sex=np.full(count, Sex.FEMALE, dtype=np.int8),
        age=np.full(count, 40.0, dtype=np.float32),
    )
    return replace(plain, **{name: np.array(values) for name, values in columns.items()})


def test_ranking_by_hand():
    """Scams rank first and fourth of five: precision 1 and 1/2."""
    ranking = Ranking.of(np.array([True, False, False, True, False]), np.array([5.0, 4, 3, 2, 1]))
    assert ranking.figures((0.2, 0.6, 0.8)) == (0.75, 0.5, 0.5, 1.0)


def test_equal_scores_are_caught_by_chance():
    ranking = Ranking.of(np.array([True, False, False, True]), np.ones(4))
    assert ranking.recall(0.25) == 0.25
    assert ranking.average_precision() == 0.5


def test_an_absent_expert_ranks_its_requests_last():
    ranking = Ranking.of(np.array([True, False, False]), np.array([np.nan, -9.0, -8.0]))
    assert ranking.recall(0.7) < 0.2
    assert ranking.recall(1.0) == 1.0


def test_ranking_without_scams_has_no_figures():
    assert np.isnan(Ranking.of(np.zeros(3, dtype=np.bool_), np.arange(3.0)).figures((0.5,))).all()


@pytest.mark.parametrize("digits", [1, 9])
def test_weighted_average_precision_is_scikit_learns(digits):
    rng = np.random.default_rng(4)
    truth = rng.random(2_000) < 0.03
    score, weight = np.round(rng.random(2_000) + 0.4 * truth, digits), rng.poisson(1.0, 2_000).astype(np.float64)
    expected = average_precision_score(truth, score, sample_weight=weight)
    assert Ranking.of(truth, score).average_precision(weight) == pytest.approx(expected)


def mean_of(values):
    return lambda weight: {"mean": float(np.average(values, weights=weight)), "two": 2.0}


def halved(figures):
    return {"ratio": figures["mean"] / figures["two"]}


def test_interval_covers_the_figure_and_ratio_is_of_means_over_books():
    rng = np.random.default_rng(5)
    books = [rng.random(400) + shift for shift in (0.0, 1.0)]
    found = estimates([mean_of(b) for b in books], [np.arange(400)] * 2, halved)
    assert found["mean"].value == pytest.approx(np.mean([b.mean() for b in books]))
    assert found["mean"].books == pytest.approx(tuple(b.mean() for b in books))
    assert found["ratio"].value == pytest.approx(found["mean"].value / 2)
    assert found["mean"].low < found["mean"].value < found["mean"].high
    assert found["mean"].high - found["mean"].low > 0.9  # the books differ by 1, and may be drawn twice


def test_requests_of_one_person_are_drawn_together():
    """Twenty equal requests each of 20 people are 20 draws, not 400: the interval is wider by about the root of 20."""
    values = np.repeat(np.random.default_rng(6).random(20), 20)
    width = {}
    for name, person in (("requests", np.arange(400)), ("people", np.repeat(np.arange(20), 20))):
        mean = estimates([mean_of(values)], [person], halved)["mean"]
        width[name] = mean.high - mean.low
    assert 3.3 < width["people"] / width["requests"] < 6


def test_a_book_drawn_twice_has_its_people_drawn_twice():
    """With equal books the means of two draws scatter by the root of 2 less than one book does, never by as much."""
    values = np.random.default_rng(7).random(200)
    one = estimates([mean_of(values)], [np.arange(200)], halved, replicates=1_000)["mean"]
    two = estimates([mean_of(values)] * 2, [np.arange(200)] * 2, halved, replicates=1_000)["mean"]
    assert (two.high - two.low) / (one.high - one.low) == pytest.approx(0.5**0.5, abs=0.06)


def test_calibration_bins_of_several_books_end_at_the_thresholds_of_each():
    """A probability of .1 is red in the first book and yellow in the second."""
    policy = alert_policy.read()
    first, second = (Thresholds(red=red, yellow=red / 2, policy=policy) for red in (0.1, 0.2))
    one = np.array([True]), np.array([0.1]), first
    bins = metrics.calibration([one, (np.array([False, True]), np.array([0.1, 0.2]), second)])
    assert [(b.requests, b.predicted, b.observed) for b in bins] == [(1, 0.1, 0.0), (2, pytest.approx(0.15), 1.0)]
    assert [(b.low, b.high) for b in bins] == [
        (pytest.approx(0.075), pytest.approx(0.15)),
        (pytest.approx(0.15), pytest.approx(0.3)),
    ]


def test_what_alerts_catch_counts_a_request_as_often_as_it_is_drawn():
    rows = table([True, True, False, False], amount=[100.0, 300.0, 50.0, 50.0])
    red = np.array([True, False, True, False])
    assert metrics.at(rows, red) == metrics.AtBudget(alerted=0.5, recall=0.5, value_saved=0.25, precision=0.5)
    drawn = metrics.at(rows, red, np.array([3.0, 1.0, 0.0, 0.0]))
    assert drawn == metrics.AtBudget(alerted=0.75, recall=0.75, value_saved=0.5, precision=1.0)


@pytest.mark.parametrize(
    ("share", "count", "said"), [(0.4, 10, "40%"), (1 / 3, 3, "1 of 3"), (0.0, 1, "0 of 1"), (None, 0, "–")]
)
def test_a_share_of_few_scams_is_told_as_a_count(share, count, said):
    assert metrics.share_of(share, count) == said


def test_false_alerts_of_an_age_band_are_of_its_genuine_requests():
    rows = table([False] * 6 + [True] * 2, age=np.array([30, 30, 30, 30, 65, 65, 65, 65], dtype=np.float32))
    lights = np.array([Light.RED, 0, 0, 0, Light.RED, Light.YELLOW, Light.YELLOW, Light.GREEN], dtype=np.int8)
    bands = metrics.by_age(rows, lights)
    assert set(bands) == {"0-34", "60-69"}
    assert (bands["0-34"].false_red, bands["0-34"].false_red_or_yellow) == (0.25, 0.25)
    assert (bands["60-69"].false_red, bands["60-69"].false_red_or_yellow) == (0.5, 1.0)
    assert (bands["60-69"].recall_red, bands["60-69"].recall_red_or_yellow) == (0.0, 0.5)
    assert np.isnan(bands["0-34"].recall_red)


def test_calibration_near_red_takes_half_to_twice_the_threshold_and_counts_truth_and_reports_apart():
    rows = table([True, True, False, False, True], label_day=[9.0, np.inf, np.inf, 9.0, 9.0])
    near = metrics.near_red(rows, np.array([0.1, 0.2, 0.399, 0.4, 0.0999]), 0.2)
    assert near.requests == 3
    assert near.said == pytest.approx((0.1 + 0.2 + 0.399) / 3)
    assert (near.was, near.reported) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


def test_months_end_with_the_book_and_count_what_was_said():
    """Two twelfths of a year back from day 61 is day 0.17: the request of day 0 is in none."""
    rows = table([False] * 61)
    found = metrics.months(rows, np.full(61, 0.5), np.full(61, Light.RED, dtype=np.int8), 61.0)
    assert [month.requests for month in found] == [30, 30]
    assert found[1].said == pytest.approx(15.0)
    assert found[1].precision_red == 0.0
    assert np.isnan(found[1].recall_red)


def test_the_year_learned_from_ends_ninety_days_before_the_year_it_is_tested_on():
    plan = LearningPlan.of(BookPlan())
    assert (plan.train.first, plan.train.last, plan.train.labels_at) == (275.0, 640.0, 730.0)
    assert (plan.test.first, plan.test.last) == (730.0, 1095.0)
    with pytest.raises(ValueError, match="too short"):
        LearningPlan.of(BookPlan(years=2.0))


def test_the_scam_rich_sample_holds_twenty_years_of_scams_of_another_seed():
    plan = BookPlan()
    rich = rich_plan(plan)
    assert rich.requests * rich.scam_rate == pytest.approx(20 * plan.requests_a_year * plan.scam_rate, rel=1e-3)
    assert rich.seed != plan.seed


def test_weights_bring_scams_back_to_their_rate():
    truth = np.arange(4_000) % 50 == 0
    rows = of_scarce(table(truth), 1 / 1_000, seed=1)
    assert rows.y.sum() == truth.sum()
    assert (rows.weight[rows.y] == 1).all()
    assert rows.weight[rows.y].sum() / rows.weight.sum() == pytest.approx(1 / 1_000)


def test_learning_says_when_no_block_of_days_can_be_held_back(monkeypatch):
    """Thin groups are expected of one year's labels; a study whose folds are not in time is not."""

    class Thin:
        def fit(self, *_rows, **_beside):
            warnings.warn("a thin group", ThinDataWarning, stacklevel=1)
            warnings.warn("no blocks of time", TimeFoldsWarning, stacklevel=1)

        decision_function = None

    monkeypatch.setattr(learning.experts, "ensemble", lambda _seed: Thin())
    with pytest.warns(ThinDataWarning) as caught:
        learning.learner(of_scarce(table(np.arange(100) % 2 == 0), 0.1, seed=1), seed=1)
    assert [warning.category for warning in caught] == [TimeFoldsWarning]


def test_leaving_drift_out_leaves_out_scams_of_the_two_drifting_types_only():
    types = [-1, *range(len(ScamType))]
    rows = table([code >= 0 for code in types], scam_type=np.array(types, dtype=np.int8))
    left = {list(ScamType)[code] for code in rows.scam_type[~steady(rows)]}
    assert left == {ScamType.FAKE_AUTHORITY, ScamType.FAKE_LOAN}


def people(genuine: int, red: float, yellow: float) -> metrics.Group:
    return metrics.Group(
        genuine=genuine, scams=0, false_red=red, false_red_or_yellow=yellow, recall_red=0.0, recall_red_or_yellow=0.0
    )


@pytest.mark.parametrize(
    ("old", "ratios", "verdict"),
    [
        # Everybody: (9,000 x .004 + 1,000 x .006) / 10,000 = .0042 red, (9,000 x .02 + 1,000 x .03) / 10,000 = .021.
        (people(1_000, 0.006, 0.03), "red 1.43 (70+); red or yellow 1.43 (70+)", "**met** under both lights"),
        (people(1_000, 0.006, 0.04), "red 1.43 (70+); red or yellow 1.82 (70+)", "**missed** under red or yellow"),
        (
            people(1_000, 0.02, 0.04),
            "red 3.57 (70+); red or yellow 1.82 (70+)",
            "**missed** under red and red or yellow",
        ),
        (people(1_000, 0.0, 0.0), "red 1.11 (0-69); red or yellow 1.11 (0-69)", "**met** under both lights"),
    ],
)
def test_card_says_how_the_worst_age_band_fares_and_whether_that_is_fair(old, ratios, verdict):
    bands = {"0-69": people(9_000, 0.004, 0.02), "70+": old}
    assert fairness(bands).endswith(f"everybody's: {ratios}.\nThe bar, at most 1.5, is {verdict}.")


def test_a_band_of_few_is_not_judged_but_counts_as_part_of_everybody():
    """(9,000 x .004 + 999 x .5) / 9,999 = .0536 of everybody: the others' .004 is .07 of that."""
    said = fairness({"0-69": people(9_000, 0.004, 0.02), "70+": people(999, 0.5, 0.5)})
    assert "red 0.07 (0-69)" in said
    assert "Not judged, of fewer than 1,000 genuine requests: 70+.\n" in said
    assert "**met**" in said


@pytest.mark.parametrize(
    ("bands", "lights"),
    [
        ({}, "red and red or yellow"),
        ({"0-69": people(999, 0.004, 0.02)}, "red and red or yellow"),
        ({"0-69": people(9_000, 0.0, 0.0), "70+": people(1_000, 0.0, 0.0)}, "red and red or yellow"),
        ({"0-69": people(9_000, 0.0, 0.01), "70+": people(1_000, 0.0, 0.01)}, "red"),
        ({"0-69": people(9_000, 0.0, 0.01), "70+": people(999, 0.5, 0.01)}, "red"),
    ],
)
def test_the_bar_is_not_said_to_be_met_where_there_is_nothing_to_judge(bands, lights):
    said = fairness(bands)
    assert "red: nothing to judge" in said
    assert said.endswith(f"is **not judged** under {lights}: nothing to judge.")


def test_the_study_derives_the_worst_band_as_the_card_does():
    """Two bands of five: 9,000 genuine with 36 alerts, 1,000 with 20; then one of fewer, with nothing to judge."""
    figures = {f"{OURS}|{name}": 1.0 for name in ("recall_red", "average_precision")}
    figures |= {f"{COMPARED[0]}|{name}": 1.0 for name in ("recall_red", "average_precision")}
    figures |= {"near|said": 1.0, "near|was": 1.0, "near|reported": 1.0}
    for light in ("red", "red_or_yellow"):
        figures |= {f"{light}|false|{b}": count for b, count in enumerate((36.0, 20.0, 0.0, 0.0, 0.0))}
    figures |= {f"genuine|{b}": count for b, count in enumerate((9_000.0, 1_000.0, 0.0, 0.0, 0.0))}
    assert _derive(figures)["worst_age"] == pytest.approx(0.02 / 0.0056)
    figures |= {"red|false|0": 0.0, "red|false|1": 0.0}
    derived = _derive(figures)
    assert derived["worst_age_red_or_yellow"] == pytest.approx(0.02 / 0.0056)
    assert np.isnan(derived["worst_age_red"])
    assert np.isnan(derived["worst_age"])
