"""A conversation over the insurer in memory: turns in, replies and what became of them out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from safelight.channels import chat
from safelight.channels.chat import Said
from safelight.domain.case import Case
from safelight.domain.conversation import Reply, Talk, Turn, TurnId
from safelight.domain.facts import Context, Conversation
from safelight.domain.request import Channel, Locale, PolicyholderId, Request
from safelight.usecases.answer_questions import answer_questions
from safelight.usecases.assess_request import Opened, assess_request
from safelight.usecases.converse import Conversing, converse
from tests.builders import POLICYHOLDER
from tests.fakes.talks import FakeReader, FakeTalks
from tests.usecases.world import World

READ_AS_A_SCAM = Conversation(scam=3.0, peak=3.5, types=(2.0, -5.0, -5.0, -5.0, -5.0), length=1.5)
READ_AS_ORDINARY = Conversation(scam=-3.0, peak=-3.0, types=(-5.0,) * 5, length=1.0)
NAME = "chat-1"


@dataclass
class Talking:
    """One person's conversation. `says` is a new turn; `turn` given again is a redelivery."""

    world: World
    channel: Channel = Channel.CHAT
    locale: Locale | None = Locale.ZH_TW
    who: PolicyholderId | None = POLICYHOLDER
    reader: FakeReader = field(default_factory=FakeReader)
    replies: list[Reply] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.talks = FakeTalks(self.world.store, self.world.clock)
        self.assessed: list[Request] = []

    def assess(self, request: Request, seen: Context | None, digest: str, heard: Conversation | None) -> Opened:
        world = self.world
        self.assessed.append(request)
        return assess_request(
            request,
            seen,
            digest,
            heard,
            book=world.book,
            cases=world.cases,
            sessions=world.sessions,
            indicators=world.indicators,
            models=world.models,
            clock=world.clock,
            telemetry=world.telemetry,
        )

    def answer(self, *given: Any) -> Case:
        world = self.world
        return answer_questions(
            *given,
            book=world.book,
            cases=world.cases,
            clock=world.clock,
            telemetry=world.telemetry,
            sessions=world.sessions,
        )

    @property
    def needs(self) -> Conversing:
        world = self.world
        return Conversing(
            talks=self.talks,
            book=world.book,
            cases=world.cases,
            sessions=world.sessions,
            reader=self.reader,
            vault=world.vault,
            clock=world.clock,
            telemetry=world.telemetry,
            assess=self.assess,
            answer=self.answer,
        )

    def turn(self, text: str = "", pressed: str | None = None, **over: Any) -> Turn:
        turn_id = TurnId(over.pop("turn_id", f"turn-{next(self.numbers)}"))
        return Turn(turn_id=turn_id, channel=self.channel, locale=self.locale, text=text, pressed=pressed, **over)

    def take(self, turn: Turn) -> Reply:
        self.replies.append(converse(turn, NAME, self.who, self.needs))
        return self.replies[-1]

    def says(self, text: str, *, after: float = 20.0, **over: Any) -> Reply:
        self.world.clock.move(seconds=after)
        return self.take(self.turn(text, **over))

    def presses(self, place: int, *, after: float = 20.0, **over: Any) -> Reply:
        """A button of the last reply."""
        self.world.clock.move(seconds=after)
        return self.take(self.turn(pressed=self.said.choices[place - 1].value, **over))

    @property
    def said(self) -> Said:
        return chat.put(self.replies[-1])

    @property
    def talk(self) -> Talk:
        ((talk, _),) = self.talks.kept.values()
        return talk

    @property
    def case(self) -> Case:
        """The one there is."""
        (case,) = self.world.store.cases.values()
        return case


Step = Callable[[Talking], object]
