"""Percentiles and ratios. Medians of neighbouring pairs: what disturbs a machine disturbs both of a pair."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NamedTuple


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share does not exceed. Raises IndexError when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


class Took(NamedTuple):
    """Microseconds: by the clock on the wall, and of this thread's processor, which others' jobs do not touch."""

    wall: float
    cpu: float


def took(work: Callable[..., object], *arguments: object) -> Took:
    cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
    work(*arguments)
    wall, cpu = time.perf_counter_ns() - wall, time.thread_time_ns() - cpu
    return Took(wall / 1000, cpu / 1000)


@contextmanager
def silent() -> Iterator[None]:
    """What handlers print, metrics and logs, is written as it would be, to nowhere."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield
