"""`python -m models score-text`: one line in, one probability out."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from math import exp
from pathlib import Path
from typing import BinaryIO, TextIO
from unicodedata import category

from safelight.adapters import words_model
from safelight.adapters.model_files import MANIFEST, manifest_of
from safelight.adapters.words_model import WORDS
from safelight.domain.assessment import ScamType
from safelight.domain.errors import ModelUnavailableError
from safelight.domain.facts import Conversation
from safelight.features import words_reader
from safelight.features.words_reader import Reader

ENCODINGS = ("utf-8", "cp950", "gb18030")
"""Tried in turn for every line; what none of them reads is taken as UTF-8 with holes."""
SHIPPED = Path(__file__).resolve().parents[1] / "registry" / "current"
"""`artifact.CURRENT`, without what is imported beside that."""
NO_WORDS = 0.0
"""The score of a line of marks alone, such as ":)": it was read, and nothing in it is a scam's."""
BLANK = "nan"
"""In every column of a line that holds nothing: it was never scored. Not an empty line, which most readers of tables
skip, so that all later scores would move up."""


def score(
    source: BinaryIO, sink: TextIO, reader: Reader, *, types: bool = False, explain: bool = False, header: bool = False
) -> int:
    """Writes one line a line of `source`: the probability that its words are a scam's; gives the number of lines read.

    With `types`, the five types' probabilities follow, tab-separated in the order of ScamType; with `explain`, then the
    concepts and grams that moved it most. With `header`, the columns' names come first. Any bytes are taken.
    """
    if header:
        names = ["score", *(kind.value for kind in ScamType if types), *(["why"] if explain else [])]
        sink.write("\t".join(names) + "\n")
    width = 1 + (len(ScamType) if types else 0)
    count = 0
    for count, line in enumerate(_lines(source), 1):  # noqa: B007 - the last count is the answer
        said = reader.read((line,))
        cells = _cells(said, width) if _holds_something(line) else [BLANK] * width
        if explain:
            shares = reader.because(line) if said else []
            cells.append(" ".join([f"{name.strip()}:{share:+.2f}" for name, share in shares]) or "nothing to read")
        sink.write("\t".join(cells) + "\n")
    return count


def _cells(said: Conversation | None, width: int) -> list[str]:
    """The probability that it is a scam's, then the types', `width` in all."""
    found = [NO_WORDS] * width if said is None else map(_probability, (said.scam, *said.types)[:width])
    return [f"{probability:.9f}" for probability in found]


def loaded(path: Path | None) -> tuple[bytes, Reader]:
    """The bytes of a weights file, or of the one in a directory, and what they read.

    None is the shipped file, which must be the one that its manifest pins, as where it serves; a file of one's own has
    no pin. Raises OSError, or ValueError naming what is none.
    """
    if path is None:
        return _shipped()
    data = (path / WORDS if path.is_dir() else path).read_bytes()
    try:
        return data, words_reader.load(data)
    except ModelUnavailableError as error:
        raise ValueError(f"{path} is no text model, or a damaged one") from error


def _shipped() -> tuple[bytes, Reader]:
    file = SHIPPED / WORDS
    try:
        pinned = json.loads(manifest_of(SHIPPED))["words"]["sha256"]
        return file.read_bytes(), words_model.load(SHIPPED, pinned)
    except (ModelUnavailableError, ValueError, TypeError, KeyError) as error:
        why = error.cause if isinstance(error, ModelUnavailableError) else "no pin"
        raise ValueError(f"{file} is not the file that {MANIFEST} beside it pins: {why}") from error


def main(options: argparse.Namespace) -> int:
    """Standard input to standard output, in UTF-8 whatever the terminal says; 0. Raises as `loaded`."""
    if sys.stdin is None:
        raise ValueError("nothing to read: standard input is closed")
    _, reader = loaded(options.model)
    shown = {"types": options.types, "explain": options.explain, "header": options.header}
    try:
        with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as sink:
            score(sys.stdin.buffer, sink, reader, **shown)
    except BrokenPipeError:  # whoever read our lines has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it ends
    return 0


def _lines(source: BinaryIO) -> Iterator[str]:
    for raw in source:
        yield _decoded(raw.rstrip(b"\r\n"))


def _decoded(raw: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


def _holds_something(line: str) -> bool:
    """Anything but spaces and format characters, such as a byte order mark, which nobody sees."""
    return any(not mark.isspace() and category(mark) != "Cf" for mark in line)


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
