"""Learning from little: what one year's labels teach, beside what plenty of true ones would.

The year ends 90 days before the test year, and its labels are those known on the test year's first day. Plenty is a
sample of another seed, rich in scams, with as many as 20 years of the book hold and the truth for labels; its genuine
requests are weighted up until scams are as rare as in the book.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from models.evaluate.baselines import Rows, Score
from models.simulate.book import BookPlan
from models.simulate.table import Flags, Table
from models.train import experts
from models.train.rare_event_folds import ThinDataWarning, TimeFoldsWarning
from models.train.windows import FOLD_DAYS, Window
from safelight.domain.assessment import ScamType

YEAR = 365.0
GAP = 90.0
SCAM_YEARS = 20.0
RICHEST = 1 / 75
"""Share of scams in the scam-rich sample, at least twice the book's."""
DRIFTING = (ScamType.FAKE_AUTHORITY, ScamType.FAKE_LOAN)
"""The one changes its method during the book, the other appears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPlan:
    """The year learned from and the year after the gap. Raises ValueError when the book is shorter than that."""

    train: Window
    test: Window

    @classmethod
    def of(cls, plan: BookPlan) -> "LearningPlan":
        begin = plan.days - YEAR
        if begin < GAP + YEAR:
            raise ValueError(f"a book of {plan.days:.0f} days is too short: two years and {GAP:.0f} days are needed")
        return cls(
            train=Window(first=begin - GAP - YEAR, last=begin - GAP, labels_at=begin),
            test=Window(first=begin, last=plan.days, labels_at=plan.days),
        )


def rich_plan(plan: BookPlan, scam_years: float = SCAM_YEARS) -> BookPlan:
    """A book of the same years and another seed with as many scams as `scam_years` of `plan`."""
    rate = max(RICHEST, 2 * plan.scam_rate)
    requests = scam_years * plan.requests_a_year * plan.scam_rate / rate / plan.years
    return replace(plan, requests_a_year=round(requests), scam_rate=rate, seed=plan.seed + 7_000)


def of_scarce(rich: Table, scam_rate: float, seed: int) -> Rows:
    """Rows with the truth for labels; genuine ones thinned, then weighted up to one scam in 1 / `scam_rate`."""
    keep, weight = experts.thinned(rich.truth, np.random.default_rng(seed))
    y = rich.truth[keep]
    weight = np.where(y, 1.0, weight * y.sum() * (1 / scam_rate - 1) / weight[~y].sum())
    return Rows(x=rich.x[keep], y=y, weight=weight, day=rich.day[keep])


def learner(rows: Rows, seed: int) -> Score:
    """Ours, as training fits it, before calibration."""
    model = experts.ensemble(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ThinDataWarning)
        warnings.simplefilter("always", TimeFoldsWarning)
        model.fit(rows.x, rows.y, rows.weight, time=rows.day // FOLD_DAYS)
    return model.decision_function


def steady(table: Table) -> Flags:
    """Requests that are no scam of a drifting type."""
    return ~np.isin(table.scam_type, [list(ScamType).index(scam) for scam in DRIFTING])
