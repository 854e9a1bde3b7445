"""`python -m models replay`: the comparison on the terminal, as JSON and as a page.

Exit 0; 3 when the new policy's lights exceed its own budget by more than chance explains (it is shown all the same, and
`--force` makes it 0: whoever decides may have reasons); 1 when a file makes no sense.
"""

import argparse
import json
import sys
from typing import Any

import numpy as np
from rich.console import Console

from models.conversation.score import loaded
from models.export import artifact
from models.replay import show
from models.replay.compare import Side, compare
from models.replay.past import Past, PastError, from_book, read
from models.simulate.book import BookPlan
from models.simulate.table import simulate
from models.train import alert_policy
from models.train.thresholds import to_budget
from safelight.adapters import onnx_model
from safelight.adapters.model_files import MANIFEST
from safelight.scoring.ensemble import Ensemble

OVER_BUDGET = 3
BOOK = BookPlan(requests_a_year=100_000, seed=20_260_311)
"""When no requests are given. Another seed than the shipped model's book: it never saw these."""
LEAST = 200
"""Requests to size on: below, half a per cent is no request at all."""


def run(chosen: argparse.Namespace) -> int:
    """Raises ValueError (PolicyError, PastError) or OSError for a file that cannot be used."""
    new = alert_policy.read(chosen.policy)
    old = None if chosen.against is None else alert_policy.read(chosen.against)
    model = onnx_model.load(artifact.CURRENT)
    chosen.out.mkdir(parents=True, exist_ok=True)  # says at once when it cannot be
    progress = not chosen.quiet
    if chosen.requests is None:
        print(f"No --requests: making a SYNTHETIC book of {BOOK.requests:,} requests.", file=sys.stderr)
        book = simulate(BOOK, words=loaded(None)[0], progress=progress)
        sizing, shown = from_book(book, model, progress=progress)
    else:
        sizing, shown = read(chosen.requests, model, progress=progress)
    found = replayed(sizing, shown, model, new, old)
    found["synthetic"] = chosen.requests is None or chosen.requests.suffix == ".npz"
    (chosen.out / "replay.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (chosen.out / "replay.html").write_text(show.page(found), encoding="utf-8")
    show.terminal(found, Console())
    print(f"Written: {chosen.out / 'replay.json'} and {chosen.out / 'replay.html'}")
    return OVER_BUDGET if found["after"]["over_budget"] and not chosen.force else 0


def replayed(
    sizing: Past, shown: Past, model: Ensemble, new: alert_policy.AlertPolicy, old: alert_policy.AlertPolicy | None
) -> dict[str, Any]:
    """The comparison on `shown`, with thresholds sized on `sizing`; `old` None is what the shipped manifest runs."""
    scored = sizing.take(np.flatnonzero(~np.isnan(sizing.probability)))
    if len(scored) < LEAST or len(shown) == 0:
        raise PastError(f"{len(scored)} scored requests to size on and {len(shown)} to show; {LEAST} and 1 are needed")

    def sized(policy: alert_policy.AlertPolicy) -> Side:
        served = to_budget(scored.probability, scored.amount, policy).served
        return Side(name=policy.version, thresholds=served, budget=policy)

    running = Side(name=f"manifest of {model.version}", thresholds=model.thresholds, budget=_budget_of_manifest())
    found = compare(shown, running if old is None else sized(old), sized(new), model)
    found["sized_on"] = len(sizing)
    return found


def _budget_of_manifest() -> alert_policy.AlertPolicy | None:
    """None for a manifest from before policies were written into it."""
    document = json.loads((artifact.CURRENT / MANIFEST).read_text(encoding="utf-8")).get("policy")
    return None if document is None else alert_policy.parse(document)
