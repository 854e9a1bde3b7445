"""The policyholder designates a contact; the contact's code confirms him, and again each year; it ends when revoked.

Each change is written to the contact's history and told to the policyholder, both with the change itself or not at all.
"""

from datetime import datetime
from hmac import compare_digest
from typing import Any

from safelight.domain.alert import AlertPurpose
from safelight.domain.alert_rules import LONGEST_OWN, QuietHours
from safelight.domain.contact import By, Change, ChangeKind, Contact, ContactId, ContactState, Relation, contact_id_of
from safelight.domain.contact_rules import ContactRules
from safelight.domain.errors import ConflictError, ContendedError, NotFoundError, RejectedError
from safelight.domain.request import Locale, PolicyholderId
from safelight.ports import Book, Clock, Dossier, Vault
from safelight.usecases import contact_notices

MAX_INVITATIONS = 6
MAX_INVITATIONS_OF_ONE = 2
"""Within a day, renewals included. Without a limit, designating and revoking in turn sends a text to anybody, as often
as one likes, and gives five new guesses at a code each time."""
ATTEMPTS = 3


def designate_contact(
    policyholder_id: PolicyholderId,
    relation: Relation,
    phone: str,
    locale: Locale,
    quiet: QuietHours | None = None,
    *,
    book: Book,
    vault: Vault,
    clock: Clock,
    rules: ContactRules,
) -> Contact:
    """Store the contact as designated and send him the code, which he hands to the policyholder.

    The policyholder's consent is the line in the history. The same phone again is the same contact: while he is
    designated or confirmed nothing changes and nothing is sent, unless five wrong codes have spent his invitation or
    his year is over. `quiet` are his own hours in place of the insurer's. Raises RejectedError for a relation that the
    insurer does not take, for quiet hours that are too long, without a settled number on file on which the
    policyholder is told of it, for that number itself, beyond so many contacts and beyond a day's invitations, to one
    phone or in all; ContendedError while another device designates all the time.
    """
    if relation not in rules.relations:
        raise RejectedError("relation_not_taken", field="relation")
    if quiet is not None and quiet.length > LONGEST_OWN:
        raise RejectedError("quiet_too_long", field="quiet_hours")
    for _ in range(ATTEMPTS):
        dossier = book.dossier(policyholder_id)
        contact, had = _designated(policyholder_id, relation, phone, locale, quiet, dossier, vault, clock, rules)
        if contact is had:
            return contact
        others = [other for other in dossier.contacts if other.contact_id != contact.contact_id]
        notices = contact_notices.designated(contact, others, contact.designated_at)
        try:
            book.save_contact(contact, notices, dossier.designations + 1)
        except ConflictError:
            continue  # another device was faster: what it designated counts towards the limits
        return contact
    raise ContendedError("designations_contended")


def _designated(
    policyholder_id: PolicyholderId,
    relation: Relation,
    phone: str,
    locale: Locale,
    quiet: QuietHours | None,
    dossier: Dossier,
    vault: Vault,
    clock: Clock,
    rules: ContactRules,
) -> tuple[Contact, Contact | None]:
    """The contact as he is to be stored, and as he was: the same one where nothing changes."""
    contacts, now, key = dossier.contacts, clock.now(), vault.phone_key(phone)
    contact_id = contact_id_of(policyholder_id, key)
    had = next((contact for contact in contacts if contact.contact_id == contact_id), None)
    if had is not None and had.living(now) and (not had.code_spent or had.renewing):
        return had, had
    if dossier.number is None or not dossier.number.settled(now):
        raise RejectedError("no_settled_number", field="phone")
    if dossier.number.phone_key == key:
        raise RejectedError("own_number", field="phone")
    living = [contact for contact in contacts if contact.living(now) and contact.contact_id != contact_id]
    if len(living) >= rules.most:
        raise RejectedError("too_many_contacts", field="phone")
    lately = _room_to_invite(had, contacts, now)
    consent = Change(kind=ChangeKind.DESIGNATED, at=now, by=By.POLICYHOLDER)
    term: dict[str, Any] = {
        "relation": relation,
        "locale": locale,
        "quiet": quiet,
        "state": ContactState.DESIGNATED,
        "designated_at": now,
        "changed_at": now,
        "counts_from": now + rules.settling,
        "invited_at": (*lately, now),
        "place": 1 + max((contact.place for contact in living), default=-1),
    }
    if had is not None:
        ended = {"confirmed_at": None, "revoked_at": None, "valid_until": None, "renewal_asked_at": None}
        return had.changed(consent, code_attempts=0, **term, **ended), had
    made = Contact(
        contact_id=contact_id,
        policyholder_id=policyholder_id,
        phone=vault.seal(phone, policyholder_id),
        phone_key=key,
        phone_last3=phone[-3:],
        history=(consent,),
        **term,
    )
    return made, None


def _room_to_invite(one: Contact | None, contacts: tuple[Contact, ...], now: datetime) -> tuple[datetime, ...]:
    """When he was invited within a day. Raises RejectedError where he, or all together, were often enough."""
    lately = one.invited_lately(now) if one is not None else ()
    invited = sum(len(contact.invited_lately(now)) for contact in contacts)
    if len(lately) >= MAX_INVITATIONS_OF_ONE or invited >= MAX_INVITATIONS:
        raise RejectedError("too_many_invitations", field="phone")
    return lately


def confirm_contact(
    policyholder_id: PolicyholderId,
    contact_id: ContactId,
    code: str,
    *,
    book: Book,
    vault: Vault,
    clock: Clock,
    rules: ContactRules,
) -> Contact:
    """The code is the contact's consent: to be one, or to remain one for another year. Nobody settles anew by it.

    Raises RejectedError for a wrong code; ConflictError after five wrong ones (designate or renew again then), and for
    a contact who was revoked or whose year is over.
    """
    contact, now = own_contact(policyholder_id, contact_id, book), clock.now()
    if contact.state is ContactState.REVOKED:
        raise ConflictError("contact_revoked")
    if contact.state is ContactState.CONFIRMED and not contact.renewing:
        return contact
    if contact.expired(now):
        raise ConflictError("contact_expired")
    if contact.code_spent:
        raise ConflictError("too_many_attempts")
    if not compare_digest(code, vault.confirmation_code(contact)):
        refused = Change(kind=ChangeKind.CODE_REFUSED, at=now, by=By.POLICYHOLDER)
        book.save_contact(contact.changed(refused, code_attempts=contact.code_attempts + 1))
        raise RejectedError("wrong_code", field="code")
    until = now + rules.valid_for
    if contact.renewing:
        renewed = Change(kind=ChangeKind.RENEWED, at=now, by=By.CONTACT)
        ends = max(until, contact.expires_at or until)
        contact = contact.changed(renewed, valid_until=ends, renewal_asked_at=None, code_attempts=0)
    else:
        confirmed = Change(kind=ChangeKind.CONFIRMED, at=now, by=By.CONTACT)
        state = {"state": ContactState.CONFIRMED, "confirmed_at": now, "valid_until": until}
        contact = contact.changed(confirmed, **state, counts_from=contact.settled_at)
    book.save_contact(contact, [contact_notices.to_holder(contact, now), *contact_notices.reminders(contact, now)])
    return contact


def renew_contact(policyholder_id: PolicyholderId, contact_id: ContactId, *, book: Book, clock: Clock) -> Contact:
    """Send a confirmed contact a new code, for another year. Until it is entered he counts as before, to his end.

    Asked again within a day nothing changes and nothing is sent, unless five wrong codes have spent the first. Raises
    RejectedError before `renew_from` and beyond a day's invitations, ConflictError for who is not a contact now.
    """
    contacts, now = book.dossier(policyholder_id).contacts, clock.now()
    contact = next((contact for contact in contacts if contact.contact_id == contact_id), None)
    if contact is None:
        raise NotFoundError("contact")
    if contact.state is not ContactState.CONFIRMED or contact.expired(now):
        raise ConflictError("not_a_contact")
    if contact.renew_from is not None and now < contact.renew_from:
        raise RejectedError("too_early", field="contact_id")
    if contact.renewing and not contact.code_spent and contact.renewal_asked_at in contact.invited_lately(now):
        return contact
    lately = _room_to_invite(contact, contacts, now)
    asked = Change(kind=ChangeKind.RENEWAL_ASKED, at=now, by=By.POLICYHOLDER)
    contact = contact.changed(asked, renewal_asked_at=now, code_attempts=0, invited_at=(*lately, now))
    book.save_contact(contact, [contact_notices.with_code(AlertPurpose.RENEW_CONTACT, contact, now)])
    return contact


def revoke_contact(policyholder_id: PolicyholderId, contact_id: ContactId, *, book: Book, clock: Clock) -> Contact:
    contact = own_contact(policyholder_id, contact_id, book)
    return end_contact(contact, Change(kind=ChangeKind.REVOKED, at=clock.now(), by=By.POLICYHOLDER), book)


def end_contact(contact: Contact, how: Change, book: Book) -> Contact:
    """Revoke the contact, whoever wants it. Revoked already, he stays as he is."""
    if contact.state is ContactState.REVOKED:
        return contact
    revoked = contact.changed(how, state=ContactState.REVOKED, revoked_at=how.at, renewal_asked_at=None)
    book.save_contact(revoked, contact_notices.revoked(contact, revoked, how.at))
    return revoked


def own_contact(policyholder_id: PolicyholderId, contact_id: ContactId, book: Book) -> Contact:
    """Raises NotFoundError."""
    for contact in book.dossier(policyholder_id).contacts:
        if contact.contact_id == contact_id:
            return contact
    raise NotFoundError("contact")
