"""Gap: every worker unpacks every layer again: most of a cold start, and gigabytes in a test run.

A layer is unpacked once; workers get hard links to its files. /opt is read-only on AWS, so nobody writes to them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

_LAYER = "layer_"


class _LayerZip(zipfile.ZipFile):
    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if path is None or self.filename is None or not Path(path).name.startswith(_LAYER):
            super().extractall(path, members, pwd)
            return
        kept = Path(tempfile.gettempdir()) / "layers" / sha256(Path(self.filename).read_bytes()).hexdigest()
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=kept.parent))
            super().extractall(fresh)
            try:
                fresh.rename(kept)
            except OSError:  # another worker was first
                shutil.rmtree(fresh)
        shutil.copytree(kept, path, copy_function=os.link, dirs_exist_ok=True)


def apply() -> None:
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=_LayerZip,
        BadZipFile=zipfile.BadZipFile,
        LargeFileError=zipfile.LargeZipFile,  # the name it catches; the standard library has no such
    )
