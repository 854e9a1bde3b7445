"""What somebody wants who writes or says it in his own words: a plain reading by keywords.

The words are data, `heard/<locale>.json`: `kinds` by request kind, `not` (what turns them round when it stands close
before), `worries`, `stop`, `person`, `unlink`, and for amounts `units` and `digits`. A keyword in Chinese or Thai
counts wherever it stands; in Latin script it must be whole words. Nothing here keeps what was written.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from safelight.domain.request import Locale, RequestKind

WORDS = Path(__file__).parent / "heard"
MOST = 2_000
"""Characters that are looked at. Whoever writes more has said by then what he wants."""
MOST_TWD = 1_000_000_000
NOT_WITHIN = 20
"""Characters before a keyword in which a `not` turns it round, in Latin script; in others NOT_WITHIN_DENSE."""
NOT_WITHIN_DENSE = 5
_LATIN = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff]")
_SENTENCE = re.compile(r"[.!?;,，。；！？、\n]")
_NUMBER = r"\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
_CURRENCY = re.compile(r"nt\$|\$|元|塊|块|ntd|twd|บาท|đài tệ|dollar|yuan|dolar")
_PLACE = re.compile(r"[(\[]?([1-9一二三四五六七八九])[)\].,、號号]*")
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`locale` is the language in which something was heard, None when nothing was."""

    kind: RequestKind | None = None
    worried: bool = False
    stop: bool = False
    person: bool = False
    unlink: bool = False
    locale: Locale | None = None


@cache
def _words(locale: Locale) -> dict[str, Any]:
    """Normalised as what is heard is: Thai's SARA AM, for one, comes apart."""
    words: dict[str, Any] = json.loads(normalize("NFKC", (WORDS / f"{locale}.json").read_text(encoding="utf-8")))
    return words


def hear(text: str, locale: Locale) -> Heard:
    """Read in `locale` first, then in the other languages: people do not always write in the one they chose."""
    told = _told(text)
    if not told:
        return Heard()
    for language in (locale, *(other for other in Locale if other is not locale)):
        words = _words(language)
        heard = Heard(
            kind=_kind(told, words),
            worried=_any(told, words["worries"]),
            stop=_any(told, words["stop"]),
            person=_any(told, words["person"]),
            unlink=_any(told, words["unlink"]),
            locale=language,
        )
        if heard != Heard(locale=language):
            return heard
    return Heard()


def _told(text: str) -> str:
    return normalize("NFKC", text[:MOST]).casefold().strip()


def _kind(told: str, words: dict[str, Any]) -> RequestKind | None:
    """The kind that is named first; of two at one place the longer word."""
    found = [
        (at, -len(word), kind)
        for kind, named in words["kinds"].items()
        for word in named
        for at in _places(told, word)
        if not _turned_round(told, at, words["not"])
    ]
    return RequestKind(min(found)[2]) if found else None


def _any(told: str, named: Iterable[str]) -> bool:
    return any(True for word in named for _ in _places(told, word))


def _places(told: str, word: str) -> Iterator[int]:
    """Where a keyword stands. Latin words must be whole: "loan" is not in "sloane"."""
    latin = _LATIN.match(word) is not None
    at = told.find(word)
    while at >= 0:
        end = at + len(word)
        inside = latin and (
            (at > 0 and _LATIN.match(told[at - 1]) is not None)
            or (end < len(told) and _LATIN.match(told[end]) is not None)
        )
        if not inside:
            yield at
        at = told.find(word, at + 1)


def _turned_round(told: str, at: int, nots: Iterable[str]) -> bool:
    """Whether a `not` stands close before, in the same part of the sentence. It may share the keyword's first sign."""
    before = _SENTENCE.split(told[: at + 1])[-1]
    within = NOT_WITHIN if _LATIN.search(before[-NOT_WITHIN_DENSE:]) else NOT_WITHIN_DENSE
    return any(True for word in nots for _ in _places(before[-within:], word))


def place(text: str) -> int | None:
    """The place that somebody typed instead of pressing a button: `2`, `２.`, `(2)`, `二`."""
    found = _PLACE.fullmatch(_told(text))
    if found is None:
        return None
    return _NUMERALS.index(found[1]) + 1 if found[1] in _NUMERALS else int(found[1])


def amount(text: str, locale: Locale, *, bare: bool) -> int | None:
    """A sum in whole New Taiwan dollars: `100,000`, `NT$100000`, `10萬`, `兩萬五千`, `2 triệu`, `1.5 million`.

    `bare`: a number alone counts, because a sum was asked for. Otherwise only one with a unit or a currency: an account
    number is no amount, nor is what begins with a zero. None for no sum, for two different ones, and beyond MOST_TWD.
    """
    told = _told(text)
    sums = {one for one in _sums(told, locale, bare=bare) if one > 0}
    return sums.pop() if len(sums) == 1 and max(sums) <= MOST_TWD else None


def _sums(told: str, locale: Locale, *, bare: bool) -> Iterator[int]:
    units: dict[str, int] = {**_words(Locale.ZH_TW)["units"], **_words(locale)["units"]}
    unit = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
    word = rf"(?:{unit})(?![a-z\u00c0-\u024f\u1e00-\u1eff])"
    part = rf"(?:{_NUMBER})(?:\s*{word})*"
    for found in re.finditer(rf"(?<![\d.,+-])(?!0\d){part}(?:\s*(?:(?:{_NUMBER})(?:\s*{word})+))*", told):
        money = bool(re.search(word, found[0])) or _beside_currency(told, found.start(), found.end())
        if bare or money:
            whole = sum(_part(one, word, units) for one in re.findall(part, found[0]))
            yield round(min(whole, MOST_TWD + 1))  # enough digits make an infinity
    yield from _chinese(told)


def _part(text: str, word: str, units: dict[str, int]) -> float:
    """One number with its units: `2 hundred thousand` is 2 x 100 x 1000."""
    number = re.match(_NUMBER, text)
    value = _value(number[0]) if number else 0.0
    for one in re.findall(word, text[number.end() :] if number else ""):
        value *= units[one]
    return value


def _value(number: str) -> float:
    """Three digits behind a point or a comma are thousands, as every one of the languages writes them somewhere."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        return float(re.sub("[.,]", "", number))
    return float(number.replace(",", "."))


def _beside_currency(told: str, start: int, end: int) -> bool:
    return bool(re.search(rf"(?:{_CURRENCY.pattern})\s*$", told[:start]) or _CURRENCY.match(told[end:].lstrip()))


def _chinese(told: str) -> Iterator[int]:
    """Sums in Chinese numerals with at least one unit: `三十五萬`, `兩萬五千`."""
    digits: dict[str, int] = _words(Locale.ZH_TW)["digits"]
    for found in re.finditer(rf"(?<!\d)[{''.join(digits)}十][{''.join(digits)}十百千萬万]*", told):
        if re.search("[千萬万]|[百十].*元", found[0] + told[found.end() : found.end() + 1]):
            yield _numeral(found[0], digits)


def _numeral(text: str, digits: dict[str, int]) -> int:
    total = section = number = 0
    for sign in text:
        if sign in digits:
            number = digits[sign]
        elif sign in "萬万":
            total, section, number = total + (section + number) * 10_000, 0, 0
        else:
            section += (number or 1) * {"十": 10, "百": 100, "千": 1_000}[sign]
            number = 0
    return total + section + number
