"""A contact says what he knows: who is believed, what it moves, and what it never moves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from safelight.domain.alert import AlertState, TaskReason
from safelight.domain.caring import Sign
from safelight.domain.case import Actor, Case, CaseState
from safelight.domain.contact import ContactId
from safelight.domain.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError, RetryableError
from safelight.domain.facts import ObservationKind
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.reply import MAX_REPLIES, Word
from safelight.domain.request import PolicyholderId
from safelight.usecases.hear_contact import hear_contact, who_rings
from safelight.usecases.replay_decision import replay_decision
from safelight.usecases.reply_as_contact import Told, note_reply, read_told, reply_as_contact
from tests.builders import ACCOUNT, PHONE, POLICYHOLDER, a_contact, a_number, a_request
from tests.usecases.world import World, a_settled_contact, said

CONTACT = PolicyholderId("ph-contact")
SON = ContactId("contact-0001")
KNOWS, WORRIED, NOT_REACHED = Word.KNOWS, Word.WORRIED, Word.NOT_REACHED
REASONS = {
    KNOWS: TaskReason.CONTACT_KNOWS,
    WORRIED: TaskReason.CONTACT_WORRIED,
    NOT_REACHED: TaskReason.CONTACT_CANNOT_REACH,
}


@pytest.fixture
def world() -> World:
    """A contact whose own number of record is the one that was designated, and who was told of a RED case."""
    world = World()
    a_settled_contact(world)
    world.book.save_number(CONTACT, a_number(phone=PHONE, vault=world.vault))
    world.shines(Light.RED).assess()
    world.run()
    return world


def only_case(world: World) -> Case:
    (case,) = world.store.cases.values()
    return case


def told(world: World, who: PolicyholderId = CONTACT) -> tuple[Told, ...]:
    return read_told(who, book=world.book, cases=world.cases, vault=world.vault, clock=world.clock)


def reply(world: World, word: Word, alert_id: str | None = None) -> Told:
    alert_id = alert_id or told(world)[0].alert_id
    return reply_as_contact(
        CONTACT, alert_id, word, book=world.book, cases=world.cases, vault=world.vault, clock=world.clock
    )


def note(world: World, word: Word, *, verified: bool, contact: ContactId = SON, by: str = "st-1") -> None:
    case_id = only_case(world).case_id
    note_reply(case_id, contact, word, by, verified=verified, book=world.book, cases=world.cases, clock=world.clock)


def ring(world: World, word: Word) -> None:
    ringing = who_rings(PHONE, book=world.book, cases=world.cases, vault=world.vault, clock=world.clock)
    assert ringing is not None
    hear_contact(ringing, word, cases=world.cases, clock=world.clock)


def questioning(world: World) -> Case:
    """The same case as YELLOW and still asked about, as no alert of today leaves one: a word must not lean on that."""
    case = only_case(world)
    moves = (replace(case.moves[0], to=CaseState.QUESTIONING),)
    assessment = replace(case.assessment, light=Light.YELLOW)
    case = replace(case, state=CaseState.QUESTIONING, floor=Light.YELLOW, assessment=assessment, moves=moves)
    world.store.cases[case.case_id] = case
    return case


# Who was told of what


def test_a_contact_sees_that_he_was_told_and_nothing_of_the_request(world: World) -> None:
    (one,) = told(world)
    assert (one.contact.contact_id, one.told_at, one.verified, one.replied) == (SON, world.clock.now(), True, None)
    case = only_case(world)
    assert case.case_id not in one.alert_id
    assert SON not in one.alert_id


NOT_HIS: dict[str, Callable[[World], object]] = {
    "no number on file": lambda w: w.store.numbers.clear(),
    "another number on file": lambda w: w.book.save_number(CONTACT, a_number(phone="+886922000999", vault=w.vault)),
    "a number that changed a moment ago": lambda w: w.book.save_number(
        CONTACT,
        a_number(phone=PHONE, vault=w.vault, changed_at=w.clock.now() - timedelta(hours=72) + timedelta(seconds=1)),
    ),
    "revoked": lambda w: w.revoke(SON),
    "excluded": lambda w: w.changes(SON, excluded=True),
    "newly changed": lambda w: w.changes(SON, changed_at=w.clock.now()),
    "beside him": lambda w: w.notices(ObservationKind.CONTACT_BESIDE_POLICYHOLDER),
    "account of his among those paid to": lambda w: w.changes(SON, accounts=(ACCOUNT,)),
    "not told": lambda w: w.store.alerts.update(
        {a: replace(one, state=AlertState.SUPPRESSED) for a, one in w.store.alerts.items()}
    ),
    "long ago": lambda w: w.clock.move(timedelta(days=31)),
}


@pytest.mark.parametrize("name", NOT_HIS)
def test_whoever_is_not_surely_a_contact_who_was_told_sees_nothing_and_says_nothing(world: World, name: str) -> None:
    alert_id = told(world)[0].alert_id
    NOT_HIS[name](world)
    before = only_case(world)
    assert told(world) == ()
    with pytest.raises(NotFoundError):
        reply(world, WORRIED, alert_id)
    assert only_case(world) == before


def test_nobody_is_a_contact_of_his_own(world: World) -> None:
    """Else whoever holds the victim's phone could name its number as contact and answer for it."""
    world.book.save_number(POLICYHOLDER, a_number(phone=PHONE, vault=world.vault))
    assert told(world, POLICYHOLDER) == ()


def test_a_number_that_policyholder_and_contact_share_proves_nobody(world: World) -> None:
    world.book.save_number(POLICYHOLDER, a_number(phone=PHONE, vault=world.vault))
    case = questioning(world)
    reply(world, WORRIED)
    after = only_case(world)
    assert (after.state, after.floor, after.replies[-1].verified) == (case.state, case.floor, False)
    assert TaskReason.CONTACT_WORRIED in world.tasks_of(case.case_id)


# What a word moves

BY: dict[str, Callable[[World, Word], object]] = {
    "himself": reply,
    "staff rang him back": lambda w, word: note(w, word, verified=True),
    "staff heard it": lambda w, word: note(w, word, verified=False),
    "a number rang": ring,
}
VERIFIED = ("himself", "staff rang him back")


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("word", list(Word))
@pytest.mark.parametrize("state", [CaseState.QUESTIONING, CaseState.REVIEW])
def test_a_word_only_makes_a_case_worse_and_only_when_it_is_surely_his(
    world: World, by: str, word: Word, state: CaseState
) -> None:
    before = questioning(world) if state is CaseState.QUESTIONING else only_case(world)
    world.clock.move(seconds=60)
    BY[by](world, word)
    after, moves = only_case(world), by in VERIFIED and word is not KNOWS
    assert after.floor is (Light.RED if by in VERIFIED and word is WORRIED else before.floor)
    assert after.assessment.light is after.floor
    assert after.state is (CaseState.REVIEW if moves else before.state)
    assert after.answers == before.answers
    (heard,) = after.replies
    assert (heard.contact_id, heard.word, heard.at, heard.verified) == (SON, word, world.clock.now(), by in VERIFIED)
    assert heard.noted_by == ("st-1" if by.startswith("staff") else None)
    if after.state is not before.state:
        assert (after.moves[-1].actor, after.moves[-1].by) == (Actor.CONTACT, SON)
    else:
        assert after.moves == before.moves
    (task,) = [task for task in world.tasks if task.reason is REASONS[word]]
    assert task.about == SON
    assert task.due_at - world.clock.now() == timedelta(minutes=10 if moves else 30)


@pytest.mark.parametrize("by", BY)
def test_that_a_contact_knows_releases_nothing_and_lowers_nothing(world: World, by: str) -> None:
    before = only_case(world)
    BY[by](world, KNOWS)
    after = only_case(world)
    assert replace(after, replies=(), version=before.version) == before


@pytest.mark.parametrize("by", BY)
def test_the_same_word_again_changes_nothing(world: World, by: str) -> None:
    BY[by](world, WORRIED)
    once, tasks = only_case(world), world.tasks
    for _ in range(3):
        world.clock.move(seconds=60)
        BY[by](world, WORRIED)
    assert (only_case(world), world.tasks) == (once, tasks)


def test_people_find_out_and_a_later_other_word_counts_too(world: World) -> None:
    for word in (KNOWS, WORRIED, KNOWS):
        world.clock.move(seconds=60)
        assert reply(world, word).replied is word
    assert [one.word for one in only_case(world).replies] == [KNOWS, WORRIED, KNOWS]
    assert {TaskReason.CONTACT_KNOWS, TaskReason.CONTACT_WORRIED} <= set(world.tasks_of(only_case(world).case_id))
    assert told(world)[0].replied is KNOWS


def test_a_word_that_becomes_sure_counts_again_and_not_the_other_way_round(world: World) -> None:
    questioning(world)
    ring(world, WORRIED)
    reply(world, WORRIED)
    assert only_case(world).floor is Light.RED
    ring(world, WORRIED)
    assert [one.verified for one in only_case(world).replies] == [False, True]


def test_nobody_fills_a_case_with_words(world: World) -> None:
    for n in range(MAX_REPLIES):
        reply(world, (KNOWS, WORRIED)[n % 2])
    with pytest.raises(ConflictError, match="too_many_replies"):
        reply(world, KNOWS)
    assert len(only_case(world).replies) == MAX_REPLIES
    a_settled_contact(world, contact_id=ContactId("c-2"), phone="+886912000456")
    note(world, WORRIED, verified=True, contact=ContactId("c-2"))
    assert len(only_case(world).replies) == MAX_REPLIES + 1


def test_whoever_forges_his_number_does_not_use_up_his_words(world: World) -> None:
    questioning(world)
    for n in range(MAX_REPLIES):
        ring(world, (WORRIED, KNOWS)[n % 2])
    with pytest.raises(ConflictError, match="too_many_replies"):
        ring(world, WORRIED)
    reply(world, WORRIED)
    assert only_case(world).floor is Light.RED


@pytest.mark.parametrize("label", [OutcomeLabel.GENUINE, OutcomeLabel.SCAM])
def test_an_ended_case_takes_a_word_and_does_not_move(world: World, label: OutcomeLabel) -> None:
    world.ends(only_case(world).case_id, label)
    before = only_case(world)
    reply(world, KNOWS)
    assert [task for task in world.tasks if task.done is None] == []
    reply(world, WORRIED)
    after = only_case(world)
    assert (after.state, after.floor, after.moves) == (before.state, before.floor, before.moves)
    assert [task.reason for task in world.tasks if task.done is None] == [TaskReason.CONTACT_WORRIED]


def test_a_word_beside_what_else_happens_to_the_case_is_taken_all_the_same(world: World) -> None:
    world.faults.fail("commit", error=ConflictError("stored_version"))
    reply(world, WORRIED)
    assert [one.word for one in only_case(world).replies] == [WORRIED]
    world.faults.fail("commit", error=ConflictError("stored_version"), times=9)
    with pytest.raises(RetryableError):
        reply(world, KNOWS)


def test_a_word_whose_answer_was_lost_is_said_once(world: World) -> None:
    world.faults.fail("commit", done_first=True)
    with pytest.raises(RetryableError):
        reply(world, WORRIED)
    reply(world, WORRIED)
    assert len(only_case(world).replies) == 1


# Staff on his behalf


def test_staff_take_down_no_word_on_their_own_policy(world: World) -> None:
    with pytest.raises(ForbiddenError):
        note(world, KNOWS, verified=True, by=POLICYHOLDER)
    assert only_case(world).replies == ()


def test_staff_take_down_no_word_of_nobodys_contact(world: World) -> None:
    world.knows(a_contact(policyholder_id=CONTACT, contact_id=ContactId("c-9")))
    for contact in ("c-9", "none"):
        with pytest.raises(RejectedError, match="no_such_contact"):
            note(world, WORRIED, verified=True, contact=ContactId(contact))


def test_a_contact_who_may_not_be_told_can_still_be_worried(world: World) -> None:
    """Staff rang one who was excluded: what makes us more careful is never refused."""
    questioning(world)
    world.changes(SON, excluded=True)
    note(world, WORRIED, verified=True)
    assert only_case(world).floor is Light.RED


def test_an_answer_after_a_word_is_replayed_from_its_record() -> None:
    world = World().shines(Light.YELLOW)
    a_settled_contact(world)
    case = world.assess(a_request()).case
    note(world, WORRIED, verified=True)
    world.answer(case.case_id, said(case, Sign.BENIGN))
    last = world.store.decisions[case.case_id, 2]
    assert last.assessment.light is Light.RED
    assert replay_decision(last, world.models.current()) == last.assessment


@pytest.mark.parametrize("verified", [True, False])
def test_words_of_who_only_has_his_number_use_up_none_of_his_own(world: World, verified: bool) -> None:
    """Else a forged calling number rings twenty times, and the contact himself is heard no more."""
    for n in range(MAX_REPLIES):
        ring(world, KNOWS if n % 2 else WORRIED)
    with pytest.raises(ConflictError):
        ring(world, WORRIED)
    if verified:
        reply(world, NOT_REACHED)
    note(world, WORRIED, verified=verified)
    assert only_case(world).replies[-1].word is WORRIED


def test_staff_take_down_no_word_of_their_own_number(world: World) -> None:
    """A contact who works here would else have rung himself back."""
    world.has_number(PHONE, who=PolicyholderId("st-9"))
    for verified in (True, False):
        with pytest.raises(ForbiddenError, match="own_number"):
            note(world, KNOWS, verified=verified, by="st-9")
    assert only_case(world).replies == ()
