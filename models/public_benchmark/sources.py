"""The public tables, cut the way their published results were. Reads a folder given by the caller; keeps no row.

Sources and protocols: Le Borgne et al., *Reproducible machine learning for credit card fraud detection* (the Handbook);
fraud_oracle (US car-insurance claims); CoIL challenge 2000; ADBench's copy of the mammography table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold, train_test_split

Labels = npt.NDArray[np.int64]

HANDBOOK_STARTS = ("2018-08-15", "2018-08-08", "2018-08-01", "2018-07-25")
HANDBOOK_DAYS = 7
"""Days of training, of delay and of test."""
HANDBOOK_PREFIXES = ("TX_AMOUNT", "TX_DURING_", "CUSTOMER_ID_", "TERMINAL_ID_")
KEPT_OF = 9
"""Thinned Handbook: one training fraud in nine stays, about 66 a fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What one fit sees, and what it is judged on. `time` (N,) of training rows, where the table has one."""

    name: str
    train: pd.DataFrame
    train_y: Labels
    test: pd.DataFrame
    test_y: Labels
    time: npt.NDArray[Any] | None = None
    day: npt.NDArray[Any] | None = field(default=None)
    """Test rows' day, and `card` their card: what CP@100 is counted over."""
    card: npt.NDArray[Any] | None = None
    chance: npt.NDArray[np.float64] | None = None
    """Test rows' true probabilities, which synthetic tables know: figures are then expectations over labels."""


def handbook(folder: Path, *, thinned: bool, seeds: tuple[int, ...]) -> Iterator[Fold]:
    """Four folds in time. `thinned` removes eight in nine training frauds, drawn anew for every seed."""
    table = pd.read_parquet(folder / "handbook_2018-07-25_2018-09-04.parquet")
    features = [name for name in table.columns if str(name).startswith(HANDBOOK_PREFIXES)]
    table["DAY"] = table["TX_DATETIME"].dt.normalize()
    for start in HANDBOOK_STARTS:
        first = pd.Timestamp(start)
        train = table[(table["DAY"] >= first) & (table["DAY"] < first + pd.Timedelta(days=HANDBOOK_DAYS))]
        test = pd.concat(_days_of_test(table, first))
        for seed in seeds if thinned else seeds[:1]:
            kept = _thin(train, np.random.default_rng(seed)) if thinned else train
            yield Fold(
                name=f"{start}{f' seed {seed}' if thinned else ''}",
                train=kept[features],
                train_y=kept["TX_FRAUD"].to_numpy(dtype=np.int64),
                time=kept["TX_DATETIME"].to_numpy(),
                test=test[features],
                test_y=test["TX_FRAUD"].to_numpy(dtype=np.int64),
                day=test["DAY"].to_numpy(),
                card=test["CUSTOMER_ID"].to_numpy(),
            )


def _days_of_test(table: pd.DataFrame, first: pd.Timestamp) -> Iterator[pd.DataFrame]:
    """The book's `get_train_test_set`: a card known as defrauded `delay` days before a test day is not tested again."""
    day = table["DAY"]
    frauds = table[table["TX_FRAUD"] == 1]
    for offset in range(HANDBOOK_DAYS):
        judged = first + pd.Timedelta(days=2 * HANDBOOK_DAYS + offset)
        known_until = judged - pd.Timedelta(days=HANDBOOK_DAYS)
        known = frauds.loc[(frauds["DAY"] >= first) & (frauds["DAY"] < known_until), "CUSTOMER_ID"]
        yield table[(day == judged) & ~table["CUSTOMER_ID"].isin(known)]


def _thin(train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    fraud = np.flatnonzero(train["TX_FRAUD"] == 1)
    keep = np.ones(len(train), dtype=bool)
    keep[rng.permutation(fraud)[len(fraud) // KEPT_OF :]] = False
    return train[keep]


def mammography(folder: Path, seeds: tuple[int, ...]) -> Iterator[Fold]:
    """70/30, stratified, one split a seed."""
    with np.load(folder / "23_mammography.npz") as arrays:
        x = pd.DataFrame(arrays["X"], columns=[f"x{i}" for i in range(arrays["X"].shape[1])])
        y = arrays["y"].astype(np.int64)
    for seed in seeds:
        train, test, train_y, test_y = train_test_split(x, y, test_size=0.3, stratify=y, random_state=seed)
        yield Fold(name=f"seed {seed}", train=train, train_y=train_y, test=test, test_y=test_y)


def fraud_oracle(folder: Path, seeds: tuple[int, ...]) -> Iterator[Fold]:
    """Five stratified folds a seed. Leak columns are still in: finding them is part of the exercise."""
    table = pd.read_csv(folder / "fraud_oracle_1994_1995.csv")
    yield from _crossed(table, "FraudFound_P", seeds)


def coil(folder: Path, seeds: tuple[int, ...]) -> Iterator[Fold]:
    """Five stratified folds a seed of the training file; the evaluation file bears no target."""
    table = pd.read_csv(folder / "ticdata2000.txt", sep="\t", header=None)
    table.columns = [f"v{i + 1}" for i in range(table.shape[1])]
    yield from _crossed(table, "v86", seeds)


def _crossed(table: pd.DataFrame, target: str, seeds: tuple[int, ...]) -> Iterator[Fold]:
    y = table[target].to_numpy(dtype=np.int64)
    x = table.drop(columns=target)
    for seed in seeds:
        for number, (train, test) in enumerate(StratifiedKFold(5, shuffle=True, random_state=seed).split(x, y)):
            yield Fold(
                name=f"seed {seed} fold {number}",
                train=x.iloc[train],
                train_y=y[train],
                test=x.iloc[test],
                test_y=y[test],
            )
