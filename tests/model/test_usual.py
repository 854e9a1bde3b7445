"""What training writes of what is usual, and that serving reads it."""

import json

import numpy as np
import pytest

from models.simulate.table import Table
from models.train.usual import LEAST_KNOWN, usual
from safelight.features.contract import FEATURES
from safelight.scoring.usual import UsualRange, UsualShare, parse

NAMES = [feature.name for feature in FEATURES]


def column(name: str, values: object) -> np.ndarray:
    x = np.full((len(values), len(FEATURES)), np.nan, dtype=np.float32)  # type: ignore[arg-type]
    x[:, NAMES.index(name)] = values
    return x


def test_a_flag_has_a_share_and_a_number_its_quantiles_of_what_is_known():
    flags = np.r_[np.ones(30), np.zeros(970), np.full(1_000, np.nan)]
    assert usual(column("on_call", flags), NAMES) == {"on_call": {"share": 0.03}}
    ages = np.r_[np.arange(1, 1_001), np.full(500, np.nan)]
    assert usual(column("age", ages), NAMES) == {"age": {"quantiles": [10.0, 50.0, 500.0, 950.0, 990.0]}}


def test_what_few_tell_is_left_out():
    assert usual(column("age", np.arange(LEAST_KNOWN - 1)), NAMES) == {}
    assert list(usual(column("age", np.arange(LEAST_KNOWN)), NAMES)) == ["age"]


def test_names_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="names"):
        usual(np.zeros((5, len(FEATURES))), NAMES[1:])


def test_a_book_says_what_is_usual_of_every_feature_and_serving_reads_it(fresh: Table):
    x = fresh.x[~fresh.truth]
    sha256, read = parse(json.dumps({"sha256": "ab", "usual": usual(x, NAMES)}))
    assert sha256 == "ab"
    assert set(read) == set(NAMES)
    for feature, values in zip(FEATURES, x.T, strict=True):
        known, said = values[~np.isnan(values)], read[feature.name]
        if feature.unit == "0/1":
            assert isinstance(said, UsualShare)
            assert said.so == pytest.approx(known.mean(), rel=1e-3)
        else:
            assert isinstance(said, UsualRange)
            assert np.mean(known <= said.low + 1e-3 * abs(said.low)) >= 0.04
            assert np.mean(known > said.high + 1e-3 * abs(said.high)) <= 0.05
