"""The legal moves of a case, as one truth table, and what follows from its state."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.assessment import NextStep
from safelight.domain.caring import Answer, ChoiceId, Sign
from safelight.domain.case import Actor, Case, CaseState, case_id_of
from safelight.domain.errors import ConflictError
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId, RequestId
from tests.builders import NOW, a_case, an_assessment

STATES = list(CaseState)
SYSTEM, POLICYHOLDER, STAFF = Actor.SYSTEM, Actor.POLICYHOLDER, Actor.STAFF
N, Q, R, F, S = CaseState.OPEN, CaseState.QUESTIONING, CaseState.REVIEW, CaseState.RELEASED, CaseState.STOPPED

# Written out once more, so that a slip in the table of the code shows. Whoever is not named may not.
MAY: dict[tuple[CaseState, CaseState], set[Actor]] = {
    (N, Q): {SYSTEM},
    (N, R): {SYSTEM},
    (N, F): {SYSTEM},
    (Q, R): {SYSTEM, Actor.CONTACT, STAFF},
    (Q, F): {SYSTEM, STAFF},
    (Q, S): {POLICYHOLDER, STAFF},
    (R, F): {STAFF},
    (R, S): {POLICYHOLDER, STAFF},
}


@pytest.mark.parametrize(("state", "to", "actor"), list(product(STATES, STATES, Actor)))
def test_a_case_moves_only_as_the_table_says(state: CaseState, to: CaseState, actor: Actor) -> None:
    case = a_case(Light.YELLOW, state)
    if actor in MAY.get((state, to), set()):
        moved = case.move(to, actor, "why", NOW, by="who")
        assert moved.state is to
        assert moved.moves[:-1] == case.moves
        last = moved.moves[-1]
        assert (last.from_, last.to, last.actor, last.reason, last.at, last.by) == (state, to, actor, "why", NOW, "who")
    else:
        with pytest.raises(ConflictError) as refused:
            case.move(to, actor, "why", NOW)
        assert refused.value.reason == "illegal_move"


@pytest.mark.parametrize("to", STATES)
def test_a_new_case_is_what_the_system_makes_of_an_open_one(to: CaseState) -> None:
    base = a_case()
    fresh = Case(
        case_id=base.case_id,
        request=base.request,
        state=N,
        floor=base.assessment.light,
        assessment=base.assessment,
        opened_at=base.request.requested_at,
        known=("on_call",),
    )

    def opened() -> Case:
        return Case.opened(base.case_id, base.request, base.assessment, to, "why", ("on_call",))

    if SYSTEM in MAY.get((N, to), set()):
        assert opened() == fresh.move(to, SYSTEM, "why", base.request.requested_at)
    else:
        with pytest.raises(ConflictError, match="illegal_move"):
            opened()


@pytest.mark.parametrize("state", STATES)
def test_nothing_leaves_an_ended_case_and_something_leaves_every_other(state: CaseState) -> None:
    leaving = [to for (from_, to), actors in MAY.items() if from_ is state and actors]
    assert state.ended is (not leaving)


def test_lights_are_ordered_by_risk_and_the_worse_of_two_is_the_riskier() -> None:
    assert Light.GREEN < Light.YELLOW < Light.RED
    for one, other in product(Light, Light):
        assert one.worse(other) is other.worse(one) is max(one, other)


@pytest.mark.parametrize(("floor", "new"), list(product(Light, Light)))
def test_a_new_assessment_never_counts_for_less_than_the_floor(floor: Light, new: Light) -> None:
    case = a_case(floor, CaseState.QUESTIONING).reassessed(an_assessment(new))
    assert case.floor is max(floor, new)
    assert case.assessment.light is max(floor, new)


ASKED = tuple(a_case(Light.RED).questions)


@pytest.mark.parametrize(
    ("state", "floor", "answered", "step"),
    [
        (F, Light.GREEN, 0, NextStep.PROCEED),
        (F, Light.YELLOW, 5, NextStep.PROCEED),
        (F, Light.RED, 0, NextStep.PROCEED),
        (S, Light.YELLOW, 0, NextStep.TALK_TO_US),
        (S, Light.RED, 5, NextStep.TALK_TO_US),
        (Q, Light.YELLOW, 0, NextStep.ANSWER),
        (Q, Light.YELLOW, 4, NextStep.ANSWER),
        (R, Light.YELLOW, 4, NextStep.ANSWER),
        (R, Light.YELLOW, 5, NextStep.WAIT),
        (R, Light.RED, 0, NextStep.ANSWER),
        (R, Light.RED, 5, NextStep.TALK_TO_US),
        (N, Light.GREEN, 5, NextStep.WAIT),
        (N, Light.YELLOW, 5, NextStep.WAIT),
    ],
)
def test_next_step_follows_from_state_floor_and_what_is_unanswered(
    state: CaseState, floor: Light, answered: int, step: NextStep
) -> None:
    answers = tuple(
        Answer(question_id=q, choice_id=ChoiceId("c"), sign=Sign.BENIGN, answered_at=NOW) for q in ASKED[:answered]
    )
    case = replace(a_case(Light.YELLOW, state), floor=floor, questions=ASKED, answers=answers)
    assert len(ASKED) == 5
    assert case.unanswered == ASKED[answered:]
    assert case.next_step is step


@pytest.mark.parametrize(("state", "floor", "answered"), list(product(STATES, Light, range(6))))
def test_only_a_released_case_proceeds(state: CaseState, floor: Light, answered: int) -> None:
    answers = tuple(
        Answer(question_id=q, choice_id=ChoiceId("c"), sign=Sign.BENIGN, answered_at=NOW) for q in ASKED[:answered]
    )
    case = replace(a_case(Light.YELLOW, state), floor=floor, questions=ASKED, answers=answers)
    assert (case.next_step is NextStep.PROCEED) is (state is F)


IDS = st.text(alphabet="ab1:|-_", min_size=1, max_size=6)


@given(IDS, IDS, IDS, IDS)
def test_a_case_id_belongs_to_one_policyholder_and_one_request(who: str, asked: str, other: str, also: str) -> None:
    one = case_id_of(PolicyholderId(who), RequestId(asked))
    two = case_id_of(PolicyholderId(other), RequestId(also))
    assert (one == two) is ((who, asked) == (other, also))


@given(st.text(alphabet="1:a", min_size=1, max_size=12), st.integers(1, 11))
def test_where_an_id_ends_and_the_next_begins_cannot_be_moved(joined: str, cut: int) -> None:
    """`1` + `11` and `11` + `1` are two cases."""
    cuts = [(joined[:n], joined[n:]) for n in (cut, cut + 1) if joined[:n] and joined[n:]]
    found = {case_id_of(PolicyholderId(a), RequestId(b)) for a, b in cuts}
    assert len(found) == len(set(cuts))
