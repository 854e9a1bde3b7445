"""Models into the store, and which of them decides: every move is one signed pointer with a higher version."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from models.retrain.objects import Objects, StoreError
from models.retrain.signing import Signer
from safelight.adapters import model_files
from safelight.adapters.onnx_model import opened as open_model
from safelight.adapters.words_model import WORDS
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import FEATURES
from safelight.scoring import pointer, self_test
from safelight.scoring.ensemble import Ensemble
from safelight.scoring.pointer import Listed, Pointer, PointerError, Signed

GATE = "gate.json"
BESIDE = (WORDS, "CARD.md", "calibration.svg")
"""Goes along where it is there."""
EXAMPLES = 8
_EARLIER = 8
"""How many champions back a roll-back can go."""
_MISSING = 0.8
_TRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model as it goes into the store: its manifest with the examples for the self-test."""

    listed: Listed
    manifest: bytes
    graph: bytes
    model: Ensemble


def candidate(directory: Path) -> Candidate:
    """What `train` left in a folder. Raises StoreError."""
    try:
        parsed, graph = model_files.read(directory)
        model = open_model(parsed, graph)
        document: dict[str, Any] = json.loads(model_files.manifest_of(directory))
        document[self_test.FIELD] = _examples(model)
        manifest = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
        self_test.check(manifest, model)
    except ModelUnavailableError as error:
        raise StoreError(f"{directory} holds no model that can be used ({error}): train it again") from error
    listed = Listed(parsed.sha256, sha256(manifest).hexdigest())
    return Candidate(listed=listed, manifest=manifest, graph=graph, model=model)


def _examples(model: Ensemble) -> list[dict[str, Any]]:
    """Nothing known, and made-up values of many sizes with some of them missing."""
    rng = Random(0)  # the same examples for every model, no secret # noqa: S311 # nosec B311
    nothing = [math.nan] * len(FEATURES)
    vectors = [nothing] + [
        [math.nan if rng.random() < _MISSING else 10 ** rng.uniform(-2, 0.5) for _ in FEATURES]
        for _ in range(EXAMPLES - 1)
    ]
    return [
        {"vector": [None if v != v else v for v in vector], "probability": model.score(tuple(vector)).probability}
        for vector in vectors
    ]


class ModelStore:
    """`by` says in each pointer who moved it. Every method raises StoreError."""

    def __init__(self, objects: Objects, signer: Signer, *, now: Callable[[], datetime], by: str) -> None:
        self._objects = objects
        self._signer = signer
        self._now = now
        self._by = by

    def current(self) -> Pointer | None:
        """None where nothing was ever published. A pointer that nobody signed is an error."""
        data = self._objects.get(pointer.CURRENT)
        return None if data is None else self._read(data)

    def champion(self, into: Path) -> Path | None:
        """The champion's files in that folder, compared with their hashes; None when it is the release's own."""
        told = self.current()
        return None if told is None or told.champion is None else self._fetched(told.champion, into)

    def publish(self, made: Candidate, directory: Path, gate: dict[str, Any]) -> None:
        """The model with its signed gate record, for good. Only what passed gets in, so whatever is in may decide; the
        record of what did not is kept under gates/."""
        told = {**gate, "kind": "safelight-gate", **made.listed._asdict(), "at": self._now().isoformat()}
        record = self._signed(json.dumps(told, ensure_ascii=False)).as_file()
        if told.get("passed") is not True:
            self._create(f"gates/{made.listed.sha256}/{made.listed.manifest_sha256}.json", record, again=True)
            return
        folder = f"models/{made.listed.sha256}"
        self._create(f"{folder}/{model_files.GRAPH}", made.graph)
        self._create(f"{folder}/{model_files.MANIFEST}", made.manifest)
        for name in BESIDE:
            if (directory / name).exists():
                self._create(f"{folder}/{name}", (directory / name).read_bytes())
        self._create(f"{folder}/{GATE}", record, again=True)

    def try_out(self, listed: Listed, share: int) -> Pointer:
        """From now on the model on trial, for a share (percent) of policyholders."""
        if not 1 <= share <= pointer.MOST_SHARE:
            raise StoreError(f"a share is 1 to {pointer.MOST_SHARE} percent: promote a model that is to have more")
        self._passed(listed)
        return self._move(f"canary {share}%", lambda told: told._replace(canary=listed, canary_share=share))

    def promote(self, listed: Listed) -> Pointer:
        """From now on the one that decides; the one before is where a roll-back goes."""
        self._passed(listed)

        def promoted(told: Pointer) -> Pointer:
            if told.champion == listed:
                return told._replace(canary=None, canary_share=0)
            earlier = (told.champion, *told.earlier)[:_EARLIER]
            return told._replace(champion=listed, canary=None, canary_share=0, earlier=earlier)

        return self._move("promote", promoted)

    def roll_back(self) -> Pointer:
        """To the champion before this one, which may be the release's own; whatever is on trial ends."""

        def back(told: Pointer) -> Pointer:
            if not told.earlier:
                raise StoreError("no earlier champion: the release's own model decides, or nothing was ever promoted")
            to, *earlier = told.earlier
            if to is not None:
                self._whole(to)
            return told._replace(champion=to, canary=None, canary_share=0, earlier=tuple(earlier))

        return self._move("rollback", back)

    def switch(self, *, rules_only: bool) -> Pointer:
        """The kill switch: on, no model decides, only rules and questions do."""
        why = "kill switch on" if rules_only else "kill switch off"
        return self._move(why, lambda told: told._replace(rules_only=rules_only))

    def _move(self, why: str, change: Callable[[Pointer], Pointer]) -> Pointer:
        """Recorded before it counts: the copy under pointers/ is written first. A version that a crash left unused is
        passed over."""
        before = self._objects.get(pointer.CURRENT)
        first = Pointer(0, None, None, 0, rules_only=False, earlier=(), at="", by="", why="")
        told = change(first if before is None else self._read(before))
        for version in range(told.version + 1, told.version + _TRIES):
            at = self._now().isoformat(timespec="seconds")
            moved = told._replace(version=version, at=at, by=self._by, why=why)
            data = self._signed(moved.as_text()).as_file()
            if self._objects.create(f"pointers/{version}.json", data):
                self._objects.replace(pointer.CURRENT, data, before)
                return moved
        raise StoreError(f"{_TRIES} versions after {told.version} are taken: somebody writes pointers that never count")

    def _signed(self, text: str) -> Signed:
        return Signed(text, self._signer.sign(text))

    def _read(self, data: bytes) -> Pointer:
        try:
            return pointer.parse(self._verified(data, pointer.CURRENT))
        except PointerError as error:
            raise StoreError(f"{pointer.CURRENT} is damaged ({error}): put back the last of pointers/") from error

    def _verified(self, data: bytes, name: str) -> str:
        signed = pointer.opened(data)
        if not self._signer.holds(signed.text, signed.signature):
            raise StoreError(f"{name} was not signed by this key: treat it as tampering, see docs/runbook.md")
        return signed.text

    def _passed(self, listed: Listed) -> None:
        """Only a model with a signed record of a gate that it passed, and whole."""
        name = f"models/{listed.sha256}/{GATE}"
        data = self._objects.get(name)
        if data is None:
            raise StoreError(f"{listed.sha256[:12]} never passed the gate: `python -m models retrain`")
        try:
            record = json.loads(self._verified(data, name))
        except PointerError as error:
            raise StoreError(f"{name} is damaged: retrain") from error
        about = Listed(str(record.get("sha256")), str(record.get("manifest_sha256")))
        if record.get("passed") is not True or about != listed:
            raise StoreError(f"{name} is about another model, or one that did not pass: retrain")
        self._whole(listed)

    def _whole(self, listed: Listed) -> tuple[bytes, bytes]:
        """Manifest and graph, compared with their hashes."""
        folder = f"models/{listed.sha256}"
        manifest = self._objects.get(f"{folder}/{model_files.MANIFEST}")
        graph = self._objects.get(f"{folder}/{model_files.GRAPH}")
        if manifest is None or graph is None:
            raise StoreError(f"{folder} is not whole in the store: publish it again")
        if (sha256(graph).hexdigest(), sha256(manifest).hexdigest()) != listed:
            raise StoreError(f"{folder} is not what was published: treat it as tampering, see docs/runbook.md")
        return manifest, graph

    def _fetched(self, listed: Listed, into: Path) -> Path:
        manifest, graph = self._whole(listed)
        into.mkdir(parents=True, exist_ok=True)
        (into / model_files.MANIFEST).write_bytes(manifest)
        (into / model_files.GRAPH).write_bytes(graph)
        return into

    def _create(self, key: str, data: bytes, *, again: bool = False) -> None:
        """`again`: a record of the same thing at another time leaves the first one."""
        if not self._objects.create(key, data) and not again:
            raise StoreError(f"{key} is in the store already, with other bytes: what is published never changes")
