"""What an SMS says. Sender first, the recipient's own last three digits, and nothing a scammer could use.

Taiwan's rules, which the tests hold every text against: no link, no phone number but 165, no amount, no loan word, no
name of the policyholder, and one part only. The words are data, `sms_words/<locale>.json`: `full`, and `brief` where a
language that fits GSM-7 has a sender whose name does not: one such letter leaves 70 units for the whole text.
Vietnamese and Thai letters make any text UCS-2: theirs are brief whatever the sender is called.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from safelight.domain.alert import AlertPurpose
from safelight.domain.errors import GaveUpError
from safelight.domain.request import Locale

WORDS = Path(__file__).parent / "sms_words"
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENDED = frozenset("^{}\\[~]|€\f")
"""3GPP TS 23.038, the default alphabet and its extension, whose characters take two septets each."""


class Encoding(StrEnum):
    GSM_7 = "gsm_7"
    UCS_2 = "ucs_2"

    @property
    def one_part(self) -> int:
        """How many units one part holds."""
        return 160 if self is Encoding.GSM_7 else 70


class TextTooLongError(GaveUpError):
    """The text would need more than one part: the sender's name is too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`units` are septets in GSM-7 and 16-bit units in UCS-2, in the encoding that the text is sent in."""

    encoding: Encoding
    units: int

    @property
    def fits(self) -> bool:
        return self.units <= self.encoding.one_part


def measure(text: str) -> Measured:
    if all(letter in _GSM7 or letter in _GSM7_EXTENDED for letter in text):
        return Measured(encoding=Encoding.GSM_7, units=len(text) + sum(letter in _GSM7_EXTENDED for letter in text))
    return Measured(encoding=Encoding.UCS_2, units=len(text.encode("utf-16-le")) // 2)


def compose(purpose: AlertPurpose, locale: Locale, *, sender: str, last3: str, code: str = "") -> str:
    """The text in one part. Raises TextTooLongError."""
    text = ""
    for form in _words(locale).values():
        text = form[purpose].format(sender=sender, last3=last3, code=code)
        if measure(text).fits:
            return text
    raise TextTooLongError(f"text_too_long:{purpose}/{locale}/{len(text)}")


@cache
def _words(locale: Locale) -> dict[str, dict[str, str]]:
    """By form, the longest first."""
    words: dict[str, dict[str, str]] = json.loads((WORDS / f"{locale}.json").read_text(encoding="utf-8"))
    return words
