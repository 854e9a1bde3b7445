"""Is the shipped model what the study's first book and seed make? Only then do the figures of that book speak of it."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.export import artifact
from models.simulate.book import BookPlan
from safelight.adapters.model_files import GRAPH, MANIFEST

Answer = dict[str, Any]


def shipped(
    plan: BookPlan, seed: int, words: bytes | None, made: str | None, registry: Path = artifact.CURRENT
) -> Answer:
    """`made` is the sha256 of the graph that training made of the study's first book.

    `same_book`: plan, seed and text model are those of the manifest. `is_made_so`: the graph file has that sha256, too;
    None where the book is another, for then the graphs must differ. `version` and `sha256` None: nothing is shipped.
    """
    try:
        manifest = json.loads((registry / MANIFEST).read_bytes())
        there = hashlib.sha256((registry / GRAPH).read_bytes()).hexdigest()
    except FileNotFoundError:
        return {"version": None, "sha256": None, "made_sha256": made, "same_book": False, "is_made_so": None}
    same = _same_book(manifest, plan, seed, words)
    return {
        "version": manifest["version"],
        "sha256": there,
        "made_sha256": made,
        "same_book": same,
        "is_made_so": there == made if same else None,
    }


def book(plan: BookPlan, seed: int) -> Answer:
    """What a manifest says of the book a model was made from: all of its plan, and the seed of training. JSON values.

    A setting that the plan gets later belongs here with the default that older books had, by which it is read where a
    manifest is silent.
    """
    told = {**asdict(plan), "start": plan.start.isoformat(), "mix": [[scam.value, share] for scam, share in plan.mix]}
    return {**told, "training_seed": seed}


def _same_book(manifest: dict[str, Any], plan: BookPlan, seed: int, words: bytes | None) -> bool:
    if words is None or {**book(BookPlan(), seed), **manifest["book"]} != book(plan, seed):
        return False
    return bool(manifest["words"]["sha256"] == hashlib.sha256(words).hexdigest())
