"""The environment of what the local stack starts, and when it builds again."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.build import SOURCES, fingerprint
from local.machine import clean_environment, tail


@pytest.mark.parametrize(
    "name", ["AWS_PROFILE", "AWS_SESSION_TOKEN", "SAM_CLI_POLL_DELAY", "PYTHONPATH", "HTTPS_PROXY", "http_proxy"]
)
def test_nothing_of_the_developers_reaches_the_stack(name: str) -> None:
    assert name not in clean_environment({name: "leak", "PATH": "/bin"})


def test_credentials_are_made_up_whatever_the_developer_has() -> None:
    environment = clean_environment({"AWS_ACCESS_KEY_ID": "real", "AWS_CONFIG_FILE": "real", "PATH": "/bin"})
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_CONFIG_FILE"]) == ("test", "/dev/null")
    assert environment["PATH"] == "/bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (
        "template.yaml",
        "functions/f/app.py",
        "layers/core/safelight/a.py",
        "models/registry/current/model.onnx",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("source", ["template.yaml", "functions/f/app.py", "models/registry/current/model.onnx"])
def test_changed_source_is_built_again(project: Path, source: str) -> None:
    before = fingerprint(project)
    (project / source).write_text("changed")
    assert fingerprint(project) != before


def test_added_and_removed_sources_are_built_again(project: Path) -> None:
    before = fingerprint(project)
    added = project / "layers" / "core" / "safelight" / "b.py"
    added.write_text("")
    assert fingerprint(project) != before
    added.unlink()
    assert fingerprint(project) == before


def test_what_no_build_reads_is_not_built_again(project: Path) -> None:
    before = fingerprint(project)
    cached = project / "functions" / "f" / "__pycache__" / "app.pyc"
    cached.parent.mkdir()
    cached.write_text("")
    (project / "README.md").write_text("")
    assert fingerprint(project) == before
    assert "README.md" not in SOURCES


def test_error_shows_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "sam.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))
    assert tail(log, 2) == "line 98\nline 99"
    assert tail(tmp_path / "none.log") == "(the log is empty)"
