"""`python -m models export-rows`: the insurer's requests as training rows, one JSON object a line.

Written page by page, so that memory stays the same whatever the number of cases. What was stopped goes on where it was,
as of the same moment; the file has its name only once it is whole.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from safelight.adapters.dynamodb.codec import UnreadableRowError, decode, encode
from safelight.usecases.export_rows import Place, RowsPage

ExportRows = Callable[[datetime, Place], RowsPage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How far an export is. `place` is None when all is written, `size` the bytes of the file until here."""

    at: datetime
    place: Place | None
    size: int = 0
    rows: int = 0
    scams: int = 0
    labels: int = 0
    disputed: int = 0
    held: int = 0
    unread: int = 0


def write(out: Path, at: datetime, export_rows: ExportRows) -> Exported:
    """Writes `out`, as of `at` or of the moment of the export that was stopped. Raises OSError, RetryableError: what is
    written stays, and the same call goes on."""
    part, mark = out.with_name(f"{out.name}.part"), out.with_name(f"{out.name}.place")
    done = _stopped(part, mark) or Exported(at=at, place=Place())
    with part.open("r+b" if done.size else "wb") as file:
        file.truncate(done.size)
        file.seek(done.size)
        while done.place is not None:
            page = export_rows(done.at, done.place)
            file.writelines(f"{encode(row)}\n".encode() for row in page.rows)
            file.flush()
            os.fsync(file.fileno())
            done = _with(done, page, file.tell())
            _mark(mark, done)
    part.replace(out)
    mark.unlink(missing_ok=True)
    return done


def _stopped(part: Path, mark: Path) -> Exported | None:
    """How far an export got that was stopped, None where none was or what it left does not fit together."""
    try:
        done = decode(Exported, mark.read_text(encoding="utf-8"))
        return done if part.stat().st_size >= done.size else None
    except (FileNotFoundError, UnreadableRowError):
        return None


def _mark(mark: Path, done: Exported) -> None:
    new = mark.with_name(f"{mark.name}.new")
    new.write_text(encode(done), encoding="utf-8")
    new.replace(mark)


def _with(done: Exported, page: RowsPage, size: int) -> Exported:
    labels = [row.label for row in page.rows if row.label is not None]
    return replace(
        done,
        place=page.then,
        size=size,
        rows=done.rows + len(page.rows),
        scams=done.scams + sum(label.scam for label in labels),
        labels=done.labels + len(labels),
        disputed=done.disputed + sum(label.disputed for label in labels),
        held=done.held + sum(any(one.held for one in row.outcomes) for row in page.rows),
        unread=done.unread + len(page.unread),
    )


def run(out: Path, at: datetime | None) -> None:
    """The command, against the tables that the environment names as it does for a function."""
    from safelight.bootstrap.exporting import for_export  # noqa: PLC0415 - the environment is read here alone

    wired = for_export()
    started = time.perf_counter()
    done = write(out, at or wired.clock.now(), wired.export_rows)
    print(
        f"{out}: {done.rows:,} rows as of {done.at.isoformat()}, {done.labels:,} labelled, {done.scams:,} scams, "
        f"{done.disputed:,} disputed, {done.held:,} with a held outcome; {time.perf_counter() - started:,.0f} s"
    )
    if done.unread:
        print(f"models: {done.unread:,} cases could not be read and are left out", file=sys.stderr)
