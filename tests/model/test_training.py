"""Training: the same bytes under a seed, sensible on any subset of modalities, and errors that say what is missing."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from models.pipeline import Made, make
from models.simulate.table import Table
from models.train import experts as expert_models
from models.train.fitting import train
from models.train.windows import Split
from safelight.adapters import onnx_model
from safelight.features.contract import MODALITIES
from tests.model.conftest import DENSE


@pytest.fixture(scope="module")
def made(dense: Table, tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Path]:
    registry = tmp_path_factory.mktemp("registry")
    return make(DENSE, dense, 1, registry), registry


def test_small_book_trains_to_a_model_that_loads(made):
    run, registry = made
    assert onnx_model.load(registry / "current").version == run.version
    assert run.report.auc > 0.8
    assert set(expert_models.load(registry / "experts")) == set(MODALITIES)


def test_same_seed_gives_the_same_files(made, dense: Table, tmp_path: Path):
    _, registry = made
    make(DENSE, dense, 1, tmp_path)
    files = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file())
    assert len(files) == 4 + len(MODALITIES)
    for file in files:
        assert (tmp_path / file).read_bytes() == (registry / file).read_bytes(), file


def test_every_subset_of_modalities_gives_a_probability(made, dense: Table):
    stacker = made[0].ensemble.stacker
    log_odds = expert_models.log_odds(made[0].ensemble.experts, dense.x[:500])
    for subset in product((True, False), repeat=len(MODALITIES)):
        probability = stacker.probability(np.where(subset, log_odds, np.nan))
        assert ((probability > 0) & (probability < 1)).all()
        assert 0.002 < probability.mean() < 0.4  # the rate of the book is 4 %


def test_no_expert_is_trusted_backwards(made):
    assert (made[0].ensemble.stacker.weights >= 0).all()


def test_training_never_sees_a_label_from_after_validation_starts():
    split = Split.of(DENSE)
    assert split.train.labels_at == split.validation.first
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
    expected = {m: booster.model_to_string() for m, booster in made[0].ensemble.experts.items()}
    assert {m: b.model_to_string() for m, b in train(blinded, split, 1).experts.items()} == expected


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--requests-a-year", "300", "--years", "2"], "scams known"),
        (["--requests-a-year", "300", "--years", "0.2"], "too short"),
    ],
)
def test_book_too_small_to_learn_from_is_an_error_that_says_so(options, says, tmp_path, capsys):
    assert main(["train", "--quiet", "--registry", str(tmp_path), *options]) == 1
    assert says in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [["--years", "0"], ["--requests-a-year", "1.5"], ["--scam-rate", "nan"]])
def test_option_that_makes_no_sense_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["train", *wrong])
    assert caught.value.code == 2
    assert "must be" in capsys.readouterr().err
