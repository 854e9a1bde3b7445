"""The next question is the one that tells most; nothing is asked that can change nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain import asking
from safelight.domain.asking import MAX_QUESTIONS, Stake, beliefs, next_question, scam, settled
from safelight.domain.assessment import ScamType
from safelight.domain.caring import GENERAL, Answer, ChoiceId, QuestionId, Sign, questions
from tests.builders import NOW

TYPES = list(ScamType)
SUSPICIONS: list[tuple[ScamType, ...]] = [
    (),
    *((scam_type,) for scam_type in TYPES),
    *((TYPES[n], TYPES[n - 1]) for n in range(5)),
    *((TYPES[n], TYPES[n - 2], TYPES[n - 4]) for n in range(5)),
]
EVERY_SUSPICION = pytest.mark.parametrize("suspected", SUSPICIONS, ids=lambda s: "+".join(s) or "none")


def an_answer(question_id: str, choice_id: str) -> Answer:
    choice = questions()[QuestionId(question_id)].choices[ChoiceId(choice_id)]
    return Answer(question_id=QuestionId(question_id), choice_id=ChoiceId(choice_id), sign=choice.sign, answered_at=NOW)


def walk(suspected: tuple[ScamType, ...], stake: Stake, sign: Sign, which: int = 0) -> Iterator[tuple[Answer, ...]]:
    """The answers so far, as long as something is asked."""
    answers: tuple[Answer, ...] = ()
    while question_id := next_question(suspected, answers, [a.question_id for a in answers], stake):
        choices = questions()[question_id].choices
        fitting = [c for c, choice in choices.items() if choice.sign is sign] or list(choices)
        answers = (*answers, an_answer(question_id, fitting[which % len(fitting)]))
        yield answers


def last(suspected: tuple[ScamType, ...], stake: Stake, sign: Sign, which: int = 0) -> tuple[Answer, ...]:
    return list(walk(suspected, stake, sign, which))[-1]


# Beliefs


@EVERY_SUSPICION
def test_beliefs_are_a_distribution_and_begin_even(suspected: tuple[ScamType, ...]) -> None:
    held = beliefs(suspected, ())
    assert sum(held.values()) == pytest.approx(1)
    assert scam(held) == pytest.approx(0.5)
    for answers in walk(suspected, Stake.STORY, Sign.UNCLEAR):
        assert sum(beliefs(suspected, answers).values()) == pytest.approx(1)


def test_the_likelier_type_weighs_more() -> None:
    held = beliefs((ScamType.ROMANCE, ScamType.FAKE_LOAN), ())
    assert held[ScamType.ROMANCE, asking.COACHED] == pytest.approx(2 * held[ScamType.FAKE_LOAN, asking.COACHED])


def test_a_warning_raises_and_a_detail_that_holds_lowers_what_is_believed_of_a_scam() -> None:
    suspected = (ScamType.FAKE_AUTHORITY,)
    before = scam(beliefs(suspected, ()))
    assert scam(beliefs(suspected, (an_answer("fake_authority.told_involved", "call_or_video"),))) > 0.85
    assert scam(beliefs(suspected, (an_answer("general.paper_amount", "fits"),))) < before / 2


def test_an_answer_to_another_types_pack_tells_nothing() -> None:
    before = beliefs((ScamType.FAKE_LOAN,), ())
    after = beliefs((ScamType.FAKE_LOAN,), (an_answer("romance.met_how", "message_first"),))
    assert after == pytest.approx(before)


@given(st.lists(st.sampled_from(list(questions())), max_size=5, unique=True), st.randoms(use_true_random=False))
def test_beliefs_do_not_depend_on_the_order_of_answers(asked: list[QuestionId], shuffle: object) -> None:
    answers = [an_answer(q, next(iter(questions()[q].choices))) for q in asked]
    mixed = list(answers)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    suspected = (ScamType.ROMANCE, ScamType.FAKE_INVESTMENT)
    assert beliefs(suspected, mixed) == pytest.approx(beliefs(suspected, answers))


# Which comes next


@pytest.mark.parametrize("stake", [Stake.RELEASE, Stake.STORY])
@EVERY_SUSPICION
def test_the_first_question_is_the_likeliest_types_own(suspected: tuple[ScamType, ...], stake: Stake) -> None:
    first = next_question(suspected, (), (), stake)
    assert first is not None
    assert questions()[first].pack == (suspected[0] if suspected else GENERAL)


def test_a_suspicion_that_is_no_more_than_a_hint_is_asked_what_tells_most_of_any_scam() -> None:
    """A wrong hint's own question is answered harmlessly by everybody, and scammers foresee it."""
    hinted = {next_question((scam_type,), (), (), Stake.RELEASE, firm=False) for scam_type in TYPES}
    assert hinted == {next_question((), (), (), Stake.RELEASE)}


def test_a_harmless_answer_to_a_suspected_types_pack_does_not_clear_of_other_scams() -> None:
    clean = an_answer("fake_authority.checked_how", "no_contact")
    after = beliefs((ScamType.FAKE_AUTHORITY,), (clean,))
    before = beliefs((ScamType.FAKE_AUTHORITY,), ())
    other, own = (GENERAL, asking.COACHED), (ScamType.FAKE_AUTHORITY, asking.OPEN)
    assert after[own] < before[own] / 2
    assert after[other] > before[other]


@EVERY_SUSPICION
def test_something_is_asked_first_whatever_is_suspected(suspected: tuple[ScamType, ...]) -> None:
    for stake in (Stake.RELEASE, Stake.ALARM, Stake.STORY):
        for firm in (True, False):
            assert next_question(suspected, (), (), stake, firm=firm) is not None


def test_where_the_types_own_pack_would_tell_too_little_another_question_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = replace(asking.assumed(), elsewhere=0.95)
    monkeypatch.setattr(asking, "assumed", lambda: table)
    first = next_question((ScamType.ROMANCE,), (), (), Stake.RELEASE)
    assert first is not None
    assert questions()[first].pack == GENERAL


@pytest.mark.parametrize("stake", list(Stake))
@pytest.mark.parametrize("sign", list(Sign))
@EVERY_SUSPICION
def test_at_most_five_different_questions_of_suspected_packs_are_asked(
    suspected: tuple[ScamType, ...], sign: Sign, stake: Stake
) -> None:
    for answers in walk(suspected, stake, sign, which=1):
        asked = [a.question_id for a in answers]
        assert len(set(asked)) == len(asked) <= MAX_QUESTIONS
        assert {questions()[q].pack for q in asked} <= {*suspected, GENERAL}


def test_a_follow_up_is_asked_only_after_the_answer_it_follows() -> None:
    leads = {
        (q.question_id, choice_id): choice.then
        for q in questions().values()
        for choice_id, choice in q.choices.items()
        if choice.then
    }
    seen = 0
    for suspected in SUSPICIONS:
        for sign in Sign:
            for which in range(4):
                for answers in walk(suspected, Stake.STORY, sign, which):
                    given_before = {leads.get((a.question_id, a.choice_id)) for a in answers[:-1]}
                    if questions()[answers[-1].question_id].follow_up:
                        seen += 1
                        assert answers[-1].question_id in given_before
    assert seen > 10


def test_a_detail_is_asked_for_as_soon_as_it_tells_most() -> None:
    """Who says renovation is asked for the quote, who has a paper for its total."""
    for parent, choice, follow_up in [
        ("general.purpose", "renovation", "general.quote"),
        ("general.paper", "in_my_hands", "general.paper_amount"),
        ("general.purpose", "family_help", "general.payee"),
    ]:
        asked = [q for q in questions() if q not in (follow_up, "general.secrecy", "general.guided")]
        answers = (an_answer(parent, choice),)
        assert next_question((), answers, asked[:4], Stake.RELEASE) is not None
        assert asking._candidates(beliefs((), answers), answers, asked, None)[-1].question_id == follow_up


def test_of_two_questions_that_ask_for_much_the_same_one_is_asked() -> None:
    call, ring = QuestionId("general.callback"), QuestionId("general.who_confirms")
    assert questions()[call].like == ring
    for one, other in ((call, ring), (ring, call)):
        assert other not in [q.question_id for q in asking._candidates(beliefs((), ()), (), (one,), None)]


@EVERY_SUSPICION
def test_the_same_suspicion_and_answers_give_the_same_question(suspected: tuple[ScamType, ...]) -> None:
    for answers in walk(suspected, Stake.RELEASE, Sign.BENIGN):
        asked = [a.question_id for a in answers]
        again = next_question(list(suspected), list(answers), list(asked), Stake.RELEASE)
        assert again == next_question(suspected, answers, asked, Stake.RELEASE)


def test_the_question_with_the_greatest_fall_of_entropy_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the table: were the purpose the one thing that tells victims apart, it would come first."""
    flat = {q: dict.fromkeys(row, (20, 20, 20)) for q, row in asking.assumed().answers.items()}
    telling = QuestionId("general.purpose")
    flat[telling] = {c: ((90, 1, 1) if n == 0 else (1, 12, 12)) for n, c in enumerate(flat[telling])}
    table = asking.Assumed(
        genuine=0.5,
        coached=0.6,
        next_type=0.5,
        elsewhere=0.4,
        release_at=0.1,
        gain_bits=0.03,
        change_at=0.05,
        answers=flat,
    )
    monkeypatch.setattr(asking, "assumed", lambda: table)
    assert next_question((), (), (), Stake.RELEASE) == telling
    assert next_question((), (), (telling,), Stake.RELEASE) is None, "the others tell nothing"


# When to stop


def test_nothing_is_asked_when_nothing_is_at_stake() -> None:
    assert next_question((ScamType.ROMANCE,), (), (), Stake.NOTHING) is None


@EVERY_SUSPICION
def test_asking_stops_as_soon_as_the_answers_are_enough(suspected: tuple[ScamType, ...]) -> None:
    for answers in walk(suspected, Stake.RELEASE, Sign.BENIGN):
        assert not settled(suspected, answers[:-1])


@EVERY_SUSPICION
def test_a_genuine_customers_usual_answers_are_enough_within_five(suspected: tuple[ScamType, ...]) -> None:
    answers: tuple[Answer, ...] = ()
    while question_id := next_question(suspected, answers, [a.question_id for a in answers], Stake.RELEASE):
        row = asking.assumed().answers[question_id]
        answers = (*answers, an_answer(question_id, max(row, key=lambda c: row[c][asking.GENUINE])))
    assert settled(suspected, answers)


def test_nothing_is_enough_before_the_first_answer() -> None:
    assert not any(settled(suspected, ()) for suspected in SUSPICIONS)


@EVERY_SUSPICION
def test_no_first_answer_is_enough_by_itself(suspected: tuple[ScamType, ...]) -> None:
    for question_id, question in questions().items():
        if not question.follow_up:
            for choice_id in question.choices:
                assert not settled(suspected, (an_answer(question_id, choice_id),)), (question_id, choice_id)


def test_after_an_unclear_answer_only_what_may_still_alarm_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    suspected = (ScamType.FAKE_INVESTMENT,)
    for answers in walk(suspected, Stake.ALARM, Sign.UNCLEAR):
        signs = {choice.sign for choice in questions()[answers[-1].question_id].choices.values()}
        assert Sign.WARNING in signs
    table = asking.assumed()
    never = asking.Assumed(
        genuine=table.genuine, coached=table.coached, next_type=table.next_type, elsewhere=table.elsewhere,
        release_at=table.release_at, gain_bits=table.gain_bits, change_at=1.0, answers=table.answers,
    )  # fmt: skip
    monkeypatch.setattr(asking, "assumed", lambda: never)
    assert next_question(suspected, (), (), Stake.ALARM) is None
