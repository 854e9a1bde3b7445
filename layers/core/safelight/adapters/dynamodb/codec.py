"""Domain dataclasses to JSON and back. The domain knows nothing of it.

msgspec reads the dataclasses as they are (5 ms to import; a pydantic mirror of the same types costs ten times that).
Fields that this code does not know are skipped and missing ones take their default, so that older and newer versions
can read each other's rows during a deployment. NaN would come back as null: feature vectors are bytes for that reason.
"""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from safelight.domain.errors import GaveUpError

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()


class UnreadableRowError(GaveUpError):
    """A stored document does not fit the type it should be. Only the type is named, never what was stored."""


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    """Built when first needed: a type as deep as Case costs a millisecond."""
    return msgspec.json.Decoder(kind)


def encode(value: object) -> str:
    """JSON text of a frozen domain dataclass."""
    return _ENCODER.encode(value).decode()


def decode(kind: type[T], document: str) -> T:
    """The `kind` that `encode` wrote. Raises UnreadableRowError when it is not one."""
    try:
        value: T = _decoder(cast("Hashable", kind)).decode(document)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnreadableRowError(kind.__name__) from error
    return value
