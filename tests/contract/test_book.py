"""The port `Book`: one policyholder's dossier."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.contact import ContactId, ContactState, PhoneKey, Telling
from safelight.domain.errors import ConflictError
from safelight.domain.facts import ObservationKind
from safelight.domain.request import PolicyholderId
from safelight.ports import Dossier
from tests.builders import NOW, POLICYHOLDER, a_call, a_contact, a_number, a_profile, an_invitation, an_observation
from tests.contract.conftest import Stores
from tests.contract.race import race


def test_nobody_knows_a_stranger(stores: Stores) -> None:
    assert stores.book.dossier(PolicyholderId("stranger")) == Dossier(profile=None)


def test_the_dossier_holds_all_that_was_stored_of_him(stores: Stores) -> None:
    contact, observation, call = a_contact(), an_observation(), a_call()
    stores.book.save_profile(POLICYHOLDER, a_profile())
    stores.book.save_contact(contact)
    stores.book.add_observation(POLICYHOLDER, observation)
    stores.book.save_call(call)
    assert stores.book.dossier(POLICYHOLDER) == Dossier(
        profile=a_profile(), contacts=(contact,), observations=(observation,), call=call
    )


@pytest.mark.parametrize("other", ["ph-0001#", "ph-0001%23", "ph-00012", "PH-0001", "ph-0001#PROFILE", "國"])
def test_what_is_stored_of_one_is_not_seen_with_another(stores: Stores, other: str) -> None:
    stores.book.save_profile(POLICYHOLDER, a_profile())
    stores.book.add_observation(POLICYHOLDER, an_observation())
    assert stores.book.dossier(PolicyholderId(other)) == Dossier(profile=None)


def test_a_new_profile_replaces_the_old(stores: Stores) -> None:
    stores.book.save_profile(POLICYHOLDER, a_profile(retired=False))
    stores.book.save_profile(POLICYHOLDER, a_profile(retired=True))
    assert stores.book.dossier(POLICYHOLDER).profile == a_profile(retired=True)


def test_a_new_call_replaces_the_current_one(stores: Stores) -> None:
    stores.book.save_call(a_call())
    later = a_call(started_at=NOW + timedelta(hours=1))
    stores.book.save_call(later)
    assert stores.book.dossier(POLICYHOLDER).call == later


def test_observations_come_in_the_order_of_time_and_each_once(stores: Stores) -> None:
    late = an_observation(observed_at=NOW)
    early = an_observation(observed_at=NOW - timedelta(days=2))
    also = an_observation(observed_at=NOW, kind=ObservationKind.HURRIED_OR_AFRAID)
    for observation in (late, early, also, late):
        stores.book.add_observation(POLICYHOLDER, observation)
    assert stores.book.dossier(POLICYHOLDER).observations == (early, late, also)


def test_of_two_observations_under_one_id_the_first_stays(stores: Stores) -> None:
    first = an_observation(by="staff#1", observation_id="n-1")
    later = replace(first, observed_at=NOW)
    another = replace(later, by="staff", observation_id="1#n-1")
    earliest = an_observation(observed_at=NOW - timedelta(days=9))
    for observation in (first, later, another, earliest):
        stores.book.add_observation(POLICYHOLDER, observation)
    with pytest.raises(ConflictError):
        stores.book.add_observation(POLICYHOLDER, replace(later, kind=ObservationKind.HURRIED_OR_AFRAID))
    assert stores.book.dossier(POLICYHOLDER).observations == (earliest, first, another)


def test_a_contact_moves_version_by_version(stores: Stores) -> None:
    contact = a_contact(state=ContactState.DESIGNATED)
    stores.book.save_contact(contact)
    confirmed = replace(contact, state=ContactState.CONFIRMED, confirmed_at=NOW, version=2)
    stores.book.save_contact(confirmed)
    assert stores.book.dossier(POLICYHOLDER).contacts == (confirmed,)


@pytest.mark.parametrize("version", [1, 3])
def test_a_contact_whose_version_does_not_follow_is_a_conflict(stores: Stores, version: int) -> None:
    stores.book.save_contact(a_contact())
    with pytest.raises(ConflictError):
        stores.book.save_contact(a_contact(version=version, excluded=True))
    assert not stores.book.dossier(POLICYHOLDER).contacts[0].excluded


def test_a_contact_and_his_invitation_are_stored_together_or_not_at_all(stores: Stores) -> None:
    contact = a_contact()
    stores.book.save_contact(contact, [an_invitation(contact)])
    with pytest.raises(ConflictError):
        stores.book.save_contact(replace(contact, version=2, excluded=True), [an_invitation(contact)])
    with pytest.raises(ConflictError):
        stores.book.save_contact(contact, [an_invitation(contact, number=2)])
    assert stores.book.dossier(POLICYHOLDER).contacts == (contact,)
    assert stores.alerts.find(an_invitation(contact, number=2).alert_id) is None


def test_two_contacts_are_two(stores: Stores) -> None:
    both = tuple(a_contact(contact_id=ContactId(name)) for name in ("c1", "c2"))
    for contact in both:
        stores.book.save_contact(contact)
    assert stores.book.dossier(POLICYHOLDER).contacts == both


def test_of_many_wrong_codes_at_once_each_is_counted_or_refused(stores: Stores) -> None:
    stores.book.save_contact(a_contact())
    attempt = a_contact(version=2, code_attempts=1)
    results = race([lambda: stores.book.save_contact(attempt)] * 5)
    assert results["won"] == 1, results
    assert results["conflict"] + results["retry"] == 4, results


def test_a_phone_names_everybody_who_designated_it(stores: Stores) -> None:
    mine = a_contact(phone_key=PhoneKey("k#1"))
    theirs = a_contact(policyholder_id=PolicyholderId("ph#2"), phone_key=PhoneKey("k#1"))
    stores.book.save_contact(mine)
    stores.book.save_contact(theirs)
    stores.book.save_contact(replace(mine, version=2, excluded=True))
    assert set(stores.book.designated_by(PhoneKey("k#1"))) == {POLICYHOLDER, "ph#2"}
    assert stores.book.designated_by(PhoneKey("k")) == ()


def test_number_of_record_and_whom_to_tell_are_part_of_the_dossier(stores: Stores) -> None:
    assert stores.book.dossier(POLICYHOLDER).number is None
    stores.book.save_number(POLICYHOLDER, a_number())
    stores.book.save_number(POLICYHOLDER, a_number(phone="+886922000888"))
    stores.book.save_telling(POLICYHOLDER, Telling.ALL)
    dossier = stores.book.dossier(POLICYHOLDER)
    assert dossier.number == a_number(phone="+886922000888")
    assert dossier.telling is Telling.ALL


def test_of_designations_at_once_one_takes_the_last_place(stores: Stores) -> None:
    """Each device designates another phone, and has counted the same contacts."""
    made = [a_contact(contact_id=ContactId(f"contact-{n}")) for n in range(4)]
    results = race([lambda one=one: stores.book.save_contact(one, (), 1) for one in made])
    assert results["won"] == 1
    assert results["won"] + results["conflict"] + results["retry"] == len(made)
    dossier = stores.book.dossier(POLICYHOLDER)
    assert (len(dossier.contacts), dossier.designations) == (1, 1)


def test_designations_are_counted_one_by_one(stores: Stores) -> None:
    for n in (1, 2):
        stores.book.save_contact(a_contact(contact_id=ContactId(f"contact-{n}")), (), n)
    for wrong in (1, 2, 4):
        with pytest.raises(ConflictError):
            stores.book.save_contact(a_contact(contact_id=ContactId("contact-9")), (), wrong)
    dossier = stores.book.dossier(POLICYHOLDER)
    assert (len(dossier.contacts), dossier.designations) == (2, 2)
