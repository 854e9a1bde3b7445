"""Alerts: the outbox rows that a stream relays and a sweeper watches."""

from collections.abc import Callable
from datetime import datetime

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import UnreadableRowError
from safelight.adapters.dynamodb.table import Table, follows
from safelight.domain.alert import Alert, AlertId, StaffTask


class DynamoAlerts:
    """The port `Alerts`. `unreadable` is told of each open alert whose row cannot be read."""

    def __init__(self, cases: Table, unreadable: Callable[[], None] = lambda: None) -> None:
        self._table = cases
        self._unreadable = unreadable

    def find(self, alert_id: AlertId) -> Alert | None:
        stored = self._table.get(keys.alert(alert_id))
        return None if stored is None else rows.read_alert(stored)

    def save(self, alert: Alert, task: StaffTask | None = None) -> None:
        """Puts the whole row: once the alert has ended, `open_alert` is gone and with it the row's index entry.

        A task for the same case and reason that is there already (another contact's alert failed too) stays.
        """
        writes = [self._table.putting(rows.alert_item(alert), follows(alert.version))]
        if task is not None:
            writes.append(self._table.keeping(rows.task_item(task)))
        self._table.transact(writes)

    def open_since_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        """Reads an index that may lag by moments: an alert in it may have ended, and `save` will say so.

        A row that cannot be read is left out, so that the others still come to an end.
        """
        partition = ("open_alert", keys.OPEN_ALERT)
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
