"""Figures of a ranking under weights, and intervals: books drawn with replacement, and people within them.

A victim asks several times under one scam, so his requests are no independent draws: all requests of a person get one
Poisson(1) count, the same for every model, so that ratios of models are paired (cluster bootstrap: Davison & Hinkley
1997, section 3.8; Poisson counts for the multinomial, as Hanley & MacGibbon 2006). A book that is drawn twice has its
people drawn anew each time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

REPLICATES = 200
LEVEL = (0.05, 0.95)
"""90 % intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Requests by falling score. Runs are of equal scores, and only those with a scam in them are kept: places
    [starts, ends) of `order`. `scams` are rows, `run_of` the run of each."""

    order: Places
    starts: Places
    ends: Places
    scams: Places
    run_of: Places

    @classmethod
    def of(cls, truth: Flags, score: npt.NDArray[np.floating]) -> "Ranking":
        """NaN scores rank last."""
        score = np.where(np.isnan(score), -np.inf, score)
        order = np.argsort(-score, kind="stable")
        ranked = score[order]
        changes = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]) + 1, len(order))
        starts = np.append(0, changes[:-1])
        places = np.flatnonzero(truth[order])
        runs, run_of = np.unique(np.searchsorted(changes, places, side="right"), return_inverse=True)
        return cls(order=order, starts=starts[runs], ends=changes[runs], scams=order[places], run_of=run_of)

    def average_precision(self, weight: Doubles | None = None) -> float:
        """Sum over scores of the step in recall x precision there; NaN without scams. `weight` (N,) in table order."""
        return self.figures((), weight)[0]

    def recall(self, budget: float, weight: Doubles | None = None) -> float:
        """Share of scams among the `budget` of requests that rank highest; equal scores in it by chance."""
        return self.figures((budget,), weight)[1]

    def figures(self, budgets: Sequence[float], weight: Doubles | None = None) -> tuple[float, ...]:
        """Average precision, then recall at each budget."""
        weight = np.ones(len(self.order)) if weight is None else weight
        caught = np.cumsum(np.bincount(self.run_of, weight[self.scams], len(self.starts)))
        if len(caught) == 0 or caught[-1] == 0:
            return (float("nan"),) * (1 + len(budgets))
        requests = np.append(0.0, np.cumsum(weight[self.order]))
        precision = caught / np.maximum(requests[self.ends], 1e-12)
        average = float((np.diff(caught, prepend=0.0) * precision).sum() / caught[-1])
        # Between runs with scams nothing is caught: a broken line through both ends of each run is exact.
        along = np.column_stack([requests[self.starts], requests[self.ends]]).ravel()
        up = np.column_stack([np.append(0.0, caught[:-1]), caught]).ravel()
        recalls = np.interp([budget * requests[-1] for budget in budgets], along, up, left=0.0)
        return average, *(float(recall / caught[-1]) for recall in recalls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure: mean over books, 90 % interval, and its value in each book."""

    value: float
    low: float
    high: float
    books: tuple[float, ...]


Measure = Callable[[Doubles | None], Mapping[str, float]]
"""All figures of one book under weights (N,), or as it is."""
Derive = Callable[[Mapping[str, float]], Mapping[str, float]]
"""Ratios and the like, from means over books."""


def resampled(person: Places, rng: np.random.Generator) -> Iterator[Doubles]:
    """Weights (N,) without end: how often each request's person was drawn. `person` (N,) says whose a request is."""
    people, whose = np.unique(person, return_inverse=True)
    while True:
        yield rng.poisson(1.0, len(people)).astype(np.float64)[whose]


def estimates(
    measures: Sequence[Measure],
    people: Sequence[Places],
    derive: Derive,
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> dict[str, Estimate]:
    """Every figure of `measures` (one a book, whose requests are those of `people`) and of `derive`, with intervals."""
    rng = np.random.default_rng(seed)
    apart = [_with(derive, measure(None)) for measure in measures]
    together = _with(derive, _means([measure(None) for measure in measures]))
    drawn: dict[str, list[float]] = {name: [] for name in together}
    weights = [resampled(person, rng) for person in people]
    for _ in range(replicates):
        books = rng.integers(0, len(measures), len(measures))
        values = [measures[book](next(weights[book])) for book in books]
        for name, value in _with(derive, _means(values)).items():
            drawn[name].append(value)
    out = {}
    for name, value in together.items():
        low, high = interval(drawn[name])
        out[name] = Estimate(value=value, low=low, high=high, books=tuple(book[name] for book in apart))
    return out


def interval(drawn: Sequence[float]) -> tuple[float, float]:
    """Of a figure's values on resamples; NaN where it never had one."""
    known = [value for value in drawn if not np.isnan(value)]
    low, high = np.quantile(known, LEVEL) if known else (float("nan"), float("nan"))
    return float(low), float(high)


def _means(books: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([book[name] for book in books])) for name in books[0]}


def _with(derive: Derive, figures: Mapping[str, float]) -> dict[str, float]:
    return {**figures, **derive(figures)}
