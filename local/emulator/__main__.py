"""Start the emulator: ``.venv-emulator/bin/python -m local.emulator``, set by ministack's environment variables."""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib.metadata import version

# The release whose private functions the patches replace; also pinned in requirements/emulator.in.
SUPPORTED_RELEASE = "1.5.33"

_OWNED = "--until-stdin-closes"


def _end_with_owner() -> None:
    """Stop when the process that started us is gone, however it ended: it holds the other end of our stdin."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    installed = version("ministack")
    if installed != SUPPORTED_RELEASE:
        sys.exit(
            f"The emulator's patches are written for ministack {SUPPORTED_RELEASE}, but {installed} is installed. "
            "Run `make setup` for the locked one, or port local/emulator/ and raise SUPPORTED_RELEASE."
        )
    # After the check: importing the patches already reaches into private names.
    from ministack import app

    from local.emulator import (
        code_deploy,
        drain,
        error_types,
        http_api,
        layer_cache,
        layer_files,
        schedule_groups,
        secret_reference,
        stream_mappings,
        table_settings,
        transform_parameters,
    )

    for gap in (
        code_deploy,
        drain,
        error_types,
        http_api,
        layer_cache,
        layer_files,
        schedule_groups,
        secret_reference,
        stream_mappings,
        table_settings,
        transform_parameters,
    ):
        gap.apply()
    if _OWNED in sys.argv:
        sys.argv.remove(_OWNED)  # the emulator parses the rest
        threading.Thread(target=_end_with_owner, daemon=True).start()
    app.main()


if __name__ == "__main__":
    main()
