"""Whom of his contacts a policyholder wants to be told, and in which order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from safelight.domain.contact import By, Change, ChangeKind, Contact, ContactId, Telling
from safelight.domain.errors import RejectedError
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Clock
from safelight.usecases import contact_notices
from safelight.usecases.call_for_help import in_order

MAX_ORDERS = 6
"""Within a day. Each is a notice to the policyholder, and a line in a history that keeps so many."""
DAY = timedelta(days=1)


class Contacts(NamedTuple):
    """In the policyholder's order."""

    contacts: tuple[Contact, ...]
    telling: Telling


def list_contacts(policyholder_id: PolicyholderId, *, book: Book) -> Contacts:
    dossier = book.dossier(policyholder_id)
    return Contacts(tuple(in_order(dossier.contacts)), dossier.telling)


def order_contacts(
    policyholder_id: PolicyholderId, telling: Telling, order: Sequence[ContactId], *, book: Book, clock: Clock
) -> Contacts:
    """`order` names each contact who is one or is to become one, once. The same again changes nothing, and finishes
    what was left half done. The policyholder is told of a new order, and of another choice of whom to tell.

    Raises RejectedError for another list and beyond a day's orders, ConflictError when a contact changed meanwhile.
    """
    dossier, now = book.dossier(policyholder_id), clock.now()
    living = {contact.contact_id: contact for contact in dossier.contacts if contact.living(now)}
    if len(order) != len(set(order)) or set(order) != set(living):
        raise RejectedError("not_the_contacts", field="order")
    moved = Change(kind=ChangeKind.MOVED, at=now, by=By.POLICYHOLDER)
    places = {contact_id: place for place, contact_id in enumerate(order) if living[contact_id].place != place}
    if dossier.telling is not telling and order and not places:
        places = {order[0]: 0}
    if any(_moved_lately(living[contact_id], now) >= MAX_ORDERS for contact_id in places):
        raise RejectedError("too_many_changes", field="order")
    told = False
    for contact_id, place in places.items():
        contact = living[contact_id].changed(moved, place=place)
        book.save_contact(contact, [] if told else [contact_notices.to_holder(contact, now)])
        told = True
    if dossier.telling is not telling:
        book.save_telling(policyholder_id, telling)
    return list_contacts(policyholder_id, book=book)


def _moved_lately(contact: Contact, now: datetime) -> int:
    return sum(line.kind is ChangeKind.MOVED and now - line.at < DAY for line in contact.history)
