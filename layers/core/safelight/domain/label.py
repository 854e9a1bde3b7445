"""What the outcomes of a case make: the label that a model may learn from, by plain rules and never by an average.

1. An outcome counts unless it is held; a held one counts from when another person says the same.
2. It stands until one that counts takes its place: the same person's next word from the same source, another label
   from the same source, or a correction by name of the same or a higher authority. Other words stay beside it.
3. The label is what the weightiest of those that stand says (police 3, staff 2, policyholder and contact 1; but a
   complaint of policyholder or contact weighs 2), of equals the latest. `unsure` says nothing.
4. Where another that stands says the opposite, the label is disputed, and says so.
5. A request let go on which nobody said a word for 120 days is weakly genuine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from safelight.domain.case import Case, CaseState
from safelight.domain.errors import ConflictError
from safelight.domain.outcome import Outcome, OutcomeLabel, OutcomeSource
from safelight.domain.reply import Word

SILENCE = timedelta(days=120)
"""Of policyholder, contacts and police: nine in ten scams that are ever reported are by then (the synthetic book's
delays; an insurer's own are in its labels)."""
SURE_OF_SILENCE = 0.5
_COMPLAINT = 2
_BY_OTHERS = frozenset({OutcomeSource.POLICYHOLDER, OutcomeSource.CONTACT})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCaps:
    """How much one person may label alone `within` a period, before it is held for a second one: first words that it
    was a scam, that it was genuine, and undoing the label of a scam that another recorded."""

    scams: int = 10
    genuine: int = 1000
    undone: int = 3
    within: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a model may learn of a case. `confidence` and `source` are those of the outcome that decided; `numbers`,
    from 1, and `by` are of all that stand and say so. `known_at` is since when it has been so without a break."""

    scam: bool
    confidence: float
    source: OutcomeSource
    known_at: datetime
    numbers: tuple[int, ...] = ()
    by: tuple[str, ...] = ()
    disputed: bool = False

    @property
    def weak(self) -> bool:
        return self.source is OutcomeSource.NO_COMPLAINT


def standing(outcomes: Sequence[Outcome]) -> dict[int, Outcome]:
    """By number, from 1: those that count and whose place none that counts has taken."""
    counting = {number: one for number, one in enumerate(outcomes, 1) if not one.held or seconded(one, outcomes)}
    gone = {number for one in counting.values() for number in one.supersedes}
    return {number: one for number, one in counting.items() if number not in gone}


def seconded(outcome: Outcome, outcomes: Sequence[Outcome]) -> bool:
    """Whether another person's last word is the same, held or not."""
    last_words = {one.by: one.label for one in outcomes if one.by != outcome.by}
    return outcome.label in last_words.values()


def takes_the_place_of(outcomes: Sequence[Outcome], new: Outcome, corrects: int | None) -> tuple[int, ...]:
    """Numbers of the standing outcomes that `new` supersedes, with the one that it `corrects` by name.

    Raises ConflictError where that one does not stand, or is of a higher authority.
    """
    now = standing(outcomes)
    found = {number for number, one in now.items() if one.source is new.source and _replaced(one, new)}
    if corrects is not None:
        if corrects not in now:
            raise ConflictError("nothing_to_correct", field="corrects")
        if now[corrects].source.authority > new.source.authority:
            raise ConflictError("outranked", field="corrects")
        found.add(corrects)
    return tuple(sorted(found))


def _replaced(one: Outcome, new: Outcome) -> bool:
    return one.by == new.by or one.label is not new.label


def leading(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The weightiest of those that stand, of equals the latest; None where none does."""
    return _weightiest(standing(outcomes)) if outcomes else None


def _weightiest(words: dict[int, Outcome]) -> Outcome | None:
    def weight(numbered: tuple[int, Outcome]) -> tuple[int, int]:
        number, one = numbered
        complains = one.source in _BY_OTHERS and one.label is OutcomeLabel.SCAM
        return _COMPLAINT if complains else one.source.authority, number

    return max(words.items(), key=weight)[1] if words else None


def silent_since(case: Case) -> datetime | None:
    """When the request was let go, None while it was not, and where a contact is worried about it."""
    if case.state is not CaseState.RELEASED or any(reply.word is Word.WORRIED for reply in case.replies):
        return None
    return case.moves[-1].at


def label_at(outcomes: Sequence[Outcome], silent: datetime | None, at: datetime) -> Label | None:
    """The label as somebody at `at` knows it, None while there is none. `silent` is what `silent_since` gives."""
    said = tuple(takewhile(lambda one: one.recorded_at <= at, outcomes))
    if not said:
        return _by_silence(silent, at)
    found = None
    for count in range(1, len(said) + 1):
        found = _then(said[:count], found)
    return found


def _then(said: Sequence[Outcome], before: Label | None) -> Label | None:
    """The label after the last of these words."""
    telling = {number: one for number, one in standing(said).items() if one.label is not OutcomeLabel.UNSURE}
    decides = _weightiest(telling)
    if decides is None:
        return None
    agreeing = {number: one for number, one in telling.items() if one.label is decides.label}
    scam = decides.label is OutcomeLabel.SCAM
    return Label(
        scam=scam,
        confidence=decides.confidence,
        source=decides.source,
        known_at=before.known_at if before is not None and before.scam is scam else said[-1].recorded_at,
        numbers=tuple(agreeing),
        by=tuple(sorted({one.by for one in agreeing.values()})),
        disputed=len(agreeing) < len(telling),
    )


def _by_silence(silent: datetime | None, at: datetime) -> Label | None:
    if silent is None or at < silent + SILENCE:
        return None
    return Label(scam=False, confidence=SURE_OF_SILENCE, source=OutcomeSource.NO_COMPLAINT, known_at=silent + SILENCE)
