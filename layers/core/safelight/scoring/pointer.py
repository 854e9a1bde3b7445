"""Which model of the model store is in use: one small signed document, replaced whole.

    current.json                      {"signed": "<the pointer as JSON>", "signature": "<base64>"}
    pointers/<version>.json           every one there ever was, the same form
    models/<sha256>/model.onnx        never changed once written, as what lies beside it:
                    manifest.json     the pointer holds its sha256, it holds the graph's
                    words.bin, CARD.md, gate.json

The signature is over the pointer's text, so it covers, hash by hash, every byte that may decide. The version only ever
rises, a roll-back included: who has seen one takes no older one, whoever signed it.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from hashlib import sha256
from typing import Any, NamedTuple

from safelight.domain.errors import ModelUnavailableError
from safelight.domain.request import PolicyholderId

CURRENT = "current.json"
KIND = "safelight-models"
FORMAT = 1
MOST_SHARE = 50
"""Percent. A model on trial that has more than half is no longer on trial."""
_HEX = frozenset("0123456789abcdef")


class PointerError(ModelUnavailableError):
    """The pointer cannot be used. `cause` is `unreadable`; `detail` names what is missing or wrong."""

    def __init__(self, detail: str) -> None:
        super().__init__("unreadable")
        self.detail = detail
        self.args = (f"pointer: {detail}",)


class Listed(NamedTuple):
    """A model of the store. Both are sha256, lower-case hex: of model.onnx and of manifest.json."""

    sha256: str
    manifest_sha256: str


class Pointer(NamedTuple):
    """`champion` None: the model that came with the release decides. `rules_only` is the kill switch: no model does.

    `canary` decides about `canary_share` percent of policyholders. `earlier` are champions before this one, the
    last one first: where a roll-back goes. `at` (ISO 8601, UTC), `by` and `why` are for people.
    """

    version: int
    champion: Listed | None
    canary: Listed | None
    canary_share: int
    rules_only: bool
    earlier: tuple[Listed | None, ...]
    at: str
    by: str
    why: str

    def on_trial(self, policyholder_id: PolicyholderId | None) -> bool:
        """Whether the canary decides about him: always the same for him and this model, and others for the next model.
        All functions agree without asking one another. Nobody in particular is never on trial."""
        if self.canary is None or policyholder_id is None:
            return False
        drawn = sha256(f"{self.canary.sha256}\x1f{policyholder_id}".encode()).digest()
        return int.from_bytes(drawn[:4]) < self.canary_share * 2**32 // 100

    def as_text(self) -> str:
        """What is signed."""
        document = {
            "kind": KIND,
            "format": FORMAT,
            "version": self.version,
            "champion": None if self.champion is None else self.champion._asdict(),
            "canary": None if self.canary is None else {**self.canary._asdict(), "share_percent": self.canary_share},
            "rules_only": self.rules_only,
            "earlier": [one and one._asdict() for one in self.earlier],
            "at": self.at,
            "by": self.by,
            "why": self.why,
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


class Signed(NamedTuple):
    """A text and a signature that nobody has checked yet."""

    text: str
    signature: bytes

    def as_file(self) -> bytes:
        return json.dumps({"signed": self.text, "signature": b64encode(self.signature).decode()}).encode()


def opened(data: bytes) -> Signed:
    """Raises PointerError for what is not of the form."""
    document = _object(data)
    text, signature = document.get("signed"), document.get("signature")
    if not isinstance(text, str) or not isinstance(signature, str):
        raise PointerError("not a signed document")
    try:
        return Signed(text, b64decode(signature, validate=True))
    except NotBase64Error as error:
        raise PointerError("the signature is not base64") from error


def parse(text: str) -> Pointer:
    """Raises PointerError naming the field."""
    document = _object(text.encode())
    if document.get("kind") != KIND or document.get("format") != FORMAT:
        raise PointerError("kind or format")
    version, rules_only = document.get("version"), document.get("rules_only")
    if type(version) is not int or version < 1:
        raise PointerError("version is not a whole number from 1")
    if not isinstance(rules_only, bool):
        raise PointerError("rules_only is not true or false")
    canary, earlier = document.get("canary"), document.get("earlier")
    share: Any = canary.get("share_percent") if isinstance(canary, dict) else 0
    if canary is not None and (type(share) is not int or not 1 <= share <= MOST_SHARE):
        raise PointerError(f"canary.share_percent is not 1 to {MOST_SHARE}")
    if not isinstance(earlier, list):
        raise PointerError("earlier is not a list")
    return Pointer(
        version=version,
        champion=_listed(document.get("champion"), "champion"),
        canary=_listed(canary, "canary"),
        canary_share=share,
        rules_only=rules_only,
        earlier=tuple(_listed(one, "earlier") for one in earlier),
        at=str(document.get("at")),
        by=str(document.get("by")),
        why=str(document.get("why")),
    )


def _listed(value: Any, field: str) -> Listed | None:
    if value is None:
        return None
    hashes = [value.get(name) for name in Listed._fields] if isinstance(value, dict) else [None]
    if not all(isinstance(one, str) and len(one) == 64 and set(one) <= _HEX for one in hashes):
        raise PointerError(f"{field} is not two sha256")
    return Listed(*map(str, hashes))


def _object(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PointerError("not JSON") from error
    if not isinstance(document, dict):
        raise PointerError("not an object")
    return document
