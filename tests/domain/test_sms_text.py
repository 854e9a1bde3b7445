"""What Taiwan's rules and good sense ask of a text, held against every text with any parameters."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.alert import AlertPurpose
from safelight.domain.errors import GaveUpError
from safelight.domain.request import Locale
from safelight.domain.sms_text import Encoding, TextTooLongError, compose, measure
from tests.languages import left_over, own

# The letters of GSM 03.38's basic table that English and Indonesian may use; each takes one septet.
ONE_PART_GSM7, ONE_PART_UCS2 = 160, 70
GSM7 = set("@$\n !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
LINK = re.compile(
    r"https?:|www\.|://|\b[a-z0-9-]+\.(com|net|org|tw|io|ly|me|cc)\b|\.tw|點擊|連結[:：]|click", re.IGNORECASE
)
AMOUNT = re.compile(r"NT\$|TWD|\$|元|萬|千|百|amount|money|dollar|tiền|đồng\b(?! ý)|uang|dana|เงิน|บาท", re.IGNORECASE)
LOAN = re.compile(
    r"借款|貸款|借貸|解約|保單|保費|理賠|匯款|轉帳|帳戶|提領|現金"
    r"|loan|surrender|polic|withdraw|account|transfer|cash|credit"
    r"|\bvay|hợp đồng|tài khoản|chuyển khoản|rút|pinjam|polis|rekening|tarik|tunai|กู้|กรมธรรม์|บัญชี|โอน|ถอน",
    re.IGNORECASE,
)
THREATS = re.compile(
    r"詐騙|警察|緊急|立即|scam|fraud|police|urgent|immediately|risk"
    r"|lừa|cảnh sát|công an|khẩn|lập tức|[tn]ipu|polisi|darurat|mendesak|segera|risiko|หลอก|ตำรวจ|ด่วน|ฉุกเฉิน|เสี่ยง",
    re.IGNORECASE,
)
GSM7_LOCALES = {Locale.EN, Locale.ID}
CHINESE_SENDERS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=10)
ENGLISH_SENDERS = st.text(
    st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), min_size=3, max_size=10
)
DIGITS = st.characters(min_codepoint=48, max_codepoint=57)
LAST3 = st.text(DIGITS, min_size=3, max_size=3)
CODES = st.text(DIGITS, min_size=6, max_size=6)
EVERY_TEXT = pytest.mark.parametrize(("purpose", "locale"), [(p, loc) for p in AlertPurpose for loc in Locale])


WITH_CODE = {AlertPurpose.CONFIRM_CONTACT, AlertPurpose.RENEW_CONTACT}
HIS_OWN = re.compile(r"解約申請|surrender request|tebus polis|hủy hợp đồng")
"""Only the policyholder himself is told what he asked for, and only that he did."""


def without_what_is_his(text: str, purpose: AlertPurpose) -> str:
    return HIS_OWN.sub("", text) if purpose is AlertPurpose.HOLDER_ACCEPTED else text


def senders(locale: Locale) -> st.SearchStrategy[str]:
    return CHINESE_SENDERS if locale is Locale.ZH_TW else ENGLISH_SENDERS


def parts(text: str) -> int:
    if set(text) <= GSM7:
        return -(-len(text) // ONE_PART_GSM7)
    return -(-(len(text.encode("utf-16-le")) // 2) // ONE_PART_UCS2)


@EVERY_TEXT
@given(st.data())
def test_a_text_is_one_part_and_says_nothing_that_a_scammer_could_use(
    purpose: AlertPurpose, locale: Locale, data: st.DataObject
) -> None:
    sender, last3, code = data.draw(senders(locale)), data.draw(LAST3), data.draw(CODES)
    text = compose(purpose, locale, sender=sender, last3=last3, code=code)
    ours = text.replace(sender, "", 1)
    assert parts(text) == 1
    assert re.match(rf"【?{sender}[】:]", text), "the sender's name comes first"
    assert last3 in text
    assert not LINK.search(ours)
    assert not LOAN.search(without_what_is_his(ours, purpose))
    assert not AMOUNT.search(without_what_is_his(ours, purpose))
    assert not THREATS.search(ours)
    expected = {last3} | ({code} if purpose in WITH_CODE else set()) | ({"165"} if purpose.to_holder else set())
    assert set(re.findall(r"[0-9]+", ours)) <= expected, "no number but the recipient's own, the code and 165"
    assert (code in text) is (purpose in WITH_CODE) or code.startswith(last3)
    assert ("165" in ours) is purpose.to_holder or "165" in last3 + code


@EVERY_TEXT
@pytest.mark.parametrize("sender", ["Safelight", "安心人壽"])
def test_a_text_is_of_its_language(purpose: AlertPurpose, locale: Locale, sender: str) -> None:
    ours = compose(purpose, locale, sender=sender, last3="345", code="123456").replace(sender, "", 1)
    assert (set(ours) <= GSM7) is (locale in GSM7_LOCALES)
    assert not left_over(ours, locale)
    assert own(ours, locale)
    assert unicodedata.normalize("NFC", ours) == ours


@EVERY_TEXT
def test_a_sender_whose_name_makes_two_parts_is_refused_for_good(purpose: AlertPurpose, locale: Locale) -> None:
    sizes = range(1, 200)
    fits = []
    for size in sizes:
        try:
            text = compose(purpose, locale, sender="S" * size, last3="345", code="123456")
        except TextTooLongError:
            continue
        assert parts(text) == 1
        fits.append(size)
    assert fits == list(range(1, len(fits) + 1)), "up to a length, and never beyond"
    assert 10 <= len(fits) < 199
    assert issubclass(TextTooLongError, GaveUpError)


@pytest.mark.parametrize("purpose", list(AlertPurpose))
@pytest.mark.parametrize("locale", [locale for locale in Locale if locale is not Locale.ZH_TW])
@given(CHINESE_SENDERS, LAST3, CODES)
def test_another_language_behind_a_chinese_name_is_one_part_too(
    purpose: AlertPurpose, locale: Locale, sender: str, last3: str, code: str
) -> None:
    """The default sender's name is Chinese, and contacts may read another language."""
    text = compose(purpose, locale, sender=sender, last3=last3, code=code)
    ours = text.replace(sender, "", 1)
    assert parts(text) == 1
    assert text.startswith(sender)
    assert f"*{last3} " in text
    assert not [pattern for pattern in (LINK, THREATS) if pattern.search(ours)]
    assert not LOAN.search(without_what_is_his(ours, purpose))
    assert not AMOUNT.search(without_what_is_his(ours, purpose))
    assert (code in ours) is (purpose in WITH_CODE)


@pytest.mark.parametrize(
    ("text", "encoding", "units"),
    [
        ("a" * 160, Encoding.GSM_7, 160),
        ("a" * 161, Encoding.GSM_7, 161),
        ("[]", Encoding.GSM_7, 4),
        ("€", Encoding.GSM_7, 2),
        ("Größe à Ω", Encoding.GSM_7, 9),
        ("`", Encoding.UCS_2, 1),
        ("ç", Encoding.UCS_2, 1),
        ("安心", Encoding.UCS_2, 2),
        ("🙂", Encoding.UCS_2, 2),
        ("á" * 71, Encoding.UCS_2, 71),
    ],
)
def test_a_text_is_measured_in_the_encoding_that_it_is_sent_in(text: str, encoding: Encoding, units: int) -> None:
    measured = measure(text)
    assert (measured.encoding, measured.units) == (encoding, units)
    assert measured.fits is (units <= (160 if encoding is Encoding.GSM_7 else 70))


@EVERY_TEXT
@given(st.text(max_size=12), LAST3, CODES)
def test_whatever_the_sender_is_called_the_text_is_one_part_or_refused(
    purpose: AlertPurpose, locale: Locale, sender: str, last3: str, code: str
) -> None:
    try:
        text = compose(purpose, locale, sender=sender, last3=last3, code=code)
    except TextTooLongError:
        return
    assert measure(text).fits
    assert parts(text) == 1 or measure(text).encoding is Encoding.GSM_7
