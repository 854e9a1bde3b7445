"""A contact who is a policyholder himself: whom he is a contact of, and how he ends it.

He is known by the number that the insurer has on file for him, once it is settled: whoever moved that number to himself
a moment ago ends nothing.
"""

from safelight.domain.contact import By, Change, ChangeKind, Contact, ContactId, PhoneKey, contact_id_of
from safelight.domain.errors import NotFoundError
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Clock
from safelight.usecases.manage_contacts import end_contact, own_contact


def contact_of_others(me: PolicyholderId, *, book: Book, clock: Clock) -> tuple[Contact, ...]:
    """Each designation of his number that still stands, confirmed or not. None while his number is not settled."""
    phone = _known_by(me, book, clock)
    if phone is None:
        return ()
    found = (
        contact
        for policyholder_id in book.designated_by(phone)
        for contact in book.dossier(policyholder_id).contacts
        if contact.phone_key == phone and contact.living(clock.now())
    )
    return tuple(sorted(found, key=lambda contact: (contact.designated_at, contact.contact_id)))


def step_back(me: PolicyholderId, contact_id: ContactId, *, book: Book, clock: Clock) -> Contact:
    """He is nobody's contact by this id any more. Raises NotFoundError where he was not."""
    phone = _known_by(me, book, clock)
    if phone is not None:
        for policyholder_id in book.designated_by(phone):
            if contact_id_of(policyholder_id, phone) == contact_id:
                contact = own_contact(policyholder_id, contact_id, book)
                return end_contact(contact, Change(kind=ChangeKind.REVOKED, at=clock.now(), by=By.CONTACT), book)
    raise NotFoundError("contact")


def _known_by(me: PolicyholderId, book: Book, clock: Clock) -> PhoneKey | None:
    number = book.dossier(me).number
    return number.phone_key if number is not None and number.settled(clock.now()) else None
