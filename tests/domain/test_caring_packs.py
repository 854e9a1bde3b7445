"""Rules that the caring questions' packs keep, whoever edits the words."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import permutations

import pytest

from safelight.domain.assessment import ScamType
from safelight.domain.caring import (
    FROM_LIKELIEST,
    GENERAL,
    MAX_QUESTIONS,
    ChoiceId,
    Question,
    QuestionId,
    QuestionText,
    Sign,
    questions,
    read_answer,
    select,
    texts,
)
from safelight.domain.errors import RejectedError
from safelight.domain.request import Locale

PROMPT_LIMIT = {Locale.ZH_TW: 40, Locale.EN: 140}
STORY_LIMIT = {Locale.ZH_TW: 70, Locale.EN: 200}
# zh: the label of a LINE quick reply; en: the text of a Lex V2 button.
CHOICE_LIMIT = {Locale.ZH_TW: 20, Locale.EN: 50}
PURPOSE = QuestionId("general.purpose")
"""The one question that lists more than five choices: a purpose must be named to be asked after."""

CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
HAN = re.compile("[\u4e00-\u9fff]")
LATIN_WORD = re.compile("[A-Za-z]+")
LATIN_WORDS_IN_ZH = {"ATM", "LINE"}
HOTLINES = {"165", "110"}
VERDICTS = {
    Locale.ZH_TW: ("詐騙", "詐欺", "被騙", "上當", "紅燈", "黃燈", "綠燈", "風險", "分數"),
    Locale.EN: ("scam", "fraud", "victim", "deceiv", "red light", "yellow light", "green light", "risk", "score"),
}
NOW = datetime(2025, 3, 3, 9, 30, tzinfo=UTC)

EVERY_LOCALE = pytest.mark.parametrize("locale", list(Locale))
EVERY_QUESTION = pytest.mark.parametrize("question", list(questions().values()), ids=lambda q: q.question_id)
EVERY_PACK = pytest.mark.parametrize("pack", [*ScamType, GENERAL])


def pack_of(pack: str) -> list[Question]:
    return [q for q in questions().values() if q.pack == pack]


def words_of(text: QuestionText) -> Iterator[str]:
    yield text.prompt
    yield from text.choices.values()
    if text.story is not None:
        yield text.story


def all_words(locale: Locale) -> list[str]:
    return [words for text in texts(locale).values() for words in words_of(text)]


def some_suspicions() -> list[tuple[ScamType, ...]]:
    return [order for n in range(1, len(ScamType) + 1) for order in permutations(ScamType, n)]


# The packs


def test_there_is_a_pack_for_every_scam_type_and_a_general_one() -> None:
    assert list(dict.fromkeys(q.pack for q in questions().values())) == [*ScamType, GENERAL]


@EVERY_PACK
def test_every_pack_has_enough_questions_to_be_asked(pack: str) -> None:
    assert len(pack_of(pack)) >= (MAX_QUESTIONS if pack == GENERAL else FROM_LIKELIEST)


@EVERY_QUESTION
def test_a_question_is_named_after_its_pack_and_says_what_it_verifies(question: Question) -> None:
    assert re.fullmatch(rf"{question.pack}\.[a-z]+(_[a-z]+)*", question.question_id)
    assert question.verifies.strip()


@EVERY_QUESTION
def test_a_question_has_a_benign_and_a_warning_choice(question: Question) -> None:
    assert {Sign.BENIGN, Sign.WARNING} <= set(question.choices.values())


@EVERY_QUESTION
def test_a_question_has_few_choices(question: Question) -> None:
    assert 3 <= len(question.choices) <= (8 if question.question_id == PURPOSE else 5)


def test_an_ordinary_purpose_is_benign_and_one_from_somebody_else_is_a_warning() -> None:
    signs = dict(questions()[PURPOSE].choices)
    assert signs.pop(ChoiceId("someone_asked")) is Sign.WARNING
    assert signs.pop(ChoiceId("not_said")) is Sign.UNCLEAR
    assert set(signs.values()) == {Sign.BENIGN}


@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_the_place_of_a_choice_does_not_give_its_sign_away(place: int) -> None:
    signs = Counter(list(q.choices.values())[place] for q in questions().values())
    assert max(signs.values()) <= 0.6 * len(questions())


# The words


@EVERY_LOCALE
def test_every_question_has_words_in_every_language(locale: Locale) -> None:
    assert list(texts(locale)) == list(questions())
    assert all(words.strip() == words != "" for words in all_words(locale))


@EVERY_LOCALE
@EVERY_QUESTION
def test_every_choice_has_words_in_every_language(question: Question, locale: Locale) -> None:
    assert list(texts(locale)[question.question_id].choices) == list(question.choices)


@EVERY_LOCALE
@EVERY_QUESTION
def test_no_two_choices_of_a_question_read_the_same(question: Question, locale: Locale) -> None:
    choices = texts(locale)[question.question_id].choices
    assert len(set(choices.values())) == len(choices)


@EVERY_LOCALE
def test_no_two_questions_read_the_same(locale: Locale) -> None:
    assert len({text.prompt for text in texts(locale).values()}) == len(questions())


@EVERY_LOCALE
@EVERY_PACK
def test_the_first_question_of_a_pack_comes_with_a_story(pack: str, locale: Locale) -> None:
    assert texts(locale)[pack_of(pack)[0].question_id].story


@EVERY_LOCALE
def test_words_are_short_enough_to_be_read(locale: Locale) -> None:
    for question_id, text in texts(locale).items():
        assert len(text.prompt) <= PROMPT_LIMIT[locale], question_id
        assert len(text.story or "") <= STORY_LIMIT[locale], question_id
        assert all(len(words) <= CHOICE_LIMIT[locale] for words in text.choices.values()), question_id


def test_english_has_no_chinese_left_in_it() -> None:
    assert [words for words in all_words(Locale.EN) if CJK.search(words)] == []


def test_chinese_has_no_english_left_in_it() -> None:
    words = all_words(Locale.ZH_TW)
    assert [w for w in words if not HAN.search(w)] == []
    assert {latin for w in words for latin in LATIN_WORD.findall(w)} <= LATIN_WORDS_IN_ZH


def test_chinese_addresses_the_policyholder_politely() -> None:
    assert [w for w in all_words(Locale.ZH_TW) if re.search("[你妳]|您們", w)] == []


@EVERY_LOCALE
def test_no_words_pass_a_verdict(locale: Locale) -> None:
    assert [w for w in all_words(locale) for verdict in VERDICTS[locale] if verdict in w.lower()] == []


@EVERY_LOCALE
def test_no_words_hold_a_link_or_a_number_other_than_a_hotline(locale: Locale) -> None:
    words = all_words(locale)
    assert {number for w in words for number in re.findall(r"\d+", w)} <= HOTLINES
    assert [w for w in words if re.search(r"https?:|www\.|@", w)] == []


# Which are asked


@pytest.mark.parametrize("scam_type", list(ScamType))
def test_the_suspected_types_three_strongest_come_first(scam_type: ScamType) -> None:
    strongest = [q.question_id for q in pack_of(scam_type)][:FROM_LIKELIEST]
    for suspected in some_suspicions():
        if suspected[0] is scam_type:
            assert list(select(suspected)[:FROM_LIKELIEST]) == strongest


def test_the_second_suspected_type_gets_its_strongest_question() -> None:
    for suspected in some_suspicions():
        if len(suspected) > 1:
            assert select(suspected)[FROM_LIKELIEST] == pack_of(suspected[1])[0].question_id


def test_five_questions_are_asked_and_never_more() -> None:
    assert {len(select(suspected)) for suspected in [(), *some_suspicions()]} == {MAX_QUESTIONS}


def test_no_question_is_asked_twice() -> None:
    for suspected in [(), *some_suspicions()]:
        assert len(set(select(suspected))) == len(select(suspected))


def test_with_no_suspicion_only_general_questions_are_asked() -> None:
    assert {questions()[q].pack for q in select(())} == {GENERAL}


def test_whether_somebody_is_guiding_the_answers_is_always_asked() -> None:
    assert all("general.guided" in select(suspected) for suspected in [(), *some_suspicions()])


# What is read


@EVERY_QUESTION
def test_an_answer_by_place_carries_the_sign_of_its_choice(question: Question) -> None:
    asked = (QuestionId("general.guided"), question.question_id)
    for place, (choice_id, sign) in enumerate(question.choices.items(), 1):
        answer = read_answer(2, place, asked, NOW)
        assert (answer.question_id, answer.choice_id, answer.sign) == (question.question_id, choice_id, sign)
        assert answer.answered_at == NOW


@pytest.mark.parametrize("number", [-1, 0, MAX_QUESTIONS + 1, 9])
def test_an_answer_to_what_was_not_asked_is_rejected(number: int) -> None:
    with pytest.raises(RejectedError) as rejected:
        read_answer(number, 1, select(()), NOW)
    assert (rejected.value.reason, rejected.value.field) == ("not_asked", "question_id")


@EVERY_QUESTION
def test_an_unknown_choice_is_rejected(question: Question) -> None:
    for choice in (-1, 0, len(question.choices) + 1):
        with pytest.raises(RejectedError) as rejected:
            read_answer(1, choice, (question.question_id,), NOW)
        assert (rejected.value.reason, rejected.value.field) == ("unknown_choice", "choice_id")
