"""The played conversations: repeatable, by the real engine, and not by the engine's own table."""

from random import Random

import pytest

from models.conversations import people
from models.conversations.people import Kind, Manners, answer, person
from models.conversations.play import group, measured
from safelight.domain import asking
from safelight.domain.caring import Form, questions
from safelight.domain.case import CaseState
from safelight.domain.light import Light

FEW = 40


def test_the_same_seed_gives_the_same_figures() -> None:
    assert measured(Manners(), 3, FEW) == measured(Manners(), 3, FEW)
    assert measured(Manners(), 3, FEW) != measured(Manners(), 4, FEW)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_conversation_comes_to_an_end_within_five_questions(kind: Kind) -> None:
    for ended in group(kind, Manners(), 5, FEW):
        if ended.case.discreet:
            assert (ended.asked, ended.case.state) == (0, CaseState.REVIEW)
            continue
        assert ended.case.unanswered == ()
        assert ended.asked == len(ended.case.questions) <= asking.MAX_QUESTIONS
        assert ended.case.state in (CaseState.RELEASED, CaseState.REVIEW)


def test_no_red_case_is_released_and_most_victims_end_with_a_person() -> None:
    assert not any(ended.through for ended in group(Kind.STOPPED, Manners(), 6, FEW))
    coached, honest = (group(kind, Manners(), 6, FEW) for kind in (Kind.COACHED, Kind.HONEST))
    assert sum(e.through for e in coached) <= FEW // 6 < FEW // 4 <= sum(e.through for e in honest)


def test_victims_who_answer_openly_are_red_soon() -> None:
    ended = group(Kind.SCRIPTED, Manners(), 7, FEW)
    assert sum(e.case.floor is Light.RED for e in ended) > FEW // 2


def test_a_bolder_victim_gets_past_more_often() -> None:
    timid, bold = (measured(Manners(bold=b), 8, 3 * FEW)["coached_in_review"] for b in (0.1, 0.9))
    assert bold < timid


def test_a_scammer_who_knows_what_is_asked_gets_more_victims_past() -> None:
    told = Manners(leaked=("general.who_confirms", "general.paper"))
    known, unknown = (measured(manners, 8, 3 * FEW)["coached_in_review"] for manners in (told, Manners()))
    assert known < unknown


def test_people_do_not_answer_by_the_engines_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the table read while people answer, this would fail."""

    def refuse() -> asking.Assumed:
        raise AssertionError("the table was read")

    monkeypatch.setattr(asking, "assumed", refuse)
    assert not hasattr(people, "assumed")
    for kind in Kind:
        chance = Random(1)
        for number in range(20):
            who = person(kind, number, Manners(), chance)
            for question in questions().values():
                said = answer(who, question, Manners(), chance)
                assert said in question.shown or question.form is Form.OPEN
