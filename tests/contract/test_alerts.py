"""The port `Alerts`: what is open, what has ended, and who may say so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.adapters.dynamodb.alerts import DynamoAlerts
from safelight.domain.alert import Alert, AlertId, AlertState, AttemptId, TaskReason
from safelight.domain.case import Case
from safelight.domain.contact import ContactId
from safelight.domain.errors import ConflictError
from safelight.domain.request import RequestId
from safelight.ports import Changes
from tests.builders import NOW, a_case, a_contact, a_request, a_task, an_alert, an_invitation, ended, sending
from tests.contract.conftest import RealTables, Stores
from tests.contract.race import race


def open_alert(stores: Stores, name: str = "r1", minutes: int = 0) -> tuple[Case, Alert]:
    at = NOW + timedelta(minutes=minutes)
    case = a_case(request=a_request(request_id=RequestId(name), requested_at=at))
    alert = an_alert(case)
    stores.cases.commit(Changes(case=case, alerts=(alert,), digest="d"))
    return case, alert


def test_an_alert_is_found_by_its_id(stores: Stores) -> None:
    _, alert = open_alert(stores)
    assert stores.alerts.find(alert.alert_id) == alert


@pytest.mark.parametrize("alert_id", ["nothing/nobody", "nothing", "invite/nobody/1", "invite/nobody", "", "#/#"])
def test_an_alert_that_was_never_written_is_not_found(stores: Stores, alert_id: str) -> None:
    assert stores.alerts.find(AlertId(alert_id)) is None


def test_an_alert_moves_version_by_version(stores: Stores) -> None:
    _, alert = open_alert(stores)
    under_way = sending(alert)
    stores.alerts.save(under_way)
    done = ended(under_way)
    stores.alerts.save(done)
    assert stores.alerts.find(alert.alert_id) == done


def test_an_old_version_is_a_conflict_and_its_task_is_not_written(stores: Stores) -> None:
    case, alert = open_alert(stores)
    stores.alerts.save(sending(alert))
    with pytest.raises(ConflictError):
        stores.alerts.save(ended(alert, AlertState.FAILED), [a_task(case, TaskReason.ALERT_FAILED)])
    file = stores.cases.find(case.case_id)
    assert file is not None
    assert file.tasks == ()
    assert file.alerts[0].state is AlertState.SENDING


def test_an_alert_that_was_never_opened_cannot_be_moved(stores: Stores) -> None:
    with pytest.raises(ConflictError):
        stores.alerts.save(sending(an_alert(a_case())))


def test_the_task_comes_with_the_alert(stores: Stores) -> None:
    case, alert = open_alert(stores)
    task = a_task(case, TaskReason.ALERT_UNKNOWN)
    stores.alerts.save(sending(alert))
    stores.alerts.save(ended(sending(alert), AlertState.UNKNOWN), [task])
    file = stores.cases.find(case.case_id)
    assert file is not None
    assert file.tasks == (task,)


def test_a_second_contacts_failure_finds_the_task_there_and_is_saved_all_the_same(stores: Stores) -> None:
    case = a_case()
    first, second = (an_alert(case, a_contact(contact_id=name)) for name in ("c1", "c2"))
    stores.cases.commit(Changes(case=case, alerts=(first, second), digest="d"))
    task = a_task(case, TaskReason.ALERT_FAILED)
    stores.alerts.save(ended(first, AlertState.FAILED), [task])
    stores.alerts.save(ended(second, AlertState.FAILED), [replace(task, created_at=NOW + timedelta(hours=1))])
    file = stores.cases.find(case.case_id)
    assert file is not None
    assert file.tasks == (task,)
    assert [alert.state for alert in file.alerts] == [AlertState.FAILED] * 2


def test_open_alerts_are_those_before_the_moment_oldest_first(stores: Stores) -> None:
    _, young = open_alert(stores, "young", minutes=2)
    _, old = open_alert(stores, "old")
    _, middle = open_alert(stores, "middle", minutes=1)
    stores.alerts.save(sending(middle))
    found = stores.alerts.open_since_before(young.created_at, 10)
    assert [(a.alert_id, a.state) for a in found] == [
        (old.alert_id, AlertState.PENDING),
        (middle.alert_id, AlertState.SENDING),
    ]
    assert stores.alerts.open_since_before(young.created_at, 1) == (old,)


@pytest.mark.parametrize("state", [AlertState.SENT, AlertState.UNKNOWN, AlertState.FAILED, AlertState.SUPPRESSED])
def test_an_alert_that_has_ended_is_no_longer_open(stores: Stores, state: AlertState) -> None:
    _, alert = open_alert(stores)
    if state in (AlertState.SENT, AlertState.UNKNOWN):
        stores.alerts.save(sending(alert))
        alert = sending(alert)
    stores.alerts.save(ended(alert, state))
    assert stores.alerts.open_since_before(NOW + timedelta(days=1), 10) == ()


def test_an_invitation_is_an_alert_without_a_case(stores: Stores) -> None:
    contact = a_contact()
    invitation = an_invitation(contact)
    stores.book.save_contact(contact, [invitation])
    assert stores.alerts.find(invitation.alert_id) == invitation
    assert stores.alerts.open_since_before(NOW + timedelta(days=1), 10) == (invitation,)
    stores.alerts.save(sending(invitation))
    assert stores.alerts.find(invitation.alert_id) == sending(invitation)


def test_of_many_senders_who_claim_one_alert_exactly_one_does(stores: Stores) -> None:
    """Even when all write the very same claim: each must then know whether it is the one to send."""
    _, alert = open_alert(stores)
    claim = sending(alert)
    results = race([lambda: stores.alerts.save(claim)] * 6)
    assert results["won"] == 1, results
    assert results["conflict"] + results["retry"] == 5, results


def test_an_attempt_and_a_message_are_found_again(stores: Stores) -> None:
    _, alert = open_alert(stores)
    under_way = sending(alert)
    assert under_way.attempt_id is not None
    stores.alerts.save(under_way)
    assert stores.alerts.of_attempt(under_way.attempt_id) == alert.alert_id, "before the wire is touched"
    stores.alerts.save(replace(ended(under_way), provider="sns", provider_message_id="m-1"))
    assert stores.alerts.of_message("sns", "m-1") == alert.alert_id
    assert stores.alerts.of_attempt(under_way.attempt_id) == alert.alert_id


@pytest.mark.parametrize("other", ["m-1", "", "m-2", "#"])
def test_a_message_of_nobody_is_of_nobody(stores: Stores, other: str) -> None:
    _, alert = open_alert(stores)
    stores.alerts.save(sending(alert))
    stores.alerts.save(replace(ended(sending(alert)), provider="sns", provider_message_id="m-9"))
    assert stores.alerts.of_message("sns", other) is None
    assert stores.alerts.of_message("gateway", "m-9") is None
    assert stores.alerts.of_attempt(AttemptId(other)) is None


def test_the_next_contacts_alert_comes_with_the_end_of_the_first(stores: Stores) -> None:
    case, alert = open_alert(stores)
    following = an_alert(case, a_contact(contact_id=ContactId("c2")))
    stores.alerts.save(sending(alert))
    stores.alerts.save(ended(sending(alert), AlertState.UNKNOWN), others=[following])
    assert stores.alerts.find(following.alert_id) == following
    assert [one.alert_id for one in stores.alerts.open_since_before(NOW + timedelta(hours=1), 10)] == [
        following.alert_id
    ]


def test_an_alert_that_is_there_is_never_written_again_as_the_next(stores: Stores) -> None:
    """Neither the end nor the task is written then: whoever ends it looks again."""
    case = a_case()
    first, second = (an_alert(case, a_contact(contact_id=ContactId(name))) for name in ("c1", "c2"))
    stores.cases.commit(Changes(case=case, alerts=(first, second), digest="d"))
    stores.alerts.save(sending(first))
    with pytest.raises(ConflictError):
        stores.alerts.save(
            ended(sending(first), AlertState.UNKNOWN), [a_task(case, TaskReason.ALERT_UNKNOWN)], [second]
        )
    file = stores.cases.find(case.case_id)
    assert file is not None
    assert {alert.contact_id: alert.state for alert in file.alerts} == {
        "c1": AlertState.SENDING,
        "c2": AlertState.PENDING,
    }
    assert file.tasks == ()


def test_a_reminder_waits_apart_until_its_day_and_is_gone_when_it_ended(stores: Stores) -> None:
    contact, days = a_contact(), [NOW + timedelta(days=day) for day in (335, 1)]
    later, sooner = (
        replace(an_invitation(contact, number=n), contact_id=None, not_before=day, about=contact.contact_id)
        for n, day in enumerate(days, 1)
    )
    stores.book.save_contact(contact, [later, sooner])
    assert stores.alerts.open_since_before(NOW + timedelta(days=400), 10) == ()
    assert stores.alerts.due_before(days[1], 10) == ()
    assert stores.alerts.due_before(days[0], 10) == (sooner,)
    assert stores.alerts.due_before(NOW + timedelta(days=400), 10) == (sooner, later)
    assert stores.alerts.due_before(NOW + timedelta(days=400), 1) == (sooner,)
    stores.alerts.save(sending(sooner))
    stores.alerts.save(ended(sending(sooner)))
    assert stores.alerts.due_before(NOW + timedelta(days=400), 10) == (later,)


@pytest.mark.emulator
def test_whose_a_message_was_is_forgotten_in_time(tables: RealTables) -> None:
    """Receipts come days late, never months: the rows that they are matched by go, the alert stays."""
    alert = an_alert(a_case())
    alerts = DynamoAlerts(tables.cases)
    alerts.save(alert)
    alerts.save(sending(alert))
    alerts.save(replace(ended(sending(alert)), provider="sns", provider_message_id="m-1"))
    found = tables.client.call("Scan", {"TableName": tables.cases.name}, replayable=True)["Items"]
    kept = {row["kind"]["S"]: int(row["ttl"]["N"]) - NOW.timestamp() if "ttl" in row else None for row in found}
    days = {kind: left and round(left / 86_400) for kind, left in kept.items()}
    assert days == {"alert": None, "attempt": 45, "message": 45}
