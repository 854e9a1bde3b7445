"""Champion against challenger on a later window: every line has its figure and its bar, and one that fails refuses.

A line that cannot be judged, for want of scams or people, refuses too: a model that nobody could judge decides nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from models.evaluate.intervals import Ranking
from models.evaluate.metrics import AGES, CALIBRATED, FAIR, FEW, JUDGED, near_red, plain, worst_band
from models.simulate.table import Codes, Doubles, Flags, Table
from models.train.alert_policy import AlertPolicy
from models.train.thresholds import lights
from safelight.domain.light import Light
from safelight.scoring.ensemble import Ensemble

RECALL_LOST = 0.02
"""Of all scams, at equal alerts, that a challenger may catch fewer."""
PRECISION_LOST = 0.01
"""Average precision, absolute, that it may lose. Also what poisoned labels may cost: more, and it is refused."""
OVER_BUDGET = 1.5
"""Requests under a light of its own thresholds ÷ the budget. They were set on an earlier window, and scams move."""
OLD = 60
"""Years from which people are looked at by themselves: scammers' favourites."""
OLD_RECALL_LOST = 0.05
OLD_FALSE_MORE = 1.15
"""False alerts of the old ÷ everybody's, over the same of the champion."""
MOST_BYTES = 10_000_000
SLOWER = 1.5
TIMED = 400
"""Rows by which both are timed, in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing looked at. `figure` None: it could not be judged."""

    name: str
    figure: float | None
    bar: str
    champion: float | None
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: its answers on the window (N,), and what it weighs."""

    name: str
    probability: Doubles
    lights: Codes
    red_at: float
    bytes: int
    microseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    lines: tuple[Line, ...]

    @property
    def passed(self) -> bool:
        return all(line.holds for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "lines": [plain(asdict(line)) for line in self.lines]}


def sides(window: Table, champion: Ensemble, challenger: Ensemble, sizes: tuple[int, int], quiet: bool) -> list[Side]:
    """Both asked row by row as a function asks them, a row of one after the same row of the other."""
    models = (champion, challenger)
    answers = np.empty((2, len(window)))
    took: tuple[list[float], list[float]] = ([], [])
    for row in tqdm(range(len(window)), desc="champion and challenger", unit="request", disable=quiet):
        values = tuple(window.x[row].tolist())
        for place, model in enumerate(models):
            started = perf_counter()
            answers[place, row] = model.graph.run(values).probability
            if row < TIMED:
                took[place].append(perf_counter() - started)
    return [
        Side(
            name=model.version,
            probability=answers[place],
            lights=lights(model.thresholds, answers[place], window.amount),
            red_at=model.thresholds.red_at,
            bytes=sizes[place],
            microseconds=1e6 * median(took[place] or [0.0]),
        )
        for place, model in enumerate(models)
    ]


def judge(window: Table, champion: Side, challenger: Side, policy: AlertPolicy) -> Verdict:
    """`window` lies after everything that the challenger learned from; `truth` is what is known of it by now."""
    pair = (champion, challenger)
    return Verdict(
        lines=(
            *_ranking(window, pair, policy),
            *_budgets(challenger, champion, policy),
            _calibration(window, pair),
            _fairness(window, pair),
            _false_alerts_of_the_old(window, pair),
            _recall_of_the_old(window, pair),
            _within("bytes", champion.bytes, challenger.bytes, MOST_BYTES),
            _within("microseconds", champion.microseconds, challenger.microseconds, SLOWER * champion.microseconds),
        )
    )


def _ranking(window: Table, pair: tuple[Side, Side], policy: AlertPolicy) -> Iterator[Line]:
    budgets = (policy.red, policy.red_or_yellow)
    was, now = (Ranking.of(window.truth, side.probability).figures(budgets) for side in pair)
    named = ("average_precision", "recall_at_red_budget", "recall_at_any_budget")
    allowed = (PRECISION_LOST, RECALL_LOST, RECALL_LOST)
    scams = int(window.truth.sum())
    for name, before, after, lost in zip(named, was, now, allowed, strict=True):
        yield _line(name, before, after, f"champion - {lost}", _loses_at_most(lost), scams)


def _budgets(challenger: Side, champion: Side, policy: AlertPolicy) -> Iterator[Line]:
    for name, light, budget in (
        ("red_share", Light.RED, policy.red),
        ("any_light_share", Light.YELLOW, policy.red_or_yellow),
    ):
        before, after = (float((side.lights >= light).mean()) for side in (champion, challenger))
        yield _within(name, before, after, OVER_BUDGET * budget)


def _calibration(window: Table, pair: tuple[Side, Side]) -> Line:
    """Around the red threshold: what was said ÷ what was, allowed its relative error or the chance of such a count."""
    nears = [near_red(window, side.probability, side.red_at) for side in pair]
    was, now = (near.said / near.was - 1 if near.was > 0 else float("nan") for near in nears)
    scams = round(nears[1].was * nears[1].requests) if nears[1].requests else 0
    chance = 2 / max(1.0, scams) ** 0.5
    allowed = max(CALIBRATED, chance)
    return _line("said_to_was_near_red", was, now, f"within {allowed:.2f} of 0", lambda _, a: abs(a) <= allowed, scams)


def _fairness(window: Table, pair: tuple[Side, Side]) -> Line:
    """The worst age band's false alerts ÷ everybody's, either light."""
    bands = [(window.age >= low) & (window.age < high) & ~window.truth for low, high in AGES]
    genuine = [int(band.sum()) for band in bands]

    def worst(side: Side) -> float:
        found = worst_band([int((side.lights[band] >= Light.YELLOW).sum()) for band in bands], genuine)
        return float("nan") if found is None else found[0]

    was, now = (worst(side) for side in pair)
    return _line("worst_age_band_false_alerts", was, now, f"{FAIR} x everybody's", lambda _, a: a <= FAIR, FEW)


def _false_alerts_of_the_old(window: Table, pair: tuple[Side, Side]) -> Line:
    """Better on average is no excuse: a challenger that bothers the old more than the champion did is refused."""
    old, everybody = (window.age >= OLD) & ~window.truth, ~window.truth
    was, now = (_ratio(side.lights >= Light.YELLOW, old, everybody) for side in pair)
    enough = FEW if old.sum() >= JUDGED else 0
    return _line(
        "old_false_alerts",
        was,
        now,
        f"champion x {OLD_FALSE_MORE}, or 1",
        lambda b, a: a <= max(1.0, OLD_FALSE_MORE * b),
        enough,
    )


def _recall_of_the_old(window: Table, pair: tuple[Side, Side]) -> Line:
    """At equal alerts for all: as many of the highest scores as the smaller of both has under a light."""
    old = (window.age >= OLD) & window.truth
    alerts = min(int((side.lights >= Light.YELLOW).sum()) for side in pair)
    was, now = (float(_highest(side.probability, alerts)[old].mean()) if old.any() else float("nan") for side in pair)
    return _line(
        "old_recall", was, now, f"champion - {OLD_RECALL_LOST}", _loses_at_most(OLD_RECALL_LOST), int(old.sum())
    )


def _highest(probability: Doubles, count: int) -> Flags:
    out = np.zeros(len(probability), dtype=np.bool_)
    out[np.argsort(-probability, kind="stable")[:count]] = True
    return out


def _ratio(alerted: Flags, group: Flags, everybody: Flags) -> float:
    whole = alerted[everybody].mean()
    return float(alerted[group].mean() / whole) if group.any() and whole > 0 else float("nan")


def _line(
    name: str, champion: float, figure: float, bar: str, holds: Callable[[float, float], bool], scams: int
) -> Line:
    """`scams` (or people) that the figure rests on: FEW of them, or it says nothing."""
    if scams < FEW or np.isnan(figure) or np.isnan(champion):
        detail = f"rests on {scams} scams; {FEW} are needed" if scams < FEW else "nothing to judge it by"
        return Line(name=name, figure=None, bar=bar, champion=None, holds=False, detail=detail)
    return Line(name=name, figure=figure, bar=bar, champion=champion, holds=bool(holds(champion, figure)))


def _loses_at_most(lost: float) -> Callable[[float, float], bool]:
    return lambda champion, figure: figure >= champion - lost


def _within(name: str, champion: float, figure: float, most: float) -> Line:
    return Line(name=name, figure=figure, bar=f"at most {most:.6g}", champion=champion, holds=figure <= most)
