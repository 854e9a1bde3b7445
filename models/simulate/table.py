"""Rows as arrays: what the trainer reads. Features come from the one contract and nowhere else."""

import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from models.simulate.book import BookPlan, block, stream
from models.simulate.heard import heard
from models.simulate.rows import Row
from safelight.domain.assessment import ScamType
from safelight.domain.request import Channel
from safelight.features import words_reader
from safelight.features.contract import FEATURES, vector
from safelight.features.words_reader import Reader

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int64]

_CHANNELS = {channel: index for index, channel in enumerate(Channel)}
_SCAMS = {scam: index for index, scam in enumerate(ScamType)}


SPARE = 100
"""Requests, and days, by which a small book may differ from its plan: it is made of whole lives."""


class BookError(ValueError):
    """A file that is no book, or not the one meant; the message names it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """N requests in order of time. `day` counts from the start of the book."""

    x: Floats
    """Shape (N, features), contract order, float32 as the graph reads it."""
    day: Doubles
    label_day: Doubles
    """Day on which a scam label became known, right or wrong; infinite when it never did."""
    cleared_day: Doubles
    """Day on which staff recorded the request as genuine, right or wrong; infinite when they never did. Either this or
    `label_day` is infinite."""
    truth: Flags
    """What really was a scam. Simulation only: for judging, never for training."""
    scam_type: Codes
    """Index into ScamType, -1 for genuine."""
    channel: Codes
    amount: Doubles
    """TWD."""
    person: Numbers
    """Whose request: to keep one policyholder's requests on one side of a split. Random numbers."""
    sex: Codes
    """`people.Sex`. For measuring fairness only: never a feature."""
    age: Floats
    """Years at the request, known or not to the insurer. For measuring fairness."""

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
        """Whole or not at all. Raises BookError when the name does not end in .npz, OSError."""
        check_name(path)
        part = path.with_name(f"{path.stem}.part.npz")
        try:
            np.savez_compressed(part, **{f.name: getattr(self, f.name) for f in fields(self)})
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, plan: BookPlan | None = None) -> "Table":
        """The book of a file. Raises BookError when it is none, is damaged, was made by code of another contract, or is
        plainly not what `plan` makes; OSError when there is no such file."""
        try:
            with path.open("rb") as file, np.load(file) as stored:
                book = cls(**{f.name: stored[f.name] for f in fields(cls)})
        except (ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
            raise BookError(path, "is no book, or a damaged one; `python -m models simulate` writes them") from error
        if any(len(getattr(book, f.name)) != len(book) for f in fields(cls)) or not (np.diff(book.day) >= 0).all():
            raise BookError(path, "is a damaged book: its columns do not fit together")
        if book.x.shape[1:] != (len(FEATURES),):
            raise BookError(path, f"was made by another version: it does not hold this one's {len(FEATURES)} features")
        if plan is not None and not book.may_be_of(plan):
            days = book.day[-1] if len(book) else 0.0
            raise BookError(
                path,
                f"holds {len(book):,} requests over {days:,.0f} days, but the options say {plan.requests:,} over "
                f"{plan.days:,.0f}: give the options it was made with",
            )
        return book

    def may_be_of(self, plan: BookPlan) -> bool:
        """Whether size and length are those of the plan, as nearly as chance makes them."""
        near = abs(len(self) - plan.requests) <= SPARE + plan.requests / 10
        return near and len(self) > 0 and plan.days * 0.8 - SPARE <= self.day[-1] <= plan.days


def check_name(path: Path) -> None:
    """Raises BookError unless a book can be written there: said before one is made."""
    if path.suffix != ".npz":
        raise BookError(path, "must end in .npz")
    if not path.parent.is_dir():
        raise BookError(path, "cannot be written: there is no such folder")


def simulate(plan: BookPlan, *, words: bytes | None, processes: int = 2, progress: bool = True) -> Table:
    """The whole book as arrays; the same whatever the number of processes.

    `words` is the text model's file, which reads what people say; None leaves the conversation missing throughout.
    """
    with tqdm(total=plan.requests, desc="synthetic book", unit="request", disable=not progress) as bar:
        parts = []
        for part in _parts(plan, words, processes):
            bar.update(len(part))
            parts.append(part)
    joined = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Table)}
    return _by_time(Table(**joined))


def _parts(plan: BookPlan, words: bytes | None, processes: int) -> Iterator[Table]:
    work = [(plan, words, number) for number in range(plan.blocks)]
    if processes < 2 or len(work) < 2:
        yield from map(_part, work)
        return
    with get_context("spawn").Pool(min(processes, len(work))) as pool:
        yield from pool.imap(_part, work)


def _part(work: tuple[BookPlan, bytes | None, int]) -> Table:
    plan, words, number = work
    rows: Iterable[Row] = block(plan, number)
    if words is not None:
        rows = heard(stream(plan, f"words {number}"), rows, _reader(words))
    return tabulate(rows, plan.start)


@lru_cache(maxsize=1)
def _reader(words: bytes) -> Reader:
    return words_reader.load(words)


def tabulate(rows: Iterable[Row], start: datetime) -> Table:
    """Runs every row through the feature contract and sorts by time.

    Only arrays are kept: a book of 1,050,000 requests takes about 400 MB.
    """
    x, day, label_day, cleared_day, amount = array("f"), array("d"), array("d"), array("d"), array("d")
    scam, channel, sex, person, age = array("b"), array("b"), array("b"), array("q"), array("f")
    for row in rows:
        x.extend(vector(row.request, row.facts))
        day.append(_days(row.request.requested_at, start))
        known = _days(row.label.known_at, start) if row.label else np.inf
        label_day.append(known if row.label and row.label.scam else np.inf)
        cleared_day.append(known if row.label and not row.label.scam else np.inf)
        scam.append(-1 if row.truth is None else _SCAMS[row.truth])
        channel.append(_CHANNELS[row.request.channel])
        amount.append(row.request.amount_twd)
        person.append(row.person)
        sex.append(row.sex)
        age.append(row.age)
    types = np.frombuffer(scam, dtype=np.int8)
    return _by_time(
        Table(
            x=np.frombuffer(x, dtype=np.float32).reshape(-1, len(FEATURES)),
            day=np.frombuffer(day, dtype=np.float64),
            label_day=np.frombuffer(label_day, dtype=np.float64),
            cleared_day=np.frombuffer(cleared_day, dtype=np.float64),
            truth=types >= 0,
            scam_type=types,
            channel=np.frombuffer(channel, dtype=np.int8),
            amount=np.frombuffer(amount, dtype=np.float64),
            person=np.frombuffer(person, dtype=np.int64),
            sex=np.frombuffer(sex, dtype=np.int8),
            age=np.frombuffer(age, dtype=np.float32),
        )
    )


def _days(at: datetime, start: datetime) -> float:
    return (at - start).total_seconds() / 86_400


def _by_time(table: Table) -> Table:
    return table.take(np.argsort(table.day, kind="stable"))
