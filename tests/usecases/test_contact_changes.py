"""Each change of a contact is kept and told; who is one may end it; the policyholder puts them in order."""

from datetime import timedelta

import pytest

from safelight.domain.alert import Alert, AlertPurpose
from safelight.domain.contact import CONSENTS, HISTORY_KEPT, By, ChangeKind, Contact, ContactState, Relation, Telling
from safelight.domain.contact_rules import ContactRules
from safelight.domain.errors import ConflictError, ContendedError, NotFoundError, RejectedError
from safelight.domain.request import PolicyholderId
from safelight.usecases.order_contacts import MAX_ORDERS
from tests.builders import PHONE, POLICYHOLDER
from tests.usecases.world import World

OTHERS = ["+886912000456", "+886912000567", "+886912000678"]
ME = PolicyholderId("ph-0009")
HOLDER = AlertPurpose.HOLDER_CONTACTS
ADDED = AlertPurpose.CONTACT_ADDED
REMOVED = AlertPurpose.CONTACT_REMOVED


@pytest.fixture
def world() -> World:
    return World()


def a_contact_of(world: World, phone: str = PHONE) -> Contact:
    return world.confirm(world.designate(phone).contact_id)


def told(alerts: list[Alert]) -> list[tuple[str, str | None]]:
    return [(alert.alert_id.rpartition("/")[2], alert.contact_id) for alert in alerts]


def lines(contact: Contact) -> list[tuple[ChangeKind, By]]:
    return [(line.kind, line.by) for line in contact.history]


def test_both_consents_and_the_end_are_in_the_history(world: World) -> None:
    contact = a_contact_of(world)
    world.clock.move(timedelta(days=1))
    ended = world.revoke(contact.contact_id)
    assert lines(ended) == [
        (ChangeKind.DESIGNATED, By.POLICYHOLDER),
        (ChangeKind.CONFIRMED, By.CONTACT),
        (ChangeKind.REVOKED, By.POLICYHOLDER),
    ]
    assert ended.history[-1].at == world.clock.now()


def test_a_long_history_loses_its_oldest_lines_and_never_a_consent(world: World) -> None:
    contact = a_contact_of(world)
    for n in range(2 * HISTORY_KEPT):
        contact = world.note(contact.contact_id, excluded=n % 2 == 0)
    assert len(contact.history) == HISTORY_KEPT
    assert [kind for kind, _ in lines(contact)[:2]] == list(CONSENTS[:2])
    assert contact.history[-1].kind is ChangeKind.READMITTED


def test_the_policyholder_is_told_of_each_change(world: World) -> None:
    contact = a_contact_of(world)
    world.revoke(contact.contact_id)
    assert told(world.notices_of(HOLDER)) == [("1.holder", None), ("2.holder", None), ("3.holder", None)]


def test_whoever_is_a_contact_is_told_of_another_and_nobody_else_is(world: World) -> None:
    first, excluded = a_contact_of(world), a_contact_of(world, OTHERS[0])
    world.note(excluded.contact_id, excluded=True)
    before = len(world.notices_of(ADDED))
    another = world.designate(OTHERS[1])
    assert [(a.alert_id, a.contact_id) for a in world.notices_of(ADDED)[before:]] == [
        (f"invite/{another.contact_id}/1.{first.contact_id}", first.contact_id)
    ]


def test_one_only_designated_is_not_told_of_another(world: World) -> None:
    world.designate()
    world.designate(OTHERS[0])
    assert world.notices_of(ADDED) == []


@pytest.mark.parametrize(("confirmed", "excluded", "is_told"), [(True, False, 1), (False, False, 0), (True, True, 0)])
def test_he_is_told_that_he_is_a_contact_no_more_where_he_was_one(
    world: World, confirmed: bool, excluded: bool, is_told: int
) -> None:
    contact = a_contact_of(world) if confirmed else world.designate()
    if excluded:
        world.note(contact.contact_id, excluded=True)
    world.revoke(contact.contact_id)
    assert [a.contact_id for a in world.notices_of(REMOVED)] == [contact.contact_id] * is_told


@pytest.mark.parametrize("act", ["confirm", "revoke"])
def test_what_is_not_stored_is_not_told_and_what_is_told_is_stored(world: World, act: str) -> None:
    contact = world.designate()
    before = len(world.store.alerts)
    world.faults.fail("save_contact")
    with pytest.raises(Exception, match="fault"):
        getattr(world, act)(contact.contact_id)
    assert len(world.store.alerts) == before
    assert world.contact(contact.contact_id) == contact


def test_two_devices_that_designate_at_once_do_not_make_four(world: World) -> None:
    for phone in OTHERS[:2]:
        world.designate(phone)

    class OtherDevice:
        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "save_contact" and world.through is OtherDevice:
                world.through = lambda port: port
                world.designate(OTHERS[2])
            return getattr(self.port, name)

    world.through = OtherDevice
    with pytest.raises(RejectedError, match="too_many_contacts"):
        world.designate()
    assert len(world.store.contacts) == 3


def test_two_devices_that_designate_the_last_and_one_of_three_both_succeed(world: World) -> None:
    class OtherDevice:
        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "save_contact" and world.through is OtherDevice:
                world.through = lambda port: port
                world.designate(OTHERS[2])
            return getattr(self.port, name)

    world.through = OtherDevice
    assert world.designate().place == 1
    assert len(world.store.contacts) == 2


def test_while_others_designate_all_the_time_he_is_told_to_try_again(world: World) -> None:
    world.faults.fail_always("save_contact", error=ConflictError("stored_version"))
    with pytest.raises(ContendedError):
        world.designate()


def test_whom_the_insurer_does_not_take_is_not_designated(world: World) -> None:
    with pytest.raises(RejectedError, match="relation_not_taken"):
        world.designate(relation=Relation.FRIEND)
    world.contact_rules = ContactRules(relations=frozenset({Relation.FRIEND}))
    assert world.designate(relation=Relation.FRIEND).relation is Relation.FRIEND


def test_how_long_a_contact_settles_is_the_insurers_and_is_stored_with_him(world: World) -> None:
    world.contact_rules = ContactRules(settling=timedelta(hours=100), valid_for=timedelta(days=90))
    contact = a_contact_of(world)
    assert contact.counts_from == world.clock.now() + timedelta(hours=100)
    assert contact.valid_until == world.clock.now() + timedelta(days=90)


def test_nobody_is_his_own_contact(world: World) -> None:
    world.has_number(PHONE)
    with pytest.raises(RejectedError, match="own_number"):
        world.designate()


# Order


def test_the_policyholder_puts_them_in_order_and_is_told_once(world: World) -> None:
    first, second, third = (world.designate(phone).contact_id for phone in OTHERS)
    before = len(world.notices_of(HOLDER))
    ordered = world.order(third, first, second, telling=Telling.ALL)
    assert [one.contact_id for one in ordered.contacts] == [third, first, second]
    assert ordered.telling is Telling.ALL
    assert len(world.notices_of(HOLDER)) == before + 1
    assert world.order(third, first, second, telling=Telling.ALL) == ordered
    assert len(world.notices_of(HOLDER)) == before + 1


def test_that_one_is_told_instead_of_all_is_a_change_that_the_policyholder_hears_of(world: World) -> None:
    """Whoever steers his session would else leave only an accomplice to be told, and nobody would know."""
    first, second = (world.designate(phone).contact_id for phone in OTHERS[:2])
    world.order(first, second, telling=Telling.ALL)
    before = len(world.notices_of(HOLDER))
    world.clock.move(seconds=1)
    world.order(first, second, telling=Telling.IN_ORDER)
    assert len(world.notices_of(HOLDER)) == before + 1
    assert lines(world.contact(first, POLICYHOLDER))[-1] == (ChangeKind.MOVED, By.POLICYHOLDER)


def test_a_flood_of_orders_is_refused_and_what_was_half_done_is_finished(world: World) -> None:
    first, second = (world.designate(phone).contact_id for phone in OTHERS[:2])
    for _ in range(MAX_ORDERS // 2):
        world.order(second, first)
        world.order(first, second)
    before = len(world.notices_of(HOLDER))
    with pytest.raises(RejectedError, match="too_many_changes"):
        world.order(second, first)
    with pytest.raises(RejectedError, match="too_many_changes"):
        world.order(first, second, telling=Telling.ALL)
    world.order(first, second)
    assert len(world.notices_of(HOLDER)) == before
    world.clock.move(timedelta(days=1))
    world.order(second, first)


def test_a_flood_of_orders_pushes_out_nothing_that_staff_noted(world: World) -> None:
    first, second = (world.designate(phone).contact_id for phone in OTHERS[:2])
    world.note(first, excluded=True)
    world.note(first, excluded=False)
    for _ in range(HISTORY_KEPT // MAX_ORDERS + 1):
        for _ in range(MAX_ORDERS // 2):
            world.order(second, first)
            world.order(first, second)
        world.clock.move(timedelta(days=1))
    kept = world.contact(first).history
    assert len(kept) == HISTORY_KEPT
    assert [line.kind for line in kept if line.by is By.STAFF] == [ChangeKind.EXCLUDED, ChangeKind.READMITTED]


def test_an_order_names_each_living_contact_once(world: World) -> None:
    first, gone = world.designate(OTHERS[0]).contact_id, world.designate(OTHERS[1]).contact_id
    world.revoke(gone)
    for wrong in [(), (first, first), (first, gone), (gone,)]:
        with pytest.raises(RejectedError, match="not_the_contacts"):
            world.order(*wrong)
    assert len(world.order(first).contacts) == 2


def test_an_order_that_was_cut_off_is_finished_by_the_same_again(world: World) -> None:
    first, second = (world.designate(phone).contact_id for phone in OTHERS[:2])
    world.faults.fail("save_telling")
    with pytest.raises(Exception, match="fault"):
        world.order(second, first, telling=Telling.ALL)
    assert world.order(second, first, telling=Telling.ALL).telling is Telling.ALL


# A contact who is known


def test_a_contact_known_by_his_number_sees_whose_he_is_and_ends_it(world: World) -> None:
    contact = a_contact_of(world)
    world.designate(OTHERS[0])
    world.has_number(PHONE, who=ME)
    assert world.contact_of(ME) == (contact,)
    ended = world.steps_back(ME, contact.contact_id)
    assert (ended.state, lines(ended)[-1]) == (ContactState.REVOKED, (ChangeKind.REVOKED, By.CONTACT))
    assert world.contact_of(ME) == ()
    assert world.steps_back(ME, contact.contact_id) == ended
    assert told(world.notices_of(HOLDER))[-1] == ("3.holder", None)


@pytest.mark.parametrize("number", [None, (PHONE, 2.9), (OTHERS[0], 900)])
def test_nobody_ends_what_is_not_his(world: World, number: tuple[str, float] | None) -> None:
    """Without a number on file, with one that changed less than three days ago, with another's."""
    contact = a_contact_of(world)
    if number:
        world.has_number(number[0], who=ME, changed_days_ago=number[1])
    assert world.contact_of(ME) == ()
    with pytest.raises(NotFoundError):
        world.steps_back(ME, contact.contact_id)
    assert world.contact(contact.contact_id, POLICYHOLDER) == contact
