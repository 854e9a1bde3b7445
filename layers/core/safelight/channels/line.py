"""LINE's webhook: signed events in, replies out, each delivery acted on once.

A webhook may come again, and a hundred times: its `webhookEventId` is claimed before anything is done, and finished
when the answer has gone out. The signature is over the raw bytes and is checked before they are read.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from safelight.channels import chat
from safelight.channels.chat import Said
from safelight.channels.last_resort import LastResort
from safelight.domain import hearing, saying
from safelight.domain.conversation import Line as Spoken
from safelight.domain.conversation import Reply, Turn, TurnId
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.domain.request import Channel, Locale, PolicyholderId
from safelight.ports import Clock, Fate, Links, Telemetry, Turns, Vault

MOST_MESSAGES = 5
MOST_QUICK_REPLIES = 13
MOST_TEXT = 5_000
MOST_DATA = 300
BEGIN_WITHIN_S = 12.0
"""What has not begun by then is left to the next delivery: the function must end before its gateway gives up."""

Json = dict[str, Any]


class Line(Protocol):
    """LINE's side. `reply` and `push` never raise for what the wire or LINE does."""

    def channel_secret(self) -> str:
        """Raises RetryableError, GaveUpError."""

    def reply(self, token: str, messages: Sequence[Json]) -> Fate: ...

    def push(self, to: str, messages: Sequence[Json], turn_id: str) -> Fate: ...

    def link_token(self, user: str) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWebhook:
    """What a webhook needs. `link_url` is the insurer's page for linking, empty where there is none."""

    line: Line
    links: Links
    turns: Turns
    vault: Vault
    clock: Clock
    telemetry: Telemetry
    converse: Callable[[Turn, str, PolicyholderId | None], Reply]
    link_url: str


class _Event(NamedTuple):
    """One that is answered. `linked` is the nonce of an account link, "" of one that failed, None of anything else."""

    turn: Turn
    user: str
    reply_token: str | None
    linked: str | None


def receive(event: Json, needs: LineWebhook) -> Json:
    """The answer to a webhook: 200 when every event is done with, 503 when LINE had better send it again."""
    try:
        raw = _raw(event)
        secret = needs.line.channel_secret()
    except ValueError:
        return _answer(HTTPStatus.BAD_REQUEST)
    except (RetryableError, GaveUpError):
        needs.telemetry.count("TurnFailed")
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
    if not signed(secret, raw, _header(event, "x-line-signature")):
        needs.telemetry.count("LineUnsigned")
        return _answer(HTTPStatus.UNAUTHORIZED)
    give_up_at = needs.clock.monotonic() + BEGIN_WITHIN_S
    left = False
    for one in _events(raw):
        if needs.clock.monotonic() >= give_up_at:
            left = True
            break
        with LastResort(needs.telemetry) as net:
            left = not _done(one, needs) or left
        left = left or net.failed
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE if left else HTTPStatus.OK)


def signed(secret: str, raw: bytes, signature: str) -> bool:
    """In constant time. `signature` is base64 of the HMAC-SHA256 of the raw body."""
    right = b64encode(hmac.digest(secret.encode(), raw, "sha256"))
    return hmac.compare_digest(right, signature.encode(errors="replace"))


def _raw(event: Json) -> bytes:
    """The bytes that were signed. Raises ValueError for what says that it is base64 and is not."""
    body = event.get("body")
    text = body if isinstance(body, str) else ""
    return b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()


def _header(event: Json, name: str) -> str:
    return next((str(value) for key, value in _part(event, "headers").items() if key.lower() == name), "")


def _answer(status: HTTPStatus) -> Json:
    return {"statusCode": int(status), "headers": {"cache-control": "no-store"}, "body": ""}


def _events(raw: bytes) -> Iterator[_Event]:
    """Those that somebody waits for an answer to. What is of no known form is passed over: LINE adds kinds."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return
    listed = document.get("events") if isinstance(document, dict) else None
    for one in listed if isinstance(listed, list) else ():
        found = _event(one) if isinstance(one, dict) else None
        if found is not None:
            yield found


def _event(one: Json) -> _Event | None:
    """Only from a person alone: in a group others read along."""
    source = _part(one, "source")
    user = source.get("userId")
    if source.get("type") != "user" or not _texts(user) or one.get("mode", "active") != "active":
        return None
    text, pressed, linked = "", None, None
    match one.get("type"):
        case "message":
            said = _part(one, "message")
            text = said["text"] if said.get("type") == "text" and isinstance(said.get("text"), str) else ""
        case "postback":
            data = _part(one, "postback").get("data")
            pressed = data if isinstance(data, str) else ""
        case "accountLink":
            link = _part(one, "link")
            linked = link["nonce"] if link.get("result") == "ok" and isinstance(link.get("nonce"), str) else ""
        case "follow":
            pass
        case _:
            return None
    token = one.get("replyToken")
    turn = Turn(
        turn_id=TurnId(f"line.{sha256(_name(one).encode(errors='replace')).hexdigest()[:32]}"),
        channel=Channel.CHAT,
        text=text,
        pressed=pressed,
        sent_at=_moment(one.get("timestamp")),
    )
    return _Event(turn, str(user), token if _texts(token) else None, linked)


def _name(one: Json) -> str:
    """What a redelivery brings again: LINE's id of the event, or of an older form all but whether it is one."""
    named = one.get("webhookEventId")
    if _texts(named):
        return str(named)
    return json.dumps({name: value for name, value in one.items() if name != "deliveryContext"}, sort_keys=True)


def _part(one: Json, name: str) -> Json:
    part = one.get(name)
    return part if isinstance(part, dict) else {}


def _texts(*values: object) -> bool:
    """Ids and tokens."""
    return all(isinstance(value, str) and 0 < len(value) <= 256 and value.isascii() for value in values)


def _moment(milliseconds: object) -> datetime | None:
    if type(milliseconds) is not int or not 0 <= milliseconds < 10**13:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _done(one: _Event, needs: LineWebhook) -> bool:
    """Whether this event needs no further delivery."""
    try:
        if not needs.turns.claim(one.turn.turn_id, needs.clock.now()):
            return True
        account = needs.vault.digest(f"line\x1f{one.user}")
        said, uri = _say(one, account, needs)
    except (RetryableError, GaveUpError) as error:
        # Without the store nobody knows whether it is the first delivery. A reply token is good for one reply.
        needs.telemetry.note("turn_failed", why=str(error))
        needs.telemetry.count("TurnFailed")
        trouble = chat.put(Reply(locale=Locale.ZH_TW, lines=(Spoken.TROUBLE,)))
        return one.reply_token is not None and needs.line.reply(one.reply_token, messages(trouble)) is Fate.ACCEPTED
    if not _sent(one, messages(said, uri), needs):
        needs.telemetry.count("LineUnsent")
        needs.turns.let_go(one.turn.turn_id, needs.clock.now())
        return False
    needs.turns.finish(one.turn.turn_id, needs.clock.now())
    return True


def _say(one: _Event, account: str, needs: LineWebhook) -> tuple[Said, tuple[str, str] | None]:
    """What is said, with a (label, address) beside it where there is one to go to."""
    now = needs.clock.now()
    if one.linked is not None:
        linked = bool(one.linked) and needs.links.take(needs.vault.digest(f"nonce\x1f{one.linked}"), account, now)
        return _line(Spoken.LINKED if linked else Spoken.NOT_LINKED, Locale.ZH_TW), None
    who = needs.links.policyholder(account)
    heard = hearing.hear(one.turn.text, Locale.ZH_TW)
    if who is not None and heard.unlink:
        needs.links.cut(account, now)
        return _line(Spoken.UNLINKED, heard.locale or Locale.ZH_TW), None
    reply = needs.converse(one.turn, account, who)
    return chat.put(reply), _where_to_link(one.user, reply.locale, needs) if who is None else None


def _line(line: Spoken, locale: Locale) -> Said:
    return chat.put(Reply(locale=locale, lines=(line,)))


def _where_to_link(user: str, locale: Locale, needs: LineWebhook) -> tuple[str, str] | None:
    if not needs.link_url:
        return None
    token = needs.line.link_token(user)
    if token is None:
        return None
    joint = "&" if "?" in needs.link_url else "?"
    return str(chat.words(locale)["link"]), f"{needs.link_url}{joint}linkToken={quote(token, safe='')}"


def _sent(one: _Event, told: list[Json], needs: LineWebhook) -> bool:
    """A reply, which costs nothing; else a push. Better read twice than not at all: a reply that may have gone out is
    pushed as well."""
    if one.reply_token is not None and needs.line.reply(one.reply_token, told) is Fate.ACCEPTED:
        return True
    return needs.line.push(one.user, told, one.turn.turn_id) is Fate.ACCEPTED


def messages(said: Said, uri: tuple[str, str] | None = None) -> list[Json]:
    """As LINE takes them: five messages at most, choices as quick replies of the last."""
    texts = [text[:MOST_TEXT] for text in said.texts]
    if len(texts) > MOST_MESSAGES:
        first = len(texts) - MOST_MESSAGES + 1
        texts = ["\n".join(texts[:first])[:MOST_TEXT], *texts[first:]]
    told: list[Json] = [{"type": "text", "text": text} for text in texts]
    items = [
        _item(
            {
                "type": "postback",
                "label": saying.label(choice.place, choice.text),
                "data": choice.value[:MOST_DATA],
                "displayText": choice.text[:MOST_DATA],
            }
        )
        for choice in said.choices[:MOST_QUICK_REPLIES]
    ]
    if uri is not None:
        items.append(_item({"type": "uri", "label": saying.label(1, uri[0]), "uri": uri[1]}))
    if items:
        told[-1]["quickReply"] = {"items": items}
    return told


def _item(action: Json) -> Json:
    return {"type": "action", "action": action}
