"""`fit-score` handed what careless and unlucky people hand it: no silent nonsense, and nothing is lost."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models import fit_score
from models.__main__ import main
from models.fit_score import labels_of
from models.table_files import TableError
from models.train.rare_event import RareEventClassifier

ROWS = 240
OTHER = np.arange(ROWS) % 3 == 0


def made(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    amount = rng.lognormal(8, 1, ROWS)
    return pd.DataFrame({"amount": amount, "visits": rng.poisson(3, ROWS), "y": (amount > 5_000).astype(int)})


class Desk:
    """A folder with `train` and `test`, the command run on them, and what it said."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.train, self.test, self.out = (folder / f"{name}.csv" for name in ("train", "test", "scores"))
        self.put(made(1), made(2))

    def put(self, train: Any = None, test: Any = None) -> None:
        """Tables or bytes, written by the files' endings."""
        for content, path in ((train, self.train), (test, self.test)):
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif content is not None and path.suffix == ".parquet":
                content.to_parquet(path, index=False)
            elif content is not None:
                content.to_csv(path, index=False)

    def run(self, *more: str) -> tuple[int, str]:
        """(exit code, standard error)."""
        paths = ["--train", str(self.train), "--test", str(self.test), "--out", str(self.out)]
        code = main(["fit-score", *paths, "--target", "y", "--quiet", *more])
        return code, self._capsys.readouterr().err

    def refused(self, *more: str) -> str:
        """What was said. One error, no scores."""
        code, said = self.run(*more)
        assert code == 1, said
        assert said.count("models: ") - said.count("Warning: ") == 1
        assert not self.out.exists()
        return said


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


@pytest.fixture(autouse=True)
def small_ensemble(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(**settings: Any) -> Any:
        return RareEventClassifier(**settings, trees=4, inner_folds=2)

    monkeypatch.setattr(fit_score, "RareEventClassifier", small)


# The file


def test_a_column_that_is_there_twice_is_refused_even_when_it_is_twice_in_both(desk: Desk) -> None:
    twice = [
        table.assign(again=table["y"]).to_csv(index=False).replace("again", "y", 1) for table in (made(1), made(2))
    ]
    desk.put(*(text.encode() for text in twice))
    assert "train.csv: column 'y' is there twice" in desk.refused()


def test_rows_with_more_fields_than_the_header_do_not_move_under_the_wrong_names(desk: Desk) -> None:
    header, *rows = made(1).to_csv(index=False).splitlines()
    desk.put("\n".join([header, *(f"{row},1" for row in rows)]).encode())
    assert "train.csv: rows have more fields than the header" in desk.refused()


@pytest.mark.parametrize("encoding", ["big5", "utf-16"])
def test_a_file_in_another_encoding_is_refused_with_what_to_do(desk: Desk, encoding: str) -> None:
    desk.put(made(1).assign(channel="臨櫃").to_csv(index=False).encode(encoding))
    assert "train.csv is not in UTF-8: save it as 'CSV UTF-8'" in desk.refused()


def test_a_byte_order_mark_is_no_part_of_a_name(desk: Desk) -> None:
    desk.put(b"\xef\xbb\xbf" + made(1)[["y", "amount", "visits"]].to_csv(index=False).encode())
    assert desk.run()[0] == 0


def test_a_cut_off_archive_is_refused(desk: Desk) -> None:
    desk.test = desk.folder / "test.csv.gz"
    desk.put(None, gzip.compress(made(2).to_csv(index=False).encode())[:-200])
    assert "test.csv.gz: cannot be read" in desk.refused()


def test_what_is_no_parquet_file_is_refused_by_its_name(desk: Desk) -> None:
    desk.test = desk.folder / "test.parquet"
    desk.put(None, b"PAR1 and no more")
    assert "test.parquet: cannot be read" in desk.refused()


def test_a_column_of_lists_is_refused(desk: Desk) -> None:
    desk.train, desk.test = desk.folder / "train.parquet", desk.folder / "test.parquet"
    desk.put(*(table.assign(seen=pd.Series([[1, 2]] * ROWS)) for table in (made(1), made(2))))
    assert "train.parquet: column 'seen' holds lists" in desk.refused()


# Columns


def test_yes_and_no_with_gaps_in_training_are_yes_and_no_in_the_test_too(desk: Desk) -> None:
    known = made(1)["y"].astype(bool).astype(object).where(~OTHER, None)
    desk.put(made(1).assign(flag=known), made(2).assign(flag=made(2)["y"].astype(bool)))
    assert desk.run()[0] == 0


def test_a_column_missing_throughout_training_may_hold_anything_in_the_test(desk: Desk) -> None:
    desk.put(made(1).assign(late=None), made(2).assign(late="text"))
    code, said = desk.run()
    assert code == 0
    assert "ColumnWarning: column 'late' is missing in every row; it is left out" in said


def test_a_column_missing_throughout_the_test_is_named(desk: Desk) -> None:
    desk.put(None, made(2).assign(visits=None))
    said = desk.run()[1]
    assert "ColumnWarning: column 'visits' is missing in every row to score; in training it is not. It is still" in said
    assert "--leave-out" in said


def test_names_of_which_training_knows_none_are_named(desk: Desk) -> None:
    desk.put(made(1).assign(way=np.where(OTHER, "app", "web")), made(2).assign(way="APP"))
    said = desk.run()[1]
    assert "ColumnWarning: column 'way' holds no name that training knows: 'APP'" in said
    assert "write names alike in both files" in said
    desk.put(None, made(2).assign(way=np.where(OTHER, "app", "APP")))
    assert "'way'" not in desk.run()[1]


@pytest.mark.parametrize("asked", [["1", "none", "1", "1"], ["none", "2 to 4"], ["1"]])
def test_what_is_a_name_in_training_is_a_name_in_the_test_whatever_is_asked(desk: Desk, asked: list[str]) -> None:
    before = ["none", "none", "1", "2 to 4", "more than 4"]
    desk.put(*(table.assign(claims=(levels * ROWS)[:ROWS]) for table, levels in ((made(1), before), (made(2), asked))))
    code, said = desk.run()
    assert code == 0, said


@pytest.mark.parametrize("look", ["{:,.2f}", "${:.0f}", "NT${:,.0f}", "{:.1f}%"])
def test_numbers_written_for_people_are_not_taken_for_names(desk: Desk, look: str) -> None:
    desk.put(*(table.assign(paid=table["amount"].map(look.format)) for table in (made(1), made(2))))
    said = desk.refused()
    assert "train.csv: column 'paid' holds numbers written as text such as" in said
    assert "--names" in said
    assert desk.run("--names", "paid")[0] == 0


def test_a_date_that_stands_for_never_is_a_date(desk: Desk) -> None:
    ends = np.where(OTHER, "9999-12-31", "2026-01-31")
    desk.put(*(table.assign(ends=ends) for table in (made(1), made(2))))
    assert desk.run()[0] == 0


def test_text_among_the_tests_dates_names_the_file(desk: Desk) -> None:
    desk.put(made(1).assign(since="2026-01-31").assign(since=lambda t: t["since"].where(~OTHER, "2026-02-01")))
    desk.put(None, made(2).assign(since="soon"))
    assert "test.csv: column 'since' cannot be read in 240 of 240 rows, such as 'soon'" in desk.refused()


@pytest.mark.parametrize("side", ["train", "test"])
def test_a_number_too_large_to_reckon_with_is_refused_by_name(desk: Desk, side: str) -> None:
    desk.put(**{side: made(3).assign(visits=np.where(OTHER, 1e300, 1.0))})
    assert f"{side}.csv: column 'visits' holds numbers above 1e+100" in desk.refused()


def test_columns_of_codes_must_be_learned_from(desk: Desk) -> None:
    assert "'y'" in desk.refused("--names", "y")
    assert "'visits'" in desk.refused("--names", "visits", "--leave-out", "visits")


# Target, time, groups, ids


def test_long_numbers_in_the_target_are_told_apart() -> None:
    labels, positive = labels_of(pd.Series([1234567, 1234568, 1234567], name="y"), "y", "1234568")
    assert (labels.tolist(), positive) == ([0, 1, 0], "1234568")
    with pytest.raises(TableError, match="holds 3 values"):
        labels_of(pd.Series([0, 1234567, 1234568]), "y")


def test_time_as_numbers_on_one_side_and_dates_on_the_other_is_refused(desk: Desk) -> None:
    desk.put(made(1).assign(when=np.arange(ROWS)), made(2).assign(when="2026-01-31"))
    assert "time 'when' holds numbers in train.csv and dates in test.csv" in desk.refused("--time", "when")
    desk.put(made(1).assign(when="2026-01-31"), made(2).assign(when=np.arange(ROWS)))
    assert "test.csv: time 'when' cannot be read" in desk.refused("--time", "when")


@pytest.mark.parametrize("days", [["01/02/2026", "15/02/2026"], ["115/01/02", "115/02/01"], ["9:00", "10:00"]])
def test_a_time_that_reads_in_two_ways_is_refused(desk: Desk, days: list[str]) -> None:
    """Day or month first, years of the Republic, hours without a day: read one by one, in no order of time."""
    desk.put(made(1).assign(when=days * (ROWS // 2)))
    assert f"time 'when' cannot be read in 240 of 240 rows, such as '{days[0]}'" in desk.refused("--time", "when")


@pytest.mark.parametrize("day", ["2026-02-15", "2026/2/15 8:30", "15 Feb 2026", "Feb 15, 2026", "15-Feb-2026"])
def test_a_time_that_reads_in_one_way_is_read(day: str) -> None:
    assert str(fit_score._times(pd.Series([day]), "time")[0])[:10] == "2026-02-15"


def test_an_endless_time_is_refused(desk: Desk) -> None:
    desk.put(made(1).assign(when=np.where(OTHER, np.inf, 1.0)))
    assert "time 'when' holds infinity" in desk.refused("--time", "when")


def test_a_gap_in_the_tests_time_does_not_hide_that_training_is_later(desk: Desk) -> None:
    times = np.arange(ROWS, dtype=np.float64)
    desk.put(made(1).assign(when=times), made(2).assign(when=np.where(OTHER, np.nan, times)))
    assert "238 training rows are later than the first test row" in desk.run("--time", "when")[1]


def test_a_gap_among_the_tests_groups_does_not_hide_those_on_both_sides(desk: Desk) -> None:
    who = np.arange(ROWS) // 4
    desk.put(made(1).assign(who=who), made(2).assign(who=np.where(who == 0, np.nan, who)))
    assert "group 'who': 59 groups are on both sides" in desk.run("--group", "who")[1]


def test_too_few_groups_to_hold_any_back_are_refused_by_name(desk: Desk) -> None:
    desk.put(made(1).assign(who=7))
    assert "group 'who' holds 1 group in 240 rows; at least 2 are needed" in desk.refused("--group", "who")


def test_ids_keep_their_zeros_when_training_has_none(desk: Desk) -> None:
    ids = [f"{number:05d}" for number in range(ROWS)]
    desk.put(made(1), made(2).assign(claim=ids))
    assert desk.run("--id", "claim")[0] == 0
    assert pd.read_csv(desk.out, dtype=str)["claim"].tolist() == ids


def test_rows_to_score_that_were_learned_from_are_counted(desk: Desk) -> None:
    desk.put(made(1), pd.concat([made(2)[5:], made(1)[:5]]))
    assert "OverlapWarning: 5 of 240 test rows equal a training row in every column" in desk.run()[1]


def test_rows_that_are_alike_by_nature_are_no_copies(desk: Desk) -> None:
    desk.put(*(table.drop(columns="amount") for table in (made(1), made(2))))
    assert "OverlapWarning" not in desk.run()[1]


# The file of scores


@pytest.mark.parametrize("name", ["train.csv", "elsewhere/../test.csv", "link.csv"])
def test_scores_never_overwrite_a_table(desk: Desk, name: str) -> None:
    (desk.folder / "elsewhere").mkdir()
    (desk.folder / "link.csv").symlink_to(desk.train)
    before = desk.train.read_bytes(), desk.test.read_bytes()
    desk.out = desk.folder / name
    code, said = desk.run()
    assert code == 1
    assert "is read from; scores need a file of their own" in said
    assert (desk.train.read_bytes(), desk.test.read_bytes()) == before


@pytest.mark.parametrize("out", ["train.csv/scores.csv", "folder.csv"])
def test_a_place_that_cannot_be_written_is_said_before_learning(
    desk: Desk, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "folder.csv").mkdir()
    desk.out = desk.folder / out
    monkeypatch.setattr(fit_score, "RareEventClassifier", None)
    code, said = desk.run()
    assert code == 1
    assert "cannot be written" in said


def test_an_interrupted_write_leaves_the_scores_from_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.out.write_text("row,score\n0,0.5\n")

    def half(_table: pd.DataFrame, path: Path, **_options: Any) -> None:
        Path(path).write_text("row,sc")
        raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    code, said = desk.run()
    assert code == 130
    assert said.endswith("models: interrupted\n")
    assert desk.out.read_text() == "row,score\n0,0.5\n"
    assert sorted(path.name for path in desk.folder.iterdir()) == ["scores.csv", "test.csv", "train.csv"]


def test_a_score_that_is_no_number_is_not_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(RareEventClassifier):
        def predict_proba(self, X: Any) -> Any:  # noqa: N803
            return np.where(np.arange(len(X))[:, None] == 3, np.nan, super().predict_proba(X))

    monkeypatch.setattr(fit_score, "RareEventClassifier", Broken)
    desk.put(made(1)[:30])
    assert "1 of 240 scores is no number" in desk.refused()
