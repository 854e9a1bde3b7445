"""Tasks for staff: an index of those that are open, in the order in which they are due."""

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.cases import finishing
from safelight.adapters.dynamodb.cursor import read_task_cursor, write_task_cursor
from safelight.adapters.dynamodb.table import Item, Table
from safelight.domain.alert import Done, TaskReason
from safelight.domain.case import CaseId
from safelight.domain.contact import ContactId
from safelight.domain.errors import NotFoundError
from safelight.ports import TaskPage


class DynamoTasks:
    """The port `Tasks`."""

    def __init__(self, cases: Table) -> None:
        self._table = cases

    def waiting(self, limit: int, cursor: str | None) -> TaskPage:
        """The index lags by moments: a task in it may be done."""
        after = None if cursor is None else read_task_cursor(cursor)
        partition = ("open_task", keys.OPEN_TASK)
        found = self._table.index_after(keys.OPEN_TASKS_INDEX, partition, "due_at", after, limit=limit + 1)
        page = found[:limit]
        more = len(found) > limit and page
        return TaskPage(
            tasks=tuple(rows.read_task(stored) for stored in page),
            next_cursor=write_task_cursor(_position(page[-1])) if more else None,
        )

    def finish(self, case_id: CaseId, reason: TaskReason, about: ContactId | None, done: Done) -> None:
        """No row is ever deleted: one that was there is there when it is written."""
        stored = self._table.get(keys.task(case_id, reason, about))
        if stored is None:
            raise NotFoundError("task")
        self._table.transact([finishing(self._table, rows.read_task(stored), done)])


def _position(stored: Item) -> str:
    return stored["due_at"]["S"]
