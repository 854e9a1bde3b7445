"""The whole way from a book to a registered model: train, judge, export, write the card."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.evaluate.card import card
from models.evaluate.giveaways import giveaways
from models.evaluate.metrics import Report, judge
from models.evaluate.pictures import calibration
from models.evaluate.shipped import book as book_settings
from models.export import artifact
from models.simulate.book import BookPlan
from models.simulate.table import Table
from models.train.fitting import Ensemble, train
from models.train.usual import usual
from models.train.windows import Split
from safelight.adapters.words_model import WORDS
from safelight.features.contract import FEATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What one run made. `ensemble` is what the graph holds; the rest is for people."""

    version: str
    ensemble: Ensemble
    report: Report


def make(plan: BookPlan, book: Table, words: bytes, seed: int, registry: Path) -> Made:
    """Writes model, words.bin, manifest.json, CARD.md and calibration.svg to `registry`/current, experts beside it.

    `words` is the text model that read the book. Raises ValueError when the book holds too few scams to train or to set
    thresholds; then nothing is written.
    """
    split = Split.of(plan)
    ensemble = train(book, split, seed)
    test = split.test.of(book)
    experts = ensemble.expert_log_odds(test.x)
    report = judge(test, ensemble.stacker.probability(experts), experts, ensemble.thresholds)
    windows = {
        name: {**window.dates(plan.start), "requests": len(part), "scams": int(part.truth.sum())}
        for name, window in (("train", split.train), ("validation", split.validation), ("test", split.test))
        for part in (window.of(book),)
    }
    for name, window in (("train", split.train), ("validation", split.validation)):
        windows[name]["scams_known"] = int(window.of(book).label_at(window.labels_at).sum())
    telling = giveaways(book)
    telling.check()
    about: dict[str, Any] = {
        "book": book_settings(plan, seed),
        "windows": windows,
        "metrics": report.as_json(),
        "best_single_columns": {t.column: round(t.average_precision, 4) for t in telling.columns[:5]},
    }
    current = registry / artifact.CURRENT.name
    trained = split.train.of(book)
    about["words"] = {"sha256": hashlib.sha256(words).hexdigest(), "bytes": len(words)}
    about["usual"] = usual(trained.x[~trained.label_at(split.train.labels_at)], [f.name for f in FEATURES])
    version = artifact.write(ensemble, about, current, registry / artifact.EXPERTS.name)
    (current / WORDS).write_bytes(words)
    (current / "CARD.md").write_text(card(version, plan, windows, report, telling), encoding="utf-8")
    drawn = calibration(
        [asdict(part) for part in report.calibration], ensemble.thresholds.red, "synthetic test window."
    )
    (current / "calibration.svg").write_text(drawn.svg, encoding="utf-8")
    return Made(version=version, ensemble=ensemble, report=report)
