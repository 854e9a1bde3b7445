"""What every SMS provider shares: one go, its fate, and silence about whom it went to."""

from abc import ABC, abstractmethod

from safelight.adapters.sms.classify import cause_of, fate_of
from safelight.ports import Fate, SmsMessage, SmsReceipt


class SmsProvider(ABC):
    """The port `Sms`. A provider writes `_send` only, which makes exactly one request or raises."""

    def send(self, message: SmsMessage) -> SmsReceipt:
        """Whatever `_send` raises becomes a fate: an error that nobody foresaw is UNKNOWN, never a second message."""
        try:
            message_id = self._send(message)
        except Exception as error:  # noqa: BLE001 - sorted by fate; the port never raises for what a provider does
            return SmsReceipt(fate=fate_of(error), cause=cause_of(error))
        return SmsReceipt(fate=Fate.ACCEPTED, message_id=message_id)

    @abstractmethod
    def _send(self, message: SmsMessage) -> str | None:
        """The provider's message id, once it has accepted."""
