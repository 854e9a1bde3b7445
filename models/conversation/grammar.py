"""A dialogue grammar in plain text files: parts of lines, each line a pattern that stands for many sentences.

    @part name side=scam type=romance speaker=victim lang=zh
    我(真的|)想借<money>[去|]匯給<her>
    @words her
    她 | 他 | 網友

`(a|b)` is one of, `[a]` perhaps, `<name>` one of the file's or the shared word families, or a slot of `slots.py`.
A line of a part is a *root*: sentences of one root are one another's kin, which is what the trainer holds out and
counts by. Lines beginning with # are notes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from models.conversation.slots import SLOTS

FOLDER = Path(__file__).resolve().parent / "grammar"

Say = Callable[[Random], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One voice: whose words, in which language, on which side. `type` is a ScamType's value or "" for none."""

    name: str
    file: str
    side: str
    type: str
    speaker: str
    lang: str
    join: str
    """How lines of this part may follow one another: "" never, "few" a few, "many" many."""
    roots: tuple[Say, ...]


class GrammarError(ValueError):
    """A pattern that cannot be read; the message names file and line."""


def load(files: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts of these grammar files, in order. Word families of `words.txt` are known to all."""
    shared = _families(_lines("words.txt"))
    parts: list[Part] = []
    for name in files:
        lines = _lines(name)
        known = {**shared, **_families(lines)}
        parts += _parts(name, lines, known)
    return tuple(parts)


def families(file: str) -> dict[str, tuple[str, ...]]:
    """The word families of a file as written: concepts use them too."""
    return {name: tuple(words) for name, words in _families(_lines(file)).items()}


def _lines(file: str) -> list[str]:
    text = (FOLDER / file).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _families(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        if line.startswith("@"):
            kind, *rest = line.split()
            current = found.setdefault(rest[0], []) if kind == "@words" else None
        elif current is not None:
            current += [word.strip() for word in _split(line) if word.strip()]
    return found


def _split(line: str) -> list[str]:
    """At every | that stands outside brackets."""
    words, depth, start = [], 0, 0
    for at, mark in enumerate(line):
        depth += (mark in "([") - (mark in ")]")
        if mark == "|" and depth == 0:
            words.append(line[start:at])
            start = at + 1
    return [*words, line[start:]]


def _parts(file: str, lines: list[str], known: Mapping[str, list[str]]) -> list[Part]:
    compiled: dict[str, Say] = {}
    parts: list[Part] = []
    header: dict[str, str] = {}
    roots: list[Say] = []

    def close() -> None:
        if header:
            parts.append(
                Part(
                    name=header["name"],
                    file=file,
                    side=header["side"],
                    type=header.get("type", ""),
                    speaker=header.get("speaker", "anyone"),
                    lang=header.get("lang", "zh"),
                    join=header.get("join", ""),
                    roots=tuple(roots),
                )
            )

    reading = False
    for number, line in enumerate(lines, 1):
        if line.startswith("@"):
            close()
            kind, name, *rest = line.split()
            header, roots, reading = {}, [], kind == "@part"
            if reading:
                header = {"name": name, **dict(pair.split("=", 1) for pair in rest)}
        elif reading:
            try:
                roots.append(compile_pattern(line, known, compiled))
            except (GrammarError, RecursionError) as error:
                raise GrammarError(f"{file}, line {number} of those that count: {error}") from error
    close()
    return parts


def compile_pattern(pattern: str, known: Mapping[str, list[str]], compiled: dict[str, Say]) -> Say:
    """A pattern as a function of a random stream. `compiled` keeps families already done. Raises GrammarError."""
    say, end = _alternatives(pattern, 0, known, compiled)
    if end != len(pattern):
        raise GrammarError(f"stray {pattern[end]!r} in {pattern!r}")
    return say


def _alternatives(pattern: str, at: int, known: Mapping[str, list[str]], compiled: dict[str, Say]) -> tuple[Say, int]:
    options: list[Say] = []
    pieces: list[str | Say] = []
    start = at
    while at < len(pattern) and pattern[at] not in ")]":
        mark = pattern[at]
        if mark in "([<|":
            if start < at:
                pieces.append(pattern[start:at])
            if mark == "|":
                options.append(_sequence(pieces))
                pieces = []
                at += 1
            elif mark == "<":
                end = pattern.find(">", at)
                if end < 0:
                    raise GrammarError(f"open < in {pattern!r}")
                pieces.append(_family(pattern[at + 1 : end], known, compiled))
                at = end + 1
            else:
                inner, end = _alternatives(pattern, at + 1, known, compiled)
                if end >= len(pattern) or pattern[end] != {"(": ")", "[": "]"}[mark]:
                    raise GrammarError(f"open {mark} in {pattern!r}")
                pieces.append(inner if mark == "(" else _one_of([inner, lambda _: ""]))
                at = end + 1
            start = at
        else:
            at += 1
    if start < at:
        pieces.append(pattern[start:at])
    options.append(_sequence(pieces))
    return _one_of(options), at


def _family(name: str, known: Mapping[str, list[str]], compiled: dict[str, Say]) -> Say:
    if name in SLOTS:
        return SLOTS[name]
    if name not in compiled:
        if name not in known:
            raise GrammarError(f"<{name}> is not known")
        members: list[Say] = []
        compiled[name] = _one_of(members)
        members += [compile_pattern(word, known, compiled) for word in known[name]]
    return compiled[name]


def _sequence(pieces: list[str | Say]) -> Say:
    fixed = tuple(pieces)
    if all(isinstance(piece, str) for piece in fixed):
        text = "".join(str(piece) for piece in fixed)
        return lambda _: text
    if len(fixed) == 1 and not isinstance(fixed[0], str):
        return fixed[0]
    return lambda rng: "".join([piece if isinstance(piece, str) else piece(rng) for piece in fixed])


def _one_of(options: list[Say]) -> Say:
    if len(options) == 1:
        return options[0]
    return lambda rng: options[int(rng.random() * len(options))](rng)
