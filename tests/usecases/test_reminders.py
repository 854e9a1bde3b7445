"""The policyholder is asked to have a contact confirmed again, once, on the day; what is overtaken is not sent."""

from datetime import timedelta

import pytest

from safelight.domain.alert import REMINDER_LIMIT, Alert, AlertPurpose, AlertState
from safelight.domain.alert_rules import AlertRules
from safelight.domain.contact import RENEW_WITHIN, VALID_FOR, ContactId
from safelight.domain.errors import RetryableError
from tests.usecases.world import World

RENEWAL, EXPIRED = AlertPurpose.HOLDER_RENEWAL, AlertPurpose.HOLDER_EXPIRED
OWN = "+886922000777"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def world() -> World:
    world = World()
    world.has_number(OWN)
    return world


@pytest.fixture
def contact_id(world: World) -> ContactId:
    """Confirmed now."""
    made = world.designate()
    world.confirm(made.contact_id)
    world.run()
    return made.contact_id


def minute(world: World) -> None:
    world.sweep()
    world.run()
    world.clock.move(MINUTE)


def states(world: World, purpose: AlertPurpose) -> list[AlertState]:
    return [alert.state for alert in world.notices_of(purpose)]


def sent(world: World, purpose: AlertPurpose) -> int:
    return len(world.texts_of(purpose))


def test_he_is_told_once_when_the_last_month_begins_and_once_when_the_year_is_over(
    world: World, contact_id: ContactId
) -> None:
    world.clock.move(VALID_FOR - RENEW_WITHIN - MINUTE)
    minute(world)
    assert (sent(world, RENEWAL), sent(world, EXPIRED)) == (0, 0)
    for _ in range(3):
        minute(world)
    assert (sent(world, RENEWAL), sent(world, EXPIRED)) == (1, 0)
    assert world.texts_of(RENEWAL)[0].to == OWN
    world.clock.move(RENEW_WITHIN)
    for _ in range(3):
        minute(world)
    assert (sent(world, RENEWAL), sent(world, EXPIRED)) == (1, 1)


def test_the_relay_passes_by_what_waits_for_its_day(world: World) -> None:
    world.confirm(world.designate().contact_id)
    world.relay()
    waiting = {alert.alert_id for purpose in (RENEWAL, EXPIRED) for alert in world.notices_of(purpose)}
    assert len(waiting) == 2
    assert world.queue.waiting
    assert waiting.isdisjoint(world.queue.waiting)
    assert waiting.isdisjoint(world.deadlines.due)


def test_a_message_that_comes_before_its_day_sends_nothing(world: World, contact_id: ContactId) -> None:
    (alert,) = world.notices_of(RENEWAL)
    assert world.send(alert.alert_id) == alert
    with pytest.raises(RetryableError, match="not_yet"):
        world.hold_deadline(alert.alert_id)
    assert sent(world, RENEWAL) == 0


@pytest.mark.parametrize("how", ["revoked", "named anew", "excluded", "renewed"])
def test_an_overtaken_reminder_is_not_sent(world: World, contact_id: ContactId, how: str) -> None:
    first = {alert.alert_id for purpose in (RENEWAL, EXPIRED) for alert in world.notices_of(purpose)}
    if how == "renewed":
        world.clock.move(VALID_FOR - RENEW_WITHIN)
        world.renew(contact_id)
        world.confirm(contact_id)
    elif how == "excluded":
        world.changes(contact_id, excluded=True)
    else:
        world.clock.move(DAY)
        world.revoke(contact_id)
        if how == "named anew":
            world.designate()
            world.confirm(contact_id)
    for _ in range(VALID_FOR.days + 2):
        minute(world)
        world.clock.move(DAY)
    old = [alert for alert in world.store.alerts.values() if alert.alert_id in first]
    assert {(alert.state, alert.cause) for alert in old} == {(AlertState.SUPPRESSED, "overtaken")}


def test_who_is_renewed_is_asked_again_next_year(world: World, contact_id: ContactId) -> None:
    world.clock.move(VALID_FOR - RENEW_WITHIN + MINUTE)
    minute(world)
    world.renew(contact_id)
    world.confirm(contact_id)
    world.clock.move(VALID_FOR - RENEW_WITHIN)
    for _ in range(3):
        minute(world)
    assert (sent(world, RENEWAL), sent(world, EXPIRED)) == (2, 0)


def test_putting_contacts_in_another_order_takes_no_reminder_away(world: World, contact_id: ContactId) -> None:
    other = world.designate("+886912000456").contact_id
    world.order(other, contact_id)
    world.clock.move(VALID_FOR - RENEW_WITHIN + MINUTE)
    minute(world)
    assert sent(world, RENEWAL) == 1


def test_a_sweeper_that_did_not_run_for_days_loses_none(world: World, contact_id: ContactId) -> None:
    world.clock.move(VALID_FOR - RENEW_WITHIN + 3 * DAY)
    minute(world)
    assert sent(world, RENEWAL) == 1
    assert "AlertsStuck" not in world.telemetry.counts


def test_one_that_is_a_week_late_ends(world: World, contact_id: ContactId) -> None:
    world.clock.move(VALID_FOR - RENEW_WITHIN + REMINDER_LIMIT)
    minute(world)
    assert states(world, RENEWAL) == [AlertState.FAILED]


def test_beyond_an_hours_limit_it_waits_for_the_next(world: World, contact_id: ContactId) -> None:
    world.alert_rules = AlertRules(others_an_hour=0)
    world.clock.move(VALID_FOR - RENEW_WITHIN + MINUTE)
    minute(world)
    assert states(world, RENEWAL) == [AlertState.PENDING]
    world.alert_rules = AlertRules()
    minute(world)
    assert sent(world, RENEWAL) == 1


def test_two_senders_of_one_reminder_send_it_once(world: World, contact_id: ContactId) -> None:
    world.clock.move(VALID_FOR - RENEW_WITHIN + MINUTE)
    (alert,) = world.notices_of(RENEWAL)
    ended: list[Alert] = [world.send(alert.alert_id) for _ in range(2)]
    assert ended[0] == ended[1]
    assert sent(world, RENEWAL) == 1
