"""The shipped model, and small synthetic books that take a second."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest

from models.export import artifact
from models.simulate.book import BookPlan, generate
from models.simulate.rows import Row
from models.simulate.table import Table, simulate, tabulate
from models.train import experts as expert_models
from models.train.guided_trees import GuidedTrees
from safelight.adapters import onnx_model
from safelight.adapters.words_model import WORDS
from safelight.features.contract import SLICES
from safelight.scoring.ensemble import Ensemble

FRESH = BookPlan(requests_a_year=4_000, years=2.0, seed=777)
"""A book the shipped model never saw."""
DENSE = BookPlan(requests_a_year=3_000, years=2.0, scam_rate=0.04, seed=778)
"""Many scams in few requests: enough to train on in a second."""
CROWDED = BookPlan(requests_a_year=3_500, scam_rate=0.25, seed=13)
"""Many scams over three years, to count their kinds."""


def day(row: Row) -> float:
    """Days since the crowded book began."""
    return (row.request.requested_at - CROWDED.start).total_seconds() / 86_400


@pytest.fixture(scope="session")
def shipped() -> Ensemble:
    return onnx_model.load(artifact.CURRENT)


@pytest.fixture(scope="session")
def experts() -> dict[str, GuidedTrees]:
    return expert_models.load(artifact.EXPERTS)


@pytest.fixture(scope="session")
def words() -> bytes:
    """The shipped text model."""
    return (artifact.CURRENT / WORDS).read_bytes()


@pytest.fixture(scope="session")
def fresh(words: bytes) -> Table:
    return simulate(FRESH, words=words, processes=1, progress=False)


@pytest.fixture(scope="session")
def dense(words: bytes) -> Table:
    return simulate(DENSE, words=words, processes=1, progress=False)


@pytest.fixture(scope="session")
def crowded_rows() -> list[Row]:
    return list(generate(CROWDED, progress=False))


@pytest.fixture(scope="session")
def scams(crowded_rows: list[Row]) -> list[Row]:
    return [row for row in crowded_rows if row.truth is not None]


@pytest.fixture(scope="session")
def crowded(crowded_rows: list[Row]) -> Table:
    return tabulate(crowded_rows, CROWDED.start)


class Reference:
    """The shipped graph in the Python package of ONNX Runtime."""

    def __init__(self, directory: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        model = (directory / "model.onnx").read_bytes()
        self.session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(self, x: npt.NDArray[np.float32]) -> tuple[Any, Any, Any]:
        """probability (N,), experts (N, modalities), reasons (N, groups)."""
        feed = {modality.value: x[:, part] for modality, part in SLICES.items()}
        probability, experts, reasons = self.session.run(["probability", "experts", "reasons"], feed)
        return probability[:, 0], experts, reasons


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference(artifact.CURRENT)
