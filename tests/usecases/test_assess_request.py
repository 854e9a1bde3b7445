"""A request becomes a decision: lights, questions, the record, what is refused, retries, and what is known.

Who is told is in test_who_is_told, what goes missing in test_assess_failures.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.assessment import NEVER, NextStep, ScamType, StakeBand, Thresholds
from safelight.domain.caring import Sign, questions
from safelight.domain.case import CaseState, case_id_of
from safelight.domain.errors import ConflictError, RejectedError
from safelight.domain.light import Light
from safelight.domain.request import Channel, PolicyholderId, PolicyId, RequestId, RequestKind, SessionId
from safelight.domain.session_risk import Session
from safelight.features import contract
from safelight.scoring.policy import named, unpack_vector
from safelight.usecases.assess_request import Opened
from safelight.usecases.replay_decision import replay_decision
from tests.builders import NOW, POLICYHOLDER, a_context, a_policy, a_profile, a_request
from tests.usecases.world import World, a_settled_contact, pays_to_a_reported_account, places

ON_A_CALL = a_context(on_call=True, screen_shared=True)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("light", "state", "step", "asked"),
    [
        (Light.GREEN, CaseState.RELEASED, NextStep.PROCEED, 0),
        (Light.YELLOW, CaseState.QUESTIONING, NextStep.ANSWER, 1),
        (Light.RED, CaseState.REVIEW, NextStep.ANSWER, 1),
    ],
)
def test_the_light_decides_state_next_step_and_questions(
    world: World, light: Light, state: CaseState, step: NextStep, asked: int
) -> None:
    opened = world.shines(light).assess()
    assert opened.recorded
    assert not opened.replayed
    assert world.case(opened.case.case_id) == opened.case
    assert (opened.case.state, opened.case.floor, opened.case.assessment.light) == (state, light, light)
    assert (opened.case.next_step, opened.decision.next_step) == (step, step)
    assert len(opened.case.questions) == asked
    assert world.telemetry.counts[f"Light{light.name.title()}"] == 1


@pytest.mark.parametrize("light", [Light.YELLOW, Light.RED])
def test_the_first_question_is_of_the_likeliest_type(world: World, light: Light) -> None:
    opened = world.shines(light).assess(seen=ON_A_CALL)
    assert opened.case.assessment.suspected[0] is ScamType.FAKE_AUTHORITY
    assert [questions()[q].pack for q in opened.case.questions] == [ScamType.FAKE_AUTHORITY]
    assert opened.case.asked_at == (opened.case.opened_at,)


def test_the_record_holds_what_a_replay_needs(world: World) -> None:
    opened = world.shines(Light.YELLOW).assess(seen=ON_A_CALL)
    decision = opened.decision
    assert world.store.decisions == {(opened.case.case_id, 1): decision}
    assert decision.rules == ("steered", "on_call")
    assert (decision.red_at, decision.yellow_at, decision.model_sha256) == (0.5, 0.1, "f" * 64)
    assert decision.missing == ()
    assert replay_decision(decision, world.model) == opened.case.assessment


@pytest.mark.parametrize(
    ("amount", "kind", "light", "at"),
    [
        (0, RequestKind.PAYOUT_ACCOUNT_CHANGE, Light.RED, (0.5, 0.1)),
        (4_999, RequestKind.POLICY_LOAN, Light.YELLOW, (NEVER, 0.2)),
        (5_000, RequestKind.POLICY_LOAN, Light.RED, (0.4, 0.08)),
    ],
)
def test_the_record_keeps_the_thresholds_of_its_stake(
    world: World, amount: int, kind: RequestKind, light: Light, at: tuple[float, float]
) -> None:
    bands = (StakeBand(from_twd=1, red_at=NEVER, yellow_at=0.2), StakeBand(from_twd=5_000, red_at=0.4, yellow_at=0.08))
    world.model.thresholds = Thresholds(red_at=0.5, yellow_at=0.1, stakes=bands)
    opened = world.shines(Light.RED).assess(a_request(amount_twd=amount, kind=kind))
    assert opened.case.assessment.light is light
    assert (opened.decision.red_at, opened.decision.yellow_at) == at
    assert replay_decision(opened.decision, world.model) == opened.case.assessment


# What is refused


@pytest.mark.parametrize(
    ("over", "field", "reason"),
    [
        ({"policy_ids": (PolicyId("pol-other"),)}, "policy_ids[0]", "unknown_policy"),
        ({"policy_ids": (PolicyId("pol-0001"), PolicyId("pol-other"))}, "policy_ids[1]", "unknown_policy"),
        ({"amount_twd": 1_200_001}, "amount_twd", "more_than_available"),
    ],
)
def test_what_is_not_his_or_not_there_is_refused_and_nothing_is_written(
    world: World, over: dict[str, object], field: str, reason: str
) -> None:
    with pytest.raises(RejectedError) as refused:
        world.assess(a_request(**over))
    assert (refused.value.field, refused.value.reason) == (field, reason)
    assert world.store.cases == {}
    assert world.store.decisions == {}


def test_all_that_a_policy_gives_can_be_asked_for(world: World) -> None:
    assert world.assess(a_request(amount_twd=1_200_000)).recorded


# Retries (promise 9)


def test_a_retry_gets_the_first_decision_and_writes_nothing(world: World) -> None:
    a_settled_contact(world)
    first = world.shines(Light.RED).assess()
    before = (dict(world.store.cases), dict(world.store.alerts), dict(world.store.decisions))
    world.shines(Light.GREEN).clock.move(seconds=90)
    again = world.assess()
    assert again.replayed
    assert again.decision == first.decision
    assert (world.store.cases, world.store.alerts, world.store.decisions) == before


def test_a_retry_after_answers_gets_the_first_decision_still(world: World) -> None:
    first = world.shines(Light.YELLOW).assess()
    world.answer(first.case.case_id, *places(first.case, Sign.BENIGN))
    again = world.assess()
    assert again.decision == first.decision
    assert again.decision.next_step is NextStep.ANSWER
    assert again.decision.questions == first.case.questions


def test_the_same_id_with_another_body_is_a_conflict(world: World) -> None:
    first = world.assess(digest="one")
    with pytest.raises(ConflictError) as refused:
        world.assess(a_request(amount_twd=97_000), digest="other")
    assert (refused.value.field, refused.value.reason) == ("request_id", "request_id_reused")
    assert world.store.cases == {first.case.case_id: first.case}


def test_a_retry_gets_its_decision_though_the_policies_have_changed_since(world: World) -> None:
    first = world.assess()
    world.store.profiles[POLICYHOLDER] = a_profile(policies=(a_policy(loan_balance_twd=1_200_000),))
    assert world.assess().decision == first.decision
    world.store.profiles[POLICYHOLDER] = a_profile(policies=())
    assert world.assess().decision == first.decision


def test_the_same_id_with_an_absurd_amount_is_a_conflict_too(world: World) -> None:
    world.assess(digest="one")
    with pytest.raises(ConflictError):
        world.assess(a_request(amount_twd=999_999_999), digest="other")


def test_anothers_request_id_is_another_case(world: World) -> None:
    other = PolicyholderId("ph-0002")
    world.store.profiles[other] = a_profile()
    mine, his = world.assess(), world.assess(a_request(policyholder_id=other))
    assert not his.replayed
    assert mine.case.case_id != his.case.case_id


# What is known


def values_of(opened: Opened) -> dict[str, float]:
    return named(unpack_vector(opened.decision.vector))


def test_history_holds_earlier_requests_and_never_the_present_one(world: World) -> None:
    found = []
    for n in range(3):
        found.append(values_of(world.assess(a_request(request_id=RequestId(f"r-{n}"), requested_at=world.clock.now()))))
        world.clock.move(timedelta(days=1))
    assert [v["money_requests_10d"] for v in found] == [0, 1, 2]
    again = world.assess(a_request(request_id=RequestId("r-2"), requested_at=world.clock.now()))
    assert values_of(again)["money_requests_10d"] == 2


def test_what_is_seen_now_outranks_what_the_session_saw_and_is_filled_up_by_it(world: World) -> None:
    session = SessionId("s-1")
    before = Session(context=a_context(on_call=True, screen_shared=True), version=1)
    world.sessions.save(POLICYHOLDER, session, before, NOW)
    seen = replace(a_context(), on_call=False, screen_shared=None)
    values = values_of(world.assess(a_request(session_id=session), seen=seen))
    assert (values["on_call"], values["screen_shared"]) == (0, 1)


def test_anothers_session_is_not_read(world: World) -> None:
    session = SessionId("s-1")
    world.sessions.save(PolicyholderId("ph-0002"), session, Session(context=a_context(on_call=True), version=1), NOW)
    values = values_of(world.assess(a_request(session_id=session)))
    assert values["on_call"] != 1


def test_a_reported_account_is_red_whatever_the_model_says(world: World) -> None:
    assert world.assess(pays_to_a_reported_account(world)).case.floor is Light.RED


def test_kinds_that_move_no_money_are_scored_too(world: World) -> None:
    opened = world.shines(Light.RED).assess(a_request(kind=RequestKind.PAYOUT_ACCOUNT_CHANGE, amount_twd=0))
    assert opened.case.floor is Light.RED


def test_the_vector_has_every_feature(world: World) -> None:
    assert len(unpack_vector(world.assess().decision.vector)) == len(contract.FEATURES)
    assert case_id_of(POLICYHOLDER, RequestId("req-0001")) in world.store.cases


@pytest.mark.parametrize("channel", [Channel.CHAT, Channel.PHONE])
def test_who_always_chats_or_rings_is_scored_as_who_always_uses_the_app(channel: Channel) -> None:
    vectors = []
    for one in (channel, Channel.APP):
        world = World().shines(Light.GREEN)
        for number in (1, 2):
            asked = a_request(request_id=RequestId(f"r-{number}"), channel=one, requested_at=world.clock.now())
            opened = world.assess(asked)
            world.clock.move(timedelta(days=20))
        vectors.append(opened.decision.vector)
        assert opened.case.request.channel is one
    assert vectors[0] == vectors[1]
