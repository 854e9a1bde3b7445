"""Training rows as the arrays that the trainer reads: what the simulator makes, from what an insurer lived."""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.simulate.table import BookError, Doubles, Flags, Table
from safelight.adapters.dynamodb.codec import UnreadableRowError, decode
from safelight.domain.label import label_at
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES, FINGERPRINT
from safelight.usecases.export_rows import TrainingRow

LEAST_CONFIDENCE = 0.5
"""An outcome whose own author is less sure of it than this teaches nothing."""
UNKNOWN = -1
"""The insurer's book knows nobody's sex, and an outcome no scam type."""
ANOTHER_CONTRACT, TWICE, LATER, TOO_UNSURE = "another_contract", "twice", "later", "too_unsure"
_CHANNELS = {channel: index for index, channel in enumerate(Channel)}
_AGE = [feature.name for feature in FEATURES].index("age")
_BYTES = 4 * len(FEATURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """N requests in order of time and what is known of them. All but `left_out` have one entry a row.

    In `table`, days count from `start`; `truth` is what the labels say, for an insurer knows no other; `sex` and
    `scam_type` are UNKNOWN. A weak label is none there: what nobody reported counts as genuine anyway.
    """

    table: Table
    start: datetime
    disputed: Flags
    weak: Flags
    confidence: Doubles
    """Of the label, NaN where there is none."""
    case_ids: npt.NDArray[np.str_]
    left_out: dict[str, int]
    """Rows that were not taken, and labels that were not, by reason."""

    def __len__(self) -> int:
        return len(self.table)


def read(path: Path, at: datetime | None = None, *, least_confidence: float = LEAST_CONFIDENCE) -> Labelled:
    """The rows of a file as somebody standing at `at` (the export's own moment unless given) knows them.

    Raises BookError naming the line that is no row, and for a file without any; OSError.
    """
    left_out: Counter[str] = Counter()
    x = bytearray()
    day, label_day, cleared_day, amount, confidence = (array("d") for _ in range(5))
    truth, disputed, weak, channel, person = array("b"), array("b"), array("b"), array("b"), array("q")
    case_ids: list[str] = []
    start: datetime | None = None
    for row in _taken(path, at, left_out):
        start = start or datetime.combine(row.decided_at.astimezone(UTC).date(), time(), UTC)
        label = row.label if at is None else label_at(row.outcomes, row.silent_since, at)
        if label is not None and not label.weak and label.confidence < least_confidence:
            left_out[TOO_UNSURE] += 1
            label = None
        x += row.vector
        day.append((row.decided_at - start) / timedelta(days=1))
        known = np.inf if label is None or label.weak else (label.known_at - start) / timedelta(days=1)
        scam = label is not None and label.scam
        label_day.append(known if scam else np.inf)
        cleared_day.append(np.inf if scam else known)
        truth.append(scam)
        disputed.append(label is not None and label.disputed)
        weak.append(label is not None and label.weak)
        confidence.append(np.nan if label is None else label.confidence)
        amount.append(row.amount_at_stake_twd)
        channel.append(_CHANNELS[row.channel])
        person.append(int(row.person, 16) >> 1)
        case_ids.append(row.case_id)
    if start is None:
        raise BookError(path, "holds no row of this code's features")
    features = np.frombuffer(bytes(x), dtype="<f4").astype(np.float32, copy=False).reshape(-1, len(FEATURES))
    days, unknown = np.array(day), np.full(len(case_ids), UNKNOWN, dtype=np.int8)
    order = np.argsort(days, kind="stable")
    first = min(0.0, float(np.floor(days[order[0]])))  # rows come in any order; the book starts with the earliest day
    table = Table(
        x=features,
        day=days - first,
        label_day=np.array(label_day) - first,
        cleared_day=np.array(cleared_day) - first,
        truth=np.array(truth, dtype=np.bool_),
        scam_type=unknown,
        channel=np.array(channel, dtype=np.int8),
        amount=np.array(amount),
        person=np.array(person, dtype=np.int64),
        sex=unknown,
        age=features[:, _AGE],
    )
    return Labelled(
        table=table.take(order),
        start=start + timedelta(days=first),
        disputed=np.array(disputed, dtype=np.bool_)[order],
        weak=np.array(weak, dtype=np.bool_)[order],
        confidence=np.array(confidence)[order],
        case_ids=np.array(case_ids)[order],
        left_out=dict(left_out),
    )


def rows(path: Path) -> Iterator[TrainingRow]:
    """One after the other. Raises BookError naming the line that is none, OSError."""
    with path.open(encoding="utf-8") as file:
        try:
            for number, line in enumerate(file, 1):
                try:
                    yield decode(TrainingRow, line)
                except UnreadableRowError as error:
                    raise BookError(path, f"line {number} is no training row") from error
        except UnicodeDecodeError as error:
            raise BookError(path, "is not in UTF-8") from error


def _taken(path: Path, at: datetime | None, left_out: Counter[str]) -> Iterator[TrainingRow]:
    seen: set[str] = set()
    for row in rows(path):
        if row.case_id in seen:  # it moved from one list of the board to the next while they were read
            left_out[TWICE] += 1
        elif row.contract not in ("", FINGERPRINT) or len(row.vector) != _BYTES:
            left_out[ANOTHER_CONTRACT] += 1
        elif at is not None and row.decided_at > at:
            left_out[LATER] += 1
        else:
            seen.add(row.case_id)
            yield row
