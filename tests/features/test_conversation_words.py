"""Words made plain, and the conversation's features: nothing personal is left, and only numbers come out."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.assessment import Modality, ScamType
from safelight.domain.facts import Conversation, Facts
from safelight.features.contract import BY_MODALITY, SLICES, present, vector
from safelight.features.plain_words import HEAD, TAIL, plain
from tests.model.example_requests import ordinary_borrower

FOLD = str.maketrans("檢察說帳戶監費碼驗證電話號陳經錢萬", "检察说帐户监费码验证电话号陈经钱万")

SAID = Conversation(scam=3.5, peak=4.25, types=(1.0, -2.0, -3.0, -4.0, -5.0), length=2.0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("身分證A123456789", "身分证I"),
        ("電話 0912-345-678", "电话P"),
        ("打 02-2345-6789", "打P"),
        ("帳號 0123-456-789012", "帐号A"),
        ("卡號4311952222222222", "卡号A"),
        ("驗證碼是482913", "验证码是C"),
        ("NT$300,000", "M"),
        ("三十萬元", "M"),
        ("30萬", "M"),
        ("£1,000 prize", "M prize"),
        ("12/31 下午3:30", "D下午D"),
        ("陳大明先生", "S先生"),
        ("我叫陳大明", "我叫S"),
        ("Dear Mr Chen", "dear mr S"),
        ("mail a.b@example.com", "mail E"),
        ("http://a.example/x?y=1", "U"),
        ("www.example.com", "U"),
        ("h t t p", "h t t p"),
        ("http : / / www . a - b . com / 12", "U"),
        ("打165", "打H"),
        ("請點<URL>或電 PHONE", "請點U或电P"),
        ("第165頁", "第H頁"),
    ],
)
def test_mask(words: str, expected: str):
    assert plain(words, FOLD) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("檢察說帳戶", "检察说帐户"),
        ("ＡＢＣ１２３", "abc456"),
        ("您 的 帳 戶", "您的帐户"),
        ("您的，帳戶！", "您的,帳戶!"),
        ("帳\u200b戶", "帳戶"),
        ("帳戶!!!", "帳戶!"),
        ("您的帳戶 http : // a . com / x", "您的帳戶http://a.com/x"),
    ],
)
def test_same_words_in_another_dress_are_the_same(one: str, other: str):
    assert plain(one, FOLD) == plain(other, FOLD)


@given(st.text(max_size=300))
def test_no_digit_survives(words: str):
    assert not any(mark.isdecimal() for mark in plain(words, FOLD))


@given(st.text(st.characters(codec="utf-16", exclude_categories=()), max_size=200))
def test_any_string_can_be_read(words: str):
    assert isinstance(plain(words, FOLD), str)


def test_long_text_keeps_its_beginning_and_end():
    said = plain("甲" * 100 + "x" * 1_000_000 + "乙" * 100, FOLD)
    assert said.startswith("甲")
    assert said.endswith("乙")
    assert len(said) <= HEAD + TAIL + 1


def test_conversation_becomes_its_features():
    request, facts = ordinary_borrower()
    values = vector(request, Facts(profile=facts.profile, conversation=SAID))[SLICES[Modality.CONVERSATION]]
    assert values == (3.5, 4.25, 1.0, -2.0, -3.0, -4.0, -5.0, 2.0)


def test_one_feature_a_scam_type_in_their_order():
    names = [feature.name for feature in BY_MODALITY[Modality.CONVERSATION]]
    assert names[2:7] == [f"words_{scam.value}" for scam in ScamType]


def test_silence_is_missing():
    request, _ = ordinary_borrower()
    values = vector(request, Facts())
    assert all(isnan(value) for value in values[SLICES[Modality.CONVERSATION]])
    assert not present(values, Modality.CONVERSATION)


def test_worse_words_never_lower_the_risk():
    assert all(f.rises == 1 for f in BY_MODALITY[Modality.CONVERSATION] if f.name != "words_length")
