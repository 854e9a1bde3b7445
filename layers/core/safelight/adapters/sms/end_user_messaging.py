"""AWS End User Messaging SMS (`pinpoint-sms-voice-v2` SendTextMessage): the first choice in production."""

from dataclasses import dataclass
from typing import Any

from safelight.adapters.sms.aws_client import message_id_of, once_only_client
from safelight.adapters.sms.base import SmsProvider
from safelight.ports import SmsMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUserMessagingSettings:
    """`origination_identity` is the registered sender id, number or pool; `max_price_usd` bounds one part, as text;
    `protect_configuration` says which countries may be sent to."""

    region: str
    origination_identity: str
    configuration_set: str
    max_price_usd: str
    protect_configuration: str
    endpoint: str | None = None


class EndUserMessagingSms(SmsProvider):
    """The port `Sms`."""

    name = "end_user_messaging"

    def __init__(self, settings: EndUserMessagingSettings) -> None:
        self._settings = settings
        self._client: Any = None

    def _send(self, message: SmsMessage) -> str:
        if self._client is None:
            self._client = once_only_client("pinpoint-sms-voice-v2", self._settings.region, self._settings.endpoint)
        request: dict[str, Any] = {
            "DestinationPhoneNumber": message.to,
            "OriginationIdentity": self._settings.origination_identity,
            "MessageBody": message.text,
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": self._settings.configuration_set,
            "ProtectConfigurationId": self._settings.protect_configuration,
            "MaxPrice": self._settings.max_price_usd,
            "TimeToLive": message.valid_for_s,  # the default of 72 h would bring a warning after the harm
            "Context": {"attempt_id": message.attempt_id},
        }
        try:
            answer = self._client.send_text_message(**request)
        finally:
            # A connection that died while the function was frozen would cost a fate: each message has a fresh one.
            self._client.close()
        return message_id_of(answer)
