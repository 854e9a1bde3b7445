"""What makes a contact suspect, and for how long."""

from datetime import date, timedelta
from typing import Any

import pytest

from safelight.domain.contact import Contact, PersonKey
from safelight.domain.facts import Observation, ObservationKind, Profile, RegisteredAccount
from safelight.domain.request import AccountKey
from safelight.domain.suspicion import BESIDE_LASTS, NUMBER_SETTLES_IN, Suspicion, suspicions
from tests.builders import ACCOUNT, NOW, a_contact, a_profile, an_observation

NEPHEW = PersonKey("n" * 64)
SOMEBODY = PersonKey("s" * 64)
NEW = AccountKey("c" * 64)
BESIDE = ObservationKind.CONTACT_BESIDE_POLICYHOLDER


def on_record(key: AccountKey, owner: PersonKey | None) -> RegisteredAccount:
    return RegisteredAccount(key=key, added_on=date(2026, 3, 10), owner=owner)


def found(
    contact: Contact, profile: Profile | None = None, *observed: Observation, to: AccountKey | None = None
) -> set[Suspicion]:
    return set(suspicions(contact, profile or a_profile(), observed, to, NOW))


def test_nothing_holds_against_a_contact_of_whom_nothing_is_known() -> None:
    profile = a_profile(accounts=(on_record(ACCOUNT, None), on_record(NEW, NEPHEW)))
    assert found(a_contact(), profile, an_observation(), to=NEW) == set()
    assert suspicions(a_contact(person=NEPHEW, accounts=(NEW,)), None, (), None, NOW) == frozenset()


@pytest.mark.parametrize(
    ("ago", "suspect"),
    [
        (timedelta(0), True),
        (BESIDE_LASTS - timedelta(seconds=1), True),
        (BESIDE_LASTS, False),
        (timedelta(minutes=-1), True),
    ],
)
def test_one_seen_beside_the_policyholder_is_suspect_for_seven_days(ago: timedelta, suspect: bool) -> None:
    seen = an_observation(kind=BESIDE, observed_at=NOW - ago)
    assert (found(a_contact(), None, an_observation(), seen) == {Suspicion.BESIDE}) is suspect


@pytest.mark.parametrize("to", [NEW, None])
@pytest.mark.parametrize(
    ("accounts", "suspect"), [((NEW,), True), ((AccountKey("d" * 64), NEW), True), ((AccountKey("d" * 64),), False)]
)
def test_one_whose_account_the_money_goes_to_is_suspect(
    accounts: tuple[AccountKey, ...], suspect: bool, to: AccountKey | None
) -> None:
    """Named in the request, or an account of record where it names none."""
    profile = a_profile(accounts=(on_record(ACCOUNT, None), *([] if to else [on_record(NEW, None)])))
    assert (Suspicion.PAYEE in found(a_contact(accounts=accounts), profile, to=to)) is suspect


def test_his_account_on_record_is_no_reason_while_the_money_goes_elsewhere() -> None:
    profile = a_profile(accounts=(on_record(ACCOUNT, NEPHEW),))
    assert found(a_contact(accounts=(ACCOUNT,), person=NEPHEW), profile, to=NEW) == set()


@pytest.mark.parametrize(
    ("over", "owners", "to", "suspect"),
    [
        ({"person": NEPHEW}, (NEPHEW,), NEW, True),
        ({"person": NEPHEW}, (NEPHEW,), None, True),
        ({"person": NEPHEW}, (SOMEBODY, NEPHEW), None, True),
        ({"person": NEPHEW}, (SOMEBODY,), NEW, False),
        ({"person": NEPHEW}, (None,), NEW, False),
        ({"person": None}, (None,), NEW, False),
        ({"person": None}, (NEPHEW,), None, False),
    ],
)
def test_one_who_owns_the_account_that_the_money_goes_to_is_suspect(
    over: dict[str, Any], owners: tuple[PersonKey | None, ...], to: AccountKey | None, suspect: bool
) -> None:
    """`owners` of the accounts of record; the last of them is NEW."""
    keys = (ACCOUNT, NEW)[-len(owners) :]
    profile = a_profile(accounts=tuple(on_record(key, owner) for key, owner in zip(keys, owners, strict=True)))
    assert (found(a_contact(**over), profile, to=to) == {Suspicion.SAME_OWNER}) is suspect


@pytest.mark.parametrize(
    ("days", "suspect"), [(0, True), (NUMBER_SETTLES_IN.days - 1, True), (NUMBER_SETTLES_IN.days, False), (-1, True)]
)
def test_one_whose_number_changed_lately_is_suspect(days: int, suspect: bool) -> None:
    contact = a_contact(number_changed_on=NOW.date() - timedelta(days=days))
    assert (found(contact) == {Suspicion.NUMBER_CHANGED}) is suspect


def test_all_that_holds_against_him_is_said() -> None:
    contact = a_contact(person=NEPHEW, accounts=(NEW,), number_changed_on=NOW.date())
    profile = a_profile(accounts=(on_record(NEW, NEPHEW),))
    assert found(contact, profile, an_observation(kind=BESIDE), to=NEW) == set(Suspicion)
