"""Whether a manifest speaks of the book and seed at hand: every setting counts; what older ones do not say is known."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.evaluate.shipped import book, shipped
from models.export import artifact
from models.simulate.book import BookPlan
from models.simulate.typologies import MIX
from safelight.adapters.model_files import GRAPH, MANIFEST

PLAN = replace(BookPlan(), requests_a_year=2_000, seed=5)
SEED = 6
MADE = hashlib.sha256(b"a graph").hexdigest()
OTHERS: dict[str, Any] = {
    "requests_a_year": 2_001,
    "years": 2.0,
    "scam_rate": 0.001,
    "seed": 7,
    "start": datetime(2024, 1, 1, tzinfo=UTC),
    "mix": MIX[::-1],
    "drift": False,
    "label_delay_days": 30.0,
    "never_reported": 0.3,
    "wrongly_reported": 0.0,
    "wrongly_cleared": 0.0,
}
"""Another value of each setting."""


def registered(folder: Path, book: dict[str, Any], words: bytes) -> Path:
    """A folder with a graph, and a manifest that says so of its book."""
    (folder / GRAPH).write_bytes(b"a graph")
    manifest = {"version": "v", "book": book, "words": {"sha256": hashlib.sha256(words).hexdigest()}}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_the_model_is_compared_with_what_its_own_book_and_seed_make(tmp_path: Path, words: bytes) -> None:
    current = registered(tmp_path, book(PLAN, SEED), words)
    assert shipped(PLAN, SEED, words, MADE, current)["is_made_so"] is True
    assert shipped(PLAN, SEED, words, hashlib.sha256(b"another").hexdigest(), current)["is_made_so"] is False
    for seed, text_model in ((SEED + 1, words), (SEED, b""), (SEED, None)):
        assert shipped(PLAN, seed, text_model, MADE, current)["is_made_so"] is None
    assert shipped(PLAN, SEED, words, MADE, tmp_path / "nowhere")["version"] is None


@pytest.mark.parametrize("setting", [field.name for field in fields(BookPlan)])
def test_a_book_of_another_setting_is_another_book(tmp_path: Path, words: bytes, setting: str) -> None:
    other = replace(PLAN, **{setting: OTHERS[setting]})
    for made_of, asked in ((PLAN, other), (other, PLAN), (other, other)):
        current = registered(tmp_path, book(made_of, SEED), words)
        assert shipped(asked, SEED, words, MADE, current)["same_book"] is (made_of == asked)


def test_a_manifest_from_before_all_settings_were_written_means_their_defaults(tmp_path: Path, words: bytes) -> None:
    told = {"requests_a_year": 2_000, "years": 3.0, "scam_rate": 1 / 1_500, "seed": 5, "training_seed": SEED}
    current = registered(tmp_path, told, words)
    assert shipped(PLAN, SEED, words, MADE, current)["same_book"] is True
    assert shipped(replace(PLAN, drift=False), SEED, words, MADE, current)["same_book"] is False


def test_a_setting_that_nobody_knows_here_makes_another_book(tmp_path: Path, words: bytes) -> None:
    current = registered(tmp_path, {**book(PLAN, SEED), "holidays": True}, words)
    assert shipped(PLAN, SEED, words, MADE, current)["same_book"] is False


def test_the_shipped_manifest_is_of_the_default_book(words: bytes) -> None:
    manifest = json.loads((artifact.CURRENT / MANIFEST).read_bytes())
    seed = manifest["book"]["training_seed"]
    assert shipped(BookPlan(), seed, words, manifest["sha256"])["is_made_so"] is True
