"""In-session signals, for a day."""

from datetime import datetime, timedelta

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import decode
from safelight.adapters.dynamodb.table import Table
from safelight.domain.facts import Context
from safelight.domain.request import PolicyholderId, SessionId
from safelight.ports import Clock

KEPT = timedelta(days=1)
SESSION = "session"


class DynamoSessions:
    """The port `Sessions`. The policyholder is part of the key: nobody can read or write another's session."""

    def __init__(self, book: Table, clock: Clock) -> None:
        self._table = book
        self._clock = clock

    def context(
        self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None
    ) -> Context | None:
        """None once a day has passed: DynamoDB deletes expired items up to days late, so the time is checked here."""
        stored = self._table.get(keys.session(policyholder_id, session_id), within_s)
        if stored is None or int(stored["ttl"]["N"]) <= self._clock.now().timestamp():
            return None
        return decode(Context, stored["doc"]["S"])

    def save(self, policyholder_id: PolicyholderId, session_id: SessionId, context: Context, at: datetime) -> None:
        """Replaces what the session held; the day begins again."""
        ttl = int((at + KEPT).timestamp())
        self._table.put(rows.item(keys.session(policyholder_id, session_id), SESSION, context, ttl=ttl))
