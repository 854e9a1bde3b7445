"""A designated contact rings: is it one, and what does he say to the request that he was told of?

A calling number can be forged. So it opens nothing: he hears no more than his SMS said, what he says becomes a task for
staff, and no light, state or answer changes (promise 4 asks for a verified contact).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from safelight.domain.alert import AlertState, TaskReason
from safelight.domain.case import Case
from safelight.domain.contact import Contact, Standing
from safelight.ports import Book, CaseFile, Cases, Clock, Dossier, Vault
from safelight.usecases.call_for_help import standing_of
from safelight.usecases.leave_task import leave_task

TOLD_WITHIN = timedelta(days=30)
"""An insurer decides within a month: no older request is open."""
TOLD = frozenset({AlertState.SENT, AlertState.UNKNOWN})


class Word(StrEnum):
    """What he says when asked whether he knows of it."""

    KNOWS = "knows"
    WORRIED = "worried"
    NOT_REACHED = "not_reached"


TASKS = {Word.KNOWS: TaskReason.CONTACT_KNOWS, Word.WORRIED: TaskReason.CONTACT_WORRIED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """A number that belongs to a contact who counts. `case` is the newest open one that he was told of, if any.

    `several`: he was told of more than one policyholder. Without a name he cannot be asked which of them he means.
    """

    contact: Contact
    case: Case | None
    several: bool = False


def who_rings(phone: str, *, book: Book, cases: Cases, vault: Vault, clock: Clock) -> Ringing | None:
    """None unless the number, in E.164, is that of a contact who may be alerted now (promise 5)."""
    key, now = vault.phone_key(phone), clock.now()
    known: Contact | None = None
    told: list[tuple[Contact, Case]] = []
    for policyholder_id in book.designated_by(key):
        dossier = book.dossier(policyholder_id)
        for contact in dossier.contacts:
            if contact.phone_key != key or standing_of(contact, dossier, None, now) is not Standing.ELIGIBLE:
                continue
            known, case = contact, _told_of(contact, dossier, cases, clock)
            if case is not None:
                told.append((contact, case))
    if not told:
        return None if known is None else Ringing(contact=known, case=None)
    contact, case = max(told, key=lambda one: one[1].opened_at)
    several = len({contact.policyholder_id for contact, _ in told}) > 1
    return Ringing(contact=contact, case=case, several=several)


def hear_contact(ringing: Ringing, word: Word, *, cases: Cases, clock: Clock) -> None:
    """Leave staff what he said. The same word again leaves nothing new."""
    if ringing.case is not None and word in TASKS:
        leave_task(ringing.case, TASKS[word], cases, clock)


def _told_of(contact: Contact, dossier: Dossier, cases: Cases, clock: Clock) -> Case | None:
    now = clock.now()
    for case_id in cases.recent(contact.policyholder_id, now - TOLD_WITHIN):
        file = cases.find(case_id)
        if file is None or file.case.state.ended or not was_told(contact, file):
            continue
        if standing_of(contact, dossier, file.case.request.payout_account, now) is Standing.ELIGIBLE:
            return file.case
    return None


def was_told(contact: Contact, file: CaseFile) -> bool:
    return any(alert.contact_id == contact.contact_id and alert.state in TOLD for alert in file.alerts)
