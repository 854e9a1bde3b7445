"""`retrain` and the commands that move the pointer. Everything they do is in the store, signed, before it counts."""

import argparse
import getpass
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from models.evaluate.cost import peak_mb
from models.export import artifact
from models.pipeline import make
from models.retrain import gate
from models.retrain.objects import StoreError, objects_of
from models.retrain.publish import Candidate, ModelStore, candidate
from models.retrain.signing import signer_of
from models.simulate.book import BookPlan
from models.simulate.table import Table
from models.train import alert_policy
from models.train.windows import Split
from safelight.scoring.pointer import Listed, Pointer

REFUSED = 4
"""Exit code: trained and judged, and refused by the gate."""


def store_of(options: argparse.Namespace) -> ModelStore:
    """Raises StoreError."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    by = os.environ.get("CODEBUILD_BUILD_ID") or getpass.getuser()
    return ModelStore(
        objects_of(options.store, endpoint),
        signer_of(options.store, options.key, endpoint),
        now=lambda: datetime.now(UTC),
        by=by,
    )


def retrain(plan: BookPlan, book: Table, words: bytes, seed: int, options: argparse.Namespace) -> int:
    """Train (unless `--made` names a folder), judge on the book's last window, and put on trial what passes."""
    store = store_of(options)
    store.current()  # a store that cannot be read, or a key that does not fit, is said before minutes of training
    started = time.perf_counter()
    with TemporaryDirectory() as scratch:
        folder: Path = options.made or Path(scratch) / "registry" / artifact.CURRENT.name
        if options.made is None:
            make(plan, book, words, seed, folder.parent)
        made = candidate(folder)
        champion = candidate(store.champion(Path(scratch) / "champion") or artifact.CURRENT)
        window = Split.of(plan).test.of(book)
        verdict = _judged(window, champion, made, options.quiet)
        record = {
            **verdict.as_json(),
            "against": champion.listed._asdict(),
            "window": {"requests": len(window), "scams": int(np.sum(window.truth))},
            "minutes": round((time.perf_counter() - started) / 60, 2),
            "peak_mb": round(peak_mb()),
        }
        store.publish(made, folder, record)
    _show(verdict)
    if not verdict.passed:
        print(f"refused: {made.model.version}. The champion goes on; the record is under gates/ in {options.store}")
        return REFUSED
    _told(store.promote(made.listed) if options.promote else store.try_out(made.listed, options.share))
    return 0


def _judged(window: Table, champion: Candidate, made: Candidate, quiet: bool) -> gate.Verdict:
    sizes = len(champion.graph), len(made.graph)
    before, after = gate.sides(window, champion.model, made.model, sizes, quiet)
    return gate.judge(window, before, after, alert_policy.read())


def move(options: argparse.Namespace) -> int:
    """`promote`, `rollback`, `kill-switch` and `store`."""
    store = store_of(options)
    match options.command:
        case "promote":
            told = store.current()
            if told is None or told.canary is None:
                raise StoreError("nothing is on trial: `python -m models retrain` puts what passes there")
            _told(store.promote(told.canary))
        case "rollback":
            _told(store.roll_back())
        case "kill-switch":
            _told(store.switch(rules_only=options.to == "on"))
        case _:
            now = store.current()
            if now is None:
                print("nothing was ever published: the release's own model decides")
            else:
                _told(now)
    return 0


def _told(told: Pointer) -> None:
    canary = f"{_name(told.canary)} for {told.canary_share}%" if told.canary else "none"
    print(
        f"version {told.version} ({told.why}, {told.at}, by {told.by}): champion {_name(told.champion)}, "
        f"on trial {canary}{'; KILL SWITCH ON: rules and questions only' if told.rules_only else ''}"
    )


def _name(listed: Listed | None) -> str:
    return listed.sha256[:12] if listed else "the release's own"


def _show(verdict: gate.Verdict) -> None:
    for line in verdict.lines:
        figure = line.detail if line.figure is None else f"{line.figure:.4g} (champion {line.champion:.4g})"
        print(f"{'pass' if line.holds else 'FAIL'}  {line.name}: {figure}; bar {line.bar}")
