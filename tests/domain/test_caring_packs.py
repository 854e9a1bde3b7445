"""Rules that the caring questions' packs keep, whoever edits the words."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from difflib import SequenceMatcher
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from safelight.domain.asking import MAX_QUESTIONS, assumed
from safelight.domain.assessment import ScamType
from safelight.domain.caring import (
    FIRST_LANGUAGE,
    GENERAL,
    PACKS,
    ChoiceId,
    Form,
    Question,
    QuestionId,
    QuestionText,
    Sign,
    frames,
    languages,
    questions,
    texts,
    verifies,
)
from safelight.domain.contradictions import BY_CODE
from safelight.domain.request import Locale
from safelight.domain.saying import LABEL_LIMIT, MESSAGE_LIMIT, label, spoken, written
from tests.languages import FAMILIAR, REPROACHES, VERDICTS, left_over, own, vocabulary

PROMPT_LIMIT = dict.fromkeys(Locale, 140) | {Locale.ZH_TW: 40}
STORY_LIMIT = dict.fromkeys(Locale, 220) | {Locale.ZH_TW: 70, Locale.EN: 200}
CHOICE_LIMIT = dict.fromkeys(Locale, 50) | {Locale.ZH_TW: LABEL_LIMIT}
"""zh: the label of a LINE quick reply; others: the text of a Lex V2 button."""
WORDINGS = 3
PURPOSE = QuestionId("general.purpose")
"""The one question that lists more than five choices: a purpose must be named to be asked after."""

HOTLINES = {"165", "110"}

EVERY_LOCALE = pytest.mark.parametrize("locale", list(Locale))
EVERY_QUESTION = pytest.mark.parametrize("question", list(questions().values()), ids=lambda q: q.question_id)
EVERY_PACK = pytest.mark.parametrize("pack", [*ScamType, GENERAL])


def pack_of(pack: str) -> list[Question]:
    return [q for q in questions().values() if q.pack == pack]


def words_of(text: QuestionText) -> Iterator[str]:
    yield from text.prompts
    yield from text.choices.values()
    if text.story is not None:
        yield text.story


def all_words(locale: Locale) -> list[str]:
    return [words for text in texts(locale).values() for words in words_of(text)]


def said_in(locale: Locale) -> list[str]:
    """With what is only said."""
    return [*all_words(locale), *(re.sub(r"{\w+}", "", frame) for frame in astuple(frames(locale)))]


# The packs


def test_there_is_a_pack_for_every_scam_type_and_a_general_one() -> None:
    assert list(dict.fromkeys(q.pack for q in questions().values())) == [*ScamType, GENERAL]


@EVERY_PACK
def test_every_pack_has_enough_questions_to_be_asked(pack: str) -> None:
    """Those that need no answer before them."""
    assert len([q for q in pack_of(pack) if not q.follow_up]) >= (MAX_QUESTIONS if pack == GENERAL else 3)
    assert any(choice.then for question in pack_of(pack) for choice in question.choices.values())


@EVERY_QUESTION
def test_a_question_is_named_after_its_pack_and_says_what_it_verifies(question: Question) -> None:
    assert re.fullmatch(rf"{question.pack}\.[a-z]+(_[a-z]+)*", question.question_id)
    assert question.verifies.strip()


@EVERY_QUESTION
def test_a_question_has_a_benign_and_a_warning_choice(question: Question) -> None:
    signs = {choice.sign for choice in question.choices.values()}
    assert Sign.BENIGN in signs
    assert Sign.WARNING in signs or question.form is Form.OPEN


@EVERY_QUESTION
def test_a_question_has_few_choices(question: Question) -> None:
    least = 2 if question.form is Form.OPEN else 3
    assert least <= len(question.shown) <= (9 if question.question_id == PURPOSE else 6)


def test_an_ordinary_purpose_is_benign_and_one_from_somebody_else_is_a_warning() -> None:
    signs = {choice_id: choice.sign for choice_id, choice in questions()[PURPOSE].choices.items()}
    assert signs.pop(ChoiceId("someone_asked")) is Sign.WARNING
    assert signs.pop(ChoiceId("not_said")) is Sign.UNCLEAR
    assert set(signs.values()) == {Sign.BENIGN}


@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_the_place_of_a_choice_does_not_give_its_sign_away(place: int) -> None:
    signs = Counter(q.choices[q.shown[place]].sign for q in questions().values())
    assert max(signs.values()) <= 0.6 * len(questions())


# The words


@EVERY_LOCALE
def test_every_question_has_words_in_every_language(locale: Locale) -> None:
    assert list(texts(locale)) == list(questions())
    assert all(words.strip() == words != "" for words in all_words(locale))


@EVERY_LOCALE
@EVERY_QUESTION
def test_every_choice_has_words_in_every_language(question: Question, locale: Locale) -> None:
    assert tuple(texts(locale)[question.question_id].choices) == question.shown


@EVERY_LOCALE
@EVERY_QUESTION
def test_no_two_choices_of_a_question_read_the_same(question: Question, locale: Locale) -> None:
    choices = texts(locale)[question.question_id].choices
    assert len(set(choices.values())) == len(choices)


@EVERY_LOCALE
def test_no_two_questions_read_the_same(locale: Locale) -> None:
    prompts = [prompt for text in texts(locale).values() for prompt in text.prompts]
    assert len(set(prompts)) == len(prompts) == WORDINGS * len(questions())


@EVERY_LOCALE
@EVERY_QUESTION
def test_the_wordings_of_a_question_differ(question: Question, locale: Locale) -> None:
    """Whoever learned one by heart does not find it again: less than four fifths is the same, in the same order."""
    for one, another in combinations(texts(locale)[question.question_id].prompts, 2):
        assert SequenceMatcher(None, one, another, autojunk=False).ratio() < 0.8, (one, another)


@EVERY_LOCALE
def test_the_first_question_of_a_pack_comes_with_a_story_in_every_language(locale: Locale) -> None:
    told = [question_id for question_id, text in texts(locale).items() if text.story]
    assert told == [pack_of(pack)[0].question_id for pack in (*ScamType, GENERAL)]
    for question_id in told:
        hotlines = [set(re.findall(r"\d+", texts(one)[question_id].story or "")) for one in (locale, Locale.ZH_TW)]
        assert hotlines[0] == hotlines[1]


def test_staff_read_what_a_question_verifies_in_both_their_languages() -> None:
    chinese, english = verifies(Locale.ZH_TW), verifies(Locale.EN)
    assert list(chinese) == list(english) == list(questions())
    assert [w for w in chinese.values() if not own(w, Locale.ZH_TW) or left_over(w, Locale.ZH_TW)] == []
    assert [w for w in english.values() if not own(w, Locale.EN)] == []
    assert len(set(chinese.values())) == len(chinese)


@EVERY_LOCALE
def test_words_are_short_enough_to_be_read(locale: Locale) -> None:
    for question_id, text in texts(locale).items():
        assert max(map(len, text.prompts)) <= PROMPT_LIMIT[locale], question_id
        assert len(text.story or "") <= STORY_LIMIT[locale], question_id
        assert all(len(words) <= CHOICE_LIMIT[locale] for words in text.choices.values()), question_id


@EVERY_LOCALE
def test_nothing_is_left_in_another_language(locale: Locale) -> None:
    """No other script, and no word that the English questions use."""
    english = vocabulary(all_words(Locale.EN))
    assert [(w, left) for w in said_in(locale) if (left := left_over(w, locale, english))] == []
    assert [w for w in said_in(locale) if not own(w, locale)] == []


@EVERY_LOCALE
def test_no_two_languages_say_it_in_the_same_words(locale: Locale) -> None:
    for other in set(Locale) - {locale}:
        assert not set(said_in(locale)) & set(said_in(other)), other


@EVERY_LOCALE
def test_letters_are_written_in_one_way(locale: Locale) -> None:
    """A Vietnamese letter and its tone as one character: counted as one by every channel, and found by every check."""
    assert [w for w in said_in(locale) if unicodedata.normalize("NFC", w) != w] == []


@EVERY_LOCALE
def test_words_pass_no_verdict_and_reproach_nobody(locale: Locale) -> None:
    assert [w for w in all_words(locale) for verdict in VERDICTS[locale] if verdict in w.lower()] == []
    assert [w for w in all_words(locale) if re.search(REPROACHES[locale], w, re.IGNORECASE)] == []


@EVERY_LOCALE
def test_the_policyholder_is_addressed_politely(locale: Locale) -> None:
    assert [w for w in all_words(locale) if re.search(FAMILIAR[locale], w, re.IGNORECASE)] == []


@EVERY_LOCALE
def test_no_words_hold_a_link_or_a_number_other_than_a_hotline(locale: Locale) -> None:
    words = all_words(locale)
    assert {number for w in words for number in re.findall(r"\d+", w)} <= HOTLINES
    assert [w for w in words if re.search(r"https?:|www\.|@", w)] == []


# Wordings


def test_the_wording_follows_from_the_case_and_takes_its_turn() -> None:
    text = texts(FIRST_LANGUAGE)[PURPOSE]
    turns = [text.prompt(f"case-{n}", PURPOSE) for n in range(60)]
    assert turns == [text.prompt(f"case-{n}", PURPOSE) for n in range(60)]
    assert set(turns) == set(text.prompts)


def test_one_case_does_not_take_the_same_turn_throughout() -> None:
    words = texts(FIRST_LANGUAGE)
    places = {words[q].prompts.index(words[q].prompt("case-1", q)) for q in questions()}
    assert places == set(range(WORDINGS))


def test_a_language_without_words_is_spoken_to_in_the_first() -> None:
    assert texts("xx") == texts(FIRST_LANGUAGE)
    assert Locale.nearest("xx") == FIRST_LANGUAGE
    assert set(languages()) == set(Locale)


# What each channel can carry


@EVERY_LOCALE
@EVERY_QUESTION
def test_a_question_fits_every_channel_in_every_wording(question: Question, locale: Locale) -> None:
    text = texts(locale)[question.question_id]
    for prompt in text.prompts:
        assert len(written(prompt, question, text)) <= MESSAGE_LIMIT
        assert len(spoken(prompt, question, text, frames(locale))) <= MESSAGE_LIMIT
    for place, choice_id in enumerate(question.shown, 1):
        assert len(label(place, text.choices[choice_id])) <= LABEL_LIMIT


def test_a_label_that_does_not_fit_is_the_number_that_the_message_gave_it() -> None:
    assert label(3, "a" * LABEL_LIMIT) == "a" * LABEL_LIMIT
    assert label(3, "a" * (LABEL_LIMIT + 1)) == "3"


@EVERY_LOCALE
@EVERY_QUESTION
def test_speech_is_well_formed_and_names_every_key_once(question: Question, locale: Locale) -> None:
    text = texts(locale)[question.question_id]
    said = spoken(text.prompts[0], question, text, frames(locale))
    read = ET.fromstring(said)
    assert read.tag == "speak"
    assert [b.get("time") for b in read.iter("break")] == ([f"{question.pause_s}s"] if question.pause_s else [])
    keys = re.findall(r"\d+", "".join(read.itertext()))
    assert [key for key in keys if key not in HOTLINES] == [str(n) for n in range(1, len(question.shown) + 1)]
    assert (frames(locale).amount in said) is (question.form is Form.OPEN)


def test_what_speech_cannot_hold_is_escaped() -> None:
    question = questions()[PURPOSE]
    text = QuestionText(prompts=("A & B?",), choices=dict.fromkeys(question.shown, "<x>"), story="1 < 2")
    said = "".join(ET.fromstring(spoken(text.prompts[0], question, text, frames(Locale.EN))).itertext())
    assert all(words in said for words in ("A & B?", "<x>", "1 < 2"))


@EVERY_LOCALE
def test_frames_have_their_places(locale: Locale) -> None:
    said = frames(locale)
    assert [re.findall(r"{\w*}", frame) for frame in (said.press, said.amount, said.otherwise)] == [
        ["{choice}", "{digit}"],
        [],
        ["{choices}"],
    ]
    assert said.amount.strip()


@EVERY_LOCALE
@EVERY_QUESTION
def test_nobody_can_read_and_answer_in_the_least_time(question: Question, locale: Locale) -> None:
    """Skimming is at most 60 Chinese characters or 180 letters a second: whoever takes less did not read."""
    text = texts(locale)[question.question_id]
    shortest = min(map(len, text.prompts)) + sum(map(len, text.choices.values()))
    assert 0 < question.least_s <= 1.0 + shortest / (60 if locale is Locale.ZH_TW else 180)


# What hangs together


@EVERY_QUESTION
def test_a_follow_up_is_a_question_of_its_own_pack_or_a_general_one(question: Question) -> None:
    for choice in question.choices.values():
        if choice.then is not None:
            led_to = questions()[choice.then]
            assert led_to.pack == question.pack
            assert choice.sign is not Sign.WARNING
            assert all(c.then is None for c in led_to.choices.values()) or led_to.pack == GENERAL


def test_saying_renovation_is_followed_by_the_quote_and_a_child_is_looked_up() -> None:
    purposes = questions()[PURPOSE].choices
    assert purposes[ChoiceId("renovation")].then == "general.quote"
    assert questions()[QuestionId("general.payee")].choices[ChoiceId("child")].claims == ("child",)


def test_every_claim_can_be_denied_by_another_answer_or_a_fact() -> None:
    claims = {claim for q in questions().values() for choice in q.choices.values() for claim in choice.claims}
    denied = {claim for check in BY_CODE.values() for claim in check.denies}
    assert denied <= claims
    opposites = {claim.removeprefix("!") if claim.startswith("!") else f"!{claim}" for claim in claims}
    assert claims <= denied | opposites


@EVERY_QUESTION
def test_assumed_shares_cover_every_choice_and_add_up(question: Question) -> None:
    table = assumed().answers[question.question_id]
    assert list(table) == list(question.choices)
    assert [sum(row[manner] for row in table.values()) for manner in range(3)] == [100, 100, 100]


@EVERY_QUESTION
def test_open_victims_are_assumed_to_give_more_warnings_than_genuine_customers(question: Question) -> None:
    table = assumed().answers[question.question_id]
    warned = [c for c, choice in question.choices.items() if choice.sign is Sign.WARNING]
    if warned:
        genuine, openly, coached = (sum(table[c][manner] for c in warned) for manner in range(3))
        assert genuine < coached < openly


def test_assumptions_say_that_they_are_assumptions() -> None:
    assert "Assumptions" in json.loads((PACKS / "assumed.json").read_text(encoding="utf-8"))["about"]
