"""Reads what was said: a few log-odds from a weight table of character groups, words and concepts.

A text is made plain (`plain_words`), cut into *grams* (groups of one to four characters where it holds Chinese, single
words and pairs of them in Latin script), and every known gram adds its weight. Grams also speak for *concepts*
(secrecy, a fee first, a free gift, ...), and concepts and pairs of them carry weights of their own: they are what still
holds when the wording is new. Words are looked at and forgotten; numbers come out.

Method: two logistic regressions, of grams and of concepts, learnt apart and averaged (a logarithmic opinion pool:
Smith, Cohn and Osborne, 2005), so that neither leans on the other. `models.conversation.train` makes the file.
"""

import json
import re
import zlib
from array import array
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log10, sqrt

from safelight.domain.errors import ModelUnavailableError
from safelight.domain.facts import Conversation
from safelight.features.plain_words import plain

MAGIC = b"SLWORDS1"
MOST = 12.0
"""Log-odds beyond this say nothing more."""
MOST_TEXTS = 40
"""The latest lines of a conversation that are read."""
TYPES = 5

_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?|[A-Z]|[!?~]")
_CJK = re.compile("[\u3400-\u9fff]")
_PIECE = re.compile(r"[^.!?]+[.!?]*")
LEAST_PIECE = 6
"""Characters; what is shorter belongs to the piece before it."""


def pieces(text: str) -> list[str]:
    """A plain text's sentences. A sentence of a few characters stays with the one before."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if found and (len(piece) < LEAST_PIECE or len(found[-1]) < LEAST_PIECE):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def bag(text: str) -> set[str]:
    """The grams of all pieces of a plain text: what the model learns from. None reaches over a sentence's end."""
    found: set[str] = set()
    return found.union(*map(grams, pieces(text)))


def grams(text: str) -> set[str]:
    """The grams of a text that is already plain. Words are marked by a leading space: they never meet characters."""
    found: set[str] = set()
    last = ""
    for word in _WORDS.findall(text):
        marked = f" {word}"
        found.add(marked)
        found.add(last + marked)
        last = marked
    if _CJK.search(text):
        found.update(text)
        length = len(text)
        for size in (2, 3, 4):
            found.update([text[at : at + size] for at in range(length - size + 1)])
    return found


class Reader:
    """The loaded weights. Reading is pure: the same texts give the same numbers, on every machine."""

    def __init__(self, header: Mapping[str, object], names: list[str], weights: "array[int]") -> None:
        count = len(names)
        traditional, simplified = _pair(header["fold"])
        self._fold = dict(zip(map(ord, traditional), simplified, strict=True))
        self._at = dict(zip(names, range(count), strict=True))
        self._scale = _floats(header["scale"])
        self._bias = _floats(header["bias"])
        typed = self._typed = _count(header["typed"])
        self._weights = [weights[:count]]
        self._weights += [weights[count + typed * head : count + typed * (head + 1)] for head in range(TYPES)]
        self._concept_names = [str(name) for name in _rows(header["concept_names"])]
        self._concepts: dict[str, tuple[int, ...]] = _concepts(header["concepts"])
        self._concept_weights = [_floats(row) for row in _rows(header["concept_weights"])]
        self._pairs = {(int(a), int(b)): (w, *_floats(rest)) for a, b, w, *rest in _rows(header["pairs"])}

    def read(self, texts: Sequence[str]) -> Conversation | None:
        """What the lines say, oldest first. None when there is nothing to read in them."""
        lines = [line for text in texts[-MOST_TEXTS:] if (line := plain(text, self._fold))]
        if not any(mark.isalnum() for line in lines for mark in line):
            return None
        bags = [grams(piece) for line in lines for piece in pieces(line)]
        known, active = [self._known(found) for found in bags], [self._active(found) for found in bags]
        size = len(bags[0]) if len(bags) == 1 else len(set().union(*bags))
        whole, *types = self._log_odds(set().union(*known), set().union(*active), size, 1 + TYPES)
        peak = whole
        if len(bags) > 1:
            peak = max([self._log_odds(*read, 1)[0] for read in zip(known, active, map(len, bags), strict=True)])
        length = log10(sum(map(len, lines)))
        return Conversation(scam=(whole + peak) / 2, peak=peak, types=tuple(types), length=length)

    def plain(self, text: str) -> str:
        """The text as it is read: for people who check what is masked."""
        return plain(text, self._fold)

    def _known(self, found: set[str]) -> set[int]:
        """Places of the grams that have a weight."""
        return {at for at in map(self._at.get, found) if at is not None}

    def _active(self, found: set[str]) -> set[int]:
        return {concept for gram in self._concepts.keys() & found for concept in self._concepts[gram]}

    def _log_odds(self, known: set[int], active: set[int], size: int, heads: int) -> list[float]:
        """Of `size` grams: that they are a scam's, then each type's, in the order of ScamType. Shape (heads,)."""
        met = sorted(active)
        pairs = [found for found in map(self._pairs.get, combinations(met, 2)) if found]
        norm = sqrt(size + 1.0)
        places = list(known)
        out = []
        for head in range(heads):
            if head == 1:
                places = [at for at in known if at < self._typed]
            weights, concepts = self._weights[head], self._concept_weights[head]
            total = self._scale[head] * sum([weights[at] for at in places]) / norm + self._bias[head]
            total += sum([concepts[concept] for concept in met]) + sum([pair[head] for pair in pairs])
            out.append(max(-MOST, min(MOST, total)))
        return out

    def because(self, text: str, most: int = 8) -> list[tuple[str, float]]:
        """The concepts and grams that moved the first head furthest, with their share of its log-odds."""
        every = bag(plain(text, self._fold))
        known = self._at.keys() & every
        norm = sqrt(len(every) + 1.0)
        shares = {gram: self._scale[0] * self._weights[0][self._at[gram]] / norm for gram in known}
        active = {concept for gram in self._concepts.keys() & every for concept in self._concepts[gram]}
        shares |= {f"<{self._concept_names[concept]}>": self._concept_weights[0][concept] for concept in active}
        return sorted(shares.items(), key=lambda share: (-abs(share[1]), share[0]))[:most]


def load(data: bytes) -> Reader:
    """The reader of a weights file. Raises ModelUnavailableError (`unreadable`) for anything but a whole one."""
    if not data.startswith(MAGIC):
        raise ModelUnavailableError("unreadable")
    try:
        body = zlib.decompress(data[len(MAGIC) :])
        size = int.from_bytes(body[:4], "little")
        header = json.loads(body[4 : 4 + size])
        end = 4 + size + int(header["names_bytes"])
        names = body[4 + size : end].decode().split("\n")
        weights = array("b", body[end:])
        if len(weights) != len(names) + TYPES * _count(header["typed"]):
            raise ModelUnavailableError("unreadable")
        return Reader(header, names, weights)
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelUnavailableError("unreadable") from error


def _count(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a count")
    return value


def _pair(value: object) -> tuple[str, str]:
    one, other = map(str, _rows(value))
    return one, other


def _rows(value: object) -> list[list[float]]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _floats(value: object) -> tuple[float, ...]:
    return tuple([float(number) for number in value]) if isinstance(value, list) else ()


def _concepts(value: object) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, dict):
        raise TypeError("concepts")
    return {str(gram): tuple(ids) for gram, ids in value.items()}
