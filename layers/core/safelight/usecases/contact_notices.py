"""Who is told of a change of contacts: the policyholder of each, and whoever else it concerns.

One message a change and recipient, in the transaction of the change: its id names the contact whom it is about, his
version then, and the recipient.
"""

from collections.abc import Iterable
from datetime import datetime

from safelight.domain.alert import Alert, AlertId, AlertPurpose
from safelight.domain.contact import Contact, ContactId

HOLDER = "holder"


def with_code(purpose: AlertPurpose, contact: Contact, at: datetime) -> Alert:
    """The message that brings the contact his code."""
    return _message(purpose, contact, contact.contact_id, "", at)


def designated(contact: Contact, others: Iterable[Contact], at: datetime) -> tuple[Alert, ...]:
    """To him with his code, to the policyholder, and to each who is a contact already."""
    told = [other.contact_id for other in others if other.told_of_others(at)]
    return (
        with_code(AlertPurpose.CONFIRM_CONTACT, contact, at),
        to_holder(contact, at),
        *(_message(AlertPurpose.CONTACT_ADDED, contact, whom, f".{whom}", at) for whom in told),
    )


def revoked(before: Contact, contact: Contact, at: datetime) -> tuple[Alert, ...]:
    """To the policyholder, and to him where he was a contact until now. Who is excluded is told nothing."""
    notices = [to_holder(contact, at)]
    if before.told_of_others(at) and not contact.excluded:
        whom = contact.contact_id
        notices.append(_message(AlertPurpose.CONTACT_REMOVED, contact, whom, f".{whom}", at))
    return tuple(notices)


def to_holder(contact: Contact, at: datetime) -> Alert:
    return _message(AlertPurpose.HOLDER_CONTACTS, contact, None, f".{HOLDER}", at)


def _message(purpose: AlertPurpose, about: Contact, to: ContactId | None, whom: str, at: datetime) -> Alert:
    return Alert(
        alert_id=AlertId(f"invite/{about.contact_id}/{about.version}{whom}"),
        purpose=purpose,
        policyholder_id=about.policyholder_id,
        contact_id=to,
        created_at=at,
    )
