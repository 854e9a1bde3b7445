"""What is heard in five languages, what is not, and sums however they are written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.hearing import MOST_TWD, WORDS, Heard, amount, hear, place
from safelight.domain.request import Locale, RequestKind

ZH, EN, VI, ID, TH = Locale.ZH_TW, Locale.EN, Locale.VI, Locale.ID, Locale.TH
LOAN, SURRENDER, WITHDRAWAL = RequestKind.POLICY_LOAN, RequestKind.SURRENDER, RequestKind.PARTIAL_WITHDRAWAL
ACCOUNT, BENEFICIARY = RequestKind.PAYOUT_ACCOUNT_CHANGE, RequestKind.BENEFICIARY_CHANGE
CONTACT = RequestKind.CONTACT_CHANGE


@pytest.mark.parametrize(
    ("words", "locale", "kind"),
    [
        ("我想解約", ZH, SURRENDER),
        ("我要退保,檢察官說我的帳戶被監管", ZH, SURRENDER),
        ("請問保單借款怎麼辦理", ZH, LOAN),
        ("想借１０萬", ZH, LOAN),
        ("部分解約可以嗎", ZH, WITHDRAWAL),
        ("我要變更帳戶", ZH, ACCOUNT),
        ("受益人想改成女兒", ZH, BENEFICIARY),
        ("想換聯絡人", ZH, CONTACT),
        ("我要解约", ZH, SURRENDER),
        ("I want to SURRENDER my policy", EN, SURRENDER),
        ("can I borrow some money", EN, LOAN),
        ("please cancel my policy", EN, SURRENDER),
        ("withdraw 20,000", EN, WITHDRAWAL),
        ("change my account please", EN, ACCOUNT),
        ("Tôi muốn vay tiền", VI, LOAN),
        ("tôi muốn chấm dứt hợp đồng", VI, SURRENDER),
        ("rút tiền", VI, WITHDRAWAL),
        ("saya mau pinjam uang", ID, LOAN),
        ("mau tutup polis", ID, SURRENDER),
        ("tarik dana", ID, WITHDRAWAL),
        ("อยากกู้เงิน", TH, LOAN),
        ("ขอเวนคืนกรมธรรม์", TH, SURRENDER),
        ("ถอนเงิน", TH, WITHDRAWAL),
        ("我想先解約,再還清借款", ZH, SURRENDER),
    ],
)
def test_a_wish_is_heard_in_its_language_whatever_language_is_expected(
    words: str, locale: Locale, kind: RequestKind
) -> None:
    for expected in (locale, ZH, EN):
        heard = hear(words, expected)
        assert (heard.kind, heard.locale) == (kind, locale)


@pytest.mark.parametrize(
    "words",
    [
        "我不想解約",
        "先不要借款",
        "I do not want to surrender",
        "I don't want a loan",
        "tôi không muốn vay",
        "saya tidak mau pinjam",
    ],
)
def test_a_wish_that_is_denied_is_none(words: str) -> None:
    assert hear(words, ZH).kind is None


@pytest.mark.parametrize("words", ["", "  ", "你好", "hello", "Sloane and a shipment", "123456", "😀", "\u200b", "ok"])
def test_what_says_nothing_is_heard_as_nothing(words: str) -> None:
    assert hear(words, ZH) == Heard()


@pytest.mark.parametrize(
    "words",
    [
        "檢察官說我的帳戶被監管",
        "he says he is a prosecutor",
        "my account was frozen by the police",
        "công an nói tài khoản bị phong tỏa",
        "polisi bilang rekening dibekukan",
        "ตำรวจบอกว่าบัญชีถูกอายัด",
    ],
)
def test_a_worry_is_heard_without_a_wish(words: str) -> None:
    heard = hear(words, ZH)
    assert heard.worried
    assert heard.kind is None


@pytest.mark.parametrize(
    ("words", "locale", "sum_twd"),
    [
        ("100,000", EN, 100_000),
        ("100000", ZH, 100_000),
        ("NT$100,000", EN, 100_000),
        ("１０００００", ZH, 100_000),
        ("10萬", ZH, 100_000),
        ("10万元", ZH, 100_000),
        ("1.5萬", ZH, 15_000),
        ("1萬5千", ZH, 15_000),
        ("兩萬五千", ZH, 25_000),
        ("三十五萬", ZH, 350_000),
        ("一百二十萬元", ZH, 1_200_000),
        ("十萬", ZH, 100_000),
        ("50k", EN, 50_000),
        ("2 hundred thousand", EN, 200_000),
        ("1.5 million", EN, 1_500_000),
        ("2 triệu", VI, 2_000_000),
        ("100.000", VI, 100_000),
        ("50 ribu", ID, 50_000),
        ("2 juta", ID, 2_000_000),
        ("2 แสน", TH, 200_000),
        ("๑๐๐๐๐๐", TH, 100_000),
        ("十萬 100000", ZH, 100_000),
    ],
)
def test_a_sum_is_read_however_it_is_written(words: str, locale: Locale, sum_twd: int) -> None:
    assert amount(words, locale, bare=True) == sum_twd


@pytest.mark.parametrize(
    "words", ["", "很多", "0", "-5", "0912345678", "+886912345678", "10萬或20萬", "9" * 40, "一下", "萬一", "ten"]
)
def test_what_is_no_sum_or_two_is_none(words: str) -> None:
    assert amount(words, ZH, bare=True) is None


@pytest.mark.parametrize("words", ["9" * 400, "1" + ",000" * 200, "1" + "萬" * 200, "１" * 2_000, "1" + " 萬" * 80])
@pytest.mark.parametrize("locale", list(Locale))
def test_a_number_beyond_all_measure_is_no_sum(words: str, locale: Locale) -> None:
    assert amount(f"{words}元", locale, bare=False) is None
    assert amount(words, locale, bare=True) is None


@pytest.mark.parametrize("words", ["我想借款 0912345678", "帳號 002345678901", "保單 1001 借款", "借款"])
def test_a_bare_number_beside_a_wish_is_no_sum(words: str) -> None:
    assert amount(words, ZH, bare=False) is None


@pytest.mark.parametrize("words", ["我想借10萬", "借款100000元", "borrow NT$100,000", "loan of 100 thousand"])
def test_a_sum_beside_a_wish_needs_a_unit_or_a_currency(words: str) -> None:
    assert amount(words, EN, bare=False) == 100_000


@pytest.mark.parametrize(
    ("words", "at"),
    [("1", 1), ("２", 2), ("(3)", 3), ("4.", 4), ("五", 5), ("②", 2), ("10", None), ("1 2", None), ("", None)],
)
def test_a_place_is_typed_in_many_ways(words: str, at: int | None) -> None:
    assert place(words) == at


@given(st.text(st.characters(codec="utf-16", exclude_categories=()), max_size=200), st.sampled_from(list(Locale)))
def test_any_string_can_be_heard(words: str, locale: Locale) -> None:
    hear(words, locale)
    place(words)
    found = amount(words, locale, bare=True)
    assert found is None or 0 < found <= MOST_TWD


@pytest.mark.parametrize("locale", list(Locale))
def test_every_language_has_words_for_every_wish(locale: Locale) -> None:
    words = json.loads((WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    assert set(words["kinds"]) == set(RequestKind)
    assert all(words["kinds"].values())
    for part in ("not", "worries", "stop", "person", "unlink", "units"):
        assert words[part], part
    said = [w for kind in words["kinds"].values() for w in kind]
    assert all(word == word.casefold().strip() for word in said)
    assert len(said) == len(set(said))
