"""The journey, step by step, against the deployed stack."""

from __future__ import annotations

import pytest

from local.__main__ import Running
from local.journey import Journey

STEPS = (
    "ordinary",
    "early_warning",
    "prosecutor",
    "coached",
    "own_number",
    "reply",
    "romance",
    "nobody",
    "tasks",
    "change",
    "new_contact",
    "again",
    "strangers",
    "line",
    "lex",
    "connect",
    "flipped_byte",
)


@pytest.fixture(scope="module")
def journey(running_stack: Running) -> Journey:
    return Journey(running_stack.stack, running_stack.inbox, running_stack.line, running_stack.switchboard)


def test_the_journey_has_these_steps_in_this_order(journey: Journey) -> None:
    assert [play.__name__ for _, play in journey.steps()] == list(STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_every_expectation_of_the_journey_holds(journey: Journey, step: str) -> None:
    checks = list({play.__name__: play for _, play in journey.steps()}[step]())
    assert checks
    assert [check for check in checks if not check.holds] == []
