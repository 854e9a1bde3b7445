"""Requests of one policyholder at the same moment: each is decided with those before it in view."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import Source
from safelight.domain.case import CaseState, Decision
from safelight.domain.errors import ConflictError, ContendedError
from safelight.domain.light import Light
from safelight.domain.request import AccountKey, RequestId, RequestKind
from safelight.ports import Changes
from safelight.scoring import policy
from safelight.usecases.assess_request import ATTEMPTS, Opened
from tests.builders import a_request
from tests.usecases.world import World

RUSH = 12


@pytest.fixture
def world() -> World:
    return World()


def ask(world: World, number: int) -> Opened:
    """A small part of a sum, to an account that is not on file, a millisecond after whatever came before."""
    with world.store.lock:
        world.clock.move(timedelta(milliseconds=1))
        asked_at = world.clock.now()
    return world.assess(
        a_request(
            request_id=RequestId(f"part-{number}"),
            requested_at=asked_at,
            kind=RequestKind.POLICY_LOAN,
            payout_account=AccountKey("nowhere on file"),
        )
    )


class Meanwhile:
    """Cases where something happens between the decision and its commit."""

    def __init__(self, inner: Any, happens: list[Callable[[], object]]) -> None:
        self._inner, self._happens = inner, happens
        self.find, self.past_requests = inner.find, inner.past_requests

    def commit(self, changes: Changes) -> None:
        if self._happens:
            self._happens.pop(0)()
        self._inner.commit(changes)


def contract_value(name: str) -> Callable[[Decision], float]:
    return lambda decision: policy.named(policy.unpack_vector(decision.vector))[name]


def while_deciding(world: World, *happens: Callable[[], object]) -> World:
    """`world` as a second door to the same store, through which things happen first."""
    other = World(clock=world.clock)
    other.store, other.cases, other.book = world.store, world.cases, world.book
    waiting = list(happens)
    other.through = lambda port: Meanwhile(port, waiting) if port is other.cases else port
    return other


def test_a_decision_that_another_request_overtook_is_made_again_with_it_in_view(world: World) -> None:
    last = ask(while_deciding(world, lambda: ask(world, 1), lambda: ask(world, 2)), 3)
    assert last.recorded
    assert last.case.opened_at >= max(case.opened_at for case in world.store.cases.values())
    assert (last.case.floor, last.case.assessment.source) == (Light.YELLOW, Source.RULES)
    one_before = World()
    ask(while_deciding(one_before, lambda: ask(one_before, 1)), 2)
    count = contract_value("money_requests_10d")
    assert [count(file) for file in sorted(one_before.store.decisions.values(), key=lambda d: d.decided_at)] == [0, 1]


def test_who_is_overtaken_time_and_again_is_reviewed_and_never_passed(world: World) -> None:
    others = [partial(ask, world, number) for number in range(ATTEMPTS)]
    opened = ask(while_deciding(world, *others), 99)
    assert opened.recorded
    assert (opened.case.state, opened.case.assessment.source) == (CaseState.REVIEW, Source.RULES)
    assert world.tasks_of(opened.case.case_id) == [TaskReason.ASSESSED_BY_RULES]


@pytest.mark.parametrize("error", [ConflictError("stored_version"), ContendedError("transaction_met_another")])
def test_a_request_that_only_met_another_is_decided_by_the_model_all_the_same(world: World, error: Exception) -> None:
    world.faults.fail("commit", error=error)
    opened = world.assess()
    assert (opened.recorded, opened.case.assessment.source) == (True, Source.MODEL)


def test_of_a_sum_in_parts_sent_at_once_no_more_passes_than_one_after_the_other(world: World) -> None:
    line = threading.Barrier(RUSH)
    passed: list[bool] = []

    def at_once(number: int) -> None:
        line.wait(5)
        passed.append(ask(world, number).case.state is CaseState.RELEASED)

    threads = [threading.Thread(target=at_once, args=(number,)) for number in range(RUSH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(passed) == RUSH
    one_after_the_other = World()
    alone = [ask(one_after_the_other, n).case.state is CaseState.RELEASED for n in range(RUSH)]
    assert sum(passed) <= sum(alone) < RUSH
