"""Install the functions' third-party code into a Lambda layer and leave out what serving never touches.

Run by layers/runtime/Makefile, which SAM calls from a copy of this folder, so it needs the standard library only.

Two ways to build, chosen by environment variables:

* for AWS (default): wheels are downloaded for ``SAFELIGHT_RUNTIME`` (python3.13) and ``SAFELIGHT_ARCHITECTURE``
  (x86_64, or arm64), so neither that interpreter nor a container is needed;
* for this machine: ``SAFELIGHT_LAYER_PYTHON`` names the interpreter that will run the functions, and whose
  wheels are right.

Lambda allows 250 MB for a function and all its layers, unzipped, and reads the layer from the network on a cold start.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Amazon Linux 2023 has glibc 2.34. pip takes each tag literally, so older ones that wheels still carry are listed too.
GLIBC_TAGS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}

# The one file of onnxruntime that serving opens (safelight.adapters.onnx_model). The wheel holds the same code a second
# time in its Python extension, which needs numpy: together three quarters of what pip installs.
MODEL_LIBRARY = "onnxruntime/capi/libonnxruntime.so*"
# Relative to the layer's python/ folder.
UNUSED = (
    "bin",  # console scripts
    "numpy*",
    "google",  # protobuf, flatbuffers and packaging serve onnxruntime's tools
    "flatbuffers*",
    "packaging*",
    "protobuf*",
    "onnxruntime-*.dist-info",
    "pydantic/v1",  # the version 1 API, kept for migration
    "pydantic/mypy.py",
    "**/tests",
    "**/*.pyi",
    "**/__pycache__",  # compiled again below, in the form that survives SAM's zip
)
# importlib.metadata.version() reads METADATA; the rest of a .dist-info folder is for installers.
KEPT_METADATA = "METADATA"
CHECK = """
import ctypes, sys
sys.path.insert(0, sys.argv[1])
import aws_lambda_powertools.event_handler, msgspec, pydantic
ctypes.CDLL(sys.argv[2])
"""


class LayerBuildError(Exception):
    """The layer cannot be built; the message says what to change."""


@dataclass(frozen=True)
class Target:
    """Where the layer will run.

    ``interpreter`` runs the layer's Python version here, if one was found; ``native`` says that the layer is for this
    very machine, so the interpreter's own wheels are right.
    """

    version: str
    machine: str
    interpreter: str | None
    native: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Target:
        local = environ.get("SAFELIGHT_LAYER_PYTHON")
        if local:
            probe = "import platform, sys; print('%d.%d' % sys.version_info[:2], platform.machine())"
            version, machine = subprocess.check_output([local, "-c", probe], text=True).split()
            return cls(version, machine, local, native=True)
        runtime = environ.get("SAFELIGHT_RUNTIME") or "python3.13"
        architecture = environ.get("SAFELIGHT_ARCHITECTURE") or "x86_64"
        if not runtime.startswith("python3.") or architecture not in MACHINES:
            raise LayerBuildError(
                f"SAFELIGHT_RUNTIME={runtime} SAFELIGHT_ARCHITECTURE={architecture}: "
                f"expected python3.N and one of {sorted(MACHINES)}"
            )
        version = runtime.removeprefix("python")
        return cls(version, MACHINES[architecture], interpreter_for(version), native=False)

    def pip_options(self) -> list[str]:
        if self.native:
            return []
        platforms = [option for tag in GLIBC_TAGS for option in ("--platform", f"{tag}_{self.machine}")]
        return ["--python-version", self.version, "--implementation", "cp", *platforms]


def interpreter_for(version: str) -> str | None:
    """The interpreter of exactly this minor version: the running one, or pythonX.Y on PATH if it starts."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    # A version manager's shim exists for versions that are not active and fails when run.
    if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
        return found
    return None


def install(requirements: Path, target: Target, site: Path) -> None:
    """Install the locked wheels. The lock is complete, so nothing is resolved; every byte is checked."""
    pip = target.interpreter if target.native and target.interpreter else sys.executable
    command = [pip, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command += ["--no-compile", "--only-binary=:all:", "--target", str(site), "--requirement", str(requirements)]
    if subprocess.run(command + target.pip_options(), check=False).returncode != 0:
        raise LayerBuildError(
            f"pip could not install {requirements.name} for Python {target.version} on {target.machine}"
        )


def strip(site: Path) -> None:
    libraries = set(site.glob(MODEL_LIBRARY))
    for path in sorted(site.glob("onnxruntime/**/*"), reverse=True):  # files before their folders
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path not in libraries:
            path.unlink()
    for pattern in UNUSED:
        for path in list(site.glob(pattern)):
            remove(path)
    for path in list(site.glob("*.dist-info/*")):
        if path.name != KEPT_METADATA:
            remove(path)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def compile_bytecode(site: Path, target: Target) -> None:
    """Write .pyc files that stay valid in the zip: SAM dates every file 1980, which timestamps would never match."""
    if target.interpreter is None:
        print(
            f"runtime layer: no python{target.version} on PATH, so no .pyc files: right, but a cold start takes longer",
            file=sys.stderr,
        )
        return
    command = [target.interpreter, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    # -s: tracebacks and byte code name no path of the build machine, so two machines build the same layer.
    subprocess.run([*command, "-s", str(site), "-p", "/opt/python", str(site)], check=True)


def check(site: Path, target: Target) -> None:
    """Fail the build, not the first customer, when stripping removed too much."""
    libraries = sorted(site.glob(MODEL_LIBRARY))
    if len(libraries) != 1:
        raise LayerBuildError(f"expected one {MODEL_LIBRARY} in the onnxruntime wheel, found {len(libraries)}")
    if target.interpreter is None or not runs_here(target):
        return
    # -I and -S: nothing but the layer and the standard library can satisfy an import.
    command = [target.interpreter, "-I", "-S", "-B", "-c", CHECK, str(site), str(libraries[0])]
    if subprocess.run(command, check=False).returncode != 0:
        raise LayerBuildError("the stripped layer does not import; see above")


def runs_here(target: Target) -> bool:
    return target.native or (sys.platform == "linux" and os.uname().machine == target.machine)


def size_mb(path: Path) -> float:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the runtime layer.")
    parser.add_argument("--requirements", type=Path, required=True)
    parser.add_argument("--site", type=Path, required=True, help="the layer's python/ folder")
    arguments = parser.parse_args()
    try:
        target = Target.from_environment(os.environ)
        install(arguments.requirements, target, arguments.site)
        strip(arguments.site)
        check(arguments.site, target)
        compile_bytecode(arguments.site, target)
    except LayerBuildError as error:
        print(f"runtime layer: {error}", file=sys.stderr)
        return 1
    print(f"runtime layer: Python {target.version} {target.machine}, {size_mb(arguments.site):.1f} MB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
