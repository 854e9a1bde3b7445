"""`python -m models.conversation --data FOLDER` measures the text expert on public sources it never saw."""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.conversation import figures, reference
from models.conversation.corpus import Text, generate
from models.conversation.sources import SOURCES, Source
from models.conversation.train import CORPUS_SEED, train
from safelight.features.words_reader import Reader

OURS = "text_expert"
SEED = 0
LOOKS = "see models/conversation/README.md"


def main(arguments: list[str] | None = None) -> int:
    """0 when measured, whatever the bars say; 1 when a file is not there."""
    parser = argparse.ArgumentParser(prog="python -m models.conversation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public texts")
    parser.add_argument("--out", type=Path, default=Path("reports/public_text.json"))
    parser.add_argument("--only", nargs="*", choices=list(SOURCES), help="these alone")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    try:
        sources = [SOURCES[name](options.data) for name in options.only or SOURCES]
    except FileNotFoundError as error:
        print(f"text benchmark: {error}", file=sys.stderr)
        return 1
    report = measure(sources, options.seed)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for name, result in report["sources"].items():
        for method, found in result["methods"].items():
            print(f"{name} {method}: AUC {found['auc']:.3f}, recall at 1 % {found['recall_at_1_percent']:.3f}")
    return 0


def measure(
    sources: Sequence[Source], seed: int = SEED, texts: Sequence[Text] | None = None, draws: int = figures.DRAWS
) -> dict[str, Any]:
    """Both figures of our expert and of the references on every source, with bootstrap intervals; for a JSON report.

    All learn from the same `texts`, the shipped corpus unless given.
    """
    texts = generate(CORPUS_SEED + seed) if texts is None else texts
    started = time.perf_counter()
    model = train(seed, texts=texts)
    seconds = {OURS: round(time.perf_counter() - started, 1)}
    reader = model.reader()
    words = [line for source in sources for line in source.words]
    found = {OURS: scored(reader, words)}
    for name, options in references(reader).items():
        started = time.perf_counter()
        found[name] = reference.scores(texts, words, **options)
        seconds[name] = round(time.perf_counter() - started, 1)
    start, results = 0, {}
    for source in sources:
        rows = slice(start, start + len(source.words))
        results[source.name] = _judged(source, {name: score[rows] for name, score in found.items()}, draws)
        start = rows.stop
    return {
        "seed": seed,
        "texts": len(texts),
        "scam_texts": sum(text.scam for text in texts),
        "bytes": len(model.data),
        "seconds": seconds,
        "looks": LOOKS,
        "sources": results,
    }


def references(reader: Reader) -> dict[str, dict[str, Any]]:
    """The usual method in the forms somebody would try: text as it came or made plain, with words or without."""
    return {
        "tfidf_char": {"c": 1.0, "words": False},
        "tfidf_char_word": {"c": 1.0, "words": True},
        "tfidf_char_word_c10": {"c": 10.0, "words": True},
        "tfidf_plain_char_word": {"c": 1.0, "words": True, "prepare": reader.plain},
    }


def scored(reader: Reader, words: Sequence[str]) -> figures.Doubles:
    """Log-odds of each text, shape (N,); the lowest where there is nothing to read."""
    read = [reader.read((line,)) for line in words]
    return np.array([-np.inf if said is None else said.scam for said in read])


def _judged(source: Source, scores: Mapping[str, figures.Doubles], draws: int) -> dict[str, Any]:
    """The bar of each figure is the best of the references on this very source: in their favour."""
    methods: dict[str, dict[str, Any]] = {
        name: {
            "auc": figures.auc(source.truth, np.maximum(score, -1e6)),
            "recall_at_1_percent": figures.recall_at(source.truth, score),
            "interval": figures.interval(source.truth, np.maximum(score, -1e6), draws=draws),
        }
        for name, score in scores.items()
    }
    ours = methods[OURS]
    others = [name for name in methods if name != OURS]
    bars = {}
    for figure in ("auc", "recall_at_1_percent"):
        _, best = max((methods[name][figure], name) for name in others)
        one, other = (np.maximum(scores[name], -1e6) for name in (OURS, best))
        gain = figures.interval(source.truth, one, other, draws=draws)[figure]
        bars[figure] = {
            "bar": methods[best][figure],
            "of": best,
            "ours": ours[figure],
            "met": ours[figure] > methods[best][figure],
            "gain_interval": gain,
        }
    return {"texts": len(source.words), "scams": int(source.truth.sum()), "methods": methods, "bars": bars}


if __name__ == "__main__":
    raise SystemExit(main())
