"""Answers never make a case safer (promise 4): whatever their order, their timing, however often they come."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.domain.assessment import NextStep
from safelight.domain.caring import Form, Given, Sign, questions
from safelight.domain.case import Case, CaseState
from safelight.domain.contradictions import BY_CODE, in_order
from safelight.domain.errors import RejectedError
from safelight.domain.light import Light
from safelight.domain.request import AccountKey, Channel
from safelight.scoring import policy
from tests.builders import a_context, a_profile, a_request, an_assessment
from tests.usecases.world import World

WORLDS = st.builds(
    lambda light, model, on_call, payee, children, channel: (light, model, on_call, payee, children, channel),
    st.sampled_from([Light.YELLOW, Light.YELLOW, Light.RED]),
    st.sampled_from([True, True, False]),
    st.sampled_from([None, False, True]),
    st.sampled_from([None, AccountKey("b" * 64)]),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([Channel.APP, Channel.PHONE, Channel.COUNTER]),
)
MOVES = st.lists(
    st.tuples(
        st.integers(0, 8),  # which choice
        st.sampled_from([0.0, 1.0, 30.0, 30.0]),  # seconds
        st.sampled_from([None, 1, 100_000, 10**7]),  # a sum instead, where one is asked for
        st.sampled_from([None, 1.0, 9.0, 40.0]),  # silence
        st.sampled_from(["open", "open", "open", "again", "ahead"]),
    ),
    max_size=9,
)


def opened(world: World, how: tuple[Any, ...]) -> Case:
    light, model, on_call, payee, children, channel = how
    world.shines(light)
    world.models.model = world.model if model else None
    world.store.profiles[a_request().policyholder_id] = a_profile(children_on_record=children)
    request = a_request(requested_at=world.clock.now(), payout_account=payee, channel=channel)
    return world.assess(request, a_context(on_call=on_call)).case


def played(world: World, case: Case, move: tuple[int, float, int | None, float | None, str]) -> Case:
    choice, after, amount, silence, which = move
    number = {"open": len(case.questions), "again": 1, "ahead": len(case.questions) + 1}[which]
    if which != "ahead" and number:
        question = questions()[case.questions[number - 1]]
        if question.form is not Form.OPEN:
            amount = None
        choice %= len(question.shown)
    given = Given(
        question=number, choice=None if amount is not None else choice + 1, amount_twd=amount, silence_s=silence
    )
    with suppress(RejectedError):
        return world.answer(case.case_id, given, after=after)
    return world.case(case.case_id)


@settings(max_examples=150)
@given(WORLDS, MOVES)
def test_no_sequence_of_answers_ends_below_the_floor(how: tuple[Any, ...], moves: list[Any]) -> None:
    world = World()
    case = opened(world, how)
    for move in moves:
        before = case
        case = played(world, case, move)
        assert case.floor >= before.floor
        assert case.assessment.light is case.floor
        assert set(before.contradictions) <= set(case.contradictions)
        assert case.questions[: len(before.questions)] == before.questions
        assert len(case.unanswered) <= 1
        assert len(case.questions) == len(case.asked_at) <= 5
        if case.next_step is NextStep.PROCEED:
            assert case.floor is Light.YELLOW
            assert case.contradictions == ()
            assert {answer.sign for answer in case.answers} == {Sign.BENIGN}
            assert case.assessment.fallback_cause is None


@settings(max_examples=100)
@given(WORLDS, MOVES, st.sampled_from(list(BY_CODE)))
def test_a_contradiction_more_never_makes_a_case_safer(how: tuple[Any, ...], moves: list[Any], code: str) -> None:
    """The same answers to the same case, once with something found before."""
    plain, suspicious = World(), World()
    first, other = opened(plain, how), opened(suspicious, how)
    other = replace(other, contradictions=in_order({code}))
    suspicious.store.cases[other.case_id] = other
    for move in moves:
        first, other = played(plain, first, move), played(suspicious, other, move)
        if first.questions != other.questions[: len(first.questions)]:
            break  # from here on they are asked different things
        assert other.floor >= first.floor
        assert set(first.contradictions) <= set(other.contradictions)
    assert other.state is not CaseState.RELEASED


CODES = st.sets(st.sampled_from([*BY_CODE, "retired"])).map(in_order)


@given(st.sampled_from([Light.YELLOW, Light.RED]), CODES, CODES)
def test_lights_only_rise_with_contradictions(light: Light, some: tuple[str, ...], more: tuple[str, ...]) -> None:
    before = an_assessment(light)
    few = policy.with_answers(before, (), some)
    many = policy.with_answers(before, (), in_order({*some, *more}))
    assert before.light <= few.light <= many.light
    assert {r.code for r in before.reasons} <= {r.code for r in few.reasons} <= {r.code for r in many.reasons}
