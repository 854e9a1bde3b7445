"""1,000 runs of the machine in tests/faults/insurer.py, and what they met. `make faults RUNS=100000` makes more."""

import pytest

from tests.faults.__main__ import play
from tests.faults.insurer import ALERT_PATH, Result
from tests.faults.trouble import HAND_OVER, STALE, Kind

RUNS = 1_000
SEED = 20260311


@pytest.fixture(scope="module")
def result() -> Result:
    return play(RUNS, SEED)


def test_no_alert_is_lost_none_is_doubled_and_every_case_ends_whatever_goes_wrong(result: Result) -> None:
    assert result.runs >= RUNS
    assert [result.lost, result.doubled, result.without_end, result.unfit] == [0, 0, 0, 0], "\n".join(result.broken[0])
    assert result.sms > RUNS / 2


def test_each_step_of_the_alert_path_met_each_kind_of_trouble_that_can_come_to_it(result: Result) -> None:
    """What chance left out of these runs it brings in others, which must break nothing either."""
    wanted = {(step, kind) for step in ALERT_PATH for kind in Kind if can_come(step, kind)}
    missed = {each for each in wanted if not result.met[each]}
    for seed in range(SEED + 1, SEED + 5):
        if missed:
            more = play(RUNS, seed)
            assert more.broken == []
            missed -= {each for each in missed if more.met[each]}
    assert missed == set()


def can_come(step: str, kind: Kind) -> bool:
    if kind in HAND_OVER or not step[0].isupper():
        return (kind in HAND_OVER) is not step[0].isupper()
    return kind is not Kind.STALE_READ or step in STALE


def test_the_steps_that_trouble_is_aimed_at_are_all_taken(result: Result) -> None:
    assert [step for step in ALERT_PATH if not result.seen[step]] == []
