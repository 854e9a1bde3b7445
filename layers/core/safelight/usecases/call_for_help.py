"""Whom to tell of a RED case: the first contact who may be told, else staff, and why."""

from datetime import datetime, timedelta

from safelight.domain.alert import Alert, StaffTask, TaskReason
from safelight.domain.case import CaseId
from safelight.domain.contact import Contact, Standing
from safelight.domain.facts import Observation, ObservationKind
from safelight.domain.request import PolicyholderId
from safelight.ports import Dossier

TASK_DUE = timedelta(minutes=30)
SUSPICION_LASTS = timedelta(days=7)
"""How long a contact counts as suspect after he was seen beside the policyholder."""

_REASONS: dict[Standing, TaskReason] = {
    Standing.UNCONFIRMED: TaskReason.CONTACT_UNCONFIRMED,
    Standing.NEWLY_CHANGED: TaskReason.CONTACT_NEWLY_CHANGED,
    Standing.EXCLUDED: TaskReason.CONTACT_EXCLUDED,
    Standing.REVOKED: TaskReason.CONTACT_REVOKED,
    Standing.UNDER_SUSPICION: TaskReason.CONTACT_UNDER_SUSPICION,
}


def call_for_help(
    case_id: CaseId, policyholder_id: PolicyholderId, dossier: Dossier | None, now: datetime
) -> tuple[tuple[Alert, ...], tuple[StaffTask, ...]]:
    """One alert, or at least one task: never neither. `dossier` is None when the book could not be read."""
    if dossier is None:
        return (), (staff_task(case_id, policyholder_id, TaskReason.CONTACTS_UNREADABLE, now),)
    standings = {contact: standing_of(contact, dossier.observations, now) for contact in _in_order(dossier.contacts)}
    for contact, standing in standings.items():
        if standing is Standing.ELIGIBLE:
            return (Alert.for_case(case_id, contact.contact_id, policyholder_id, now),), ()
    why = list(dict.fromkeys(_REASONS[standing] for standing in standings.values())) or [TaskReason.NO_CONTACT]
    return (), tuple(staff_task(case_id, policyholder_id, reason, now) for reason in why)


def standing_of(contact: Contact, observations: tuple[Observation, ...], now: datetime) -> Standing:
    suspected = any(
        seen.kind is ObservationKind.CONTACT_BESIDE_POLICYHOLDER and now - seen.observed_at < SUSPICION_LASTS
        for seen in observations
    )
    return contact.standing(now, suspected=suspected)


def reason_for(standing: Standing) -> TaskReason:
    """The task that says why a contact in this standing was not told."""
    return _REASONS[standing]


def staff_task(case_id: CaseId, policyholder_id: PolicyholderId, reason: TaskReason, now: datetime) -> StaffTask:
    return StaffTask(
        case_id=case_id, policyholder_id=policyholder_id, reason=reason, created_at=now, due_at=now + TASK_DUE
    )


def _in_order(contacts: tuple[Contact, ...]) -> list[Contact]:
    """Who was designated first is asked first."""
    return sorted(contacts, key=lambda contact: (contact.designated_at, contact.contact_id))
