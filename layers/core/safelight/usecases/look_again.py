"""A contact turns out to be suspect, or is excluded, after he was told: staff must know, in whatever order it came."""

from dataclasses import replace
from datetime import datetime, timedelta

from safelight.domain.alert import AlertPurpose, AlertState, StaffTask, TaskReason
from safelight.domain.case import Case
from safelight.domain.contact import Contact
from safelight.domain.errors import ConflictError, RetryableError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId
from safelight.domain.suspicion import suspicions
from safelight.ports import Book, CaseFile, Cases, Changes, Clock, Dossier
from safelight.usecases.call_for_help import staff_task

OPEN_FOR = timedelta(days=30)
"""An insurer decides within a month: no older request is open."""
MAY_BE_TOLD = frozenset({AlertState.PENDING, AlertState.SENDING, AlertState.SENT, AlertState.UNKNOWN})
"""Pending too: a sender that looked at the contact a moment before the fact was noted is sending to him now."""
ATTEMPTS = 3


def look_again(policyholder_id: PolicyholderId, *, book: Book, cases: Cases, clock: Clock) -> None:
    """One task for each open RED case and each contact told of it whom nobody would tell now, however often it is
    asked for.

    Raises RetryableError when it could not be finished: what is written stays, and the next call writes the rest.
    """
    dossier, now = book.dossier(policyholder_id), clock.now()
    for case_id in cases.recent(policyholder_id, now - OPEN_FOR):
        for _ in range(ATTEMPTS):
            file = cases.find(case_id)
            if file is None or _settled(file, dossier, cases, now):
                break
        else:
            raise RetryableError("case_contended")


def _settled(file: CaseFile, dossier: Dossier, cases: Cases, now: datetime) -> bool:
    """False when another changed the case meanwhile."""
    case = file.case
    if case.state.ended or case.floor is not Light.RED:
        return True
    raised = {(task.reason, task.about) for task in file.tasks}
    tasks = tuple(task for task in _tasks(file, dossier, now) if (task.reason, task.about) not in raised)
    if not tasks:
        return True
    try:
        cases.commit(Changes(case=replace(case, version=case.version + 1), tasks=tasks))
    except ConflictError:
        return False
    return True


def _tasks(file: CaseFile, dossier: Dossier, now: datetime) -> list[StaffTask]:
    told = {
        alert.contact_id
        for alert in file.alerts
        if alert.purpose is AlertPurpose.RED_REQUEST and alert.state in MAY_BE_TOLD
    }
    found = []
    for contact in dossier.contacts:
        if contact.contact_id in told:
            reason = _against(contact, dossier, file.case, now)
            if reason is not None:
                found.append(
                    staff_task(file.case.case_id, contact.policyholder_id, reason, now, about=contact.contact_id)
                )
    return found


def _against(contact: Contact, dossier: Dossier, case: Case, now: datetime) -> TaskReason | None:
    if contact.excluded:
        return TaskReason.CONTACT_EXCLUDED
    if suspicions(contact, dossier.profile, dossier.observations, case.request.payout_account, now):
        return TaskReason.CONTACT_UNDER_SUSPICION
    return None
