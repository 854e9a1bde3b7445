"""Training: the same bytes under a seed, sensible on any subset of modalities, and errors that say what is missing."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from models.export import artifact
from models.pipeline import Made, make
from models.simulate.table import Table
from models.train import experts as expert_models
from models.train.expert_ensemble import TOGETHER
from models.train.fitting import train
from models.train.windows import Split
from safelight.adapters import onnx_model
from safelight.adapters.words_model import WORDS
from safelight.features.contract import MODALITIES, SLICES
from tests.model.conftest import DENSE


@pytest.fixture(scope="module")
def made(dense: Table, words: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Path]:
    registry = tmp_path_factory.mktemp("registry")
    return make(DENSE, dense, words, 1, registry), registry


def test_small_book_trains_to_a_model_that_loads(made):
    run, registry = made
    assert onnx_model.load(registry / "current").version == run.version
    assert run.report.auc > 0.8
    assert tuple(expert_models.load(registry / "experts")) == run.ensemble.names == (*MODALITIES, TOGETHER)


def test_same_seed_gives_the_same_files(made, dense: Table, words: bytes, tmp_path: Path):
    _, registry = made
    make(DENSE, dense, words, 1, tmp_path)
    files = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file())
    assert len(files) == 5 + len(made[0].ensemble.names) + 1
    for file in files:
        assert (tmp_path / file).read_bytes() == (registry / file).read_bytes(), file


def test_every_subset_of_modalities_gives_a_probability(made, dense: Table):
    ensemble = made[0].ensemble
    for subset in product((True, False), repeat=len(MODALITIES)):
        x = dense.x[:500].copy()
        for modality, present in zip(MODALITIES, subset, strict=True):
            if not present:
                x[:, SLICES[modality]] = np.nan
        probability = ensemble.stacker.probability(ensemble.expert_log_odds(x))
        assert ((probability > 0) & (probability < 1)).all()
        assert 0.002 < probability.mean() < 0.4  # the rate of the book is 4 %


def test_no_expert_is_trusted_backwards(made):
    assert (made[0].ensemble.stacker.weights >= 0).all()


def test_training_never_sees_a_label_from_after_validation_starts():
    split = Split.of(DENSE)
    assert split.train.labels_at == split.validation.first
    assert split.validation.labels_at == split.test.first
    assert split.train.last + 2 * DENSE.label_delay_days <= split.validation.first
    assert split.validation.last <= split.test.first


def test_experts_learn_nothing_from_the_truth_nor_from_later_reports(made, dense: Table):
    """The truth is a simulator's secret, and a report that came after validation began did not exist yet."""
    split = Split.of(DENSE)
    late = (dense.label_day > split.train.labels_at) & (dense.day < split.train.last)
    assert late.sum() > 5
    blinded = replace(
        dense,
        truth=np.zeros_like(dense.truth),
        scam_type=np.full_like(dense.scam_type, -1),
        label_day=np.where(late, np.inf, dense.label_day),
    )
    again = train(blinded, split, 1)
    for name, expert in made[0].ensemble.experts.items():
        assert again.experts[name].trees.model_to_string() == expert.trees.model_to_string()
        np.testing.assert_array_equal(again.experts[name].coefficients, expert.coefficients)


def test_nothing_at_all_is_learned_from_reports_that_came_after_the_test_began(made, dense: Table):
    split = Split.of(DENSE)
    late = (dense.label_day > split.test.first) & (dense.day < split.validation.last)
    assert late.sum() > 5
    again = train(replace(dense, label_day=np.where(late, np.inf, dense.label_day)), split, 1)
    first = made[0].ensemble.stacker
    assert (again.stacker.slope, again.stacker.intercept) == (first.slope, first.intercept)
    np.testing.assert_array_equal(again.stacker.weights, first.weights)
    assert again.thresholds == made[0].ensemble.thresholds


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--requests-a-year", "300", "--years", "2"], "scams known"),
        (["--requests-a-year", "300", "--years", "0.2"], "too short"),
    ],
)
def test_book_too_small_to_learn_from_is_an_error_that_says_so(options, says, tmp_path, capsys):
    words = str(artifact.CURRENT / WORDS)
    assert main(["train", "--quiet", "--words", words, "--registry", str(tmp_path), *options]) == 1
    assert says in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [["--years", "0"], ["--requests-a-year", "1.5"], ["--scam-rate", "nan"]])
def test_option_that_makes_no_sense_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["train", *wrong])
    assert caught.value.code == 2
    assert "must be" in capsys.readouterr().err
