"""What every SMS provider shares: one go, its fate, and silence about whom it went to."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from safelight.adapters.sms.classify import TIMED_OUT, cause_of, fate_of, of_recipient
from safelight.ports import Fate, SmsMessage, SmsReceipt

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
"""A message's id is stored in clear, and part of a key. No receipt could name one of another form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """One go with one provider. `next_may_try`: nothing was sent, and not for the recipient's sake."""

    receipt: SmsReceipt
    next_may_try: bool = False
    timed_out: bool = False


class SmsProvider(ABC):
    """The port `Sms`. A provider writes `_send` only, which makes exactly one request or raises."""

    name: str
    """As receipts and health know it."""

    def send(self, message: SmsMessage) -> SmsReceipt:
        return self.go(message).receipt

    def go(self, message: SmsMessage) -> Go:
        """Whatever `_send` raises becomes a fate: an error that nobody foresaw is UNKNOWN, never a second message."""
        try:
            message_id = self._send(message)
        except Exception as error:  # noqa: BLE001 - sorted by fate; the port never raises for what a provider does
            fate = fate_of(error)
            return Go(
                receipt=SmsReceipt(fate=fate, cause=cause_of(error), provider=self.name),
                next_may_try=fate is Fate.REFUSED and not of_recipient(error),
                timed_out=type(error).__name__ in TIMED_OUT,
            )
        if message_id is not None and (_ID.fullmatch(message_id) is None or message.to[-9:] in message_id):
            message_id = None
        return Go(receipt=SmsReceipt(fate=Fate.ACCEPTED, message_id=message_id, provider=self.name))

    @abstractmethod
    def _send(self, message: SmsMessage) -> str | None:
        """The provider's message id, once it has accepted."""
