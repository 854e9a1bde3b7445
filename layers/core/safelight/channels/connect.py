"""Amazon Connect: what `phone/inbound.yaml` says and does next, as the flat strings that a contact flow reads.

The flow names the caller where the insurer's voice menu has identified him (attribute `policyholder_id`); else his
number may be that of a designated contact. It brings back what we gave it (`turn`, `silent`) and the keys that were
pressed, so an invocation that Connect repeats is the same turn. A call that is not understood goes to a person.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, NamedTuple

from safelight.channels import chat, whisper
from safelight.channels.last_resort import LastResort
from safelight.channels.naming import named
from safelight.domain import saying
from safelight.domain.assessment import NextStep
from safelight.domain.caring import Form, frames, questions
from safelight.domain.conversation import Line, Reply, Turn, TurnId
from safelight.domain.light import Light
from safelight.domain.reply import Word
from safelight.domain.request import Channel, Locale, PolicyholderId
from safelight.ports import Telemetry
from safelight.usecases.hear_contact import Ringing

WAITS_S = 8
"""How long the flow waits for a key, which is how long a silence then was at the least."""
MOST_SILENT = 2
"""After so many silences in a row a person takes over."""
MOST_TURNS = 40
PERSON_KEY = "0"
SILENCES = frozenset({"", "Timeout"})
"""What Connect stores where nothing was pressed."""
ASKS = frozenset({"key", "sum"})
WORDS = tuple(Word)
LANGUAGES = {Locale.ZH_TW: "zh-CN", Locale.EN: "en-US"}
"""As Amazon Lex and Amazon Polly name the languages that they share: neither has the Chinese of Taiwan. A bot listens
in the contact's language, which is English until a flow says otherwise."""
HANDS_OVER = frozenset({Line.PERSON, Line.TROUBLE, Line.CALL_BACK, Line.UNKNOWN_PERSON})
"""They say themselves that a person comes."""
NONE = "none"
NOTHING_YET = "還沒有可以評估的申請。"
_DIGITS = re.compile(r"[0-9]{1,12}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")

Json = dict[str, Any]
Strings = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectFlow:
    """`voices` has the languages that are spoken: who speaks another hears a person."""

    telemetry: Telemetry
    converse: Callable[[Turn, str, PolicyholderId | None], Reply]
    who_rings: Callable[[str], Ringing | None]
    hear_contact: Callable[[Ringing, Word], None]
    caring_queue: str
    service_queue: str
    voices: Mapping[str, str]


class Call(NamedTuple):
    """One invocation. A call that staff send back goes on as another `leg`, whose turns begin anew. `keys` is empty
    where no digit was pressed. `silences` are those in a row before the keys, this one included where it `is_silence`.
    """

    call_id: str
    leg_id: str
    who: PolicyholderId | None
    phone: str
    locale: Locale
    turn: int
    keys: str
    silences: int
    is_silence: bool

    @property
    def turn_id(self) -> TurnId:
        """The first turn is the same on every leg: whoever comes back hears how it stands."""
        return TurnId(f"call.{self.leg_id if self.turn else self.call_id}.{self.turn}")

    @property
    def wants_person(self) -> bool:
        """Or gets one unasked: after two silences, and when the call goes in circles."""
        return self.keys == PERSON_KEY or (self.is_silence and self.silences >= MOST_SILENT) or self.turn >= MOST_TURNS


def parse_voices(text: str) -> dict[str, str]:
    """`zh-TW=Zhiyu,en=Joanna` as a map."""
    return dict(pair.split("=", 1) for pair in text.replace(" ", "").split(",") if "=" in pair)


def answer(event: Json, needs: ConnectFlow) -> Strings:
    """Never an error: the flow's safe branch is for when nothing answers at all."""
    call = _call(event)
    told: Strings | None = None
    with LastResort(needs.telemetry):
        told = _answered(call, needs)
    return told or _handed(Reply(locale=call.locale, lines=(Line.TROUBLE,)), call, needs)


def _answered(call: Call, needs: ConnectFlow) -> Strings:
    ringing = None if call.who or not _PHONE.fullmatch(call.phone) else needs.who_rings(call.phone)
    if ringing is not None:
        call = call._replace(locale=ringing.contact.locale)
        return _contact(ringing, call, needs)
    if call.who is None:
        return _handed(Reply(locale=call.locale, lines=(Line.UNKNOWN_PERSON,)), call, needs)
    person = call.wants_person or call.locale not in needs.voices
    turn = Turn(
        turn_id=call.turn_id,
        channel=Channel.PHONE,
        text="" if person else call.keys,
        locale=call.locale,
        silence_s=float(call.silences * WAITS_S),
    )
    reply = needs.converse(turn, call.call_id, call.who)
    if person:
        reply = replace(reply, lines=(Line.PERSON,))
    return _handed(reply, call, needs) if reply.over else _asked(reply, call, needs)


def _contact(ringing: Ringing, call: Call, needs: ConnectFlow) -> Strings:
    """Somebody with a contact's number. He hears of nothing that his SMS did not say, and nobody's name."""
    said = chat.words(call.locale)["phone"]["contact"]
    place = int(call.keys) if len(call.keys) == 1 else 0
    if ringing.case is None or ringing.several or call.wants_person or call.locale not in needs.voices:
        reply = Reply(locale=call.locale, lines=(Line.PERSON,), case=ringing.case)
        return _handed(reply, call, needs, whisper.of_contact(None, ringing.case, several=ringing.several))
    if call.turn and 1 <= place <= len(WORDS):
        word = WORDS[place - 1]
        needs.hear_contact(ringing, word)
        text = str(said["said"][word])
        if word is not Word.WORRIED:
            return _strings(call, needs, say=_ssml(text), then="bye")
        told = f"{text} {chat.words(call.locale)['phone']['transfer']}"
        return _strings(
            call,
            needs,
            say=_ssml(told),
            then="person",
            queue=needs.caring_queue,
            whisper=whisper.of_contact(word, ringing.case),
            case_id=ringing.case.case_id,
        )
    choices = [str(said["choices"][word]) for word in WORDS]
    asked = saying.offered(str(said["ask"]), choices, frames(call.locale))
    return _strings(call, needs, say=_with_zero(asked, call.locale, "key"), then="key")


def _asked(reply: Reply, call: Call, needs: ConnectFlow) -> Strings:
    said = chat.put(reply, aloud=True)
    before = "".join(f"{escape(text)} " for text in said.texts[:-1])
    say = (said.spoken or _ssml(said.texts[-1])).replace("<speak>", f"<speak>{before}", 1)
    then = _awaited(reply)
    return _strings(call, needs, say=_with_zero(say, call.locale, then), then=then)


def _awaited(reply: Reply) -> str:
    """One key, or a sum that ends with the hash key."""
    last, case = reply.lines[-1], reply.case
    if last is Line.QUESTION and case is not None and case.unanswered:
        return "sum" if questions()[case.unanswered[0]].form is Form.OPEN else "key"
    return "sum" if last is Line.ASK_AMOUNT else "key"


def _handed(reply: Reply, call: Call, needs: ConnectFlow, heard: str | None = None) -> Strings:
    """To a person, unless he gave it up himself. Whoever may be in trouble goes to those who know how to ask."""
    if heard is None and reply.case is None and reply.lines[-1] is Line.TROUBLE:
        heard = whisper.NOT_ASSESSED
    if call.locale not in needs.voices:
        heard = whisper.in_language(call.locale, heard or whisper.of_case(reply.case, reply.foreseen))
        reply = replace(reply, locale=Locale.ZH_TW)
    case, last = reply.case, reply.lines[-1]
    texts = list(chat.put(reply, aloud=True).texts)
    if last is Line.SET_ASIDE:
        return _strings(call, needs, say=_ssml(" ".join(texts)), then="bye")
    if last not in HANDS_OVER:
        texts.append(str(chat.words(reply.locale)["phone"]["transfer"]))
    worrying = case.next_step is not NextStep.PROCEED if case else reply.foreseen is Light.RED
    return _strings(
        call,
        needs,
        say=_ssml(" ".join(texts)),
        then="person",
        queue=needs.caring_queue if worrying else needs.service_queue,
        whisper=heard or whisper.of_case(case, reply.foreseen),
        case_id=case.case_id if case else "",
        next_step=case.next_step if case else "",
    )


def _strings(
    call: Call,
    needs: ConnectFlow,
    *,
    say: str,
    then: str,
    queue: str = "",
    whisper: str = "",
    case_id: str = "",
    next_step: str = "",
) -> Strings:
    """Every key is always there, and none that becomes an attribute is empty: Connect sets all attributes or none."""
    return {
        "say": say,
        "then": then,
        "may_speak": "yes" if call.who and then in ASKS else "",
        "queue": queue or needs.service_queue,
        "whisper": whisper or NOTHING_YET,
        "case_id": case_id or NONE,
        "next_step": next_step or NONE,
        "turn": str(call.turn + 1),
        "silent": str(call.silences if call.is_silence else 0),
        "language": LANGUAGES.get(call.locale, ""),
        "voice": needs.voices.get(call.locale) or next(iter(needs.voices.values()), ""),
    }


def _ssml(text: str) -> str:
    return f"<speak>{escape(text)}</speak>"


def _with_zero(ssml: str, locale: Locale, then: str) -> str:
    zero = str(chat.words(locale)["phone"]["zero" if then == "key" else "zero_then_hash"])
    return ssml.replace("</speak>", f" {escape(zero)}</speak>")


def _call(event: Json) -> Call:
    data = _part(_part(event, "Details"), "ContactData")
    given = _part(_part(event, "Details"), "Parameters")
    attributes = _part(data, "Attributes")
    pressed, turn = _text(given, "pressed"), _count(given, "turn")
    is_silence = turn > 0 and pressed in SILENCES
    return Call(
        call_id=_text(data, "InitialContactId") or _text(data, "ContactId"),
        leg_id=_text(data, "ContactId"),
        who=named(attributes),
        phone=_text(_part(data, "CustomerEndpoint"), "Address"),
        locale=Locale.nearest(_text(attributes, "locale")),
        turn=turn,
        keys=pressed if turn and _DIGITS.fullmatch(pressed) else "",
        silences=_count(given, "silent") + is_silence if turn else 0,
        is_silence=is_silence,
    )


def _count(of: Json, name: str) -> int:
    value = _text(of, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0


def _part(of: object, name: str) -> Json:
    part = of.get(name) if isinstance(of, dict) else None
    return part if isinstance(part, dict) else {}


def _text(of: Json, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""
