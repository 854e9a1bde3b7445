"""A contact is confirmed again each year, and counts until his year is over."""

from datetime import timedelta

import pytest

from safelight.domain.alert import AlertPurpose
from safelight.domain.contact import MAX_CODE_ATTEMPTS, RENEW_WITHIN, VALID_FOR, ContactId, ContactState, Standing
from safelight.domain.contact_rules import ContactRules
from safelight.domain.errors import ConflictError, NotFoundError, RejectedError
from tests.usecases.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def contact_id(world: World) -> ContactId:
    """Confirmed long ago, and to be confirmed again from now on."""
    made = world.designate()
    world.confirm(made.contact_id)
    world.clock.move(VALID_FOR - RENEW_WITHIN)
    return made.contact_id


def standing(world: World, contact_id: ContactId) -> Standing:
    return world.contact(contact_id).standing(world.clock.now(), suspected=False)


def fail(world: World, contact_id: ContactId) -> None:
    right = world.vault.confirmation_code(world.contact(contact_id))
    with pytest.raises(RejectedError, match="wrong_code"):
        world.confirm(contact_id, "000000" if right != "000000" else "000001")


def test_he_gets_a_new_code_and_it_gives_another_year_without_settling_anew(
    world: World, contact_id: ContactId
) -> None:
    old_code = world.vault.confirmation_code(world.contact(contact_id))
    ends = world.contact(contact_id).expires_at
    world.renew(contact_id)
    world.run()
    (text,) = world.texts_of(AlertPurpose.RENEW_CONTACT)
    code = world.vault.confirmation_code(world.contact(contact_id))
    assert code in text.text
    assert code != old_code
    assert standing(world, contact_id) is Standing.ELIGIBLE, "asking makes nobody count less"
    assert world.contact(contact_id).expires_at == ends, "asking alone gives nothing"
    world.clock.move(timedelta(days=2))
    renewed = world.confirm(contact_id, code)
    assert renewed.expires_at == world.clock.now() + VALID_FOR
    assert standing(world, contact_id) is Standing.ELIGIBLE
    assert not renewed.renewing
    world.clock.move(VALID_FOR - timedelta(seconds=1))
    assert standing(world, contact_id) is Standing.ELIGIBLE
    world.clock.move(seconds=1)
    assert standing(world, contact_id) is Standing.EXPIRED


def test_a_shorter_year_takes_nothing_from_him_who_confirms_again(world: World, contact_id: ContactId) -> None:
    ends = world.contact(contact_id).expires_at
    world.contact_rules = ContactRules(valid_for=timedelta(days=5))
    world.renew(contact_id)
    assert world.confirm(contact_id).expires_at == ends


def test_nobody_is_asked_before_his_last_month(world: World, contact_id: ContactId) -> None:
    world.clock.move(-HOUR)
    with pytest.raises(RejectedError, match="too_early"):
        world.renew(contact_id)


def test_asked_again_within_a_day_nothing_is_sent_and_the_code_stays(world: World, contact_id: ContactId) -> None:
    once = world.renew(contact_id)
    world.clock.move(timedelta(hours=23))
    assert world.renew(contact_id) == once
    world.clock.move(HOUR)
    assert world.vault.confirmation_code(world.renew(contact_id)) != world.vault.confirmation_code(once)
    assert len(world.notices_of(AlertPurpose.RENEW_CONTACT)) == 2


def test_five_wrong_codes_spend_the_code_and_not_the_contact(world: World, contact_id: ContactId) -> None:
    world.renew(contact_id)
    for _ in range(MAX_CODE_ATTEMPTS):
        fail(world, contact_id)
    with pytest.raises(ConflictError, match="too_many_attempts"):
        world.confirm(contact_id)
    assert standing(world, contact_id) is Standing.ELIGIBLE
    world.clock.move(HOUR)
    world.renew(contact_id)
    assert world.confirm(contact_id).state is ContactState.CONFIRMED


def test_renewals_count_as_invitations(world: World, contact_id: ContactId) -> None:
    for _ in range(2):
        world.renew(contact_id)
        for _ in range(MAX_CODE_ATTEMPTS):
            fail(world, contact_id)
    with pytest.raises(RejectedError, match="too_many_invitations"):
        world.renew(contact_id)


def test_whose_year_is_over_is_designated_anew_and_settles_anew(world: World, contact_id: ContactId) -> None:
    world.renew(contact_id)
    code = world.vault.confirmation_code(world.contact(contact_id))
    world.clock.move(RENEW_WITHIN)
    with pytest.raises(ConflictError, match="contact_expired"):
        world.confirm(contact_id, code)
    with pytest.raises(ConflictError, match="not_a_contact"):
        world.renew(contact_id)
    again = world.designate()
    assert (again.contact_id, again.state) == (contact_id, ContactState.DESIGNATED)
    world.confirm(contact_id)
    assert standing(world, contact_id) is Standing.NEWLY_CHANGED


def test_an_expired_contact_takes_no_place(world: World, contact_id: ContactId) -> None:
    world.clock.move(RENEW_WITHIN)
    for n in range(3):
        world.designate(f"+88691200076{n}")
    with pytest.raises(RejectedError, match="too_many_contacts"):
        world.designate()


@pytest.mark.parametrize("state", ["designated", "revoked"])
def test_only_a_confirmed_contact_is_renewed(world: World, state: str) -> None:
    contact = world.designate()
    if state == "revoked":
        world.revoke(contact.contact_id)
    with pytest.raises(ConflictError, match="not_a_contact"):
        world.renew(contact.contact_id)
    with pytest.raises(NotFoundError):
        world.renew(ContactId("nobody"))
