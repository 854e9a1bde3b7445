"""Answers can raise a risk and never lower it; two devices may answer at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep, Source
from safelight.domain.caring import Sign
from safelight.domain.case import Case, CaseId, CaseState
from safelight.domain.errors import ConflictError, GaveUpError, NotFoundError, RejectedError, RetryableError
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import PolicyholderId
from safelight.usecases.replay_decision import replay_decision
from tests.builders import a_context
from tests.usecases.world import World, a_settled_contact, places

ON_A_CALL = a_context(on_call=True, screen_shared=True)


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


def asked(world: World, light: Light = Light.YELLOW) -> Case:
    return world.shines(light).assess(seen=ON_A_CALL).case


def test_benign_answers_to_all_questions_release_a_yellow_case(world: World) -> None:
    case = asked(world)
    benign = places(case, Sign.BENIGN)
    assert len(benign) == len(case.questions)
    for number, answer in enumerate(benign, 1):
        case = world.answer(case.case_id, answer)
        done = number == len(benign)
        assert case.state is (CaseState.RELEASED if done else CaseState.QUESTIONING)
        assert case.next_step is (NextStep.PROCEED if done else NextStep.ANSWER)
    assert case.floor is Light.YELLOW
    assert len(world.store.decisions) == 6
    assert world.alerts_of(case.case_id) == []


def test_coached_benign_answers_never_lower_a_red_case(world: World) -> None:
    case = asked(world, Light.RED)
    case = world.answer(case.case_id, *places(case, Sign.BENIGN))
    assert (case.floor, case.assessment.light) == (Light.RED, Light.RED)
    assert (case.state, case.next_step) == (CaseState.REVIEW, NextStep.TALK_TO_US)


def test_coached_benign_answers_never_release_what_rules_decided(world: World) -> None:
    world.models.model = None
    case = asked(world)
    case = world.answer(case.case_id, *places(case, Sign.BENIGN))
    assert (case.floor, case.state, case.next_step) == (Light.YELLOW, CaseState.REVIEW, NextStep.WAIT)


def test_one_warning_makes_a_yellow_case_red_and_tells_the_contact(world: World) -> None:
    case = asked(world)
    warning = places(case, Sign.WARNING)[0]
    case = world.answer(case.case_id, warning)
    assert (case.floor, case.state) == (Light.RED, CaseState.REVIEW)
    assert case.assessment.source is Source.ANSWERS
    assert case.assessment.reasons[0].code == f"answer.{case.questions[warning[0] - 1]}"
    assert [a.contact_id for a in world.alerts_of(case.case_id)] == ["contact-0001"]
    world.run()
    assert len(world.sent) == 1


def test_a_warning_in_a_case_that_rules_decided_tells_the_contact_too(world: World) -> None:
    world.models.model = None
    case = asked(world)
    world.answer(case.case_id, places(case, Sign.WARNING)[0])
    assert len(world.alerts_of(case.case_id)) == 1


def test_a_second_warning_tells_nobody_again(world: World) -> None:
    case = asked(world)
    for warning in places(case, Sign.WARNING):
        case = world.answer(case.case_id, warning)
        world.run()
    assert len(world.alerts_of(case.case_id)) == len(world.sent) == 1
    assert len({r.code for r in case.assessment.reasons}) == len(case.assessment.reasons)


def test_benign_answers_after_a_warning_change_nothing_of_the_light(world: World) -> None:
    case = asked(world)
    warned = places(case, Sign.WARNING)[0]
    world.answer(case.case_id, warned)
    case = world.answer(case.case_id, *[p for p in places(case, Sign.BENIGN) if p[0] != warned[0]])
    assert (case.floor, case.state, case.next_step) == (Light.RED, CaseState.REVIEW, NextStep.TALK_TO_US)


def test_an_unclear_answer_sends_a_fully_answered_case_to_review(world: World) -> None:
    case = asked(world)
    unclear = places(case, Sign.UNCLEAR)[0]
    rest = [p for p in places(case, Sign.BENIGN) if p[0] != unclear[0]]
    case = world.answer(case.case_id, unclear, *rest)
    assert (case.floor, case.state, case.next_step) == (Light.YELLOW, CaseState.REVIEW, NextStep.WAIT)
    assert case.moves[-1].reason == "unclear_answer"


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("corrupted")], ids=["down", "corrupted"])
def test_a_warning_while_contacts_cannot_be_read_gives_staff_a_task(world: World, error: Exception) -> None:
    case = asked(world)
    world.faults.fail("dossier", error=error)
    case = world.answer(case.case_id, places(case, Sign.WARNING)[0])
    assert case.floor is Light.RED
    assert world.tasks_of(case.case_id) == [TaskReason.CONTACTS_UNREADABLE]


def test_a_warning_without_a_contact_gives_staff_a_task() -> None:
    world = World()
    case = asked(world)
    world.answer(case.case_id, places(case, Sign.WARNING)[0])
    assert world.tasks_of(case.case_id) == [TaskReason.NO_CONTACT]


# Again, otherwise, somebody else's, not there


def test_the_same_answer_again_changes_nothing(world: World) -> None:
    case = asked(world)
    answer = places(case, Sign.UNCLEAR)[0]
    once = world.answer(case.case_id, answer, answer)
    assert len(once.answers) == 1
    assert world.answer(case.case_id, answer) == once
    assert world.case(case.case_id) == once
    assert len(world.store.decisions) == 2


def test_another_answer_to_an_answered_question_is_a_conflict_and_nothing_of_it_is_kept(world: World) -> None:
    case = asked(world)
    warned, benign = places(case, Sign.WARNING)[0], places(case, Sign.BENIGN)
    once = world.answer(case.case_id, warned)
    with pytest.raises(ConflictError) as refused:
        world.answer(case.case_id, benign[1], (warned[0], benign[0][1]))
    assert refused.value.reason == "already_answered"
    assert world.case(case.case_id) == once


def test_two_answers_to_one_question_in_one_go_are_a_conflict(world: World) -> None:
    case = asked(world)
    with pytest.raises(ConflictError):
        world.answer(case.case_id, (1, 1), (1, 2))
    assert world.case(case.case_id) == case


@pytest.mark.parametrize(("choice", "field"), [((6, 1), "question_id"), ((0, 1), "question_id"), ((1, 9), "choice_id")])
def test_what_was_not_asked_cannot_be_answered(world: World, choice: tuple[int, int], field: str) -> None:
    case = asked(world)
    with pytest.raises(RejectedError) as refused:
        world.answer(case.case_id, places(case, Sign.BENIGN)[0], choice)
    assert refused.value.field == field
    assert world.case(case.case_id) == case


def test_a_green_case_asks_nothing(world: World) -> None:
    case = asked(world, Light.GREEN)
    # A call with a shared screen is YELLOW by rule; without it nothing is asked.
    assert case.floor is Light.YELLOW
    quiet = World().assess().case
    assert quiet.questions == ()


def test_anothers_case_and_a_missing_one_are_not_found_alike(world: World) -> None:
    case = asked(world)
    said = []
    for case_id, who in [(case.case_id, PolicyholderId("ph-0002")), (CaseId("none"), PolicyholderId("ph-0001"))]:
        with pytest.raises(NotFoundError) as refused:
            world.answer(case_id, (1, 1), who=who)
        said.append((str(refused.value), refused.value.reason, refused.value.field, refused.value.what))
    assert said[0] == said[1]
    assert world.case(case.case_id) == case


@pytest.mark.parametrize("label", [OutcomeLabel.SCAM, OutcomeLabel.GENUINE])
def test_an_ended_case_takes_no_new_answer(world: World, label: OutcomeLabel) -> None:
    case = asked(world)
    answered = world.answer(case.case_id, places(case, Sign.BENIGN)[0])
    ended = world.ends(case.case_id, label).case
    assert world.answer(case.case_id, places(case, Sign.BENIGN)[0]) == ended
    assert answered.answers == ended.answers
    with pytest.raises(ConflictError) as refused:
        world.answer(case.case_id, places(case, Sign.WARNING)[1])
    assert refused.value.reason == "case_ended"
    assert world.case(case.case_id) == ended


# Two devices


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
    case = asked(world)
    benign = places(case, Sign.BENIGN)
    between_reading_and_writing(world, lambda: world.answer(case.case_id, benign[0]))
    world.answer(case.case_id, benign[1])
    stored = world.case(case.case_id)
    assert {a.question_id for a in stored.answers} == set(case.questions[:2])
    assert [number for _, number in sorted(world.store.decisions)] == [1, 2, 3]


def test_two_devices_warning_at_once_make_one_alert(world: World) -> None:
    case = asked(world)
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


def test_each_answer_leaves_a_decision_with_the_first_ones_evidence(world: World) -> None:
    case = asked(world)
    world.answer(case.case_id, places(case, Sign.WARNING)[0])
    first, second = (world.store.decisions[case.case_id, n] for n in (1, 2))
    assert second.assessment.light is Light.RED
    assert second.answers == world.store.cases[case.case_id].answers
    same = {"number": 1, "decided_at": first.decided_at, "assessment": first.assessment, "next_step": first.next_step}
    assert replace(second, answers=(), **same) == first


def test_a_decision_by_answers_is_replayed_from_its_record_however_they_came_in(world: World) -> None:
    case = asked(world)
    for place in places(case, Sign.WARNING):
        world.answer(case.case_id, place)
    last = world.store.decisions[case.case_id, len(world.store.cases[case.case_id].answers) + 1]
    assert last.assessment.light is Light.RED
    assert replay_decision(last, world.models.current()) == last.assessment
