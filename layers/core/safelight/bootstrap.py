"""The one place that wires: settings → adapters → use cases. One `for_…` a function, which imports only what it needs.

Settings that a function needs are read when it starts, so a missing one fails the start and names itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from safelight.settings import Settings

if TYPE_CHECKING:
    from safelight.adapters.aws_json import AwsJson
    from safelight.adapters.aws_signing import CredentialsSource
    from safelight.adapters.clock import SystemClock
    from safelight.adapters.dynamodb.alerts import DynamoAlerts
    from safelight.adapters.dynamodb.book import DynamoBook
    from safelight.adapters.dynamodb.cases import DynamoCases
    from safelight.adapters.dynamodb.indicators import DynamoIndicators
    from safelight.adapters.dynamodb.sessions import DynamoSessions
    from safelight.adapters.dynamodb.table import Table
    from safelight.adapters.dynamodb.talks import DynamoLinks, DynamoTalks, DynamoTurns
    from safelight.adapters.line_api import LineApi
    from safelight.adapters.manifest_usual import ManifestUsual
    from safelight.adapters.sqs_queue import SqsAlertQueue
    from safelight.adapters.telemetry import PowertoolsTelemetry
    from safelight.adapters.vault import AwsVault
    from safelight.channels.lex import LexHook
    from safelight.channels.line import LineWebhook
    from safelight.domain.alert import Alert, AlertId
    from safelight.domain.caring import Given
    from safelight.domain.case import Case, CaseId, CaseState
    from safelight.domain.contact import Contact, ContactId, Relation
    from safelight.domain.conversation import Reply, Turn
    from safelight.domain.facts import Context, ObservationKind
    from safelight.domain.light import Light
    from safelight.domain.outcome import OutcomeLabel
    from safelight.domain.request import Locale, PolicyholderId, Request, SessionId
    from safelight.ports import BoardPage, CaseFile, Clock, Models, Reader, Sms, Telemetry, Vault
    from safelight.scoring.usual import Usual
    from safelight.usecases.assess_request import Opened
    from safelight.usecases.watch_session import Heard

    UsualOf = Callable[[str | None], Mapping[str, Usual]]

NAMESPACE = "Safelight"
TIMEOUT_S = 2.0
"""Of a call that brings no bound of its own, retries included: reads of facts share the budget of `gather_facts`."""


class _Adapters:
    """Every adapter, made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clock(self) -> SystemClock:
        from safelight.adapters.clock import SystemClock

        return SystemClock(self.settings.clock_offset)

    @cached_property
    def telemetry(self) -> PowertoolsTelemetry:
        from aws_lambda_powertools import Logger

        from safelight.adapters.telemetry import PowertoolsTelemetry

        return PowertoolsTelemetry(Logger(), namespace=NAMESPACE, service=self.settings.service)

    @property
    def _where(self) -> tuple[str, str | None, CredentialsSource, float]:
        """Of every AWS client."""
        from safelight.adapters.aws_signing import environment_credentials

        settings = self.settings
        return settings.region, settings.endpoint, environment_credentials(settings.environ), TIMEOUT_S

    @cached_property
    def _case_table(self) -> Table:
        return self._table(self.settings.case_table)

    @cached_property
    def _book_table(self) -> Table:
        return self._table(self.settings.book_table)

    def _table(self, name: str) -> Table:
        from safelight.adapters.dynamodb.table import Table

        return Table(self._dynamodb, name)

    @cached_property
    def _dynamodb(self) -> AwsJson:
        from safelight.adapters.dynamodb.table import dynamodb_client

        return dynamodb_client(*self._where)

    @cached_property
    def book(self) -> DynamoBook:
        from safelight.adapters.dynamodb.book import DynamoBook

        return DynamoBook(self._book_table, self._case_table)

    @cached_property
    def cases(self) -> DynamoCases:
        from safelight.adapters.dynamodb.cases import DynamoCases

        return DynamoCases(self._case_table)

    @cached_property
    def alerts(self) -> DynamoAlerts:
        from safelight.adapters.dynamodb.alerts import DynamoAlerts

        return DynamoAlerts(self._case_table, lambda: self.telemetry.count("AlertUnreadable"))

    @cached_property
    def sessions(self) -> DynamoSessions:
        from safelight.adapters.dynamodb.sessions import DynamoSessions

        return DynamoSessions(self._book_table, self.clock)

    @cached_property
    def indicators(self) -> DynamoIndicators:
        from safelight.adapters.dynamodb.indicators import DynamoIndicators

        return DynamoIndicators(self._book_table)

    @cached_property
    def vault(self) -> AwsVault:
        from safelight.adapters.vault import AwsVault, kms_client, secrets_client

        return AwsVault(
            secrets_client(*self._where),
            kms_client(*self._where),
            hash_secret_id=self.settings.hash_key_secret,
            kms_key_id=self.settings.contact_key,
        )

    @cached_property
    def queue(self) -> SqsAlertQueue:
        from safelight.adapters.sqs_queue import SqsAlertQueue, sqs_client

        return SqsAlertQueue(sqs_client(*self._where), self.settings.alert_queue)

    @cached_property
    def models(self) -> Models:
        from safelight.adapters.pinned_model import PinnedModel

        return PinnedModel(self.settings.model_directory)

    @cached_property
    def reader(self) -> Reader:
        from safelight.adapters.pinned_words import PinnedWords

        return PinnedWords(self.settings.model_directory)

    @cached_property
    def talks(self) -> DynamoTalks:
        from safelight.adapters.dynamodb.talks import DynamoTalks

        return DynamoTalks(self._book_table, self.clock)

    @cached_property
    def turns(self) -> DynamoTurns:
        from safelight.adapters.dynamodb.talks import DynamoTurns

        return DynamoTurns(self._book_table)

    @cached_property
    def line(self) -> LineApi:
        from safelight.adapters.line_api import LineApi
        from safelight.adapters.vault import secrets_client

        return LineApi(self.settings.line_api_url, secrets_client(*self._where), self.settings.line_secret)

    @cached_property
    def links(self) -> DynamoLinks:
        from safelight.adapters.dynamodb.talks import DynamoLinks

        return DynamoLinks(self._book_table, self.clock)

    @cached_property
    def manifest_usual(self) -> ManifestUsual:
        from safelight.adapters.manifest_usual import ManifestUsual

        return ManifestUsual(self.settings.model_directory, self.telemetry)

    def usual(self, model_sha256: str | None) -> Mapping[str, Usual]:
        """Imports what it needs when staff first ask."""
        return self.manifest_usual.of(model_sha256)

    @cached_property
    def sms(self) -> Sms:
        return _sms(self.settings)


def _sms(settings: Settings) -> Sms:
    match settings.sms_provider:
        case "end_user_messaging":
            from safelight.adapters.sms.end_user_messaging import EndUserMessagingSettings, EndUserMessagingSms

            return EndUserMessagingSms(
                EndUserMessagingSettings(
                    region=settings.region,
                    endpoint=settings.endpoint,
                    origination_identity=settings.sms_sender_id,
                    configuration_set=settings.sms_configuration_set,
                    max_price_usd=settings.sms_max_price_usd,
                )
            )
        case "sns":
            from safelight.adapters.sms.sns import SnsSettings, SnsSms

            return SnsSms(
                SnsSettings(
                    region=settings.region,
                    endpoint=settings.endpoint,
                    sender_id=settings.sms_sender_id,
                    max_price_usd=settings.sms_max_price_usd,
                )
            )
        case _:
            from safelight.adapters.sms.inbox import InboxSms

            return InboxSms(settings.sms_inbox_url)


class Assessment(NamedTuple):
    telemetry: Telemetry
    clock: Clock
    vault: Vault
    assess_request: Callable[[Request, Context | None, str], Opened]
    usual: UsualOf


def for_assessment() -> Assessment:
    adapters = _Adapters(Settings.from_environment())
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

    adapters = _Adapters(Settings.from_environment())
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


def _conversing(adapters: _Adapters) -> Converse:
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
        ),
        answer=partial(answer_questions, book=book, cases=cases, clock=clock, telemetry=telemetry),
    )
    return partial(converse, needs=needs)


class WebChat(NamedTuple):
    telemetry: Telemetry
    converse: Converse


def for_web_chat() -> WebChat:
    adapters = _Adapters(Settings.from_environment())
    converse = _conversing(adapters)
    return WebChat(adapters.telemetry, converse)


def for_line() -> LineWebhook:
    adapters = _Adapters(Settings.from_environment())
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
    adapters = _Adapters(Settings.from_environment())
    converse = _conversing(adapters)
    from safelight.channels.lex import LexHook, parse_locales

    locales = parse_locales(adapters.settings.lex_locales)
    return LexHook(telemetry=adapters.telemetry, converse=converse, locales=locales)


class Linking(NamedTuple):
    telemetry: Telemetry
    offer_link: Callable[[PolicyholderId], str]


def for_linking() -> Linking:
    from safelight.adapters.ids import RandomIds
    from safelight.usecases.link_chat import offer_link

    adapters = _Adapters(Settings.from_environment())
    offer = partial(offer_link, links=adapters.links, vault=adapters.vault, ids=RandomIds(), clock=adapters.clock)
    return Linking(adapters.telemetry, offer)


class Reading(NamedTuple):
    telemetry: Telemetry
    show_case: Callable[[PolicyholderId, CaseId], Case]


def for_reading() -> Reading:
    from safelight.usecases.show_case import show_case

    adapters = _Adapters(Settings.from_environment())
    show = partial(show_case, cases=adapters.cases, sessions=adapters.sessions, clock=adapters.clock)
    return Reading(adapters.telemetry, show)


class Sessions(NamedTuple):
    telemetry: Telemetry
    watch_session: Callable[[PolicyholderId, SessionId, Context, int | None], Heard]


def for_sessions() -> Sessions:
    from safelight.usecases.watch_session import watch_session

    adapters = _Adapters(Settings.from_environment())
    sessions, clock, telemetry = adapters.sessions, adapters.clock, adapters.telemetry
    return Sessions(telemetry, partial(watch_session, sessions=sessions, clock=clock, telemetry=telemetry))


class Contacts(NamedTuple):
    telemetry: Telemetry
    designate_contact: Callable[[PolicyholderId, Relation, str, Locale], Contact]
    confirm_contact: Callable[[PolicyholderId, ContactId, str], Contact]
    revoke_contact: Callable[[PolicyholderId, ContactId], Contact]
    list_contacts: Callable[[PolicyholderId], tuple[Contact, ...]]


def for_contacts() -> Contacts:
    from safelight.usecases.manage_contacts import (
        confirm_contact,
        designate_contact,
        list_contacts,
        revoke_contact,
    )

    adapters = _Adapters(Settings.from_environment())
    book, vault, clock = adapters.book, adapters.vault, adapters.clock
    return Contacts(
        adapters.telemetry,
        partial(designate_contact, book=book, vault=vault, clock=clock),
        partial(confirm_contact, book=book, vault=vault, clock=clock),
        partial(revoke_contact, book=book, clock=clock),
        partial(list_contacts, book=book),
    )


class Calls(NamedTuple):
    telemetry: Telemetry
    is_calling: Callable[[PolicyholderId], bool]


def for_calls() -> Calls:
    from safelight.usecases.note_field import is_calling

    adapters = _Adapters(Settings.from_environment())
    return Calls(adapters.telemetry, partial(is_calling, book=adapters.book, clock=adapters.clock))


class Staff(NamedTuple):
    telemetry: Telemetry
    read_board: Callable[[CaseState, Light | None, int, str | None], BoardPage]
    read_case: Callable[[CaseId], CaseFile]
    record_outcome: Callable[[CaseId, OutcomeLabel, float, str, str], CaseFile]
    record_observation: Callable[[PolicyholderId, ObservationKind, str, str | None], None]
    announce_call: Callable[[PolicyholderId, int, str], object]
    usual: UsualOf


def for_staff() -> Staff:
    from safelight.usecases.note_field import announce_call, record_observation
    from safelight.usecases.read_case import read_board, read_case
    from safelight.usecases.record_outcome import record_outcome

    adapters = _Adapters(Settings.from_environment())
    cases, book, clock = adapters.cases, adapters.book, adapters.clock
    return Staff(
        adapters.telemetry,
        partial(read_board, cases=cases),
        partial(read_case, cases=cases),
        partial(record_outcome, cases=cases, clock=clock, telemetry=adapters.telemetry),
        partial(record_observation, book=book, clock=clock),
        partial(announce_call, book=book, clock=clock),
        adapters.manifest_usual.of,
    )


class Relay(NamedTuple):
    queue: SqsAlertQueue


def for_relay() -> Relay:
    return Relay(_Adapters(Settings.from_environment()).queue)


class Alerting(NamedTuple):
    telemetry: Telemetry
    alert_contact: Callable[[AlertId], Alert]


def for_alerts() -> Alerting:
    from safelight.adapters.ids import RandomIds
    from safelight.usecases.alert_contact import alert_contact

    adapters = _Adapters(Settings.from_environment())
    alert = partial(
        alert_contact,
        sender=adapters.settings.sms_sender_name,
        alerts=adapters.alerts,
        book=adapters.book,
        vault=adapters.vault,
        sms=adapters.sms,
        clock=adapters.clock,
        ids=RandomIds(),
        telemetry=adapters.telemetry,
    )
    return Alerting(adapters.telemetry, alert)


class Sweeping(NamedTuple):
    sweep_alerts: Callable[[], int]


def for_sweeping() -> Sweeping:
    from safelight.usecases.sweep_alerts import sweep_alerts

    adapters = _Adapters(Settings.from_environment())
    return Sweeping(
        partial(
            sweep_alerts,
            alerts=adapters.alerts,
            queue=adapters.queue,
            clock=adapters.clock,
            telemetry=adapters.telemetry,
        )
    )
