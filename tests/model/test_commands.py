"""`python -m models`: each command pays for what it uses, and help and a slip of the pen for nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.__main__ import main
from models.evaluate.baselines import TRIALS
from models.evaluate.learning import SCAM_YEARS

HEAVY = {"lightgbm", "matplotlib", "numpy", "onnx", "onnxruntime", "pandas", "scipy", "sklearn", "xgboost", "yaml"}
SHOW = """
import sys
from models.__main__ import main
try:
    code = main(sys.argv[1:])
except SystemExit as left:
    code = left.code
print(code, *(HEAVY & sys.modules.keys()), sep="\\n", file=sys.stderr)
""".replace("HEAVY", repr(HEAVY))
COMMANDS = ("train", "simulate", "datasheet", "evaluate", "replay", "fit-score", "score-text")


def ran(*arguments: str) -> tuple[int, set[str]]:
    """(exit code, heavy modules that were imported) of the command in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *arguments],
        input="晚上吃火鍋\n".encode(),
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    lines = done.stderr.decode().splitlines()
    start = max(at for at, line in enumerate(lines) if line.isdigit())
    return int(lines[start]), set(lines[start + 1 :])


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_waits_for_no_library(command: tuple[str, ...]) -> None:
    assert ran(*command, "--help") == (0, set())


@pytest.mark.parametrize(("option", "default"), [("--scam-years", SCAM_YEARS), ("--trials", TRIALS)])
def test_help_names_the_default_that_the_command_has_of_its_own(
    option: str, default: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written there by hand: help does not wait for the libraries of the modules that hold the constants."""
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    about = " ".join(capsys.readouterr().out.split()).rpartition(f" {option} ")[2].partition(" --")[0]
    assert about.endswith(f"({default:g})")


@pytest.mark.parametrize(
    "mistake", [("teach",), ("fit-score",), ("train", "--years", "0"), ("simulate", "--out", "x.npz", "--mix", "x")]
)
def test_a_slip_of_the_pen_waits_for_no_library(mistake: tuple[str, ...]) -> None:
    assert ran(*mistake) == (2, set())


@pytest.mark.parametrize(
    ("command", "code", "uses"),
    [
        (("score-text",), 0, set()),
        (("simulate", "--out", "book.csv"), 1, {"numpy"}),
        (
            ("fit-score", "--train", "none.csv", "--test", "none.csv", "--target", "y", "--out", "out.csv"),
            1,
            {"lightgbm", "numpy", "pandas", "scipy", "sklearn"},
        ),
    ],
)
def test_a_command_imports_what_it_uses(
    command: tuple[str, ...], code: int, uses: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ran(*command) == (code, uses)
