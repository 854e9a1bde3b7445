"""`python -m models.public_benchmark --data FOLDER` measures the learner on public folds; writes a JSON report."""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from models.public_benchmark import figures, sources
from models.public_benchmark.references import REFERENCES
from models.public_benchmark.sources import Fold
from models.simulate.table import Doubles
from models.train.rare_event import RareEventClassifier
from models.train.rare_event_leaks import LeakWarning, suspects

LEARNER = "rare_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Folds of one table and the bars of issue B. `beats` names figures to be at least the references'."""

    name: str
    folds: Callable[[Path, tuple[int, ...]], Iterator[Fold]]
    count: Callable[[int], int]
    """Folds for a number of seeds, for the progress bar."""
    bars: dict[str, float]
    beats: dict[str, tuple[str, ...]]


PROTOCOLS = (
    Protocol(
        name="mammography",
        folds=sources.mammography,
        count=lambda seeds: seeds,
        bars={"average_precision": 0.760},
        beats={},
    ),
    Protocol(
        name="fraud_oracle",
        folds=sources.fraud_oracle,
        count=lambda seeds: 5 * seeds,
        bars={"auc": 0.835, "average_precision": 0.245},
        beats={},
    ),
    Protocol(
        name="coil",
        folds=sources.coil,
        count=lambda seeds: 5 * seeds,
        bars={},
        beats={"top_fifth_share": ("lightgbm_defaults", "logistic_regression")},
    ),
    Protocol(
        name="handbook",
        folds=lambda folder, seeds: sources.handbook(folder, thinned=False, seeds=seeds),
        count=lambda _seeds: 4,
        bars={"average_precision": 0.700, "cp_at_100": 0.309, "auc": 0.878},
        beats={},
    ),
    Protocol(
        name="handbook_thinned",
        folds=lambda folder, seeds: sources.handbook(folder, thinned=True, seeds=seeds),
        count=lambda seeds: 4 * seeds,
        bars={"average_precision": 0.675, "cp_at_100": 0.304},
        beats={},
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """0 when measured, whatever the bars say; 1 when a file is not there."""
    parser = argparse.ArgumentParser(prog="python -m models.public_benchmark", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public tables")
    parser.add_argument("--out", type=Path, default=Path("reports/public_benchmark.json"))
    parser.add_argument("--only", nargs="*", choices=[protocol.name for protocol in PROTOCOLS], help="these alone")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    options = parser.parse_args(arguments)
    report: dict[str, Any] = json.loads(options.out.read_text()) if options.only and options.out.exists() else {}
    try:
        for protocol in PROTOCOLS:
            if not options.only or protocol.name in options.only:
                report[protocol.name] = measure(protocol, options.data, tuple(options.seeds), quiet=options.quiet)
                options.out.parent.mkdir(parents=True, exist_ok=True)
                options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
                print(_line(protocol, report[protocol.name]))
    except FileNotFoundError as error:
        print(f"public benchmark: {error}", file=sys.stderr)
        return 1
    return 0


def measure(protocol: Protocol, folder: Path, seeds: tuple[int, ...], *, quiet: bool) -> dict[str, Any]:
    """Means over folds, every fold's figures, bars, and which were met."""
    models: dict[str, Callable[[Fold, int], Doubles]] = {LEARNER: learner, **REFERENCES}
    folds: list[dict[str, Any]] = []
    seconds = dict.fromkeys(models, 0.0)
    total = protocol.count(len(seeds))
    with tqdm(total=total * len(models), desc=protocol.name, disable=quiet, file=sys.stderr) as bar:
        for fold in protocol.folds(folder, seeds):
            honest, left_out = without_leaks(fold)
            row: dict[str, Any] = {
                "fold": fold.name,
                "rows": len(fold.train_y),
                "positives": int(fold.train_y.sum()),
                "left_out_as_leaks": left_out,
            }
            for name, model in models.items():
                started = time.perf_counter()
                row[name] = figures.of(honest, model(honest, seeds[0]))
                seconds[name] += time.perf_counter() - started
                bar.update()
            folds.append(row)
            bar.set_postfix(
                {name: f"{np.mean([one[name]['average_precision'] for one in folds]):.3f}" for name in models}
            )
    means = {
        name: {figure: float(np.mean([row[name][figure] for row in folds])) for figure in folds[0][name]}
        for name in models
    }
    ours = means[LEARNER]
    bars = dict(protocol.bars)
    for figure, others in protocol.beats.items():
        bars[figure] = max(means[other][figure] for other in others)
    return {
        "seeds": list(seeds),
        "means": means,
        "bars": {
            figure: {"bar": bar, "ours": ours[figure], "met": ours[figure] >= bar} for figure, bar in bars.items()
        },
        "seconds": {name: round(spent, 1) for name, spent in seconds.items()},
        "folds": folds,
    }


def learner(fold: Fold, seed: int) -> Doubles:
    """Our learner as anybody would use it: default settings."""
    model = RareEventClassifier(leaks="ignore", random_state=seed)
    return model.fit(fold.train, fold.train_y, time=fold.time).decision_function(fold.test)


def without_leaks(fold: Fold) -> tuple[Fold, list[str]]:
    """The fold without what our own warning names in its training rows; references get the same columns."""
    named = [suspect.column for suspect in suspects(fold.train)]
    if not named:
        return fold, []
    warnings.warn(f"{fold.name}: left out {named}", LeakWarning, stacklevel=2)
    honest = Fold(
        name=fold.name,
        train=fold.train.drop(columns=named),
        train_y=fold.train_y,
        test=fold.test.drop(columns=named),
        test_y=fold.test_y,
        time=fold.time,
        day=fold.day,
        card=fold.card,
    )
    return honest, [str(name) for name in named]


def _line(protocol: Protocol, result: dict[str, Any]) -> str:
    said = [f"{figure} {at['ours']:.3f} (bar {at['bar']:.3f})" for figure, at in result["bars"].items()]
    return f"{protocol.name}: {', '.join(said)}"


if __name__ == "__main__":
    warnings.filterwarnings("once", category=LeakWarning)
    raise SystemExit(main())
