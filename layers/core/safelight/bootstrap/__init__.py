"""The one place that wires: settings → adapters → use cases. One `for_…` a function, which imports only what it needs;
those of the alert path are in `alerting`, what writes training rows in `exporting`.

Settings that a function needs are read when it starts, so a missing one fails the start and names itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from safelight.bootstrap.adapters import Adapters
from safelight.settings import Settings

if TYPE_CHECKING:
    from safelight.channels.connect import ConnectFlow
    from safelight.channels.lex import LexHook
    from safelight.channels.line import LineWebhook
    from safelight.domain.alert import StaffTask, TaskReason
    from safelight.domain.alert_rules import QuietHours
    from safelight.domain.caring import Given
    from safelight.domain.case import Case, CaseId, CaseState
    from safelight.domain.contact import Contact, ContactId, Relation, Telling
    from safelight.domain.conversation import Reply, Turn
    from safelight.domain.facts import Context, ObservationKind
    from safelight.domain.light import Light
    from safelight.domain.outcome import OutcomeLabel, OutcomeSource
    from safelight.domain.reply import Word
    from safelight.domain.request import Locale, PolicyholderId, Request, SessionId
    from safelight.ports import BoardPage, CaseFile, Clock, Telemetry, Vault
    from safelight.scoring.usual import Usual
    from safelight.usecases.assess_request import Opened
    from safelight.usecases.converse import Foresee
    from safelight.usecases.order_contacts import Contacts as OwnContacts
    from safelight.usecases.reply_as_contact import Told
    from safelight.usecases.see_to_tasks import WaitingPage
    from safelight.usecases.staff_contacts import Known, Regarded
    from safelight.usecases.watch_session import Heard

    class NoteReply(Protocol):
        def __call__(
            self, case_id: CaseId, contact_id: ContactId, word: Word, staff_id: str, /, *, verified: bool
        ) -> None: ...

    UsualOf = Callable[[str | None], Mapping[str, Usual]]


class Assessment(NamedTuple):
    telemetry: Telemetry
    clock: Clock
    vault: Vault
    assess_request: Callable[[Request, Context | None, str], Opened]
    usual: UsualOf


def for_assessment() -> Assessment:
    adapters = Adapters(Settings.from_environment())
    models = adapters.models  # starts to load in the background while the rest is imported
    from safelight.usecases.assess_request import assess_request

    assess = partial(
        assess_request,
        book=adapters.book,
        cases=adapters.cases,
        sessions=adapters.sessions,
        indicators=adapters.indicators,
        models=models,
        clock=adapters.clock,
        telemetry=adapters.telemetry,
    )
    return Assessment(adapters.telemetry, adapters.clock, adapters.vault, assess, adapters.usual)


class Answers(NamedTuple):
    telemetry: Telemetry
    answer_questions: Callable[[PolicyholderId, CaseId, Sequence[Given]], Case]


def for_answers() -> Answers:
    from safelight.usecases.answer_questions import answer_questions

    adapters = Adapters(Settings.from_environment())
    answer = partial(
        answer_questions,
        book=adapters.book,
        cases=adapters.cases,
        clock=adapters.clock,
        telemetry=adapters.telemetry,
        sessions=adapters.sessions,
    )
    return Answers(adapters.telemetry, answer)


Converse = Callable[["Turn", str, "PolicyholderId | None"], "Reply"]


def _conversing(adapters: Adapters, *, by_voice: bool = False) -> Converse:
    """The one engine behind every chat and voice channel, with the use cases that HTTP calls."""
    models, reader = adapters.models, adapters.reader  # start to load in the background while the rest is imported
    from safelight.usecases.answer_questions import answer_questions
    from safelight.usecases.assess_request import assess_request
    from safelight.usecases.converse import Conversing, converse

    book, cases, clock, telemetry = adapters.book, adapters.cases, adapters.clock, adapters.telemetry
    needs = Conversing(
        talks=adapters.talks,
        book=book,
        cases=cases,
        sessions=adapters.sessions,
        reader=reader,
        vault=adapters.vault,
        clock=clock,
        telemetry=telemetry,
        assess=partial(
            assess_request,
            book=book,
            cases=cases,
            sessions=adapters.sessions,
            indicators=adapters.indicators,
            models=models,
            clock=clock,
            telemetry=telemetry,
            facts_within_s=adapters.timeout_s,
        ),
        answer=partial(
            answer_questions, book=book, cases=cases, clock=clock, telemetry=telemetry, sessions=adapters.sessions
        ),
        foresee=_foreseeing(adapters) if by_voice else None,
        within_s=adapters.timeout_s,
    )
    return partial(converse, needs=needs)


def _foreseeing(adapters: Adapters) -> Foresee:
    from safelight.usecases.foresee import foresee

    return partial(
        foresee,
        book=adapters.book,
        cases=adapters.cases,
        sessions=adapters.sessions,
        indicators=adapters.indicators,
        models=adapters.models,
        clock=adapters.clock,
        telemetry=adapters.telemetry,
        facts_within_s=adapters.timeout_s,
    )


class WebChat(NamedTuple):
    telemetry: Telemetry
    converse: Converse


def for_web_chat() -> WebChat:
    adapters = Adapters(Settings.from_environment())
    converse = _conversing(adapters)
    return WebChat(adapters.telemetry, converse)


def for_line() -> LineWebhook:
    adapters = Adapters(Settings.from_environment())
    converse = _conversing(adapters)
    from safelight.channels.line import LineWebhook

    return LineWebhook(
        line=adapters.line,
        links=adapters.links,
        turns=adapters.turns,
        vault=adapters.vault,
        clock=adapters.clock,
        telemetry=adapters.telemetry,
        converse=converse,
        link_url=adapters.settings.line_link_url,
    )


def for_lex() -> LexHook:
    adapters = Adapters(Settings.from_environment())
    converse = _conversing(adapters)
    from safelight.channels.lex import LexHook, parse_locales

    locales = parse_locales(adapters.settings.lex_locales)
    return LexHook(telemetry=adapters.telemetry, converse=converse, locales=locales)


ANSWER_WITHIN_S = 0.6
"""Of a call to AWS while somebody holds the line, and of all facts together: where one of them hangs, there are words
within two seconds. Where more do, the flow's own, for it waits no longer."""


def for_connect() -> ConnectFlow:
    adapters = Adapters(Settings.from_environment(), ANSWER_WITHIN_S)
    converse = _conversing(adapters, by_voice=True)
    from safelight.channels.connect import ConnectFlow, parse_voices
    from safelight.usecases.hear_contact import hear_contact, who_rings

    book, cases, clock, settings = adapters.book, adapters.cases, adapters.clock, adapters.settings
    return ConnectFlow(
        telemetry=adapters.telemetry,
        converse=converse,
        who_rings=partial(who_rings, book=book, cases=cases, vault=adapters.vault, clock=clock),
        hear_contact=partial(hear_contact, cases=cases, clock=clock),
        caring_queue=settings.caring_queue,
        service_queue=settings.service_queue,
        voices=parse_voices(settings.connect_voices),
    )


class Linking(NamedTuple):
    telemetry: Telemetry
    offer_link: Callable[[PolicyholderId], str]


def for_linking() -> Linking:
    from safelight.adapters.ids import RandomIds
    from safelight.usecases.link_chat import offer_link

    adapters = Adapters(Settings.from_environment())
    offer = partial(offer_link, links=adapters.links, vault=adapters.vault, ids=RandomIds(), clock=adapters.clock)
    return Linking(adapters.telemetry, offer)


class Reading(NamedTuple):
    telemetry: Telemetry
    show_case: Callable[[PolicyholderId, CaseId], Case]


def for_reading() -> Reading:
    from safelight.usecases.show_case import show_case

    adapters = Adapters(Settings.from_environment())
    show = partial(show_case, cases=adapters.cases, sessions=adapters.sessions, clock=adapters.clock)
    return Reading(adapters.telemetry, show)


class Sessions(NamedTuple):
    telemetry: Telemetry
    watch_session: Callable[[PolicyholderId, SessionId, Context, int | None], Heard]


def for_sessions() -> Sessions:
    from safelight.usecases.watch_session import watch_session

    adapters = Adapters(Settings.from_environment())
    sessions, clock, telemetry = adapters.sessions, adapters.clock, adapters.telemetry
    return Sessions(telemetry, partial(watch_session, sessions=sessions, clock=clock, telemetry=telemetry))


class Contacts(NamedTuple):
    telemetry: Telemetry
    designate_contact: Callable[[PolicyholderId, Relation, str, Locale, QuietHours | None], Contact]
    confirm_contact: Callable[[PolicyholderId, ContactId, str], Contact]
    renew_contact: Callable[[PolicyholderId, ContactId], Contact]
    revoke_contact: Callable[[PolicyholderId, ContactId], Contact]
    list_contacts: Callable[[PolicyholderId], OwnContacts]
    order_contacts: Callable[[PolicyholderId, Telling, Sequence[ContactId]], OwnContacts]
    contact_of_others: Callable[[PolicyholderId], tuple[Contact, ...]]
    step_back: Callable[[PolicyholderId, ContactId], Contact]
    clock: Clock
    relations: tuple[Relation, ...]


def for_contacts() -> Contacts:
    from safelight.domain.contact import Relation
    from safelight.domain.contact_rules import ContactRules
    from safelight.usecases.be_a_contact import contact_of_others, step_back
    from safelight.usecases.manage_contacts import confirm_contact, designate_contact, renew_contact, revoke_contact
    from safelight.usecases.order_contacts import list_contacts, order_contacts

    adapters = Adapters(Settings.from_environment())
    book, vault, clock, settings = adapters.book, adapters.sealing_vault, adapters.clock, adapters.settings
    relations = tuple(Relation(name) for name in settings.contact_relations)
    rules = ContactRules(
        settling=settings.contact_settling, valid_for=settings.contact_valid_for, relations=frozenset(relations)
    )
    return Contacts(
        adapters.telemetry,
        partial(designate_contact, book=book, vault=vault, clock=clock, rules=rules),
        partial(confirm_contact, book=book, vault=vault, clock=clock, rules=rules),
        partial(renew_contact, book=book, clock=clock),
        partial(revoke_contact, book=book, clock=clock),
        partial(list_contacts, book=book),
        partial(order_contacts, book=book, clock=clock),
        partial(contact_of_others, book=book, clock=clock),
        partial(step_back, book=book, clock=clock),
        clock,
        relations,
    )


class Calls(NamedTuple):
    telemetry: Telemetry
    is_calling: Callable[[PolicyholderId], bool]


def for_calls() -> Calls:
    from safelight.usecases.note_field import is_calling

    adapters = Adapters(Settings.from_environment())
    return Calls(adapters.telemetry, partial(is_calling, book=adapters.book, clock=adapters.clock))


class Replies(NamedTuple):
    telemetry: Telemetry
    read_told: Callable[[PolicyholderId], tuple[Told, ...]]
    reply_as_contact: Callable[[PolicyholderId, str, Word], Told]


def for_replies() -> Replies:
    from safelight.usecases.reply_as_contact import read_told, reply_as_contact

    adapters = Adapters(Settings.from_environment())
    book, cases, vault, clock = adapters.book, adapters.cases, adapters.vault, adapters.clock
    return Replies(
        adapters.telemetry,
        partial(read_told, book=book, cases=cases, vault=vault, clock=clock),
        partial(reply_as_contact, book=book, cases=cases, vault=vault, clock=clock),
    )


class SeeingToTasks(NamedTuple):
    telemetry: Telemetry
    sender: str
    list_tasks: Callable[[int, str | None], WaitingPage]
    finish_task: Callable[[CaseId, TaskReason, ContactId | None, str, str], StaffTask]
    note_reply: NoteReply


def for_tasks() -> SeeingToTasks:
    from safelight.usecases.reply_as_contact import note_reply
    from safelight.usecases.see_to_tasks import finish_task, list_tasks

    adapters = Adapters(Settings.from_environment())
    tasks, cases, clock = adapters.tasks, adapters.cases, adapters.clock
    return SeeingToTasks(
        adapters.telemetry,
        adapters.settings.sms_sender_name,
        partial(list_tasks, tasks=tasks, cases=cases, clock=clock),
        partial(finish_task, tasks=tasks, cases=cases, clock=clock),
        partial(note_reply, book=adapters.book, cases=cases, clock=clock),
    )


class Staff(NamedTuple):
    telemetry: Telemetry
    read_board: Callable[[CaseState, Light | None, int, str | None], BoardPage]
    read_case: Callable[[CaseId], CaseFile]
    record_outcome: Callable[[CaseId, OutcomeLabel, float, str, str, OutcomeSource, int | None], CaseFile]
    record_observation: Callable[[PolicyholderId, ObservationKind, str, str | None], None]
    announce_call: Callable[[PolicyholderId, int, str], object]
    usual: UsualOf


def for_staff() -> Staff:
    from safelight.usecases.note_field import announce_call, record_observation
    from safelight.usecases.read_case import read_board, read_case
    from safelight.usecases.record_outcome import record_outcome

    adapters = Adapters(Settings.from_environment())
    cases, book, clock = adapters.cases, adapters.book, adapters.clock
    return Staff(
        adapters.telemetry,
        partial(read_board, cases=cases),
        partial(read_case, cases=cases),
        partial(
            record_outcome,
            cases=cases,
            quotas=adapters.quotas,
            clock=clock,
            telemetry=adapters.telemetry,
            caps=adapters.settings.label_caps,
        ),
        partial(record_observation, book=book, cases=cases, clock=clock),
        partial(announce_call, book=book, clock=clock),
        adapters.manifest_usual.of,
    )


class StaffContacts(NamedTuple):
    telemetry: Telemetry
    vault: Vault
    regard_contacts: Callable[[PolicyholderId], tuple[Regarded, ...]]
    note_contact: Callable[[PolicyholderId, ContactId, Known, str], Contact]


def for_staff_contacts() -> StaffContacts:
    from safelight.usecases.staff_contacts import note_contact, regard_contacts

    adapters = Adapters(Settings.from_environment())
    book, cases, clock = adapters.book, adapters.cases, adapters.clock
    return StaffContacts(
        adapters.telemetry,
        adapters.vault,
        partial(regard_contacts, book=book, clock=clock),
        partial(note_contact, book=book, cases=cases, clock=clock),
    )
