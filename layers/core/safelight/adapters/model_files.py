"""A model's files in a directory: the manifest, and exactly the bytes that it pins (promise 7)."""

from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from safelight.domain.errors import ModelUnavailableError
from safelight.scoring.manifest import Manifest, parse

MANIFEST = "manifest.json"
GRAPH = "model.onnx"
MOST_BYTES = 32 * 1024 * 1024
"""An artifact is under 10 MB by rule; anything far above is not ours and is not read into memory."""


def read(directory: Path) -> tuple[Manifest, bytes]:
    """The manifest and the graph's bytes, whose hash was taken after reading: nobody can swap them in between.

    Raises ModelUnavailableError: `missing`, `unreadable`, `contract_mismatch` or `hash_mismatch`.
    """
    return checked(manifest_of(directory), lambda: _bytes(directory / GRAPH))


def checked(manifest_text: bytes, read_graph: Callable[[], bytes]) -> tuple[Manifest, bytes]:
    """The same of a manifest and a graph from anywhere; nothing but what the manifest pins comes back."""
    manifest = parse(manifest_text)
    manifest.check_contract()
    graph = read_graph()
    if not compare_digest(sha256(graph).hexdigest(), manifest.sha256):
        raise ModelUnavailableError("hash_mismatch")
    return manifest, graph


def manifest_of(directory: Path) -> bytes:
    """The manifest as it stands. Raises ModelUnavailableError."""
    return _bytes(directory / MANIFEST)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise ModelUnavailableError("missing") from error
    except OSError as error:
        raise ModelUnavailableError("unreadable") from error
    if len(data) > MOST_BYTES:
        raise ModelUnavailableError("unreadable")
    return data
