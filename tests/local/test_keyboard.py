"""Stopping `make demo`: everything is put in order, whoever is impatient, and nobody is told of an error."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn
from unittest.mock import MagicMock

import pytest

from local import __main__ as local
from local.machine import ROOT
from local.scene import Check

COMMAND = """
import sys, time
from local import __main__ as local

def play():
    try:
        print("up", flush=True)
        time.sleep(60)
    finally:
        print("tidying up", flush=True)
        time.sleep(0.5)
        print("in order", flush=True)

local.COMMANDS |= {"demo": play, "journey": play}
sys.exit(local.main(sys.argv[1:]))
"""
PATHS = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
CTRL_C = b"\x03"
CTRL_Z = b"\x1a"


class Terminal:
    """A shell without job control on a terminal of its own, as `make` is started by most people's."""

    def __init__(self, command: str) -> None:
        self.keys, other = pty.openpty()
        self.seen = b""
        # A session's leader gets the terminal that it opens; until then somebody must hold it open.
        opened = f"exec 0<>{os.ttyname(other)} 1>&0 2>&0; trap 'echo shell interrupted' INT; {command}; echo exit $?."
        self.shell = subprocess.Popen(
            ["/bin/sh", "-c", opened], cwd=ROOT, env=PATHS, stdin=other, start_new_session=True
        )
        os.close(other)

    def until(self, mark: str) -> None:
        """Reads on. Raises AssertionError with what there was when it ends without the mark."""
        while mark.encode() not in self.seen:
            try:
                self.seen += os.read(self.keys, 4096)
            except OSError:  # the last of those who could write is gone
                raise AssertionError(self.seen.decode()) from None

    def press(self, key: bytes) -> None:
        os.write(self.keys, key)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Terminal]:
    """`make demo`, with a demo that only waits, in the Makefile's own shell."""
    (tmp_path / "demo.py").write_text(COMMAND, encoding="utf-8")
    (tmp_path / "Makefile").write_text(
        "SHELL := /bin/bash\n.SHELLFLAGS := -euo pipefail -c\n"
        f"demo:\n\t@X=1 {sys.executable} {tmp_path / 'demo.py'} demo\n"
    )
    terminal = Terminal(f"make --no-print-directory -f {tmp_path / 'Makefile'} demo")
    yield terminal
    os.close(terminal.keys)
    terminal.shell.wait()


def test_make_ends_well_when_somebody_stops_the_demo(make: Terminal) -> None:
    make.until("up")
    make.press(CTRL_C)
    make.until("exit 0.")
    assert "Stopping …".encode() in make.seen
    assert b"in order" in make.seen
    assert b"***" not in make.seen


def test_whoever_cannot_wait_does_not_stop_it_half_way(make: Terminal) -> None:
    make.until("up")
    make.press(CTRL_C)
    make.until("tidying up")
    make.press(CTRL_C)
    make.until("exit 0.")
    assert b"in order" in make.seen


def test_a_demo_that_nobody_could_wake_is_not_put_to_sleep(make: Terminal) -> None:
    make.until("up")
    make.press(CTRL_Z)
    make.press(CTRL_C)
    make.until("exit 0.")


def test_everything_is_put_in_order_when_the_terminal_and_everybody_above_are_gone(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    (tmp_path / "demo.py").write_text(COMMAND.replace("sys.exit(", "print('code', ").strip(), encoding="utf-8")
    terminal = Terminal(f"{sys.executable} -u {tmp_path / 'demo.py'} demo > {told} 2>&1; true")
    try:
        with told.open() as lines:
            assert lines.readline() == "up\n"
            os.killpg(terminal.shell.pid, signal.SIGKILL)
            assert lines.read().splitlines()[-2:] == ["in order", "code 0"]
    finally:
        os.close(terminal.keys)
        terminal.shell.wait()


@pytest.mark.parametrize(
    ("command", "stop", "code"),
    [
        ("demo", signal.SIGINT, 0),
        ("demo", signal.SIGTERM, 0),
        ("demo", signal.SIGHUP, 0),
        ("journey", signal.SIGINT, 130),
    ],
)
def test_without_a_terminal_a_demo_ends_well_and_a_check_does_not_pass(
    command: str, stop: signal.Signals, code: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, command], cwd=ROOT, env=PATHS, stdout=subprocess.PIPE, start_new_session=True
    ) as playing:
        assert playing.stdout
        assert playing.stdout.readline() == b"up\n"
        playing.send_signal(stop)
        assert playing.stdout.read().endswith(b"in order\n")
    assert playing.returncode == code


def test_nobody_needs_to_read_that_it_stops() -> None:
    shell = f'exec "{sys.executable}" -c "$0" demo 2>&-'
    with subprocess.Popen(
        ["/bin/sh", "-c", shell, COMMAND], cwd=ROOT, env=PATHS, stdout=subprocess.PIPE, start_new_session=True
    ) as playing:
        assert playing.stdout
        assert playing.stdout.readline() == b"up\n"
        playing.send_signal(signal.SIGTERM)
        assert playing.stdout.read().endswith(b"in order\n")
    assert playing.returncode == 0


def test_under_nohup_a_closed_terminal_stops_nothing() -> None:
    shell = f'trap \'\' HUP; exec "{sys.executable}" -c "$0" demo'
    with subprocess.Popen(
        ["/bin/sh", "-c", shell, COMMAND],
        cwd=ROOT,
        env=PATHS,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as playing:
        assert playing.stdout
        assert playing.stdout.readline() == b"up\n"
        playing.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            playing.wait(0.5)
        playing.send_signal(signal.SIGTERM)
        assert playing.stdout.read().endswith(b"in order\n")
    assert playing.returncode == 0


class Demo:
    """What the demo is made of, without the stack: stories of which one expectation holds and another may not."""

    def __init__(self, *holds: bool) -> None:
        self.holds = holds

    def steps(self) -> list[tuple[str, Callable[[], list[Check]]]]:
        return [("Story", lambda: [Check("story", "somebody", "it holds", "seen", holds) for holds in self.holds])]


@pytest.mark.parametrize(("holds", "code"), [((True, True), 0), ((True, False), 1), ((), 0)])
def test_a_demo_whose_expectations_failed_does_not_end_well(
    holds: tuple[bool, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(local, "running", lambda *_: nullcontext(MagicMock()))
    monkeypatch.setattr(local, "console_port", lambda: 8710)
    monkeypatch.setattr(local, "Journey", lambda *_: Demo(*holds))
    monkeypatch.setattr(local, "_stay", stopped)
    assert local.demo() == code
