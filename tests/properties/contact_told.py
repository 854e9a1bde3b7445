"""What makes a contact one who may be told, by a reading of the rules of its own: no code under test decides here."""

from datetime import datetime, timedelta

from safelight.domain.request import AccountKey

OWNED = AccountKey("d" * 64)
"""An account of record that belongs to whom `owner` says."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Told:
    """What is known of one contact by nobody's code but this: why he may not be told, written down as it happens."""

    def __init__(self) -> None:
        self.designated: datetime | None = None
        self.confirmed: datetime | None = None
        self.excluded = False
        self.accounts: set[AccountKey] = set()
        self.owner = False
        self.number_changed: datetime | None = None

    def may_be_told(self, now: datetime, paid_to: AccountKey, beside: datetime | None) -> bool:
        return (
            self.designated is not None
            and self.confirmed is not None
            and not self.excluded
            and now >= self.designated + 72 * HOUR
            and now < self.confirmed + 365 * DAY
            and not (beside is not None and now < beside + 7 * DAY)
            and paid_to not in self.accounts
            and not (self.owner and paid_to == OWNED)
            and not (self.number_changed is not None and now.date() < self.number_changed.date() + 30 * DAY)
        )
