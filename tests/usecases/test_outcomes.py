"""What is said of how a case ended: kept, corrected, disputed, and held where one person says too much."""

from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.case import Case, CaseId, CaseState
from safelight.domain.errors import ConflictError, ForbiddenError, RejectedError, RetryableError
from safelight.domain.label import SILENCE, Label, LabelCaps, label_at, silent_since, standing
from safelight.domain.light import Light
from safelight.domain.outcome import Outcome, OutcomeLabel, OutcomeSource
from safelight.domain.reply import Reply, Word
from safelight.domain.request import PolicyholderId, RequestId
from safelight.usecases.record_outcome import MOST_OUTCOMES
from tests.builders import NOW, a_profile, a_request
from tests.usecases.world import World

SCAM, GENUINE, UNSURE = OutcomeLabel.SCAM, OutcomeLabel.GENUINE, OutcomeLabel.UNSURE
STAFF, HOLDER, CONTACT, POLICE = (
    OutcomeSource.STAFF,
    OutcomeSource.POLICYHOLDER,
    OutcomeSource.CONTACT,
    OutcomeSource.POLICE,
)
A_DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return World()


def red(world: World, number: int = 1) -> CaseId:
    """A case of a policyholder of its own."""
    who = PolicyholderId(f"ph-{number:04d}")
    world.store.profiles[who] = a_profile()
    request = a_request(policyholder_id=who, request_id=RequestId(f"request-{number}"), requested_at=world.clock.now())
    return world.shines(Light.RED).assess(request, digest=f"digest-{number}").case.case_id


def label_of(case: Case, *, days: float = 0) -> Label | None:
    """As it is known so many days after the last word."""
    return label_at(case.said, silent_since(case), max(o.recorded_at for o in case.said) + days * A_DAY)


def test_every_word_is_kept_and_the_case_shows_the_one_that_leads(world: World) -> None:
    case_id = red(world)
    world.ends(case_id, UNSURE)
    world.ends(case_id, GENUINE, by="staff-2", confidence=0.7)
    world.ends(case_id, SCAM, source=POLICE, by="staff-3", confidence=0.9)
    case = world.case(case_id)
    assert [(o.label, o.source, o.by, o.supersedes) for o in case.outcomes] == [
        (UNSURE, STAFF, "staff-1", ()),
        (GENUINE, STAFF, "staff-2", (1,)),
        (SCAM, POLICE, "staff-3", ()),
    ]
    assert case.outcome == case.outcomes[2]
    assert list(standing(case.said)) == [2, 3]
    label = label_of(case)
    assert label is not None
    assert (label.scam, label.confidence, label.source, label.numbers, label.by) == (
        True,
        0.9,
        POLICE,
        (3,),
        ("staff-3",),
    )
    assert label.disputed


@pytest.mark.parametrize(
    ("said", "label", "disputed"),
    [
        ([(SCAM, STAFF)], True, False),
        ([(UNSURE, STAFF)], None, False),
        ([(SCAM, STAFF), (UNSURE, STAFF)], None, False),
        # the same source corrects itself, whoever of it speaks
        ([(SCAM, STAFF), (GENUINE, STAFF)], False, False),
        # a lower one does not, and is heard
        ([(SCAM, STAFF), (GENUINE, HOLDER)], True, True),
        ([(SCAM, POLICE), (GENUINE, STAFF)], True, True),
        ([(GENUINE, STAFF), (SCAM, POLICE)], True, True),
        # a complaint weighs as much as staff: the later counts
        ([(GENUINE, STAFF), (SCAM, HOLDER)], True, True),
        ([(GENUINE, STAFF), (SCAM, CONTACT)], True, True),
        ([(SCAM, HOLDER), (GENUINE, STAFF)], False, True),
        ([(GENUINE, POLICE), (SCAM, HOLDER)], False, True),
        # unsure of another source takes nothing away
        ([(SCAM, CONTACT), (UNSURE, STAFF)], True, False),
        ([(SCAM, HOLDER), (SCAM, STAFF), (SCAM, POLICE)], True, False),
    ],
)
def test_the_label_is_the_weightiest_word_that_stands(
    world: World, said: list[tuple[OutcomeLabel, OutcomeSource]], label: bool | None, disputed: bool
) -> None:
    case_id = red(world)
    for number, (word, source) in enumerate(said):
        world.clock.move(seconds=60)
        world.ends(case_id, word, source=source, by=f"staff-{number}")
    found = label_of(world.case(case_id))
    assert (found.scam if found else None) is label
    assert (found.disputed if found else False) is disputed


def test_a_correction_by_name_needs_the_same_or_a_higher_authority(world: World) -> None:
    case_id = red(world)
    world.ends(case_id, SCAM)
    with pytest.raises(ConflictError, match="outranked"):
        world.ends(case_id, GENUINE, source=HOLDER, by="staff-2", corrects=1)
    for nothing in (0, 2):
        with pytest.raises(ConflictError, match="nothing_to_correct"):
            world.ends(case_id, GENUINE, source=POLICE, by="staff-2", corrects=nothing)
    assert len(world.case(case_id).outcomes) == 1
    once = world.ends(case_id, GENUINE, source=POLICE, by="staff-2", corrects=1).case
    label = label_of(once)
    assert label is not None
    assert (label.scam, label.disputed, once.outcomes[1].supersedes) == (False, False, (1,))
    assert world.ends(case_id, GENUINE, source=POLICE, by="staff-2", corrects=1).case == once


def test_a_label_is_known_since_it_became_it_and_not_earlier(world: World) -> None:
    """Somebody who stands earlier must not see it; a second person who says the same makes it no younger."""
    case_id = red(world)
    world.ends(case_id, GENUINE)
    world.clock.move(seconds=50 * 86_400)
    found_out = world.clock.now()
    world.ends(case_id, SCAM, source=HOLDER)
    world.clock.move(seconds=86_400)
    world.ends(case_id, SCAM, source=POLICE, by="staff-2")
    case = world.case(case_id)
    now = label_of(case)
    assert now is not None
    assert (now.scam, now.known_at, now.source) == (True, found_out, POLICE)
    before = label_at(case.said, None, found_out - timedelta(seconds=1))
    assert before is not None
    assert (before.scam, before.known_at) == (False, case.said[0].recorded_at)
    assert label_at(case.said, None, case.opened_at - A_DAY) is None


def test_silence_for_120_days_after_it_was_let_go_is_weakly_genuine(world: World) -> None:
    case = world.shines(Light.GREEN).assess().case
    let_go = silent_since(case)
    assert let_go == case.moves[-1].at
    assert label_at(case.said, let_go, let_go + SILENCE - timedelta(seconds=1)) is None
    label = label_at(case.said, let_go, let_go + SILENCE)
    assert label is not None
    assert (label.scam, label.weak, label.known_at) == (False, True, let_go + SILENCE)
    # Whatever was said meanwhile, it was not silent.
    world.ends(case.case_id, UNSURE)
    assert label_of(world.case(case.case_id), days=400) is None


def test_a_worried_contact_is_no_silence_and_neither_is_a_request_that_was_not_let_go(world: World) -> None:
    let_go = world.shines(Light.GREEN).assess().case
    worried = Reply(contact_id="c-1", word=Word.WORRIED, at=NOW, verified=False)  # type: ignore[arg-type]
    assert silent_since(replace(let_go, replies=(worried,))) is None
    assert silent_since(world.case(red(world, 2))) is None


@pytest.mark.parametrize(
    ("label", "source", "then"),
    [
        (SCAM, POLICE, CaseState.STOPPED),
        (SCAM, HOLDER, CaseState.STOPPED),
        (SCAM, CONTACT, CaseState.REVIEW),
        *[(word, source, CaseState.QUESTIONING) for word in (GENUINE, UNSURE) for source in (POLICE, HOLDER, CONTACT)],
    ],
)
def test_anothers_word_only_makes_a_case_worse(
    world: World, label: OutcomeLabel, source: OutcomeSource, then: CaseState
) -> None:
    case = world.shines(Light.YELLOW).assess().case
    assert case.state is CaseState.QUESTIONING
    assert world.ends(case.case_id, label, source=source).case.state is then


def test_silence_is_never_recorded(world: World) -> None:
    with pytest.raises(RejectedError, match="never_recorded"):
        world.ends(red(world), GENUINE, source=OutcomeSource.NO_COMPLAINT)


def test_nobody_speaks_on_his_own_case_by_whatever_source(world: World) -> None:
    case_id = red(world)
    with pytest.raises(ForbiddenError):
        world.ends(case_id, GENUINE, by="ph-0001", source=POLICE)


def test_a_retry_of_a_word_that_still_stands_changes_nothing_though_others_spoke_since(world: World) -> None:
    case_id = red(world)
    world.ends(case_id, SCAM)
    later = world.ends(case_id, SCAM, source=POLICE, by="staff-2").case
    assert world.ends(case_id, SCAM).case == later
    assert world.telemetry.counts["OutcomeScam"] == 2


def test_a_case_takes_no_more_outcomes_than_its_row_may_hold(world: World) -> None:
    case_id = red(world)
    for number in range(MOST_OUTCOMES):
        world.ends(case_id, UNSURE, confidence=number / 100)
    with pytest.raises(ConflictError, match="too_many_outcomes"):
        world.ends(case_id, SCAM)


def test_an_outcome_of_older_code_is_the_first_of_the_history(world: World) -> None:
    case_id = red(world)
    old = Outcome(label=GENUINE, source=STAFF, by="staff-0", confidence=1.0, recorded_at=NOW)
    world.store.cases[case_id] = replace(world.store.cases[case_id], outcome=old)
    world.clock.move(seconds=5)
    case = world.ends(case_id, SCAM).case
    assert case.outcomes[0] == old
    assert case.outcomes[1].supersedes == (1,)


# Poisoning


def test_what_one_labels_beyond_the_cap_is_held_until_a_second_person_says_the_same(world: World) -> None:
    world.label_caps = LabelCaps(scams=2)
    cases = [red(world, number) for number in range(1, 4)]
    for case_id in cases:
        world.ends(case_id, SCAM, by="staff-9")
    held = world.case(cases[2])
    assert [world.case(case_id).outcomes[0].held for case_id in cases] == [False, False, True]
    assert held.state is CaseState.STOPPED  # the money waits all the same
    assert label_of(held) is None
    assert world.telemetry.counts["LabelHeld"] == 1
    # Saying it again, or in another's name, is not a second person.
    world.ends(cases[2], SCAM, by="staff-9", confidence=0.5)
    world.ends(cases[2], SCAM, by="staff-9", source=POLICE)
    assert label_of(world.case(cases[2])) is None
    world.clock.move(seconds=60)
    world.label_caps = LabelCaps(scams=0)
    seconded = world.ends(cases[2], SCAM, by="staff-2").case
    label = label_of(seconded)
    assert label is not None
    assert label.scam
    assert set(label.by) == {"staff-2", "staff-9"}
    assert label.known_at == seconded.outcomes[-1].recorded_at
    assert not seconded.outcomes[-1].held  # who confirms uses up nothing


def test_a_cap_is_each_persons_and_begins_anew(world: World) -> None:
    world.label_caps = LabelCaps(scams=1)
    for number, (by, days) in enumerate([("a", 0), ("b", 0), ("a", 31)], 1):
        world.clock.move(seconds=days * 86_400)
        assert not world.ends(red(world, number), SCAM, by=by).case.outcomes[0].held


def test_a_scam_that_was_taken_back_is_no_second_voice_for_it(world: World) -> None:
    world.label_caps = LabelCaps(scams=1)
    world.ends(red(world, 1), SCAM, by="staff-9")
    case_id = red(world, 2)
    world.ends(case_id, SCAM, by="staff-1")
    world.ends(case_id, GENUINE, by="staff-1")
    assert world.ends(case_id, SCAM, by="staff-9").case.outcomes[-1].held
    label = label_of(world.case(case_id))
    assert label is not None
    assert not label.scam


def test_where_quotas_cannot_be_counted_the_outcome_is_held_not_lost(world: World) -> None:
    world.quotas.faults.fail("take", error=RetryableError("throttled"))
    case = world.ends(red(world), SCAM).case
    assert (case.state, case.outcomes[0].held) == (CaseState.STOPPED, True)


@pytest.mark.parametrize("source", [STAFF, POLICE])
@pytest.mark.parametrize("word", [GENUINE, UNSURE])
def test_five_per_cent_of_labels_flipped_by_one_person_are_capped(
    world: World, source: OutcomeSource, word: OutcomeLabel
) -> None:
    """Twenty of 400 scams that others recorded, undone by one in whatever name: three take effect, and somebody is
    rung. A hundred he makes up: ten do."""
    everybody = [red(world, number) for number in range(1, 401)]
    world.label_caps = LabelCaps(scams=400)
    for number, case_id in enumerate(everybody):
        world.ends(case_id, SCAM, by=f"staff-{number % 10}")
    world.label_caps = LabelCaps()
    for case_id in everybody[:20]:
        corrects = 1 if source is not STAFF else None
        world.ends(case_id, word, by="staff-99", source=source, corrects=corrects)
    labels = [label_of(world.case(case_id)) for case_id in everybody]
    assert sum(label is None or not label.scam for label in labels) == LabelCaps().undone == 3
    assert world.telemetry.counts["LabelHeld"] == 17
    made_up = [red(world, number) for number in range(501, 601)]
    for case_id in made_up:
        world.ends(case_id, SCAM, by="staff-99", source=source)
    assert sum(label_of(world.case(case_id)) is not None for case_id in made_up) == LabelCaps().scams == 10


def test_who_undoes_his_own_word_undoes_no_others(world: World) -> None:
    world.label_caps = LabelCaps(undone=0)
    case_id = red(world)
    world.ends(case_id, SCAM)
    assert not world.ends(case_id, GENUINE).case.outcomes[-1].held
