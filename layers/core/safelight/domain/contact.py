"""The person whom the policyholder designated (保單安心聯絡人), and whether he may be alerted."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NewType

from safelight.domain.alert_rules import QuietHours
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
RENEW_WITHIN = timedelta(days=30)
"""How long before the end he may be asked to confirm again."""
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
    MOVED = "moved"
    """To another place in the policyholder's order."""
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


HISTORY_KEPT = 60
"""Lines. Beyond them the oldest goes, but never what the present consents rest on."""
_MANY = (ChangeKind.MOVED, ChangeKind.CODE_REFUSED)
CONSENTS = (ChangeKind.DESIGNATED, ChangeKind.CONFIRMED, ChangeKind.RENEWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`changed_at` is when the designation or the number last changed; `excluded` is set by staff.

    `counts_from` and `valid_until` follow from the rules of the day when he was designated and confirmed; an older row
    lacks them. `place` is his place in the policyholder's order. `person`, `accounts` and `number_changed_on` are what
    is known of him that may make him suspect. `renewal_asked_at` is when he was last sent a code to be confirmed by
    again. `quiet` are his own hours in place of the insurer's.
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
    quiet: QuietHours | None = None

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

    @property
    def renewing(self) -> bool:
        """He was sent a code to be confirmed by again, and it was not entered yet."""
        return self.state is ContactState.CONFIRMED and self.renewal_asked_at is not None

    @property
    def renew_from(self) -> datetime | None:
        """None until he is confirmed."""
        return None if self.expires_at is None else self.expires_at - RENEW_WITHIN

    def expired(self, now: datetime) -> bool:
        return self.state is ContactState.CONFIRMED and self.expires_at is not None and now >= self.expires_at

    def living(self, now: datetime) -> bool:
        """He takes one of the places that there are for contacts, confirmed or not."""
        return self.state is not ContactState.REVOKED and not self.expired(now)

    def told_of_others(self, now: datetime) -> bool:
        """He is told when another is named beside him, and when he is a contact no more."""
        return self.state is ContactState.CONFIRMED and not self.excluded and not self.expired(now)

    def changed(self, *changes: Change, **over: Any) -> "Contact":
        """The contact at its next version, with the changes in its history."""
        history = (*self.history, *changes)
        return replace(self, **over, history=_kept(history), version=self.version + 1)

    def invited_lately(self, now: datetime) -> tuple[datetime, ...]:
        """When he was invited within `INVITATION_WINDOW`: a revoked contact was invited all the same."""
        return tuple(at for at in self.invited_at if now - at < INVITATION_WINDOW)

    @property
    def code_spent(self) -> bool:
        """Too many wrong codes: only a new one, by designating or asking to renew again, goes on from here."""
        waiting = self.state is ContactState.DESIGNATED or self.renewing
        return waiting and self.code_attempts >= MAX_CODE_ATTEMPTS

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
        if self.expired(now):
            return Standing.EXPIRED
        if suspected:
            return Standing.UNDER_SUSPICION
        return Standing.ELIGIBLE


def _kept(history: tuple[Change, ...]) -> tuple[Change, ...]:
    """The latest line of each consent, and of the others the newest, `HISTORY_KEPT` in all. What whoever holds the
    policyholder's token can write as often as he likes goes before all else."""
    latest = {change.kind: place for place, change in enumerate(history) if change.kind in CONSENTS}.values()
    spare = sorted(set(range(len(history))) - set(latest), key=lambda place: (history[place].kind not in _MANY, place))
    dropped = {place for place, _ in zip(spare, range(len(history) - HISTORY_KEPT), strict=False)}
    return tuple(change for place, change in enumerate(history) if place not in dropped)
