"""The text model's file beside the graph: exactly the bytes that the manifest pins (promise 7)."""

from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from safelight.domain.errors import ModelUnavailableError
from safelight.features import words_reader
from safelight.features.words_reader import Reader

WORDS = "words.bin"
MOST_BYTES = 2 * 1024 * 1024
"""A file is under 300 kB by rule; anything far above is not ours."""


def load(directory: Path, pinned: str) -> Reader:
    """The reader of the directory's file, if its sha256 is `pinned` (lower-case hex).

    Raises ModelUnavailableError: `missing`, `unreadable` or `hash_mismatch`.
    """
    try:
        with (directory / WORDS).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise ModelUnavailableError("missing") from error
    except OSError as error:
        raise ModelUnavailableError("unreadable") from error
    if len(data) > MOST_BYTES:
        raise ModelUnavailableError("unreadable")
    if not compare_digest(sha256(data).hexdigest(), pinned):
        raise ModelUnavailableError("hash_mismatch")
    return words_reader.load(data)
