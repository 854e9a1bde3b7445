"""Who is told of a change of contacts: the policyholder of each, and whoever else it concerns.

One message a change and recipient, in the transaction of the change: its id names the contact whom it is about, his
version then, and the recipient.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from safelight.domain.alert import Alert, AlertId, AlertPurpose
from safelight.domain.contact import Contact, ContactId, ContactState

HOLDER = "holder"
RENEWAL, EXPIRED = "renewal", "expired"


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


def reminders(contact: Contact, at: datetime) -> tuple[Alert, ...]:
    """To the policyholder, a month before the contact's year ends and when it has ended. Written with the consent that
    they follow from; each is void when its day comes and the year ends on another day by then, or does not count."""
    if contact.renew_from is None or contact.expires_at is None:
        return ()
    days = (
        (AlertPurpose.HOLDER_RENEWAL, RENEWAL, max(contact.renew_from, at)),
        (AlertPurpose.HOLDER_EXPIRED, EXPIRED, contact.expires_at),
    )
    return tuple(
        replace(_message(purpose, contact, None, f".{name}", at), not_before=day, about=contact.contact_id)
        for purpose, name, day in days
    )


def reminder_stands(alert: Alert, contact: Contact | None) -> bool:
    """Whether it still tells the truth: not of a contact who was revoked, excluded, named anew or renewed since."""
    if contact is None or contact.state is not ContactState.CONFIRMED or contact.excluded:
        return False
    if alert.purpose is AlertPurpose.HOLDER_EXPIRED:
        return alert.not_before == contact.expires_at
    return (
        alert.not_before is not None
        and contact.renew_from is not None
        and alert.not_before == max(contact.renew_from, alert.created_at)
    )


def _message(purpose: AlertPurpose, about: Contact, to: ContactId | None, whom: str, at: datetime) -> Alert:
    return Alert(
        alert_id=AlertId(f"invite/{about.contact_id}/{about.version}{whom}"),
        purpose=purpose,
        policyholder_id=about.policyholder_id,
        contact_id=to,
        created_at=at,
    )
