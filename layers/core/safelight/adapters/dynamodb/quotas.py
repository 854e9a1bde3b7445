"""Quotas: one counter for each name and period, gone some time after the period is."""

from datetime import datetime, timedelta

from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.table import Table
from safelight.domain.errors import ConflictError

QUOTA = "quota"
TAKEN = "taken"


class DynamoQuotas:
    """The port `Quotas`."""

    def __init__(self, book: Table) -> None:
        self._table = book

    def take(self, name: str, limit: int, at: datetime, *, within: timedelta) -> bool:
        """A take whose answer was lost may count twice: it errs to the side of fewer messages."""
        period = int(at.timestamp() // within.total_seconds())
        gone = int((period + 2) * within.total_seconds())
        try:
            key = keys.quota(name, f"{int(within.total_seconds())}#{period}")
            self._table.add(key, {TAKEN: 1}, QUOTA, ttl=gone, under=(TAKEN, limit))
        except ConflictError:
            return False
        return True
