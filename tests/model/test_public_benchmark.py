"""The public benchmark's protocols on small generated tables of the same shape."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.public_benchmark import figures, sources, synthetic
from models.public_benchmark.__main__ import against_best, main, without_leaks
from models.public_benchmark.references import AVERAGED, REFERENCES, SYNTHETIC_REFERENCES, average_of_four
from models.public_benchmark.sources import Fold
from models.train import LeakWarning

FEATURES = ("TX_AMOUNT", "TX_DURING_NIGHT", "CUSTOMER_ID_NB_TX_1DAY_WINDOW", "TERMINAL_ID_RISK_1DAY_WINDOW")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("public")
    rng = np.random.default_rng(0)
    rows = 42 * 60
    book = pd.DataFrame(rng.random((rows, 4)), columns=list(FEATURES))
    book["TX_DATETIME"] = pd.Timestamp("2018-07-25") + pd.to_timedelta(np.sort(rng.random(rows)) * 42, unit="D")
    book["CUSTOMER_ID"] = rng.integers(0, 300, rows)
    book["TERMINAL_ID"] = rng.integers(0, 300, rows)
    book["TX_FRAUD"] = (book["TX_AMOUNT"] + 0.1 * rng.normal(size=rows) > 0.9).astype(int)
    book.to_parquet(made / "handbook_2018-07-25_2018-09-04.parquet")
    x = rng.normal(size=(300, 6))
    np.savez(made / "23_mammography.npz", X=x, y=(x[:, 0] + x[:, 1] > 1).astype(int))
    return made


def test_handbook_folds_are_a_week_of_training_a_week_of_delay_and_a_week_of_test(folder: Path) -> None:
    folds = list(sources.handbook(folder, thinned=False, seeds=(0, 1)))
    assert [fold.name for fold in folds] == list(sources.HANDBOOK_STARTS)
    for fold in folds:
        start = np.datetime64(fold.name)
        assert list(fold.train.columns) == list(FEATURES)
        assert fold.time is not None
        assert fold.day is not None
        assert (fold.time.min() >= start, fold.time.max() < start + np.timedelta64(7, "D")) == (True, True)
        assert fold.day.min() == start + np.timedelta64(14, "D")
        assert fold.day.max() == start + np.timedelta64(20, "D")


def test_cards_known_as_defrauded_a_week_before_are_not_tested(folder: Path) -> None:
    book = pd.read_parquet(folder / "handbook_2018-07-25_2018-09-04.parquet")
    frauds = book[book["TX_FRAUD"] == 1]
    for fold in sources.handbook(folder, thinned=False, seeds=(0,)):
        for day in np.unique(fold.day):
            before = frauds[
                (frauds["TX_DATETIME"] >= fold.name) & (frauds["TX_DATETIME"] < day - np.timedelta64(7, "D"))
            ]
            assert not set(before["CUSTOMER_ID"]) & set(fold.card[fold.day == day])


def test_thinning_keeps_one_training_fraud_in_nine_and_every_test_row(folder: Path) -> None:
    full = next(sources.handbook(folder, thinned=False, seeds=(0,)))
    thin, other = list(sources.handbook(folder, thinned=True, seeds=(0, 1)))[:2]
    assert thin.train_y.sum() == full.train_y.sum() // 9
    assert (thin.train_y == 0).sum() == (full.train_y == 0).sum()
    assert set(thin.train.index[thin.train_y == 1]) != set(other.train.index[other.train_y == 1])
    assert len(thin.test_y) == len(full.test_y)


def judged(test_y: list[int], **more: np.ndarray) -> Fold:
    empty = pd.DataFrame()
    return Fold(name="", train=empty, train_y=np.array([]), test=empty, test_y=np.array(test_y), **more)


def test_a_card_found_once_makes_room_for_others() -> None:
    fold = judged([1, 0, 1, 1], day=np.array([1, 1, 2, 2]), card=np.array([7, 8, 7, 9]))
    assert figures.card_precision(fold, np.array([0.9, 0.1, 0.8, 0.7])) == pytest.approx((1 + 1) / 2 / 100)


def test_ties_at_the_edge_of_the_top_fifth_count_by_chance() -> None:
    y = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert figures.share_in_top(judged(y), np.zeros(10)) == pytest.approx(0.2)
    assert figures.share_in_top(judged(y), -np.arange(10.0)) == pytest.approx(1.0)


def test_leaks_are_left_out_for_everybody() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"number": np.arange(400), "amount": rng.lognormal(size=400)})
    fold = Fold(name="", train=table, train_y=np.arange(400) % 2, test=table, test_y=np.arange(400) % 2)
    with pytest.warns(LeakWarning, match="number"):
        honest, named = without_leaks(fold)
    assert (named, list(honest.train.columns), list(honest.test.columns)) == (["number"], ["amount"], ["amount"])


def test_the_report_holds_bars_beside_figures(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "reports" / "public.json"
    options = ["--data", str(folder), "--out", str(out), "--only", "mammography", "--seeds", "0", "--quiet"]
    assert main(options) == 0
    report = json.loads(out.read_text())["mammography"]
    assert set(report["means"]) == {"rare_event", *REFERENCES, "average_of_four"}
    assert report["bars"]["average_precision"]["bar"] == 0.760
    assert "mammography: average_precision" in capsys.readouterr().out


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "r.json"), "--only", "coil", "--quiet"]) == 1
    assert "ticdata2000.txt" in capsys.readouterr().err


def test_the_average_of_four_is_of_log_odds() -> None:
    scores = dict.fromkeys(AVERAGED, np.array([0.5, 0.9])) | {AVERAGED[0]: np.array([0.5, 0.0])}
    found = average_of_four(scores)
    assert found[0] == pytest.approx(0.0)
    assert found[1] == pytest.approx((3 * np.log(9) + np.log(1e-4)) / 4, abs=0.01)


# Synthetic tables


@pytest.fixture(scope="module")
def generated() -> dict[str, Fold]:
    folds = list(synthetic.folds(Path(), (0,)))
    return dict(zip(synthetic.DESIGNS, folds, strict=True))


def test_synthetic_tables_have_few_positives_and_known_chances(generated: dict[str, Fold]) -> None:
    for name, design in synthetic.DESIGNS.items():
        fold = generated[name]
        assert fold.chance is not None
        assert (len(fold.train), len(fold.chance)) == (design.rows, synthetic.TEST_ROWS)
        assert 0.6 * design.positives < fold.train_y.sum() < 1.5 * design.positives
        assert fold.chance.mean() == pytest.approx(design.positives / design.rows, rel=0.4)


def test_the_truth_is_the_best_score_and_chance_the_worst(generated: dict[str, Fold]) -> None:
    for fold in generated.values():
        assert fold.chance is not None
        best = figures.of(fold, fold.chance)["average_precision"]
        assert best > 2 * figures.of(fold, np.random.default_rng(0).random(len(fold.chance)))["average_precision"]


def test_wrong_labels_are_wrong(generated: dict[str, Fold]) -> None:
    design = synthetic.DESIGNS["wrong_labels"]
    clean = next(
        fold for fold in synthetic.folds(Path(), (0,), {"wrong_labels": replace(design, hidden=0.0, false=0.0)})
    )
    noisy = generated["wrong_labels"]
    assert noisy.train_y.sum() < clean.train_y.sum()


@pytest.mark.parametrize("name", [*SYNTHETIC_REFERENCES])
def test_every_reference_takes_gaps_and_names(name: str) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"x": rng.normal(size=300), "name": rng.choice(["a", "b"], 300), "flag": rng.random(300) < 0.5}
    )
    y = (table["x"] > 1).to_numpy(dtype=np.int64)
    table.loc[::7, "x"] = np.nan
    table.loc[::9, "name"] = None
    fold = Fold(name="", train=table, train_y=y, test=table.assign(name="c"), test_y=y)
    scores = SYNTHETIC_REFERENCES[name](fold, 0)
    assert np.isfinite(scores).all()
    assert scores[y == 1].mean() > scores[y == 0].mean()


def test_ours_is_held_beside_the_best_reference_of_each_table() -> None:
    def row(fold: str, ours: float, one: float, other: float) -> dict[str, object]:
        found = {"rare_event": ours, "one": one, "other": other}
        return {"fold": fold, **{name: {"average_precision": value} for name, value in found.items()}}

    found = against_best(
        [row("a seed 0", 0.2, 0.4, 0.1), row("a seed 1", 0.4, 0.4, 0.1), row("b seed 0", 1, 0, 1)], ["one", "other"]
    )
    assert found["a"] == {
        "ours": pytest.approx(0.3),
        "best": "one",
        "its": pytest.approx(0.4),
        "ratio": pytest.approx(0.75),
    }
    assert found["b"]["best"] == "other"
