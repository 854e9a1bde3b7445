"""What a reader needs to judge seconds by; nothing that tells whose machine it is. Standard library only."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def machine(libraries: Iterable[str] = ()) -> dict[str, Any]:
    """`load` is the mean over the last minute, others' work included. Libraries that are not there are left out."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **({"versions": found} if (found := dict(_versions(libraries))) else {}),
    }


def _versions(libraries: Iterable[str]) -> Iterable[tuple[str, str]]:
    for library in libraries:
        try:
            yield library, version(library)
        except PackageNotFoundError:  # xgboost goes by one of two names
            continue


def _cpu_model() -> str:
    told = Path("/proc/cpuinfo")
    for line in told.read_text().splitlines() if told.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
