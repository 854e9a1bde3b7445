"""What staff see and know of a policyholder's contacts: who must not be told, and who may not be what he seems."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from safelight.domain.alert import Alert
from safelight.domain.contact import (
    By,
    Change,
    ChangeKind,
    Contact,
    ContactId,
    ContactState,
    PersonKey,
    Standing,
)
from safelight.domain.errors import ConflictError, ForbiddenError, RejectedError
from safelight.domain.request import AccountKey, PolicyholderId
from safelight.domain.suspicion import Suspicion, suspicions
from safelight.ports import Book, Cases, Clock
from safelight.usecases import contact_notices
from safelight.usecases.call_for_help import in_order
from safelight.usecases.look_again import look_again
from safelight.usecases.manage_contacts import own_contact

MOST_ACCOUNTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Regarded:
    """A contact as staff see him now. The suspicions are those of a request that pays to an account of record."""

    contact: Contact
    standing: Standing
    suspicions: frozenset[Suspicion]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a staff member wants noted; None where he says nothing of it."""

    reason: str
    excluded: bool | None = None
    number_changed_on: date | None = None
    account: AccountKey | None = None
    person: PersonKey | None = None
    revoke: bool = False

    @property
    def empty(self) -> bool:
        said = (self.excluded, self.number_changed_on, self.account, self.person)
        return not self.revoke and all(one is None for one in said)


def regard_contacts(policyholder_id: PolicyholderId, *, book: Book, clock: Clock) -> tuple[Regarded, ...]:
    """All of them, those who were revoked too, in the policyholder's order."""
    dossier, now = book.dossier(policyholder_id), clock.now()
    regarded = []
    for contact in in_order(dossier.contacts):
        found = suspicions(contact, dossier.profile, dossier.observations, None, now)
        standing = contact.standing(now, suspected=bool(found))
        regarded.append(Regarded(contact=contact, standing=standing, suspicions=found))
    return tuple(regarded)


def note_contact(
    policyholder_id: PolicyholderId,
    contact_id: ContactId,
    known: Known,
    staff_id: str,
    *,
    book: Book,
    cases: Cases,
    clock: Clock,
) -> Contact:
    """Exclude or readmit a contact, note what may make him suspect, or revoke him on his behalf.

    Each goes into his history with the staff member's id and reason. What was noted before changes nothing. Then open
    requests are looked at again: a contact who was told and would not be now is a task. Raises NotFoundError,
    ForbiddenError for one's own policies and one's own number, RejectedError, ConflictError when another changed the
    contact meanwhile, and RetryableError, after which the same call finishes what is left.
    """
    if policyholder_id == staff_id:
        raise ForbiddenError("own_case")
    before, now = own_contact(policyholder_id, contact_id, book), clock.now()
    own_number = book.dossier(PolicyholderId(staff_id)).number
    if own_number is not None and own_number.phone_key == before.phone_key:
        raise ForbiddenError("own_number")
    if known.empty:
        raise RejectedError("nothing_to_note")
    if known.number_changed_on is not None and known.number_changed_on > now.date() + timedelta(days=1):
        raise RejectedError("in_the_future", field="number_changed_on")
    after, kinds = _with(before, known)
    if kinds:
        by = [Change(kind=kind, at=now, by=By.STAFF, who=staff_id, reason=known.reason) for kind in kinds]
        after = after.changed(*by)
        notices: tuple[Alert, ...] = ()
        if ChangeKind.REVOKED in kinds:
            after = replace(after, revoked_at=now)
            notices = contact_notices.revoked(before, after, now)
        try:
            book.save_contact(after, notices)
        except ConflictError as conflict:
            raise ConflictError("changed_meanwhile") from conflict
    look_again(policyholder_id, book=book, cases=cases, clock=clock)
    return after


def _with(contact: Contact, known: Known) -> tuple[Contact, list[ChangeKind]]:
    """The contact with all that is known, and what of it is new."""
    kinds = []
    if known.excluded is not None and known.excluded is not contact.excluded:
        kinds.append(ChangeKind.EXCLUDED if known.excluded else ChangeKind.READMITTED)
        contact = replace(contact, excluded=known.excluded)
    facts: dict[str, Any] = {}
    if known.number_changed_on not in (None, contact.number_changed_on):
        facts["number_changed_on"] = known.number_changed_on
    if known.person not in (None, contact.person):
        facts["person"] = known.person
    if known.account is not None and known.account not in contact.accounts:
        if len(contact.accounts) == MOST_ACCOUNTS:
            raise RejectedError("too_many_accounts", field="account")
        facts["accounts"] = (*contact.accounts, known.account)
    if facts:
        kinds.append(ChangeKind.NOTED)
        contact = replace(contact, **facts)
    if known.revoke and contact.state is not ContactState.REVOKED:
        kinds.append(ChangeKind.REVOKED)
        contact = replace(contact, state=ContactState.REVOKED, renewal_asked_at=None)
    return contact, kinds
