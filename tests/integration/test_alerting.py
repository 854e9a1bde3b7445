"""The alert's way through the deployed stack: relay lost, sender lost, another provider."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import requests

from local.__main__ import Running
from local.build import built_template
from local.client import ApiClient
from local.people import TEACHER
from safelight.domain.case import case_id_of
from safelight.domain.request import RequestId


def ask_red(up: Running) -> str:
    """A RED request of the teacher's. Returns its case id."""
    request_id = token_hex(8)
    customer = ApiClient(up.stack.api_url, up.stack.issuer.mint(TEACHER.id))
    answer = customer.post("/v1/requests", {**TEACHER.scenario, "request_id": request_id})
    assert answer.status == 201, answer
    return case_id_of(TEACHER.id, RequestId(request_id))


def staff_case(up: Running, case_id: str) -> dict[str, Any]:
    staff = ApiClient(up.stack.api_url, up.stack.issuer.mint("staff-1", groups=["staff"]))
    return dict(staff.get(f"/v1/staff/cases/{case_id}").body)


def to_contact(up: Running, case_id: str) -> list[dict[str, Any]]:
    """The alerts to his contacts; the policyholder's own notice stands beside them."""
    return [alert for alert in staff_case(up, case_id)["alerts"] if alert["contact_id"] is not None]


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    give_up = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < give_up:
        time.sleep(0.1)
    return found


def relay_switched_off(up: Running) -> AbstractContextManager[None]:
    return switched_off(up, "safelight-relay-outbox")


def queue_switched_off(up: Running) -> AbstractContextManager[None]:
    return switched_off(up, "safelight-alert-contact")


@contextmanager
def switched_off(up: Running, function: str) -> Iterator[None]:
    """What brings it its events stands still."""
    client = up.stack.client("lambda")
    mappings = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    (uuid,) = [mapping["UUID"] for mapping in mappings]
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=uuid, Enabled=True)


@contextmanager
def later(up: Running, function: str, seconds: int) -> Iterator[None]:
    """For this function so many seconds have passed."""
    client = up.stack.client("lambda")
    before = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    moved = {**before, "CLOCK_OFFSET_SECONDS": str(int(before["CLOCK_OFFSET_SECONDS"]) + seconds)}
    client.update_function_configuration(FunctionName=function, Environment={"Variables": moved})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=function, Environment={"Variables": before})


def sweep_later(up: Running, seconds: int) -> dict[str, Any]:
    """Run the deployed sweeper as if `seconds` had passed."""
    name = "safelight-sweep-alerts"
    with later(up, name, seconds):
        answer = up.stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()
        return dict(json.load(answer["Payload"]))


def sns_texts(up: Running, phone: str) -> list[str]:
    """What the emulated SNS was asked to send to a phone."""
    url = f"{up.stack.endpoint}/_ministack/sns/sms-messages"
    boxes = requests.get(url, params={"phoneNumber": phone}, timeout=5).json()["sms_messages"]
    return [message["Message"] for message in boxes.get(phone, [])]


def test_an_alert_whose_relay_was_lost_is_queued_again_by_the_sweeper(running_stack: Running) -> None:
    with relay_switched_off(running_stack):
        before = len(running_stack.inbox.texts(TEACHER.contact_phone))
        case_id = ask_red(running_stack)
        assert [a["state"] for a in to_contact(running_stack, case_id)] == ["pending"]
        assert sweep_later(running_stack, 90)["stuck"] >= 1
        sent = until(lambda: len(running_stack.inbox.texts(TEACHER.contact_phone)) - before)
    assert sent == 1
    assert until(lambda: [a["state"] for a in to_contact(running_stack, case_id)] == ["sent"])


def test_an_alert_that_nobody_could_send_in_time_becomes_a_staff_task(running_stack: Running) -> None:
    with relay_switched_off(running_stack):
        before = len(running_stack.inbox.texts(TEACHER.contact_phone))
        case_id = ask_red(running_stack)
        sweep_later(running_stack, 200)
        case = staff_case(running_stack, case_id)
    assert {a["contact_id"] is None for a in case["alerts"]} == {True, False}
    assert {(a["state"], a["cause"]) for a in case["alerts"]} == {("failed", "late")}
    assert sorted(t["reason"] for t in case["tasks"]) == ["alert_late", "call_back", "notice_unsent"]
    time.sleep(1.5)  # the relay is on again and finds the record: too late
    assert len(running_stack.inbox.texts(TEACHER.contact_phone)) == before


def test_an_sms_goes_out_through_sns_as_well(running_stack: Running) -> None:
    stack = running_stack.stack
    with built_template() as template:
        parameters, stack._parameters = stack._parameters, {**stack._parameters, "SmsProvider": "sns"}
        try:
            stack.deploy(template)
            case_id = ask_red(running_stack)
            texts = until(lambda: sns_texts(running_stack, str(TEACHER.contact_phone)))
            assert [text[:6] for text in texts] == ["【安心人壽】"]
            assert until(lambda: [a["state"] for a in to_contact(running_stack, case_id)] == ["sent"])
        finally:
            stack._parameters = parameters
            stack.deploy(template)


def schedules(up: Running) -> set[str]:
    listed = up.stack.client("scheduler").list_schedules(GroupName="safelight-deadlines")["Schedules"]
    return {schedule["Name"] for schedule in listed}


def test_each_alert_about_a_case_has_a_schedule_of_its_own_that_ends_it(running_stack: Running) -> None:
    """The schedule is set by the deployed relay under its own rights. Then it is brought forward, to where the
    function that it starts finds the alert's time over, with queue and sweeper standing still."""
    up = running_stack
    with queue_switched_off(up):
        case_id = ask_red(up)
        (alert,) = to_contact(up, case_id)
        name = f"{case_id}.{alert['contact_id']}"
        assert until(lambda: name in schedules(up)), schedules(up)
        client = up.stack.client("scheduler")
        set_by_relay = client.get_schedule(Name=name, GroupName="safelight-deadlines")
        left = datetime.fromisoformat(set_by_relay["ScheduleExpression"][3:-1]) - datetime.now(UTC).replace(tzinfo=None)
        assert timedelta(seconds=150) < left <= timedelta(seconds=181)
        with later(up, "safelight-hold-deadline", 200):
            brought_forward = {
                key: set_by_relay[key]
                for key in ("Name", "GroupName", "FlexibleTimeWindow", "Target", "ActionAfterCompletion")
            }
            soon = datetime.now(UTC) + timedelta(seconds=1)
            client.update_schedule(**brought_forward, ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})")
            case = until(lambda: done(staff_case(up, case_id)), 40)
    (alert,) = [alert for alert in case["alerts"] if alert["contact_id"] is not None]
    assert (alert["state"], alert["cause"]) == ("failed", "late")
    assert "alert_late" in [task["reason"] for task in case["tasks"]]
    assert name not in schedules(up)


def done(case: dict[str, Any]) -> dict[str, Any] | None:
    """Once the contact's alert has ended; the queue's own still waits."""
    states = [alert["state"] for alert in case["alerts"] if alert["contact_id"] is not None]
    return case if all(state in ("failed", "sent", "unknown") for state in states) else None
