"""A session is watched: what is kept, what is said and when, also when deliveries meet or the store is away."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.facts import Context
from safelight.domain.request import SessionId
from safelight.domain.session_risk import Advice
from safelight.usecases.watch_session import ATTEMPTS, Heard
from tests.builders import POLICYHOLDER
from tests.usecases.world import World

NOTHING, PROMPT, PAUSE = Advice
CALL, PASTED, SHARED = Context(on_call=True), Context(account_pasted=True), Context(screen_shared=True)
BOTH = Context(on_call=True, screen_shared=True)


@pytest.fixture
def world() -> World:
    """By day: at night a little less is enough."""
    world = World()
    world.clock.move(timedelta(hours=-8))
    return world


def kept(world: World) -> Context | None:
    return world.sessions.context(POLICYHOLDER, SessionId("s-1"))


def test_signals_add_up_and_one_that_is_left_out_stays(world: World) -> None:
    for seen in (CALL, Context(amount_edits=2), SHARED):
        heard = world.watch(seen)
    assert heard == Heard(advice=PAUSE, context=Context(on_call=True, screen_shared=True, amount_edits=2), kept=True)
    assert kept(world) == heard.context


def test_nothing_is_said_twice(world: World) -> None:
    assert [world.watch(seen).advice for seen in (CALL, PASTED, PASTED, SHARED, BOTH)] == [
        NOTHING,
        PROMPT,
        NOTHING,
        PAUSE,
        NOTHING,
    ]


def test_a_delivery_whose_answer_was_lost_gets_it_again(world: World) -> None:
    assert world.watch(BOTH, 1).advice is PAUSE
    world.clock.move(seconds=4)
    assert [world.watch(BOTH, 1).advice, world.watch(BOTH, 2).advice] == [PAUSE, NOTHING]


@pytest.mark.parametrize("number", [None, 7])
def test_a_warning_is_not_lost_with_the_answer_of_the_store(world: World, number: int | None) -> None:
    """The write went through, its answer did not come, and the repetition meets its own first go."""
    world.faults.fail("save_session", error=ConflictError("stored_version"), done_first=True)
    assert world.watch(BOTH, number) == Heard(advice=PAUSE, context=BOTH, kept=True)


def test_a_call_that_ended_is_over_for_the_next_request(world: World) -> None:
    world.watch(BOTH)
    heard = world.watch(Context(on_call=False)).context
    assert (heard.on_call, heard.watched) == (False, True)
    assert kept(world) == Context(on_call=False, screen_shared=True)


def test_another_session_and_another_day_know_nothing_of_it(world: World) -> None:
    world.watch(CALL)
    assert world.watch(SHARED, session="s-2").advice is NOTHING
    world.clock.move(timedelta(days=1))
    assert world.watch(SHARED).context == SHARED
    assert world.watch(CALL).advice is PAUSE


def test_deliveries_that_meet_are_all_kept(world: World) -> None:
    seen = [CALL, SHARED, PASTED, Context(new_device=True), Context(amount_edits=3), Context(value_lookups=4)]
    start = Barrier(len(seen))
    found: list[Heard] = []

    def send(one: Context) -> None:
        start.wait()
        found.append(world.watch(one))

    threads = [Thread(target=send, args=(one,)) for one in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(heard.kept for heard in found)
    assert kept(world) == Context(
        on_call=True, screen_shared=True, account_pasted=True, new_device=True, amount_edits=3, value_lookups=4
    )


@pytest.mark.parametrize("operation", ["find_session", "save_session"])
@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("unreadable")], ids=str)
def test_without_the_store_a_delivery_is_judged_by_itself(world: World, operation: str, error: Exception) -> None:
    world.faults.fail_always(operation, error=error)
    assert world.watch(BOTH) == Heard(advice=PAUSE, context=BOTH, kept=False)
    assert world.watch(PASTED) == Heard(advice=NOTHING, context=PASTED, kept=False)
    assert world.telemetry.counts["SignalsUnkept"] == 2
    world.faults.clear()
    assert world.watch(BOTH).kept


def test_a_delivery_that_always_meets_another_gives_up_in_time(world: World) -> None:
    world.faults.fail_always("save_session", error=ConflictError("stored_version"))
    assert world.watch(BOTH) == Heard(advice=PAUSE, context=BOTH, kept=False)
    assert world.faults.calls.count("save_session") == ATTEMPTS
