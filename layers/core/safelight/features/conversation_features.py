"""Conversation: what a reader made of the words around the request. Numbers only; the words are never seen here."""

from collections.abc import Callable

from safelight.domain.assessment import Modality, ScamType
from safelight.domain.facts import Conversation, Facts
from safelight.domain.request import Request
from safelight.features.feature import NAN, Feature, number

_M = Modality.CONVERSATION
_UNREAD = "nothing was written or said, or it could not be read"

_TYPE_MEANS: dict[ScamType, str] = {
    ScamType.FAKE_AUTHORITY: "police, prosecutors or officials who take money into keeping",
    ScamType.FAKE_INVESTMENT: "an investment that cannot lose",
    ScamType.ROMANCE: "an online love in need of money",
    ScamType.FAKE_RELATIVE: "a false relative, friend or service desk",
    ScamType.FAKE_LOAN: "a loan that costs a fee first",
}


def _heard(read: Callable[[Conversation], float]) -> Callable[[Request, Facts], float]:
    def value(_: Request, facts: Facts) -> float:
        return NAN if facts.conversation is None else number(read(facts.conversation))

    return value


def _type(place: int, scam: ScamType) -> Feature:
    return Feature(
        f"words_{scam.value}",
        _M,
        "log-odds",
        f"the words are about {_TYPE_MEANS[scam]}",
        _UNREAD,
        "words_of_type",
        1,
        _heard(lambda conversation: conversation.types[place]),
    )


CONVERSATION_FEATURES: tuple[Feature, ...] = (
    Feature(
        "words_scam",
        _M,
        "log-odds",
        "the words are those of a scam in progress, taken together and at their worst",
        _UNREAD,
        "words_of_a_scam",
        1,
        _heard(lambda conversation: conversation.scam),
    ),
    Feature(
        "words_scam_peak",
        _M,
        "log-odds",
        "the worst single sentence is one of a scam in progress",
        _UNREAD,
        "words_of_a_scam",
        1,
        _heard(lambda conversation: conversation.peak),
    ),
    *(_type(place, scam) for place, scam in enumerate(ScamType)),
    Feature(
        "words_length",
        _M,
        "log10 characters",
        "how much was written or said",
        _UNREAD,
        "words_amount",
        0,
        _heard(lambda conversation: conversation.length),
    ),
)
