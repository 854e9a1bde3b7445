"""What is usual: how a feature is spread over requests that nobody knows as scams. Training writes it beside the model.

Read for staff's explanations alone, never on a customer's decision.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from safelight.scoring.manifest import ManifestError

QUANTILES = (0.01, 0.05, 0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualShare:
    """Of a yes-or-no feature: the share of requests in which it is so, among those where it is known."""

    so: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualRange:
    """Of a number: its quantiles at QUANTILES, in the feature's own unit, among the requests where it is known."""

    lowest: float
    low: float
    middle: float
    high: float
    highest: float


Usual = UsualShare | UsualRange


def parse(text: str | bytes) -> tuple[str, dict[str, Usual]]:
    """(the model's sha256, usual by feature name) from a manifest.json; nothing by name where it says nothing.

    Raises ManifestError naming the feature whose entry is wrong.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError("unreadable", "not JSON") from error
    entries = document.get("usual", {}) if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise ManifestError("unreadable", "usual is not an object")
    return str(document.get("sha256")), {name: _usual(name, entry) for name, entry in entries.items()}


def _usual(name: str, entry: Any) -> Usual:
    match entry:
        case {"share": int() | float() as so, **rest} if not rest and 0 <= so <= 1:
            return UsualShare(so=float(so))
        case {"quantiles": [*values], **rest} if not rest and _climb(values):
            lowest, low, middle, high, highest = map(float, values)
            return UsualRange(lowest=lowest, low=low, middle=middle, high=high, highest=highest)
    raise ManifestError("unreadable", f"usual.{name} is neither a share nor {len(QUANTILES)} quantiles")


def _climb(values: list[Any]) -> bool:
    if len(values) != len(QUANTILES) or not all(type(value) in (int, float) for value in values):
        return False
    return all(below <= above for below, above in pairwise(values))  # NaN is not


NOTHING: Mapping[str, Usual] = {}
