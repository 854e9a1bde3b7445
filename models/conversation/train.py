"""Trains the text model: grams that several grammar lines share, concepts, pairs of concepts, one linear model a head."""

import hashlib
import json
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import opencc
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models.conversation.corpus import Text, generate
from models.conversation.grammar import families
from safelight.domain.assessment import ScamType
from safelight.features.plain_words import plain
from safelight.features.words_reader import MAGIC, TYPES, Reader, grams, load

Doubles = npt.NDArray[np.float64]
CORPUS_SEED = 20_260_301


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Chosen on parts of the grammar held out as pseudo-sources, never on public data."""

    least_roots: int = 2
    """A gram counts only when so many grammar lines use it: what one line alone says is that line's wording."""
    grams: int = 24_000
    gram_scale: float = 1.0
    """Strength of grams beside concepts: columns are multiplied by it before the common regularisation."""
    idf: float = 0.5
    """Power of the inverse document frequency by roots that a gram's column is multiplied by."""
    concept_scale: float = 0.5
    pair_scale: float = 0.25
    least_pair_roots: int = 8
    c: float = 3.0
    """Inverse strength of L2 regularisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsModel:
    """Everything the reader needs, as bytes; `names` and `concepts` for people."""

    data: bytes = field(repr=False)

    def write(self, path: Path) -> str:
        """Writes the file, gives its sha256 in lower-case hex."""
        path.write_bytes(self.data)
        return hashlib.sha256(self.data).hexdigest()

    def reader(self) -> Reader:
        return load(self.data)


def train(seed: int, settings: Settings | None = None, texts: Sequence[Text] | None = None) -> WordsModel:
    """The text model from a corpus of `seed` (or from `texts`). The same seed gives the same bytes; one thread."""
    settings = settings or Settings()
    texts = generate(CORPUS_SEED + seed) if texts is None else texts
    fold = _fold()
    table = str.maketrans(fold)
    read = [grams(plain(text.words, table)) for text in texts]
    roots = [text.root for text in texts]
    names = _names(read, roots, settings)
    concepts, gram_concepts = _concepts(table)
    x, columns = _matrix(read, names, gram_concepts, len(concepts))
    pairs = _pairs(columns, roots, settings)
    idf = _idf(read, roots, names) ** settings.idf
    design = _design(x, columns, pairs, len(concepts), idf, settings)
    weight = _weights(texts)
    scam = np.array([text.scam for text in texts])
    with threadpool_limits(1):
        heads = [_fit(design, scam, weight, settings)]
        typed = np.array([bool(text.type) for text in texts])
        kinds = np.array([text.type for text in texts])
        for kind in ScamType:
            of_kind = kinds == kind.value
            rows = np.flatnonzero(typed | ~scam)
            heads.append(_fit(design[rows], of_kind[rows], weight[rows], settings))
    return WordsModel(data=_pack(heads, fold, names, concepts, gram_concepts, pairs, idf, settings))


def _fold() -> dict[str, str]:
    """Traditional characters to Simplified ones, one to one, as OpenCC has them."""
    convert = opencc.OpenCC("t2s").convert
    found = {}
    for point in range(0x3400, 0xA000):
        other = convert(chr(point))
        if len(other) == 1 and other != chr(point):
            found[chr(point)] = other
    return found


def _names(read: Sequence[set[str]], roots: Sequence[str], settings: Settings) -> list[str]:
    """The grams worth a weight: shared by enough roots, the most shared first."""
    users: dict[str, set[str]] = defaultdict(set)
    for found, root in zip(read, roots, strict=True):
        for gram in found:
            users[gram].add(root)
    kept = [(gram, len(by)) for gram, by in users.items() if len(by) >= settings.least_roots and "\n" not in gram]
    kept.sort(key=lambda one: (-one[1], one[0]))
    return sorted(gram for gram, _ in kept[: settings.grams])


def _idf(read: Sequence[set[str]], roots: Sequence[str], names: Sequence[str]) -> Doubles:
    by_root: dict[str, set[str]] = defaultdict(set)
    for found, root in zip(read, roots, strict=True):
        by_root[root] |= found
    counts = Counter(gram for found in by_root.values() for gram in found)
    return np.array([np.log((1 + len(by_root)) / (1 + counts[name])) + 1 for name in names])


def _concepts(fold: Mapping[int, str]) -> tuple[list[str], dict[str, list[int]]]:
    found = families("concepts.txt")
    by_gram: dict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(found.values()):
        for word in words:
            gram = _as_gram(word, fold)
            if number not in by_gram[gram]:
                by_gram[gram].append(number)
    return list(found), dict(sorted(by_gram.items()))


def _as_gram(word: str, fold: Mapping[int, str]) -> str:
    text = word if word.isupper() and len(word) == 1 else plain(word, fold)
    if text.isascii():
        words = max(grams(text), key=lambda gram: (gram.count(" "), len(gram)))
        if words.strip().replace(" ", "") != "".join(mark for mark in text if mark.isalnum() or mark == "'"):
            raise ValueError(f"concept word of more than two words: {word}")
        return words
    if len(text) > 4:
        raise ValueError(f"concept word of more than four characters: {word}")
    return text


def _matrix(
    read: Sequence[set[str]], names: Sequence[str], gram_concepts: Mapping[str, list[int]], concepts: int
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Grams (N, names), rows divided by the root of their number; concepts (N, concepts), 0 or 1."""
    at = {name: number for number, name in enumerate(names)}
    indices, starts, values = array("i"), array("q", [0]), array("d")
    found_concepts, concept_starts = array("i"), array("q", [0])
    for found in read:
        known = sorted(at[gram] for gram in at.keys() & found)
        indices.extend(known)
        values.extend([1 / np.sqrt(len(known) + 1.0)] * len(known))
        starts.append(len(indices))
        found_concepts.extend(sorted({c for gram in gram_concepts.keys() & found for c in gram_concepts[gram]}))
        concept_starts.append(len(found_concepts))
    x = sparse.csr_matrix((values, indices, starts), shape=(len(read), len(names)))
    ones = np.ones(len(found_concepts))
    return x, sparse.csr_matrix((ones, found_concepts, concept_starts), shape=(len(read), concepts))


def _pairs(columns: sparse.csr_matrix, roots: Sequence[str], settings: Settings) -> list[tuple[int, int]]:
    """Pairs of concepts that meet in enough roots."""
    number = {root: at for at, root in enumerate(dict.fromkeys(roots))}
    of_root = sparse.csr_matrix(
        (np.ones(len(roots)), (np.array([number[root] for root in roots]), np.arange(len(roots))))
    )
    seen = ((of_root @ columns) >= 3).astype(np.float64)
    meet = (seen.T @ seen).tocoo()
    return sorted(
        (int(a), int(b))
        for a, b, n in zip(meet.row, meet.col, meet.data, strict=True)
        if a < b and n >= settings.least_pair_roots
    )


def _design(
    x: sparse.csr_matrix,
    columns: sparse.csr_matrix,
    pairs: Sequence[tuple[int, int]],
    concepts: int,
    idf: Doubles,
    settings: Settings,
) -> sparse.csr_matrix:
    dense = columns.tocsc()
    met = [dense[:, a].multiply(dense[:, b]) for a, b in pairs]
    parts = [x @ sparse.diags(idf * settings.gram_scale), columns * settings.concept_scale]
    if met:
        parts.append(sparse.hstack(met) * settings.pair_scale)
    return sparse.csr_matrix(sparse.hstack(parts))


def _weights(texts: Sequence[Text]) -> Doubles:
    """Scams and ordinary texts weigh the same in all; within a side, so does every root."""
    sides = Counter(text.scam for text in texts)
    return np.array([len(texts) / (2 * sides[text.scam]) for text in texts])


def _fit(x: sparse.csr_matrix, y: npt.NDArray[np.bool_], weight: Doubles, settings: Settings) -> Doubles:
    model = LogisticRegression(C=settings.c, max_iter=400, tol=1e-4)
    model.fit(x, y, sample_weight=weight)
    return np.concatenate([model.coef_[0], model.intercept_])


def _pack(
    heads: Sequence[Doubles],
    fold: Mapping[str, str],
    names: Sequence[str],
    concepts: Sequence[str],
    gram_concepts: Mapping[str, list[int]],
    pairs: Sequence[tuple[int, int]],
    idf: Doubles,
    settings: Settings,
) -> bytes:
    """MAGIC, then zlib of: 4 bytes of header length, header (JSON), grams by newline, 8-bit weights head by head."""
    count, width = len(names), len(concepts)
    weights = bytearray()
    scale, bias, concept_weights = [], [], []
    pair_weights = np.zeros((len(pairs), len(heads)))
    for number, head in enumerate(heads):
        of_grams = head[:count] * idf * settings.gram_scale
        step = float(np.abs(of_grams).max()) / 127 or 1.0
        scale.append(float(f"{step:.8g}"))
        weights += np.round(of_grams / step).astype(np.int8).tobytes()
        concept_weights.append([round(float(w) * settings.concept_scale, 4) for w in head[count : count + width]])
        pair_weights[:, number] = head[count + width : -1] * settings.pair_scale
        bias.append(round(float(head[-1]), 4))
    used = set("".join([*names, *gram_concepts]))
    kept = {one: other for one, other in fold.items() if other in used}
    text = "\n".join(names).encode()
    header = {
        "fold": ["".join(kept), "".join(kept.values())],
        "scale": scale,
        "bias": bias,
        "concept_names": list(concepts),
        "concepts": gram_concepts,
        "concept_weights": concept_weights,
        "pairs": [[a, b, *(round(float(w), 3) for w in row)] for (a, b), row in zip(pairs, pair_weights, strict=True)],
        "names_bytes": len(text),
        "types": [kind.value for kind in ScamType],
    }
    if len(heads) != 1 + TYPES:
        raise ValueError("one head a scam type, and one for all")
    head_json = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    body = len(head_json).to_bytes(4, "little") + head_json + text + bytes(weights)
    return MAGIC + zlib.compress(body, 9)
