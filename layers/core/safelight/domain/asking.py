"""Which caring question comes next: the one whose answer is expected to tell most, and none when nothing can change.

A posterior over how the case may be: genuine; or, of each suspected scam type and of one that nobody suspects, a victim
who answers openly or one who was coached to hide it. Expected information is the fall of its entropy in bits (Lindley
1956). How likely each answer is under each is assumed, not measured: `packs/assumed.json` holds every such number.

Nothing here knows the channel, the clock or chance: the same suspicion and answers give the same question everywhere.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from math import log2

from safelight.domain.assessment import ScamType
from safelight.domain.caring import GENERAL, PACKS, Answer, ChoiceId, Question, QuestionId, Sign, questions

MAX_QUESTIONS = 5
"""More than five are clicked away."""
LEAST_ANSWERS = 2
"""One answer is a guess away."""
TYPES = 3
"""Suspected types that are told apart."""
LEAST = 0.005
"""No answer is impossible under any story."""

GENUINE, OPEN, COACHED = range(3)
State = tuple[str, int]
Beliefs = dict[State, float]
"""(scam type, GENUINE, OPEN or COACHED) → probability. `general`: genuine, or a victim of a type not suspected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """`before`: shares before any answer. As much is put on a scam as on a genuine need, though scams are rare: to pay
    a victim's money out costs far more than to look once in vain. `elsewhere` is the share of scams that are none of
    the suspected ones. `answers`: percent by question, choice and manner."""

    genuine: float
    coached: float
    next_type: float
    elsewhere: float
    release_at: float
    gain_bits: float
    change_at: float
    answers: dict[QuestionId, dict[ChoiceId, tuple[int, int, int]]]


class Stake(Enum):
    """What answers can still decide."""

    RELEASE = "release"
    """Whether the case goes on by itself, waits for a person, or is RED."""
    ALARM = "alarm"
    """A person looks at it anyway; a warning would still make it RED."""
    STORY = "story"
    """It is RED: what is left to learn is which scam it is, and to give the person time to see it himself."""
    NOTHING = "nothing"


@cache
def assumed() -> Assumed:
    read = json.loads((PACKS / "assumed.json").read_text(encoding="utf-8"))
    return Assumed(
        **read["before"], **{n: read[n] for n in ("release_at", "gain_bits", "change_at")}, answers=read["answers"]
    )


def beliefs(suspected: Sequence[ScamType], answers: Sequence[Answer]) -> Beliefs:
    """What the answers leave of each state. `suspected` is ordered, the likeliest first; each next one counts less.

    A suspicion may point to the wrong scam: then a harmless answer to its pack clears nobody, and questions that
    fit any scam tell more.
    """
    table, types = assumed(), suspected[:TYPES]
    weights = {scam_type: table.next_type**rank for rank, scam_type in enumerate(types)}
    shares: dict[str, float] = {t: (1 - table.elsewhere) * w / sum(weights.values()) for t, w in weights.items()}
    shares[GENERAL] = table.elsewhere if types else 1.0
    held: Beliefs = {(GENERAL, GENUINE): table.genuine}
    for pack, share in shares.items():
        held[pack, OPEN] = (1 - table.genuine) * share * (1 - table.coached)
        held[pack, COACHED] = (1 - table.genuine) * share * table.coached
    known = questions()
    for answer in answers:
        held = _after(held, known[answer.question_id], answer.choice_id)
    return held


def scam(held: Beliefs) -> float:
    return 1 - held[GENERAL, GENUINE]


def settled(suspected: Sequence[ScamType], answers: Sequence[Answer]) -> bool:
    """Whether the answers, were they all harmless, are enough to go on."""
    return len(answers) >= LEAST_ANSWERS and scam(beliefs(suspected, answers)) <= assumed().release_at


def next_question(
    suspected: Sequence[ScamType],
    answers: Sequence[Answer],
    asked: Sequence[QuestionId],
    stake: Stake,
    *,
    firm: bool = True,
) -> QuestionId | None:
    """None when five were asked, or nothing that could be asked would change what `stake` is about.

    Where the suspicion is `firm`, the first question of all is one of the likeliest type's own: a question that fits
    makes people stop and think. Where it rests on little, the first is the one that tells most, like every other.
    """
    if len(asked) >= MAX_QUESTIONS or stake is Stake.NOTHING:
        return None
    if stake is Stake.RELEASE and settled(suspected, answers):
        return None
    held = beliefs(suspected, answers)
    if firm and suspected and not asked:
        own = _most_telling(held, _candidates(held, answers, asked, suspected[0]), stake)
        if own is not None:
            return own
    return _most_telling(held, _candidates(held, answers, asked, None), stake)


def _most_telling(held: Beliefs, among: Sequence[Question], stake: Stake) -> QuestionId | None:
    """None where no answer tells enough to be worth asking for."""
    table, doubt = assumed(), _doubt_of_scam if stake is Stake.RELEASE else _entropy
    best, most = None, 0.0
    for question in among:
        odds = _predicted(held, question)
        value = doubt(held) - sum(p * doubt(_after(held, question, choice)) for choice, p in odds.items() if p)
        alarm = sum(p for choice, p in odds.items() if question.choices[choice].sign is Sign.WARNING)
        worth = alarm >= table.change_at if stake is Stake.ALARM else value >= table.gain_bits
        if worth and value > most + 1e-9:
            best, most = question.question_id, value
    return best


def _candidates(
    held: Beliefs, answers: Sequence[Answer], asked: Sequence[QuestionId], only: str | None
) -> list[Question]:
    """In pack order. A question that follows an answer is one only once that answer was given."""
    known = questions()
    led_to = {known[a.question_id].choices[a.choice_id].then for a in answers}
    packs = {only} if only else {scam_type for scam_type, _ in held} | {GENERAL}
    return [
        question
        for question in known.values()
        if question.pack in packs
        and question.question_id not in asked
        and question.like not in asked
        and all(known[one].like != question.question_id for one in asked)
        and (not question.follow_up or question.question_id in led_to)
    ]


def _likelihood(question: Question, choice_id: ChoiceId, state: State) -> float:
    """To another type's pack a victim answers as a genuine customer does."""
    scam_type, manner = state
    row = assumed().answers[question.question_id][choice_id]
    return max(LEAST, row[manner if question.pack in (scam_type, GENERAL) else GENUINE] / 100)


def _after(held: Beliefs, question: Question, choice_id: ChoiceId) -> Beliefs:
    weighed = {state: p * _likelihood(question, choice_id, state) for state, p in held.items()}
    whole = sum(weighed.values())
    return {state: p / whole for state, p in weighed.items()}


def _predicted(held: Beliefs, question: Question) -> dict[ChoiceId, float]:
    odds = {c: sum(p * _likelihood(question, c, state) for state, p in held.items()) for c in question.choices}
    whole = sum(odds.values())
    return {choice: p / whole for choice, p in odds.items()}


def _doubt_of_scam(held: Beliefs) -> float:
    """Entropy of scam or no scam, whichever scam it is."""
    genuine = held[GENERAL, GENUINE]
    return -sum(p * log2(p) for p in (genuine, 1 - genuine) if p > 0)


def _entropy(held: Beliefs) -> float:
    return -sum(p * log2(p) for p in held.values() if p > 0)
