"""Cases with all that belongs to them, and the board."""

from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from itertools import islice

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import decode
from safelight.adapters.dynamodb.cursor import read_cursor, write_cursor
from safelight.adapters.dynamodb.table import NEW, Item, Table, Write, follows, not_after, text
from safelight.domain.alert import Alert, Done, StaffTask
from safelight.domain.case import Case, CaseId, CaseState, Decision
from safelight.domain.facts import PastRequest
from safelight.domain.light import Light
from safelight.domain.request import PolicyholderId
from safelight.ports import BoardPage, CaseFile, Changes


class DynamoCases:
    """The port `Cases`."""

    def __init__(self, cases: Table) -> None:
        self._table = cases

    def commit(self, changes: Changes) -> None:
        """One transaction. A task that is there already stays as it was first written: it must not undo the rest.

        Raises ValueError when `digest` is missing on opening or given later: a mistake of the caller's code.
        """
        case = changes.case
        if (case.version == 1) is not (changes.digest is not None):
            raise ValueError("digest goes with version 1 only")
        writes = [self._case(case, changes.digest)]
        if case.version == 1:
            writes.append(self._table.putting(rows.past_request_item(case), NEW))
        if changes.after is not None:
            after = keys.instant(changes.after)
            writes.append(self._table.putting(rows.latest_item(case, after), not_after("at", after)))
        if changes.decision is not None:
            writes.append(self._table.putting(rows.decision_item(changes.decision), NEW))
        writes += [self._table.putting(rows.alert_item(alert), NEW) for alert in changes.alerts]
        writes += [raising(self._table, task) for task in one_of_each(changes.tasks)]
        self._table.transact(writes)

    def _case(self, case: Case, digest: str | None) -> Write:
        stored = rows.case_item(case)
        if digest is not None:
            return self._table.putting({**stored, "digest": text(digest)}, follows(case.version))
        return self._table.setting(stored, follows(case.version))

    def find(self, case_id: CaseId) -> CaseFile | None:
        case: Case | None = None
        digest = ""
        decisions: list[Decision] = []
        alerts: list[Alert] = []
        tasks: list[StaffTask] = []
        for stored in self._table.partition(keys.case_partition(case_id)):
            row = rows.read(stored)
            match row.kind:
                case rows.CASE:
                    case, digest = decode(Case, row.document), stored["digest"]["S"]
                case rows.DECISION:
                    decisions.append(decode(Decision, row.document))
                case rows.ALERT:
                    alerts.append(decode(Alert, row.document))
                case rows.TASK:
                    tasks.append(rows.read_task(stored))
        if case is None:
            return None
        return CaseFile(case=case, digest=digest, decisions=tuple(decisions), alerts=tuple(alerts), tasks=tuple(tasks))

    def past_requests(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[PastRequest, ...]:
        first = keys.past_requests_from(policyholder_id, since)
        return tuple(
            decode(PastRequest, s["doc"]["S"]) for s in self._table.between(first, keys.PAST_REQUESTS_END, within_s)
        )

    def recent(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[CaseId, ...]:
        first = keys.past_requests_from(policyholder_id, since)
        found = self._table.between(first, keys.PAST_REQUESTS_END, within_s)
        return tuple(CaseId(stored["sk"]["S"].rpartition("#")[2]) for stored in found)

    def board(self, state: CaseState, light: Light | None, limit: int, cursor: str | None) -> BoardPage:
        """Each light is an index partition of its own; without a light the three are merged by time."""
        before = None if cursor is None else read_cursor(state, light, cursor)
        lights = tuple(Light) if light is None else (light,)
        lists = [self._board_list(state, each, before, limit + 1) for each in lights]
        found = list(islice(merge(*lists, key=_position, reverse=True), limit + 1))
        page = found[:limit]
        more = len(found) > limit and page
        return BoardPage(
            cases=tuple(rows.read_case(stored) for stored in page),
            next_cursor=write_cursor(state, light, _position(page[-1])) if more else None,
        )

    def _board_list(self, state: CaseState, light: Light, before: str | None, limit: int) -> list[Item]:
        partition = ("board_pk", keys.board_partition(state, light))
        return self._table.index(keys.BOARD_INDEX, partition, "opened_at", before, limit=limit, newest=True)


def _position(stored: Item) -> str:
    return stored["opened_at"]["S"]


def one_of_each(tasks: Sequence[StaffTask]) -> list[StaffTask]:
    """A transaction may name an item once; of two for the same the first counts."""
    kept: dict[tuple[CaseId, str, str | None], StaffTask] = {}
    for task in tasks:
        kept.setdefault((task.case_id, task.reason, task.about), task)
    return list(kept.values())


def raising(table: Table, task: StaffTask) -> Write:
    """The task, open; one that is there already stays as it was first raised, and is open again."""
    if task.done is not None:
        return finishing(table, task, task.done)
    return table.keeping(rows.task_item(task), dropping=(rows.DONE,))


def finishing(table: Table, task: StaffTask, done: Done) -> Write:
    """The task done. Done already, it stays as it was done."""
    return table.keeping(rows.done_item(task, done), dropping=(rows.OPEN_TASK,))
