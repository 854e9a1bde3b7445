"""What a second start says while a first one runs, and how to have both."""

from __future__ import annotations

import socket
from contextlib import nullcontext
from pathlib import Path

import pytest

from local.__main__ import CONSOLE_PORT, console_port
from local.machine import LocalStackError, alone, free_port
from local.stack import LocalStack


@pytest.fixture
def taken() -> socket.socket:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


def test_taken_console_port_is_said_with_the_way_to_another(
    taken: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("SAFELIGHT_CONSOLE_PORT", str(port))
        with pytest.raises(LocalStackError, match=rf"Port {port} is taken.*SAFELIGHT_CONSOLE_PORT=8711 make demo"):
            console_port()


def test_console_port_is_the_chosen_one(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("SAFELIGHT_CONSOLE_PORT", str(port))
    assert console_port() == port
    monkeypatch.setattr("local.__main__.require_free_port", lambda port: None)
    monkeypatch.delenv("SAFELIGHT_CONSOLE_PORT")
    assert console_port() == CONSOLE_PORT


@pytest.mark.parametrize("chosen", ["x", "0", "-1", "65536", "8710.0"])
def test_what_is_no_port_is_refused(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFELIGHT_CONSOLE_PORT", chosen)
    with pytest.raises(LocalStackError, match="not a port"):
        console_port()


def test_running_stack_is_not_started_twice_and_keeps_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.stack.STATE", tmp_path)
    monkeypatch.setattr("local.stack.Issuer", nullcontext)
    folder = tmp_path / "stacks" / "demo"
    with alone(folder):
        folder.mkdir()
        with pytest.raises(LocalStackError, match="runs already"), LocalStack("demo"):
            pass
        assert folder.exists()


def test_stack_that_ended_does_not_stand_in_the_next_ones_way(tmp_path: Path) -> None:
    began = 0
    for _ in range(2):
        with alone(tmp_path / "demo"):
            began += 1
    assert began == 2
