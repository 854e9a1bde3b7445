"""`python -m models score-text`: one line in, one probability out."""

import argparse
import os
import sys
from collections.abc import Iterator
from math import exp
from pathlib import Path
from typing import BinaryIO, TextIO

from safelight.adapters.words_model import WORDS
from safelight.domain.assessment import ScamType
from safelight.domain.errors import ModelUnavailableError
from safelight.features import words_reader
from safelight.features.words_reader import Reader

ENCODINGS = ("utf-8", "cp950", "gb18030")
"""Tried in turn for every line; what none of them reads is taken as UTF-8 with holes."""
SHIPPED = Path(__file__).resolve().parents[1] / "registry" / "current"
"""`artifact.CURRENT`, without what is imported beside that."""
NOTHING_TO_READ = 0.0
"""The score of a line without words: nothing was said, so nothing of a scam."""


def score(source: BinaryIO, sink: TextIO, reader: Reader, *, types: bool = False, explain: bool = False) -> int:
    """Writes one line a line of `source`: the probability that its words are a scam's; gives the number of lines.

    With `types`, the five types' probabilities follow, tab-separated in the order of ScamType; with `explain`, then the
    concepts and grams that moved it most. Any bytes are taken.
    """
    count = 0
    for count, line in enumerate(_lines(source), 1):  # noqa: B007 - the last count is the answer
        said = reader.read((line,))
        cells = [NOTHING_TO_READ] if said is None else [_probability(said.scam)]
        if types:
            cells += [NOTHING_TO_READ] * len(ScamType) if said is None else [_probability(t) for t in said.types]
        text = "\t".join([f"{cell:.9f}" for cell in cells])
        if explain:
            shares = reader.because(line) if said else []
            text += "\t" + (" ".join([f"{name.strip()}:{share:+.2f}" for name, share in shares]) or "nothing to read")
        sink.write(text + "\n")
    return count


def loaded(path: Path | None) -> tuple[bytes, Reader]:
    """The bytes of a weights file, or of the one in a directory, and what they read. None: the shipped one.

    Raises OSError, or ValueError naming what is none.
    """
    path = path or SHIPPED
    data = (path / WORDS if path.is_dir() else path).read_bytes()
    try:
        return data, words_reader.load(data)
    except ModelUnavailableError as error:
        raise ValueError(f"{path} is no text model, or a damaged one") from error


def main(options: argparse.Namespace) -> int:
    """Standard input to standard output, in UTF-8 whatever the terminal says; 0. Raises as `loaded`."""
    if sys.stdin is None:
        raise ValueError("nothing to read: standard input is closed")
    _, reader = loaded(options.model)
    try:
        with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as sink:
            score(sys.stdin.buffer, sink, reader, types=options.types, explain=options.explain)
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


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
