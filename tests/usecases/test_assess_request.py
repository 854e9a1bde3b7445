"""A request becomes a decision: lights, questions, who is told, retries, and every way that things go missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NEVER, NextStep, ScamType, Source, StakeBand, Thresholds
from safelight.domain.caring import Sign, questions
from safelight.domain.case import CaseState, case_id_of
from safelight.domain.contact import ContactId, ContactState
from safelight.domain.errors import ConflictError, GaveUpError, ModelUnavailableError, RejectedError, RetryableError
from safelight.domain.facts import External, ObservationKind
from safelight.domain.light import Light
from safelight.domain.request import AccountKey, PolicyholderId, PolicyId, Request, RequestId, RequestKind, SessionId
from safelight.features import contract
from safelight.scoring.policy import named, unpack_vector
from safelight.usecases.assess_request import Opened
from safelight.usecases.replay_decision import replay_decision
from tests.builders import NOW, POLICYHOLDER, a_context, a_policy, a_profile, a_request
from tests.usecases.world import World, a_settled_contact, places

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


# Who is told


def standings() -> list[tuple[dict[str, object], TaskReason]]:
    return [
        ({"state": ContactState.DESIGNATED}, TaskReason.CONTACT_UNCONFIRMED),
        ({"designated_at": NOW - timedelta(hours=71)}, TaskReason.CONTACT_NEWLY_CHANGED),
        ({"excluded": True}, TaskReason.CONTACT_EXCLUDED),
        ({"state": ContactState.REVOKED}, TaskReason.CONTACT_REVOKED),
    ]


@pytest.mark.parametrize("light", list(Light))
def test_only_red_tells_the_contact(world: World, light: Light) -> None:
    contact = a_settled_contact(world)
    opened = world.shines(light).assess()
    alerts = world.alerts_of(opened.case.case_id)
    assert [a.contact_id for a in alerts] == ([contact.contact_id] if light is Light.RED else [])
    assert world.tasks == []


@pytest.mark.parametrize(("over", "reason"), standings())
def test_red_with_a_contact_who_may_not_be_told_gives_staff_a_task_that_says_why(
    world: World, over: dict[str, object], reason: TaskReason
) -> None:
    a_settled_contact(world, **over)
    opened = world.shines(Light.RED).assess()
    assert world.alerts_of(opened.case.case_id) == []
    assert world.tasks_of(opened.case.case_id) == [reason]


def test_red_with_a_contact_seen_beside_the_policyholder_gives_staff_a_task(world: World) -> None:
    a_settled_contact(world)
    world.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER)
    opened = world.shines(Light.RED).assess()
    assert world.alerts_of(opened.case.case_id) == []
    assert world.tasks_of(opened.case.case_id) == [TaskReason.CONTACT_UNDER_SUSPICION]


def test_suspicion_of_a_contact_lasts_seven_days(world: World) -> None:
    a_settled_contact(world)
    world.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER, days_ago=7)
    assert world.alerts_of(world.shines(Light.RED).assess().case.case_id) != []


def test_red_without_a_contact_gives_staff_a_task(world: World) -> None:
    opened = world.shines(Light.RED).assess()
    assert world.tasks_of(opened.case.case_id) == [TaskReason.NO_CONTACT]


def test_the_first_designated_contact_who_may_be_told_is_told_and_nobody_else(world: World) -> None:
    for name, days, over in [("c-old", 300, {"excluded": True}), ("c-next", 200, {}), ("c-last", 100, {})]:
        a_settled_contact(world, contact_id=ContactId(name), designated_at=NOW - timedelta(days=days), **over)
    opened = world.shines(Light.RED).assess()
    assert [a.contact_id for a in world.alerts_of(opened.case.case_id)] == ["c-next"]
    assert world.tasks == []


def test_each_reason_why_no_contact_was_told_is_one_task(world: World) -> None:
    for n, (over, _) in enumerate([*standings(), *standings()]):
        a_settled_contact(world, contact_id=ContactId(f"c-{n}"), **over)
    opened = world.shines(Light.RED).assess()
    assert set(world.tasks_of(opened.case.case_id)) == {reason for _, reason in standings()}
    assert len(world.tasks) == len(standings())


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
    world.sessions.save(POLICYHOLDER, session, a_context(on_call=True, screen_shared=True), NOW)
    seen = replace(a_context(), on_call=False, screen_shared=None)
    values = values_of(world.assess(a_request(session_id=session), seen=seen))
    assert (values["on_call"], values["screen_shared"]) == (0, 1)


def test_anothers_session_is_not_read(world: World) -> None:
    session = SessionId("s-1")
    world.sessions.save(PolicyholderId("ph-0002"), session, a_context(on_call=True), NOW)
    values = values_of(world.assess(a_request(session_id=session)))
    assert values["on_call"] != 1


REPORTED = AccountKey("b" * 64)


def reports(world: World) -> Request:
    """A request that pays to an account which the police know."""
    world.indicators.save(
        Indicator(
            subject_kind=SubjectKind.ACCOUNT,
            subject=REPORTED,
            source="police",
            purpose="fraud_prevention",
            expires_at=NOW + timedelta(days=30),
            says=External(account_reported=True),
        )
    )
    return a_request(payout_account=REPORTED)


def test_a_reported_account_is_red_whatever_the_model_says(world: World) -> None:
    assert world.assess(reports(world)).case.floor is Light.RED


# Failures (promise 3)


def assert_reviewed(world: World, opened: Opened, cause: str) -> None:
    """Rules decided, staff are told, questions are asked, nothing is let go."""
    case = opened.case
    assert case.assessment.source is Source.RULES
    assert case.assessment.fallback_cause == cause
    assert case.floor >= Light.YELLOW
    assert case.state is CaseState.REVIEW
    assert case.next_step is NextStep.ANSWER
    assert len(case.questions) == 1
    assert opened.decision.model_sha256 is None
    assert world.tasks_of(case.case_id) or world.alerts_of(case.case_id)
    assert world.telemetry.counts["FallbackDecision"] == 1


@pytest.mark.parametrize("cause", ["missing", "hash_mismatch", "contract_mismatch", "unreadable", "failed"])
def test_without_a_model_rules_decide_and_staff_review(world: World, cause: str) -> None:
    world.models.model, world.models.cause = None, cause
    opened = world.assess()
    assert_reviewed(world, opened, f"model_{cause}")
    assert world.tasks_of(opened.case.case_id) == [TaskReason.ASSESSED_BY_RULES]


def test_a_model_that_fails_in_scoring_is_no_model(world: World) -> None:
    world.model.error = ModelUnavailableError("failed")
    assert_reviewed(world, world.assess(), "model_failed")


@pytest.mark.parametrize("probability", [float("nan"), -0.1, 1.1, float("inf"), -float("inf")])
def test_a_score_that_is_no_probability_is_no_score(world: World, probability: float) -> None:
    world.shines(Light.GREEN, probability=probability)
    assert_reviewed(world, world.assess(), "model_failed")


SOURCES = {"dossier": "book", "past_requests": "history", "matches": "indicators", "context": "session"}


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("corrupted")], ids=["down", "corrupted"])
@pytest.mark.parametrize("operation", list(SOURCES))
def test_any_fact_that_cannot_be_read_ends_in_review(world: World, operation: str, error: Exception) -> None:
    world.faults.fail(operation, error=error)
    opened = world.assess(a_request(session_id=SessionId("s-1")), seen=a_context())
    assert_reviewed(world, opened, "facts_missing")
    assert opened.decision.missing == (SOURCES[operation],)
    assert world.telemetry.counts["FactsMissing"] == 1


def test_a_policyholder_who_is_not_in_the_book_is_reviewed(world: World) -> None:
    world.store.profiles.clear()
    opened = world.assess()
    assert_reviewed(world, opened, "facts_missing")
    assert opened.decision.missing == ("profile",)


def test_everything_missing_at_once_is_still_a_review(world: World) -> None:
    for operation in SOURCES:
        world.faults.fail(operation)
    world.models.model = None
    opened = world.assess(a_request(session_id=SessionId("s-1")))
    assert_reviewed(world, opened, "facts_missing")
    assert len(opened.decision.missing) == 4


class SlowBook:
    """The book answers, `seconds` late."""

    def __init__(self, world: World, seconds: float, operation: str) -> None:
        self.world, self.seconds, self.operation = world, seconds, operation

    def __call__(self, port: object) -> object:
        slow = self

        class Slowed:
            def __getattr__(self, name: str) -> object:
                found = getattr(port, name)
                if name == slow.operation:
                    slow.world.clock.move(seconds=slow.seconds)
                return found

        return Slowed()


@pytest.mark.parametrize(
    ("seconds", "operation", "missing"),
    [
        (2.0, "dossier", ("history", "indicators")),
        (2.0, "past_requests", ("indicators",)),
        (2.0, "matches", ()),
        (60.0, "dossier", ("history", "indicators")),
    ],
)
def test_once_two_seconds_are_gone_nothing_more_is_read_and_rules_decide(
    world: World, seconds: float, operation: str, missing: tuple[str, ...]
) -> None:
    world.through = SlowBook(world, seconds, operation)
    opened = world.assess()
    assert_reviewed(world, opened, "out_of_time")
    assert opened.decision.missing == missing
    assert world.model.vectors == []


def test_just_in_time_is_in_time(world: World) -> None:
    world.through = SlowBook(world, 1.999, "matches")
    assert world.assess().case.assessment.source is Source.MODEL


def test_red_while_contacts_cannot_be_read_gives_staff_a_task(world: World) -> None:
    a_settled_contact(world)
    world.faults.fail("dossier")
    opened = world.assess(reports(world))
    assert opened.case.floor is Light.RED
    assert world.tasks_of(opened.case.case_id) == [TaskReason.CONTACTS_UNREADABLE]


def test_a_write_that_failed_lets_nothing_go_and_keeps_nothing(world: World) -> None:
    world.faults.fail("commit")
    opened = world.assess()
    assert not opened.recorded
    assert opened.decision.next_step is NextStep.TALK_TO_US
    assert opened.decision.questions == ()
    assert world.store.cases == {}
    assert world.telemetry.counts["DecisionUnrecorded"] == 1
    again = world.assess()
    assert again.recorded
    assert not again.replayed
    assert again.decision.next_step is NextStep.PROCEED


def test_a_write_whose_answer_was_lost_counts(world: World) -> None:
    a_settled_contact(world)
    world.faults.fail("commit", done_first=True)
    opened = world.shines(Light.RED).assess()
    assert opened.recorded
    assert opened.replayed
    assert world.case(opened.case.case_id) == opened.case
    assert len(world.alerts_of(opened.case.case_id)) == 1


@pytest.mark.parametrize("done_first", [False, True])
def test_a_store_that_is_down_altogether_means_talk_to_us(world: World, done_first: bool) -> None:
    world.faults.fail("commit", done_first=done_first)
    world.faults.fail("find_case")
    opened = world.assess()
    assert not opened.recorded
    assert opened.decision.next_step is NextStep.TALK_TO_US
    assert world.assess().recorded


def test_a_lost_answer_for_another_body_is_a_conflict(world: World) -> None:
    world.assess(digest="one")
    world.faults.fail("commit")
    with pytest.raises(ConflictError):
        world.assess(digest="other")


@pytest.mark.parametrize("error", [GaveUpError("corrupted"), RetryableError("down")])
def test_a_case_that_cannot_be_read_back_is_a_talk_and_never_a_pass(world: World, error: Exception) -> None:
    world.assess()
    world.faults.fail("find_case", error=error)
    again = world.assess()
    assert (again.recorded, again.decision.next_step) == (False, NextStep.TALK_TO_US)


def test_a_store_that_refuses_the_write_is_a_talk_and_never_an_error(world: World) -> None:
    world.faults.fail("commit", error=GaveUpError("access_denied"))
    refused = world.assess()
    assert (refused.recorded, refused.decision.next_step) == (False, NextStep.TALK_TO_US)


def test_kinds_that_move_no_money_are_scored_too(world: World) -> None:
    opened = world.shines(Light.RED).assess(a_request(kind=RequestKind.PAYOUT_ACCOUNT_CHANGE, amount_twd=0))
    assert opened.case.floor is Light.RED


def test_the_vector_has_every_feature(world: World) -> None:
    assert len(unpack_vector(world.assess().decision.vector)) == len(contract.FEATURES)
    assert case_id_of(POLICYHOLDER, RequestId("req-0001")) in world.store.cases
