"""The bars: what was promised, what was measured, and what was tried where it fell short. None is left out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.evaluate.metrics import CALIBRATED, FAIR, share_of
from safelight.adapters.model_files import GRAPH

_ROOT = Path(__file__).resolve().parents[2]
PUBLIC = _ROOT / "reports" / "public_benchmark.json"
TEXTS = _ROOT / "reports" / "public_text.json"
TRAIN = _ROOT / "reports" / "train.json"
LATENCY = _ROOT / "benchmarks" / "latest.json"
MODEL = _ROOT / "models" / "registry" / "current" / GRAPH
"""The shipped one, of which the figures of speed must be."""
ANOTHER_MODEL = "latest.json is of another model than the shipped one: `make bench` measures this one"
TRIED = Path(__file__).resolve().parent / "tried.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`limit` is the least value, or the most where `at_most`. `value` None: not measured, so not met."""

    key: str
    name: str
    limit: float
    at_most: bool = False
    above: bool = False
    """The limit itself is not enough: another's figure is to be beaten."""
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
        if self.above:
            return self.value > self.limit
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def straddled(self) -> bool:
        """The interval holds values on both sides of the bar: resamples of the data would have decided otherwise."""
        return self.low is not None and self.high is not None and self.low < self.limit < self.high

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "bar": self.limit,
            "at_most": self.at_most,
            "above": self.above,
            "value": self.value,
            "interval": None if self.low is None else [self.low, self.high],
            "unit": self.unit,
            "met": self.met,
            "straddled": self.straddled,
            "shown": self.shown,
            "tried": self.tried if not self.met else "",
        }


def bars(document: Mapping[str, Any], tried: Path = TRIED) -> list[Bar]:
    """The bars of this study. `document` is plain JSON values, as `study.measure` and `metrics.plain` make it."""
    told = texts(tried)
    little, models, best = document["learning"], document["models"], document["best_baseline"]["recall_red"]
    whole, near, false = little["drift_included"], document["calibration_near_red"], document["false_alerts"]
    left_out = little.get("drift_left_out")
    ours = models["Safelight"]
    plenty = max(("Safelight", "LightGBM"), key=lambda name: whole[f"plenty: {name}"]["value"] or 0)
    booster = max(("LightGBM", "XGBoost"), key=lambda name: whole[f"little: {name}"]["value"] or 0)
    caught = ours["at_its_thresholds"]["red"]
    recalls = ", ".join(
        f"{band} {share_of(group['recall_red_or_yellow'], group['scams'])}"
        for band, group in document["by_age"].items()
        if group["scams"]
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
            "Recall of scams at the red budget, drift quarter included, ÷ the best of baselines and experts alone",
            1.2,
            document["ratios"]["recall_red_to_best"],
            shown=f"among the {document['budget']['red']:.1%} ranked highest: {_percent(ours['recall_red']['value'])} "
            f"of scams ({_percent(ours['recall_red']['low'])} to {_percent(ours['recall_red']['high'])}), "
            f"{told_name(best)} {_percent(models[best]['recall_red']['value'])}; at the thresholds that ship, by stake "
            f"and set before the test window, {_percent(caught['recall']['value'])} of scams are red, in "
            f"{caught['alerted']['value']:.2%} of requests",
        ),
        _bar(
            "calibration",
            "Calibration at the red threshold: relative error of what is said",
            CALIBRATED,
            near["calibration_error"],
            at_most=True,
            shown=f"said ÷ was {_figure(near['said_to_was']['value'])} over {near['requests']:,} requests, "
            f"{near['band']}; against scams that are reported in the end, error "
            f"{_figure(near['calibration_error_of_reported']['value'])}",
        ),
        _bar(
            "age",
            "False alerts: worst age band ÷ average, under both lights",
            FAIR,
            false["worst_age"],
            at_most=True,
            shown=f"red {_figure(false['worst_age_red']['value'])}, red or yellow "
            f"{_figure(false['worst_age_red_or_yellow']['value'])}; scams caught, red or yellow, by age: {recalls}",
        ),
    ]
    return [_with_text(bar, told) for bar in found]


def texts(tried: Path = TRIED) -> dict[str, str]:
    """What was tried, by a bar's key."""
    return dict(yaml.safe_load(tried.read_text(encoding="utf-8")))


def elsewhere(
    public: Path = PUBLIC,
    text: Path = TEXTS,
    latency: Path = LATENCY,
    train: Path = TRAIN,
    tried: Path = TRIED,
    model: Path = MODEL,
) -> dict[str, list[Bar]]:
    """Bars that other programs measured and wrote to files. A file that is not there gives an empty list.

    Speed that was measured with another graph than `model`, or with nobody knows which, is not measured.
    """
    told = texts(tried)
    found = {
        "public_benchmark": _public(_read(public)),
        "public_text": _text(_read(text)),
        "latency": _latency(_read(latency), hashlib.sha256(model.read_bytes()).hexdigest() if model.exists() else None),
        "train": _train(_read(train)),
    }
    return {name: [_with_text(bar, told) for bar in group] for name, group in found.items()}


def _read(path: Path) -> Any:
    """None where there is no such file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _public(document: Any) -> list[Bar]:
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
        for table, found in (document or {}).items()
        if isinstance(found, dict)
        for figure, bar in found.get("bars", {}).items()
    ]


def _text(document: Any) -> list[Bar]:
    """The text expert must beat the best form of the usual method on each source: the bar is the other's figure."""
    return [
        Bar(
            key=f"text_{source}_{figure}",
            name=f"{source.replace('_', ' ')}: {figure.replace('_', ' ')}",
            limit=bar["bar"],
            above=True,
            value=bar["ours"],
            low=bar["bar"] + bar["gain_interval"][0],
            high=bar["bar"] + bar["gain_interval"][1],
            shown=f"{found['texts']:,} texts, {found['scams']:,} scams or spam; best of four other methods: "
            f"{bar['of'].replace('_', ' ')}; interval of the gain over it, set on its figure",
        )
        for source, found in (document or {"sources": {}})["sources"].items()
        for figure, bar in found["bars"].items()
    ]


def _latency(document: Any, shipped: str | None) -> list[Bar]:
    """Without details, whose names begin with …: a bar counts once. `shipped` is the model's sha256."""
    document = document or {"figures": []}
    ours = shipped is not None and document.get("model_sha256") == shipped
    return [
        Bar(
            key=f"latency_{figure['name']}",
            name=figure["name"],
            limit=figure["bar"],
            at_most=not figure.get("at_least", False),
            value=figure["value"] if ours else None,
            unit=figure["unit"],
            shown=figure["how"] if ours else f"{figure['how']}; {ANOTHER_MODEL}",
        )
        for figure in document["figures"]
        if figure["bar"] is not None and not figure["name"].startswith("…")
    ]


def _train(document: Any) -> list[Bar]:
    """What `make train` took; not measured where the file is not there."""
    seconds, peak, shown = None, None, "`make train` writes reports/train.json"
    if document is not None:
        seconds, peak, book = document["seconds"], document["peak_mb"], document["book"]
        shown = (
            f"the whole of `make train`: text model, book of {book['requests_a_year']:,} requests a year for "
            f"{book['years']:g} years, experts, export, card; {document['machine']['cores']} cores"
        )
    return [
        Bar(
            key="train_minutes",
            name="Training from nothing: time by the clock",
            limit=30.0,
            at_most=True,
            value=None if seconds is None else seconds / 60,
            unit="min",
            shown=shown,
        ),
        Bar(
            key="train_gb",
            name="Training from nothing: memory at most",
            limit=8.0,
            at_most=True,
            value=None if peak is None else peak / 1024,
            unit="GB",
            shown="the main process at its highest and every helper as high as the highest of them",
        ),
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


def told_name(model: str) -> str:
    """As people read it."""
    return model.replace("expert: ", "expert alone: ")


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"
