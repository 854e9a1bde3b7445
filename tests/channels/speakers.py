"""One customer's request through each channel, over the insurer in memory: the same facts, whatever brings them.

A channel is added by adding its speaker to SPEAKERS: `opens` has the request decided, `answers` takes the place of a
choice. All speak raw events to the channel's own code; only the stores behind it are in memory.
"""

import hmac
import json
from base64 import b64encode
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any, Protocol

from msgspec.json import decode

from local.phone import Call
from safelight.channels import connect, lex, line, web_chat
from safelight.channels.http import parse
from safelight.channels.http.bodies_in import AnswerIn, AnswersIn, ChatTurnIn, CustomerRequestIn
from safelight.domain.caring import questions
from safelight.domain.case import Case
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale, RequestKind
from safelight.ports import Fate, Model
from safelight.usecases.converse import converse
from safelight.usecases.foresee import foresee
from tests.builders import POLICYHOLDER
from tests.channels.telephone import FLOWS
from tests.fakes import FakeModels
from tests.fakes.talks import FakeLinks, FakeTurns
from tests.usecases.talking import Talking
from tests.usecases.world import World

SECRET = "s" * 32
USER = "U4af4980629f0e1d2c3b4a5968778695a"
READING_S = 20.0
MONEY = (RequestKind.POLICY_LOAN, RequestKind.PARTIAL_WITHDRAWAL, RequestKind.SURRENDER)


@dataclass(frozen=True)
class Asked:
    """What a customer wants, and how he answers: the places that he takes in turn."""

    kind: RequestKind
    amount_twd: int
    policy_id: str
    several_policies: bool
    places: tuple[int, ...]
    locale: Locale = Locale.ZH_TW


@dataclass
class FakeLine:
    """Records what LINE is asked. `fates` are its next answers, ACCEPTED when there is none."""

    replies: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    pushes: list[tuple[str, list[dict[str, Any]], str]] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)

    def channel_secret(self) -> str:
        return SECRET

    def reply(self, token: str, messages: Any) -> Fate:
        self.replies.append((token, list(messages)))
        return self.fates.pop(0) if self.fates else Fate.ACCEPTED

    def push(self, to: str, messages: Any, turn_id: str) -> Fate:
        self.pushes.append((to, list(messages), turn_id))
        return self.fates.pop(0) if self.fates else Fate.ACCEPTED

    def link_token(self, user: str) -> str | None:
        return "link-token"


class Speaker(Protocol):
    def opens(self, asked: Asked) -> None: ...

    def answers(self, place: int) -> None: ...


class Http:
    """As `functions/assess_request` and `functions/answer_questions` do it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def opens(self, asked: Asked) -> None:
        raw = {
            "request_id": "r-1",
            "kind": asked.kind,
            "amount_twd": asked.amount_twd,
            "policy_ids": [asked.policy_id],
            "channel": "app",
            "locale": asked.locale,
        }
        body = decode(json.dumps(raw), type=CustomerRequestIn)
        world = self.world
        request = parse.request(body, Channel(body.channel), POLICYHOLDER, world.clock.now(), world.vault)
        world.assess(request, parse.context(body.signals), parse.digest(body, world.vault))

    def answers(self, place: int) -> None:
        case = the_case(self.world)
        given = AnswersIn(answers=[AnswerIn(question_id=f"q{len(case.questions)}", choice_id=f"c{place}")])
        self.world.answer(case.case_id, *parse.given(given), after=READING_S)


class Line:
    """Signed webhooks. Wishes and policies by quick reply, a sum in digits: no free words."""

    def __init__(self, world: World, locale: Locale = Locale.ZH_TW) -> None:
        self.world, self.line, self.numbers = world, FakeLine(), count()
        self.links = FakeLinks(world.store, world.clock)
        self.talking = Talking(world)
        account = world.vault.digest(f"line\x1f{USER}")
        self.links.accounts[account] = (POLICYHOLDER, world.clock.now())
        self.needs = line.LineWebhook(
            line=self.line,
            links=self.links,
            turns=FakeTurns(world.store),
            vault=world.vault,
            clock=world.clock,
            telemetry=world.telemetry,
            converse=partial(converse, needs=self.talking.needs),
            link_url="https://insurer.example/link",
        )

    def opens(self, asked: Asked) -> None:
        self.says("?")
        self.presses(list(RequestKind).index(asked.kind) + 1)
        _gathered(self, asked, self.world)

    def answers(self, place: int) -> None:
        self.world.clock.move(seconds=READING_S)
        self.presses(place)

    def says(self, text: str) -> None:
        self.deliver(self.event("message", message={"type": "text", "text": text}))

    def presses(self, place: int) -> None:
        items = self.told[-1]["quickReply"]["items"]
        self.deliver(self.event("postback", postback={"data": items[place - 1]["action"]["data"]}))

    @property
    def told(self) -> list[dict[str, Any]]:
        return self.line.replies[-1][1]

    def event(self, kind: str, **over: Any) -> dict[str, Any]:
        number = next(self.numbers)
        return {
            "type": kind,
            "source": {"type": "user", "userId": USER},
            "webhookEventId": f"event-{number}",
            "replyToken": f"token-{number}",
            **over,
        }

    def deliver(self, *events: dict[str, Any]) -> int:
        raw = json.dumps({"events": events})
        sign = b64encode(hmac.digest(SECRET.encode(), raw.encode(), "sha256")).decode()
        status: int = line.receive({"body": raw, "headers": {"X-Line-Signature": sign}}, self.needs)["statusCode"]
        return status


class Lex:
    """Code-hook events. Everything is typed: places and sums."""

    def __init__(self, world: World) -> None:
        self.world, self.numbers = world, count()
        self.attributes: dict[str, Any] = {"policyholder_id": POLICYHOLDER}
        self.said: dict[str, Any] = {}
        needs = Talking(world).needs
        self.hook = lex.LexHook(telemetry=world.telemetry, converse=partial(converse, needs=needs), locales={})

    def opens(self, asked: Asked) -> None:
        self.bot = asked.locale.replace("-", "_")
        self.says("?")
        self.presses(list(RequestKind).index(asked.kind) + 1)
        _gathered(self, asked, self.world)

    def answers(self, place: int) -> None:
        self.world.clock.move(seconds=READING_S)
        self.presses(place)

    def presses(self, place: int) -> None:
        self.says(str(place))

    def says(self, text: str) -> None:
        event = {
            "messageVersion": "1.0",
            "invocationSource": "DialogCodeHook",
            "sessionId": "session-1",
            "inputTranscript": text,
            "bot": {"localeId": self.bot},
            "sessionState": {
                "sessionAttributes": self.attributes,
                "intent": {"name": "Talk", "slots": {"said": None}},
                "originatingRequestId": f"request-{next(self.numbers)}",
            },
        }
        self.said = lex.answer(event, self.hook)
        self.attributes = self.said["sessionState"]["sessionAttributes"]


class Web:
    """The chat pane: JSON in and out. Choices by what their buttons send, sums typed."""

    def __init__(self, world: World) -> None:
        self.world, self.numbers = world, count()
        self.converse = partial(converse, needs=Talking(world).needs)
        self.said: dict[str, Any] = {}

    def opens(self, asked: Asked) -> None:
        self.locale = asked.locale
        self.says("?")
        self.presses(list(RequestKind).index(asked.kind) + 1)
        _gathered(self, asked, self.world)

    def answers(self, place: int) -> None:
        self.world.clock.move(seconds=READING_S)
        self.presses(place)

    def presses(self, place: int) -> None:
        self._turn(pressed=self.said["choices"][place - 1]["pressed"])

    def says(self, text: str) -> None:
        self._turn(text=text)

    def _turn(self, **over: str) -> None:
        raw = {"chat_id": "chat-1", "turn_id": f"turn-{next(self.numbers)}", "locale": self.locale, **over}
        body = decode(json.dumps(raw), type=ChatTurnIn)
        self.said = web_chat.said(self.converse(web_chat.turn(body), body.chat_id, POLICYHOLDER))


class Phone:
    """Calls through the contact flow of phone/: keys, and a sum with the hash key."""

    def __init__(self, world: World) -> None:
        self.world = world
        needs = replace(Talking(world).needs, foresee=partial(foresee, **_all_that_scoring_needs(world)))
        self.flow = connect.ConnectFlow(
            telemetry=world.telemetry,
            converse=partial(converse, needs=needs),
            who_rings=lambda _: None,
            hear_contact=lambda *_: None,
            caring_queue="caring",
            service_queue="service",
            voices={"zh-TW": "Zhiyu"},
        )
        self.call = Call(flows=FLOWS, invoke=self.invoke, phone="", attributes={"policyholder_id": POLICYHOLDER})

    def invoke(self, event: dict[str, Any]) -> dict[str, str]:
        return connect.answer(event, self.flow)

    def opens(self, asked: Asked) -> None:
        self.call.ring()
        self.presses(list(RequestKind).index(asked.kind) + 1)
        _gathered(self, asked, self.world)

    def answers(self, place: int) -> None:
        self.world.clock.move(seconds=READING_S)
        self.presses(place)

    def presses(self, place: int) -> None:
        self.says(str(place))

    def says(self, text: str) -> None:
        self.call.press(text)


def _all_that_scoring_needs(world: World) -> dict[str, Any]:
    names = ("book", "cases", "sessions", "indicators", "models", "clock", "telemetry")
    return {name: getattr(world, name) for name in names}


SPEAKERS: dict[str, type[Http] | type[Line] | type[Lex] | type[Web] | type[Phone]] = {
    "http": Http,
    "line": Line,
    "lex": Lex,
    "web": Web,
    "phone": Phone,
}


def _gathered(speaker: Any, asked: Asked, world: World) -> None:
    if asked.several_policies:
        profile = world.store.profiles[POLICYHOLDER]
        offered = [p for p in profile.policies if p.available_twd > 0 or not asked.kind.moves_money]
        speaker.presses(sorted(p.policy_id for p in offered).index(asked.policy_id) + 1)
    if asked.kind in (RequestKind.POLICY_LOAN, RequestKind.PARTIAL_WITHDRAWAL):
        speaker.says(str(asked.amount_twd))


def the_case(world: World) -> Case:
    (case,) = world.store.cases.values()
    return case


def outcome(name: str, asked: Asked, prepare: Any, model: Model) -> tuple[Light, Light, list[str], str, str]:
    """(light at first, light in the end, questions in order, state, next step)."""
    world = World()
    world.models = FakeModels(model)
    prepare(world)
    speaker = SPEAKERS[name](world)
    speaker.opens(asked)
    first = the_case(world).floor
    for place in asked.places:
        case = the_case(world)
        if not case.unanswered:
            break
        speaker.answers(1 + place % len(questions()[case.unanswered[0]].shown))
    case = the_case(world)
    return first, case.floor, list(case.questions), case.state, case.next_step
