"""Loading and running through the C library: the same bits as the Python package, and refusals instead of crashes."""

import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from math import inf, isnan, nan
from pathlib import Path

import numpy as np
import pytest

from models.export import artifact
from models.simulate.table import Table
from safelight.adapters import onnx_model
from safelight.adapters.onnx_model import OnnxGraph, OnnxRuntimeError, find_library, load, runtime
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import BY_MODALITY, FEATURES, MODALITIES, REASON_GROUPS, present
from safelight.scoring import usual
from safelight.scoring.ensemble import Ensemble
from safelight.scoring.policy import pack_vector, unpack_vector

INPUTS = {modality.value: len(features) for modality, features in BY_MODALITY.items()}
OUTPUTS = {"probability": 1, "experts": len(MODALITIES), "reasons": len(REASON_GROUPS)}


@pytest.fixture(scope="module")
def graph_bytes() -> bytes:
    return (artifact.CURRENT / "model.onnx").read_bytes()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(artifact.CURRENT, tmp_path / "model"))


def rows(table: Table, count: int) -> list[tuple[float, ...]]:
    return [tuple(row.tolist()) for row in table.x[:count]]


def bits(values) -> bytes:
    return np.asarray(values, dtype=np.float32).tobytes()


def test_c_library_and_python_package_give_the_same_bits(shipped: Ensemble, reference, fresh: Table):
    for row in rows(fresh, 400):
        output = shipped.graph.run(row)
        probability, experts, reasons = reference.run(np.array([row], dtype=np.float32))
        assert bits(output.probability) == bits(probability[0])
        assert bits(output.experts) == bits(experts[0])
        assert bits(output.reasons) == bits(reasons[0])


def test_score_holds_only_what_was_present(shipped: Ensemble, fresh: Table):
    for row in rows(fresh, 200):
        score = shipped.score(row)
        here = {modality for modality in MODALITIES if present(row, modality)}
        assert set(score.experts) == here
        assert {REASON_GROUPS[code].modality for code in score.reasons} == here
        assert not any(isnan(p) for p in (score.probability, *score.experts.values(), *score.reasons.values()))
        assert score.vector == row or any(isnan(v) for v in row)
        assert score.model_version == shipped.version


def test_same_vector_replays_to_the_same_bits(shipped: Ensemble, fresh: Table):
    """Through the record's float32 form, in another session, after other rows."""
    again = load(artifact.CURRENT)
    first = [shipped.score(row).probability for row in rows(fresh, 300)]
    for row, probability in reversed(list(zip(rows(fresh, 300), first, strict=True))):
        assert again.score(unpack_vector(pack_vector(row))).probability == probability


def test_nothing_known_still_gives_a_probability(shipped: Ensemble):
    score = shipped.score((nan,) * len(FEATURES))
    assert 0.0 < score.probability < 1.0
    assert score.experts == {}
    assert score.reasons == {}


def test_huge_values_do_not_break_a_score(shipped: Ensemble):
    for value in (1e9, -1e9, 3e38, -3e38):
        assert 0.0 <= shipped.score((value,) * len(FEATURES)).probability <= 1.0


@pytest.mark.parametrize("width", [0, 1, len(FEATURES) - 1, len(FEATURES) + 1])
def test_vector_of_another_width_is_refused(shipped: Ensemble, width: int):
    with pytest.raises(ValueError, match=f"not {width}"):
        shipped.score((0.0,) * width)


def test_scores_from_many_threads_do_not_mix(shipped: Ensemble, fresh: Table):
    sample = rows(fresh, 200)
    alone = [shipped.score(row).probability for row in sample]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda row: shipped.score(row).probability, sample * 5)) == alone * 5


def test_one_flipped_byte_anywhere_is_refused(copy: Path, graph_bytes: bytes):
    rng = random.Random(5)
    positions = {0, 1, len(graph_bytes) - 1, *(rng.randrange(len(graph_bytes)) for _ in range(60))}
    for position in positions:
        flipped = bytearray(graph_bytes)
        flipped[position] ^= 1 << rng.randrange(8)
        (copy / "model.onnx").write_bytes(flipped)
        with pytest.raises(ModelUnavailableError) as caught:
            load(copy)
        assert caught.value.cause == "hash_mismatch"


@pytest.mark.parametrize("length", [0, 1, 1000, -1])
def test_truncated_model_is_refused(copy: Path, graph_bytes: bytes, length: int):
    (copy / "model.onnx").write_bytes(graph_bytes[:length])
    with pytest.raises(ModelUnavailableError) as caught:
        load(copy)
    assert caught.value.cause == "hash_mismatch"


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
def test_missing_file_is_named_so(copy: Path, name: str):
    (copy / name).unlink()
    with pytest.raises(ModelUnavailableError) as caught:
        load(copy)
    assert caught.value.cause == "missing"


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
def test_file_that_cannot_be_read_is_named_so(copy: Path, name: str):
    (copy / name).unlink()
    (copy / name).mkdir()
    with pytest.raises(ModelUnavailableError) as caught:
        load(copy)
    assert caught.value.cause == "unreadable"


def test_bytes_are_not_read_again_after_the_hash(copy: Path, graph_bytes: bytes):
    model = load(copy)
    (copy / "model.onnx").write_bytes(b"swapped")
    assert model.sha256 == load(artifact.CURRENT).sha256


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00", b"not a model", b"\x08\x08" * 500, b"\xff" * 4096], ids=["empty", "nul", "text", "a", "b"]
)
def test_graph_that_is_no_graph_is_refused(garbage: bytes):
    with pytest.raises(OnnxRuntimeError) as caught:
        OnnxGraph(runtime(), garbage, INPUTS, OUTPUTS)
    assert caught.value.cause == "unreadable"


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (INPUTS | {"behaviour": INPUTS["behaviour"] + 1}, OUTPUTS),
        ({name: width for name, width in INPUTS.items() if name != "field"}, OUTPUTS),
        (INPUTS | {"mood": 3}, OUTPUTS),
        (INPUTS, OUTPUTS | {"probability": 2}),
        (INPUTS, OUTPUTS | {"reasons": OUTPUTS["reasons"] - 1}),
        (INPUTS, OUTPUTS | {"verdict": 1}),
    ],
    ids=["wider input", "missing input", "unknown input", "wider output", "narrower output", "unknown output"],
)
def test_graph_of_another_shape_is_refused(graph_bytes: bytes, inputs, outputs):
    with pytest.raises(OnnxRuntimeError) as caught:
        OnnxGraph(runtime(), graph_bytes, inputs, outputs)
    assert caught.value.cause == "unreadable"


def test_torn_graph_never_ends_the_process():
    """Below the hash check, where only a bug of ours could let it through. In a process of its own, for it may die.

    Torn, not flipped: a flipped byte inside a tree can send ONNX Runtime round in circles for ever. Only the hash keeps
    that out, so nothing may reach a session that did not pass it.
    """
    code = """
import random
from models.export.artifact import CURRENT
from safelight.adapters.onnx_model import OnnxGraph, OnnxRuntimeError, runtime
from tests.model.test_onnx_model import INPUTS, OUTPUTS
good = (CURRENT / "model.onnx").read_bytes()
rng = random.Random(6)
refused = 0
for _ in range(40):
    try:
        OnnxGraph(runtime(), good[: rng.randrange(len(good))], INPUTS, OUTPUTS)
    except OnnxRuntimeError:
        refused += 1
print(refused)
"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert out.returncode == 0, out.stderr
    assert int(out.stdout) == 40


def test_closed_session_refuses_and_closes_twice(graph_bytes: bytes):
    graph = OnnxGraph(runtime(), graph_bytes, INPUTS, OUTPUTS)
    graph.close()
    graph.close()
    with pytest.raises(OnnxRuntimeError) as caught:
        graph.run((0.0,) * len(FEATURES))
    assert caught.value.cause == "failed"


def test_library_is_found_without_importing_the_package():
    code = """
import sys
from safelight.adapters.onnx_model import runtime
runtime()
print({"numpy", "onnxruntime"} & set(sys.modules))
"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert out.stdout.strip() == "set()"


def test_no_library_on_the_path_is_said(tmp_path: Path):
    with pytest.raises(OnnxRuntimeError) as caught:
        find_library([str(tmp_path), ""])
    assert caught.value.cause == "missing"


def test_file_that_is_no_library_is_said(tmp_path: Path):
    fake = tmp_path / "libonnxruntime.so"
    fake.write_bytes(b"not a library")
    with pytest.raises(OnnxRuntimeError) as caught:
        onnx_model.Runtime(fake)
    assert caught.value.cause == "missing"


def test_library_that_is_too_old_is_said(monkeypatch):
    monkeypatch.setattr(onnx_model, "API_VERSION", 10_000)
    with pytest.raises(OnnxRuntimeError, match="API version 10000"):
        onnx_model.Runtime(find_library())


@pytest.mark.parametrize("endless", [inf, -inf])
def test_a_value_without_end_gets_no_score(shipped: Ensemble, fresh: Table, endless: float):
    """The graph would answer minus infinity with a probability of 0: green, from a value that nobody can have."""
    row = rows(fresh, 1)[0]
    for place in (0, len(row) // 2, len(row) - 1):
        with pytest.raises(ModelUnavailableError, match="failed"):
            shipped.score((*row[:place], endless, *row[place + 1 :]))


@pytest.mark.parametrize("text", ["[" * 200_000, '{"usual":' * 100_000], ids=["lists", "objects"])
def test_a_manifest_too_deep_to_read_is_refused(copy: Path, text: str):
    (copy / "manifest.json").write_text(text)
    with pytest.raises(ModelUnavailableError, match="unreadable"):
        load(copy)
    with pytest.raises(ModelUnavailableError, match="unreadable"):
        usual.parse(text)
