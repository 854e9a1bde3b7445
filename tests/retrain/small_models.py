"""Models that differ, without a training: the shipped graph with another constant in its calibration."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from models.export import artifact
from models.retrain.publish import Candidate, candidate
from safelight.adapters import model_files

PASSED: dict[str, Any] = {"lines": [], "passed": True}


@cache
def _graph(shift: float) -> bytes:
    graph = onnx.load(artifact.CURRENT / model_files.GRAPH)
    (constant,) = [one for one in graph.graph.initializer if one.name == "calibrated_constant"]
    moved = numpy_helper.to_array(constant) + np.float32(shift)
    constant.CopyFrom(numpy_helper.from_array(moved.astype(np.float32), constant.name))
    return graph.SerializeToString()


def write_model(directory: Path, shift: float = 0.0, **over: Any) -> Path:
    """A model whose log-odds are those of the shipped one and `shift`. `over` replaces fields of its manifest."""
    directory.mkdir(parents=True, exist_ok=True)
    graph = (artifact.CURRENT / model_files.GRAPH).read_bytes() if shift == 0 else _graph(shift)
    manifest = json.loads((artifact.CURRENT / model_files.MANIFEST).read_bytes())
    digest = hashlib.sha256(graph).hexdigest()
    manifest |= {"sha256": digest, "version": f"synthetic-{digest[:12]}", "bytes": len(graph), **over}
    (directory / model_files.GRAPH).write_bytes(graph)
    (directory / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return directory


def a_candidate(directory: Path, shift: float = 0.0, **over: Any) -> Candidate:
    return candidate(write_model(directory, shift, **over))


class MemoryObjects:
    """Both sides of the store: what the pipeline writes, and what functions read. `trouble` is raised by a read."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.trouble: Exception | None = None
        self.before_read: Any = None
        self.reads: list[str] = []

    def get(self, key: str, *, within_s: float = 0.0, most_bytes: int = 0) -> bytes | None:
        self.reads.append(key)
        if self.before_read is not None:
            self.before_read()
        if self.trouble is not None:
            raise self.trouble
        return self.stored.get(key)

    def create(self, key: str, data: bytes) -> bool:
        return self.stored.setdefault(key, data) == data

    def replace(self, key: str, data: bytes, before: bytes | None) -> None:
        assert self.stored.get(key) == before
        self.stored[key] = data
