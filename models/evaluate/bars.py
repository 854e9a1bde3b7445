"""The bars: what was promised, what was measured, and what was tried where it fell short. None is left out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_ROOT = Path(__file__).resolve().parents[2]
PUBLIC = _ROOT / "reports" / "public_benchmark.json"
LATENCY = _ROOT / "benchmarks" / "latest.json"
TRIED = Path(__file__).resolve().parent / "tried.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`limit` is the least value, or the most where `at_most`. `value` None: not measured, so not met."""

    key: str
    name: str
    limit: float
    at_most: bool = False
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    shown: str = ""
    """What is shown beside it."""
    tried: str = ""

    @property
    def met(self) -> bool:
        if self.value is None:
            return False
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "bar": self.limit,
            "at_most": self.at_most,
            "value": self.value,
            "interval": None if self.low is None else [self.low, self.high],
            "unit": self.unit,
            "met": self.met,
            "shown": self.shown,
            "tried": self.tried if not self.met else "",
        }


def bars(document: Mapping[str, Any], tried: Path = TRIED) -> list[Bar]:
    """The bars of this study. `document` is plain JSON values, as `study.measure` and `metrics.plain` make it."""
    told = texts(tried)
    little, models, best = document["learning"], document["models"], document["best_baseline"]
    whole, near, false = little["drift_included"], document["calibration_near_red"], document["false_alerts"]
    left_out = little.get("drift_left_out")
    ours = models["Safelight"]["recall_red"]
    plenty = max(("Safelight", "LightGBM"), key=lambda name: whole[f"plenty: {name}"]["value"] or 0)
    booster = max(("LightGBM", "XGBoost"), key=lambda name: whole[f"little: {name}"]["value"] or 0)
    recalls = ", ".join(
        f"{band} {_percent(group['recall_red_or_yellow'])}" for band, group in document["by_age"].items()
    )
    found = [
        _bar(
            "little_to_plenty",
            "Learning from little: average precision with one year's labels ÷ with 20 years' scams and true labels",
            0.85,
            whole["to_plenty"],
            shown=f"{_figure(whole['little: Safelight']['value'])} ÷ "
            f"{_figure(whole[f'plenty: {plenty}']['value'])} ({plenty}, the better of two)"
            + (f"; without the scams that drifted {_figure(left_out['to_plenty']['value'])}" if left_out else ""),
        ),
        _bar(
            "little_to_booster",
            "Learning from little: the same ÷ the best single tuned booster on the same labels",
            1.15,
            whole["to_best_booster"],
            shown=f"{_figure(whole['little: Safelight']['value'])} ÷ "
            f"{_figure(whole[f'little: {booster}']['value'])} ({booster})"
            + (f"; without the scams that drifted {_figure(left_out['to_best_booster']['value'])}" if left_out else ""),
        ),
        _bar(
            "recall_red",
            "Recall of scams at the red budget, drift quarter included, ÷ the best baseline's",
            1.2,
            document["ratios"]["recall_red_to_best"],
            shown=f"{_percent(ours['value'])} of scams among the {document['budget']['red']:.1%} ranked highest "
            f"({_percent(ours['low'])} to {_percent(ours['high'])}), "
            f"{best} {_percent(models[best]['recall_red']['value'])}",
        ),
        _bar(
            "calibration",
            "Calibration at the red threshold: relative error of what is said",
            0.20,
            near["calibration_error"],
            at_most=True,
            shown=f"said ÷ was {_figure(near['said_to_was']['value'])} over {near['requests']:,} requests, "
            f"{near['band']}; against scams that are reported in the end, error "
            f"{_figure(near['calibration_error_of_reported']['value'])}",
        ),
        _bar(
            "age_red_or_yellow",
            "False alerts, red or yellow: worst age band ÷ average",
            1.5,
            false["worst_age_red_or_yellow"],
            at_most=True,
            shown=f"recall by age: {recalls}",
        ),
        _bar(
            "age_red",
            "False alerts, red alone: worst age band ÷ average",
            1.5,
            false["worst_age_red"],
            at_most=True,
            shown="recall by age: "
            + ", ".join(f"{band} {_percent(group['recall_red'])}" for band, group in document["by_age"].items()),
        ),
    ]
    return [_with_text(bar, told) for bar in found]


def texts(tried: Path = TRIED) -> dict[str, str]:
    """What was tried, by a bar's key."""
    return dict(yaml.safe_load(tried.read_text(encoding="utf-8")))


def elsewhere(public: Path = PUBLIC, latency: Path = LATENCY, tried: Path = TRIED) -> dict[str, list[Bar]]:
    """Bars that other programs measured and wrote to files. A file that is not there gives an empty list."""
    told = texts(tried)
    return {
        "public_benchmark": [_with_text(bar, told) for bar in _public(public)],
        "latency": [_with_text(bar, told) for bar in _latency(latency)],
    }


def _public(path: Path) -> list[Bar]:
    if not path.exists():
        return []
    document = json.loads(path.read_text(encoding="utf-8"))
    return [
        Bar(
            key=f"public_{table}_{figure}",
            name=f"{table.replace('_', ' ')}: {figure.replace('_', ' ')}",
            limit=bar["bar"],
            value=bar["ours"],
            shown=", ".join(
                f"{name.replace('_', ' ')} {_figure(means.get(figure))}"
                for name, means in found["means"].items()
                if name != "rare_event"
            ),
        )
        for table, found in document.items()
        if isinstance(found, dict)
        for figure, bar in found.get("bars", {}).items()
    ]


def _latency(path: Path) -> list[Bar]:
    if not path.exists():
        return []
    return [
        Bar(
            key=f"latency_{figure['name']}",
            name=figure["name"],
            limit=figure["bar"],
            at_most=True,
            value=figure["value"],
            unit=figure["unit"],
            shown=figure["how"],
        )
        for figure in json.loads(path.read_text(encoding="utf-8"))["figures"]
        if figure["bar"] is not None
    ]


def _bar(
    key: str, name: str, limit: float, estimate: Mapping[str, Any], *, at_most: bool = False, shown: str = ""
) -> Bar:
    return Bar(
        key=key,
        name=name,
        limit=limit,
        at_most=at_most,
        value=estimate["value"],
        low=estimate["low"],
        high=estimate["high"],
        shown=shown,
    )


def _with_text(bar: Bar, texts: Mapping[str, str]) -> Bar:
    text = texts.get(bar.key, "") if not bar.met else ""
    return bar if not text else Bar(**{name: getattr(bar, name) for name in Bar.__slots__} | {"tried": text.strip()})


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"
