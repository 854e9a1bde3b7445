"""The policyholder himself is told: on his number of record, by push, and in words that are his."""

from datetime import timedelta
from typing import Any

import pytest

from safelight.domain.alert import AlertPurpose, AlertState, TaskReason
from safelight.domain.caring import Sign
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import RequestKind
from safelight.ports import Fate
from tests.builders import PHONE, POLICYHOLDER, a_context, a_number, a_request
from tests.usecases.world import World, a_settled_contact, case_of, said

OWN = "+886922000777"
CASE = case_of("req-0001")


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    world.book.save_number(POLICYHOLDER, a_number(vault=world.vault, phone=OWN))
    return world


def ask(world: World, light: Light, kind: RequestKind = RequestKind.POLICY_LOAN, **seen: Any) -> None:
    world.shines(light).assess(a_request(kind=kind, requested_at=world.clock.now()), seen=a_context(**seen))
    world.run()


def to_him(world: World) -> list[AlertPurpose]:
    return [alert.purpose for alert in world.alerts_of(CASE) if alert.contact_id is None]


@pytest.mark.parametrize("light", list(Light))
def test_each_surrender_is_acknowledged_and_names_165(world: World, light: Light) -> None:
    ask(world, light, RequestKind.SURRENDER)
    assert to_him(world) == [AlertPurpose.HOLDER_ACCEPTED]
    (text,) = [message.text for message in world.sent if message.to == OWN]
    assert "165" in text
    assert "777" in text
    assert list(world.push.shown.values()) == [text]


@pytest.mark.parametrize(
    ("light", "seen", "purposes"),
    [
        (Light.GREEN, {}, []),
        (Light.YELLOW, {}, []),
        (Light.RED, {}, [AlertPurpose.HOLDER_RED]),
        (Light.RED, {"screen_shared": True}, []),
        (Light.RED, {"on_call": True}, []),
    ],
)
def test_of_another_request_he_hears_when_it_is_red_and_nobody_reads_along(
    world: World, light: Light, seen: dict[str, bool], purposes: list[AlertPurpose]
) -> None:
    ask(world, light, **seen)
    assert to_him(world) == purposes
    assert [m.to for m in world.sent].count(OWN) == len(purposes)


def test_a_case_that_answers_turn_red_tells_him_too(world: World) -> None:
    ask(world, Light.YELLOW)
    world.answer(CASE, said(world.case(CASE), Sign.WARNING))
    world.run()
    assert to_him(world) == [AlertPurpose.HOLDER_RED]


def test_a_surrender_that_turns_red_is_not_acknowledged_twice(world: World) -> None:
    ask(world, Light.YELLOW, RequestKind.SURRENDER)
    world.answer(CASE, said(world.case(CASE), Sign.WARNING))
    world.run()
    assert to_him(world) == [AlertPurpose.HOLDER_ACCEPTED]
    assert [message.to for message in world.sent].count(OWN) == 1
    assert [message.to for message in world.sent].count(PHONE) == 1


@pytest.mark.parametrize("fate", [Fate.UNKNOWN, Fate.REFUSED])
def test_what_could_not_be_sent_is_a_task_and_tells_no_contact_instead(world: World, fate: Fate) -> None:
    world.fake_sms.answer_next(fate)
    ask(world, Light.GREEN, RequestKind.SURRENDER)
    assert [task.reason for task in world.tasks] == [TaskReason.NOTICE_UNSENT]
    assert [message.to for message in world.sent] == [OWN]


def test_who_has_no_number_on_file_gets_no_message(world: World) -> None:
    world.store.numbers.clear()
    ask(world, Light.RED, RequestKind.SURRENDER)
    assert to_him(world) == []


def test_a_number_that_went_meanwhile_is_a_task(world: World) -> None:
    world.shines(Light.GREEN).assess(a_request(kind=RequestKind.SURRENDER))
    world.store.numbers.clear()
    world.run()
    assert [alert.state for alert in world.alerts_of(CASE)] == [AlertState.SUPPRESSED]
    assert [task.reason for task in world.tasks] == [TaskReason.NOTICE_UNSENT]


def test_a_push_that_fails_is_counted_and_the_sms_goes_out(world: World) -> None:
    world.faults.fail("push")
    ask(world, Light.GREEN, RequestKind.SURRENDER)
    assert world.telemetry.counts["PushFailed"] == 1
    assert [message.to for message in world.sent] == [OWN]


def test_an_acknowledgement_goes_out_though_staff_were_quicker(world: World) -> None:
    world.shines(Light.YELLOW).assess(a_request(kind=RequestKind.SURRENDER))
    world.ends(CASE, OutcomeLabel.GENUINE)
    world.clock.move(timedelta(seconds=5))
    world.run()
    assert [message.to for message in world.sent] == [OWN]
