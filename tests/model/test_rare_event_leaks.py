"""Columns that look like a leak, by name and with the reason; and those that are merely good."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.train import LeakWarning
from models.train.rare_event_leaks import ALONE, Suspect, suspects, told
from tests.model.labelled_tables import quick, table

# Identifiers and row order


def found_in_order(rows: int) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Cases were written down in runs, and ids and years given out as they were written."""
    x, _ = table(rows, 0.02, 7)
    runs = np.random.default_rng(7).random(rows // 20) < 0.08
    y = np.repeat(runs, 20).astype(np.int64)
    return x.assign(policy=np.arange(rows) + 500, year=1994 + (np.arange(rows) >= rows // 2)), y


def test_identifiers_and_what_moves_with_them_are_named() -> None:
    x, _ = found_in_order(1_000)
    assert {suspect.column for suspect in suspects(x)} == {"policy", "year"}
    shuffled = x.sample(frac=1.0, random_state=0)
    assert {suspect.column for suspect in suspects(shuffled)} == {"policy", "year"}


def test_an_identifier_in_letters_is_named() -> None:
    x, _ = table(1_000, 0.02, 1)
    named = suspects(x.assign(claim=[f"C-{i * 7919 % 1000:04d}" for i in range(1_000)]))
    assert [suspect.column for suspect in named] == ["claim"]


def test_an_identifier_with_gaps_is_named() -> None:
    x, _ = found_in_order(1_000)
    assert "policy" in {s.column for s in suspects(x.assign(policy=x["policy"].mask(np.arange(1_000) % 10 == 0)))}


def test_amounts_measurements_and_counts_are_not_taken_for_identifiers() -> None:
    rng = np.random.default_rng(0)
    x, _ = table(2_000, 0.02, 1)
    x["whole_amount"] = np.round(rng.lognormal(14, 1, 2_000))
    assert suspects(x) == []


def test_the_warning_says_how_much_of_the_result_a_leak_carries() -> None:
    x, y = found_in_order(1_500)
    with pytest.warns(LeakWarning, match=r"'policy'.*'year'.*they carry the result \(left out\)"):
        model = quick(leaks="drop").fit(x, y)
    with_them, without = model.leak_auc_
    assert with_them > 0.8
    assert without < 0.7
    assert model.decision_function(x.assign(policy=0, year=0)) == pytest.approx(model.decision_function(x))


# Columns that tell the label alone


def settled(rows: int) -> tuple[pd.DataFrame, npt.NDArray[np.int64], pd.Series]:
    """A table, labels, and a column that is filled in when a case is closed: nearly always for a positive."""
    x, y = table(rows, 0.05, 3)
    rng = np.random.default_rng(3)
    refund = pd.Series(np.where((y == 1) & (rng.random(rows) < 0.97), rng.lognormal(5, 1, rows), np.nan))
    return x, y, refund


def test_a_column_filled_in_for_positives_only_is_named_with_the_reason() -> None:
    x, y, refund = settled(1_500)
    with pytest.warns(LeakWarning, match=r"column 'refund' all but equals the label .*they carry the result"):
        model = quick().fit(x.assign(refund=refund), y)
    assert [suspect.column for suspect in model.suspected_leaks_] == ["refund"]


def test_a_column_that_alone_gives_nearly_all_of_the_result_is_named() -> None:
    x, y, _ = settled(1_500)
    closed = (y == 1) | (np.random.default_rng(4).random(1_500) < 0.02)
    with pytest.warns(LeakWarning, match=r"column 'closing_code' alone reaches an AUC of 0\.9.*known beforehand"):
        quick(leaks="drop").fit(x.assign(closing_code=np.where(closed, "R2", "R1")), y)


def test_a_strong_column_whose_others_do_nearly_as_well_is_not_taken_for_a_leak() -> None:
    rng = np.random.default_rng(0)
    y = rng.permutation(2_000) < 100
    strengths = (3.0, 2.0, 2.0, 2.0, 2.0)
    x = pd.DataFrame({f"x{i}": rng.normal(size=2_000) + strength * y for i, strength in enumerate(strengths)})
    assert roc_auc_score(y, x["x0"]) > ALONE
    assert quick().fit(x, y).suspected_leaks_ == []


def paid_out(rows: int) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Of every case, a sum that was fixed when it was closed: small for negatives, large for positives."""
    x, y, _ = settled(rows)
    return x.assign(paid=np.random.default_rng(5).lognormal(5 + 3.5 * y, 1)), y


def test_a_measurement_far_ahead_of_columns_that_tell_something_is_named() -> None:
    x, y = paid_out(1_500)
    with pytest.warns(LeakWarning, match=r"column 'paid' alone reaches an AUC of 0\.9.*known beforehand"):
        assert [suspect.column for suspect in quick().fit(x, y).suspected_leaks_] == ["paid"]


@pytest.mark.parametrize(("beside", "blur"), [(0, 0.0), (1, 0.0), (2, 0.0), (0, 0.25), (10, 0.25)])
def test_the_one_good_column_of_a_table_is_no_leak_by_telling_well(beside: int, blur: float) -> None:
    rng = np.random.default_rng(0)
    x = pd.DataFrame({"good": rng.normal(size=1_000), **{f"x{i}": rng.normal(size=1_000) for i in range(beside)}})
    y = (x["good"] + blur * rng.normal(size=1_000) > 1.5).to_numpy()
    assert roc_auc_score(y, x["good"]) > ALONE
    model = quick(leaks="drop").fit(x, y)
    assert model.suspected_leaks_ == []
    assert roc_auc_score(y, model.decision_function(x)) > ALONE


def test_a_measurement_that_all_but_equals_the_label_among_several_columns_is_named() -> None:
    rng = np.random.default_rng(0)
    y = rng.random(1_000) < 0.05
    x = pd.DataFrame({"written": y + rng.normal(0, 0.05, 1_000), **{f"x{i}": rng.normal(size=1_000) for i in range(5)}})
    with pytest.warns(LeakWarning, match="column 'written' all but equals the label"):
        assert [suspect.column for suspect in quick().fit(x, y).suspected_leaks_] == ["written"]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (lambda y, rng: np.where(y, "paid", "refused"), "all but equals the label"),
        (lambda y, rng: np.where(y, rng.lognormal(5, 1, 1_000), 0.0), "all but equals the label"),
        (lambda y, rng: np.where(y | (rng.random(1_000) < 0.02), 2, 1), "is it known beforehand"),
        (lambda y, rng: np.arange(1_000), "an identifier"),
    ],
)
def test_beside_a_good_column_what_was_written_down_later_is_named_all_the_same(column, said: str) -> None:
    rng = np.random.default_rng(0)
    good = rng.normal(size=1_000)
    y = good + 0.25 * rng.normal(size=1_000) > 1.5
    with pytest.warns(LeakWarning, match=f"column 'written' .*{said}"):
        model = quick().fit(pd.DataFrame({"good": good, "written": column(y, rng)}), y)
    assert [suspect.column for suspect in model.suspected_leaks_] == ["written"]


# What the warning says


@pytest.mark.parametrize(
    ("auc", "weighed"),
    [
        ((0.95, 0.6), "; in random folds AUC is 0.950 with and 0.600 without: they carry the result"),
        ((0.95, 0.94), "; in random folds AUC is 0.950 with and 0.940 without: they carry little of the result"),
        (None, ""),
    ],
)
@pytest.mark.parametrize(
    ("dropped", "done"),
    [
        (True, "(left out). What is known when a case is decided can stay: leaks='warn'"),
        (
            False,
            "(still used). Leave out what is not known when a case is decided, and what only names or numbers a row: ",
        ),
    ],
)
def test_the_warning_says_what_was_seen_what_was_done_and_what_to_do(
    auc: tuple[float, float] | None, weighed: str, dropped: bool, done: str
) -> None:
    reasons = {"policy": "was given out in order", "paid": "equals the label"}
    found = [Suspect(column=name, position=at, reason=reason) for at, (name, reason) in enumerate(reasons.items())]
    seen = "possible leak: column 'policy' was given out in order; column 'paid' equals the label"
    assert told(found, auc, dropped=dropped).startswith(f"{seen}{weighed} {done}")
