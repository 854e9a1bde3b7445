"""What the local stack needs from the machine: folders, a free port, and an environment nothing leaks into."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Everything the local stack writes: ignored by git, removed by `make clean`.
STATE = ROOT / ".local"
LOOPBACK = "127.0.0.1"
REGION = "us-east-1"
# The emulator knows one account, whose id and key are both this.
ROOT_CREDENTIAL = "test"

# A deployer's own AWS settings must never reach the emulated stack; a proxy must not see loopback.
_LEAKING_PREFIXES = ("AWS_", "SAM_", "PYTHON", "SAFELIGHT_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


class LocalStackError(Exception):
    """The local stack cannot go on; the message says what to do."""


def clean_environment(environ: Mapping[str, str], **settings: str) -> dict[str, str]:
    """``environ`` without AWS, SAM, Python and proxy settings, with fake credentials and ``settings`` on top."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(_LEAKING_PREFIXES) and name.lower() not in _PROXIES
    }
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": ROOT_CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": ROOT_CREDENTIAL,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **settings,
    }


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free_port(port: int) -> None:
    """Raise LocalStackError when something listens there already: its answers would pass for ours."""
    with socket.socket() as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise LocalStackError(f"Port {port} is taken. Stop what listens on it, or choose another port.")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep ``folder`` to this process. Raises LocalStackError when another one, alive, keeps it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalStackError(
                f"The local stack “{folder.name}” runs already in this checkout. Stop it first."
            ) from None
        yield


def environment_python(name: str) -> Path:
    """The interpreter of one of make's environments, such as ``.venv-emulator``."""
    python = ROOT / name / "bin" / "python"
    if not python.exists():
        raise LocalStackError(f"{name} is missing. Run `make setup` first.")
    return python


def tail(log: Path, lines: int = 40) -> str:
    """The end of a log for an error message."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"


def python_minor() -> str:
    """This interpreter's minor version as ``3.N``: make gives every environment the same one."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
