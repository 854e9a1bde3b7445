"""What a customer says around a request in the synthetic book. Its grammar part is one the text model never saw."""

from functools import cache
from random import Random

from models.conversation.grammar import Say, load
from safelight.domain.assessment import ScamType
from safelight.domain.request import Channel

NEEDS = (
    "renovation",
    "medical",
    "tuition",
    "business",
    "pension",
    "habit",
    "replace",
    "moves_abroad",
    "small_cash",
    "housekeeping",
    "invest",
    "family_help",
)
COVERS = ("renovation", "medical", "small_cash", "business", "replace")
"""What scammers coach their victims to say."""

_SPEAKS: dict[Channel, float] = {
    Channel.APP: 0.45,
    Channel.WEB: 0.35,
    Channel.CHAT: 1.0,
    Channel.PHONE: 1.0,
    Channel.COUNTER: 0.9,
}
"""Chance that a word is written or said at all; assumed. App and web have one optional field for the purpose."""
_LINES: dict[Channel, int] = {Channel.APP: 1, Channel.WEB: 1, Channel.CHAT: 3, Channel.PHONE: 4, Channel.COUNTER: 4}
"""The most lines on a channel besides the need itself."""
_HEARD_WRONG = 0.02
"""Chance a character of spoken words is lost in recognition."""


def said(
    rng: Random, *, scam: ScamType | None, need: str, candour: float, channel: Channel, locale: str = "zh-TW"
) -> tuple[str, ...]:
    """The customer's lines, oldest first; () when the channel gave him no occasion to say anything.

    `need` is one of NEEDS: the real one, or the cover story that a victim was coached to tell. `candour` is the chance
    that a victim lets the scam show. A cover comes with fewer details than a real need; genuine customers now and then
    name scams themselves. Raises KeyError for an unknown need.
    """
    if rng.random() >= _SPEAKS[channel]:
        return ()
    lang = "en" if locale == "en" else "zh"
    most = _LINES[channel]
    lines = [_line(rng, f"need_{need}", lang)]
    if rng.random() < (0.45 if scam is None else 0.22) * (1.0 if most > 1 else 0.5):
        _add(lines, rng, f"detail_{need}", lang)
    if rng.random() < 0.25 * most - 0.1:
        _add(lines, rng, "small_talk", lang)
    if rng.random() < (0.04 if scam is None else 0.08):
        _add(lines, rng, "reassure", lang)
    if rng.random() < (0.02 if scam is None else 0.14):
        _add(lines, rng, "vague", lang)
    if scam is not None and rng.random() < candour:
        _add(lines, rng, f"leak_{scam.value}" if rng.random() < 0.72 else "leak_any", lang)
    if channel in (Channel.PHONE, Channel.COUNTER):
        lines = [_heard(rng, line) for line in lines]
    return tuple(lines)


def _add(lines: list[str], rng: Random, part: str, lang: str) -> None:
    if (part, lang) in _roots():
        lines.append(_line(rng, part, lang))


def _line(rng: Random, part: str, lang: str) -> str:
    roots = _roots()[part, lang]
    return roots[int(rng.random() * len(roots))](rng)


def _heard(rng: Random, line: str) -> str:
    """As a recogniser gives it: no punctuation, now and then a character lost."""
    kept = [mark for mark in line if rng.random() >= _HEARD_WRONG]
    return "".join(kept).replace(",", " " if rng.random() < 0.5 else "")


@cache
def _roots() -> dict[tuple[str, str], tuple[Say, ...]]:
    return {(part.name, part.lang): part.roots for part in load(("talk_book.txt",))}
