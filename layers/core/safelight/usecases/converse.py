"""One turn of a conversation: hear, ask for what is missing, have the request decided, put its caring questions.

Behind every chat and voice channel, and in front of the same two use cases as HTTP. Whatever fails, what is said is
that a person goes on with it; nothing here can release anything (promise 3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from safelight.domain import conversation, hearing
from safelight.domain.alert import TaskReason
from safelight.domain.caring import Form, Given, questions, texts
from safelight.domain.case import Case, CaseId, case_id_of
from safelight.domain.conversation import Awaits, Line, Reply, Talk, TalkId, Turn, Wanted
from safelight.domain.errors import (
    ConflictError,
    GaveUpError,
    ModelUnavailableError,
    NotFoundError,
    RejectedError,
    RetryableError,
)
from safelight.domain.facts import Context, Conversation, Profile
from safelight.domain.hearing import Heard
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale, PolicyholderId, Request, RequestId, RequestKind
from safelight.ports import Book, Cases, Clock, Reader, Sessions, Talks, Telemetry, Vault
from safelight.usecases.assess_request import Opened
from safelight.usecases.discretion import discreet
from safelight.usecases.leave_task import leave_task
from safelight.usecases.show_case import show_case

ATTEMPTS = 3
"""Two turns may come at once: the loser reads again and goes on from there."""

Assess = Callable[[Request, Context | None, str, Conversation | None], Opened]
Answer = Callable[[PolicyholderId, CaseId, Sequence[Given]], Case]
Foresee = Callable[[PolicyholderId, RequestKind, Channel, Conversation | None, Profile], Light]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversing:
    """What a turn needs. `assess` and `answer` are the use cases that HTTP calls, `foresee` is for where somebody
    listens. `within_s` bounds each read before the request goes out."""

    talks: Talks
    book: Book
    cases: Cases
    sessions: Sessions
    reader: Reader
    vault: Vault
    clock: Clock
    telemetry: Telemetry
    assess: Assess
    answer: Answer
    foresee: Foresee | None = None
    within_s: float = 2.0


def converse(turn: Turn, whose: str, who: PolicyholderId | None, needs: Conversing) -> Reply:
    """What to say. `whose` is the channel's own name for the conversation, `who` is None while he is not known.

    The same turn again changes nothing, and says the same again.
    """
    locale = turn.locale or Locale.ZH_TW
    heard = hearing.hear(turn.text, locale) if turn.pressed is None else Heard()
    if turn.locale is None and heard.locale is not None:
        locale = heard.locale
    if who is None:
        return Reply(locale=locale, lines=(Line.UNKNOWN_PERSON,))
    started: Talk | None = None
    try:
        talk_id = TalkId(needs.vault.digest(f"talk\x1f{turn.channel}\x1f{whose}\x1f{who}"))
        started = Talk(talk_id=talk_id, policyholder_id=who, locale=locale)
        return _Taking(needs, turn, heard).take(started)
    except (RetryableError, GaveUpError) as error:
        needs.telemetry.note("turn_failed", why=str(error))
        needs.telemetry.count("TurnFailed")
        return _handed_over(started, locale, needs)


@dataclass(slots=True)
class _Taking:
    """One turn being taken. `answered` is the case that its answer made: a second attempt must not answer again."""

    needs: Conversing
    turn: Turn
    heard: Heard
    read: Conversation | None = None
    answered: Case | None = None

    def take(self, started: Talk) -> Reply:
        for _ in range(ATTEMPTS):
            talk = self.needs.talks.find(started.talk_id, within_s=self.needs.within_s) or started
            try:
                if self.turn.turn_id and self.turn.turn_id in talk.turns:
                    return self._again(talk)
                return self._take_once(self._heard(talk, started.locale))
            except _OvertakenError:
                continue
        raise RetryableError("talk_contended")

    def _heard(self, talk: Talk, locale: Locale) -> Talk:
        """With what the words tell. The language is the channel's, or else the one he writes in."""
        known = self.turn.locale is not None or self.heard.locale is not None
        talk = replace(talk, locale=locale if known else talk.locale)
        self.read = self._read(talk)
        return replace(talk, heard=conversation.remember(talk.heard, self.read)).next(self.turn)

    def _read(self, talk: Talk) -> Conversation | None:
        """The reader's figures of what was written in free words. A choice or the sum asked for says nothing."""
        text = self.turn.text
        if not text or self.turn.pressed is not None or conversation.is_given(talk, text):
            return None
        if (self.heard.locale or talk.locale) not in conversation.READ:
            return conversation.read_by_keywords(text, self.heard)
        try:
            return self.needs.reader.read([text])
        except ModelUnavailableError:
            self.needs.telemetry.count("WordsUnread")
            return None

    def _take_once(self, talk: Talk) -> Reply:
        if talk.wanted.request_id is not None:
            case = self._case(talk)
            if case is None:
                self._save(talk)
                return self._decided(talk)
            if case.unanswered or self.heard.kind is None:
                return self._about(talk, case)
            talk = replace(talk, wanted=Wanted(), awaits=Awaits.NOTHING, offered=())
        return self._gathered(talk)

    def _gathered(self, talk: Talk) -> Reply:
        profile = self._profile(talk)
        if profile is None:
            talk = replace(talk, wanted=Wanted(), awaits=Awaits.NOTHING, offered=(), lines=(Line.PERSON,))
        else:
            before = talk.wanted.kind
            talk = conversation.gather(talk, self.turn, self.heard, profile)
            if talk.awaits is not Awaits.ANSWER and (talk.foreseen is None or before is not talk.wanted.kind):
                talk = self._foreseen(talk, profile)
        if talk.awaits is Awaits.ANSWER:
            # Written before the request goes out: whatever happens now, it is this one request that comes again.
            talk = replace(talk, wanted=replace(talk.wanted, request_id=self._request_id(talk)))
            self._save(talk)
            return self._decided(talk)
        alarming = self.heard.worried or conversation.alarming(self.read) or talk.foreseen is Light.RED
        if alarming and not talk.warmed and not self._accompanied(talk):
            rest = tuple(line for line in talk.lines if line is not Line.HELLO)
            talk = replace(talk, warmed=True, lines=(Line.WARM, *rest))
        self._save(talk)
        return conversation.reply(talk)

    def _accompanied(self, talk: Talk) -> bool:
        """Whether somebody may be listening or watching, or it cannot be known: then no warning goes on the screen."""
        if self.turn.session_id is None:
            return False
        try:
            seen = self.needs.sessions.context(talk.policyholder_id, self.turn.session_id, within_s=self.needs.within_s)
        except (RetryableError, GaveUpError):
            return True
        return discreet(self.turn.channel, seen, goes_on=False)

    def _foreseen(self, talk: Talk, profile: Profile) -> Talk:
        """Scoring does not wait for the sum: who takes over knows at once whom he has before him."""
        if self.needs.foresee is None:
            return talk
        kind = talk.wanted.kind or RequestKind.POLICY_LOAN
        light = self.needs.foresee(talk.policyholder_id, kind, self.turn.channel, talk.heard, profile)
        return replace(talk, foreseen=light)

    def _decided(self, talk: Talk) -> Reply:
        """The request through the same door as one by HTTP, and what follows from it."""
        needs, request = self.needs, self._request(talk)
        try:
            opened = needs.assess(request, None, needs.vault.digest(_body(request)), talk.heard)
        except ConflictError as error:
            raise GaveUpError("request_id_reused") from error
        except RejectedError as rejected:
            return self._refused(talk, rejected)
        if not opened.recorded:
            return conversation.reply(replace(talk, lines=(Line.TROUBLE,)))
        return conversation.reply(conversation.about_case(talk, opened.case), opened.case)

    def _refused(self, talk: Talk, rejected: RejectedError) -> Reply:
        """Between asking him and asking the book a policy may have changed."""
        if rejected.reason == "more_than_available":
            talk = conversation.more_than_available(talk)
        else:
            talk = replace(talk, wanted=Wanted(), awaits=Awaits.NOTHING, offered=(), lines=(Line.PERSON,))
        talk = replace(talk, version=talk.version + 1)
        self._save(talk)
        return conversation.reply(talk)

    def _about(self, talk: Talk, case: Case) -> Reply:
        """Take the answer to the open question, where the turn is one."""
        lines: tuple[Line, ...] = ()
        if self.answered is not None:
            case = self.answered
        elif case.unanswered:
            given = self._given(talk, case)
            if given is None and self.heard.person:
                case = leave_task(case, TaskReason.TALK_UNFINISHED, self.needs.cases, self.needs.clock)
                lines = (Line.CALL_BACK,)
            elif given is None and self._is_shown(talk, case):
                lines = (Line.NOT_UNDERSTOOD,)
            elif given is None:
                lines = ()  # what he was shown has its answer by now: his own, or one given elsewhere
            else:
                case = self.answered = self._answer(talk, case, given)
        elif self.heard.person:
            lines = (Line.PERSON,)
        talk = conversation.about_case(talk, case, *lines)
        self._save(talk)
        return conversation.reply(talk, case)

    def _is_shown(self, talk: Talk, case: Case) -> bool:
        """Whether the open question is the one that he was shown last."""
        return talk.awaits is Awaits.ANSWER and talk.question == case.questions.index(case.unanswered[0]) + 1

    def _given(self, talk: Talk, case: Case) -> Given | None:
        """None for anything but an answer to the question that he was shown and that is still open."""
        number = case.questions.index(case.unanswered[0]) + 1
        question = questions()[case.unanswered[0]]
        shown_at = case.shown_at.get(question.question_id)
        sent_before = self.turn.sent_at is not None and shown_at is not None and self.turn.sent_at < shown_at
        if not self._is_shown(talk, case) or (sent_before and not self.turn.pressed):
            return None
        at = conversation.chosen(talk, self.turn)
        if at is not None:
            if not 1 <= at <= len(question.shown):
                return None
            return Given(question=number, choice=at, silence_s=self.turn.silence_s)
        if self.turn.pressed is not None:
            return None
        words = texts(talk.locale)[question.question_id].choices
        said = self.turn.text.strip().rstrip("。.").casefold()
        for position, choice_id in enumerate(question.shown, 1):
            if said == words[choice_id].rstrip("。.").casefold():
                return Given(question=number, choice=position)
        if question.form is Form.OPEN:
            asked = hearing.amount(self.turn.text, talk.locale, bare=True)
            return None if asked is None else Given(question=number, amount_twd=asked, silence_s=self.turn.silence_s)
        return None

    def _answer(self, talk: Talk, case: Case, given: Given) -> Case:
        try:
            return self.needs.answer(talk.policyholder_id, case.case_id, [given])
        except (ConflictError, NotFoundError):
            # Answered from somewhere else meanwhile, or ended: he hears how it stands.
            return self._case(talk) or case
        except RejectedError:
            return case

    def _again(self, talk: Talk) -> Reply:
        """The turn was acted on: what was said then, with the case as it is now."""
        if talk.wanted.request_id is None:
            return conversation.reply(talk)
        case = self._case(talk)
        if case is None:
            return self._decided(talk)
        return conversation.reply(conversation.about_case(talk, case), case)

    def _case(self, talk: Talk) -> Case | None:
        """As it may be shown now: who is on a page may not be alone on it."""
        if talk.wanted.request_id is None:
            return None
        who, needs = talk.policyholder_id, self.needs
        case_id = case_id_of(who, talk.wanted.request_id)
        try:
            return show_case(who, case_id, cases=needs.cases, sessions=needs.sessions, clock=needs.clock)
        except NotFoundError:
            return None

    def _profile(self, talk: Talk) -> Profile | None:
        return self.needs.book.dossier(talk.policyholder_id, within_s=self.needs.within_s).profile

    def _request_id(self, talk: Talk) -> RequestId:
        """Nobody else's and no earlier one's. Stored before it is used, it need not come out the same again."""
        about = f"request\x1f{talk.talk_id}\x1f{talk.version}\x1f{self.needs.clock.now().isoformat()}"
        return RequestId("chat-" + self.needs.vault.digest(about)[:24])

    def _request(self, talk: Talk) -> Request:
        wanted = talk.wanted
        if wanted.kind is None or wanted.policy_id is None or wanted.request_id is None:
            raise GaveUpError("request_incomplete")
        return Request(
            request_id=wanted.request_id,
            policyholder_id=talk.policyholder_id,
            kind=wanted.kind,
            amount_twd=wanted.amount_twd or 0,
            policy_ids=(wanted.policy_id,),
            channel=self.turn.channel,
            locale=talk.locale,
            requested_at=self.needs.clock.now(),
            payout_account=wanted.account,
            session_id=self.turn.session_id,
        )

    def _save(self, talk: Talk) -> None:
        try:
            self.needs.talks.save(talk, self.needs.clock.now())
        except ConflictError as error:
            raise _OvertakenError from error


class _OvertakenError(Exception):
    pass


def _body(request: Request) -> str:
    """What a retry must repeat, as the body of an HTTP request is."""
    parts = (request.kind, request.amount_twd, *request.policy_ids, request.payout_account or "")
    return "\x1f".join(map(str, parts))


def _handed_over(started: Talk | None, locale: Locale, needs: Conversing) -> Reply:
    """Trouble: a colleague rings where there is a case and the task could be written, else he is told to ring."""
    trouble = Reply(locale=locale, lines=(Line.TROUBLE,))
    if started is None:
        return trouble
    try:
        talk = needs.talks.find(started.talk_id, within_s=needs.within_s)
        if talk is None or talk.wanted.request_id is None:
            return trouble
        file = needs.cases.find(case_id_of(talk.policyholder_id, talk.wanted.request_id))
        if file is None or file.case.state.ended:
            return trouble
        leave_task(file.case, TaskReason.TALK_UNFINISHED, needs.cases, needs.clock)
    except (RetryableError, GaveUpError):
        return trouble
    return Reply(locale=locale, lines=(Line.CALL_BACK,), case=file.case)
