"""The emulator's process: it ends when asked or orphaned, and refuses a release it was not written for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.emulator_process import Emulator
from local.machine import ROOT, LocalStackError, environment_python

pytestmark = pytest.mark.stack


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_emulator_answers_while_in_use_and_is_gone_afterwards(tmp_path: Path) -> None:
    with Emulator(tmp_path) as emulator:
        assert emulator.client("sts").get_caller_identity()["Account"] == "000000000000"
        assert answers(emulator.port)
    assert not answers(emulator.port)
    assert not (tmp_path / "tmp").exists()


def test_emulator_ends_when_its_owner_is_killed(tmp_path: Path, eventually: Callable[..., None]) -> None:
    owner_code = (
        "import sys, time; from pathlib import Path; from local.emulator_process import Emulator\n"
        "emulator = Emulator(Path(sys.argv[1])); emulator.start(); print(emulator.port, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", owner_code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout
    with owner.stdout:
        port = int(owner.stdout.readline())
    assert answers(port)
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    eventually(lambda: not answers(port))


def test_emulator_never_shares_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        emulator = Emulator(tmp_path, port=taken.getsockname()[1])
        with pytest.raises(LocalStackError, match="is taken"):
            emulator.start()


def test_another_release_is_refused() -> None:
    code = "import local.emulator.__main__ as launcher; launcher.SUPPORTED_RELEASE = '0.0.0'; launcher.main()"
    done = subprocess.run(
        [environment_python(".venv-emulator"), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "written for ministack 0.0.0" in done.stderr
