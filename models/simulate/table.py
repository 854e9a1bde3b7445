"""Rows as arrays: what the trainer reads. Features come from the one contract and nowhere else."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.simulate.rows import Row
from safelight.domain.assessment import ScamType
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES, vector

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

_CHANNELS = {channel: index for index, channel in enumerate(Channel)}
_SCAMS = {scam: index for index, scam in enumerate(ScamType)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """N requests in order of time. `day` counts from the start of the book."""

    x: Floats
    """Shape (N, features), contract order, float32 as the graph reads it."""
    day: Doubles
    label_day: Doubles
    """Day on which a scam label became known; infinite when it never did."""
    truth: Flags
    """What really was a scam. Simulation only: for judging, never for training."""
    scam_type: Codes
    """Index into ScamType, -1 for genuine."""
    channel: Codes
    amount: Doubles
    """TWD."""

    def __len__(self) -> int:
        return len(self.day)

    def label_at(self, day: float) -> Flags:
        """Labels as somebody standing at `day` knows them. What is not reported by then counts as genuine."""
        return self.label_day <= day

    def between(self, first: float, last: float) -> "Table":
        """Requests of the days [first, last)."""
        low, high = np.searchsorted(self.day, (first, last))
        return self.take(np.arange(low, high))

    def take(self, rows: npt.NDArray[np.int64]) -> "Table":
        return Table(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "Table":
        with np.load(path) as stored:
            return cls(**{f.name: stored[f.name] for f in fields(cls)})


def tabulate(rows: Iterable[Row], start: datetime) -> Table:
    """Runs every row through the feature contract and sorts by time.

    Only arrays are kept: a book of 700,000 requests takes about 250 MB.
    """
    x, day, label_day, amount = array("f"), array("d"), array("d"), array("d")
    scam, channel = array("b"), array("b")
    for row in rows:
        x.extend(vector(row.request, row.facts))
        day.append((row.request.requested_at - start).total_seconds() / 86_400)
        known = row.label is not None and row.label.scam
        label_day.append((row.label.known_at - start).total_seconds() / 86_400 if row.label and known else np.inf)
        scam.append(-1 if row.truth is None else _SCAMS[row.truth])
        channel.append(_CHANNELS[row.request.channel])
        amount.append(row.request.amount_twd)
    days = np.frombuffer(day, dtype=np.float64)
    order = np.argsort(days, kind="stable")
    types = np.frombuffer(scam, dtype=np.int8)[order]
    return Table(
        x=np.frombuffer(x, dtype=np.float32).reshape(-1, len(FEATURES))[order],
        day=days[order],
        label_day=np.frombuffer(label_day, dtype=np.float64)[order],
        truth=types >= 0,
        scam_type=types,
        channel=np.frombuffer(channel, dtype=np.int8)[order],
        amount=np.frombuffer(amount, dtype=np.float64)[order],
    )
