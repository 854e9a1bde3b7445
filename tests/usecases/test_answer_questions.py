"""Answers can raise a risk and never lower it. Two devices that answer at once are in test_two_devices."""

from dataclasses import replace

import pytest

from safelight.domain import asking
from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep, Source
from safelight.domain.caring import Sign, questions
from safelight.domain.case import Case, CaseId, CaseState
from safelight.domain.errors import ConflictError, GaveUpError, NotFoundError, RejectedError, RetryableError
from safelight.domain.facts import Context
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import Channel, PolicyholderId
from safelight.usecases.replay_decision import replay_decision
from tests.builders import FIVE, a_context, a_request
from tests.usecases.world import READING_S, World, a_settled_contact, as_stored_before, places, said

ON_A_CALL = a_context(on_call=True)
"""In the app nothing is asked then (`test_discretion`): here he speaks with us."""


@pytest.fixture
def world() -> World:
    world = World()
    a_settled_contact(world)
    return world


def asked(world: World, light: Light = Light.YELLOW, seen: Context | None = ON_A_CALL) -> Case:
    channel = Channel.PHONE if seen is ON_A_CALL else Channel.APP
    return world.shines(light).assess(a_request(requested_at=world.clock.now(), channel=channel), seen).case


def to_the_end(world: World, case: Case, which: int = 0, after: float = READING_S) -> Case:
    """Every question that comes, answered with a harmless choice: the first, or the last by -1."""
    while case.unanswered:
        case = world.answer(case.case_id, said(case, Sign.BENIGN, which), after=after)
    return case


def test_harmless_answers_that_are_enough_release_a_yellow_case(world: World) -> None:
    case = asked(world, seen=None)
    while case.unanswered:
        assert (case.state, case.next_step) == (CaseState.QUESTIONING, NextStep.ANSWER)
        assert len(case.unanswered) == 1
        case = world.answer(case.case_id, said(case, Sign.BENIGN))
    assert (case.state, case.next_step, case.floor) == (CaseState.RELEASED, NextStep.PROCEED, Light.YELLOW)
    assert case.moves[-1].reason == "questions_answered"
    assert len(world.store.decisions) == 1 + len(case.answers)
    assert world.alerts_of(case.case_id) == []


def test_each_answer_brings_one_question_at_most_and_never_more_than_five(world: World) -> None:
    case = asked(world, Light.RED)
    for number in range(1, 6):
        assert len(case.questions) == len(case.asked_at) == number
        assert case.asked_at[-1] == world.clock.now()
        before = case.questions
        case = world.answer(case.case_id, said(case, Sign.BENIGN))
        assert case.questions[: len(before)] == before
        if not case.unanswered:
            break
    assert case.unanswered == ()


def test_whoever_tells_us_of_the_scam_is_asked_nothing_more(world: World) -> None:
    case = asked(world)
    case = world.answer(case.case_id, said(case, Sign.WARNING))
    assert (case.unanswered, case.next_step) == ((), NextStep.TALK_TO_US)


def test_a_red_case_is_asked_on_though_nothing_can_release_it(world: World) -> None:
    case = asked(world, Light.RED)
    case = world.answer(case.case_id, said(case, Sign.BENIGN))
    assert len(case.unanswered) == 1


def test_harmless_answers_that_are_not_enough_end_with_a_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "settled", lambda suspected, answers: False)
    case = to_the_end(world, asked(world, seen=None))
    assert (case.state, case.floor) == (CaseState.REVIEW, Light.YELLOW)
    assert case.moves[-1].reason == "answers_not_enough"


# Answers that do not go together


def test_a_harmless_answer_that_the_facts_deny_keeps_the_case_from_going_on(world: World) -> None:
    """Ring me, he says, I am alone; he was on a call."""
    case = to_the_end(world, asked(world), -1)
    assert case.contradictions == ("on_call",)
    assert (case.state, case.floor) == (CaseState.REVIEW, Light.YELLOW)
    assert case.moves[-1].reason == "contradicted_answer"
    assert "contradiction.on_call" in [reason.code for reason in case.assessment.reasons]


def test_contradictions_are_in_the_record_and_replayed_from_it(world: World) -> None:
    case = to_the_end(world, asked(world), -1)
    last = world.store.decisions[case.case_id, 1 + len(case.answers)]
    assert (last.contradictions, last.questions) == (case.contradictions, case.questions)
    assert replay_decision(last, world.models.current()) == last.assessment == case.assessment
    assert replay_decision(replace(last, contradictions=()), world.models.current()) != last.assessment


def test_two_contradictions_make_a_yellow_case_red_and_tell_the_contact(world: World) -> None:
    case = to_the_end(world, asked(world), -1, after=0.5)
    assert set(case.contradictions) == {"on_call", "too_fast"}
    assert (case.floor, case.state) == (Light.RED, CaseState.REVIEW)
    assert case.moves[-1].reason == "contradicted_answer"
    assert len(world.alerts_of(case.case_id)) == 1


def test_an_instant_answer_to_a_long_question_keeps_the_case_from_going_on(world: World) -> None:
    case = asked(world, seen=None)
    case = world.answer(case.case_id, said(case, Sign.BENIGN), after=0.5)
    case = to_the_end(world, case)
    assert (case.contradictions, case.state) == (("too_fast",), CaseState.REVIEW)


def test_what_was_found_once_stays_found(world: World) -> None:
    case = asked(world, seen=None)
    stored = replace(case, contradictions=("payee_new", "retired_code"))
    world.store.cases[case.case_id] = stored
    case = world.answer(case.case_id, said(case, Sign.BENIGN))
    assert case.contradictions == ("payee_new", "retired_code")


# Cases stored before questions followed from answers


def test_a_case_stored_before_is_answered_to_its_end_and_gets_no_sixth_question(world: World) -> None:
    case = as_stored_before(world, asked(world, seen=None))
    for number, question_id in enumerate(FIVE, 1):
        shown = questions()[question_id].shown
        place = (
            number,
            shown.index("no_contact") + 1 if "no_contact" in shown else dict(places(case, Sign.BENIGN))[number],
        )
        assert case.unanswered == FIVE[number - 1 :]
        case = world.answer(case.case_id, place, after=0.1)
    assert (case.questions, case.unanswered, case.contradictions) == (FIVE, (), ())
    assert case.state in (CaseState.RELEASED, CaseState.REVIEW)


def test_five_answers_at_once_to_a_case_stored_before_count_as_before(world: World) -> None:
    case = as_stored_before(world, asked(world))
    unclear = places(case, Sign.UNCLEAR)[0]
    rest = [p for p in places(case, Sign.BENIGN) if p[0] != unclear[0]]
    case = world.answer(case.case_id, unclear, *rest)
    assert (case.floor, case.state, case.next_step) == (Light.YELLOW, CaseState.REVIEW, NextStep.WAIT)
    assert case.moves[-1].reason == "unclear_answer"


def test_coached_benign_answers_never_lower_a_red_case(world: World) -> None:
    case = to_the_end(world, asked(world, Light.RED))
    assert (case.floor, case.assessment.light) == (Light.RED, Light.RED)
    assert (case.state, case.next_step) == (CaseState.REVIEW, NextStep.TALK_TO_US)


def test_coached_benign_answers_never_release_what_rules_decided(world: World) -> None:
    world.models.model = None
    case = to_the_end(world, asked(world))
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
    case = as_stored_before(world, asked(world))
    for warning in places(case, Sign.WARNING):
        case = world.answer(case.case_id, warning)
        world.run()
    assert len(world.alerts_of(case.case_id)) == len(world.sent) == 1
    assert len({r.code for r in case.assessment.reasons}) == len(case.assessment.reasons)


def test_benign_answers_after_a_warning_change_nothing_of_the_light(world: World) -> None:
    case = as_stored_before(world, asked(world))
    warned = places(case, Sign.WARNING)[0]
    world.answer(case.case_id, warned)
    case = world.answer(case.case_id, *[p for p in places(case, Sign.BENIGN) if p[0] != warned[0]])
    assert (case.floor, case.state, case.next_step) == (Light.RED, CaseState.REVIEW, NextStep.TALK_TO_US)


def test_an_unclear_answer_sends_a_fully_answered_case_to_review(world: World) -> None:
    case = asked(world, seen=None)
    case = to_the_end(world, world.answer(case.case_id, said(case, Sign.UNCLEAR)))
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
    case = as_stored_before(world, asked(world))
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


@pytest.mark.parametrize(
    ("choice", "field"),
    [((2, 1), "question_id"), ((6, 1), "question_id"), ((0, 1), "question_id"), ((1, 9), "choice_id")],
)
def test_what_was_not_asked_cannot_be_answered(world: World, choice: tuple[int, int], field: str) -> None:
    case = asked(world)
    with pytest.raises(RejectedError) as refused:
        world.answer(case.case_id, places(case, Sign.BENIGN)[0], choice)
    assert refused.value.field == field
    assert world.case(case.case_id) == case


def test_a_green_case_asks_nothing(world: World) -> None:
    case = asked(world, Light.GREEN, a_context(on_call=True, screen_shared=True))
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
    case = as_stored_before(world, asked(world))
    answered = world.answer(case.case_id, places(case, Sign.BENIGN)[0])
    ended = world.ends(case.case_id, label).case
    assert world.answer(case.case_id, places(case, Sign.BENIGN)[0]) == ended
    assert answered.answers == ended.answers
    with pytest.raises(ConflictError) as refused:
        world.answer(case.case_id, places(case, Sign.WARNING)[1])
    assert refused.value.reason == "case_ended"
    assert world.case(case.case_id) == ended


# The record


def test_each_answer_leaves_a_decision_with_the_first_ones_evidence(world: World) -> None:
    case = asked(world)
    world.answer(case.case_id, places(case, Sign.WARNING)[0])
    first, second = (world.store.decisions[case.case_id, n] for n in (1, 2))
    assert second.assessment.light is Light.RED
    assert second.answers == world.store.cases[case.case_id].answers
    assert second.questions == world.store.cases[case.case_id].questions
    same = {
        "questions": first.questions,
        "number": 1,
        "decided_at": first.decided_at,
        "assessment": first.assessment,
        "next_step": first.next_step,
        "floor": first.floor,
    }
    assert replace(second, answers=(), **same) == first


def test_a_decision_by_answers_is_replayed_from_its_record_however_they_came_in(world: World) -> None:
    case = as_stored_before(world, asked(world))
    for place in places(case, Sign.WARNING):
        world.answer(case.case_id, place)
    last = world.store.decisions[case.case_id, len(world.store.cases[case.case_id].answers) + 1]
    assert last.assessment.light is Light.RED
    assert replay_decision(last, world.models.current()) == last.assessment
