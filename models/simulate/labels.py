"""What becomes known of a request, when, and how often wrongly. A campaign is found out as a whole and late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from statistics import fmean

from models.simulate.asks import Ask, Circumstance
from models.simulate.chance import lognormal, pick
from models.simulate.rows import Label
from models.simulate.scams import Campaign

_SOURCES = (("family", 0.3), ("police", 0.4), ("staff", 0.3))
_SPREAD = 0.8
_LATEST_DAYS = 400.0
_SWEPT_UP = 0.3
"""Chance that a genuine request made while he was being groomed is taken for part of the scam."""
_LOOKED_AT = {True: 0.006, False: 0.03}
"""Chance that staff look at a genuine request and record it as such: an ordinary one, one that looks like a scam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Delays and errors of labels; meanings as in `BookPlan`."""

    delay_days: float
    never: float
    wrongly_reported: float
    wrongly_cleared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """When a campaign was reported, in days of the book; `day` is infinite when it never is."""

    day: float
    source: str


def report(rng: Random, errors: Errors, campaign: Campaign) -> Report:
    """Found out a median of `delay_days` after its requests, never before the last of them."""
    source = pick(rng, _SOURCES)
    delay = min(_LATEST_DAYS, lognormal(rng, errors.delay_days, _SPREAD))
    if rng.random() < errors.never:
        return Report(day=float("inf"), source=source)
    middle = fmean(ask.day for ask in campaign.asks)
    return Report(day=max(campaign.over + 1.0, middle + delay), source=source)


def label(
    rng: Random, errors: Errors, ask: Ask, at: datetime, reported: Report | None, start: datetime
) -> Label | None:
    """The last word on one request. `reported` is that of the campaign it belongs to, or fell into by chance."""
    cleared = Label(scam=False, known_at=at + timedelta(days=rng.uniform(0.05, 4.0)), source="staff")
    if ask.scam is not None:
        if rng.random() < errors.wrongly_cleared:
            return cleared
        return _of(reported, at, start)
    if reported is not None and rng.random() < _SWEPT_UP:
        return _of(reported, at, start)
    if rng.random() < errors.wrongly_reported:
        delay = min(_LATEST_DAYS, lognormal(rng, errors.delay_days, _SPREAD))
        return Label(scam=True, known_at=at + timedelta(days=delay), source=pick(rng, _SOURCES))
    ordinary = ask.circumstance is Circumstance.ORDINARY
    return cleared if rng.random() < _LOOKED_AT[ordinary] else None


def _of(reported: Report | None, at: datetime, start: datetime) -> Label | None:
    if reported is None or reported.day == float("inf"):
        return None
    known = max(at + timedelta(hours=1), start + timedelta(days=reported.day))
    return Label(scam=True, known_at=known, source=reported.source)
