"""`fit-score` on small generated tables: what is written, what is refused, and which warning names what."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models import fit_score
from models.__main__ import main
from models.fit_score import SCORE, labels_of
from models.table_files import TableError

ROWS = 240


def made(seed: int, rows: int = ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"amount": rng.lognormal(8, 1, rows), "channel": rng.choice(["app", "web"], rows)})
    signal = np.log(table["amount"]) + (table["channel"] == "web") + 0.2 * rng.normal(size=rows)
    return table.assign(y=(signal > np.quantile(signal, 0.8)).astype(int))


class Files:
    """A folder with two tables, and the command run on them."""

    def __init__(self, folder: Path, train: pd.DataFrame, test: pd.DataFrame, ending: str = "csv") -> None:
        self.train, self.test, self.out = (folder / f"{name}.{ending}" for name in ("train", "test", "scores"))
        for table, path in ((train, self.train), (test, self.test)):
            if ending == "parquet":
                table.to_parquet(path, index=False)
            else:
                table.to_csv(path, index=False)

    def run(self, *more: str) -> int:
        paths = ["--train", str(self.train), "--test", str(self.test), "--out", str(self.out)]
        return main(["fit-score", *paths, "--target", "y", "--quiet", *more])


@pytest.fixture(autouse=True)
def small_ensemble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer trees and folds: what is tested here is the command around the learner."""

    def small(**settings: Any) -> Any:
        return learner(**settings, trees=10, inner_folds=2)

    learner = fit_score.RareEventClassifier
    monkeypatch.setattr(fit_score, "RareEventClassifier", small)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_test_row_gets_a_probability_in_the_files_order(tmp_path: Path, ending: str) -> None:
    test = made(2).sort_values("amount")
    files = Files(tmp_path, made(1), test, ending)
    assert files.run() == 0
    scores = pd.read_csv(files.out) if ending == "csv" else pd.read_parquet(files.out)
    assert list(scores.columns) == ["row", SCORE]
    assert scores["row"].tolist() == list(range(ROWS))
    assert scores[SCORE].between(0, 1).all()
    assert scores[SCORE].corr(test["y"].reset_index(drop=True)) > 0.7


def test_the_target_in_the_test_file_is_not_used(tmp_path: Path) -> None:
    scores = []
    for number, test in enumerate((made(2), made(2).assign(y=1), made(2).drop(columns="y"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = Files(folder, made(1), test)
        assert files.run() == 0
        scores.append(files.out.read_text())
    assert scores[0] == scores[1] == scores[2]


def test_rows_keep_their_ids(tmp_path: Path) -> None:
    ids = [f"{i:05d}" for i in range(ROWS)]
    files = Files(tmp_path, made(1).assign(claim=[f"T{i}" for i in ids]), made(2).assign(claim=ids))
    assert files.run("--id", "claim") == 0
    assert pd.read_csv(files.out, dtype=str)["claim"].tolist() == ids
    made(1).to_csv(files.train, index=False)
    assert files.run("--id", "claim") == 0  # training rows may do without


def test_names_that_look_like_numbers_in_the_test_file_stay_names(tmp_path: Path) -> None:
    codes = {"app": "01", "web": "02"}
    train, test = (table.assign(channel=table["channel"].map(codes)) for table in (made(1), made(2)))
    files = Files(tmp_path, train, test.assign(channel="02"))
    assert files.run("--names", "channel") == 0
    known = files.out.read_text()
    test.assign(channel="2").to_csv(files.test, index=False)
    assert files.run("--names", "channel") == 0
    assert files.out.read_text() != known


# The target


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([0, 0, 1], "1"),
        ([1.0, 1.0, 0.0], "1"),
        ([True, False, True], "True"),
        (["no", "Yes", "no"], "Yes"),
        ([-1, 1, -1], "1"),
        (["N", "Y", "Y"], "Y"),
    ],
)
def test_values_that_say_so_are_positive_whatever_their_number(values: list[Any], positive: str) -> None:
    labels, found = labels_of(pd.Series(values), "y")
    assert found == positive
    assert labels.tolist() == [int(str(value) in {positive, f"{positive}.0"}) for value in values]


def test_otherwise_the_rarer_value_is_positive_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = Files(tmp_path, made(1).assign(y=made(1)["y"].map({0: "kept", 1: "lapsed"})), made(2))
    assert files.run() == 0
    captured = capsys.readouterr()
    assert "TargetWarning: target 'y': 'lapsed' is taken as positive, being the rarer (48 of 240 rows)" in captured.err
    assert "probability of y = lapsed" in captured.out


def test_the_positive_value_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = Files(tmp_path, made(1), made(2))
    assert files.run("--positive", "0") == 0
    assert pd.read_csv(files.out)[SCORE].mean() == pytest.approx(0.8, abs=0.1)
    assert files.run("--positive", "2") == 1
    assert "target 'y' holds '0', '1', not the positive value '2'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0, 0, 0], "holds one class only: '0' in all 3 training rows; there are no positives"),
        ([1, 1, 1], "holds one class only: '1' in all 3 training rows"),
        (["a", "b", "c"], r"holds 3 values \('a', 'b', 'c'\); two are needed"),
        ([0, 1, None], "is missing in 1 of 3 training rows"),
    ],
)
def test_a_target_that_does_not_split_is_refused(values: list[Any], said: str) -> None:
    with pytest.raises(TableError, match=f"target 'y' {said}") as refused:
        labels_of(pd.Series(values), "y")
    assert ("no positives" in str(refused.value)) == ("no positives" in said)


# Odd tables


@pytest.mark.parametrize(
    ("change_train", "change_test", "more", "said"),
    [
        ({"y": None}, {}, (), "target 'y' is missing in 240 of 240 training rows"),
        ({"drop": "y"}, {}, (), "train.csv has no column 'y'; it holds 'amount', 'channel'"),
        ({}, {"drop": "amount"}, (), "test.csv has no column 'amount'; it holds 'channel', 'y'"),
        ({}, {"drop": ["amount", "channel"]}, (), "test.csv has no 2 columns 'amount', 'channel'"),
        ({"amount": [*range(239), "n/a?"]}, {}, (), "train.csv: column 'amount' holds numbers, but 1 of 240 rows"),
        ({}, {"amount": "a lot"}, (), "test.csv: column 'amount' holds text such as 'a lot'; in training, numbers"),
        ({}, {}, ("--time", "when"), "train.csv has no column 'when'"),
        ({"when": "soon"}, {}, ("--time", "when"), "time 'when' cannot be read in 240 of 240 rows, such as 'soon'"),
        ({"who": [None, *range(239)]}, {}, ("--group", "who"), "group 'who' is missing in 1 of 240 training rows"),
        ({}, {}, ("--id", "amount", "--time", "amount"), "'amount', 'amount'"),
    ],
)
def test_a_table_without_an_honest_score_is_refused_by_the_columns_name(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change_train: dict[str, Any],
    change_test: dict[str, Any],
    more: tuple[str, ...],
    said: str,
) -> None:
    tables = []
    for seed, change in ((1, change_train), (2, change_test)):
        values = {name: value for name, value in change.items() if name != "drop"}
        tables.append(made(seed).assign(**values).drop(columns=change.get("drop", [])))
    files = Files(tmp_path, *tables)
    assert files.run(*more) == 1
    assert said in capsys.readouterr().err
    assert not files.out.exists()


def test_files_that_are_not_tables_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = Files(tmp_path, made(1), made(2))
    files.test.write_text("amount,channel\n")
    assert files.run() == 1
    assert "test.csv has no rows" in capsys.readouterr().err
    files.test.unlink()
    assert files.run() == 1
    assert "there is no such file" in capsys.readouterr().err
    files.out = tmp_path / "scores.xlsx"
    assert files.run() == 1
    assert "scores are written to .csv or .parquet" in capsys.readouterr().err


def test_ten_rows_are_scored_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = Files(tmp_path, made(1).head(10).assign(y=[0, 1] * 5), made(2))
    assert files.run() == 0
    assert "ThinDataWarning: 5 positives among 10 rows" in capsys.readouterr().err
    assert len(pd.read_csv(files.out)) == ROWS


def test_a_time_that_cannot_be_held_back_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = made(1)
    files = Files(tmp_path, train.assign(day=np.where(train["y"] == 1, 5, np.arange(ROWS))), made(2))
    assert files.run("--time", "day") == 0
    assert "TimeFoldsWarning: time 'day': too few positives and negatives in different" in capsys.readouterr().err


def test_columns_that_teach_nothing_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = {"empty": np.nan, "same": "x"}
    files = Files(tmp_path, made(1).assign(**odd), made(2).assign(**odd))
    assert files.run() == 0
    said = capsys.readouterr().err
    assert "ColumnWarning: column 'empty' is missing in every row; it is left out" in said
    assert "ColumnWarning: column 'same' has one value in every row; it is left out" in said


def test_dates_are_read_as_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = pd.Series(pd.date_range("1960-01-01", periods=ROWS).strftime("%Y-%m-%d")).sample(frac=1, random_state=0)
    train, test = (made(seed).assign(since=days.to_numpy()) for seed in (1, 2))
    test.loc[0, "since"] = None
    files = Files(tmp_path, train, test)
    assert files.run("--leave-out", "channel") == 0
    said = capsys.readouterr().err
    assert "ColumnWarning: column 'since' holds dates; it is read as days since 1970. Name it under --time" in said


# Both sides of the split


def test_groups_on_both_sides_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = made(1).assign(who=np.arange(ROWS) // 4), made(2).assign(who=np.arange(ROWS) // 4 + 50)
    files = Files(tmp_path, train, test)
    assert files.run("--group", "who") == 0
    said = "OverlapWarning: group 'who': 10 groups are on both sides of the split (40 of 240 test rows)"
    assert said in capsys.readouterr().err


def test_row_ids_on_both_sides_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = np.random.default_rng(0).permutation(ROWS)
    train, test = made(1).assign(claim=numbers), made(2).assign(claim=numbers + ROWS - 7)
    test.loc[1, "claim"] = test.loc[0, "claim"] = 10_000
    files = Files(tmp_path, train, test)
    shared = len(set(train["claim"]) & set(test["claim"]))
    assert files.run("--id", "claim") == 0
    said = capsys.readouterr().err
    assert f"OverlapWarning: id 'claim': {shared} of 240 test rows bear the id of a training row" in said
    assert "OverlapWarning: id 'claim': 1 of 240 test rows repeat an id of another test row" in said
    assert files.run() == 0
    said = capsys.readouterr().err
    assert f"column 'claim' looks like an identifier, and {shared} of 240 test rows bear a training row's" in said


def test_training_rows_later_than_the_test_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hours = pd.date_range("2026-01-01", periods=ROWS, freq="h")
    train, test = made(1).assign(when=hours), made(2).assign(when=hours + pd.Timedelta(hours=ROWS - 5))
    files = Files(tmp_path, train, test)
    assert files.run("--time", "when") == 0
    said = capsys.readouterr().err
    assert "OverlapWarning: time 'when': 4 training rows are later than the first test row" in said
    assert "group" not in said


def test_leaks_are_named_and_can_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = Files(tmp_path, made(1).assign(number=np.arange(ROWS)), made(2).assign(number=np.arange(ROWS) + ROWS))
    assert files.run() == 0
    said = capsys.readouterr().err
    assert "LeakWarning: possible leak: column 'number' rises or falls with row order" in said
    assert "(still used)" in said
    assert files.run("--leaks", "drop") == 0
    assert "(left out)" in capsys.readouterr().err
    with_leak_dropped = files.out.read_text()
    made(2).assign(number=0).to_csv(files.test, index=False)
    assert files.run("--leaks", "drop") == 0
    assert files.out.read_text() == with_leak_dropped


def test_the_one_good_column_of_two_is_learned_from_whatever_is_done_about_leaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = (made(seed)[["amount", "channel"]] for seed in (1, 2))
    files = Files(tmp_path, *(table.assign(y=(table["amount"] > 5_000).astype(int)) for table in (train, test)))
    assert files.run("--leaks", "drop") == 0
    assert "LeakWarning" not in capsys.readouterr().err
    assert pd.read_csv(files.out)[SCORE].corr(test["amount"] > 5_000) > 0.8
