"""Where the policyholder himself is reached: the number on file, never one that came with a request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from safelight.domain.contact import PhoneKey, SealedPhone
from safelight.domain.request import Locale

SETTLED_AFTER = timedelta(hours=72)
"""A number that changed a moment ago proves nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOfRecord:
    """`changed_at` is when the insurer last changed it. Until it has settled nothing about a request is sent to it, and
    no contact is designated: whoever had it changed may be he who does both."""

    phone: SealedPhone
    phone_key: PhoneKey
    phone_last3: str
    locale: Locale
    changed_at: datetime

    def settled(self, now: datetime) -> bool:
        return now - self.changed_at >= SETTLED_AFTER
