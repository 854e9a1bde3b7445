"""The runtime layer as SAM builds it: small, and enough to serve with nothing else on the path."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.machine import ROOT, clean_environment, environment_python

pytestmark = pytest.mark.stack

# The bound is 110 MB; this is what was reached, with room for a release or two.
MOST_MEGABYTES = 60


def make_layer(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment(os.environ, **settings)
    environment["PATH"] = f"{environment_python('.venv-sam').parent}{os.pathsep}{environment['PATH']}"
    command = ["make", "build-RuntimeLayer", f"ARTIFACTS_DIR={folder}"]
    return subprocess.run(
        command, cwd=ROOT / "layers" / "runtime", env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layer")
    done = make_layer(folder, SAFELIGHT_LAYER_PYTHON=str(environment_python(".venv-emulator")))
    assert done.returncode == 0, done.stderr
    return folder / "python"


def alone(layer: Path, code: str) -> Any:
    """What ``code`` prints as JSON in the emulator's interpreter with the two code layers and the standard library."""
    paths = f"import json, sys; sys.path[:0] = {[str(layer), str(ROOT / 'layers' / 'core')]!r}; "
    # -S and -I keep site-packages and the environment out.
    command = [environment_python(".venv-emulator"), "-I", "-S", "-B", "-c", paths + code]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_layer_is_small(layer: Path) -> None:
    size = sum(file.stat().st_size for file in layer.rglob("*") if file.is_file())
    assert size / 1e6 <= MOST_MEGABYTES


def test_layer_holds_what_the_functions_import(layer: Path) -> None:
    modules = ["aws_lambda_powertools", "msgspec", "pydantic"]
    files = alone(
        layer, f"import importlib; print(json.dumps([importlib.import_module(m).__file__ for m in {modules}]))"
    )
    assert all(file.startswith(str(layer)) for file in files)


def test_model_library_of_the_layer_opens(layer: Path) -> None:
    found = alone(
        layer, "from safelight.adapters import onnx_model as m; m.runtime(); print(json.dumps(str(m.find_library())))"
    )
    assert found.startswith(str(layer))


def test_layer_carries_the_model_library_once_and_no_numpy(layer: Path) -> None:
    assert len([file for file in layer.rglob("*onnxruntime*") if file.is_file()]) == 1
    assert not list(layer.glob("numpy*"))


def test_byte_code_is_valid_whatever_the_date_of_the_source(layer: Path) -> None:
    compiled = sorted(layer.rglob("*.pyc"))
    assert len(compiled) == len(list(layer.rglob("*.py")))
    # PEP 552: flags 0b01 say that the hash is not checked, so the zip's 1980 dates cannot make it stale.
    assert {file.read_bytes()[4:8] for file in compiled} == {b"\x01\x00\x00\x00"}


def test_version_of_a_package_can_be_read(layer: Path) -> None:
    version = alone(layer, "import importlib.metadata as m; print(json.dumps(m.version('pydantic')))")
    assert f"pydantic=={version} " in (ROOT / "layers" / "runtime" / "requirements.txt").read_text()


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_layer_for_aws_needs_no_matching_interpreter(tmp_path: Path, architecture: str) -> None:
    done = make_layer(tmp_path, SAFELIGHT_RUNTIME="python3.13", SAFELIGHT_ARCHITECTURE=architecture)
    assert done.returncode == 0, done.stderr
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    extensions = {file.name for file in tmp_path.rglob("_pydantic_core*.so")}
    assert extensions == {f"_pydantic_core.cpython-313-{machine}-linux-gnu.so"}


def test_unknown_architecture_is_refused_by_name(tmp_path: Path) -> None:
    done = make_layer(tmp_path, SAFELIGHT_ARCHITECTURE="riscv")
    assert done.returncode != 0
    assert "SAFELIGHT_ARCHITECTURE=riscv" in done.stderr
