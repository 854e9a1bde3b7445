"""The runtime layer, unzipped, as it is built for AWS and for this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.progress import say
from local.build import built_template
from local.machine import ROOT

LAYER = ROOT / "layers" / "runtime"
AWS_RUNTIME, AWS_ARCHITECTURE = "python3.13", "x86_64"


def for_this_machine() -> float:
    """MB (10⁶ bytes) of the local build."""
    with built_template() as template:
        return size_mb(template.parent / "RuntimeLayer")


def for_aws() -> float | None:
    """MB of the layer for AWS, None when its wheels cannot be had: no network, or an index without them."""
    say(f"runtime layer for {AWS_RUNTIME} on {AWS_ARCHITECTURE}: fetching wheels")
    with TemporaryDirectory(prefix="safelight-layer-") as made:
        site = Path(made) / "python"
        command = [sys.executable, "build_layer.py", "--requirements", "requirements.txt", "--site", str(site)]
        settings = {"SAFELIGHT_RUNTIME": AWS_RUNTIME, "SAFELIGHT_ARCHITECTURE": AWS_ARCHITECTURE}
        done = subprocess.run(command, cwd=LAYER, env=os.environ | settings, check=False, capture_output=True)
        return size_mb(Path(made)) if done.returncode == 0 else None


def size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
