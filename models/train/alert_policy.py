"""The alert policy: how many alerts staff can look after, and how the amount at stake moves the thresholds.

A file of it is refused whole when anything in it is missing, unknown or wrong: PolicyError names the field.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

POLICY = Path(__file__).resolve().parent.parent / "policy.yaml"
"""The policy that training uses."""


MOST = 10**12
"""Nothing in a policy, shares, factors or New Taiwan dollars, comes near."""


class PolicyError(ValueError):
    """`field` is where in the file, in the form `stakes[1].factor`."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"policy: {field} {why}")
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Amounts of `from_twd` and more, up to the next band. `factor` multiplies both thresholds; without `red` the model
    alone makes no RED here."""

    from_twd: int
    factor: float
    red: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """`red` and `red_or_yellow` are shares of all requests. Requests without an amount have factor 1."""

    version: str
    red: float
    red_or_yellow: float
    stakes: tuple[Band, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document that `parse` reads."""
        return {
            "version": self.version,
            "budget": {"red": self.red, "red_or_yellow": self.red_or_yellow},
            "stakes": [{"from_twd": b.from_twd, "factor": b.factor, "red": b.red} for b in self.stakes],
        }


def read(path: Path = POLICY) -> AlertPolicy:
    """The policy of a file. Raises PolicyError; OSError when there is no such file."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Once)  # a SafeLoader # noqa: S506 # nosec B506
    except PolicyError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, or 2026-13-45 for a date
        raise PolicyError("file", "is not YAML") from error
    return parse(document)


class _Once(yaml.SafeLoader):
    """A field that is there twice is refused, where YAML takes the last and says nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for name in names:
            if names.count(name) > 1:
                raise PolicyError(name, "is there twice")
        return super().construct_mapping(node, deep)


def parse(document: Any) -> AlertPolicy:
    """A policy from plain values. Raises PolicyError."""
    whole = _object(document, "file", {"version", "budget", "stakes"})
    version = whole["version"]
    if not isinstance(version, str) or not version.strip():
        raise PolicyError("version", 'must be a text, such as "2026-01"')
    budget = _object(whole["budget"], "budget", {"red", "red_or_yellow"})
    red, red_or_yellow = (_number(budget[name], f"budget.{name}") for name in ("red", "red_or_yellow"))
    if not 0 < red < 1:
        raise PolicyError("budget.red", "must be a share between 0 and 1")
    if not red < red_or_yellow < 1:
        raise PolicyError("budget.red_or_yellow", "must be a share above budget.red and below 1")
    listed = whole["stakes"]
    if not isinstance(listed, list):
        raise PolicyError("stakes", "must be a list")
    bands = tuple(_band(item, f"stakes[{place}]") for place, item in enumerate(listed))
    if bands and bands[0].from_twd != 1:
        raise PolicyError("stakes[0].from_twd", "must be 1")
    for place, (below, band) in enumerate(pairwise(bands), 1):
        if band.from_twd <= below.from_twd:
            raise PolicyError(f"stakes[{place}].from_twd", "must be above the one before")
        if band.factor > below.factor:
            raise PolicyError(
                f"stakes[{place}].factor", "must not be above the one before: more at stake, never milder"
            )
        if below.red and not band.red:
            raise PolicyError(f"stakes[{place}].red", "must stay true: more at stake, never milder")
    return AlertPolicy(version=version, red=red, red_or_yellow=red_or_yellow, stakes=bands)


def _band(item: Any, where: str) -> Band:
    band = _object(item, where, {"from_twd", "factor", "red"})
    if type(band["from_twd"]) is not int or not 1 <= band["from_twd"] < MOST:
        raise PolicyError(f"{where}.from_twd", "must be whole New Taiwan dollars, 1 or more")
    factor = _number(band["factor"], f"{where}.factor")
    if not 0.1 <= factor <= 10:
        raise PolicyError(f"{where}.factor", "must be between 0.1 and 10")
    if not isinstance(band["red"], bool):
        raise PolicyError(f"{where}.red", "must be true or false")
    return Band(from_twd=band["from_twd"], factor=factor, red=band["red"])


def _object(value: Any, where: str, fields: set[str]) -> dict[str, Any]:
    """The mapping, with exactly these fields."""
    if not isinstance(value, dict):
        raise PolicyError(where, f"must have {', '.join(sorted(fields))}")
    inside = "" if where == "file" else f"{where}."
    for name in sorted(fields - set(value)):
        raise PolicyError(f"{inside}{name}", "is missing")
    for name in sorted(map(str, set(value) - fields)):
        raise PolicyError(f"{inside}{name}", "is not known here")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < MOST:  # NaN is not
        raise PolicyError(where, "must be a number")
    return float(value)
