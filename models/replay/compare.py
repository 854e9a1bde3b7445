"""Counts of two policies over the same past requests. Pure: arrays in, a document out."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from models.replay.past import Past
from models.simulate.table import Codes, Flags
from models.train import thresholds as by_model
from models.train.alert_policy import AlertPolicy
from safelight.channels.words import reason_text
from safelight.domain.assessment import NEVER, Thresholds
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale
from safelight.ports import Model
from safelight.scoring import policy as scoring_policy

Json = dict[str, Any]
EXAMPLES = 5
"""Each way."""
_NAMES = {light: light.name.lower() for light in Light}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A policy as it would run. `budget` is None for a manifest that does not say which it was made for."""

    name: str
    thresholds: Thresholds
    budget: AlertPolicy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lights:
    """Shape (N,) each. `model`: by the model alone, GREEN where there was no score; `shown`: with the rules, as staff
    would see it."""

    model: Codes
    shown: Codes


def lights(past: Past, thresholds: Thresholds) -> Lights:
    """Where rules decided for want of a score, no policy makes it better than YELLOW (promise 3)."""
    scored = ~np.isnan(past.probability)
    alone = by_model.lights(thresholds, np.where(scored, past.probability, 0.0), past.amount)
    alone[~scored] = Light.GREEN
    least = np.where(scored, Light.GREEN, Light.YELLOW).astype(np.int8)
    return Lights(model=alone, shown=np.maximum(np.maximum(alone, past.at_least), least))


def overspent(past: Past, model_lights: Codes, budget: AlertPolicy) -> list[str]:
    """Which budgets the model's lights exceed by more than chance: two standard deviations of such a count."""
    found = []
    for name, share, count in (
        ("red", budget.red, int((model_lights == Light.RED).sum())),
        ("red_or_yellow", budget.red_or_yellow, int((model_lights >= Light.YELLOW).sum())),
    ):
        allowed = share * len(past)
        if count > allowed + 2 * sqrt(allowed):
            found.append(name)
    return found


def compare(past: Past, before: Side, after: Side, model: Model) -> Json:
    """The whole comparison as plain values. Amounts in TWD, shares 0-1."""
    was, will = lights(past, before.thresholds), lights(past, after.thresholds)
    return {
        "requests": len(past),
        "days": past.days,
        "scams_known": int(past.scam.sum()),
        "at_risk_twd": int(past.amount[past.scam].sum()),
        "matrix": {
            _NAMES[a]: {_NAMES[b]: int(((was.shown == a) & (will.shown == b)).sum()) for b in Light} for a in Light
        },
        "stricter": int((will.shown > was.shown).sum()),
        "milder": int((will.shown < was.shown).sum()),
        "before": _side(past, was, before),
        "after": _side(past, will, after),
        "by_stake": _by_stake(past, was, will, after.thresholds),
        "by_channel": _by_channel(past, was, will),
        "examples": _examples(past, was, will, model, after.thresholds),
    }


def _side(past: Past, lit: Lights, side: Side) -> Json:
    count = max(1, len(past))
    red, alerted = lit.shown == Light.RED, lit.shown >= Light.YELLOW
    model_red, model_alerted = lit.model == Light.RED, lit.model >= Light.YELLOW
    return {
        "policy": side.name,
        "thresholds": _thresholds(side.thresholds),
        "budget": None if side.budget is None else side.budget.as_json()["budget"],
        "over_budget": [] if side.budget is None else overspent(past, lit.model, side.budget),
        "model_share": {"red": float(model_red.sum() / count), "red_or_yellow": float(model_alerted.sum() / count)},
        "share": {"red": float(red.sum() / count), "red_or_yellow": float(alerted.sum() / count)},
        "calls_a_day": {"red": float(red.sum() / past.days), "red_or_yellow": float(alerted.sum() / past.days)},
        "stopped": {"red": _stopped(past, red), "red_or_yellow": _stopped(past, alerted)},
    }


def _stopped(past: Past, alerted: Flags) -> Json:
    """Known scams that would have met a light before the money left."""
    caught, whole = past.scam & alerted, float(past.amount[past.scam].sum())
    worth = float(past.amount[caught].sum())
    return {"scams": int(caught.sum()), "twd": int(worth), "share_of_value": worth / whole if whole else None}


def _group(past: Past, rows: Flags, was: Lights, will: Lights) -> Json:
    return {
        "requests": int(rows.sum()),
        "scams": int((past.scam & rows).sum()),
        **{
            side: {
                "red": int((lit.shown[rows] == Light.RED).sum()),
                "yellow": int((lit.shown[rows] == Light.YELLOW).sum()),
                "scams_red": int(((lit.shown == Light.RED) & past.scam & rows).sum()),
                "scams_alerted": int(((lit.shown >= Light.YELLOW) & past.scam & rows).sum()),
            }
            for side, lit in (("before", was), ("after", will))
        },
    }


def _by_stake(past: Past, was: Lights, will: Lights, thresholds: Thresholds) -> list[Json]:
    """By the bands of the new policy; first the requests without an amount."""
    starts = [band.from_twd for band in thresholds.stakes] or [1]
    band = np.searchsorted(starts, past.amount, side="right")
    return [{"from_twd": start, **_group(past, band == place, was, will)} for place, start in enumerate([0, *starts])]


def _by_channel(past: Past, was: Lights, will: Lights) -> list[Json]:
    names = {-1: "unknown", **{code: channel.value for code, channel in enumerate(Channel)}}
    return [
        {"channel": name, **_group(past, rows, was, will)}
        for code, name in names.items()
        if (rows := past.channel == code).any()
    ]


def _examples(past: Past, was: Lights, will: Lights, model: Model, thresholds: Thresholds) -> list[Json]:
    """The changed requests with most at stake, each way. Nothing that tells who it was: no id, no date, amounts to one
    digit, reasons without values."""
    found = []
    for way in (will.shown > was.shown, will.shown < was.shown):
        rows = np.flatnonzero(way)
        rows = rows[np.lexsort((rows, -past.amount[rows]))][:EXAMPLES]
        for row in rows:
            vector = tuple(past.x[row].tolist())
            decided = scoring_policy.by_model(model.score(vector), vector, int(past.amount[row]), thresholds)
            found.append(
                {
                    "before": _NAMES[Light(was.shown[row])],
                    "after": _NAMES[Light(will.shown[row])],
                    "probability": float(f"{past.probability[row]:.2g}"),
                    "about_twd": int(float(f"{past.amount[row]:.1g}")),
                    "channel": "unknown" if past.channel[row] < 0 else list(Channel)[past.channel[row]].value,
                    "scam": bool(past.scam[row]),
                    "reasons": [reason_text(reason.code, Locale.EN) for reason in decided.reasons],
                }
            )
    return found


def _thresholds(thresholds: Thresholds) -> Json:
    return {
        "red": thresholds.red_at,
        "yellow": thresholds.yellow_at,
        "stakes": [
            {"from_twd": b.from_twd, "red": None if b.red_at >= NEVER else b.red_at, "yellow": b.yellow_at}
            for b in thresholds.stakes
        ],
    }
