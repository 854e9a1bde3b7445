"""Trains the text model: a linear model of grams and one of concepts and their pairs, for each head; then averages."""

import hashlib
import json
import re
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import opencc
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.conversation.corpus import Text, generate
from models.conversation.grammar import families
from safelight.domain.assessment import ScamType
from safelight.features.plain_words import plain
from safelight.features.words_reader import MAGIC, TYPES, Reader, bag, load

Doubles = npt.NDArray[np.float64]
CORPUS_SEED = 20_260_301


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Chosen on parts of the grammar held out as pseudo-sources, never on public data."""

    least_texts: int = 3
    grams: int = 50_000
    """How many grams stay, the weightiest ones."""
    typed_grams: int = 8_000
    """How many of them tell the type of scam too."""
    c: float = 1.0
    """Inverse strength of L2 regularisation of the grams' model, and `concept_c` of the concepts'."""
    concept_c: float = 0.3
    pair_scale: float = 0.5
    """Strength of pairs beside single concepts."""
    least_pair_roots: int = 8
    """A pair of concepts counts when it meets in so many grammar lines."""
    concept_share: float = 1 / 3
    """Of the concepts' model in the average with the grams' model."""


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
    read = [bag(plain(text.words, table)) for text in texts]
    names, idf = _names(read, [text.root for text in texts], settings)
    concepts, gram_concepts = _concepts(table)
    x, columns = _matrix(read, names, gram_concepts, len(concepts))
    pairs = _pairs(columns, [text.root for text in texts], settings)
    of_grams = sparse.csr_matrix(x @ sparse.diags(idf))
    of_concepts = _with_pairs(columns, pairs, settings)
    scam = np.array([text.scam for text in texts])
    kinds = np.array([text.type for text in texts])
    weight = _weights(texts)
    tellable = np.flatnonzero((kinds != "") | ~scam)
    questions = [(np.arange(len(texts)), scam), *((tellable, kinds == kind.value) for kind in ScamType)]
    gram_heads, concept_heads = [], []
    with threadpool_limits(1):
        for rows, truth in questions:
            y, w = truth[rows], weight[rows]
            gram_heads.append(_fit(of_grams[rows], y, w, settings.c) * (1 - settings.concept_share))
            concept_heads.append(_fit(of_concepts[rows], y, w, settings.concept_c) * settings.concept_share)
    often = np.sqrt(np.diff(x.tocsc().indptr))
    weights = np.array([head[:-1] * idf for head in gram_heads])
    names, weights, typed = _pruned(names, weights, often, settings)
    concept_weights = np.array(concept_heads)[:, :-1]
    concept_weights[:, len(concepts) :] *= settings.pair_scale
    bias = np.array([a[-1] + b[-1] for a, b in zip(gram_heads, concept_heads, strict=True)])
    return WordsModel(data=_pack(fold, names, weights, typed, bias, concepts, gram_concepts, pairs, concept_weights))


def _fold() -> dict[str, str]:
    """Traditional characters to Simplified ones, one to one, as OpenCC has them."""
    convert = opencc.OpenCC("t2s").convert
    found = {}
    for point in range(0x3400, 0xA000):
        other = convert(chr(point))
        if len(other) == 1 and other != chr(point):
            found[chr(point)] = other
    return found


def _names(read: Sequence[set[str]], roots: Sequence[str], settings: Settings) -> tuple[list[str], Doubles]:
    """All grams of enough texts, and their inverse document frequency; a grammar line counts as one document."""
    users: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for found, root in zip(read, roots, strict=True):
        counts.update(found)
        for gram in found:
            users[gram].add(root)
    names = sorted(gram for gram, count in counts.items() if count >= settings.least_texts and "\n" not in gram)
    documents = len(set(roots))
    return names, np.array([np.log((1 + documents) / (1 + len(users[name]))) + 1 for name in names])


def _pruned(
    names: Sequence[str], weights: Doubles, often: Doubles, settings: Settings
) -> tuple[list[str], Doubles, int]:
    """The weightiest grams, those that tell types first; how many do. `weights` (heads, grams), `often` (grams,)."""
    telling = np.abs(weights) * often
    kept = np.argsort(-telling[0], kind="stable")[: settings.grams]
    by_type = np.argsort(-telling[1:, kept].max(axis=0), kind="stable")
    order = kept[by_type]
    return [names[at] for at in order], weights[:, order], min(settings.typed_grams, len(order))


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
    """A concept's word as the gram that speaks for it; masks stand as themselves."""
    if word.isascii():
        cut = [part if len(part) == 1 and part.isupper() else part.lower() for part in re.findall(r"[A-Za-z']+", word)]
        if not 1 <= len(cut) <= 2:
            raise ValueError(f"concept word of more than two words: {word}")
        return "".join(f" {part}" for part in cut)
    text = plain(word, fold)
    if len(text) > 4 or any(mark.isupper() for mark in text):
        raise ValueError(f"concept word of more than four characters, or masked: {word}")
    return text


def _matrix(
    read: Sequence[set[str]], names: Sequence[str], gram_concepts: Mapping[str, list[int]], concepts: int
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Grams (N, names), rows divided by the root of all grams' number; concepts (N, concepts), 0 or 1."""
    at = {name: number for number, name in enumerate(names)}
    indices, starts, values = array("i"), array("q", [0]), array("d")
    found_concepts, concept_starts = array("i"), array("q", [0])
    for found in read:
        known = sorted(at[gram] for gram in at.keys() & found)
        indices.extend(known)
        values.extend([1 / np.sqrt(len(found) + 1.0)] * len(known))
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


def _with_pairs(columns: sparse.csr_matrix, pairs: Sequence[tuple[int, int]], settings: Settings) -> sparse.csr_matrix:
    dense = columns.tocsc()
    met = [dense[:, a].multiply(dense[:, b]) * settings.pair_scale for a, b in pairs]
    return sparse.csr_matrix(sparse.hstack([columns, *met]))


def _weights(texts: Sequence[Text]) -> Doubles:
    """Scams and ordinary texts weigh the same in all; within a side, so does every root."""
    sides = Counter(text.scam for text in texts)
    return np.array([len(texts) / (2 * sides[text.scam]) for text in texts])


def _fit(x: sparse.csr_matrix, y: npt.NDArray[np.bool_], weight: Doubles, c: float) -> Doubles:
    """Weights and, last, the bias."""
    model = LogisticRegression(C=c, max_iter=300, tol=1e-3)
    model.fit(x, y, sample_weight=weight)
    return np.concatenate([model.coef_[0], model.intercept_])


def _pack(
    fold: Mapping[str, str],
    names: Sequence[str],
    weights: Doubles,
    typed: int,
    bias: Doubles,
    concepts: Sequence[str],
    gram_concepts: Mapping[str, list[int]],
    pairs: Sequence[tuple[int, int]],
    concept_weights: Doubles,
) -> bytes:
    """MAGIC, then zlib of: 4 bytes of header length, header (JSON), grams by newline, 8-bit weights head by head.

    The first head weighs all grams, the types' heads the first `typed` ones. Rows of `weights` are heads.
    """
    if len(weights) != 1 + TYPES:
        raise ValueError("one head a scam type, and one for all")
    steps = [float(f"{np.abs(weights[0]).max() / 127:.6g}")]
    steps += [float(f"{np.abs(head[:typed]).max() / 127:.6g}") for head in weights[1:]]
    bits = b"".join(
        np.round(head[: typed if number else None] / step).clip(-127, 127).astype(np.int8).tobytes()
        for number, (head, step) in enumerate(zip(weights, steps, strict=True))
    )
    used = set("".join([*names, *gram_concepts]))
    kept = {one: other for one, other in fold.items() if other in used}
    text = "\n".join(names).encode()
    width = len(concepts)
    header = {
        "fold": ["".join(kept), "".join(kept.values())],
        "scale": steps,
        "bias": [round(float(b), 4) for b in bias],
        "typed": typed,
        "concept_names": list(concepts),
        "concepts": gram_concepts,
        "concept_weights": [[round(float(w), 3) for w in head[:width]] for head in concept_weights],
        "pairs": [
            [*pair, *(round(float(w), 3) for w in concept_weights[:, width + at])] for at, pair in enumerate(pairs)
        ],
        "names_bytes": len(text),
    }
    head_json = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    body = len(head_json).to_bytes(4, "little") + head_json + text + bits
    return MAGIC + zlib.compress(body, 9)
