"""`score-text`: a line of figures for every line that comes in, whatever it holds, by the file that is pinned."""

import io
import json
import os
import subprocess
import sys
from math import isnan
from pathlib import Path

import pandas as pd
import pytest

from models.__main__ import main
from models.conversation.score import SHIPPED, score
from models.export import artifact
from models.train import alert_policy
from safelight.adapters.model_files import MANIFEST
from safelight.adapters.words_model import WORDS
from safelight.domain.assessment import ScamType
from safelight.features import words_reader
from safelight.features.words_reader import Reader

SMALL = ("--requests-a-year", "300", "--years", "1", "--processes", "1", "--quiet")


@pytest.fixture(scope="module")
def reader(words: bytes) -> Reader:
    return words_reader.load(words)


def lines_out(reader: Reader, data: bytes, **options: bool) -> list[str]:
    sink = io.StringIO()
    score(io.BytesIO(data), sink, reader, **options)
    return sink.getvalue().splitlines()


def test_one_line_in_one_probability_out(reader: Reader):
    out = lines_out(reader, "檢察官說要把錢轉到監管帳戶\n晚上吃火鍋\n".encode())
    assert len(out) == 2
    assert float(out[0]) > 0.5 > float(out[1])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"\x00\xff\xfe\x80\n\xed\xa0\x80\n",
        bytes(range(256)) * 4,
        "檢察官說要匯款".encode("cp950") + b"\n" + "检察官说要汇款".encode("gb18030"),
        b"x" * 300_000 + b"\r\n",
        "😀😀\u202e\n".encode(),
    ],
)
def test_any_bytes_give_a_line_a_line_and_a_probability_unless_it_is_blank(reader: Reader, data: bytes):
    lines = data.split(b"\n")[: data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))]
    out = lines_out(reader, data)
    assert len(out) == len(lines)
    for line, said in zip(lines, out, strict=True):
        assert 0.0 <= float(said) <= 1.0 if line.strip() else isnan(float(said))


def test_a_blank_line_was_never_scored_and_keeps_its_place_where_tables_are_read(reader: Reader):
    out = lines_out(reader, "\n檢察官說要轉到監管帳戶\n \t\r\n晚上吃火鍋\n\n:)\n".encode(), types=True)
    read = pd.read_csv(io.StringIO("\n".join(out)), sep="\t", header=None)
    assert read.isna().all(axis=1).tolist() == [True, False, True, False, True, False]
    assert read[0][1] > 0.5 > read[0][3] > read[0][5] == 0.0


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b\u200d", " \u2060\t\u202e"])
def test_a_line_of_characters_that_nobody_sees_is_blank(reader: Reader, unseen: str):
    alone, beside, bare = lines_out(reader, f"{unseen}\n{unseen}:)\n:)\n".encode())
    assert isnan(float(alone))
    assert beside == bare != alone


def test_columns_are_named_when_asked(reader: Reader):
    line = "檢察官說要轉到監管帳戶\n".encode()
    names, values = lines_out(reader, line, types=True, explain=True, header=True)
    assert names.split("\t") == ["score", *(kind.value for kind in ScamType), "why"]
    assert lines_out(reader, line, types=True, explain=True) == [values]
    assert lines_out(reader, b"", header=True) == ["score"]


def test_another_encoding_reads_alike(reader: Reader):
    line = "檢察官說我的帳戶被監管"
    assert lines_out(reader, line.encode("cp950")) == lines_out(reader, line.encode())


def test_types_and_explanation_follow_the_score(reader: Reader):
    line = "檢察官說我的帳戶被監管0912345678\n\n".encode()
    told, silent = lines_out(reader, line, types=True, explain=True)
    assert len(told.split("\t")) == len(silent.split("\t")) == 2 + len(ScamType)
    assert "authority" in told
    assert "0912345678" not in told
    assert silent.endswith("nothing to read")


def command(*options: str, data: bytes = b"", more: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "models", "score-text", *options],
        input=data,
        capture_output=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)} | (more or {}),
    )


@pytest.fixture
def folder(tmp_path: Path, words: bytes) -> Path:
    """One of the user's own, with a text model and no manifest."""
    (tmp_path / WORDS).write_bytes(words)
    return tmp_path


def test_command_reads_stdin_and_writes_stdout(folder: Path):
    lines = "檢察官說要轉到監管帳戶\n\n晚上吃火鍋".encode()
    done = command("--model", str(folder), data=lines)
    assert done.returncode == 0
    scam, silent, chat = map(float, done.stdout.decode().split("\n")[:-1])
    assert scam > chat > 0
    assert isnan(silent)
    assert command(data=lines).stdout == done.stdout


def test_command_says_in_its_help_what_a_blank_line_gives(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["score-text", "--help"])
    assert "blank line was never scored and gives nan" in " ".join(capsys.readouterr().out.split())


def test_command_without_a_model_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["score-text", "--model", str(tmp_path)]) == 1
    assert WORDS in capsys.readouterr().err


def test_command_names_a_file_that_is_no_text_model(folder: Path):
    (folder / WORDS).write_bytes(b"SLWORDS1 and no more")
    done = command("--model", str(folder))
    assert done.returncode == 1
    assert done.stderr.decode() == f"models: {folder} is no text model, or a damaged one\n"


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ({"words": {"sha256": "0" * 64}}, "hash_mismatch"),
        ({}, "no pin"),
        ({"words": None}, "no pin"),
        ([], "no pin"),
        (None, "missing"),
    ],
)
@pytest.mark.parametrize(
    "what",
    [
        ["score-text"],
        ["simulate", "--out", "book.npz", *SMALL],
        ["replay", "--policy", str(alert_policy.POLICY), "--quiet"],
    ],
)
def test_what_ships_is_refused_unless_its_manifest_pins_it(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: list[str],
    manifest: object,
    why: str,
):
    """A whole text model all the same, which only the pin can tell from ours."""
    monkeypatch.setattr("models.conversation.score.SHIPPED", folder)
    monkeypatch.chdir(folder)
    if manifest is not None:
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert main(what) == 1
    assert f"{WORDS} is not the file that {MANIFEST} beside it pins: {why}" in capsys.readouterr().err


def test_command_writes_utf_8_whatever_the_terminal_says(folder: Path):
    line = "檢察官說要轉到監管帳戶".encode()
    done = command("--model", str(folder), "--explain", data=line, more={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert any(mark > "\u4e00" for mark in done.stdout.decode())


def test_command_ends_quietly_when_nobody_reads_on(folder: Path):
    lines = folder / "lines"
    lines.write_text("匯款\n" * 20_000)
    shell = f"{sys.executable} -m models score-text --model {folder} < {lines} | head -n 1"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, check=False, env=os.environ | {"PYTHONPATH": ":".join(sys.path)}
    )
    assert len(done.stdout.split()) == 1
    assert done.stderr == b""


def test_the_shipped_file_is_the_one_that_training_writes():
    assert SHIPPED == artifact.CURRENT
