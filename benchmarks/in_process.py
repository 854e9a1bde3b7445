"""Functions in this process: started afresh out of their folder, with the variables that they would have."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from local.machine import ROOT
from safelight.adapters.kept_connections import KeptConnections

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
Handlers = Callable[[str], Handler]


@contextmanager
def variables(settings: Mapping[str, str]) -> Iterator[None]:
    """The environment as a function finds it; as it was, afterwards."""
    before = dict(os.environ)
    os.environ.update({"AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_REGION": "us-east-1", **settings})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def functions(settings: Mapping[str, str]) -> Iterator[Handlers]:
    """Handlers by the name of their folder, each started when first asked for. What they connected ends with the
    block, as it would with their process."""
    with variables(settings):
        handlers = cache(lambda name: started(ROOT / "functions" / name))
        try:
            yield handlers
        finally:
            for kept in gc.get_objects():
                if isinstance(kept, KeptConnections):
                    kept.close()


def started(folder: Path) -> Handler:
    """The function of a folder, started afresh."""
    file = folder / "app.py"
    spec = importlib.util.spec_from_file_location(f"benchmarked_{folder.name}_{len(sys.modules)}", file)
    if spec is None or spec.loader is None:
        raise ImportError(str(file))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler
