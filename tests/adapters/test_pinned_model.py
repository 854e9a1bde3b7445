"""The model that is loaded beside the rest of a start."""

import shutil
from pathlib import Path
from threading import Event

import pytest

from safelight.adapters import onnx_model, pinned_model
from safelight.adapters.pinned_model import PinnedModel
from safelight.domain.errors import ModelUnavailableError

REGISTRY = Path(__file__).parents[2] / "models" / "registry" / "current"


def test_the_pinned_model_serves() -> None:
    assert PinnedModel(str(REGISTRY)).current().sha256


def test_a_flipped_byte_is_refused_for_good(tmp_path: Path) -> None:
    shutil.copytree(REGISTRY, tmp_path / "model")
    graph = tmp_path / "model" / "model.onnx"
    data = bytearray(graph.read_bytes())
    data[len(data) // 3] ^= 1
    graph.write_bytes(data)
    model = PinnedModel(str(tmp_path / "model"))
    for _ in range(2):
        with pytest.raises(ModelUnavailableError, match="hash_mismatch"):
            model.current()


def test_a_model_that_is_late_is_refused_and_serves_once_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    go, load = Event(), onnx_model.load
    monkeypatch.setattr(pinned_model, "LOAD_WITHIN_S", 0.05)
    monkeypatch.setattr(onnx_model, "load", lambda directory: (go.wait(10), load(directory))[1])
    model = PinnedModel(str(REGISTRY))
    with pytest.raises(ModelUnavailableError, match="late"):
        model.current()
    go.set()
    model._loading.join(10)
    assert model.current().sha256
