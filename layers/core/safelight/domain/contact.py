"""The person whom the policyholder designated (保單安心聯絡人), and whether he may be alerted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from safelight.domain.request import AccountKey, Locale, PolicyholderId

ContactId = NewType("ContactId", str)
PhoneKey = NewType("PhoneKey", str)
"""Keyed HMAC of a phone number."""
SealedPhone = NewType("SealedPhone", str)
"""KMS ciphertext of a phone number in E.164, base64."""
PersonKey = NewType("PersonKey", str)
"""Keyed HMAC of a person's national id."""


def contact_id_of(policyholder_id: PolicyholderId, key: PhoneKey) -> ContactId:
    """One contact per policyholder and phone: designating the same phone twice names the same contact."""
    return ContactId(sha256(f"{len(policyholder_id)}:{policyholder_id}{key}".encode()).hexdigest()[:24])


SETTLING_TIME = timedelta(hours=72)
"""Unless configured otherwise. A scammer's first move is to name himself as contact: a new one counts only after."""
VALID_FOR = timedelta(days=365)
"""Unless configured otherwise. A contact who is not confirmed again within it counts no more."""
MAX_CODE_ATTEMPTS = 5
INVITATION_WINDOW = timedelta(days=1)


class Relation(StrEnum):
    """Spouse and second-degree kin; the last two only where the insurer allows them."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    OTHER_RELATIVE = "other_relative"
    FRIEND = "friend"


CLOSE_KIN = frozenset(Relation) - {Relation.OTHER_RELATIVE, Relation.FRIEND}


class Telling(StrEnum):
    """Whom to tell of several: the first who can be told, or all of them."""

    IN_ORDER = "in_order"
    ALL = "all"


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
    EXPIRED = "expired"
    UNDER_SUSPICION = "under_suspicion"


class ChangeKind(StrEnum):
    DESIGNATED = "designated"
    CONFIRMED = "confirmed"
    CODE_REFUSED = "code_refused"
    RENEWAL_ASKED = "renewal_asked"
    RENEWED = "renewed"
    REVOKED = "revoked"
    EXCLUDED = "excluded"
    READMITTED = "readmitted"
    NOTED = "noted"
    """Staff noted something that may make him suspect."""


class By(StrEnum):
    POLICYHOLDER = "policyholder"
    CONTACT = "contact"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a contact's history. `who` is the staff member's id, `reason` the code that he gave."""

    kind: ChangeKind
    at: datetime
    by: By
    who: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`changed_at` is when the designation or the number last changed; `excluded` is set by staff.

    `counts_from` and `valid_until` follow from the rules of the day when he was designated and confirmed; an older row
    lacks them. `place` is his place in the policyholder's order. `person`, `accounts` and `number_changed_on` are what
    is known of him that may make him suspect. `renewal_asked_at` is when he was last sent a code to be confirmed by
    again.
    """

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
    counts_from: datetime | None = None
    valid_until: datetime | None = None
    renewal_asked_at: datetime | None = None
    place: int = 0
    person: PersonKey | None = None
    accounts: tuple[AccountKey, ...] = ()
    number_changed_on: date | None = None
    history: tuple[Change, ...] = ()

    @property
    def settled_at(self) -> datetime:
        return self.counts_from or self.changed_at + SETTLING_TIME

    @property
    def expires_at(self) -> datetime | None:
        """None until he is confirmed."""
        if self.confirmed_at is None:
            return None
        return self.valid_until or self.confirmed_at + VALID_FOR

    @property
    def code_from(self) -> datetime:
        """The moment that his present code follows from: each new one has another."""
        return self.renewal_asked_at or self.changed_at

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
        if now < self.settled_at:
            return Standing.NEWLY_CHANGED
        if self.expires_at is not None and now >= self.expires_at:
            return Standing.EXPIRED
        if suspected:
            return Standing.UNDER_SUSPICION
        return Standing.ELIGIBLE
