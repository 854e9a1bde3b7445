"""The report from end to end on books of a few thousand requests: everything is in it, and a missed bar says so."""

import copy
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import TRAINING_SEED, main
from models.evaluate import bars as bar_files
from models.evaluate import jobs
from models.evaluate.bars import Bar, bars, elsewhere
from models.evaluate.baselines import BASELINES, Baseline, Rows
from models.evaluate.command import finished, write
from models.evaluate.jobs import OURS, Job
from models.evaluate.page import page
from models.evaluate.shipped import book as book_settings
from models.evaluate.shipped import shipped
from models.evaluate.study import Study, measure
from models.evaluate.summary import COMPARED, EXPERT
from models.export.artifact import CURRENT
from models.simulate.book import BookPlan
from models.simulate.table import Table
from models.train.expert_ensemble import TOGETHER
from models.train.windows import Split
from safelight.adapters.words_model import WORDS
from safelight.features.contract import MODALITIES
from tests.model.conftest import DENSE

pytestmark = pytest.mark.timeout(300)

TINY = BookPlan(requests_a_year=2_000, years=2.5, scam_rate=0.03, seed=901)


@pytest.fixture(scope="module")
def evaluation() -> dict:
    study = Study(
        plan=TINY,
        words=(CURRENT / WORDS).read_bytes(),
        seed=1,
        books=2,
        scam_years=2,
        trials=1,
        processes=1,
        progress=False,
    )
    return finished(measure(study))


@pytest.fixture(scope="module")
def html(evaluation) -> str:
    return page(evaluation)


def test_two_books_are_judged_each_by_its_own_thresholds(evaluation):
    models, near = evaluation["models"], evaluation["calibration_near_red"]
    assert evaluation["study"]["seeds"] == [TINY.seed, TINY.seed + 1]
    for name in (OURS, *BASELINES):
        precision = models[name]["average_precision"]
        assert len(set(precision["books"])) == 2
        assert precision["value"] == pytest.approx(sum(precision["books"]) / 2, abs=1e-5)
        assert len({thresholds["red"] for thresholds in models[name]["thresholds"]}) == 2
    assert near["requests"] == sum(book["requests"] for book in near["books"])
    assert sum(b["requests"] for b in evaluation["calibration"]) == evaluation["test"]["requests"]
    red = sum(thresholds["red"] for thresholds in models[OURS]["thresholds"]) / 2
    assert red in [pytest.approx(b["high"], rel=1e-4) for b in evaluation["calibration"]]


def test_every_model_is_judged_on_the_same_rows(evaluation):
    models = evaluation["models"]
    assert set(models) >= {OURS, *BASELINES, *(f"expert: {m.value}" for m in MODALITIES)}
    for name in (OURS, *BASELINES):
        assert 0 < models[name]["average_precision"]["value"] <= 1
        for fitted_on in ("rows", "scams_known"):
            assert models[name][fitted_on] == models[OURS][fitted_on]
        assert sum(models[name]["rows"]) < evaluation["windows"]["train"]["requests"]
        at = models[name]["at_its_thresholds"]["red_or_yellow"]
        assert 0 < at["alerted"]["value"] < 0.2
        assert at["value_saved"]["low"] <= at["value_saved"]["value"] <= at["value_saved"]["high"]
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
    assert html.count("interval straddles") == sum(bar["straddled"] for bar in shown)
    assert f"{sum(bar['met'] for bar in shown)} of {len(shown)} bars are met" in html
    assert len({bar["key"] for bar in shown}) == len(shown)
    pictures = re.findall(r"<figure>.*?</figure>", html, flags=re.DOTALL)
    assert len(pictures) == 12
    for picture in pictures:
        assert len(re.search(r'<svg role="img" aria-label="([^"]+)"', picture)[1]) > 40
        assert "<figcaption><strong>" in picture
    assert "SYNTHETIC" in html[: html.index("<h1>")]


def test_the_bar_against_the_best_counts_every_expert_alone(evaluation):
    """That of all columns too: a part must not beat the whole unseen."""
    best = copy.deepcopy(evaluation)
    others = [name for name in best["models"] if name != OURS]
    assert f"{EXPERT}{TOGETHER}" in others
    assert set(COMPARED) == set(others)
    for figure in ("recall_red", "average_precision"):
        found = {name: best["models"][name][figure]["value"] for name in others}
        assert evaluation["best_baseline"][figure] in [name for name in found if found[name] == max(found.values())]
        assert evaluation["ratios"][f"{figure}_to_best"]["value"] == pytest.approx(
            evaluation["models"][OURS][figure]["value"] / max(found.values()), rel=1e-4
        )


def test_intervals_are_said_to_be_of_what_was_resampled(evaluation, html):
    assert "resamples of the 2 books, and of the people within them" in html
    one = copy.deepcopy(evaluation)
    one["study"]["books"] = 1
    assert "resamples of the people of this one book" in page(one)
    assert "resamples of the 2 books" not in page(one)


@pytest.mark.parametrize(
    ("answer", "says"),
    [(True, "yes, byte for byte"), (False, "its seed make: no."), (None, "not of that file")],
)
def test_page_says_plainly_whether_the_figures_are_the_shipped_models(evaluation, answer, says):
    told = copy.deepcopy(evaluation)
    told["shipped"]["is_made_so"] = answer
    assert says in page(told)


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


@pytest.mark.parametrize(
    ("low", "high", "straddled"), [(1.1, 1.6, True), (1.5, 1.6, False), (1.1, 1.5, False), (None, None, False)]
)
def test_a_bar_inside_its_interval_says_so(low, high, straddled):
    assert Bar(key="k", name="n", limit=1.5, value=1.5, low=low, high=high).straddled is straddled


def test_a_bar_missed_by_a_hair_does_not_look_met(evaluation):
    close = copy.deepcopy(evaluation)
    close["bars"][0] |= {"bar": 0.85, "value": 0.849931, "met": False}
    assert "0.84993<" in page(close)


def test_a_figure_to_be_beaten_is_not_met_by_its_equal():
    assert not Bar(key="k", name="n", limit=0.9, above=True, value=0.9).met
    assert Bar(key="k", name="n", limit=0.9, above=True, value=0.91).met


def test_bars_of_other_programs_are_read_with_their_limits(tmp_path: Path):
    means = {"rare_event": {"auc": 0.9}, "random_forest": {"auc": 0.8}}
    figures = [
        {"name": "Cold", "value": 2.0, "unit": "×", "how": "spawn", "bar": 2.5, "met": True},
        {"name": "Batch", "value": 2.0, "unit": "×", "how": "rows", "bar": 2.5, "at_least": True, "met": False},
        {"name": "… elsewhere", "value": 9.0, "unit": "ms", "how": "", "bar": 9.5, "met": True},
        {"name": "Shown", "value": 9.0, "unit": "ms", "how": "", "bar": None, "met": None},
    ]
    gained = {"bar": 0.8, "of": "tfidf_char", "ours": 0.82, "gain_interval": [-0.01, 0.05]}
    written = {
        "public": {"coil": {"means": means, "bars": {"auc": {"bar": 0.95, "ours": 0.9}}}},
        "text": {"sources": {"sms": {"texts": 100, "scams": 7, "bars": {"auc": gained}}}},
        "latency": {"figures": figures, "model_sha256": hashlib.sha256(b"graph").hexdigest()},
        "train": {
            "seconds": 3_000.0,
            "peak_mb": 4_096.0,
            "book": {"requests_a_year": 350_000, "years": 3.0},
            "machine": {"cores": 2},
        },
    }
    paths = {name: tmp_path / f"{name}.json" for name in written}
    for name, path in paths.items():
        path.write_text(json.dumps(written[name]), encoding="utf-8")
    model = tmp_path / "model.onnx"
    model.write_bytes(b"graph")
    found = elsewhere(**paths, model=model)
    assert [(b.name, b.met) for b in found["public_benchmark"]] == [("coil: auc", False)]
    assert "random forest 0.800" in found["public_benchmark"][0].shown
    assert [(b.name, b.met, b.straddled) for b in found["public_text"]] == [("sms: auc", True, True)]
    assert "tfidf char" in found["public_text"][0].shown
    assert [(b.name, b.met) for b in found["latency"]] == [("Cold", True), ("Batch", False)]
    assert [(b.key, b.value, b.met) for b in found["train"]] == [("train_minutes", 50, False), ("train_gb", 4, True)]


@pytest.mark.parametrize("measured", [hashlib.sha256(b"another").hexdigest(), None])
@pytest.mark.parametrize("shipped", [b"graph", None])
def test_speed_of_another_model_is_not_measured(measured, shipped, tmp_path: Path):
    figure = {"name": "Cold", "value": 2.0, "unit": "×", "how": "spawn", "bar": 2.5, "met": True}
    latency, model = tmp_path / "latest.json", tmp_path / "model.onnx"
    latency.write_text(json.dumps({"figures": [figure]} | ({"model_sha256": measured} if measured else {})))
    if shipped:
        model.write_bytes(shipped)
    (bar,) = elsewhere(latency=latency, model=model)["latency"]
    assert (bar.key, bar.value, bar.met) == ("latency_Cold", None, False)
    assert "another model" in bar.shown


def test_bars_that_nobody_measured_are_not_met(tmp_path: Path):
    found = elsewhere(*(tmp_path / "none" for _ in range(4)))
    counted = {name: len(bars) for name, bars in found.items()}
    assert counted == {"public_benchmark": 0, "public_text": 0, "latency": 0, "train": 2}
    assert not any(bar.met for bar in found["train"])


def test_no_text_of_what_was_tried_is_left_without_a_bar(evaluation):
    keys = {bar.key for bar in bars(evaluation)} | {bar.key for group in elsewhere().values() for bar in group}
    texts = bar_files.texts()
    assert set(texts) <= keys


def test_page_comes_from_the_json_alone(evaluation, html, tmp_path: Path):
    write(evaluation, tmp_path)
    read = json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"))
    assert page(read) == html == (tmp_path / "evaluation.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tiny_book(tmp_path_factory, dense: Table) -> Path:
    path = tmp_path_factory.mktemp("book") / "dense.npz"
    dense.save(path)
    return path


def test_training_records_what_it_took_and_evaluation_makes_the_same_graph(tiny_book: Path, tmp_path: Path):
    given = {"--book": tiny_book, "--words": CURRENT / WORDS, "--registry": tmp_path, "--cost": tmp_path / "train.json"}
    plan = {"--years": DENSE.years, "--requests-a-year": DENSE.requests_a_year, "--seed": DENSE.seed}
    options = [str(part) for pair in {**given, **plan, "--scam-rate": DENSE.scam_rate}.items() for part in pair]
    assert main(["train", "--quiet", *options]) == 0
    minutes, gigabytes = elsewhere(train=tmp_path / "train.json")["train"]
    assert minutes.value > 0
    assert gigabytes.value > 0.05
    manifest = json.loads((tmp_path / "current" / "manifest.json").read_text())
    job = Job(task="split", model=OURS, number=0, plan=DENSE, book=tiny_book, seed=TRAINING_SEED)
    assert shipped(DENSE, TRAINING_SEED, (CURRENT / WORDS).read_bytes(), jobs.run(job).graph, tmp_path / "current") == {
        "version": manifest["version"],
        "sha256": manifest["sha256"],
        "made_sha256": manifest["sha256"],
        "same_book": True,
        "is_made_so": True,
    }
    assert manifest["book"] == book_settings(DENSE, TRAINING_SEED)
    train = manifest["windows"]["train"]
    book, split = Table.load(tiny_book), Split.of(DENSE)
    assert train["scams_known"] == split.train.of(book).label_at(split.train.labels_at).sum() < train["scams"]
    card = (tmp_path / "current" / "CARD.md").read_text()
    assert f"| {train['scams']} | {train['scams_known']} |" in card
    assert re.search(r"The bar, a relative error of at most 20%, is \*\*(?:met|missed)", card)
    assert re.search(r"The bar, at most 1\.5, is \*\*(?:met|missed|not judged)", card)
    assert re.search(r"\| \d of \d \|", card)


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
    assert rows.y.sum() == window.label_at(split.train.labels_at).sum()
    assert rows.y.sum() < window.truth.sum()


@pytest.mark.parametrize("name", list(BASELINES))
def test_baseline_is_the_same_under_its_seed_and_learns(name, tiny_book: Path):
    job = Job(task="split", model=name, number=0, plan=DENSE, book=tiny_book, seed=5, trials=2)
    first, second = jobs.run(job), jobs.run(job)
    assert (first.test == second.test).all()
    assert first.settings == second.settings
    test = Split.of(DENSE).test.of(Table.load(tiny_book))
    assert first.test[test.truth].mean() > 2 * first.test[~test.truth].mean()


def test_tuning_with_fewer_scams_than_blocks_says_so():
    y = np.arange(200) < 2
    rows = Rows(x=np.zeros((200, 3), dtype=np.float32), y=y, weight=np.ones(200), day=np.arange(200, dtype=np.float64))
    with pytest.raises(ValueError, match="3 scams"):
        BASELINES["LightGBM"].tuned(rows, 1)


class Recorded:
    """A baseline whose one setting is how well it ranks; it keeps what it was fitted on."""

    def __init__(self) -> None:
        self.fits: list[tuple[dict, Rows]] = []

    def draw(self, rng: np.random.Generator) -> dict:
        return {"skill": float(rng.random()), "min_child_samples": 30, "min_child_weight": 3.0, "C": 2.0}

    def fit(self, rows: Rows, settings: dict, seed: int):
        self.fits.append((settings, rows))
        return lambda x: settings["skill"] * x[:, 0] + (1 - settings["skill"]) * x[:, 1]


def test_search_judges_by_blocks_of_days_and_keeps_the_better_third():
    """Eighteen settings on the last block, six on the middle one, two on the first, the best on the whole window."""
    rng = np.random.default_rng(8)
    y = rng.random(3_000) < 0.1
    x = np.column_stack([y + 2 * rng.random(3_000), rng.random(3_000)]).astype(np.float32)
    rows = Rows(x=x, y=y, weight=np.ones(3_000), day=np.linspace(0, 420, 3_000, endpoint=False))
    seen = Recorded()
    found = Baseline(name="recorded", draw=seen.draw, fit=seen.fit).tuned(rows, 1, 18)
    assert [len(fitted.y) < 3_000 for _, fitted in seen.fits] == [True] * 26 + [False]
    assert found.settings["skill"] == max(settings["skill"] for settings, _ in seen.fits)
    days = [fitted.day for _, fitted in seen.fits]
    assert days[0].max() < 300 < days[18].max()
    assert days[25].min() > 100
    assert all(len(np.unique(day // 14)) + 10 < 31 for day in days[:26])


def test_what_is_weighed_against_a_count_of_rows_shrinks_with_the_rows():
    """Or a setting would mean one thing in the search and another in the fit that follows."""
    y = np.arange(300) % 10 == 0
    x = np.column_stack([y, y]).astype(np.float32)
    rows = Rows(x=x, y=y, weight=np.ones(300), day=np.linspace(0, 420, 300, endpoint=False))
    seen = Recorded()
    Baseline(name="recorded", draw=seen.draw, fit=seen.fit).tuned(rows, 1, 1)
    *searched, (whole, _) = seen.fits
    assert (whole["min_child_samples"], whole["min_child_weight"], whole["C"]) == (30, 3.0, 2.0)
    for settings, fitted in searched:
        share = len(fitted.y) / 300
        assert settings["min_child_samples"] == round(30 * share) < 30
        assert (settings["min_child_weight"], settings["C"]) == (pytest.approx(3 * share), pytest.approx(2 / share))


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--years", "2"], "too short"), (["--books", "0"], "above 0"), (["--trials", "0"], "above 0")],
)
def test_study_that_makes_no_sense_is_refused_before_anything_is_made(options, says, tmp_path, capsys):
    assert main(["evaluate", "--quiet", "--out", str(tmp_path), *options]) == 1
    assert says in capsys.readouterr().err
    assert not any(tmp_path.iterdir())
