"""Alerts: the outbox rows that a stream relays and a sweeper watches."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.cases import one_of_each, raising
from safelight.adapters.dynamodb.codec import UnreadableRowError, decode
from safelight.adapters.dynamodb.keys import Key
from safelight.adapters.dynamodb.table import NEW, Table, follows
from safelight.domain.alert import Alert, AlertId, AttemptId, StaffTask

ATTEMPT = "attempt"
MESSAGE = "message"


KEPT_FOR = timedelta(days=45)
"""How long it is known whose a message was: receipts come days late, and no later than a month."""


def _kept_until(alert: Alert) -> int:
    """Seconds since 1970."""
    return int(((alert.attempted_at or alert.created_at) + KEPT_FOR).timestamp())


class DynamoAlerts:
    """The port `Alerts`. `unreadable` is told of each open alert whose row cannot be read."""

    def __init__(self, cases: Table, unreadable: Callable[[], None] = lambda: None) -> None:
        self._table = cases
        self._unreadable = unreadable

    def find(self, alert_id: AlertId) -> Alert | None:
        stored = self._table.get(keys.alert(alert_id))
        return None if stored is None else rows.read_alert(stored)

    def save(self, alert: Alert, tasks: Sequence[StaffTask] = (), others: Sequence[Alert] = ()) -> None:
        """Puts the whole row: once the alert has ended, `open_alert` is gone and with it the row's index entry."""
        writes = [self._table.putting(rows.alert_item(alert), follows(alert.version))]
        if alert.attempt_id is not None:
            attempt = keys.attempt(alert.attempt_id)
            writes.append(self._table.keeping(rows.item(attempt, ATTEMPT, alert.alert_id, ttl=_kept_until(alert))))
        if alert.provider is not None and alert.provider_message_id is not None:
            message = keys.message(alert.provider, alert.provider_message_id)
            writes.append(self._table.keeping(rows.item(message, MESSAGE, alert.alert_id, ttl=_kept_until(alert))))
        writes += [self._table.putting(rows.alert_item(other), NEW) for other in others]
        writes += [raising(self._table, task) for task in one_of_each(tasks)]
        self._table.transact(writes)

    def of_attempt(self, attempt_id: AttemptId) -> AlertId | None:
        return self._whose(keys.attempt(attempt_id))

    def of_message(self, provider: str, message_id: str) -> AlertId | None:
        return self._whose(keys.message(provider, message_id))

    def _whose(self, key: Key) -> AlertId | None:
        stored = self._table.get(key)
        return None if stored is None else AlertId(decode(str, stored["doc"]["S"]))

    def open_since_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        """Reads an index that may lag by moments: an alert in it may have ended, and `save` will say so.

        A row that cannot be read is left out, so that the others still come to an end.
        """
        return self._before(keys.OPEN_ALERT, moment, limit)

    def due_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        """As above. A reminder's `created_at` in the index is its day: what lies ahead is not read."""
        return self._before(keys.REMINDER, moment, limit)

    def _before(self, kind: str, moment: datetime, limit: int) -> tuple[Alert, ...]:
        partition = ("open_alert", kind)
        found = self._table.index(
            keys.OPEN_ALERTS_INDEX, partition, "created_at", keys.instant(moment), limit=limit, newest=False
        )
        alerts = []
        for stored in found:
            try:
                alerts.append(rows.read_alert(stored))
            except UnreadableRowError:
                self._unreadable()
        return tuple(alerts)
