"""Wires what writes training rows: a command's, not a function's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from safelight.bootstrap.adapters import Adapters
from safelight.settings import Settings
from safelight.usecases.export_rows import export_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from safelight.ports import Clock
    from safelight.usecases.export_rows import Place, RowsPage


class Exporting(NamedTuple):
    clock: Clock
    export_rows: Callable[[datetime, Place], RowsPage]


def for_export() -> Exporting:
    adapters = Adapters(Settings.from_environment())
    return Exporting(adapters.clock, partial(export_rows, cases=adapters.cases, vault=adapters.vault))
