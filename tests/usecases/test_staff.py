"""Outcomes, observations, calls of ours, and who may read which case."""

from datetime import timedelta
from itertools import product

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep
from safelight.domain.call import Call
from safelight.domain.case import Actor, CaseId, CaseState
from safelight.domain.contact import ContactId
from safelight.domain.errors import ConflictError, NotFoundError, RetryableError
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import PolicyholderId
from safelight.ports import Changes
from safelight.usecases.call_for_help import staff_task
from safelight.usecases.note_field import announce_call, is_calling, record_observation
from safelight.usecases.read_case import read_case, read_own_case
from tests.builders import POLICYHOLDER
from tests.usecases.world import World

SCAM, GENUINE, UNSURE = OutcomeLabel.SCAM, OutcomeLabel.GENUINE, OutcomeLabel.UNSURE


@pytest.fixture
def world() -> World:
    return World()


def case_in(world: World, state: CaseState) -> CaseId:
    light = {CaseState.RELEASED: Light.GREEN, CaseState.QUESTIONING: Light.YELLOW}.get(state, Light.RED)
    case = world.shines(light).assess().case
    if state is CaseState.STOPPED:
        world.ends(case.case_id, SCAM, by="staff-0")
    return case.case_id


@pytest.mark.parametrize(
    ("state", "label", "then"),
    [
        (CaseState.QUESTIONING, SCAM, CaseState.STOPPED),
        (CaseState.QUESTIONING, GENUINE, CaseState.RELEASED),
        (CaseState.QUESTIONING, UNSURE, CaseState.REVIEW),
        (CaseState.REVIEW, SCAM, CaseState.STOPPED),
        (CaseState.REVIEW, GENUINE, CaseState.RELEASED),
        (CaseState.REVIEW, UNSURE, CaseState.REVIEW),
        # The truth often comes late: it is kept, and nothing moves.
        *[(state, label, state) for state, label in product((CaseState.RELEASED, CaseState.STOPPED), OutcomeLabel)],
    ],
)
def test_an_outcome_moves_the_case_as_staff_may(
    world: World, state: CaseState, label: OutcomeLabel, then: CaseState
) -> None:
    case_id = case_in(world, state)
    before = world.case(case_id)
    case = world.ends(case_id, label, confidence=0.8).case
    assert case == world.case(case_id)
    assert case.state is then
    assert case.outcome is not None
    assert (case.outcome.label, case.outcome.by, case.outcome.confidence) == (label, "staff-1", 0.8)
    assert case.floor is before.floor
    if then is not state:
        assert (case.moves[-1].actor, case.moves[-1].by) == (Actor.STAFF, "staff-1")
    else:
        assert case.moves == before.moves


def test_the_same_outcome_again_changes_nothing(world: World) -> None:
    case_id = case_in(world, CaseState.REVIEW)
    once = world.ends(case_id, SCAM)
    world.clock.move(seconds=5)
    assert world.ends(case_id, SCAM).case == once.case
    assert world.telemetry.counts["OutcomeScam"] == 1


def test_an_outcome_for_a_case_that_another_moved_meanwhile_is_a_conflict(world: World) -> None:
    case_id = case_in(world, CaseState.REVIEW)
    world.faults.fail("commit", error=ConflictError("stored_version"))
    with pytest.raises(ConflictError, match="changed_meanwhile"):
        world.ends(case_id, SCAM)
    assert world.case(case_id).outcome is None


@pytest.mark.parametrize("done_first", [False, True])
def test_an_outcome_whose_write_was_lost_can_be_given_again(world: World, done_first: bool) -> None:
    case_id = case_in(world, CaseState.REVIEW)
    world.faults.fail("commit", done_first=done_first)
    with pytest.raises(RetryableError):
        world.ends(case_id, SCAM)
    assert world.ends(case_id, SCAM).case.state is CaseState.STOPPED
    assert len(world.case(case_id).moves) == 2


def test_an_outcome_for_no_case_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.ends(CaseId("none"), SCAM)


def test_staff_release_even_red(world: World) -> None:
    case_id = case_in(world, CaseState.REVIEW)
    assert world.ends(case_id, GENUINE).case.next_step is NextStep.PROCEED


def test_a_policyholder_reads_his_own_case_and_anothers_is_not_there(world: World) -> None:
    case_id = case_in(world, CaseState.REVIEW)
    assert read_own_case(POLICYHOLDER, case_id, cases=world.cases) == world.case(case_id)
    said = []
    for who, wanted in [(PolicyholderId("ph-0002"), case_id), (POLICYHOLDER, CaseId("none"))]:
        with pytest.raises(NotFoundError) as refused:
            read_own_case(who, wanted, cases=world.cases)
        said.append(vars(refused.value))
    assert said[0] == said[1]
    assert read_case(case_id, cases=world.cases).case == world.case(case_id)


@pytest.mark.parametrize("kind", list(ObservationKind))
def test_an_observation_is_kept_with_its_time_and_counts_in_the_next_request(
    world: World, kind: ObservationKind
) -> None:
    record_observation(POLICYHOLDER, kind, "staff-1", book=world.book, cases=world.cases, clock=world.clock)
    (seen,) = world.book.dossier(POLICYHOLDER).observations
    assert (seen.kind, seen.observed_at, seen.by) == (kind, world.clock.now(), "staff-1")


def test_an_observation_sent_again_is_noted_once_and_its_id_is_its_own(world: World) -> None:
    def note(kind: ObservationKind, by: str = "staff-1", name: str | None = "n-1") -> None:
        world.clock.move(seconds=2)
        record_observation(POLICYHOLDER, kind, by, name, book=world.book, cases=world.cases, clock=world.clock)

    hurried, evasive = ObservationKind.HURRIED_OR_AFRAID, ObservationKind.EVASIVE_OR_COACHED
    for _ in range(3):
        note(hurried)
    with pytest.raises(ConflictError, match="observation_id_reused"):
        note(evasive)
    note(evasive, by="staff-2")
    note(evasive, name=None)
    note(evasive, name=None)
    seen = world.book.dossier(POLICYHOLDER).observations
    assert [(one.kind, one.by) for one in seen] == [
        (hurried, "staff-1"),
        (evasive, "staff-2"),
        (evasive, "staff-1"),
        (evasive, "staff-1"),
    ]


def test_what_a_clerk_noticed_holds_up_the_next_request(world: World) -> None:
    world.observe(ObservationKind.ACCOMPANIED_BY_STRANGER)
    assert world.assess().case.floor is Light.YELLOW


def test_a_call_of_ours_is_ours_while_it_lasts_and_for_its_policyholder_only(world: World) -> None:
    def calling(who: str = POLICYHOLDER) -> bool:
        return is_calling(PolicyholderId(who), book=world.book, clock=world.clock)

    assert not calling()
    call = announce_call(POLICYHOLDER, 15, "staff-1", book=world.book, clock=world.clock)
    assert calling()
    assert not calling("ph-0002")
    world.clock.move(timedelta(minutes=15) - timedelta(microseconds=1))
    assert calling()
    world.clock.move(timedelta(microseconds=1))
    assert not calling()
    assert isinstance(call, Call)
    assert call.by == "staff-1"
    assert not call.current(call.started_at - timedelta(microseconds=1))


def test_a_case_with_more_tasks_than_one_transaction_takes_ends_all_the_same(world: World) -> None:
    """Who is worried or cannot reach him must be closed with it: the rest are closed where they are first listed."""
    case = world.shines(Light.RED).assess().case
    for n in range(60):
        for reason in (TaskReason.CONTACT_KNOWS, TaskReason.CONTACT_WORRIED):
            task = staff_task(case.case_id, POLICYHOLDER, reason, world.clock.now(), ContactId(f"c-{n}"))
            world.store.raise_(task)
    kept: list[Changes] = []
    commit = world.cases.commit

    def keeping(changes: Changes) -> None:
        kept.append(changes)
        commit(changes)

    world.cases.commit = keeping  # type: ignore[method-assign]
    world.ends(case.case_id, OutcomeLabel.SCAM)
    assert len(kept[0].tasks) <= 99
    assert not [task for task in world.tasks if task.done is None and task.reason.outlives_case]
    assert world.case(case.case_id).state.ended
