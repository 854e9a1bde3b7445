"""What does not go together is found, whatever the order; it is never unfound."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.caring import Answer, ChoiceId, QuestionId, questions
from safelight.domain.contradictions import BY_CODE, alarming, found_in, in_order, known_facts
from safelight.domain.facts import External, Facts, Marital, ObservationKind, RegisteredAccount
from safelight.domain.request import AccountKey, Channel, Locale
from tests.builders import ACCOUNT, NOW, a_context, a_profile, a_request, an_observation

NEW = AccountKey("b" * 64)


def an_answer(question_id: str, choice_id: str, after: float | None = 20, **over: Any) -> Answer:
    choice = questions()[QuestionId(question_id)].choices[ChoiceId(choice_id)]
    return Answer(
        question_id=QuestionId(question_id),
        choice_id=ChoiceId(choice_id),
        sign=choice.sign,
        answered_at=NOW + timedelta(seconds=after or 0),
        **over,
    )


def shown(*answers: Answer) -> dict[QuestionId, Any]:
    return {answer.question_id: NOW for answer in answers}


def found(*answers: Answer, known: tuple[str, ...] = (), channel: Channel = Channel.APP) -> tuple[str, ...]:
    return found_in(answers, known, shown(*answers), channel)


# Facts


def an_account(days: int, same_owner: bool | None) -> RegisteredAccount:
    return RegisteredAccount(key=NEW, added_on=NOW.date() - timedelta(days=days), same_owner=same_owner)


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        (an_account(400, False), ("payee_other",)),
        (an_account(1, False), ("payee_other",)),
        (an_account(7, None), ("payee_new",)),
        (an_account(8, None), ()),
        (an_account(1, True), ()),
        (None, ("payee_new",)),
    ],
    ids=["others", "others, new", "a week", "older", "own, new", "not on file"],
)
def test_what_is_known_of_the_payout_account(account: RegisteredAccount | None, codes: tuple[str, ...]) -> None:
    profile = a_profile(accounts=(account,) if account else ())
    assert known_facts(a_request(payout_account=NEW), Facts(profile=profile)) == codes


def test_the_account_of_record_denies_nothing() -> None:
    assert known_facts(a_request(), Facts(profile=a_profile())) == ()
    assert known_facts(a_request(payout_account=ACCOUNT), Facts(profile=a_profile())) == ()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(profile=a_profile(children_on_record=0)), "no_child"),
        (Facts(profile=a_profile(marital=Marital.WIDOWED)), "not_married"),
        (Facts(profile=a_profile(has_contact=False)), "no_contact"),
        (Facts(context=a_context(on_call=True)), "on_call"),
        (Facts(context=a_context(screen_shared=True)), "on_call"),
        (Facts(context=a_context(remote_control_app=True)), "on_call"),
        (Facts(external=External(reported_numbers_30d=3)), "reported_numbers"),
        (Facts(field=(an_observation(kind=ObservationKind.TALKS_OF_NEW_INVESTMENT),)), "noted_investment"),
        (Facts(field=(an_observation(kind=ObservationKind.TALKS_OF_NEW_ONLINE_FRIEND),)), "noted_friend"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_fact_is_known_by_its_code(facts: Facts, code: str) -> None:
    assert known_facts(a_request(), facts) == (code,)


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        Facts(profile=a_profile(marital=None)),
        Facts(profile=a_profile(children_on_record=2, has_contact=True)),
        Facts(context=a_context(on_call=False)),
        Facts(external=External(reported_numbers_30d=2)),
        Facts(
            field=(an_observation(kind=ObservationKind.TALKS_OF_NEW_INVESTMENT, observed_at=NOW - timedelta(days=61)),)
        ),
    ],
)
def test_what_is_not_known_or_long_ago_denies_nothing(facts: Facts) -> None:
    assert known_facts(a_request(), facts) == ()


def test_facts_are_those_of_the_day_of_the_request() -> None:
    later = a_request(payout_account=NEW, requested_at=NOW + timedelta(days=8))
    profile = a_profile(accounts=(RegisteredAccount(key=NEW, added_on=date(2026, 3, 10)),))
    assert known_facts(later, Facts(profile=profile)) == ()


# Answers against facts

DENIED = [
    ("payee_other", "general.purpose", "renovation"),
    ("payee_other", "general.recipient", "stays_with_me"),
    ("payee_new", "general.purpose", "medical"),
    ("on_call", "general.guided", "by_myself"),
    ("no_child", "general.payee", "child"),
    ("not_married", "general.payee", "spouse"),
    ("no_contact", "general.who_confirms", "contact_on_file"),
    ("noted_investment", "fake_investment.introduced_by", "not_investing"),
    ("noted_friend", "romance.met_in_person", "not_about_friend"),
    ("reported_numbers", "fake_authority.told_involved", "no_contact"),
]


@pytest.mark.parametrize(("code", "question", "choice"), DENIED)
def test_an_answer_that_a_fact_denies_is_found(code: str, question: str, choice: str) -> None:
    answer = an_answer(question, choice)
    assert found(answer) == ()
    assert found(answer, known=(code,)) == (code,)
    others = tuple(other for other, _, _ in DENIED if not set(BY_CODE[other].denies) & set(BY_CODE[code].denies))
    assert found(answer, known=others) == ()


def test_every_fact_of_the_table_is_tried_above() -> None:
    assert {code for code, _, _ in DENIED} == {check.code for check in BY_CODE.values() if check.denies}


def test_a_paper_far_below_the_sum_is_found() -> None:
    assert found(an_answer("general.paper_amount", "differs", amount_twd=10)) == ("amount_differs",)
    assert found(an_answer("general.paper_amount", "fits", amount_twd=10**6)) == ()


# Answers against each other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("fake_investment.introduced_by", "not_investing"), ("fake_investment.account_name", "own_name")),
        (("romance.met_in_person", "not_about_friend"), ("romance.others_met", "family_met")),
        (("fake_authority.told_secret", "not_yet"), ("general.secrecy", "family_knows")),
        (("general.recipient", "stays_with_me"), ("general.purpose", "family_help")),
        (("general.paper", "everyday"), ("general.quote", "about_the_same")),
    ],
)
def test_two_answers_that_cannot_both_be_true_are_found_in_either_order(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    first, second = an_answer(*one), an_answer(*other)
    assert found(first) == found(second) == ()
    assert found(first, second) == found(second, first) == ("answers_disagree",)


@pytest.mark.parametrize("question", list(questions().values()), ids=lambda q: q.question_id)
def test_no_choice_contradicts_itself(question: Any) -> None:
    for choice_id in question.choices:
        if choice_id != "differs":
            assert found(an_answer(question.question_id, choice_id)) == ()


# Answers against time


@pytest.mark.parametrize(("after", "fast"), [(0.0, True), (1.49, True), (1.5, False), (600, False)])
def test_faster_than_anybody_reads(after: float, fast: bool) -> None:
    answer = an_answer("general.guided", "my_agent", after)
    assert found(answer) == (("too_fast",) if fast else ())
    assert found(answer, channel=Channel.COUNTER) == ()
    assert found_in([answer], (), {}, Channel.APP) == (), "older code did not keep when it was shown"


@pytest.mark.parametrize(
    ("silences", "stands_out"),
    [
        ([], False),
        ([7.9], False),
        ([12.0], False),
        ([12.0, 11.0, 14.0], False),
        ([12.0, 4.0], True),
        ([4.1, 12.0], False),
        ([7.9, 1.0], False),
        ([30.0], True),
    ],
)
def test_a_silence_stands_out_beside_his_own_pace(silences: list[float], stands_out: bool) -> None:
    """Who is slow at every question is old or careful, not coached."""
    named = [("general.guided", "my_agent"), ("general.purpose", "living"), ("general.callback", "call_now")]
    answers = [an_answer(*named[n], silence_s=silence) for n, silence in enumerate(silences)]
    assert found(*answers) == (("long_silence",) if stands_out else ())


# What follows


@pytest.mark.parametrize("code", list(BY_CODE))
def test_one_light_contradiction_is_no_alarm_and_a_grave_one_is(code: str) -> None:
    assert alarming((code,)) is (code == "payee_other")
    assert alarming((code, next(other for other in BY_CODE if other != code)))


def test_none_is_no_alarm_and_a_retired_code_counts_as_light() -> None:
    assert not alarming(())
    assert not alarming(("retired",))
    assert alarming(("retired", "too_fast"))


def test_codes_are_kept_in_one_order_and_retired_ones_last() -> None:
    assert in_order({"too_fast", "zz", "on_call", "aa"}) == ("on_call", "too_fast", "aa", "zz")


@pytest.mark.parametrize("code", list(BY_CODE))
def test_every_contradiction_has_words_for_staff_in_both_languages(code: str) -> None:
    zh, en = BY_CODE[code].words(Locale.ZH_TW), BY_CODE[code].words(Locale.EN)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
    assert en.isascii()


ANSWERS = st.sampled_from([(q.question_id, c) for q in questions().values() for c in q.choices]).flatmap(
    lambda pair: st.builds(
        lambda after, silence: an_answer(*pair, after, silence_s=silence),
        st.sampled_from([0.0, 1.0, 20.0]),
        st.sampled_from([None, 0.5, 5.0, 9.0, 40.0]),
    )
)
KNOWN = st.sets(st.sampled_from([code for code, check in BY_CODE.items() if check.denies])).map(in_order)


@given(st.lists(ANSWERS, max_size=5, unique_by=lambda a: a.question_id), ANSWERS, KNOWN, KNOWN)
def test_more_answers_or_more_facts_never_take_a_contradiction_away(
    answers: list[Answer], one: Answer, known: tuple[str, ...], more: tuple[str, ...]
) -> None:
    before = set(found(*answers, known=known))
    if one.question_id not in {a.question_id for a in answers}:
        assert before <= set(found(*answers, one, known=known))
    assert before <= set(found(*answers, known=in_order({*known, *more})))
    assert before == set(found(*reversed(answers), known=known))
