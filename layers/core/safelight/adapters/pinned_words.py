"""The reader of words that came with the release, loaded in the background while the rest of a cold start goes on."""

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from safelight.domain.errors import ModelUnavailableError
from safelight.domain.facts import Conversation

if TYPE_CHECKING:
    from safelight.features.words_reader import Reader

LOAD_WITHIN_S = 1.0
"""Loading takes some 80 ms. Without it words are not read, and everything goes on."""


class PinnedWords:
    """The port `Reader`: words.bin as the manifest beside it pins it (promise 7)."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._reader: Reader | None = None
        self._cause = "failed"
        self._loading = Thread(target=self._load, name="words", daemon=True)
        self._loading.start()

    def read(self, texts: Sequence[str]) -> Conversation | None:
        """Waits for the loading, but not longer than somebody who chats should."""
        if self._loading.is_alive():
            self._loading.join(LOAD_WITHIN_S)
        if self._reader is None:
            raise ModelUnavailableError("late" if self._loading.is_alive() else self._cause)
        return self._reader.read(texts)

    def _load(self) -> None:
        from safelight.adapters import model_files, words_model  # noqa: PLC0415 - imported beside the rest

        try:
            manifest = json.loads(model_files.manifest_of(self._directory))
            self._reader = words_model.load(self._directory, str(manifest["words"]["sha256"]))
        except ModelUnavailableError as error:
            self._cause = error.cause
        except (ValueError, KeyError, TypeError):
            self._cause = "unreadable"
