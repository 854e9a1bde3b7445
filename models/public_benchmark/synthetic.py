"""Synthetic tables with few positives, each hard in one way: the ground on which the learner is developed.

Nothing here is real; seeds 0 and 1 were looked at while the learner was made. Every table comes with the true
probability of every row, so that average precision is an expectation over labels rather than a draw of forty of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.public_benchmark.sources import Fold
from models.simulate.table import Doubles

Random = np.random.Generator
Made = tuple[pd.DataFrame, Doubles]
"""Columns, and each row's log-odds up to a constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A table: `make(rng, rows)`, training rows, and positives expected among them.

    `hidden` is the share of positives whose training label says negative, `false` the count of negatives per true
    positive whose label says positive. `timed`: rows are in order of time and the test rows come later.
    """

    make: Callable[[Random, int], Made]
    rows: int
    positives: int
    hidden: float = 0.0
    false: float = 0.0
    timed: bool = False


def weak_linear(rng: Random, rows: int) -> Made:
    x = rng.normal(size=(rows, 12)) + 0.5 * rng.normal(size=(rows, 1))
    return _frame(x), x @ np.array([0.4, -0.4, 0.35, 0.3, -0.3, 0.25, 0.2, 0.2, 0, 0, 0, 0])


def interaction(rng: Random, rows: int) -> Made:
    """No column says anything alone."""
    x = rng.normal(size=(rows, 8))
    return _frame(x), 4.5 * (x[:, 0] * x[:, 1] > 0.3) + 1.5 * np.sign(x[:, 2] * x[:, 3])


def heavy_tails(rng: Random, rows: int) -> Made:
    x = np.column_stack([rng.standard_t(1.5, size=(rows, 5)), rng.lognormal(8, 2, size=(rows, 4))])
    logged = np.log(x[:, 5:])
    signal = 1.0 * np.arcsinh(x[:, 0]) + 0.8 * (logged[:, 0] - logged[:, 1]) + 2.0 * (np.abs(x[:, 1]) > 3)
    return _frame(x), signal


def noise_columns(rng: Random, rows: int) -> Made:
    x = rng.normal(size=(rows, 105))
    signal = 1.1 * x[:, 0] - 0.9 * x[:, 1] + 2.0 * (x[:, 2] > 1.2) + 0.8 * x[:, 3] * (x[:, 4] > 0)
    return _frame(x), signal


def many_levels(rng: Random, rows: int) -> Made:
    """The levels' effects are drawn from a stream of their own: training and test rows share them."""
    fixed = np.random.default_rng(99)
    shop_effect, town_effect = 1.3 * fixed.normal(size=1_500), 0.8 * fixed.normal(size=300)
    shop = np.minimum(rng.zipf(1.3, rows) - 1, 1_499)
    town = rng.integers(0, 300, rows)
    kind = rng.integers(0, 6, rows)
    x = rng.normal(size=(rows, 5))
    table = _frame(x).assign(shop=_names("s", shop), town=_names("t", town), kind=_names("k", kind))
    return table, shop_effect[shop] + town_effect[town] + 0.8 * (kind == 2) + 0.9 * x[:, 0] + 0.6 * x[:, 1] ** 2


def gaps(rng: Random, rows: int) -> Made:
    """Three values in ten are missing; in one column that itself says something."""
    x = rng.normal(size=(rows, 10)) + 0.7 * rng.normal(size=(rows, 1))
    signal = 1.0 * x[:, 0] + 0.8 * x[:, 1] + 1.8 * ((x[:, 2] > 1) & (x[:, 3] > 0)) - 0.6 * x[:, 4]
    missing = rng.random(x.shape) < 0.3
    signal += 1.2 * missing[:, 5]
    return _frame(np.where(missing, np.nan, x)), signal


def wrong_labels(rng: Random, rows: int) -> Made:
    x = rng.normal(size=(rows, 10))
    signal = 1.3 * x[:, 0] + 1.0 * x[:, 1] + 2.5 * ((x[:, 2] > 0.8) & (x[:, 3] > 0.5)) + 0.8 * np.abs(x[:, 4])
    return _frame(x), 1.4 * signal


def drift(rng: Random, rows: int) -> Made:
    """What marks a positive moves from one column to others, and the scale of a column grows."""
    x = rng.normal(size=(rows, 9))
    at = np.linspace(0, 1, rows)
    signal = 1.6 * (1 - 0.5 * at) * x[:, 0] + 1.4 * at * x[:, 1] + 2.2 * ((x[:, 2] > 1) & (x[:, 3] > 0))
    x[:, 0] *= 1 + at
    x[:, 5] += 2 * at
    return _frame(x), signal


def small_cluster(rng: Random, rows: int) -> Made:
    """A sure pocket of a few rows in ten thousand; the other positives are all but unpredictable."""
    x = rng.normal(size=(rows, 10))
    pocket = (np.abs(x[:, 0] - 1.6) < 0.25) & (np.abs(x[:, 1] + 1.2) < 0.25) & (x[:, 2] > 0.5)
    return _frame(x), 7.5 * pocket + 0.5 * x[:, 3]


def mixed_book(rng: Random, rows: int) -> Made:
    """Amounts, counts, flags, bands and names beside each other, as a business table has them."""
    amount, income = rng.lognormal(11, 1.1, rows), rng.lognormal(13, 0.6, rows)
    calls, age, tenure = rng.poisson(0.6, rows), rng.integers(20, 90, rows), rng.exponential(8, rows)
    channel = rng.choice(["app", "web", "phone", "desk"], rows, p=[0.5, 0.3, 0.12, 0.08])
    branch, new_device = rng.integers(0, 80, rows), rng.random(rows) < 0.1
    night = rng.random(rows) < 0.15
    share = np.log(amount / income)
    signal = 0.9 * share + 1.1 * (calls >= 3) + 0.9 * new_device + 0.7 * night * (channel == "app")
    signal += 1.6 * ((age > 60) & (calls > 0)) + 0.6 * (channel == "phone") - 0.05 * tenure
    noise = rng.normal(size=(rows, 6))
    table = _frame(noise).assign(
        amount=np.round(amount), income=np.where(rng.random(rows) < 0.2, np.nan, income), calls=calls, age=age,
        tenure=tenure, channel=channel, branch=_names("b", branch), new_device=new_device, night=night,
    )  # fmt: skip
    return table, 1.3 * signal


DESIGNS = {
    "weak_linear": Design(make=weak_linear, rows=60_000, positives=40),
    "interaction": Design(make=interaction, rows=20_000, positives=150),
    "heavy_tails": Design(make=heavy_tails, rows=30_000, positives=80),
    "noise_columns": Design(make=noise_columns, rows=15_000, positives=150),
    "many_levels": Design(make=many_levels, rows=30_000, positives=300),
    "gaps": Design(make=gaps, rows=20_000, positives=120),
    "wrong_labels": Design(make=wrong_labels, rows=20_000, positives=150, hidden=0.3, false=0.1),
    "drift": Design(make=drift, rows=30_000, positives=200, timed=True),
    "small_cluster": Design(make=small_cluster, rows=40_000, positives=60),
    "mixed_book": Design(make=mixed_book, rows=50_000, positives=90),
}
TEST_ROWS = 20_000


def folds(_folder: Path, seeds: tuple[int, ...], designs: Mapping[str, Design] = DESIGNS) -> Iterator[Fold]:
    """One fold a design and seed. The test rows' chances are true; training labels are draws, wrong ones included."""
    for seed in seeds:
        for number, (name, design) in enumerate(designs.items()):
            rng = np.random.default_rng([seed, number])
            table, signal = design.make(rng, design.rows + TEST_ROWS)
            chance = _chances(signal, design.positives / design.rows)
            drawn = rng.random(len(chance)) < chance
            train, test = slice(None, design.rows), slice(design.rows, None)
            labels = drawn[train].copy()
            true, false = np.flatnonzero(labels), np.flatnonzero(~labels)
            labels[rng.choice(true, round(design.hidden * len(true)), replace=False)] = False
            labels[rng.choice(false, round(design.false * len(true)), replace=False)] = True
            yield Fold(
                name=f"{name} seed {seed}",
                train=table.iloc[train],
                train_y=labels.astype(np.int64),
                time=np.arange(design.rows) if design.timed else None,
                test=table.iloc[test],
                test_y=drawn[test].astype(np.int64),
                chance=chance[test],
            )


def _chances(signal: Doubles, rate: float) -> Doubles:
    """Probabilities with this mean; the constant is found by halving."""
    low, high = -60.0, 60.0
    for _ in range(80):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(signal + middle)))).mean() > rate:
            high = middle
        else:
            low = middle
    out: Doubles = 1 / (1 + np.exp(-(signal + low)))
    return out


def _frame(x: Doubles) -> pd.DataFrame:
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])


def _names(letter: str, codes: npt.NDArray[np.int64]) -> pd.Series:
    return pd.Series(codes).map(lambda code: f"{letter}{code}")
