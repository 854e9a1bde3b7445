"""A domestic HTTP gateway: a signed POST of JSON, whose answers a table explains.

The body is `{"to", "text", "reference", "valid_for_s", "sender"}`: `to` in E.164, `reference` our attempt,
`valid_for_s` the seconds after which it shall not be delivered any more, `sender` the registered name. The gateway
answers with a status and JSON that may hold `code`, its own result, and `message_id`. How it is signed: `post_signing`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from safelight.adapters.one_post import Answer, OnePost
from safelight.adapters.post_signing import PostSigner
from safelight.adapters.sms.base import SmsProvider
from safelight.adapters.sms.classify import AnsweredError, NeverLeftError
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.ports import Fate, SmsMessage

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class Meaning(StrEnum):
    """Of a gateway's code. RECIPIENT: surely not sent, and because of whom it is for."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RECIPIENT = "recipient"
    UNKNOWN = "unknown"


Codes = Mapping[str, Meaning]


def parse_codes(text: str) -> Codes:
    """`0=accepted,101=refused,205=recipient,http_429=refused`: a gateway's own codes, and `http_` with a status for
    answers that hold none. Raises ValueError for anything else."""
    codes: dict[str, Meaning] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        code, _, meaning = pair.partition("=")
        if not _CODE.fullmatch(code) or meaning not in list(Meaning) or code in codes:
            raise ValueError("codes of the SMS gateway must be like 0=accepted,101=refused")
        codes[code] = Meaning(meaning)
    return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """`sender` is the registered sender's id."""

    url: str
    sender: str
    codes: Codes = field(default_factory=dict)
    read_timeout_s: float = 3.0


class GatewaySms(SmsProvider):
    """The port `Sms`. Raises ValueError for a `url` that is neither https nor on this machine."""

    name = "gateway"

    def __init__(self, settings: GatewaySettings, signer: PostSigner) -> None:
        self._settings = settings
        self._signer = signer
        self._post = OnePost(settings.url, read_s=settings.read_timeout_s)

    def _send(self, message: SmsMessage) -> str | None:
        told = {
            "to": message.to,
            "text": message.text,
            "reference": message.attempt_id,
            "valid_for_s": message.valid_for_s,
            "sender": self._settings.sender,
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            headers = self._signer.sign(body)
        except (RetryableError, GaveUpError) as error:
            raise NeverLeftError from error
        answer = self._post.send(body, headers)
        said = _said(answer)
        code = _code(said.get("code"))
        codes = self._settings.codes
        meaning = _meaning(answer.status, code, codes)
        if meaning is not Meaning.ACCEPTED:
            refused = meaning in (Meaning.REFUSED, Meaning.RECIPIENT)
            raise AnsweredError(
                answer.status,
                None if code is None else f"code_{_shown(code, codes)}",
                fate=Fate.REFUSED if refused else Fate.UNKNOWN,
                of_recipient=meaning is Meaning.RECIPIENT,
            )
        message_id = said.get("message_id")
        return message_id if isinstance(message_id, str) and message_id else None


def _meaning(status: int, code: str | None, codes: Codes) -> Meaning:
    """The gateway's own code says more than the status, but for a yes that came with no 2xx, and a failure of the
    gateway, whose codes count for nothing."""
    failed = status >= 500 or status == 408
    found = codes.get(f"http_{status}" if code is None or failed else code, Meaning.UNKNOWN)
    if found is Meaning.ACCEPTED and not 200 <= status < 300:
        return Meaning.UNKNOWN
    return found


def _said(answer: Answer) -> dict[str, Any]:
    """Nothing, where it cannot be read."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _code(said: object) -> str | None:
    """A code as the table writes it."""
    if said is None:
        return None
    text = str(said) if type(said) in (int, str) else ""
    return text if _CODE.fullmatch(text) else "unreadable"


def _shown(code: str, codes: Codes) -> str:
    """As a log may show it: one that no table knows could be the number itself."""
    return code if code in codes or len(code) <= 6 else "unlisted"
