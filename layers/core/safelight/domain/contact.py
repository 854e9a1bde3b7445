"""The person whom the policyholder designated (保單安心聯絡人), and whether he may be alerted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from safelight.domain.request import Locale, PolicyholderId

ContactId = NewType("ContactId", str)
PhoneKey = NewType("PhoneKey", str)
"""Keyed HMAC of a phone number."""
SealedPhone = NewType("SealedPhone", str)
"""KMS ciphertext of a phone number in E.164, base64."""


def contact_id_of(policyholder_id: PolicyholderId, key: PhoneKey) -> ContactId:
    """One contact per policyholder and phone: designating the same phone twice names the same contact."""
    return ContactId(sha256(f"{len(policyholder_id)}:{policyholder_id}{key}".encode()).hexdigest()[:24])


SETTLING_TIME = timedelta(hours=72)
"""A scammer's first move is to name himself as contact: a new one counts only after this."""
MAX_CODE_ATTEMPTS = 5
INVITATION_WINDOW = timedelta(days=1)


class Relation(StrEnum):
    """Spouse and second-degree kin."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"


class ContactState(StrEnum):
    DESIGNATED = "designated"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


class Standing(StrEnum):
    """Whether a contact may be alerted now; every value but ELIGIBLE is the reason why not."""

    ELIGIBLE = "eligible"
    UNCONFIRMED = "unconfirmed"
    NEWLY_CHANGED = "newly_changed"
    EXCLUDED = "excluded"
    REVOKED = "revoked"
    UNDER_SUSPICION = "under_suspicion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`changed_at` is when the designation or the number last changed; `excluded` is set by staff."""

    contact_id: ContactId
    policyholder_id: PolicyholderId
    relation: Relation
    locale: Locale
    phone: SealedPhone
    phone_key: PhoneKey
    phone_last3: str
    state: ContactState
    designated_at: datetime
    changed_at: datetime
    confirmed_at: datetime | None = None
    revoked_at: datetime | None = None
    excluded: bool = False
    code_attempts: int = 0
    invited_at: tuple[datetime, ...] = ()
    version: int = 1

    def invited_lately(self, now: datetime) -> tuple[datetime, ...]:
        """When he was invited within `INVITATION_WINDOW`: a revoked contact was invited all the same."""
        return tuple(at for at in self.invited_at if now - at < INVITATION_WINDOW)

    @property
    def code_spent(self) -> bool:
        """Too many wrong codes: only a new designation, with a new code, goes on from here."""
        return self.state is ContactState.DESIGNATED and self.code_attempts >= MAX_CODE_ATTEMPTS

    def standing(self, now: datetime, *, suspected: bool) -> Standing:
        """The first thing that stands against alerting this contact at `now`, or ELIGIBLE."""
        if self.state is ContactState.REVOKED:
            return Standing.REVOKED
        if self.excluded:
            return Standing.EXCLUDED
        if self.state is not ContactState.CONFIRMED:
            return Standing.UNCONFIRMED
        if now - self.changed_at < SETTLING_TIME:
            return Standing.NEWLY_CHANGED
        if suspected:
            return Standing.UNDER_SUSPICION
        return Standing.ELIGIBLE
