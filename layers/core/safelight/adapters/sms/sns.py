"""Amazon SNS Publish to a phone number: where End User Messaging is not set up, and in the emulator."""

from dataclasses import dataclass
from typing import Any

from safelight.adapters.sms.aws_client import message_id_of, once_only_client
from safelight.adapters.sms.base import SmsProvider
from safelight.ports import SmsMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class SnsSettings:
    """`sender_id` is at most 11 letters and digits; `max_price_usd` bounds one message, as text."""

    region: str
    sender_id: str
    max_price_usd: str
    endpoint: str | None = None


class SnsSms(SmsProvider):
    """The port `Sms`. SNS takes neither a validity time nor a context: `attempt_id` stays with us."""

    name = "sns"

    def __init__(self, settings: SnsSettings) -> None:
        self._settings = settings
        self._client: Any = None

    def _send(self, message: SmsMessage) -> str:
        if self._client is None:
            self._client = once_only_client("sns", self._settings.region, self._settings.endpoint)
        attributes = {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": self._settings.sender_id},
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self._settings.max_price_usd},
        }
        try:
            answer = self._client.publish(PhoneNumber=message.to, Message=message.text, MessageAttributes=attributes)
        finally:
            # A connection that died while the function was frozen would cost a fate: each message has a fresh one.
            self._client.close()
        return message_id_of(answer)
