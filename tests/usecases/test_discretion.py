"""While somebody may listen or read along: nothing is asked, nothing tells, and staff ring back, once a case."""

from datetime import timedelta
from itertools import product

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep
from safelight.domain.caring import Sign
from safelight.domain.case import Case, CaseState
from safelight.domain.errors import ConflictError, NotFoundError, RetryableError
from safelight.domain.facts import Context
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import Channel, PolicyholderId, SessionId
from safelight.domain.session_risk import Session
from safelight.usecases.replay_decision import replay_decision
from tests.builders import NOW, POLICYHOLDER, a_context, a_request
from tests.usecases.world import World, a_settled_contact, said

STEERED = a_context(on_call=True, screen_shared=True)
ALONE = Context(on_call=False, screen_shared=False)
REVIEW, QUESTIONING, RELEASED = CaseState.REVIEW, CaseState.QUESTIONING, CaseState.RELEASED
CALL_BACK = TaskReason.CALL_BACK


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


def asked(world: World, light: Light = Light.YELLOW, seen: Context | None = None, **over: object) -> Case:
    request = a_request(requested_at=world.clock.now(), session_id=SessionId("s-1"), **over)
    case = world.shines(light).assess(request, seen).case
    world.clock.move(seconds=5)
    return case


def to_the_end(world: World, case: Case) -> Case:
    """Every question answered with what sounds harmless, as a page that had shown them would send it."""
    while case.unanswered:
        case = world.answer(case.case_id, said(case, Sign.BENIGN))
    return case


@pytest.mark.parametrize(("call", "screen", "remote"), list(product((True, False, None), repeat=3)))
def test_it_takes_a_call_or_a_screen_that_is_seen_or_steered(
    world: World, call: bool | None, screen: bool | None, remote: bool | None
) -> None:
    seen = a_context(on_call=call, screen_shared=screen, remote_control_app=remote)
    case = asked(world, seen=seen)
    expected = bool(call or screen or remote)
    assert case.discreet is expected
    assert (case.next_step, case.state) == ((NextStep.WAIT, REVIEW) if expected else (NextStep.ANSWER, QUESTIONING))
    assert (CALL_BACK in world.tasks_of(case.case_id)) is expected


@pytest.mark.parametrize("light", [Light.YELLOW, Light.RED])
def test_whatever_the_light_the_step_is_the_same_and_questions_are_kept_for_the_call_back(
    world: World, light: Light
) -> None:
    opened = world.shines(light).assess(seen=STEERED)
    assert (opened.decision.next_step, opened.discreet, opened.case.state) == (NextStep.WAIT, True, REVIEW)
    assert opened.case.questions[0].startswith("fake_authority.")
    assert world.tasks_of(opened.case.case_id) == [CALL_BACK]
    assert len(world.alerts_of(opened.case.case_id)) == (1 if light is Light.RED else 0)


def test_green_is_not_released_while_somebody_reads_along(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules make it YELLOW today. Should they not, it waits all the same."""
    monkeypatch.setattr("safelight.scoring.policy.holding", lambda values: ())
    case = asked(world, Light.GREEN, STEERED)
    assert (case.floor, case.state, case.next_step) == (Light.GREEN, REVIEW, NextStep.WAIT)


@pytest.mark.parametrize(
    "seen", [Context(screen_shared=True), Context(remote_control_app=True)], ids=["seen", "steered"]
)
def test_nor_where_the_screen_is_watched_without_a_call_that_we_can_see(world: World, seen: Context) -> None:
    """A call over the internet is no call to the phone."""
    case = asked(world, Light.GREEN, seen)
    assert (case.floor, case.state, case.discreet) == (Light.GREEN, REVIEW, True)
    assert world.tasks_of(case.case_id) == [CALL_BACK]


CALL = Context(on_call=True)


def test_green_on_a_call_goes_on_as_ever(world: World) -> None:
    """People ring their family all day, and a request that goes on has nothing to hide."""
    case = asked(world, Light.GREEN, CALL)
    assert (case.discreet, case.state, case.next_step) == (False, RELEASED, NextStep.PROCEED)
    assert world.tasks == []
    world.watch(CALL)
    assert world.show(case.case_id) == case
    assert not world.assess(case.request, CALL).discreet


@pytest.mark.parametrize("light", [Light.YELLOW, Light.RED])
def test_on_a_call_yellow_and_red_are_answered_alike_and_asked_once_it_is_over(world: World, light: Light) -> None:
    case = asked(world, light, CALL)
    assert (case.discreet, case.state, case.next_step) == (True, REVIEW, NextStep.WAIT)
    assert world.tasks_of(case.case_id) == [CALL_BACK]
    world.watch(Context(on_call=False))
    assert (world.show(case.case_id).discreet, world.show(case.case_id).next_step) == (False, NextStep.ANSWER)


def test_a_call_that_begins_between_two_questions_stops_them(world: World) -> None:
    case = asked(world)
    world.watch(CALL)
    case = world.show(case.case_id)
    assert (case.discreet, case.state, world.tasks_of(case.case_id)) == (True, REVIEW, [CALL_BACK])


def test_a_released_request_is_hidden_from_a_screen_and_not_from_a_call(world: World) -> None:
    case = asked(world, Light.GREEN)
    world.watch(CALL)
    assert not world.show(case.case_id).discreet
    world.watch(Context(screen_shared=True))
    assert world.show(case.case_id).discreet


def test_green_on_a_call_that_could_not_be_kept_tells_nothing(world: World) -> None:
    world.faults.fail_always("commit")
    opened = world.shines(Light.GREEN).assess(seen=CALL)
    assert (opened.recorded, opened.discreet, opened.decision.next_step) == (False, True, NextStep.TALK_TO_US)


def test_what_the_session_saw_counts_as_well(world: World) -> None:
    world.watch(Context(on_call=True))
    world.watch(Context(remote_control_app=True))
    assert asked(world).discreet


@pytest.mark.parametrize("channel", [Channel.COUNTER, Channel.PHONE])
def test_where_one_of_ours_speaks_with_him_he_sees_to_it(world: World, channel: Channel) -> None:
    case = asked(world, seen=STEERED, channel=channel)
    assert (case.discreet, world.tasks_of(case.case_id)) == (False, [])


def test_harmless_answers_release_nothing_even_when_he_is_alone_again(world: World) -> None:
    case = asked(world, seen=STEERED)
    world.watch(ALONE)
    case = to_the_end(world, world.show(case.case_id))
    assert (case.state, case.discreet) == (REVIEW, False)
    assert [move.to for move in case.moves] == [REVIEW]


@pytest.mark.parametrize("look", ["show", "answer"])
def test_who_begins_to_read_along_finds_nothing_and_the_case_waits(world: World, look: str) -> None:
    case = asked(world)
    assert (case.state, case.discreet) == (QUESTIONING, False)
    world.watch(STEERED)
    case = world.show(case.case_id) if look == "show" else world.answer(case.case_id, said(case, Sign.BENIGN))
    stored = world.case(case.case_id)
    assert case == stored
    assert (case.discreet, case.state, case.next_step) == (True, REVIEW, NextStep.WAIT)
    assert case.moves[-1].reason == "somebody_reads_along"
    assert world.tasks_of(case.case_id) == [CALL_BACK]


def test_looking_again_changes_nothing_and_there_is_one_call_back(world: World) -> None:
    case_id = asked(world).case_id
    world.watch(STEERED)
    first = world.show(case_id)
    (task,) = world.tasks
    for _ in range(3):
        world.clock.move(seconds=30)
        assert world.show(case_id) == first
        world.answer(case_id, said(first, Sign.BENIGN))
        first = world.show(case_id)
    assert world.tasks == [task]


def test_it_ends_when_neither_call_nor_screen_is_left(world: World) -> None:
    case_id = asked(world, seen=STEERED).case_id
    shown = []
    for seen in (STEERED, Context(on_call=False), Context(screen_shared=False), Context(on_call=True)):
        world.watch(seen)
        shown.append((world.show(case_id).discreet, world.show(case_id).next_step))
    wait, ask = (True, NextStep.WAIT), (False, NextStep.ANSWER)
    assert shown == [wait, wait, ask, wait]
    assert world.case(case_id).state is REVIEW


def test_what_the_session_said_before_the_request_does_not_end_it(world: World) -> None:
    world.watch(ALONE)
    assert world.show(asked(world, seen=STEERED).case_id).discreet


@pytest.mark.parametrize("begun", [True, False])
def test_a_session_that_cannot_be_read_leaves_the_case_as_it_was(world: World, begun: bool) -> None:
    case_id = asked(world, seen=STEERED if begun else None).case_id
    world.watch(ALONE if begun else STEERED)
    world.faults.fail_always("find_session")
    assert world.show(case_id).discreet is begun


@pytest.mark.parametrize("error", [ConflictError("stored_version"), RetryableError("down")], ids=str)
def test_what_could_not_be_stored_is_shown_discreetly_and_stored_at_the_next_look(
    world: World, error: Exception
) -> None:
    case_id = asked(world).case_id
    world.watch(STEERED)
    world.faults.fail("commit", error=error)
    assert (world.show(case_id).discreet, world.tasks_of(case_id)) == (True, [])
    assert (world.show(case_id).discreet, world.tasks_of(case_id)) == (True, [CALL_BACK])


def test_only_staff_release_it(world: World) -> None:
    case_id = asked(world, seen=STEERED).case_id
    world.ends(case_id, OutcomeLabel.GENUINE)
    assert world.show(case_id).next_step is NextStep.PROCEED


def test_an_ended_case_is_shown_discreetly_and_not_written(world: World) -> None:
    case = asked(world, Light.GREEN)
    world.watch(STEERED)
    assert (world.show(case.case_id).discreet, world.case(case.case_id)) == (True, case)
    assert world.tasks == []


def test_a_warning_given_discreetly_still_calls_for_help(world: World) -> None:
    case = asked(world, seen=STEERED)
    case = world.answer(case.case_id, said(case, Sign.WARNING))
    assert (case.floor, case.discreet, case.next_step) == (Light.RED, True, NextStep.WAIT)
    assert len(world.alerts_of(case.case_id)) == 1


def test_what_could_not_be_kept_sends_him_to_a_person_discreetly(world: World) -> None:
    world.faults.fail_always("commit")
    opened = world.assess(seen=STEERED)
    assert (opened.recorded, opened.discreet, opened.decision.next_step) == (False, True, NextStep.TALK_TO_US)


def test_a_retry_that_is_read_along_is_discreet_whatever_the_first_answer_was(world: World) -> None:
    request = a_request(requested_at=NOW, session_id=SessionId("s-1"))
    first = world.shines(Light.YELLOW).assess(request)
    world.watch(STEERED)
    again = world.assess(request)
    assert (first.discreet, again.discreet) == (False, True)
    assert again.decision == first.decision


def test_anothers_case_is_not_found(world: World) -> None:
    case_id = asked(world).case_id
    with pytest.raises(NotFoundError):
        world.show(case_id, PolicyholderId("ph-0002"))


def test_a_discreet_decision_is_replayed_from_its_record(world: World) -> None:
    case = asked(world, seen=STEERED)
    file = world.cases.find(case.case_id)
    assert file is not None
    assert file.decisions[0].discreet
    assert replay_decision(file.decisions[0], world.model) == file.decisions[0].assessment


def test_a_context_stored_without_memory_does_not_speak_for_later(world: World) -> None:
    """Older code kept no time: what it stored is what was known when the case was opened."""
    case_id = asked(world, seen=STEERED).case_id
    world.sessions.save(POLICYHOLDER, SessionId("s-1"), Session(context=ALONE, version=1), NOW + timedelta(minutes=1))
    assert world.show(case_id).discreet
