"""Conversation: what a reader made of the words around the request. Numbers only; the words are never seen here."""

from collections.abc import Callable

from safelight.domain.assessment import Modality, ScamType
from safelight.domain.facts import Conversation
from safelight.features.feature import Feature

_M = Modality.CONVERSATION
_UNREAD = "nothing was written or said, or it could not be read"

_TYPE_MEANS: dict[ScamType, str] = {
    ScamType.FAKE_AUTHORITY: "police, prosecutors or officials who take money into keeping",
    ScamType.FAKE_INVESTMENT: "an investment that cannot lose",
    ScamType.ROMANCE: "an online love in need of money",
    ScamType.FAKE_RELATIVE: "a false relative, friend or service desk",
    ScamType.FAKE_LOAN: "a loan that costs a fee first",
}


def _f(name: str, unit: str, meaning: str, group: str, rises: int, value: Callable[[Conversation], float]) -> Feature:
    return Feature(name, _M, unit, meaning, _UNREAD, group, rises, value)


def _type(place: int, scam: ScamType) -> Feature:
    meaning = f"the words are about {_TYPE_MEANS[scam]}"
    return _f(f"words_{scam.value}", "log-odds", meaning, "words_of_type", 1, lambda heard: heard.types[place])


CONVERSATION_FEATURES: tuple[Feature, ...] = (
    _f(
        "words_scam",
        "log-odds",
        "the words are those of a scam in progress, taken together and at their worst",
        "words_of_a_scam",
        1,
        lambda heard: heard.scam,
    ),
    _f(
        "words_scam_peak",
        "log-odds",
        "the worst single sentence is one of a scam in progress",
        "words_of_a_scam",
        1,
        lambda heard: heard.peak,
    ),
    *(_type(place, scam) for place, scam in enumerate(ScamType)),
    _f(
        "words_length",
        "log10 characters",
        "how much was written or said",
        "words_amount",
        0,
        lambda heard: heard.length,
    ),
)
