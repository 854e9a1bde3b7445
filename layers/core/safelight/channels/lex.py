"""Amazon Lex V2's code hook: one turn in, one answer out, by text or by voice.

The bot hears; what is asked and said comes from the engine. The person is whom the insurer's own server names in the
session or request attributes: nobody else may call the bot (docs/decisions/0014). Fields that are missing or unknown
never fail a turn.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from safelight.channels import chat
from safelight.channels.chat import Said
from safelight.channels.last_resort import LastResort
from safelight.channels.naming import named
from safelight.domain.assessment import NextStep
from safelight.domain.conversation import Line, Reply, Turn, TurnId
from safelight.domain.request import Channel, Locale, PolicyholderId
from safelight.domain.saying import MESSAGE_LIMIT
from safelight.ports import Telemetry

CONTACT_ID = "connect_contact_id"
"""The attribute that names the call which Amazon Connect handed to the bot: its keypad goes on with the same talk."""
COUNT = "safelight_turns"
"""The attribute in which we count the turns of a session."""
FREE_SLOT = "said"
"""A slot of this name takes the next words as they are; a bot without it gets ElicitIntent."""
INTENT_FIELDS = ("name", "slots", "state", "confirmationState")
MOST_MESSAGES = 5
MOST_BUTTONS = 5
MOST_BUTTON = 50
_PRESSED = re.compile(r"[a-z_]+\.[A-Za-z0-9_.-]*:[1-9]")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LexHook:
    """`locales` maps a bot's locale to ours where its name does not say it."""

    telemetry: Telemetry
    converse: Callable[[Turn, str, PolicyholderId | None], Reply]
    locales: Mapping[str, str]


def answer(event: Json, needs: LexHook) -> Json:
    """Never an error: Lex would read out one of its own."""
    locale, aloud = _locale(event, needs), _by_voice(event)
    said: Said | None = None
    with LastResort(needs.telemetry):
        said = chat.put(needs.converse(_turn(event, locale), _whose(event), _person(event)), aloud=aloud)
    if said is None:
        said = chat.put(Reply(locale=locale, lines=(Line.TROUBLE,)), aloud=aloud)
    return _answer(event, said, locale)


def parse_locales(text: str) -> dict[str, str]:
    """`zh_CN=zh-TW,ja_JP=en` as a map."""
    return dict(pair.split("=", 1) for pair in text.replace(" ", "").split(",") if "=" in pair)


def _part(of: object, name: str) -> Json:
    part = of.get(name) if isinstance(of, dict) else None
    return part if isinstance(part, dict) else {}


def _text(of: Json, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _locale(event: Json, needs: LexHook) -> Locale:
    named = _text(_part(event, "bot"), "localeId")
    return Locale.nearest(needs.locales.get(named, named))


def _person(event: Json) -> PolicyholderId | None:
    session = _part(_part(event, "sessionState"), "sessionAttributes")
    return named(session) or named(_part(event, "requestAttributes"))


def _whose(event: Json) -> str:
    attributes = _part(_part(event, "sessionState"), "sessionAttributes")
    return (_by_voice(event) and _text(attributes, CONTACT_ID)) or _text(event, "sessionId")


def _turn(event: Json, locale: Locale) -> Turn:
    told = _text(event, "inputTranscript")
    pressed = told if _PRESSED.fullmatch(told) else None
    return Turn(
        turn_id=_turn_id(event),
        channel=Channel.PHONE if _by_voice(event) else Channel.CHAT,
        text="" if pressed else told,
        pressed=pressed,
        locale=locale,
    )


def _by_voice(event: Json) -> bool:
    """Whoever presses a key is on the phone, too."""
    return event.get("inputMode") in ("Speech", "DTMF")


def _turn_id(event: Json) -> TurnId:
    """From Lex's name of the request and our count of the turns: a retry of the hook brings both again, and whoever
    types the same twice brings another count. An event with neither is a turn of its own."""
    state = _part(event, "sessionState")
    request, count = _text(state, "originatingRequestId"), _text(_part(state, "sessionAttributes"), COUNT)
    if not request and not count:
        return TurnId("")
    about = "\x1f".join([_text(event, "sessionId"), request, count, _text(event, "inputTranscript")])
    return TurnId(f"lex.{sha256(about.encode(errors='replace')).hexdigest()[:32]}")


def _answer(event: Json, said: Said, locale: Locale) -> Json:
    sent = _part(_part(event, "sessionState"), "sessionAttributes")
    attributes = {name: value for name, value in sent.items() if isinstance(value, str)}
    count = _text(attributes, COUNT)
    counted = str(int(count) + 1 if count.isdecimal() and len(count) < 9 else 1)
    return {
        "sessionState": {
            "sessionAttributes": {**attributes, COUNT: counted},
            **_action(_intent(event), said),
        },
        "messages": _messages(event, said, locale),
        **({"requestAttributes": event["requestAttributes"]} if _part(event, "requestAttributes") else {}),
    }


def _intent(event: Json) -> Json:
    """The one in hand, in the fields that Lex takes back. An event may have it among its interpretations only."""
    found = _part(_part(event, "sessionState"), "intent")
    listed = event.get("interpretations")
    if not found and isinstance(listed, list) and listed:
        found = _part(listed[0], "intent")
    return {name: found[name] for name in INTENT_FIELDS if name in found}


def _action(intent: Json, said: Said) -> Json:
    if not _text(intent, "name"):
        return {"dialogAction": {"type": "ElicitIntent"}}
    if said.over:
        state = "Fulfilled" if said.step in (None, NextStep.PROCEED, NextStep.WAIT) else "Failed"
        return {"dialogAction": {"type": "Close"}, "intent": {**intent, "state": state}}
    if FREE_SLOT in _part(intent, "slots"):
        slots = {**intent["slots"], FREE_SLOT: None}
        return {
            "dialogAction": {"type": "ElicitSlot", "slotToElicit": FREE_SLOT},
            "intent": {**intent, "slots": slots, "state": "InProgress"},
        }
    return {"dialogAction": {"type": "ElicitIntent"}}


def _messages(event: Json, said: Said, locale: Locale) -> list[Json]:
    """Spoken: the last as SSML. Written: text, and a card where its buttons hold every choice."""
    if _by_voice(event) and said.spoken is not None:
        told = [_plain(text) for text in _cut("\n".join(said.texts[:-1]))]
        return [*told[: MOST_MESSAGES - 1], {"contentType": "SSML", "content": said.spoken}]
    pieces = [piece for text in said.texts for piece in _cut(text)]
    card = _card(said, locale)
    most = MOST_MESSAGES - bool(card)
    if len(pieces) > most:
        pieces = _cut("\n".join(said.texts))[-most:]
    return [*map(_plain, pieces), *([card] if card else [])]


def _plain(text: str) -> Json:
    return {"contentType": "PlainText", "content": text}


def _cut(text: str) -> list[str]:
    """At line ends, and only where it must be within a line."""
    pieces: list[str] = []
    for line in text.split("\n"):
        for at in range(0, max(1, len(line)), MESSAGE_LIMIT):
            part = line[at : at + MESSAGE_LIMIT]
            if pieces and len(pieces[-1]) + 1 + len(part) <= MESSAGE_LIMIT:
                pieces[-1] = f"{pieces[-1]}\n{part}"
            else:
                pieces.append(part)
    return [piece for piece in pieces if piece]


def _card(said: Said, locale: Locale) -> Json | None:
    """None where a choice does not fit: the text has them all, numbered."""
    if not said.choices or len(said.choices) > MOST_BUTTONS:
        return None
    if any(len(choice.text) > MOST_BUTTON or len(choice.value) > MOST_BUTTON for choice in said.choices):
        return None
    buttons = [{"text": choice.text, "value": choice.value} for choice in said.choices]
    title = str(chat.words(locale)["choose"])
    return {"contentType": "ImageResponseCard", "imageResponseCard": {"title": title, "buttons": buttons}}
