"""Every adapter, made from the settings when a function first needs it, so that none pays for another's imports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safelight.adapters.aws_json import AwsJson
    from safelight.adapters.aws_signing import CredentialsSource
    from safelight.adapters.clock import SystemClock
    from safelight.adapters.dynamodb.alerts import DynamoAlerts
    from safelight.adapters.dynamodb.book import DynamoBook
    from safelight.adapters.dynamodb.cases import DynamoCases
    from safelight.adapters.dynamodb.indicators import DynamoIndicators
    from safelight.adapters.dynamodb.provider_health import DynamoProviderHealth
    from safelight.adapters.dynamodb.quotas import DynamoQuotas
    from safelight.adapters.dynamodb.sessions import DynamoSessions
    from safelight.adapters.dynamodb.table import Table
    from safelight.adapters.dynamodb.talks import DynamoLinks, DynamoTalks, DynamoTurns
    from safelight.adapters.dynamodb.tasks import DynamoTasks
    from safelight.adapters.line_api import LineApi
    from safelight.adapters.manifest_usual import ManifestUsual
    from safelight.adapters.post_signing import PostSigner
    from safelight.adapters.schedules import AwsDeadlines
    from safelight.adapters.sms.base import SmsProvider
    from safelight.adapters.sqs_queue import SqsAlertQueue
    from safelight.adapters.telemetry import PowertoolsTelemetry
    from safelight.adapters.vault import AwsVault
    from safelight.ports import Models, Push, Reader, Sms
    from safelight.scoring.usual import Usual
    from safelight.settings import Settings

NAMESPACE = "Safelight"
TIMEOUT_S = 2.0
"""Of a call that brings no bound of its own, retries included: reads of facts share the budget of `gather_facts`."""


class Adapters:
    """Every adapter, made when first asked for."""

    def __init__(self, settings: Settings, timeout_s: float = TIMEOUT_S) -> None:
        self.settings = settings
        self.timeout_s = timeout_s

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
        return settings.region, settings.endpoint, environment_credentials(settings.environ), self.timeout_s

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
    def tasks(self) -> DynamoTasks:
        from safelight.adapters.dynamodb.tasks import DynamoTasks

        return DynamoTasks(self._case_table)

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
        """Hashes only."""
        return self._vault(None)

    @cached_property
    def sealing_vault(self) -> AwsVault:
        """Seals and opens numbers, too."""
        return self._vault(self.settings.contact_key)

    def _vault(self, kms_key_id: str | None) -> AwsVault:
        from safelight.adapters.vault import AwsVault, kms_client, secrets_client

        return AwsVault(
            secrets_client(*self._where),
            kms_client(*self._where),
            hash_secret_id=self.settings.hash_key_secret,
            kms_key_id=kms_key_id,
        )

    @cached_property
    def queue(self) -> SqsAlertQueue:
        from safelight.adapters.sqs_queue import SqsAlertQueue, sqs_client

        return SqsAlertQueue(sqs_client(*self._where), self.settings.alert_queue)

    @cached_property
    def deadlines(self) -> AwsDeadlines:
        from safelight.adapters.schedules import AwsDeadlines, ScheduleSettings

        settings = self.settings
        return AwsDeadlines(
            ScheduleSettings(
                region=settings.region,
                endpoint=settings.endpoint,
                group=settings.deadline_group,
                target=settings.deadline_function,
                role=settings.deadline_role,
                dead_letters=settings.deadline_dead_letters,
            )
        )

    @cached_property
    def quotas(self) -> DynamoQuotas:
        from safelight.adapters.dynamodb.quotas import DynamoQuotas

        return DynamoQuotas(self._book_table)

    @cached_property
    def models(self) -> Models:
        from safelight.adapters.pinned_model import PinnedModel

        packaged = PinnedModel(self.settings.model_directory)
        if not self.settings.model_store:
            return packaged
        from safelight.bootstrap.model_store import stored_models

        return stored_models(packaged, self)

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
    def provider_health(self) -> DynamoProviderHealth:
        from safelight.adapters.dynamodb.provider_health import DynamoProviderHealth

        return DynamoProviderHealth(self._book_table)

    @cached_property
    def sms(self) -> Sms:
        from safelight.adapters.sms.failover import FailoverSms

        names = [self.settings.sms_provider, self.settings.sms_fallback]
        providers = [self._provider(name) for name in names if name != "none"]
        return FailoverSms(
            providers,
            prefixes=self.settings.sms_prefixes,
            health=self.provider_health,
            clock=self.clock,
            telemetry=self.telemetry,
        )

    def _provider(self, name: str) -> SmsProvider:
        settings = self.settings
        match name:
            case "end_user_messaging":
                from safelight.adapters.sms.end_user_messaging import EndUserMessagingSettings, EndUserMessagingSms

                return EndUserMessagingSms(
                    EndUserMessagingSettings(
                        region=settings.region,
                        endpoint=settings.endpoint,
                        origination_identity=settings.sms_sender_id,
                        configuration_set=settings.sms_configuration_set,
                        max_price_usd=settings.sms_max_price_usd,
                        protect_configuration=settings.sms_protect_configuration,
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
            case "gateway":
                from safelight.adapters.sms.gateway import GatewaySettings, GatewaySms, parse_codes

                codes = parse_codes(settings.sms_gateway_codes)
                made = GatewaySettings(url=settings.sms_gateway_url, sender=settings.sms_sender_id, codes=codes)
                return GatewaySms(made, self._signer(settings.sms_gateway_secret))
            case _:
                from safelight.adapters.sms.inbox import InboxSms

                return InboxSms(settings.sms_inbox_url)

    def _signer(self, secret_id: str) -> PostSigner:
        from safelight.adapters.post_signing import PostSigner
        from safelight.adapters.vault import secrets_client

        return PostSigner(secrets_client(*self._where), secret_id)

    def gateway_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether the SMS gateway signed this; nobody did where there is none."""
        return bool(self.settings.sms_gateway_secret) and self._gateway_signer.signed(body, headers)

    @cached_property
    def _gateway_signer(self) -> PostSigner:
        return self._signer(self.settings.sms_gateway_secret)

    @cached_property
    def push(self) -> Push | None:
        if not self.settings.push_url:
            return None
        from safelight.adapters.push import SignedPush

        return SignedPush(self.settings.push_url, self._signer(self.settings.push_secret))
