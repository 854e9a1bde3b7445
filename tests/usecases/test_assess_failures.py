"""Promise 3: whatever fails while a request is assessed, nothing is let go, and staff are told."""

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep, Source
from safelight.domain.case import CaseState
from safelight.domain.errors import ConflictError, GaveUpError, ModelUnavailableError, RetryableError
from safelight.domain.light import Light
from safelight.domain.request import SessionId
from safelight.usecases.assess_request import Opened
from tests.builders import a_context, a_request
from tests.usecases.world import World, a_settled_contact, pays_to_a_reported_account


@pytest.fixture
def world() -> World:
    return World()


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
    opened = world.assess(pays_to_a_reported_account(world))
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
