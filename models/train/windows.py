"""Splits by time with a gap for labels that are not in yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.simulate.book import BookPlan
from models.simulate.table import Table

FOLD_DAYS = 14
"""Rows of one fortnight share a fold: most of a campaign does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days [first, last) of the book; `labels_at` is the day on which the labels are looked at."""

    first: float
    last: float
    labels_at: float

    def of(self, book: Table) -> Table:
        return book.between(self.first, self.last)

    def dates(self, start: datetime) -> dict[str, str]:
        """First and last day, both included."""
        return {
            "from": (start + timedelta(days=self.first)).date().isoformat(),
            "to": (start + timedelta(days=self.last) - timedelta(days=1)).date().isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Train, then a gap of two label delays, then validation (calibration, thresholds), then test.

    Training labels are those known when validation starts: later reports do not exist yet. Validation labels are those
    known when the test starts, the day the model would be made. Test rows are judged by the truth and touch nothing.
    """

    train: Window
    validation: Window
    test: Window

    @classmethod
    def of(cls, plan: BookPlan) -> "Split":
        days = plan.days
        validation_from = 0.70 * days
        test_from = 0.85 * days
        train_to = validation_from - 2 * plan.label_delay_days
        if train_to < 0.3 * days:
            raise ValueError(
                f"a book of {days:.0f} days is too short for a label delay of {plan.label_delay_days} days"
            )
        return cls(
            train=Window(first=0.0, last=train_to, labels_at=validation_from),
            validation=Window(first=validation_from, last=test_from, labels_at=test_from),
            test=Window(first=test_from, last=days, labels_at=days),
        )
