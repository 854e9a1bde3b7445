"""The model that the store names, taken up without a deployment; the one that came with the release until then.

A look costs one small GET each half minute, in a thread that runs beside the reading of facts. Whatever goes wrong
with a newer model, the last good one decides (promise 7).
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from threading import Lock, Thread
from typing import NamedTuple, Protocol

from safelight.adapters import model_files
from safelight.domain.errors import GaveUpError, ModelUnavailableError, RetryableError
from safelight.domain.request import PolicyholderId
from safelight.ports import Model, Models
from safelight.scoring import pointer, self_test
from safelight.scoring.pointer import Listed, Pointer

LOOK_EVERY_S = 30.0
WAIT_S = 0.25
"""How long after a look began decisions wait for it: a GET of the pointer takes some 20 ms. A new model that takes
longer serves the next request."""
FIRST_WAIT_S = 1.0
"""The same for a process's first look, which finds and loads the model that all others have already."""
CALL_WITHIN_S = 2.0
POINTER_BYTES = 16_384


class Objects(Protocol):
    def get(self, key: str, *, within_s: float, most_bytes: int) -> bytes | None: ...


class Signatures(Protocol):
    def holds(self, text: str, signature: bytes) -> bool: ...


class Reports(NamedTuple):
    """Who is told: of a model or pointer that was refused and why, of a store or a key that does not answer, and of
    a pointer that is in use from now on."""

    refused: Callable[[str], None]
    unreachable: Callable[[str], None]
    taken_up: Callable[[Pointer], None]


class _InUse(NamedTuple):
    pointer: Pointer
    text: str
    champion: Model | None
    canary: Model | None


class StoredModels:
    """The port `Models`. `words_sha256` gives the hash of the text model that functions read words with, None when
    there is none: a model that learned from another's figures is refused."""

    def __init__(
        self,
        packaged: Models,
        objects: Objects,
        signatures: Signatures,
        reports: Reports,
        *,
        now: Callable[[], datetime],
        words_sha256: Callable[[], str | None],
    ) -> None:
        self._packaged = packaged
        self._objects = objects
        self._signatures = signatures
        self._reports = reports
        self._now = now
        self._words_sha256 = words_sha256
        self._loaded: dict[Listed, Model] = {}
        self._in_use: _InUse | None = None
        self._looked_at: datetime | None = None
        self._wait_until = 0.0
        self._looking: Thread | None = None
        self._lock = Lock()
        self.look()

    def look(self) -> None:
        """By the wall clock, for a frozen process's own may stand still; one that was set back makes a look due."""
        with self._lock:
            now, before = self._now(), self._looked_at
            if before is not None and 0 <= (now - before).total_seconds() < LOOK_EVERY_S:
                return
            if self._looking is not None and self._looking.is_alive():
                return
            self._looked_at = now
            self._wait_until = time.monotonic() + (WAIT_S if before else FIRST_WAIT_S)
            self._looking = Thread(target=self._look, name="models", daemon=True)
            self._looking.start()

    def current(self, for_whom: PolicyholderId | None = None) -> Model:
        """Raises ModelUnavailableError: `switched_off`, or whatever keeps the packaged model from serving."""
        self.look()
        looking = self._looking
        if looking is not None and looking.is_alive():
            looking.join(max(0.0, self._wait_until - time.monotonic()))
        in_use = self._in_use
        if in_use is None:
            return self._packaged.current(for_whom)
        told = in_use.pointer
        if told.rules_only:
            raise ModelUnavailableError("switched_off")
        if in_use.canary is not None and told.on_trial(for_whom):
            return in_use.canary
        return self._packaged.current(for_whom) if in_use.champion is None else in_use.champion

    def _look(self) -> None:
        try:
            self._take_up()
        except ModelUnavailableError as error:
            self._reports.refused(error.cause)
        except (RetryableError, GaveUpError) as error:
            self._reports.unreachable(str(error))
        except Exception as error:
            self._reports.refused(type(error).__name__)  # a thread that dies of it would die unheard
            raise

    def _take_up(self) -> None:
        """Raises ModelUnavailableError for what is refused, AwsError or AwsUnavailableError for no answer. Until its
        last line nothing that decides has changed."""
        data = self._objects.get(pointer.CURRENT, within_s=CALL_WITHIN_S, most_bytes=POINTER_BYTES)
        if data is None:
            if self._in_use is not None:
                raise ModelUnavailableError("missing")
            return  # nothing was ever published: the release's own model it is
        signed = pointer.opened(data)
        before = self._in_use
        if before is not None and signed.text == before.text:
            self._retry_canary(before)
            return
        if not self._signatures.holds(signed.text, signed.signature):
            raise ModelUnavailableError("signature")
        told = pointer.parse(signed.text)
        if before is not None and told.version <= before.pointer.version:
            raise ModelUnavailableError("older_pointer")
        champion = None
        if told.champion is not None and not told.rules_only:
            champion = self._model(told.champion)
        self._in_use = _InUse(told, signed.text, champion, None)
        self._reports.taken_up(told)
        self._retry_canary(self._in_use)

    def _retry_canary(self, in_use: _InUse) -> None:
        """A model on trial that is refused keeps nobody from the one that is not."""
        listed = in_use.pointer.canary
        if in_use.canary is None and listed is not None and not in_use.pointer.rules_only:
            self._in_use = in_use._replace(canary=self._model(listed))

    def _model(self, listed: Listed) -> Model:
        """Fetched, compared with its hashes, run on its own examples. Raises as `_take_up`."""
        if listed not in self._loaded:
            self._loaded[listed] = self._fetched(listed)
        return self._loaded[listed]

    def _fetched(self, listed: Listed) -> Model:
        from safelight.adapters.onnx_model import opened  # noqa: PLC0415 - the packaged model is loading beside this

        folder = f"models/{listed.sha256}"
        text = self._object(f"{folder}/{model_files.MANIFEST}")
        if sha256(text).hexdigest() != listed.manifest_sha256:
            raise ModelUnavailableError("hash_mismatch")
        manifest, graph = model_files.checked(text, lambda: self._object(f"{folder}/{model_files.GRAPH}"))
        if manifest.sha256 != listed.sha256:
            raise ModelUnavailableError("hash_mismatch")
        if words_sha256(text) != self._words_sha256():
            raise ModelUnavailableError("words_mismatch")
        model = opened(manifest, graph)
        self_test.check(text, model)
        return model

    def _object(self, key: str) -> bytes:
        data = self._objects.get(key, within_s=CALL_WITHIN_S, most_bytes=model_files.MOST_BYTES)
        if data is None:
            raise ModelUnavailableError("missing")
        return data


def words_sha256(manifest_text: bytes) -> str | None:
    """Of the text model that a manifest names; None where it names none."""
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(manifest_text)["words"]["sha256"])
    return None
