"""Whatever call the power fails at: within five minutes the contact is told or staff have a task (promise 1), and no
contact is told twice (promise 2)."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from safelight.domain.alert import AlertState
from safelight.domain.caring import Sign
from safelight.domain.errors import RetryableError
from safelight.domain.light import Light
from tests.builders import a_context
from tests.faults.power import Power, PowerCutError
from tests.usecases.world import World, a_settled_contact, case_of, places

LIMIT = timedelta(minutes=5)
CASE = case_of("req-0001")
WHEN = ("before", "after")


@contextmanager
def surviving() -> Iterator[None]:
    """What the platform does when a function dies: nothing more of this call, and the next one starts afresh."""
    with suppress(PowerCutError, RetryableError):
        yield


def live(world: World, sweeper_at: int) -> None:
    """Five minutes pass from the moment the case is RED. Each minute, at its second, the sweeper runs; the stream and
    the queue work all the time."""
    end = world.clock.now() + LIMIT
    moments = sorted({*range(0, 300, 20), *range(sweeper_at, 300, 60)})
    begin = world.clock.now()
    for second in moments:
        world.clock.move(begin + timedelta(seconds=second) - world.clock.now())
        with surviving():
            world.relay()
        for message in [m for m in world.messages if m.visible_at <= world.clock.now()]:
            with surviving():
                world.deliver_one(message)
        with surviving():
            world.deliver()
        if second % 60 == sweeper_at:
            with surviving():
                world.sweep()
    world.clock.move(end - world.clock.now())


def assert_promises(world: World, about: str) -> None:
    case = world.store.cases.get(CASE)
    told = Counter(message.to for message in world.sent)
    assert max(told.values(), default=0) <= 1, f"told twice: {about}"
    attempts = [alert.attempt_id for alert in world.store.alerts.values()]
    assert all(message.attempt_id in attempts for message in world.sent), about
    if case is not None and case.floor is Light.RED:
        ended = all(alert.state.ended for alert in world.alerts_of(CASE))
        assert told or world.tasks_of(CASE), f"silent: {about}"
        assert ended, f"without an end: {about}"


def by_score(world: World) -> None:
    world.shines(Light.RED).assess()


def by_rules(world: World) -> None:
    """RED because of an answer, in a case that rules decided."""
    world.models.model = None
    by_answer(world)


def by_answer(world: World) -> None:
    world.shines(Light.YELLOW).assess(seen=a_context(on_call=True))
    case = world.case(CASE)
    world.answer(CASE, places(case, Sign.WARNING)[0])


def run(make_red: Callable[[World], None], sweeper_at: int, *cuts: tuple[int, str], contact: bool = True) -> Power:
    power = Power(*cuts)
    world = World(through=power.through)
    if contact:
        a_settled_contact(world)
    with surviving():
        make_red(world)
    live(world, sweeper_at)
    assert_promises(world, f"{make_red.__name__}, {cuts}, sweeper at {sweeper_at}, {power.calls}")
    return power


@pytest.mark.parametrize("contact", [True, False], ids=["contact", "nobody"])
@pytest.mark.parametrize("sweeper_at", [0, 29, 59])
@pytest.mark.parametrize("make_red", [by_score, by_answer, by_rules])
def test_a_power_cut_at_any_call_silences_nothing_and_doubles_nothing(
    make_red: Callable[[World], None], sweeper_at: int, contact: bool
) -> None:
    calls = run(make_red, sweeper_at, contact=contact).calls
    assert len(calls) > 20
    for number in range(len(calls)):
        for when in WHEN:
            run(make_red, sweeper_at, (number, when), contact=contact)


def test_the_whole_way_is_cut_somewhere() -> None:
    """The calls above are those of the whole chain; one that is left out would be a hole in the proof."""
    calls = set(run(by_score, 0).calls)
    assert {"commit", "put", "find", "dossier", "unseal", "new", "save", "send", "open_since_before"} <= calls


@pytest.mark.parametrize("sweeper_at", [0, pytest.param(31, marks=pytest.mark.slow)])
def test_two_power_cuts_anywhere_silence_nothing_and_double_nothing(sweeper_at: int) -> None:
    calls = len(run(by_score, sweeper_at).calls)
    for first in range(calls):
        for second in range(first + 1, calls + 12):
            for when in WHEN:
                run(by_score, sweeper_at, (first, WHEN[(first + second) % 2]), (second, when))


@pytest.mark.parametrize("broken", ["relay", "deliver", "both"])
@pytest.mark.parametrize("sweeper_at", [0, 1, 29, 59])
def test_with_the_stream_or_the_senders_down_staff_are_told_in_time(broken: str, sweeper_at: int) -> None:
    world = World()
    a_settled_contact(world)
    by_score(world)
    moment = world.clock.now()
    for second in range(sweeper_at, 300, 60):
        world.clock.move(moment + timedelta(seconds=second) - world.clock.now())
        if broken == "deliver":
            world.relay()
        if broken == "relay":
            world.deliver()
        world.sweep()
    assert_promises(world, broken)


@pytest.mark.parametrize("sweeper_at", [0, 1, 29, 30, 31, 59])
@pytest.mark.parametrize("missed", range(5))
def test_a_sender_that_dies_at_any_moment_while_one_sweep_is_missed_is_seen_in_time(
    sweeper_at: int, missed: int
) -> None:
    for died_at in range(0, 300, 5):
        dies_on_the_wire(died_at, [second for n, second in enumerate(range(sweeper_at, 301, 60)) if n != missed])


def dies_on_the_wire(died_at: int, sweeps: list[int]) -> None:
    world = World()
    a_settled_contact(world)
    by_score(world)
    alert_id = world.alerts_of(CASE)[0].alert_id
    begin = world.clock.now()
    for second in sorted({*sweeps, died_at}):
        world.clock.move(begin + timedelta(seconds=second) - world.clock.now())
        if second == died_at:
            world.sms.always = _die
            with surviving():
                world.send(alert_id)
            world.sms.always = None
        if second in sweeps:
            world.sweep()
    assert world.tasks_of(CASE), f"died at {died_at}, sweeps at {sweeps}"
    assert world.store.alerts[alert_id].state in (AlertState.UNKNOWN, AlertState.FAILED)
    assert world.sent == []


def _die(message: object) -> None:
    raise PowerCutError("on the wire")


@pytest.mark.parametrize("when", WHEN)
def test_a_customer_who_asks_again_after_any_power_cut_gets_one_decision_and_one_sms(when: str) -> None:
    calls = len(run(by_score, 0).calls)
    for number in range(calls):
        power = Power((number, when))
        world = World(through=power.through)
        a_settled_contact(world)
        with surviving():
            by_score(world)
        with surviving():
            world.run()
        power.cuts.clear()
        by_score(world)
        live(world, 30)
        assert len(world.store.decisions) == 1
        assert_promises(world, f"{number} {when}")
