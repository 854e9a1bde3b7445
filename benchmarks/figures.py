"""The figures, their bars, and where they are written."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.evaluate.machine import machine

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


@dataclass(frozen=True)
class Figure:
    """`bar` is the most that `value` may be, or the least where `at_least`; None for what is only reported. `how` says
    what was measured.

    A name that begins with … is a detail of the figure above it.
    """

    name: str
    value: float | None
    unit: str
    how: str
    bar: float | None = None
    at_least: bool = False

    @property
    def is_detail(self) -> bool:
        return self.name.startswith("…")

    @property
    def met(self) -> bool | None:
        """None where there is no bar, or nothing was measured."""
        if self.bar is None or self.value is None:
            return None
        return self.value >= self.bar if self.at_least else self.value <= self.bar


def write(figures: list[Figure], settings: dict[str, Any], model: str, file: Path) -> None:
    """`settings` are seeds and sizes, `model` the sha256 of the graph that was measured."""
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "model_sha256": model,
        "settings": settings,
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(figures: list[Figure]) -> str:
    rows = ["| figure | measured | bar | met |", "|---|---|---|---|"]
    for figure in figures:
        value = "not measured" if figure.value is None else f"{_number(figure.value)} {figure.unit}".strip()
        bar = "" if figure.bar is None else f"{'≥' if figure.at_least else '≤'} {_number(figure.bar)}"
        met = {True: "yes", False: "**no**", None: ""}[figure.met]
        rows.append(f"| {figure.name} | {value} | {bar} | {met} |")
    return "\n".join(rows)


def write_into(readme: Path, text: str) -> bool:
    """Put the text between the markers. False, and nothing changed, where there is no such file or place."""
    if not readme.is_file():
        return False
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return False
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return True


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
