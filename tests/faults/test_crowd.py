"""3,000 steps of the crowd in tests/faults/crowd.py. `python -m tests.faults.crowd 1000` makes more."""

from tests.faults.crowd import PEOPLE, play

WALKS = 20


def test_no_promise_is_broken_by_a_crowd_that_does_everything_at_once() -> None:
    tally = play(WALKS, seed=5)
    assert tally.walks == WALKS
    for met in (
        "sms red_request",
        "sms confirm_contact",
        "reply app True",
        "reply unverified False",
        "reply staff False",
    ):
        assert tally.done[met] > len(PEOPLE), met
