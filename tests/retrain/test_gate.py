"""The gate, line by line, on invented answers: each flaw is refused by its own line and by no other."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.retrain import gate
from models.retrain.gate import Side, Verdict
from models.simulate.table import Table
from models.train import alert_policy
from safelight.domain.light import Light
from safelight.features.contract import FEATURES

N, SCAMS = 60_000, 120
POLICY = alert_policy.read()
RED = int(POLICY.red * N)
ANY = int(POLICY.red_or_yellow * N)


@pytest.fixture(scope="module")
def window() -> Table:
    """60,000 requests of people of all ages, 120 of them scams (synthetic)."""
    rng = np.random.default_rng(7)
    truth = np.zeros(N, dtype=np.bool_)
    truth[rng.choice(N, SCAMS, replace=False)] = True
    return Table(
        x=np.full((N, len(FEATURES)), np.nan, dtype=np.float32),
        day=np.sort(rng.uniform(0, 90, N)),
        label_day=np.where(truth, 50.0, np.inf),
        cleared_day=np.full(N, np.inf),
        truth=truth,
        scam_type=np.where(truth, 0, -1).astype(np.int8),
        channel=np.zeros(N, dtype=np.int8),
        amount=np.full(N, 100_000.0),
        person=np.arange(N),
        sex=np.zeros(N, dtype=np.int8),
        age=rng.uniform(25, 85, N).astype(np.float32),
    )


def a_side(window: Table, caught: float = 0.7, name: str = "champion", **over: Any) -> Side:
    """Ranks a share of the scams first, the rest anywhere; its probabilities near red are true, its alerts fill the
    budget."""
    rng = np.random.default_rng(1)
    score = rng.uniform(0, 0.5, N)
    scams = np.flatnonzero(window.truth)
    hit = scams[: int(caught * SCAMS)]
    score[hit] = rng.uniform(0.9, 1, len(hit))
    rank = np.argsort(np.argsort(-score))
    lights = np.full(N, Light.GREEN, dtype=np.int8)
    lights[rank < ANY] = Light.YELLOW
    lights[rank < RED] = Light.RED
    probability = np.where(rank < RED, 0.3, 0.0001) + score * 1e-6
    red_at = 0.2
    near = (probability >= red_at / 2) & (probability < red_at * 2)
    probability[near] = window.truth[near].mean() + score[near] * 1e-6
    side = Side(
        name=name,
        probability=probability,
        lights=lights,
        red_at=float(window.truth[near].mean()),
        bytes=300_000,
        microseconds=100.0,
    )
    return replace(side, **over)


def failing(verdict: Verdict) -> set[str]:
    return {line.name for line in verdict.lines if not line.holds}


def test_a_challenger_as_good_as_the_champion_passes(window: Table) -> None:
    verdict = gate.judge(window, a_side(window), a_side(window), POLICY)
    assert failing(verdict) == set()
    assert verdict.as_json()["passed"] is True
    assert len(verdict.lines) == 11


def test_one_that_catches_fewer_is_refused(window: Table) -> None:
    verdict = gate.judge(window, a_side(window, 0.7), a_side(window, 0.6), POLICY)
    assert failing(verdict) >= {"recall_at_red_budget", "recall_at_any_budget", "average_precision"}


def test_one_that_alerts_about_too_many_is_refused(window: Table) -> None:
    loud = a_side(window)
    loud.lights[np.random.default_rng(2).choice(N, 3 * ANY, replace=False)] = Light.RED
    assert failing(gate.judge(window, a_side(window), loud, POLICY)) >= {"red_share", "any_light_share"}


def test_one_that_says_twice_what_is_so_is_refused(window: Table) -> None:
    champion = a_side(window)
    alarmed = a_side(window)
    near = alarmed.probability > 0.05
    alarmed.probability[near] *= 1.9
    assert failing(gate.judge(window, champion, alarmed, POLICY)) == {"said_to_was_near_red"}


def give_alerts_to(side: Side, window: Table, who: np.ndarray) -> Side:
    """As many alerts as before, those for nothing all to some of the people."""
    lights = side.lights.copy()
    wrong = np.flatnonzero((lights >= Light.YELLOW) & ~window.truth)
    lights[wrong] = Light.GREEN
    lights[np.random.default_rng(3).choice(np.flatnonzero(who & ~window.truth), len(wrong), replace=False)] = 1
    return replace(side, lights=lights)


def test_one_that_bothers_the_old_more_is_refused_though_it_is_better_on_average(window: Table) -> None:
    better = give_alerts_to(a_side(window, 0.8), window, window.age >= gate.OLD)
    assert failing(gate.judge(window, a_side(window, 0.7), better, POLICY)) >= {"old_false_alerts"}


def test_one_that_bothers_the_old_a_little_more_is_refused_below_the_bar_for_anybody(window: Table) -> None:
    """Within what any band may have, and still more than the champion's."""
    some = window.age < 85
    some[np.flatnonzero(window.age < gate.OLD)[::3]] = False
    verdict = gate.judge(window, a_side(window), give_alerts_to(a_side(window), window, some), POLICY)
    assert failing(verdict) == {"old_false_alerts"}


def test_one_that_bothers_the_young_is_refused(window: Table) -> None:
    young = give_alerts_to(a_side(window), window, window.age < 40)
    assert "worst_age_band_false_alerts" in failing(gate.judge(window, a_side(window), young, POLICY))


def test_one_that_is_better_on_average_and_misses_the_old_is_refused(window: Table) -> None:
    champion, better = a_side(window, 0.6), a_side(window, 1.0)
    old = np.flatnonzero(window.truth & (window.age >= gate.OLD))
    lost = old[: int(0.6 * len(old))]
    better.probability[lost] = 0.0
    assert failing(gate.judge(window, champion, better, POLICY)) >= {"old_recall"}


def test_one_that_is_too_large_or_too_slow_is_refused(window: Table) -> None:
    large, slow = a_side(window, bytes=10_000_001), a_side(window, microseconds=151.0)
    assert failing(gate.judge(window, a_side(window), large, POLICY)) == {"bytes"}
    assert failing(gate.judge(window, a_side(window), slow, POLICY)) == {"microseconds"}


def test_what_cannot_be_judged_is_refused(window: Table) -> None:
    """A window with nine scams says nothing, and neither does one without old people."""
    few = window.truth.copy()
    few[np.flatnonzero(few)[9:]] = False
    quiet = replace(window, truth=few)
    assert failing(gate.judge(quiet, a_side(window), a_side(window), POLICY)) >= {"average_precision", "old_recall"}
    young = replace(window, age=np.full(N, 40.0, dtype=np.float32))
    verdict = gate.judge(young, a_side(window), a_side(window), POLICY)
    assert failing(verdict) == {"old_false_alerts", "old_recall"}
    assert [line.figure for line in verdict.lines if not line.holds] == [None, None]
