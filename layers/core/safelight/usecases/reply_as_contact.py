"""A contact says whether he knows of the request that he was told of. He can only make us more careful.

Docs: docs/decisions/0017-what-a-contact-may-do.md. Whoever is not surely he leaves staff a task and moves nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safelight.domain.alert import Alert, AlertPurpose, AlertState, StaffTask, TaskReason
from safelight.domain.case import Case, CaseId
from safelight.domain.contact import Contact, ContactId, Standing
from safelight.domain.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError, RetryableError
from safelight.domain.reply import MAX_REPLIES, Reply, Word
from safelight.domain.request import PolicyholderId
from safelight.ports import Book, Cases, Changes, Clock, Dossier, Vault
from safelight.usecases.call_for_help import staff_task, standing_of
from safelight.usecases.leave_task import ATTEMPTS
from safelight.usecases.read_case import read_case

TOLD_WITHIN = timedelta(days=30)
"""An insurer decides within a month: no older request is open."""
TOLD = frozenset({AlertState.SENT, AlertState.UNKNOWN})
SOON = timedelta(minutes=10)
"""When a task is due that a verified contact's trouble left."""
_TASKS = {
    Word.KNOWS: TaskReason.CONTACT_KNOWS,
    Word.WORRIED: TaskReason.CONTACT_WORRIED,
    Word.NOT_REACHED: TaskReason.CONTACT_CANNOT_REACH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert that somebody got as a contact. `alert_id` is a keyed hash: it names no case. `verified`: who asks is
    surely that contact. `replied` is what he said last."""

    alert_id: str
    contact: Contact
    case: Case
    told_at: datetime
    verified: bool
    replied: Word | None


def read_told(subject: PolicyholderId, *, book: Book, cases: Cases, vault: Vault, clock: Clock) -> tuple[Told, ...]:
    """What this person was told as somebody's contact, newest first.

    He is known by his own number of record, once it has settled. Of his own requests he is told as policyholder, never
    here, whomever he designated.
    """
    now, number = clock.now(), book.dossier(subject).number
    if number is None or not number.settled(now):
        return ()
    found: list[Told] = []
    for policyholder_id in book.designated_by(number.phone_key):
        if policyholder_id == subject:
            continue
        dossier = book.dossier(policyholder_id)
        # A number that they share proves nobody: whoever holds the policyholder's phone could speak for him.
        own = dossier.number is None or dossier.number.phone_key != number.phone_key
        for contact in dossier.contacts:
            if contact.phone_key != number.phone_key:
                continue
            for case, alert in told_of(contact, dossier, cases, now):
                found.append(
                    Told(
                        alert_id=vault.digest(f"told {alert.alert_id}"),
                        contact=contact,
                        case=case,
                        told_at=alert.attempted_at or alert.changed_at or alert.created_at,
                        verified=own,
                        replied=_last_word(case, contact.contact_id),
                    )
                )
    return tuple(sorted(found, key=lambda one: one.told_at, reverse=True))


def reply_as_contact(
    subject: PolicyholderId, alert_id: str, word: Word, *, book: Book, cases: Cases, vault: Vault, clock: Clock
) -> Told:
    """What he was told, with his word. Raises NotFoundError for what he was not told, ConflictError after twenty
    words, RetryableError when it cannot be kept now."""
    for told in read_told(subject, book=book, cases=cases, vault=vault, clock=clock):
        if told.alert_id == alert_id:
            case = take_word(told.case, told.contact.contact_id, word, verified=told.verified, cases=cases, clock=clock)
            return replace(told, case=case, replied=word)
    raise NotFoundError("alert")


def note_reply(
    case_id: CaseId,
    contact_id: ContactId,
    word: Word,
    staff_id: str,
    *,
    verified: bool,
    book: Book,
    cases: Cases,
    clock: Clock,
) -> None:
    """Staff take down what a contact said. `verified`: they rang him back on the number on file.

    Any contact of his counts, told of it or not: his word makes nothing better. Raises NotFoundError for no case,
    ForbiddenError for a case of one's own and for one's own number, RejectedError for nobody's contact, ConflictError
    after twenty words.
    """
    case = read_case(case_id, cases=cases).case
    whose = case.request.policyholder_id
    if whose == staff_id:
        raise ForbiddenError("own_case")
    contact = next((one for one in book.dossier(whose).contacts if one.contact_id == contact_id), None)
    if contact is None:
        raise RejectedError("no_such_contact", field="contact_id")
    own_number = book.dossier(PolicyholderId(staff_id)).number
    if own_number is not None and own_number.phone_key == contact.phone_key:
        raise ForbiddenError("own_number")
    take_word(case, contact_id, word, verified=verified, noted_by=staff_id, cases=cases, clock=clock)


def take_word(
    case: Case,
    contact_id: ContactId,
    word: Word,
    *,
    verified: bool,
    cases: Cases,
    clock: Clock,
    noted_by: str | None = None,
) -> Case:
    """The case with the word, and a task for staff, both or neither. The same word again changes nothing.

    Raises ConflictError after twenty words, RetryableError when it cannot be written beside what else happens to the
    case.
    """
    for _ in range(ATTEMPTS):
        reply = Reply(contact_id=contact_id, word=word, at=clock.now(), verified=verified, noted_by=noted_by)
        if _said_already(case, reply):
            return case
        changed = replace(case.heard(reply), version=case.version + 1)
        try:
            cases.commit(Changes(case=changed, tasks=_tasks(case, reply)))
        except ConflictError:
            case = read_case(case.case_id, cases=cases).case
        else:
            return changed
    raise RetryableError("case_contended")


def told_of(contact: Contact, dossier: Dossier, cases: Cases, now: datetime) -> Iterator[tuple[Case, Alert]]:
    """The cases that this contact was told of, newest first, with the alert that told him; none for which he may not
    be alerted now. `dossier` is the policyholder's."""
    for case_id in cases.recent(contact.policyholder_id, now - TOLD_WITHIN):
        file = cases.find(case_id)
        if file is None:
            continue
        if standing_of(contact, dossier, file.case.request.payout_account, now) is not Standing.ELIGIBLE:
            continue
        for alert in file.alerts:
            told = alert.contact_id == contact.contact_id and alert.purpose is AlertPurpose.RED_REQUEST
            if told and alert.state in TOLD:
                yield file.case, alert


def _last(case: Case, contact_id: ContactId) -> Reply | None:
    return next((one for one in reversed(case.replies) if one.contact_id == contact_id), None)


def _last_word(case: Case, contact_id: ContactId) -> Word | None:
    last = _last(case, contact_id)
    return None if last is None else last.word


def _said_already(case: Case, reply: Reply) -> bool:
    """Verified, a word is more than it was before. Raises ConflictError where there is no room for another: what came
    by the same way counts, so that a forged number uses up no word of the contact's own, and none that staff note."""
    last = _last(case, reply.contact_id)
    if last is not None and last.word is reply.word and (last.verified or not reply.verified):
        return True
    if sum(_way(one) == _way(reply) for one in case.replies) >= MAX_REPLIES:
        raise ConflictError("too_many_replies")
    return False


def _way(reply: Reply) -> tuple[ContactId, bool, bool]:
    return reply.contact_id, reply.verified, reply.noted_by is not None


def _tasks(case: Case, reply: Reply) -> tuple[StaffTask, ...]:
    reason = _TASKS[reply.word]
    if case.state.ended and not reason.outlives_case:
        return ()
    task = staff_task(case.case_id, case.request.policyholder_id, reason, reply.at, reply.contact_id)
    soon = reply.verified and reply.word is not Word.KNOWS
    return (replace(task, due_at=reply.at + SOON) if soon else task,)
