"""Staff's sentence for a reason: the person's value, and what is usual. Never for a customer.

The words are data: `feature_words/<locale>.json` has an entry for every feature of the contract, and the words of every
unit. A language is added by adding its file. Imported when staff look, and not before.
"""

import json
import re
from functools import cache
from math import exp, floor, isnan, log10
from pathlib import Path
from typing import Any

from safelight.domain.request import Locale
from safelight.features.contract import Feature
from safelight.scoring.explain import Explained
from safelight.scoring.usual import UsualRange, UsualShare

WORDS = Path(__file__).parent / "feature_words"
MOST_TWD = 12.0
"""log10: no sum of money is larger. An absurd reading must not become an absurd sentence."""
_AT_MOST = re.compile(r"at most (\d+)")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
Words = dict[str, Any]


@cache
def words(locale: Locale) -> Words:
    """`features`: `yes` and `no`, or `text` with optional `unit`, `zero` (nothing) and `most` (at the cap); `units`;
    `usual`. A list is a singular and a plural. Of the language that staff read."""
    parsed: Words = json.loads((WORDS / f"{locale.staff}.json").read_text(encoding="utf-8"))
    return parsed


def value_words(one: Explained, locale: Locale) -> str | None:
    """The value in words; that it is not known where nothing of the group is; None for what is no reason group."""
    if not one.known:
        return str(words(locale)["unknown"])
    if one.feature is None:
        return None
    entry, value = words(locale)["features"][one.feature.name], _likelihood(one.feature, one.value)
    if isnan(value):
        return str(words(locale)["unknown"])
    if "yes" in entry:
        return str(entry["yes"] if value else entry["no"])
    if value <= 0 and "zero" in entry:
        return str(entry["zero"])
    cap = _AT_MOST.search(one.feature.unit)
    capped = cap is not None and value >= float(cap.group(1))
    if capped and "most" in entry:
        return str(entry["most"])
    said = quantity(one.feature, value, locale)
    return _set(entry["text"], _set(words(locale)["units"]["at_least"], said) if capped else said)


def usual_words(one: Explained, locale: Locale) -> str | None:
    """What is usual in words: for a value out of the ordinary where nine in ten lie, else the middle. None where the
    manifest does not say."""
    feature, usual, said = one.feature, one.usual, words(locale)["usual"]
    if feature is None or isnan(one.value):
        return None
    if isinstance(usual, UsualShare):
        share = usual.so if one.value else 1.0 - usual.so
        return str(said["rare"]) if share < 0.001 else _set(said["share"], _share(share, locale))
    if not isinstance(usual, UsualRange):
        return None
    least, middle, most, value = (
        _likelihood(feature, one_of) for one_of in (usual.low, usual.middle, usual.high, one.value)
    )
    low, high = quantity(feature, least, locale), quantity(feature, most, locale)
    if most <= 0:
        return str(said["none"])
    if feature.rises >= 0 and value > most:
        return _set(said["up_to"], high) if feature.rises > 0 or least <= 0 else _between(said, low, high)
    if feature.rises <= 0 and value < least:
        return _set(said["at_least"], low) if feature.rises < 0 else _between(said, low, high)
    return _set(said["about"], quantity(feature, middle, locale)) if middle > 0 else str(said["mostly_none"])


def _likelihood(feature: Feature, value: float) -> float:
    """Log-odds as the share that people can read; any other value as it is."""
    return 1.0 / (1.0 + exp(-max(-50.0, min(value, 50.0)))) if feature.unit == "log-odds" and value == value else value


def _between(said: Words, low: str, high: str) -> str:
    return _set(said["about"], low) if low == high else _set(said["between"], low, high)


def quantity(feature: Feature, value: float, locale: Locale) -> str:
    """A number of the feature's unit, rounded as people say it: money in New Taiwan dollars to three digits.

    Of log-odds, `value` is the share they stand for.
    """
    units, value = words(locale)["units"], max(0.0, min(value, 1e9))
    own = words(locale)["features"][feature.name].get("unit")
    match feature.unit.partition(",")[0]:
        case "log10 TWD" | "log10 TWD a year":
            return _money(10.0 ** min(value, MOST_TWD) - 1.0, units)
        case "hours 0-24":
            minutes = min(round(value * 60), 24 * 60 - 1)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case "share 0-1" | "share" | "log-odds":
            return _percent(value, units)
        case "log10 characters":
            return _whole(10.0 ** min(value, 9.0), own or "{}")
        case "ratio":
            return _percent(value, units) if "at most" not in feature.unit else _plain(value, units["times"])
        case "days" if own is None:
            if value >= 730:
                return _plain(value / 365.25, units["years"])
            return _whole(value, units["days"]) if value >= 1 else str(units["below_one_day"])
        case "years" if own is None:
            return _plain(value, units["years"])
        case "seconds":
            return _duration(value, units)
        case "minutes":
            return _duration(value * 60, units, least="minutes")
        case "megabytes":
            return _plain(value / 1000, units["gigabytes"]) if value >= 1000 else _whole(value, units["megabytes"])
    return _whole(value, own or "{}")


def _money(twd: float, units: Words) -> str:
    rounded = _three_digits(twd)
    if "hundred_millions" in units and rounded >= 10**8:
        return _set(
            units["hundred_millions"], f"{rounded / 10**8:,.3g}" if rounded < 10**11 else f"{rounded // 10**8:,}"
        )
    if "ten_thousands" in units and rounded >= 10**4:
        return _set(units["ten_thousands"], f"{rounded / 10**4:,.10g}")
    return _set(units["money"], f"{rounded:,}")


def _three_digits(value: float) -> int:
    if value < 1:
        return 0
    step: int = 10 ** max(0, floor(log10(value)) - 2)
    return round(value / step) * step


def _percent(share: float, units: Words) -> str:
    if 0 < share < 0.01:
        return str(units["below_one_percent"])
    whole = round(share * 100)
    return _set(units["percent"], f"{99 if whole == 100 and share < 0.9999 else whole:,}")


def _share(share: float, locale: Locale) -> str:
    return _set(words(locale)["units"]["percent"], f"{share * 100:.1f}" if share < 0.01 else f"{share * 100:.0f}")


def _duration(seconds: float, units: Words, least: str = "seconds") -> str:
    if seconds >= 7200:
        return _plain(seconds / 3600, units["hours"])
    if seconds >= 120 or least == "minutes":
        return _whole(seconds / 60, units["minutes"])
    return _whole(seconds, units["seconds"])


def _plain(value: float, unit: str | list[str]) -> str:
    """With one digit behind the point below ten."""
    number = f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"
    return _numbered(number, unit)


def _whole(value: float, unit: str | list[str]) -> str:
    return _numbered(f"{floor(value):,}" if value < 1e6 else f"{value:,.0f}", unit)


def _numbered(number: str, unit: str | list[str]) -> str:
    if isinstance(unit, list):
        unit = unit[0] if number == "1" else unit[1]
    return _set(unit, number)


def _set(template: str, *parts: str) -> str:
    return _BETWEEN_HAN.sub("", template.format(*parts))
