"""Play conversations to their end and count. `python -m models.conversations` prints the figures as JSON."""

import json
from collections import Counter
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

from models.conversations.insurer import Clock, FixedModel, NoSessions, NoTelemetry, OneCase
from models.conversations.people import Kind, Manners, Person, answer, person, seconds
from safelight.domain.caring import Given, questions
from safelight.domain.case import Case, CaseState
from safelight.domain.light import Light
from safelight.usecases.answer_questions import answer_questions
from safelight.usecases.assess_request import assess_request

SEED = 20_260_501
"""Of the figures that are reported. The engine was made while looking at seeds 1 to 3, 11 to 18, 20260401 and
20260415."""
EACH = 500
COACHED_IN_REVIEW = 0.95
HONEST_THROUGH_IN = 2
NEVER = 99
VARIED: dict[str, Manners] = {
    "coached: twice as bold": Manners(bold=0.7),
    "coached: half again as bold": Manners(bold=0.5),
    "coached: timid": Manners(bold=0.15),
    "coached: every foreseen question rehearsed": Manners(prepared=1.0),
    "coached: the two questions asked most leaked": Manners(leaked=("general.who_confirms", "general.paper")),
    "facts show half as often": Manners(seen=0.5),
    "facts never show": Manners(seen=0.0),
    "honest: fewer papers": Manners(paper=0.4),
    "honest: three times as careless": Manners(careless=0.09),
    "honest: twice as private": Manners(private=0.4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`asked` are the questions answered until nothing was open any more. Somebody on a call is rung back and answers
    none."""

    case: Case
    asked: int

    @property
    def through(self) -> bool:
        return self.case.state is CaseState.RELEASED


def play(who: Person, manners: Manners, chance: Random) -> Ended:
    light = Light.RED if who.kind is Kind.STOPPED else Light.YELLOW
    clock, telemetry = Clock(), NoTelemetry()
    world = OneCase(profile=who.profile, contacts=who.contacts, observations=who.observations, external=who.external)
    opened = assess_request(
        who.request,
        who.context,
        "digest",
        book=world,
        cases=world,
        sessions=NoSessions(),
        indicators=world,
        models=FixedModel(light),
        clock=clock,
        telemetry=telemetry,
    )
    case = opened.case
    while case.unanswered and not case.discreet:
        question = questions()[case.unanswered[0]]
        clock.move(seconds(who, chance))
        said, number = answer(who, question, manners, chance), len(case.questions)
        given = (
            Given(question=number, amount_twd=said)
            if isinstance(said, int)
            else Given(question=number, choice=question.shown.index(said) + 1)
        )
        case = answer_questions(
            who.request.policyholder_id,
            case.case_id,
            (given,),
            book=world,
            cases=world,
            clock=clock,
            telemetry=telemetry,
        )
    return Ended(case=case, asked=len(case.answers))


def group(kind: Kind, manners: Manners, seed: int, each: int) -> list[Ended]:
    chance = Random(f"{seed}/{kind}")  # simulation, not security # noqa: S311 # nosec B311
    return [play(person(kind, number, manners, chance), manners, chance) for number in range(each)]


def judged(honest: list[Ended], coached: list[Ended]) -> dict[str, Any]:
    """What the bars are about. The bar counts whoever is sent on to a person as not through, however few questions he
    was asked; the two other medians stand beside it."""
    in_review = sum(not e.through for e in coached) / len(coached)
    needed = median([e.asked if e.through else NEVER for e in honest])
    released = [e.asked for e in honest if e.through]
    return {
        "coached_in_review": round(in_review, 4),
        "coached_bar_met": in_review >= COACHED_IN_REVIEW,
        "honest_released": round(len(released) / len(honest), 4),
        "honest_released_within_two": round(sum(n <= HONEST_THROUGH_IN for n in released) / len(honest), 4),
        "honest_questions_until_through_median": needed if needed < NEVER else None,
        "honest_bar_met": needed <= HONEST_THROUGH_IN,
        "honest_questions_of_the_released_median": median(released) if released else None,
        "honest_questions_until_no_more_is_asked_median": median(e.asked for e in honest),
    }


def measured(manners: Manners, seed: int, each: int) -> dict[str, Any]:
    ended = {kind: group(kind, manners, seed, each) for kind in Kind}
    honest, coached = ended[Kind.HONEST], ended[Kind.COACHED]
    stopped_scams = [e for kind in Kind if kind.victim for e in ended[kind] if not e.through]
    return {
        **judged(honest, coached),
        "questions_per_released_genuine_case": _mean([e.asked for e in honest if e.through]),
        "questions_per_stopped_scam": _mean([e.asked for e in stopped_scams]),
        "groups": {kind: _shown(ended[kind]) for kind in Kind},
    }


def _shown(ended: list[Ended]) -> dict[str, Any]:
    through = [e for e in ended if e.through]
    return {
        "released": round(len(through) / len(ended), 4),
        "released_after": dict(sorted(Counter(e.asked for e in through).items())),
        "red": round(sum(e.case.floor is Light.RED for e in ended) / len(ended), 4),
        "questions_mean": _mean([e.asked for e in ended]),
        "questions_median": median(e.asked for e in ended),
        "ends": dict(Counter(e.case.moves[-1].reason for e in ended).most_common()),
        "contradictions": dict(Counter(code for e in ended for code in e.case.contradictions).most_common()),
        "asked": dict(Counter(q for e in ended for q in e.case.questions).most_common(12)),
    }


def _mean(counts: list[int]) -> float | None:
    return round(sum(counts) / len(counts), 3) if counts else None


def report(seed: int = SEED, each: int = EACH) -> dict[str, Any]:
    """The central assumptions in full, each variation in short."""
    central = measured(Manners(), seed, each)
    varied = {
        name: judged(group(Kind.HONEST, manners, seed, each), group(Kind.COACHED, manners, seed, each))
        for name, manners in VARIED.items()
    }
    return {
        "synthetic": "Invented people who answer by models/conversations/people.py, not by the engine's own table.",
        "seed": seed,
        "each": each,
        "bars": {"coached_in_review": COACHED_IN_REVIEW, "honest_through_in_questions": HONEST_THROUGH_IN},
        **central,
        "sensitivity": varied,
    }


def main() -> None:
    print(json.dumps(report(), ensure_ascii=False, indent=2))
