"""A designated contact rings: is it one, and what does he say to the request that he was told of?

A calling number can be forged. So it opens nothing: he hears no more than his SMS said, what he says becomes a task for
staff, and no light, state or answer changes (promise 4 asks for a verified contact).
"""

from dataclasses import dataclass

from safelight.domain.case import Case
from safelight.domain.contact import Contact, Standing
from safelight.domain.reply import Word
from safelight.ports import Book, Cases, Clock, Vault
from safelight.usecases.call_for_help import standing_of
from safelight.usecases.reply_as_contact import take_word, told_of


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
            known = contact
            case = next((case for case, _ in told_of(contact, dossier, cases, now) if not case.state.ended), None)
            if case is not None:
                told.append((contact, case))
    if not told:
        return None if known is None else Ringing(contact=known, case=None)
    contact, case = max(told, key=lambda one: one[1].opened_at)
    several = len({contact.policyholder_id for contact, _ in told}) > 1
    return Ringing(contact=contact, case=case, several=several)


def hear_contact(ringing: Ringing, word: Word, *, cases: Cases, clock: Clock) -> None:
    """Leave staff what he said. The same word again leaves nothing new. Raises as `take_word` does."""
    if ringing.case is not None:
        take_word(ringing.case, ringing.contact.contact_id, word, verified=False, cases=cases, clock=clock)
