"""A conversation from the first word to the next step, and what it never does."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from safelight.domain.alert import TaskReason
from safelight.domain.assessment import NextStep
from safelight.domain.caring import Sign
from safelight.domain.case import CaseState
from safelight.domain.conversation import Awaits, Line
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.facts import RegisteredAccount
from safelight.domain.light import Light
from safelight.domain.request import AccountKey, Channel, Locale, PolicyId, RequestKind
from safelight.features import contract
from safelight.scoring.policy import named, unpack_vector
from tests.builders import ACCOUNT, POLICYHOLDER, a_policy, a_profile
from tests.faults.power import PowerCutError
from tests.usecases.talking import READ_AS_A_SCAM, READ_AS_ORDINARY, Talking
from tests.usecases.world import READING_S, World, places

PROSECUTOR = "我想解約,檢察官說我的帳戶被監管"
TWO_POLICIES = (a_policy(), a_policy(policy_id=PolicyId("pol-0002"), cash_value_twd=400_000))
TWO_ACCOUNTS = (
    RegisteredAccount(key=ACCOUNT, added_on=date(2012, 1, 5), same_owner=True),
    RegisteredAccount(key=AccountKey("b" * 64), added_on=date(2026, 3, 10), same_owner=True),
)


@pytest.fixture
def world() -> World:
    return World().shines(Light.YELLOW)


@pytest.fixture
def talking(world: World) -> Talking:
    return Talking(world)


def owns(world: World, **over: Any) -> None:
    world.store.profiles[POLICYHOLDER] = a_profile(**over)


# What is asked for, and in what order


def test_whoever_tells_of_a_prosecutor_is_asked_a_caring_question_at_once(talking: Talking) -> None:
    talking.reader.figures = READ_AS_A_SCAM
    reply = talking.says(PROSECUTOR)
    assert reply.lines == (Line.NEXT_STEP, Line.QUESTION)
    assert talking.case.questions[0].startswith("fake_authority.")
    assert len(talking.said.choices) >= 3
    asked = talking.case.request
    assert (asked.kind, asked.amount_twd, asked.channel) == (RequestKind.SURRENDER, 1_200_000, Channel.CHAT)


@pytest.mark.parametrize("locale", list(Locale))
def test_a_worry_is_met_with_warm_words_before_anything_is_asked(world: World, locale: Locale) -> None:
    owns(world, policies=TWO_POLICIES)
    worries = {
        Locale.ZH_TW: PROSECUTOR,
        Locale.EN: "I want to surrender, the prosecutor froze my account",
        Locale.VI: "tôi muốn chấm dứt hợp đồng, công an nói tài khoản bị phong tỏa",
        Locale.ID: "saya mau tutup polis, polisi bilang rekening dibekukan",
        Locale.TH: "ขอเวนคืนกรมธรรม์ ตำรวจบอกว่าบัญชีถูกอายัด",
    }
    talking = Talking(world, locale=None)
    reply = talking.says(worries[locale])
    assert (reply.lines, reply.locale) == ((Line.WARM, Line.ASK_POLICY), locale)
    assert "165" in talking.said.texts[0]
    assert talking.says("?").lines == (Line.NOT_UNDERSTOOD, Line.ASK_POLICY), "once is enough"


def test_everything_that_is_missing_is_asked_for_one_after_the_other(world: World, talking: Talking) -> None:
    owns(world, policies=TWO_POLICIES, accounts=TWO_ACCOUNTS)
    assert talking.says("你好").lines == (Line.HELLO, Line.ASK_KIND)
    assert talking.presses(1).lines == (Line.ASK_POLICY,)
    assert talking.says("2").lines == (Line.ASK_AMOUNT,)
    assert talking.says("十萬元").lines == (Line.ASK_ACCOUNT,)
    assert talking.presses(2).lines == (Line.NEXT_STEP, Line.QUESTION)
    asked = talking.case.request
    assert (asked.kind, asked.policy_ids) == (RequestKind.POLICY_LOAN, ("pol-0002",))
    assert (asked.amount_twd, asked.payout_account) == (100_000, "b" * 64)


def test_the_account_of_record_is_the_first_choice_and_no_account_in_the_request(
    world: World, talking: Talking
) -> None:
    owns(world, accounts=TWO_ACCOUNTS)
    talking.says("我要借款10萬")
    assert [choice.text for choice in talking.said.choices] == [
        "原本的撥款帳戶",
        "2026-03-10 登錄的帳戶",
        "2012-01-05 登錄的帳戶",
    ]
    talking.presses(1)
    assert talking.case.request.payout_account is None


def test_what_is_said_with_the_wish_is_not_asked_again(talking: Talking) -> None:
    assert talking.says("我想借款10萬").lines == (Line.NEXT_STEP, Line.QUESTION)
    assert talking.case.request.amount_twd == 100_000


def test_another_wish_on_the_way_starts_over(world: World, talking: Talking) -> None:
    owns(world, policies=TWO_POLICIES)
    talking.says("我想借款")
    talking.presses(1)
    assert talking.says("還是解約好了").lines == (Line.ASK_POLICY,)
    talking.presses(2)
    assert (talking.case.request.kind, talking.case.request.amount_twd) == (RequestKind.SURRENDER, 400_000)


def test_it_can_be_set_aside_while_nothing_was_sent(world: World, talking: Talking) -> None:
    talking.says("我想借款")
    assert talking.says("算了").lines == (Line.SET_ASIDE, Line.ASK_KIND)
    assert world.store.cases == {}


def test_a_sum_that_the_policy_cannot_give_is_asked_for_again(world: World, talking: Talking) -> None:
    assert talking.says("我想借款500萬").lines == (Line.MORE_THAN_AVAILABLE, Line.ASK_AMOUNT)
    assert world.store.cases == {}
    assert talking.says("100000").lines == (Line.NEXT_STEP, Line.QUESTION)


def test_a_sum_that_cannot_be_read_is_asked_for_again(talking: Talking) -> None:
    talking.says("我想借款")
    assert talking.says("很多很多").lines == (Line.AMOUNT_UNREAD, Line.ASK_AMOUNT)


def test_a_policy_without_value_is_not_offered_where_money_moves(world: World, talking: Talking) -> None:
    owns(world, policies=(a_policy(loan_balance_twd=1_200_000),))
    assert talking.says("我想解約").lines == (Line.NOTHING_AVAILABLE,)
    assert talking.says("受益人想改").lines == (Line.NEXT_STEP, Line.QUESTION)


def test_whoever_is_not_in_the_book_hears_how_to_reach_a_person(world: World, talking: Talking) -> None:
    world.store.profiles.clear()
    assert talking.says("我想解約").lines == (Line.PERSON,)
    assert world.store.cases == {}


def test_nothing_personal_is_said_to_whoever_is_not_known(world: World) -> None:
    talking = Talking(world, who=None)
    reply = talking.says(PROSECUTOR)
    assert reply.lines == (Line.UNKNOWN_PERSON,)
    assert "165" in talking.said.texts[0]
    assert talking.talks.kept == {}
    assert talking.assessed == []


def test_an_old_button_is_no_answer(world: World, talking: Talking) -> None:
    owns(world, policies=TWO_POLICIES)
    talking.says("我想借款")
    old = talking.said.choices[1].value
    talking.says("我想解約")
    assert talking.take(talking.turn(pressed=old)).lines == (Line.NOT_UNDERSTOOD, Line.ASK_POLICY)


def test_a_button_of_an_earlier_list_is_no_choice_of_another_account(world: World, talking: Talking) -> None:
    owns(world, accounts=TWO_ACCOUNTS)
    talking.says("我要借款10萬")
    of_2012 = talking.said.choices[2].value
    talking.says("我要借款20萬")
    assert talking.said.choices[2].value == of_2012
    opened = RegisteredAccount(key=AccountKey("c" * 64), added_on=date(2026, 6, 1), same_owner=False)
    owns(world, accounts=(*TWO_ACCOUNTS, opened))
    talking.says("我要借款10萬")
    assert talking.take(talking.turn(pressed=of_2012)).lines == (Line.NOT_UNDERSTOOD, Line.ASK_ACCOUNT)
    assert talking.assessed == []


# Caring questions


def test_questions_come_one_at_a_time_until_the_next_step(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    seen = []
    while not talking.replies[-1].over:
        seen.append(talking.case.questions[-1])
        (*_, (_, harmless)) = places(talking.case, Sign.BENIGN)
        talking.presses(harmless)
    assert tuple(seen) == talking.case.questions
    assert 1 < len(seen) <= 5
    assert talking.said.step is talking.case.next_step
    assert talking.replies[-1].lines == (Line.NEXT_STEP,)


def test_the_words_of_a_choice_are_an_answer_too(talking: Talking) -> None:
    talking.says(PROSECUTOR)
    talking.says(talking.said.choices[0].text)
    assert talking.case.answers[0].choice_id
    assert len(talking.case.answers) == 1


def test_a_warning_brings_a_person_and_tells_whom_http_would_tell(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    ((_, warning),) = places(talking.case, Sign.WARNING)
    talking.presses(warning)
    assert talking.said.step is NextStep.TALK_TO_US
    assert (talking.case.floor, talking.case.state) == (Light.RED, CaseState.REVIEW)
    assert world.tasks_of(talking.case.case_id) == [TaskReason.NO_CONTACT]


def test_what_is_no_answer_leaves_the_question_open(talking: Talking) -> None:
    talking.says(PROSECUTOR)
    for words in ("嗯", "9", "我要借款"):
        assert talking.says(words).lines == (Line.NOT_UNDERSTOOD, Line.QUESTION)
    assert talking.case.answers == ()


def test_what_was_sent_before_the_question_is_no_answer_to_it(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    before = world.clock.now() - timedelta(seconds=1)
    assert talking.says("1", sent_at=before).lines == (Line.NOT_UNDERSTOOD, Line.QUESTION)
    assert talking.case.answers == ()
    talking.says("1", sent_at=world.clock.now())
    assert len(talking.case.answers) == 1


def test_whoever_asks_for_a_person_meanwhile_is_rung_up(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    for _ in range(2):
        assert talking.says("我要找專員").lines == (Line.CALL_BACK, Line.QUESTION)
    assert world.tasks_of(talking.case.case_id) == [TaskReason.TALK_UNFINISHED]


def test_after_the_end_the_next_step_is_said_again_and_a_new_wish_is_a_new_request(world: World) -> None:
    talking = Talking(world.shines(Light.GREEN))
    assert talking.says("我想借款10萬").lines == (Line.NEXT_STEP,)
    assert talking.said.step is NextStep.PROCEED
    assert talking.says("謝謝").lines == (Line.NEXT_STEP,)
    talking.says("再借款5萬")
    assert len(world.store.cases) == 2


def test_a_released_change_says_where_the_new_details_go(world: World) -> None:
    talking = Talking(world.shines(Light.GREEN))
    assert talking.says("我要變更帳戶").lines == (Line.NEXT_STEP, Line.ELSEWHERE)


def test_an_answer_given_elsewhere_shows_the_question_that_is_open_now(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    (*_, harmless) = places(talking.case, Sign.BENIGN)
    world.answer(talking.case.case_id, harmless)
    assert talking.says("1").lines == (Line.QUESTION,)
    assert len(talking.case.answers) == 1


# The words


def test_the_figures_of_all_words_reach_the_model_and_the_words_reach_nothing(world: World, talking: Talking) -> None:
    talking.reader.figures = READ_AS_A_SCAM
    talking.says("檢察官說我的帳戶被監管")
    talking.reader.figures = READ_AS_ORDINARY
    talking.says("我想解約")
    (decision,) = world.store.decisions.values()
    vector = named(unpack_vector(decision.vector))
    assert vector["words_scam"] == READ_AS_A_SCAM.scam
    assert vector["words_scam_peak"] == READ_AS_A_SCAM.peak
    assert vector["words_length"] > READ_AS_A_SCAM.length
    kept = f"{talking.talks.kept} {world.store} {world.telemetry}"
    assert "檢察官" not in kept
    assert "解約" not in kept


@pytest.mark.parametrize("locale", [Locale.VI, Locale.ID, Locale.TH])
def test_a_language_that_the_reader_was_not_taught_is_missing_and_not_harmless(world: World, locale: Locale) -> None:
    wish = {Locale.VI: "vay 2 vạn", Locale.ID: "pinjam 20 ribu", Locale.TH: "กู้เงิน 2 หมื่น"}[locale]
    worry = {Locale.VI: "công an", Locale.ID: "polisi", Locale.TH: "ตำรวจ"}[locale]
    for words, peak in ((wish, None), (f"{wish} {worry}", 1.0)):
        talking = Talking(World().shines(Light.GREEN), locale=locale)
        talking.says(words)
        (decision,) = talking.world.store.decisions.values()
        read = named(unpack_vector(decision.vector))["words_scam_peak"]
        assert (read if read == read else None) == peak
        assert talking.case.floor is (Light.GREEN if peak is None else Light.YELLOW)
    assert talking.reader.asked == 0


def test_without_the_words_model_the_conversation_is_missing_and_everything_goes_on(
    world: World, talking: Talking
) -> None:
    talking.reader.cause = "hash_mismatch"
    assert talking.says(PROSECUTOR).lines == (Line.NEXT_STEP, Line.QUESTION)
    (decision,) = world.store.decisions.values()
    vector = unpack_vector(decision.vector)
    assert not contract.present(vector, contract.Modality.CONVERSATION)
    assert decision.missing == ()
    assert world.telemetry.counts["WordsUnread"] == 1


def test_choices_and_sums_are_not_read_as_words(world: World, talking: Talking) -> None:
    owns(world, policies=TWO_POLICIES)
    talking.reader.figures = READ_AS_ORDINARY
    talking.says("1")
    talking.presses(1)
    talking.says("2")
    talking.says("10萬")
    assert talking.reader.asked == 0
    assert talking.talk.heard is None


# Again, at once, and when things break


def test_the_same_turn_a_hundred_times_acts_once_and_says_the_same(world: World, talking: Talking) -> None:
    world.shines(Light.GREEN)
    turn = talking.turn("我想借款10萬")
    replies = {(r.lines, r.case.case_id) for r in (talking.take(turn) for _ in range(100)) if r.case}
    assert len(replies) == 1
    assert len(world.store.cases) == 1
    assert len(talking.assessed) == 1


def test_an_answer_that_comes_again_answers_no_other_question(talking: Talking) -> None:
    talking.reader.figures = READ_AS_A_SCAM
    talking.says(PROSECUTOR)
    (*_, (_, harmless)) = places(talking.case, Sign.BENIGN)
    turn = talking.turn(str(harmless))
    for _ in range(100):
        reply = talking.take(turn)
    assert len(talking.case.answers) == 1
    assert reply.lines == (Line.QUESTION,)


def test_an_answer_after_which_the_power_failed_is_not_called_unclear_when_it_comes_again(talking: Talking) -> None:
    talking.says(PROSECUTOR)
    (*_, (_, harmless)) = places(talking.case, Sign.BENIGN)
    talking.world.clock.move(seconds=READING_S)
    turn, save = talking.turn(str(harmless)), talking.talks.save

    def cut(*_: Any) -> None:
        raise PowerCutError

    talking.talks.save = cut  # type: ignore[method-assign,assignment]
    with pytest.raises(PowerCutError):
        talking.take(turn)
    talking.talks.save = save  # type: ignore[method-assign]
    assert len(talking.case.answers) == 1
    assert talking.case.unanswered
    assert talking.take(turn).lines == (Line.QUESTION,)
    assert len(talking.case.answers) == 1


@pytest.mark.parametrize("done_first", [False, True])
@pytest.mark.parametrize("operation", ["save_talk", "commit", "find_talk", "find_case", "dossier"])
def test_a_turn_that_broke_off_comes_again_and_is_one_request(
    world: World, talking: Talking, operation: str, done_first: bool
) -> None:
    turn = talking.turn("我想借款10萬")
    world.faults.fail(operation, done_first=done_first)
    for _ in range(2):
        talking.take(turn)
    reply = talking.take(turn)
    assert reply.lines[-1] in (Line.QUESTION, Line.NEXT_STEP)
    assert len(world.store.cases) == 1


@pytest.mark.parametrize("error", [RetryableError("down"), GaveUpError("down")], ids=["retry", "give up"])
@pytest.mark.parametrize("operation", ["find_talk", "save_talk", "hash", "dossier", "commit", "*"])
def test_trouble_is_plain_words_and_never_a_release(operation: str, error: Exception) -> None:
    world = World().shines(Light.GREEN)
    talking = Talking(world)
    world.vault.faults = world.faults
    world.faults.fail_always(operation, error=error)
    reply = talking.says("我想借款10萬")
    assert reply.over
    assert reply.case is None or reply.case.state is not CaseState.RELEASED
    assert not set(reply.lines) & {Line.ELSEWHERE}
    assert all(case.state is not CaseState.RELEASED for case in world.store.cases.values())
    assert talking.said.step is not NextStep.PROCEED


def test_trouble_with_a_case_at_hand_has_staff_ring(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    world.faults.fail("save_talk")
    assert talking.says("1").lines == (Line.CALL_BACK,)
    assert TaskReason.TALK_UNFINISHED in world.tasks_of(talking.case.case_id)


def test_a_call_back_is_not_promised_where_no_task_could_be_written(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    world.faults.fail("save_talk")
    world.faults.fail("commit", times=3)
    assert talking.says("不懂").lines == (Line.TROUBLE,)


def test_two_turns_at_once_are_one_after_the_other(world: World, talking: Talking) -> None:
    """The second is taken while the first is about to save: the first reads again and goes on from there."""
    talking.says("你好")
    save, late = talking.talks.save, talking.turn("我想解約")
    overtaking = iter([late])

    def overtaken(talk: Any, at: Any) -> None:
        if (other := next(overtaking, None)) is not None:
            talking.take(other)
        save(talk, at)

    talking.talks.save = overtaken  # type: ignore[method-assign]
    talking.says("我想借款10萬")
    assert [case.request.kind for case in world.store.cases.values()] == [RequestKind.SURRENDER]
    assert talking.replies[-1].lines == (Line.NOT_UNDERSTOOD, Line.QUESTION)


def test_a_repeated_turn_that_is_overtaken_reads_again_too(world: World, talking: Talking) -> None:
    """It broke off before its case was stored, and by now the policy holds less than was asked for."""
    turn = talking.turn("我想借款10萬")
    world.faults.fail("commit", times=3)
    talking.take(turn)
    assert world.store.cases == {}
    owns(world, policies=(replace(a_profile().policies[0], cash_value_twd=50_000),))
    save, once = talking.talks.save, iter([True])

    def overtaken(talk: Any, at: Any) -> None:
        if next(once, False):
            raise ConflictError("stored_version")
        save(talk, at)

    talking.talks.save = overtaken  # type: ignore[method-assign]
    assert talking.take(turn).lines == (Line.MORE_THAN_AVAILABLE, Line.ASK_AMOUNT)


def test_an_answer_that_was_overtaken_is_not_given_twice(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    (*_, (_, harmless)) = places(talking.case, Sign.BENIGN)
    save, once = talking.talks.save, iter([True])

    def overtaken(talk: Any, at: Any) -> None:
        if next(once, False):
            kept, until = talking.talks.kept[talk.talk_id]
            talking.talks.kept[talk.talk_id] = (replace(kept, version=kept.version + 1, question=2), until)
        save(talk, at)

    talking.talks.save = overtaken  # type: ignore[method-assign]
    talking.says(str(harmless))
    assert len(talking.case.answers) == 1


def test_another_person_in_the_same_chat_starts_afresh(world: World, talking: Talking) -> None:
    talking.says(PROSECUTOR)
    other = Talking(world, who=None)
    other.talks = talking.talks
    other.who = type(POLICYHOLDER)("ph-0002")
    world.store.profiles[other.who] = a_profile()
    assert other.says("1").lines == (Line.HELLO, Line.ASK_KIND)


def test_a_day_later_it_starts_afresh(world: World, talking: Talking) -> None:
    talking.says("我想借款")
    world.clock.move(timedelta(days=1))
    assert talking.says("100000").lines == (Line.HELLO, Line.ASK_KIND)
    assert talking.talk.awaits is Awaits.KIND
