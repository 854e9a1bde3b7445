"""Whom to tell of a RED case: the contacts who may be told, else staff, and why."""

from datetime import datetime, timedelta

from safelight.domain.alert import Alert, StaffTask, TaskReason
from safelight.domain.case import CaseId
from safelight.domain.contact import Contact, ContactId, Standing, Telling
from safelight.domain.request import AccountKey, PolicyholderId, Request
from safelight.domain.suspicion import suspicions
from safelight.ports import CaseFile, Dossier

TASK_DUE = timedelta(minutes=30)

_REASONS: dict[Standing, TaskReason] = {
    Standing.UNCONFIRMED: TaskReason.CONTACT_UNCONFIRMED,
    Standing.NEWLY_CHANGED: TaskReason.CONTACT_NEWLY_CHANGED,
    Standing.EXCLUDED: TaskReason.CONTACT_EXCLUDED,
    Standing.REVOKED: TaskReason.CONTACT_REVOKED,
    Standing.EXPIRED: TaskReason.CONTACT_EXPIRED,
    Standing.UNDER_SUSPICION: TaskReason.CONTACT_UNDER_SUSPICION,
}


def call_for_help(
    case_id: CaseId, request: Request, dossier: Dossier | None, now: datetime
) -> tuple[tuple[Alert, ...], tuple[StaffTask, ...]]:
    """An alert or at least one task: never neither. `dossier` is None when the book could not be read.

    One who is suspect is a task also where another is told. Of several with one reason the task names the first.
    """
    who = request.policyholder_id
    if dossier is None:
        return (), (staff_task(case_id, who, TaskReason.CONTACTS_UNREADABLE, now),)
    standings = {c: standing_of(c, dossier, request.payout_account, now) for c in in_order(dossier.contacts)}
    able = [contact for contact, standing in standings.items() if standing is Standing.ELIGIBLE]
    told = able if dossier.telling is Telling.ALL else able[:1]
    untold = {c: s for c, s in standings.items() if s is Standing.UNDER_SUSPICION or (not told and c not in told)}
    why = {_REASONS[standing]: contact.contact_id for contact, standing in reversed(untold.items())}
    tasks = [staff_task(case_id, who, reason, now, about) for reason, about in why.items()]
    if not told and not tasks:
        tasks = [staff_task(case_id, who, TaskReason.NO_CONTACT, now)]
    return tuple(Alert.for_case(case_id, contact.contact_id, who, now) for contact in told), tuple(tasks)


def next_contact(file: CaseFile, dossier: Dossier, now: datetime) -> Contact | None:
    """The first who may be told and has no alert about this case yet."""
    had = {alert.contact_id for alert in file.alerts}
    paid_to = file.case.request.payout_account
    for contact in in_order(dossier.contacts):
        if contact.contact_id not in had and standing_of(contact, dossier, paid_to, now) is Standing.ELIGIBLE:
            return contact
    return None


def standing_of(contact: Contact, dossier: Dossier, paid_to: AccountKey | None, now: datetime) -> Standing:
    """`paid_to` is the account that the request names, None for the account of record."""
    against = suspicions(contact, dossier.profile, dossier.observations, paid_to, now)
    return contact.standing(now, suspected=bool(against))


def reason_for(standing: Standing) -> TaskReason:
    """The task that says why a contact in this standing was not told."""
    return _REASONS[standing]


def staff_task(
    case_id: CaseId,
    policyholder_id: PolicyholderId,
    reason: TaskReason,
    now: datetime,
    about: ContactId | None = None,
) -> StaffTask:
    return StaffTask(
        case_id=case_id,
        policyholder_id=policyholder_id,
        reason=reason,
        created_at=now,
        due_at=now + TASK_DUE,
        about=about,
    )


def in_order(contacts: tuple[Contact, ...]) -> list[Contact]:
    """As the policyholder put them; else who was designated first is asked first."""
    return sorted(contacts, key=lambda contact: (contact.place, contact.designated_at, contact.contact_id))
