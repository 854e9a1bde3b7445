"""Which language a customer is spoken to in, whatever his phone calls it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.domain.request import Locale

NEAREST = {
    Locale.ZH_TW: ("zh-TW", "zh", "zh-Hant", "zh_TW", "ZH-HANT-TW", "zh-CN", "cmn", "nan-TW"),
    Locale.EN: ("en", "en-GB", "en_US", "EN", "en-GB,en;q=0.8", "en_US.UTF-8"),
    Locale.VI: ("vi", "vi-VN", "vi_VN", "VI", " vi", "vi-VN,vi;q=0.9,en;q=0.8", "vi,en"),
    Locale.ID: ("id", "id-ID", "in", "in_ID", "in-ID", "ID", "id_ID.UTF-8"),
    Locale.TH: ("th", "th_TH", "th-TH", "th-TH-u-nu-thai", "TH"),
}
ELSEWHERE = (
    None,
    "",
    " ",
    "fr",
    "xx",
    "ja-JP",
    "*",
    "-",
    "_",
    "1",
    "i",
    "ind",
    "thai",
    "vietnamese",
    "e",
    "ｖｉ",
    "ไทย",
    "\x00vi",
)


@pytest.mark.parametrize(("locale", "tag"), [(locale, tag) for locale, tags in NEAREST.items() for tag in tags])
def test_a_tag_is_read_as_the_nearest_language(locale: Locale, tag: str) -> None:
    assert Locale.nearest(tag) is locale


@pytest.mark.parametrize("tag", ELSEWHERE)
def test_an_unknown_or_missing_language_is_chinese(tag: str | None) -> None:
    assert Locale.nearest(tag) is Locale.ZH_TW


@given(st.text())
def test_whatever_is_named_there_is_a_language(tag: str) -> None:
    assert Locale.nearest(tag) in Locale


@pytest.mark.parametrize("locale", list(Locale))
def test_a_language_is_the_nearest_to_itself(locale: Locale) -> None:
    assert Locale.nearest(locale) is locale


def test_staff_read_english_or_chinese() -> None:
    assert {locale: locale.staff for locale in Locale} == {
        Locale.EN: Locale.EN,
        **dict.fromkeys((Locale.ZH_TW, Locale.VI, Locale.ID, Locale.TH), Locale.ZH_TW),
    }
