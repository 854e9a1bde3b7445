"""The policyholder designates a contact; the contact's code confirms it; either revokes it."""

from dataclasses import replace
from hmac import compare_digest

from safelight.domain.alert import Alert, AlertId, AlertPurpose
from safelight.domain.contact import Contact, ContactId, ContactState, Relation, contact_id_of
from safelight.domain.errors import ConflictError, NotFoundError, RejectedError
from safelight.domain.request import Locale, PolicyholderId
from safelight.ports import Book, Clock, Vault

MAX_CONTACTS = 3
MAX_INVITATIONS = 6
MAX_INVITATIONS_OF_ONE = 2
"""Within a day. Without a limit, designating and revoking in turn sends a text to anybody, as often as one likes, and
gives five new guesses at a code each time."""


def designate_contact(
    policyholder_id: PolicyholderId,
    relation: Relation,
    phone: str,
    locale: Locale,
    *,
    book: Book,
    vault: Vault,
    clock: Clock,
) -> Contact:
    """Store the contact as designated and send him the code, which he hands to the policyholder.

    The same phone again is the same contact: while he is designated or confirmed nothing changes and nothing is sent,
    unless five wrong codes have spent his invitation. Raises RejectedError beyond three contacts and beyond a day's
    invitations, to one phone or in all.
    """
    contacts, now = book.dossier(policyholder_id).contacts, clock.now()
    key = vault.phone_key(phone)
    contact_id = contact_id_of(policyholder_id, key)
    had = next((c for c in contacts if c.contact_id == contact_id), None)
    if had is not None and had.state is not ContactState.REVOKED and not had.code_spent:
        return had
    others = [c for c in contacts if c.state is not ContactState.REVOKED and c.contact_id != contact_id]
    if len(others) >= MAX_CONTACTS:
        raise RejectedError("too_many_contacts", field="phone")
    lately = had.invited_lately(now) if had else ()
    invited = sum(len(c.invited_lately(now)) for c in contacts)
    if len(lately) >= MAX_INVITATIONS_OF_ONE or invited >= MAX_INVITATIONS:
        raise RejectedError("too_many_invitations", field="phone")
    contact = Contact(
        contact_id=contact_id,
        policyholder_id=policyholder_id,
        relation=relation,
        locale=locale,
        phone=vault.seal(phone, policyholder_id),
        phone_key=key,
        phone_last3=phone[-3:],
        state=ContactState.DESIGNATED,
        designated_at=now,
        changed_at=now,
        excluded=had.excluded if had else False,
        invited_at=(*lately, now),
        version=had.version + 1 if had else 1,
    )
    invitation = Alert(
        alert_id=AlertId(f"invite/{contact_id}/{contact.version}"),
        purpose=AlertPurpose.CONFIRM_CONTACT,
        policyholder_id=policyholder_id,
        contact_id=contact_id,
        created_at=now,
    )
    book.save_contact(contact, [invitation])
    return contact


def confirm_contact(
    policyholder_id: PolicyholderId, contact_id: ContactId, code: str, *, book: Book, vault: Vault, clock: Clock
) -> Contact:
    """Raises RejectedError for a wrong code and ConflictError after five wrong ones: designate anew then."""
    contact = _own(policyholder_id, contact_id, book)
    if contact.state is ContactState.CONFIRMED:
        return contact
    if contact.state is ContactState.REVOKED:
        raise ConflictError("contact_revoked")
    if contact.code_spent:
        raise ConflictError("too_many_attempts")
    if not compare_digest(code, vault.confirmation_code(contact)):
        book.save_contact(replace(contact, code_attempts=contact.code_attempts + 1, version=contact.version + 1))
        raise RejectedError("wrong_code", field="code")
    confirmed = replace(contact, state=ContactState.CONFIRMED, confirmed_at=clock.now(), version=contact.version + 1)
    book.save_contact(confirmed)
    return confirmed


def revoke_contact(policyholder_id: PolicyholderId, contact_id: ContactId, *, book: Book, clock: Clock) -> Contact:
    contact = _own(policyholder_id, contact_id, book)
    if contact.state is ContactState.REVOKED:
        return contact
    revoked = replace(contact, state=ContactState.REVOKED, revoked_at=clock.now(), version=contact.version + 1)
    book.save_contact(revoked)
    return revoked


def list_contacts(policyholder_id: PolicyholderId, *, book: Book) -> tuple[Contact, ...]:
    return book.dossier(policyholder_id).contacts


def _own(policyholder_id: PolicyholderId, contact_id: ContactId, book: Book) -> Contact:
    for contact in book.dossier(policyholder_id).contacts:
        if contact.contact_id == contact_id:
            return contact
    raise NotFoundError("contact")
