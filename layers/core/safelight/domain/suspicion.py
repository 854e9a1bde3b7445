"""Why a contact may be the very one whom the policyholder must be kept from. He is not told then; staff are."""

from datetime import datetime, timedelta
from enum import StrEnum

from safelight.domain.contact import Contact
from safelight.domain.facts import Observation, ObservationKind, Profile
from safelight.domain.request import AccountKey

BESIDE_LASTS = timedelta(days=7)
"""How long a contact counts as suspect after one was seen beside the policyholder. The observation does not say which,
so it counts for each."""
NUMBER_SETTLES_IN = timedelta(days=30)
"""How long after a contact's number changed hands or cards it may be in another's hands."""


class Suspicion(StrEnum):
    BESIDE = "beside"
    """Somebody whom he designated was seen beside him as he asked."""
    PAYEE = "payee"
    """The money goes to an account of the contact's."""
    SAME_OWNER = "same_owner"
    """The money goes to an account that belongs to the contact."""
    NUMBER_CHANGED = "number_changed"


def suspicions(
    contact: Contact,
    profile: Profile | None,
    observations: tuple[Observation, ...],
    payout_account: AccountKey | None,
    now: datetime,
) -> frozenset[Suspicion]:
    """All that holds against this contact at `now`, empty for nothing. What is not known holds against nobody.

    `payout_account` is what the request names. Where it names none the money goes to an account of record, and each of
    them counts.
    """
    on_record = () if profile is None else profile.accounts
    paid_to = {account.key for account in on_record} if payout_account is None else {payout_account}
    found = set()
    if any(
        seen.kind is ObservationKind.CONTACT_BESIDE_POLICYHOLDER and now - seen.observed_at < BESIDE_LASTS
        for seen in observations
    ):
        found.add(Suspicion.BESIDE)
    if not paid_to.isdisjoint(contact.accounts):
        found.add(Suspicion.PAYEE)
    if contact.person is not None and any(
        account.key in paid_to and account.owner == contact.person for account in on_record
    ):
        found.add(Suspicion.SAME_OWNER)
    if contact.number_changed_on is not None and now.date() - contact.number_changed_on < NUMBER_SETTLES_IN:
        found.add(Suspicion.NUMBER_CHANGED)
    return frozenset(found)
