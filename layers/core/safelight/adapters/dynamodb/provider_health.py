"""How quickly each SMS provider delivers, counted by the minute and forgotten after a day."""

from datetime import datetime, timedelta

from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.table import Table
from safelight.domain.provider_speed import LOOKED_BACK

PROVIDER = "provider"
KEPT = timedelta(days=1)
READ_WITHIN_S = 0.5
"""A sender waits for it, and can do without."""


class DynamoProviderHealth:
    """The port `ProviderHealth`. Nothing is counted twice by us: a count whose answer was lost is not tried again."""

    def __init__(self, book: Table) -> None:
        self._table = book

    def note(self, provider: str, at: datetime, *, slow: bool) -> None:
        minute = at.replace(second=0, microsecond=0)
        key = keys.provider_minute(provider, minute)
        self._table.add(key, {"seen": 1, "slow": int(slow)}, PROVIDER, ttl=int((minute + KEPT).timestamp()))

    def slow(self, provider: str, at: datetime) -> tuple[int, int]:
        """Whole minutes, the present one among them."""
        first = at.replace(second=0, microsecond=0) - LOOKED_BACK + timedelta(minutes=1)
        last = keys.provider_minute(provider, at)
        found = self._table.between(keys.provider_minute(provider, first), last.sk, READ_WITHIN_S)
        return sum(int(row["slow"]["N"]) for row in found), sum(int(row["seen"]["N"]) for row in found)
