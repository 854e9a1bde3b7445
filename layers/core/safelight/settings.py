"""The one reader of the environment. A missing required setting fails at start, with its name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from safelight.domain.errors import SafelightError

if TYPE_CHECKING:
    from safelight.domain.alert_rules import AlertRules
    from safelight.domain.label import LabelCaps


class SettingError(SafelightError):
    """Names the variable that is not set, or is not of its form."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Reads on use: a function needs only what its use cases need. `environ` is os.environ but for tests."""

    environ: Mapping[str, str]

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(os.environ)

    @property
    def service(self) -> str:
        """The stack's name: what log lines say, and the dimension of every count."""
        return self._required("POWERTOOLS_SERVICE_NAME")

    @property
    def region(self) -> str:
        return self._required("AWS_REGION")

    @property
    def endpoint(self) -> str | None:
        """Where AWS is, when it is not where AWS says: the local stack."""
        return self.environ.get("AWS_ENDPOINT_URL")

    @property
    def case_table(self) -> str:
        return self._required("CASE_TABLE")

    @property
    def book_table(self) -> str:
        return self._required("BOOK_TABLE")

    @property
    def hash_key_secret(self) -> str:
        """Secrets Manager id of the key behind every keyed hash."""
        return self._required("HASH_KEY_SECRET")

    @property
    def contact_key(self) -> str:
        """KMS key that seals contacts' phone numbers."""
        return self._required("CONTACT_KEY")

    @property
    def model_directory(self) -> str:
        return self._required("MODEL_DIRECTORY")

    @property
    def model_store(self) -> str:
        """`s3://bucket/prefix` of the models that retraining publishes; empty where the release's own is all."""
        return self.environ.get("MODEL_STORE", "")

    @property
    def model_key(self) -> str:
        """KMS key that signs what is published there."""
        return self._required("MODEL_KEY")

    @property
    def alert_queue(self) -> str:
        return self._required("ALERT_QUEUE")

    @property
    def sms_provider(self) -> str:
        return self._required("SMS_PROVIDER")

    @property
    def sms_fallback(self) -> str:
        """The provider that tries what the first surely did not send; `none` where there is none."""
        return self.environ.get("SMS_FALLBACK", "none")

    @property
    def sms_prefixes(self) -> tuple[str, ...]:
        """`+886,…`: the countries whose numbers are sent to."""
        return tuple(filter(None, (prefix.strip() for prefix in self._required("SMS_PREFIXES").split(","))))

    @property
    def sms_sender_name(self) -> str:
        """The name that opens every text."""
        return self._required("SMS_SENDER_NAME")

    @property
    def sms_sender_id(self) -> str:
        return self._required("SMS_SENDER_ID")

    @property
    def sms_configuration_set(self) -> str:
        return self._required("SMS_CONFIGURATION_SET")

    @property
    def sms_max_price_usd(self) -> str:
        return self._required("SMS_MAX_PRICE_USD")

    @property
    def sms_inbox_url(self) -> str:
        return self._required("SMS_INBOX_URL")

    @property
    def sms_protect_configuration(self) -> str:
        """End User Messaging's protect configuration: which countries may be sent to."""
        return self._required("SMS_PROTECT_CONFIGURATION")

    @property
    def sms_gateway_url(self) -> str:
        return self._required("SMS_GATEWAY_URL")

    @property
    def sms_gateway_secret(self) -> str:
        """Secrets Manager id of the key that both ends sign with; empty where there is no gateway."""
        return self.environ.get("SMS_GATEWAY_SECRET", "")

    @property
    def sms_gateway_codes(self) -> str:
        """`0=accepted,101=refused,…`: what the gateway's answers mean. What is not in it is unknown."""
        return self._required("SMS_GATEWAY_CODES")

    @property
    def push_url(self) -> str:
        """The insurer's own push service; empty where there is none."""
        return self.environ.get("PUSH_URL", "")

    @property
    def push_secret(self) -> str:
        """Secrets Manager id of the key that both ends sign with."""
        return self._required("PUSH_SECRET")

    @property
    def line_secret(self) -> str:
        """Secrets Manager id of the LINE channel's secret and access token."""
        return self._required("LINE_SECRET")

    @property
    def line_api_url(self) -> str:
        return self._required("LINE_API_URL")

    @property
    def line_link_url(self) -> str:
        """The insurer's page where a policyholder links his LINE account; empty where there is none yet."""
        return self.environ.get("LINE_LINK_URL", "")

    @property
    def lex_locales(self) -> str:
        """`zh_CN=zh-TW,…`: what a bot's locale stands for where its name does not say it."""
        return self.environ.get("LEX_LOCALES", "")

    @property
    def contact_settling(self) -> timedelta:
        """How long after his designation a contact counts."""
        return timedelta(hours=self._whole("CONTACT_SETTLING_HOURS"))

    @property
    def contact_valid_for(self) -> timedelta:
        """How long a contact counts after he was last confirmed."""
        return timedelta(days=self._whole("CONTACT_VALID_DAYS"))

    @property
    def contact_relations(self) -> tuple[str, ...]:
        """`spouse,parent,…`: whom a policyholder may designate."""
        return tuple(self._required("CONTACT_RELATIONS").split(","))

    @property
    def caring_queue(self) -> str:
        """Amazon Connect queue of those who talk to a policyholder who may be in trouble."""
        return self._required("CARING_QUEUE")

    @property
    def service_queue(self) -> str:
        return self._required("SERVICE_QUEUE")

    @property
    def deadline_group(self) -> str:
        return self._required("DEADLINE_GROUP")

    @property
    def deadline_function(self) -> str:
        return self._required("DEADLINE_FUNCTION")

    @property
    def deadline_role(self) -> str:
        return self._required("DEADLINE_ROLE")

    @property
    def deadline_dead_letters(self) -> str:
        return self._required("DEADLINE_DEAD_LETTERS")

    @property
    def alert_rules(self) -> "AlertRules":
        from safelight.domain.alert_rules import AlertRules, QuietHours  # noqa: PLC0415 - where messages are sent

        try:
            return AlertRules(
                quiet=QuietHours.parse(self.environ.get("QUIET_HOURS", "")),
                a_day=int(self._required("ALERTS_A_DAY")),
                cases_an_hour=int(self._required("ALERTS_AN_HOUR")),
                others_an_hour=int(self._required("INVITATIONS_AN_HOUR")),
            )
        except ValueError as error:
            raise SettingError(f"QUIET_HOURS or a limit of alerts is not of its form: {error}") from error

    @property
    def label_caps(self) -> "LabelCaps":
        from safelight.domain.label import LabelCaps  # noqa: PLC0415 - where outcomes are recorded

        return LabelCaps(
            scams=self._whole("LABELLED_SCAMS_ALONE"),
            genuine=self._whole("LABELLED_GENUINE_ALONE"),
            undone=self._whole("SCAMS_UNDONE_ALONE"),
        )

    @property
    def connect_voices(self) -> str:
        """`zh-TW=Zhiyu,…`: the voice of each language that is spoken on the phone."""
        return self._required("CONNECT_VOICES")

    @property
    def clock_offset(self) -> timedelta:
        """Moves the clock of a local stack, to show an evening by day. Refused anywhere else."""
        seconds = int(self.environ.get("CLOCK_OFFSET_SECONDS", "0"))
        if seconds and self.environ.get("STAGE") != "local":
            raise SettingError("CLOCK_OFFSET_SECONDS is for STAGE=local only")
        return timedelta(seconds=seconds)

    def _whole(self, name: str) -> int:
        value = self._required(name)
        if not (value.isascii() and value.isdigit()):
            raise SettingError(f"{name} is a whole number")
        return int(value)

    def _required(self, name: str) -> str:
        value = self.environ.get(name)
        if not value:
            raise SettingError(f"set {name} in template.yaml")
        return value
