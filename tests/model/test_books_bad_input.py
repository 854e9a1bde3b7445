"""Books that are none, are damaged or are not those meant; places where none can be written; sizes no life can fill."""

import math
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.__main__ import main
from models.export import artifact
from models.simulate import table
from models.simulate.book import BookPlan
from models.simulate.table import BookError, Table, simulate
from safelight.adapters.words_model import WORDS

PLAN = BookPlan(requests_a_year=300, years=1.0, seed=5)
OPTIONS = ["--requests-a-year", "300", "--years", "1", "--seed", "5", "--processes", "1", "--quiet"]


@pytest.fixture(scope="module")
def made(words: bytes) -> Table:
    return simulate(PLAN, words=words, processes=1, progress=False)


@pytest.fixture
def book(made: Table, tmp_path: Path) -> Path:
    made.save(tmp_path / "book.npz")
    return tmp_path / "book.npz"


def arrays(path: Path, **changed: Any) -> None:
    with np.load(path) as stored:
        columns = {name: stored[name] for name in stored.files} | changed
    np.savez(path, **{name: column for name, column in columns.items() if column is not None})


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)


_FILE = BytesIO()
np.save(_FILE, np.zeros(3))
ARRAY = _FILE.getvalue()
DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:3_000]), "is no book, or a damaged one"),
    "empty": (lambda path: path.write_bytes(b""), "is no book, or a damaged one"),
    "text": (lambda path: path.write_bytes(b"hello"), "is no book, or a damaged one"),
    "one byte": (flipped, "is no book, or a damaged one"),
    "an array": (lambda path: path.write_bytes(ARRAY), "is no book, or a damaged one"),
    "a column gone": (lambda path: arrays(path, x=None), "is no book, or a damaged one"),
    "objects": (lambda path: arrays(path, x=np.array([{}], dtype=object)), "is no book, or a damaged one"),
    "a column cut": (lambda path: arrays(path, amount=np.zeros(3)), "its columns do not fit together"),
    "no days": (lambda path: arrays(path, day=np.full(len(Table.load(path)), np.nan)), "do not fit together"),
    "out of order": (lambda path: arrays(path, day=-Table.load(path).day), "do not fit together"),
    "another contract": (lambda path: arrays(path, x=Table.load(path).x[:, 1:]), "made by another version"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_no_whole_book_is_refused_by_its_name(book: Path, damage: str) -> None:
    harm, said = DAMAGE[damage]
    harm(book)
    with pytest.raises(BookError, match=said) as refused:
        Table.load(book)
    assert str(book) in str(refused.value)


@pytest.mark.parametrize("what", ["train", "datasheet", "evaluate"])
@pytest.mark.parametrize("options", [["--requests-a-year", "400", "--years", "3"], ["--requests-a-year", "9000"]])
def test_a_book_of_other_options_is_refused(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, options: list[str]
) -> None:
    """Its windows, and the manifest of a model made from it, would be of a book that nobody made."""
    out = ["--registry" if what == "train" else "--out", str(tmp_path / "out")]
    words = ["--words", str(artifact.CURRENT / WORDS)]
    assert main([what, "--book", str(book), *out, *words, *OPTIONS, *options]) == 1
    assert "holds 3" in (said := capsys.readouterr().err)
    assert "give the options it was made with" in said
    assert not (tmp_path / "out").exists()


def test_a_book_fits_the_plan_that_made_it(made: Table, dense: Table, fresh: Table) -> None:
    assert made.may_be_of(PLAN)
    assert not made.may_be_of(replace(PLAN, years=2.0))
    assert not made.may_be_of(replace(PLAN, requests_a_year=1_000))


@pytest.mark.parametrize("name", ["book.csv", "book", "nowhere/book.npz"])
def test_where_no_book_can_be_written_is_said_before_one_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(table, "simulate", None)
    assert main(["simulate", "--out", str(tmp_path / name), *OPTIONS]) == 1
    assert str(tmp_path / name) in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_an_interrupted_save_leaves_the_book_from_before(
    book: Path, made: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = book.read_bytes()

    def half(path: Path, **_columns: Any) -> None:
        Path(path).write_bytes(b"PK")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", half)
    with pytest.raises(KeyboardInterrupt):
        made.save(book)
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == ["book.npz"]


@pytest.mark.parametrize("out", ["", "nowhere/sheet.md"])
def test_where_no_sheet_can_be_written_is_said_before_a_book_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.setattr(table, "simulate", None)
    assert main(["datasheet", "--out", str(tmp_path / out), *OPTIONS]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scam_rate": 0.9}, "scam_rate"),
        ({"scam_rate": math.nan}, "scam_rate"),
        ({"years": 1e9}, "years"),
        ({"years": math.nan}, "years"),
        ({"requests_a_year": 100, "years": 0.001}, "none at all"),
    ],
)
def test_a_plan_that_no_lives_can_fill_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(PLAN, **change)


@pytest.mark.parametrize("what", ["simulate", "datasheet"])
def test_a_file_that_is_no_text_model_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"SLWORDS1 and no more")
    assert main([what, "--words", str(other), "--out", str(tmp_path / "book.npz"), *OPTIONS]) == 1
    assert f"{other} is no text model" in capsys.readouterr().err
