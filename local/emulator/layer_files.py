"""Gap: a layer's files are not at /opt, where AWS mounts them.

The emulator unpacks layers into folders of its own and only puts their Python code on the path. A function that is told
``MODEL_DIR=/opt/model`` finds nothing. So a worker rewrites each environment value under /opt to the layer that has
that file, before the function's code is imported.
"""

from __future__ import annotations

from ministack.core import lambda_runtime

# The worker's own script; the line comes after the layers are on the path and before the handler's module is imported.
_MARKER = "    _ms_install_invoke_depth()\n"
_RESOLVE_OPT = """\
    for _key, _value in list(os.environ.items()):
        if _value.startswith("/opt/"):
            for _layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
                if os.path.exists(_layer + _value[len("/opt"):]):
                    os.environ[_key] = _layer + _value[len("/opt"):]
"""


def apply() -> None:
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_MARKER) != 1:
        raise RuntimeError(
            "the emulator's Python worker changed: local/emulator/layer_files.py no longer knows where to hook in"
        )
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_MARKER, _RESOLVE_OPT + _MARKER)
