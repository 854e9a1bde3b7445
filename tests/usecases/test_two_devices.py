"""A case answered from two devices at once, or again after a write was lost: every answer counts, and once."""

from collections.abc import Callable

import pytest

from safelight.domain.caring import Sign
from safelight.domain.case import Case
from safelight.domain.errors import ConflictError, RetryableError
from safelight.domain.light import Light
from tests.builders import a_context
from tests.usecases.world import World, a_settled_contact, as_stored_before, places


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


def asked(world: World) -> Case:
    return world.shines(Light.YELLOW).assess(seen=a_context(on_call=True)).case


def between_reading_and_writing(world: World, act: Callable[[], object]) -> None:
    """Another device acts once, after this one has read and before it writes."""
    left = [act]

    class OtherDevice:
        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "commit" and left:
                world.through = lambda port: port
                left.pop()()
            return getattr(self.port, name)

    world.through = OtherDevice


def test_two_devices_answering_at_once_both_count(world: World) -> None:
    case = as_stored_before(world, asked(world))
    benign = places(case, Sign.BENIGN)
    between_reading_and_writing(world, lambda: world.answer(case.case_id, benign[0]))
    world.answer(case.case_id, benign[1])
    stored = world.case(case.case_id)
    assert {a.question_id for a in stored.answers} == set(case.questions[:2])
    assert [number for _, number in sorted(world.store.decisions)] == [1, 2, 3]


def test_two_devices_giving_one_answer_bring_one_next_question(world: World) -> None:
    case = asked(world)
    answer = places(case, Sign.BENIGN)[0]
    between_reading_and_writing(world, lambda: world.answer(case.case_id, answer))
    slower = world.answer(case.case_id, answer)
    assert slower == world.case(case.case_id)
    assert (len(slower.answers), len(slower.questions), len(slower.unanswered)) == (1, 2, 1)
    assert [number for _, number in sorted(world.store.decisions)] == [1, 2]


def test_of_two_devices_with_two_answers_the_first_counts_and_the_other_is_told(world: World) -> None:
    case = asked(world)
    benign, unclear = places(case, Sign.BENIGN)[0], places(case, Sign.UNCLEAR)[0]
    between_reading_and_writing(world, lambda: world.answer(case.case_id, unclear))
    with pytest.raises(ConflictError) as refused:
        world.answer(case.case_id, benign)
    assert refused.value.reason == "already_answered"
    assert [a.sign for a in world.case(case.case_id).answers] == [Sign.UNCLEAR]


def test_the_same_answer_again_after_the_next_question_shows_that_question(world: World) -> None:
    case = asked(world)
    answer = places(case, Sign.BENIGN)[0]
    once = world.answer(case.case_id, answer)
    assert world.answer(case.case_id, answer) == once
    assert len(once.unanswered) == 1


def test_two_devices_warning_at_once_make_one_alert(world: World) -> None:
    case = as_stored_before(world, asked(world))
    warnings = places(case, Sign.WARNING)
    between_reading_and_writing(world, lambda: world.answer(case.case_id, warnings[0]))
    world.answer(case.case_id, warnings[1])
    world.run()
    assert len(world.sent) == 1
    assert world.case(case.case_id).floor is Light.RED


def test_a_case_that_always_changes_is_given_back_to_try_again(world: World) -> None:
    case = asked(world)
    world.faults.fail_always("commit", error=ConflictError("stored_version"))
    with pytest.raises(RetryableError, match="case_contended"):
        world.answer(case.case_id, (1, 1))
    assert world.faults.calls.count("commit") == 1 + 3


@pytest.mark.parametrize("done_first", [False, True])
def test_a_lost_write_can_be_answered_again(world: World, done_first: bool) -> None:
    case = asked(world)
    warning = places(case, Sign.WARNING)[0]
    world.faults.fail("commit", done_first=done_first)
    with pytest.raises(RetryableError):
        world.answer(case.case_id, warning)
    again = world.answer(case.case_id, warning)
    assert (again.floor, len(again.answers)) == (Light.RED, 1)
    assert len(world.alerts_of(case.case_id)) == 1
