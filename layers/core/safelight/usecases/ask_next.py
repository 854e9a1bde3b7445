"""The next caring question of a case, if one is worth asking."""

from datetime import datetime

from safelight.domain import asking
from safelight.domain.asking import Stake
from safelight.domain.caring import Sign
from safelight.domain.case import Case, CaseState
from safelight.domain.contradictions import alarming
from safelight.domain.light import Light


def ask_next(case: Case, at: datetime, *, firm: bool = False) -> Case:
    """The case with one question more, unless one is open, or no answer could change anything any more.

    `firm`: whether the suspected type rests on more than a hint; it counts for the first question alone.
    """
    if case.unanswered:
        return case
    suspected = case.assessment.suspected
    question_id = asking.next_question(suspected, case.answers, case.questions, stake(case), firm=firm)
    return case if question_id is None else case.asking(question_id, at)


def enough(case: Case) -> bool:
    """Whether the answers, all of them harmless, let the case go on by itself."""
    return asking.settled(case.assessment.suspected, case.answers)


def stake(case: Case) -> Stake:
    """Whoever has told us of the scam, or contradicted himself, is not asked on: a person takes over."""
    warned = any(answer.sign is Sign.WARNING for answer in case.answers)
    if case.state.ended or warned or alarming(case.contradictions):
        return Stake.NOTHING
    if case.floor is Light.RED:
        return Stake.STORY
    unclear = any(answer.sign is Sign.UNCLEAR for answer in case.answers)
    return Stake.ALARM if unclear or case.contradictions or case.state is CaseState.REVIEW else Stake.RELEASE
