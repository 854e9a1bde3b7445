"""`python -m models evaluate`: measures, and writes reports/evaluation.json and .html."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.evaluate.bars import bars, elsewhere
from models.evaluate.baselines import TRIALS
from models.evaluate.learning import SCAM_YEARS
from models.evaluate.machine import machine
from models.evaluate.metrics import plain
from models.evaluate.page import page
from models.evaluate.study import Study, measure
from models.simulate.book import BookPlan
from models.simulate.table import Table

REPORTS = Path(__file__).resolve().parents[2] / "reports"
_LIBRARIES = ("numpy", "scikit-learn", "lightgbm", "xgboost", "xgboost-cpu", "imbalanced-learn", "matplotlib")


def run(plan: BookPlan, words: bytes, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measures and writes. `words` is the shipped text model.

    Raises ValueError when a book is too small or too short, or none is asked for.
    """
    trials = TRIALS if options.trials is None else options.trials
    scam_years = SCAM_YEARS if options.scam_years is None else options.scam_years
    if options.books < 1 or trials < 1 or not scam_years > 0:
        raise ValueError("--books, --trials and --scam-years must be above 0")
    out = options.out or REPORTS
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; --out takes a folder")
    if options.book:
        Table.load(options.book, plan)  # says now what would otherwise be kept as this plan's book
    study = Study(
        plan=plan,
        words=words,
        seed=seed,
        books=options.books,
        first=options.book,
        keep=options.keep,
        scam_years=scam_years,
        trials=trials,
        processes=options.processes,
        progress=not options.quiet,
    )
    document = finished(measure(study))
    write(document, out)
    for bar in document["bars"]:
        value = "not measured" if bar["value"] is None else f"{bar['value']:.3f}"
        print(
            f"{'✓' if bar['met'] else '✗'} {value} ({'≤' if bar['at_most'] else '≥'} {bar['bar']:g}"
            f"{', interval on both sides' if bar['straddled'] else ''}) {bar['name']}"
        )
    return document


def finished(measured: Mapping[str, Any]) -> dict[str, Any]:
    """The whole document, bars in front: plain values, rounded."""
    document: dict[str, Any] = plain(dict(measured))
    return {
        "synthetic": True,
        "bars": [plain(bar.as_json()) for bar in bars(document)],
        "elsewhere": {name: [plain(bar.as_json()) for bar in found] for name, found in elsewhere().items()},
        **document,
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": machine(_LIBRARIES),
    }


def write(document: Mapping[str, Any], folder: Path) -> None:
    """Both files; the page is made from the document alone."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "evaluation.json").write_text(text + "\n", encoding="utf-8")
    (folder / "evaluation.html").write_text(page(document), encoding="utf-8")
