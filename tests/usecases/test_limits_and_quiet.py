"""When and how often messages go out, and who stands in where none does."""

from datetime import UTC, datetime, time, timedelta

import pytest

from safelight.domain.alert import AlertState, TaskReason
from safelight.domain.alert_rules import TAIPEI, AlertRules, QuietHours
from safelight.domain.contact import ContactId
from safelight.domain.errors import RejectedError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId, RequestId, RequestKind
from tests.builders import NOW, PHONE, POLICYHOLDER, a_number, a_request
from tests.usecases.world import OWN_PHONE, VISIBILITY, World, a_settled_contact, case_of

NIGHT = QuietHours(begins=time(23), ends=time(7))


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        (NIGHT, "14:59:59", False),  # 22:59:59 in Taipei
        (NIGHT, "15:00:00", True),
        (NIGHT, "22:59:59", True),
        (NIGHT, "23:00:00", False),
        (QuietHours(begins=time(12), ends=time(14)), "04:00:00", True),
        (QuietHours(begins=time(12), ends=time(14)), "06:00:00", False),
        (QuietHours(begins=time(8), ends=time(8)), "00:00:00", False),
    ],
)
def test_quiet_hours_are_those_of_taipei(hours: QuietHours, at: str, quiet: bool) -> None:
    now = datetime.combine(NOW.date(), time.fromisoformat(at), UTC)
    assert hours.holds(now) is quiet


def test_quiet_hours_are_read_as_they_are_written() -> None:
    assert QuietHours.parse("23:00-07:00") == NIGHT
    assert QuietHours.parse("") is None
    for wrong in ("23", "23:00", "25:00-07:00", "a-b"):
        with pytest.raises(ValueError, match=r"isoformat|hour must"):
            QuietHours.parse(wrong)


def test_in_quiet_hours_staff_are_told_and_no_contact(world: World) -> None:
    a_settled_contact(world, contact_id="c-2", phone="+886912000102")
    world.alert_rules = AlertRules(quiet=NIGHT)
    world.clock.move(timedelta(hours=2))
    case = world.shines(Light.RED).assess().case
    world.run()
    world.run()
    assert [a.state for a in world.alerts_of(case.case_id)] == [AlertState.SUPPRESSED] * 2
    assert world.tasks_of(case.case_id) == [TaskReason.CONTACT_QUIET]
    assert world.sent == []


def test_an_invitation_goes_out_at_any_hour(world: World) -> None:
    """Whoever designates at night waits for the code."""
    world.alert_rules = AlertRules(quiet=NIGHT)
    world.clock.move(timedelta(hours=2))
    world.designate("+886912000999")
    world.run()
    assert "+886912000999" in [message.to for message in world.sent]


def red(world: World, n: int) -> None:
    world.shines(Light.RED).assess(
        a_request(request_id=RequestId(f"r-{n}"), requested_at=world.clock.now()), digest=f"d-{n}"
    )
    world.run()


def test_one_number_gets_so_many_a_day_and_staff_the_rest(world: World) -> None:
    world.alert_rules = AlertRules(a_day=2)
    for n in range(3):
        red(world, n)
    assert [message.to for message in world.sent] == [PHONE, PHONE]
    assert world.tasks_of(case_of("r-2")) == [TaskReason.CONTACT_LIMIT]
    assert world.tasks_of(case_of("r-1")) == []
    world.clock.move(timedelta(days=1))
    red(world, 4)
    assert len(world.sent) == 3


def test_a_flood_is_cut_and_counted_and_each_case_is_a_task(world: World) -> None:
    world.alert_rules = AlertRules(cases_an_hour=2)
    for n in range(4):
        red(world, n)
    assert len(world.sent) == 2
    assert [world.tasks_of(case_of(f"r-{n}")) for n in (2, 3)] == [[TaskReason.ALERTS_CUT]] * 2
    assert world.telemetry.counts["AlertsCut"] == 2


def test_a_flood_of_invitations_takes_nothing_from_alerts(world: World) -> None:
    world.alert_rules = AlertRules(others_an_hour=1)
    for n in range(3):
        contact = world.designate(f"+88691200070{n}")
        world.run()
        world.revoke(contact.contact_id)
        world.run()
    assert [message.to for message in world.sent] == ["+886912000700", OWN_PHONE, PHONE], "one of each kind"
    assert world.telemetry.counts["AlertsCut"] >= 2
    before = len(world.sent)
    red(world, 1)
    assert PHONE in [message.to for message in world.sent[before:]]


def test_a_busy_hour_of_surrenders_takes_nothing_from_alerts(world: World) -> None:
    world.alert_rules = AlertRules(cases_an_hour=2)
    world.book.save_number(POLICYHOLDER, a_number(vault=world.vault))
    for n in range(3):
        asked = a_request(request_id=RequestId(f"s-{n}"), kind=RequestKind.SURRENDER, requested_at=world.clock.now())
        world.shines(Light.GREEN).assess(asked, digest=f"s-{n}")
        world.run()
    assert len(world.sent) == 2
    red(world, 1)
    assert world.sent[-1].to == PHONE


def test_a_limit_that_cannot_be_read_is_tried_again_and_nothing_is_sent_meanwhile(world: World) -> None:
    world.shines(Light.RED).assess()
    world.faults.fail("take")
    world.run()
    assert world.sent == []
    world.clock.move(VISIBILITY)
    world.run()
    assert len(world.sent) == 1


def test_one_number_over_its_limit_takes_nothing_from_other_families(world: World) -> None:
    """Else whoever holds one token cuts off everybody's alerts with requests of his own."""
    world.alert_rules = AlertRules(a_day=2, cases_an_hour=4)
    for n in range(10):
        red(world, n)
    assert len(world.sent) == 2
    assert "AlertsCut" not in world.telemetry.counts
    other = PolicyholderId("ph-0002")
    a_settled_contact(world, contact_id="c-2", phone="+886912000102", policyholder_id=other)
    world.store.profiles[other] = world.store.profiles[POLICYHOLDER]
    world.shines(Light.RED).assess(a_request(policyholder_id=other, requested_at=world.clock.now()), digest="other")
    world.run()
    assert world.sent[-1].to == "+886912000102"


def test_what_others_have_sent_to_a_number_takes_nothing_from_its_alerts(world: World) -> None:
    """Else an accomplice uses up a contact's messages with invitations before the request."""
    world.alert_rules = AlertRules(a_day=2)
    for n in range(3):
        world.designate(PHONE, who=PolicyholderId(f"accomplice-{n}"))
        world.run()
    assert [message.to for message in world.sent if message.to != OWN_PHONE] == [PHONE] * 2
    before = len(world.sent)
    red(world, 1)
    assert [message.to for message in world.sent[before:]] == [PHONE]


def test_a_flood_of_invitations_hides_no_change_from_anybody(world: World) -> None:
    """Anybody can have invitations sent to any number; notices of change go to contacts and policyholders alone."""
    world.alert_rules = AlertRules(a_day=2, others_an_hour=4)
    world.has_number("+886922000777")
    for n in range(3):
        world.designate(PHONE, who=PolicyholderId(f"accomplice-{n}"))
        world.run()
    before = len(world.sent)
    world.revoke(ContactId("contact-0001"))
    world.run()
    assert sorted(message.to for message in world.sent[before:]) == [PHONE, "+886922000777"]


def test_a_flood_of_changes_hides_no_change_from_the_policyholder(world: World) -> None:
    """He is told of the contact who is named last, however many changes came before."""
    world.alert_rules = AlertRules(a_day=2)
    world.has_number("+886922000777")
    for n in range(4):
        contact = world.designate(f"+88691200070{n}")
        world.run()
        world.revoke(contact.contact_id)
        world.run()
    assert [message.to for message in world.sent].count("+886922000777") == 8


def test_a_try_that_came_to_nothing_costs_a_number_none_of_its_messages(world: World) -> None:
    world.alert_rules = AlertRules(a_day=1)
    world.shines(Light.RED).assess()
    world.faults.fail("unseal")
    world.run()
    assert world.sent == []
    world.clock.move(VISIBILITY)
    world.run()
    assert len(world.sent) == 1


NOON = QuietHours(begins=time(11), ends=time(14))
NEVER = QuietHours(begins=time(), ends=time())


@pytest.mark.parametrize(
    ("own", "hour", "told"),
    [(NEVER, 2, True), (NOON, 2, True), (NOON, 12, False), (None, 12, True), (None, 2, False)],
)
def test_a_contacts_own_hours_stand_in_place_of_the_insurers(
    world: World, own: QuietHours | None, hour: int, told: bool
) -> None:
    world.alert_rules = AlertRules(quiet=NIGHT)
    world.changes(ContactId("contact-0001"), quiet=own)
    now = world.clock.now().astimezone(TAIPEI)
    world.clock.move(timedelta(days=1, hours=hour - now.hour))
    case = world.shines(Light.RED).assess(a_request(requested_at=world.clock.now())).case
    world.run()
    assert [message.to for message in world.sent] == ([PHONE] if told else [])
    assert world.tasks_of(case.case_id) == ([] if told else [TaskReason.CONTACT_QUIET])


def test_hours_of_his_own_are_ten_at_most(world: World) -> None:
    """Else whoever stands beside the policyholder silences his contact for good."""
    ten, more = QuietHours.parse("22:00-08:00"), QuietHours.parse("22:00-08:01")
    with pytest.raises(RejectedError) as refused:
        world.designate("+886912000999", quiet=more)
    assert (refused.value.reason, refused.value.field) == ("quiet_too_long", "quiet_hours")
    assert world.designate("+886912000999", quiet=ten).quiet == ten


def test_quiet_hours_of_one_contact_leave_the_next_to_be_told(world: World) -> None:
    a_settled_contact(world, contact_id="c-2", phone="+886912000102", place=1)
    world.changes(ContactId("contact-0001"), quiet=NOON)
    now = world.clock.now().astimezone(TAIPEI)
    world.clock.move(timedelta(days=1, hours=12 - now.hour))
    world.shines(Light.RED).assess(a_request(requested_at=world.clock.now()))
    world.run()
    world.run()
    assert [message.to for message in world.sent] == ["+886912000102"]


def test_a_number_that_changed_a_moment_ago_hears_nothing_of_a_request(world: World) -> None:
    """Whoever changed it may be he who asks: staff ring instead, and no contact can be designated."""
    world.has_number("+886922000777", changed_days_ago=2)
    asked = a_request(kind=RequestKind.SURRENDER, requested_at=world.clock.now())
    case = world.shines(Light.GREEN).assess(asked).case
    world.run()
    assert world.sent == []
    assert world.tasks_of(case.case_id) == [TaskReason.NOTICE_UNSENT]
    with pytest.raises(RejectedError) as refused:
        world.designate("+886912000999")
    assert refused.value.reason == "no_settled_number"
    world.clock.move(timedelta(days=1, hours=1))
    assert world.designate("+886912000999").phone_last3 == "999"
