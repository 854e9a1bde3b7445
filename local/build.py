"""``sam build`` for the local stack: once for a set of sources, whoever asks first."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.machine import ROOT, STATE, clean_environment, environment_python, python_minor
from local.sam import run_sam, sam_environment

# What a build reads. samconfig.toml may change how.
SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers", "models/registry/current")
_NOT_SOURCES = {"__pycache__", ".mypy_cache", ".ruff_cache"}


def _files(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        source = root / name
        found = source.rglob("*") if source.is_dir() else [source]
        yield from sorted(file for file in found if file.is_file() and not _NOT_SOURCES.intersection(file.parts))


def fingerprint(root: Path = ROOT) -> str:
    """Changes when a file that the build reads changes, is added or goes, or when the interpreter does."""
    digest = hashlib.sha256(python_minor().encode())
    for file in _files(root):
        digest.update(f"\0{file.relative_to(root)}\0{file.stat().st_mode & 0o111}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def built_template() -> Iterator[Path]:
    """Build what changed since the last time; nobody builds again inside the ``with``. Yields the built template.

    Several test workers may ask at once: one builds, the others wait, find it done and read it side by side.
    """
    folder = STATE / "build"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        template = _build(folder)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield template


def _build(folder: Path) -> Path:
    template, seal = folder / "out" / "template.yaml", folder / "fingerprint"
    wanted = fingerprint()
    if template.exists() and seal.exists() and seal.read_text() == wanted:
        return template
    seal.unlink(missing_ok=True)  # an interrupted build must not look finished
    shutil.rmtree(template.parent, ignore_errors=True)
    settings = {"SAFELIGHT_LAYER_PYTHON": str(environment_python(".venv-emulator"))}
    environment = sam_environment(clean_environment(os.environ, **settings))
    # The cache keeps the runtime layer while functions change. It is not shared with builds for AWS: SAM's key does
    # not know the interpreter, so that is part of the folder's name.
    cache = folder / f"cache-{python_minor()}"
    options = ["--template-file", str(ROOT / "template.yaml"), "--build-dir", str(template.parent)]
    options += ["--cached", "--cache-dir", str(cache), "--parallel"]
    run_sam(["build", *options], environment, folder / "sam-build.log")
    seal.write_text(wanted)
    return template
