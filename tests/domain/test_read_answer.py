"""What is read of an answer to a caring question: its sign, its sum, and what is refused."""

from datetime import UTC, datetime

import pytest

from safelight.domain.caring import Given, Question, QuestionId, questions, read_answer
from safelight.domain.errors import RejectedError

PURPOSE = QuestionId("general.purpose")
AMOUNT = QuestionId("general.paper_amount")
NOW = datetime(2025, 3, 3, 9, 30, tzinfo=UTC)

EVERY_QUESTION = pytest.mark.parametrize("question", list(questions().values()), ids=lambda q: q.question_id)


@EVERY_QUESTION
def test_an_answer_by_place_carries_the_sign_of_its_choice(question: Question) -> None:
    asked = (QuestionId("general.guided"), question.question_id)
    for place, choice_id in enumerate(question.shown, 1):
        answer = read_answer(Given(question=2, choice=place, silence_s=1.5), asked, 100_000, NOW)
        assert (answer.question_id, answer.choice_id) == (question.question_id, choice_id)
        assert (answer.sign, answer.answered_at) == (question.choices[choice_id].sign, NOW)
        assert (answer.amount_twd, answer.silence_s) == (None, 1.5)


@pytest.mark.parametrize("number", [-1, 0, 2, 9])
def test_an_answer_to_what_was_not_asked_is_rejected(number: int) -> None:
    with pytest.raises(RejectedError) as rejected:
        read_answer(Given(question=number, choice=1), (PURPOSE,), 0, NOW)
    assert (rejected.value.reason, rejected.value.field) == ("not_asked", "question_id")


@EVERY_QUESTION
def test_an_unknown_choice_is_rejected(question: Question) -> None:
    for choice in (None, -1, 0, len(question.shown) + 1):
        with pytest.raises(RejectedError) as rejected:
            read_answer(Given(question=1, choice=choice), (question.question_id,), 0, NOW)
        assert (rejected.value.reason, rejected.value.field) == ("unknown_choice", "choice_id")


@pytest.mark.parametrize(
    ("on_paper", "requested", "read"),
    [
        (100_000, 100_000, "same"),
        (100_001, 100_000, "fits"),
        (3_000_000, 100_000, "fits"),
        (80_000, 100_000, "fits"),
        (79_999, 100_000, "differs"),
        (0, 100_000, "differs"),
        (50_000, 0, "same"),
    ],
)
def test_a_sum_is_read_beside_the_sum_asked_for(on_paper: int, requested: int, read: str) -> None:
    answer = read_answer(Given(question=1, amount_twd=on_paper), (AMOUNT,), requested, NOW)
    assert (answer.choice_id, answer.amount_twd) == (read, on_paper)


@pytest.mark.parametrize(
    ("given", "question"),
    [
        (Given(question=1, amount_twd=1), PURPOSE),
        (Given(question=1, amount_twd=-1), AMOUNT),
        (Given(question=1, amount_twd=1, choice=1), AMOUNT),
    ],
)
def test_a_sum_where_none_is_asked_for_is_rejected(given: Given, question: QuestionId) -> None:
    with pytest.raises(RejectedError) as rejected:
        read_answer(given, (question,), 100, NOW)
    assert rejected.value.field == "amount_twd"
