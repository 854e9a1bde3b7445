"""One conversation for every chat and voice channel: what is known of a request, and what is asked for next.

Pure. A turn comes in (words, or a choice by place), a talk at its next state comes out, with the lines to say. What the
lines read is the channel's business. Of what somebody wrote only what follows from it is kept: a kind, a sum, a choice,
and the reader's figures. The words are never in a talk (promise 8).

Nothing here decides anything: a request that is complete goes the same way as one by HTTP.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import log10
from typing import NewType
from zlib import crc32

from safelight.domain import hearing
from safelight.domain.assessment import NextStep, ScamType
from safelight.domain.case import Case
from safelight.domain.facts import Conversation, Profile
from safelight.domain.hearing import Heard
from safelight.domain.light import Light
from safelight.domain.request import (
    AccountKey,
    Channel,
    Locale,
    PolicyholderId,
    PolicyId,
    RequestId,
    RequestKind,
    SessionId,
)

TalkId = NewType("TalkId", str)
"""Keyed hash of the channel, its own name for the conversation, and the policyholder."""
TurnId = NewType("TurnId", str)
"""One delivery by the channel, whatever it is called there. The same turn acts once."""

TURNS_KEPT = 20
MOST_OFFERED = 9
"""A choice has one digit, on every channel."""
MOST_OF_A_SUM = 24
"""Characters of a text that gives a sum and says nothing else."""
ALARMING = 0.0
"""Log-odds of the reader at which words are more likely a scam's than not. It decides what is said, nothing else."""


WORRY = 1.0
"""Log-odds at which the rules have him asked."""
READ = frozenset({Locale.ZH_TW, Locale.EN})
"""Languages that the reader was taught."""


class Awaits(StrEnum):
    """What was asked for last."""

    NOTHING = "nothing"
    KIND = "kind"
    POLICY = "policy"
    AMOUNT = "amount"
    ACCOUNT = "account"
    ANSWER = "answer"


class Line(StrEnum):
    """What is said. Each has its words in every language."""

    HELLO = "hello"
    WARM = "warm"
    """What an official never does, and 165."""
    NOT_UNDERSTOOD = "not_understood"
    SET_ASIDE = "set_aside"
    PERSON = "person"
    """How to reach a person."""
    TROUBLE = "trouble"
    """It cannot go on here."""
    CALL_BACK = "call_back"
    """A colleague rings: said only where there is a task for it."""
    UNKNOWN_PERSON = "unknown_person"
    LINKED = "linked"
    NOT_LINKED = "not_linked"
    UNLINKED = "unlinked"
    ASK_KIND = "ask_kind"
    ASK_POLICY = "ask_policy"
    ASK_AMOUNT = "ask_amount"
    ASK_ACCOUNT = "ask_account"
    AMOUNT_UNREAD = "amount_unread"
    MORE_THAN_AVAILABLE = "more_than_available"
    NOTHING_AVAILABLE = "nothing_available"
    NEXT_STEP = "next_step"
    """The case's next step, and why."""
    ELSEWHERE = "elsewhere"
    """Where a new account, contact or beneficiary is given: not in a chat."""
    QUESTION = "question"
    """The case's open caring question."""


ASKS = {
    Awaits.KIND: Line.ASK_KIND,
    Awaits.POLICY: Line.ASK_POLICY,
    Awaits.AMOUNT: Line.ASK_AMOUNT,
    Awaits.ACCOUNT: Line.ASK_ACCOUNT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A choice: its value, and what its words are made of (a product, an ISO date)."""

    value: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request in the making. `request_id` is set once it is complete, and what follows is about that request."""

    kind: RequestKind | None = None
    policy_id: PolicyId | None = None
    amount_twd: int | None = None
    account: AccountKey | None = None
    account_settled: bool = False
    request_id: RequestId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`text` is looked at and forgotten. `pressed` is the value of a button (see `button`). `locale` is None where the
    channel does not know it. `sent_at` is when it was sent, where the channel says so; `silence_s` how long he was
    silent before, where it hears that; `session_id` the session of the page that it is written on."""

    turn_id: TurnId
    channel: Channel
    text: str = ""
    pressed: str | None = None
    locale: Locale | None = None
    sent_at: datetime | None = None
    silence_s: float | None = None
    session_id: SessionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation as it is stored. `version` counts the stored states.

    `heard` are the reader's figures of all that was written, the worst of each. `offered` are the choices given out
    last, `question` the number of the caring question given out last. `turns` are the latest acted on, `lines` what was
    said to the last of them: it is said again when that turn comes again. `foreseen` is the light that a request for
    all he has would get, on the phone, until there is a request.
    """

    talk_id: TalkId
    policyholder_id: PolicyholderId
    locale: Locale
    wanted: Wanted = Wanted()
    awaits: Awaits = Awaits.NOTHING
    offered: tuple[Offer, ...] = ()
    question: int = 1
    heard: Conversation | None = None
    warmed: bool = False
    foreseen: Light | None = None
    lines: tuple[Line, ...] = ()
    turns: tuple[TurnId, ...] = ()
    version: int = 0

    @property
    def mark(self) -> str:
        """Of the buttons given out now: a button of an earlier question is not taken for an answer to this one, nor one
        of an earlier list, where another policy or account stood at its place."""
        if self.awaits is Awaits.ANSWER:
            return f"{self.awaits}.{self.wanted.request_id}.{self.question}"
        offered = crc32("\x1f".join(offer.value for offer in self.offered).encode())
        return f"{self.awaits}.{self.wanted.kind or ''}.{offered:08x}"

    def next(self, turn: Turn) -> "Talk":
        """The next version, with this turn acted on."""
        return replace(self, turns=(*self.turns, turn.turn_id)[-TURNS_KEPT:], version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a channel says: the lines in order, and the choices with the last of them. `mark` goes into buttons.

    `case` is there from when the request was decided; its open question's choices are the question's own.
    """

    locale: Locale
    lines: tuple[Line, ...]
    offered: tuple[Offer, ...] = ()
    mark: str = ""
    case: Case | None = None
    kind: RequestKind | None = None
    foreseen: Light | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is asked for any more."""
        return self.lines[-1] not in {Line.QUESTION, *ASKS.values()}


def button(mark: str, at: int) -> str:
    return f"{mark}:{at}"


def chosen(talk: Talk, turn: Turn) -> int | None:
    """The place from 1 that was pressed or typed. A button from an earlier question counts for nothing."""
    if turn.pressed is not None:
        mark, _, at = turn.pressed.rpartition(":")
        return int(at) if mark == talk.mark and at.isascii() and at.isdigit() and len(at) < 3 else None
    return hearing.place(turn.text)


def is_given(talk: Talk, text: str) -> bool:
    """Whether a text is a place, or the sum that was asked for and little more: nothing to read in it."""
    if hearing.place(text) is not None:
        return True
    brief = len(text) <= MOST_OF_A_SUM and talk.awaits in (Awaits.AMOUNT, Awaits.ANSWER)
    return brief and hearing.amount(text, talk.locale, bare=True) is not None


def read_by_keywords(text: str, heard: Heard) -> Conversation | None:
    """Where the reader does not know the language: a worry counts just so much that he is asked, and the lack of one
    counts for nothing. What cannot be read is missing, not harmless."""
    if not heard.worried:
        return None
    return Conversation(scam=WORRY, peak=WORRY, types=(-WORRY,) * len(ScamType), length=log10(max(1, len(text))))


def remember(before: Conversation | None, read: Conversation | None) -> Conversation | None:
    """Figures of several turns taken together: the worst of each, and the length of all."""
    if before is None or read is None:
        return read or before
    return Conversation(
        scam=max(before.scam, read.scam),
        peak=max(before.peak, read.peak),
        types=tuple(map(max, before.types, read.types)),
        length=log10(10**before.length + 10**read.length),
    )


def alarming(read: Conversation | None) -> bool:
    return read is not None and read.scam >= ALARMING


def gather(talk: Talk, turn: Turn, heard: Heard, profile: Profile) -> Talk:
    """One step towards a request: take what the turn gives, then ask for the next thing that is missing.

    With nothing missing the talk awaits ANSWER, and the caller gives it its request id.
    """
    wanted, lines = _taken(talk, turn, heard)
    return _asking(replace(talk, wanted=wanted), profile, lines)


def _taken(talk: Talk, turn: Turn, heard: Heard) -> tuple[Wanted, tuple[Line, ...]]:
    wanted, at = talk.wanted, chosen(talk, turn)
    if talk.awaits is Awaits.AMOUNT and turn.pressed is None:
        asked = hearing.amount(turn.text, talk.locale, bare=True)
        if asked is not None:
            return replace(wanted, amount_twd=asked), ()
    elif at is not None and 1 <= at <= len(talk.offered):
        return _with_choice(wanted, talk.awaits, talk.offered[at - 1].value, turn, talk.locale), ()
    if heard.kind is not None:
        return _of_kind(heard.kind, turn, talk.locale), ()
    if heard.stop:
        return Wanted(), (Line.SET_ASIDE,)
    if heard.person:
        return wanted, (Line.PERSON,)
    named = [offer for offer in talk.offered if len(offer.value) > 3 and offer.value.casefold() in turn.text.casefold()]
    if talk.awaits is Awaits.POLICY and len(named) == 1:
        return _with_choice(wanted, talk.awaits, named[0].value, turn, talk.locale), ()
    if talk.awaits is Awaits.NOTHING:
        return wanted, (Line.HELLO,)
    return wanted, (Line.AMOUNT_UNREAD if talk.awaits is Awaits.AMOUNT else Line.NOT_UNDERSTOOD,)


def _of_kind(kind: RequestKind, turn: Turn, locale: Locale) -> Wanted:
    """A sum said with it is taken, where it is one beyond doubt."""
    asked = None if kind is RequestKind.SURRENDER else hearing.amount(turn.text, locale, bare=False)
    return Wanted(kind=kind, amount_twd=asked if kind.moves_money else 0)


def _with_choice(wanted: Wanted, awaits: Awaits, value: str, turn: Turn, locale: Locale) -> Wanted:
    match awaits:
        case Awaits.KIND:
            return _of_kind(RequestKind(value), turn, locale)
        case Awaits.POLICY:
            return replace(wanted, policy_id=PolicyId(value))
        case _:
            return replace(wanted, account=AccountKey(value) if value else None, account_settled=True)


def _asking(talk: Talk, profile: Profile, lines: tuple[Line, ...]) -> Talk:
    """The talk with what is not asked because there is one answer filled in, and with the next question."""
    wanted, kind = talk.wanted, talk.wanted.kind
    if kind is None:
        return _awaiting(talk, Awaits.KIND, tuple(Offer(value=kind) for kind in RequestKind), lines)
    if wanted.policy_id is None:
        policies = _policies(kind, profile)
        if not policies:
            told = replace(talk, wanted=Wanted())
            return replace(told, awaits=Awaits.NOTHING, offered=(), lines=(*lines, Line.NOTHING_AVAILABLE))
        if len(policies) > 1:
            return _awaiting(talk, Awaits.POLICY, policies, lines)
        wanted = replace(wanted, policy_id=PolicyId(policies[0].value))
    if kind is RequestKind.SURRENDER:
        whole = {policy.policy_id: policy.available_twd for policy in profile.policies}
        wanted = replace(wanted, amount_twd=whole.get(wanted.policy_id) if wanted.policy_id else None)
    talk = replace(talk, wanted=wanted)
    if wanted.amount_twd is None:
        return _awaiting(talk, Awaits.AMOUNT, (), lines)
    accounts = _accounts(profile) if kind.moves_money else ()
    if accounts and not wanted.account_settled:
        return _awaiting(talk, Awaits.ACCOUNT, accounts, lines)
    settled = replace(wanted, account_settled=True)
    return replace(talk, wanted=settled, awaits=Awaits.ANSWER, offered=(), question=1, lines=lines)


def _awaiting(talk: Talk, awaits: Awaits, offered: tuple[Offer, ...], lines: tuple[Line, ...]) -> Talk:
    return replace(talk, awaits=awaits, offered=offered, lines=(*lines, ASKS[awaits]))


def _policies(kind: RequestKind, profile: Profile) -> tuple[Offer, ...]:
    """His own, of which there is something to pay where money moves; those that hold most when there are too many."""
    fitting = [policy for policy in profile.policies if policy.available_twd > 0 or not kind.moves_money]
    fitting = sorted(fitting, key=lambda policy: -policy.available_twd)[:MOST_OFFERED]
    return tuple(
        Offer(value=policy.policy_id, about=policy.product) for policy in sorted(fitting, key=lambda p: p.policy_id)
    )


def _accounts(profile: Profile) -> tuple[Offer, ...]:
    """The account of record and those on file, the newest first; none where there is nothing to choose."""
    if len(profile.accounts) < 2:
        return ()
    newest = sorted(profile.accounts, key=lambda account: (account.added_on, account.key), reverse=True)
    on_file = tuple(Offer(value=one.key, about=one.added_on.isoformat()) for one in newest[: MOST_OFFERED - 1])
    return (Offer(value=""), *on_file)


def more_than_available(talk: Talk) -> Talk:
    """Asked for the sum again."""
    wanted = replace(talk.wanted, amount_twd=None, request_id=None)
    return _awaiting(replace(talk, wanted=wanted), Awaits.AMOUNT, (), (Line.MORE_THAN_AVAILABLE,))


def about_case(talk: Talk, case: Case, *lines: Line) -> Talk:
    """What is said of a decided request: `lines`, then its open question, or else its next step. While somebody may be
    listening or watching nothing is asked."""
    if case.unanswered and not case.discreet:
        number = case.questions.index(case.unanswered[0]) + 1
        said = lines or (() if case.answers else (Line.NEXT_STEP,))
        return replace(talk, awaits=Awaits.ANSWER, offered=(), question=number, lines=(*said, Line.QUESTION))
    told = (*lines, Line.NEXT_STEP) if Line.CALL_BACK not in lines else lines
    if case.next_step is NextStep.PROCEED and not case.request.kind.moves_money:
        told = (*told, Line.ELSEWHERE)
    return replace(talk, awaits=Awaits.NOTHING, offered=(), lines=told)


def reply(talk: Talk, case: Case | None = None) -> Reply:
    return Reply(
        locale=talk.locale,
        lines=talk.lines,
        offered=talk.offered,
        mark=talk.mark,
        case=case,
        kind=talk.wanted.kind,
        foreseen=talk.foreseen,
    )
