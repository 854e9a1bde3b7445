"""The layers as they lie under /opt on Lambda, and the functions beside them, out of the local build."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import ordinary_request
from benchmarks.runtime_api import Environment
from local.build import built_template
from local.machine import ROOT

BARE = Path(__file__).parent / "bare"
CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py", "botocore")
"""What Lambda's own image brings to run a handler. Powertools looks for botocore and takes the top of it."""


@contextmanager
def layers() -> Iterator[Path]:
    """A folder that looks like /opt, plus `runtime/` with Lambda's client, `functions/` as built, and `bare/`."""
    with built_template() as template, TemporaryDirectory(prefix="safelight-opt-") as made:
        opt, built = Path(made), template.parent
        for layer in ("RuntimeLayer", "CoreLayer"):
            _merge(built / layer / "python", opt / "python")
        (opt / "model").symlink_to(built / "ModelLayer" / "model")
        (opt / "bare").symlink_to(BARE)
        (opt / "functions").mkdir()
        for function in (ROOT / "functions").iterdir():
            (opt / "functions" / function.name).symlink_to(built / function.name.title().replace("_", ""))
        for name in CLIENT:
            found = importlib.util.find_spec(name)
            if found is None or found.origin is None:
                raise ImportError(name)
            origin = Path(found.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (opt / "runtime").mkdir(exist_ok=True)
            (opt / "runtime" / source.name).symlink_to(source)
        yield opt


def _merge(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for entry in source.iterdir():
        if entry.name != "__pycache__":
            (target / entry.name).symlink_to(entry)
        else:
            (target / entry.name).mkdir(exist_ok=True)
            for file in entry.iterdir():
                (target / entry.name / file.name).symlink_to(file)


def bare(opt: Path) -> Environment:
    return Environment(opt / "bare", (opt / "python", opt / "runtime"), {})


def scoring(opt: Path, endpoint: str) -> Environment:
    """The function that decides, against AWS at `endpoint`."""
    return function(opt, "assess_request", settings(opt / "model", endpoint))


def function(opt: Path, folder: str, variables: Mapping[str, str]) -> Environment:
    """One of `functions/`, as it was built."""
    return Environment(opt / "functions" / folder, (opt / "python", opt / "runtime"), variables)


def settings(model: Path, endpoint: str) -> dict[str, str]:
    """The variables that template.yaml gives it."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "MODEL_DIRECTORY": str(model),
        "CASE_TABLE": ordinary_request.CASE_TABLE,
        "BOOK_TABLE": ordinary_request.BOOK_TABLE,
        "HASH_KEY_SECRET": ordinary_request.HASH_KEY,
        "CONTACT_KEY": "contact-key",
        "STAGE": "prod",
        "CLOCK_OFFSET_SECONDS": "0",
        "POWERTOOLS_SERVICE_NAME": "safelight",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
