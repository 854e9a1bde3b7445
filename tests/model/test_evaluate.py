"""The report from end to end on books of a few thousand requests: everything is in it, and a missed bar says so."""

import copy
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from models.evaluate import bars as bar_files
from models.evaluate import jobs
from models.evaluate.bars import Bar, bars, elsewhere
from models.evaluate.baselines import BASELINES, Rows
from models.evaluate.command import finished, write
from models.evaluate.jobs import OURS, Job
from models.evaluate.page import page
from models.evaluate.study import Study, measure, prepared
from models.export.artifact import CURRENT
from models.simulate.book import BookPlan
from models.simulate.table import Table
from models.train.windows import Split
from safelight.adapters.words_model import WORDS
from safelight.features.contract import MODALITIES
from tests.model.conftest import DENSE

pytestmark = pytest.mark.timeout(300)

TINY = BookPlan(requests_a_year=1_600, years=2.5, scam_rate=0.05, seed=901)


@pytest.fixture(scope="module")
def evaluation() -> dict:
    study = Study(
        plan=TINY,
        words=(CURRENT / WORDS).read_bytes(),
        seed=1,
        books=1,
        scam_years=2,
        trials=1,
        processes=1,
        progress=False,
    )
    return finished(measure(study))


@pytest.fixture(scope="module")
def written(evaluation, tmp_path_factory) -> Path:
    """The folder with the report's two files."""
    folder = tmp_path_factory.mktemp("report")
    write(evaluation, folder)
    return folder


@pytest.fixture(scope="module")
def html(written: Path) -> str:
    return (written / "evaluation.html").read_text(encoding="utf-8")


def test_every_model_is_judged_on_the_same_rows(evaluation):
    models = evaluation["models"]
    assert set(models) >= {OURS, *BASELINES, *(f"expert: {m.value}" for m in MODALITIES)}
    for name in (OURS, *BASELINES):
        assert 0 < models[name]["average_precision"]["value"] <= 1
        assert models[name]["scams_known"] == models[OURS]["scams_known"]
        assert 0 < models[name]["at_its_thresholds"]["red_or_yellow"]["alerted"] < 0.2
    assert models[OURS]["average_precision"]["value"] > 3 * evaluation["test"]["scams"] / evaluation["test"]["requests"]


def test_it_is_told_by_everything_that_was_asked_for(evaluation):
    assert set(evaluation["without"]) == {m.value for m in MODALITIES}
    assert set(evaluation["by_sex"]) == {"female", "male"}
    assert evaluation["by_scam_type"]["fake_loan"]["new"]
    assert sum(group["scams"] for group in evaluation["by_age"].values()) == evaluation["test"]["scams"]
    assert sum(group["scams"] for group in evaluation["by_channel"].values()) == evaluation["test"]["scams"]
    assert any(month["drift"] for month in evaluation["months"])
    assert {"drift_included", "drift_left_out"} <= set(evaluation["learning"])
    assert evaluation["synthetic"] is True


def test_page_has_every_bar_and_every_picture_tells_what_it_shows(evaluation, html):
    shown = [*evaluation["bars"], *(bar for group in evaluation["elsewhere"].values() for bar in group)]
    for bar in shown:
        assert bar["name"].replace("'", "&#x27;") in html
        assert ("✓ met" if bar["met"] else "✗ missed") in html
    assert html.count("✗ missed") == sum(not bar["met"] for bar in shown)
    pictures = re.findall(r"<figure>.*?</figure>", html, flags=re.DOTALL)
    assert len(pictures) == 12
    for picture in pictures:
        assert len(re.search(r'<svg role="img" aria-label="([^"]+)"', picture)[1]) > 40
        assert "<figcaption><strong>" in picture
    assert "SYNTHETIC" in html[: html.index("<h1>")]


def test_page_needs_nothing_from_elsewhere_and_names_no_machine(html):
    assert not re.search(r"<(script|link|img|iframe)|@import|url\((?!#)|src=", html)
    assert not re.search(r"(/home/|/tmp/|/Users/)", html)
    assert str(Path(__file__).resolve().parents[2]) not in html
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))


def test_a_missed_bar_is_shown_with_what_was_tried(evaluation, tmp_path: Path):
    missed = copy.deepcopy(evaluation)
    missed["ratios"]["recall_red_to_best"]["value"] = 0.5
    texts = tmp_path / "tried.yaml"
    texts.write_text("recall_red: more trees <and> fewer\n", encoding="utf-8")
    found = {bar.key: bar for bar in bars(missed, texts)}
    assert not found["recall_red"].met
    missed["bars"] = [bar.as_json() for bar in found.values()]
    shown = page(missed)
    row = next(row for row in re.findall(r"<tr>.*?</tr>", shown) if "Recall of scams at the red budget" in row)
    assert "✗ missed" in row
    assert "What was tried: more trees &lt;and&gt; fewer" in row


def test_what_was_tried_is_not_told_of_a_bar_that_is_met(evaluation, tmp_path: Path):
    met = copy.deepcopy(evaluation)
    met["ratios"]["recall_red_to_best"]["value"] = 1.2
    texts = tmp_path / "tried.yaml"
    texts.write_text("recall_red: more trees\n", encoding="utf-8")
    bar = next(bar for bar in bars(met, texts) if bar.key == "recall_red")
    assert (bar.met, bar.as_json()["tried"]) == (True, "")


@pytest.mark.parametrize(
    ("value", "at_most", "met"),
    [(1.5, True, True), (1.51, True, False), (1.5, False, True), (1.49, False, False), (None, True, False)],
)
def test_bar_is_met_at_its_limit_and_never_when_not_measured(value, at_most, met):
    assert Bar(key="k", name="n", limit=1.5, at_most=at_most, value=value).met is met


def test_bars_of_other_programs_are_read_with_their_limits(tmp_path: Path):
    public, latency = tmp_path / "public.json", tmp_path / "latest.json"
    means = {"rare_event": {"auc": 0.9}, "random_forest": {"auc": 0.8}}
    public.write_text(json.dumps({"coil": {"means": means, "bars": {"auc": {"bar": 0.95, "ours": 0.9}}}}))
    figures = [
        {"name": "Cold", "value": 2.0, "unit": "×", "how": "spawn", "bar": 2.5, "met": True},
        {"name": "… detail", "value": 9.0, "unit": "ms", "how": "", "bar": None, "met": None},
    ]
    latency.write_text(json.dumps({"figures": figures}))
    found = elsewhere(public, latency)
    assert [(b.name, b.met) for b in found["public_benchmark"]] == [("coil: auc", False)]
    assert "random forest 0.800" in found["public_benchmark"][0].shown
    assert [(b.name, b.met) for b in found["latency"]] == [("Cold", True)]
    assert elsewhere(tmp_path / "none", tmp_path / "none") == {"public_benchmark": [], "latency": []}


def test_no_text_of_what_was_tried_is_left_without_a_bar(evaluation):
    keys = {bar.key for bar in bars(evaluation)} | {bar.key for group in elsewhere().values() for bar in group}
    texts = bar_files.texts()
    assert set(texts) <= keys


def test_page_comes_from_the_json_alone(written: Path, html):
    assert page(json.loads((written / "evaluation.json").read_text(encoding="utf-8"))) == html


@pytest.fixture(scope="module")
def tiny_book(tmp_path_factory, dense: Table) -> Path:
    path = tmp_path_factory.mktemp("book") / "dense.npz"
    dense.save(path)
    return path


def test_nothing_is_fitted_on_truth_nor_on_labels_that_came_later(dense: Table):
    split = Split.of(DENSE)
    window = split.train.of(dense)
    rows = jobs.training_rows(window, split.train, 3)
    blinded = replace(
        window,
        truth=np.zeros_like(window.truth),
        label_day=np.where(window.label_day > split.train.labels_at, np.inf, window.label_day),
    )
    again = jobs.training_rows(blinded, split.train, 3)
    assert (rows.y == again.y).all()
    assert (rows.y.sum(), window.truth.sum()) == (window.label_at(split.train.labels_at).sum(), window.truth.sum())
    assert rows.y.sum() < window.truth.sum()


FOREST = "balanced random forest"
"""It takes as long as the others together."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name == FOREST else []) for name in BASELINES]
)
def test_baseline_is_the_same_under_its_seed_and_learns(name, tiny_book: Path):
    job = Job(task="split", model=name, number=0, plan=DENSE, book=tiny_book, seed=5, trials=2)
    first, second = jobs.run(job), jobs.run(job)
    assert (first.test == second.test).all()
    assert first.settings == second.settings
    test = Split.of(DENSE).test.of(Table.load(tiny_book))
    assert first.test[test.truth].mean() > 2 * first.test[~test.truth].mean()


def test_tuning_without_scams_in_the_later_part_says_so():
    y = np.arange(200) < 5
    rows = Rows(x=np.zeros((200, 3), dtype=np.float32), y=y, weight=np.ones(200), day=np.arange(200, dtype=np.float64))
    with pytest.raises(ValueError, match="need scams"):
        BASELINES["LightGBM"].tuned(rows, 1)


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--years", "2"], "too short"), (["--books", "0"], "above 0"), (["--trials", "0"], "above 0")],
)
def test_study_that_makes_no_sense_is_refused_before_anything_is_made(options, says, tmp_path, capsys):
    assert main(["evaluate", "--quiet", "--out", str(tmp_path), *options]) == 1
    assert says in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_books_that_were_kept_are_not_made_again(tmp_path: Path):
    study = Study(plan=TINY, words=None, seed=1, books=2, keep=tmp_path, scam_years=2, processes=1, progress=False)
    work, scams = prepared(study, tmp_path)
    kept = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert len(kept) == 4
    assert len({job.book for job in work}) == 2
    assert prepared(study, tmp_path) == (work, scams)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == kept
