"""Past requests, scored once: from a book's arrays or from an export of decision records."""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from math import isinf
from pathlib import Path
from struct import error as StructError  # noqa: N812 - it is one
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from models.simulate.table import Codes, Doubles, Flags, Floats, Table
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES
from safelight.ports import Model
from safelight.scoring import rules
from safelight.scoring.policy import named, unpack_vector

MOST_TWD = 1e12
_COLUMN = {feature.name: index for index, feature in enumerate(FEATURES)}
_CHANNELS = tuple(_COLUMN[f"via_{channel.value}"] for channel in Channel)


class PastError(ValueError):
    """The requests cannot be read; says which line or what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """N requests in order of time."""

    x: Floats
    """Shape (N, features), contract order."""
    day: Doubles
    """Days since the first."""
    amount: Doubles
    """TWD, 0 where none was asked for."""
    probability: Doubles
    """By the shipped model; NaN where rules decided for want of facts or a model, which no policy changes."""
    at_least: Codes
    """The light that rules force."""
    channel: Codes
    """Index into Channel, -1 where the vector does not say."""
    scam: Flags
    """Scams known: the truth of a synthetic book, or outcomes on record."""

    def __len__(self) -> int:
        return len(self.day)

    @property
    def days(self) -> float:
        """Whole days covered, at least one."""
        return max(1.0, float(np.ceil(self.day[-1] - self.day[0]))) if len(self) else 1.0

    def take(self, rows: npt.NDArray[np.int64] | slice) -> "Past":
        return Past(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def from_book(book: Table, model: Model, *, progress: bool = False) -> tuple[Past, Past]:
    """(the weeks to size thresholds on, the weeks after them): the validation and test windows of a book's length."""
    if len(book) == 0:
        raise PastError("the book is empty")
    days = float(np.ceil(book.day[-1]))
    sizing, shown = book.between(0.70 * days, 0.85 * days), book.between(0.85 * days, np.inf)
    return _of_table(sizing, model, progress), _of_table(shown, model, progress)


def from_decisions(lines: Iterable[str], model: Model, *, progress: bool = False) -> tuple[Past, Past]:
    """(the earlier half, the later half) of an export of decision records, one JSON object a line.

    Each as stored: `vector` (base64), `amount_at_stake_twd`, `decided_at`, `model_sha256`, `assessment.probability`;
    and `outcome`, a label or an object with one, where it is known. What answers decided later (`number` above 1) is
    left out. A probability of the shipped model is taken as recorded; any other vector is scored anew.
    """
    read_ = (_record(line, number) for number, line in enumerate(lines, 1) if line.strip())
    records = sorted((record for record in read_ if record is not None), key=lambda record: record.at)
    if not records:
        raise PastError("no decision in the file")
    x = np.array([record.vector for record in records], dtype=np.float32)
    probability = np.full(len(records), np.nan)
    for row, record in enumerate(tqdm(records, desc="scoring", unit="request", disable=not progress)):
        if record.by_model:
            known = record.probability if record.sha256 == model.sha256 else None
            probability[row] = known if known is not None else model.score(record.vector).probability
    whole = Past(
        x=x,
        day=np.array([(record.at - records[0].at).total_seconds() / 86_400 for record in records]),
        amount=np.array([record.amount for record in records], dtype=np.float64),
        probability=probability,
        at_least=np.array([_forced(record.vector) for record in records], dtype=np.int8),
        channel=_channel(x),
        scam=np.array([record.scam for record in records], dtype=np.bool_),
    )
    half = len(whole) // 2
    return whole.take(slice(0, half)), whole.take(slice(half, None))


def _of_table(table: Table, model: Model, progress: bool) -> Past:
    rows = [tuple(row) for row in table.x.tolist()]
    scored = [model.score(row).probability for row in tqdm(rows, desc="scoring", unit="request", disable=not progress)]
    return Past(
        x=table.x,
        day=table.day - (table.day[0] if len(table) else 0.0),
        amount=table.amount,
        probability=np.array(scored, dtype=np.float64),
        at_least=np.array([_forced(row) for row in rows], dtype=np.int8),
        channel=table.channel,
        scam=table.truth,
    )


def _forced(vector: tuple[float, ...]) -> Light:
    return max((rule.at_least for rule in rules.holding(named(vector))), default=Light.GREEN)


def _channel(x: Floats) -> Codes:
    asked = x[:, _CHANNELS] == 1
    return np.where(asked.any(axis=1), asked.argmax(axis=1), -1).astype(np.int8)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    vector: tuple[float, ...]
    amount: int
    at: datetime
    sha256: str | None
    probability: float | None
    scam: bool

    @property
    def by_model(self) -> bool:
        return self.sha256 is not None


def _record(line: str, number: int) -> _Record | None:
    """None for a later decision of the same case. Raises PastError naming the line and the field."""
    field = "the line"
    try:
        document: dict[str, Any] = json.loads(line)
        field = "number"
        if int(document.get("number", 1)) > 1:
            return None
        field = "vector"
        vector = unpack_vector(b64decode(document["vector"], validate=True))
        named(vector)  # refuses a vector of another contract
        _finite(vector)
        field = "amount_at_stake_twd"
        amount = int(_within(document["amount_at_stake_twd"], MOST_TWD))
        field = "decided_at"
        at = _instant(document["decided_at"])
        field = "assessment.probability"
        assessment = document.get("assessment") or {}
        said = assessment.get("probability")
        probability = None if said is None else float(_within(said, 1))
        field = "outcome"
        outcome = document.get("outcome")
        label = outcome.get("label") if isinstance(outcome, dict) else outcome
        scam = label is not None and OutcomeLabel(label) is OutcomeLabel.SCAM
    except (KeyError, TypeError, OverflowError, ValueError, AttributeError, RecursionError, StructError) as error:
        raise PastError(f"line {number}: {field} is missing or wrong") from error
    return _Record(
        vector=vector, amount=amount, at=at, sha256=document.get("model_sha256"), probability=probability, scam=scam
    )


def _finite(vector: tuple[float, ...]) -> None:
    if any(map(isinf, vector)):
        raise ValueError("infinity")


def _within(value: float, most: float) -> float:
    """Raises ValueError unless it is 0 to `most`."""
    if not 0 <= value <= most:
        raise ValueError("out of bounds")
    return value


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no offset from UTC")
    return at


def read(path: Path, model: Model, *, progress: bool = False) -> tuple[Past, Past]:
    """By the file's ending: a book (.npz) or decision records (.jsonl). Raises PastError, OSError."""
    if path.suffix == ".npz":
        return from_book(Table.load(path), model, progress=progress)
    if path.suffix == ".jsonl":
        try:
            with path.open(encoding="utf-8") as file:
                return from_decisions(file, model, progress=progress)
        except UnicodeDecodeError as error:
            raise PastError(f"{path.name} is not in UTF-8") from error
    raise PastError(f"{path.name} is neither a book (.npz) nor decision records (.jsonl)")
