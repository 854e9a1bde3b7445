"""Designate, confirm, revoke."""

from datetime import timedelta

import pytest

from safelight.domain.alert import AlertPurpose, AlertState, TaskReason
from safelight.domain.contact import MAX_CODE_ATTEMPTS, ContactId, ContactState, Relation
from safelight.domain.errors import ConflictError, NotFoundError, RejectedError, RetryableError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId, RequestId
from safelight.usecases.manage_contacts import MAX_INVITATIONS, MAX_INVITATIONS_OF_ONE
from safelight.usecases.order_contacts import list_contacts
from tests.builders import POLICYHOLDER, a_request
from tests.usecases.world import World

PHONES = [f"+8869120003{n}5" for n in range(1, 9)]
WRONG = "000000"
MAX_CONTACTS = 3
INVITED = AlertPurpose.CONFIRM_CONTACT


@pytest.fixture
def world() -> World:
    return World()


def wrong_code(world: World, contact_id: ContactId) -> str:
    right = world.vault.confirmation_code(world.store.contacts[POLICYHOLDER, contact_id])
    return WRONG if right != WRONG else "000001"


def test_a_designated_contact_gets_the_code_and_counts_72_hours_after(world: World) -> None:
    contact = world.designate()
    assert contact.state is ContactState.DESIGNATED
    world.run()
    (invitation,) = world.texts_of(INVITED)
    code = world.vault.confirmation_code(contact)
    assert code in invitation.text
    assert invitation.to == "+886912000345"
    assert world.confirm(contact.contact_id, code).state is ContactState.CONFIRMED
    world.shines(Light.RED)
    early = world.assess(a_request(request_id=RequestId("early"), requested_at=world.clock.now()))
    assert world.tasks_of(early.case.case_id) == [TaskReason.CONTACT_NEWLY_CHANGED]
    world.clock.move(timedelta(hours=72))
    late = world.assess(a_request(request_id=RequestId("late"), requested_at=world.clock.now()))
    to_contacts = [alert for alert in world.alerts_of(late.case.case_id) if not alert.purpose.to_holder]
    assert len(to_contacts) == 1


def test_the_number_is_kept_sealed_and_hashed(world: World) -> None:
    contact = world.designate(PHONES[0])
    assert PHONES[0].removeprefix("+886") not in repr(contact)
    assert contact.phone_last3 == PHONES[0][-3:]
    assert world.vault.unseal(contact.phone, POLICYHOLDER) == PHONES[0]


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_same_phone_again_is_the_same_contact_and_is_not_invited_again(world: World, confirmed: bool) -> None:
    contact = world.designate()
    if confirmed:
        contact = world.confirm(contact.contact_id)
    world.clock.move(timedelta(hours=5))
    assert world.designate(relation=Relation.SPOUSE) == contact
    world.run()
    assert len(world.texts_of(INVITED)) <= 1
    assert len(world.notices_of(INVITED)) == 1


def test_at_most_three_contacts_count_at_once(world: World) -> None:
    made = [world.designate(phone) for phone in PHONES[:MAX_CONTACTS]]
    with pytest.raises(RejectedError) as refused:
        world.designate(PHONES[3])
    assert (refused.value.reason, refused.value.field) == ("too_many_contacts", "phone")
    assert len(world.store.contacts) == len(world.notices_of(INVITED)) == 3
    world.revoke(made[0].contact_id)
    assert world.designate(PHONES[3]).state is ContactState.DESIGNATED


def test_a_wrong_code_is_refused_and_the_fifth_is_the_last(world: World) -> None:
    contact = world.designate()
    for _ in range(MAX_CODE_ATTEMPTS):
        with pytest.raises(RejectedError) as refused:
            world.confirm(contact.contact_id, wrong_code(world, contact.contact_id))
        assert (refused.value.reason, refused.value.field) == ("wrong_code", "code")
    for code in (None, wrong_code(world, contact.contact_id)):
        with pytest.raises(ConflictError) as over:
            world.confirm(contact.contact_id, code)
        assert over.value.reason == "too_many_attempts"
    assert world.store.contacts[POLICYHOLDER, contact.contact_id].state is ContactState.DESIGNATED


def test_four_wrong_codes_and_the_right_one_confirm(world: World) -> None:
    contact = world.designate()
    for _ in range(MAX_CODE_ATTEMPTS - 1):
        with pytest.raises(RejectedError):
            world.confirm(contact.contact_id, wrong_code(world, contact.contact_id))
    assert world.confirm(contact.contact_id).state is ContactState.CONFIRMED


def test_confirming_again_changes_nothing_whatever_the_code(world: World) -> None:
    contact = world.designate()
    once = world.confirm(contact.contact_id)
    world.clock.move(timedelta(hours=1))
    assert world.confirm(contact.contact_id) == once
    assert world.confirm(contact.contact_id, WRONG) == once


def test_a_revoked_contact_cannot_be_confirmed_and_revoking_again_changes_nothing(world: World) -> None:
    contact = world.designate()
    revoked = world.revoke(contact.contact_id)
    world.clock.move(timedelta(hours=1))
    assert world.revoke(contact.contact_id) == revoked
    with pytest.raises(ConflictError) as refused:
        world.confirm(contact.contact_id)
    assert refused.value.reason == "contact_revoked"


def test_five_wrong_codes_are_mended_by_designating_anew_with_a_new_code(world: World) -> None:
    contact = world.designate()
    world.run()
    spent = world.vault.confirmation_code(contact)
    for _ in range(MAX_CODE_ATTEMPTS):
        with pytest.raises(RejectedError):
            world.confirm(contact.contact_id, wrong_code(world, contact.contact_id))
    world.clock.move(timedelta(minutes=1))
    for phone in PHONES[: MAX_CONTACTS - 1]:  # he is one of three, not a fourth
        world.designate(phone)
    again = world.designate()
    world.run()
    assert (again.contact_id, again.code_attempts) == (contact.contact_id, 0)
    assert world.vault.confirmation_code(again) != spent
    assert world.confirm(again.contact_id).state is ContactState.CONFIRMED


def test_designated_again_after_revoking_he_settles_anew_with_a_new_code(world: World) -> None:
    first = world.designate()
    world.run()
    world.confirm(first.contact_id)
    old_code = world.vault.confirmation_code(first)
    world.clock.move(timedelta(days=30))
    world.revoke(first.contact_id)
    again = world.designate()
    world.run()
    assert again.contact_id == first.contact_id
    assert again.state is ContactState.DESIGNATED
    assert (again.changed_at, again.designated_at) == (world.clock.now(), world.clock.now())
    assert (again.confirmed_at, again.revoked_at, again.code_attempts) == (None, None, 0)
    assert world.vault.confirmation_code(again) != old_code
    assert len(world.texts_of(INVITED)) == 2
    world.confirm(again.contact_id)
    world.clock.move(timedelta(hours=71))
    world.shines(Light.RED)
    red = world.assess(a_request(requested_at=world.clock.now()))
    assert world.tasks_of(red.case.case_id) == [TaskReason.CONTACT_NEWLY_CHANGED]


def test_an_excluded_contact_stays_excluded_however_often_he_is_designated(world: World) -> None:
    contact = world.designate()
    world.run()
    world.changes(contact.contact_id, excluded=True)
    world.revoke(contact.contact_id)
    again = world.designate()
    assert again.excluded
    world.run()
    assert len(world.texts_of(INVITED)) == 1, "who is excluded is not even invited"
    assert [a.state for a in world.notices_of(INVITED)] == [AlertState.SENT, AlertState.SUPPRESSED]


def test_an_invitation_that_waited_through_a_new_designation_is_not_sent(world: World) -> None:
    world.revoke(world.designate().contact_id)
    world.clock.move(seconds=1)
    world.designate()
    world.run()
    assert len(world.texts_of(INVITED)) == 1
    assert len(world.notices_of(INVITED)) == 2


def test_anothers_contact_is_not_found(world: World) -> None:
    contact = world.designate()
    other = PolicyholderId("ph-0002")
    with pytest.raises(NotFoundError):
        world.confirm(contact.contact_id, WRONG, who=other)
    with pytest.raises(NotFoundError):
        world.revoke(contact.contact_id, who=other)
    assert world.store.contacts[POLICYHOLDER, contact.contact_id] == contact
    assert list_contacts(other, book=world.book).contacts == ()
    assert list_contacts(POLICYHOLDER, book=world.book).contacts == (contact,)


@pytest.mark.parametrize("done_first", [False, True])
def test_a_designation_whose_write_failed_can_be_made_again_and_invites_once(world: World, done_first: bool) -> None:
    world.faults.fail("save_contact", done_first=done_first)
    with pytest.raises(RetryableError):
        world.designate()
    world.designate()
    world.run()
    assert len(world.store.contacts) == len(world.texts_of(INVITED)) == 1


def test_no_contact_is_stored_when_the_number_cannot_be_sealed(world: World) -> None:
    world.faults.fail("seal")
    with pytest.raises(RetryableError):
        world.designate()
    assert world.store.contacts == {}
    assert world.store.alerts == {}


def test_designating_and_revoking_in_turn_does_not_text_a_phone_on_and_on(world: World) -> None:
    for _ in range(MAX_INVITATIONS_OF_ONE):
        world.revoke(world.designate().contact_id)
    with pytest.raises(RejectedError) as refused:
        world.designate()
    assert (refused.value.reason, refused.value.field) == ("too_many_invitations", "phone")
    assert len(world.notices_of(INVITED)) == MAX_INVITATIONS_OF_ONE
    world.clock.move(timedelta(days=1))
    assert world.designate().state is ContactState.DESIGNATED


def test_one_policyholder_invites_so_many_a_day_and_no_more(world: World) -> None:
    for phone in PHONES[:MAX_INVITATIONS]:
        world.revoke(world.designate(phone).contact_id)
    with pytest.raises(RejectedError, match="too_many_invitations"):
        world.designate(PHONES[MAX_INVITATIONS])
    assert len(world.notices_of(INVITED)) == MAX_INVITATIONS
    world.clock.move(timedelta(days=1))
    assert world.designate(PHONES[MAX_INVITATIONS]).state is ContactState.DESIGNATED
