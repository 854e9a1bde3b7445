"""Items as they are stored: keys, `kind`, the document, and the few attributes that conditions and indexes need."""

from dataclasses import replace
from typing import NamedTuple

from safelight.adapters.dynamodb import keys
from safelight.adapters.dynamodb.codec import decode, encode
from safelight.adapters.dynamodb.keys import Key
from safelight.adapters.dynamodb.table import Item, number, text
from safelight.domain.alert import Alert, Done, StaffTask
from safelight.domain.case import Case, Decision
from safelight.domain.facts import PastRequest

CASE = "case"
DECISION = "decision"
ALERT = "alert"
TASK = "task"
REQUEST = "request"
LATEST = "latest"
OPEN_TASK = "open_task"
DONE = "done"


class Row(NamedTuple):
    """What was read: `document` is JSON, `kind` says of what."""

    kind: str
    document: str


def item(key: Key, kind: str, value: object, **attributes: str | int) -> Item:
    made: Item = {"pk": text(key.pk), "sk": text(key.sk), "kind": text(kind), "doc": text(encode(value))}
    for name, attribute in attributes.items():
        made[name] = number(attribute) if isinstance(attribute, int) else text(attribute)
    return made


def read(stored: Item) -> Row:
    return Row(kind=stored["kind"]["S"], document=stored["doc"]["S"])


def case_item(case: Case) -> Item:
    return item(
        keys.case(case.case_id),
        CASE,
        case,
        version=case.version,
        board_pk=keys.board_partition(case.state, case.assessment.light),
        opened_at=keys.board_position(case.opened_at, case.case_id),
    )


def decision_item(decision: Decision) -> Item:
    return item(keys.decision(decision.case_id, decision.number), DECISION, decision)


def alert_item(alert: Alert) -> Item:
    """`began` is for the relay, which reads no documents. `open_alert` is there only while the alert is pending or
    sending: the index holds nothing else. Reminders lie there apart, in the order of their days."""
    made = item(
        keys.alert(alert.alert_id),
        ALERT,
        alert,
        version=alert.version,
        alert_id=alert.alert_id,
        created_at=keys.instant(alert.not_before or alert.created_at),
        began=keys.instant(alert.began),
    )
    if not alert.state.ended:
        made["open_alert"] = text(keys.OPEN_ALERT if alert.not_before is None else keys.REMINDER)
    if alert.not_before is not None:
        made["not_before"] = text(keys.instant(alert.not_before))
    return made


def task_item(task: StaffTask) -> Item:
    """An open task. `open_task` is there only until it is done: the index holds nothing else."""
    return item(
        keys.task(task.case_id, task.reason, task.about),
        TASK,
        task,
        open_task=keys.OPEN_TASK,
        due_at=keys.task_position(task.due_at, task.case_id, task.reason, task.about),
    )


def done_item(task: StaffTask, done: Done) -> Item:
    """What is set of a task when it is done."""
    key = keys.task(task.case_id, task.reason, task.about)
    return {"pk": text(key.pk), "sk": text(key.sk), DONE: text(encode(done))}


def read_task(stored: Item) -> StaffTask:
    """`done` lies beside the document, which stays as it was first written."""
    task = decode(StaffTask, stored["doc"]["S"])
    return replace(task, done=decode(Done, stored[DONE]["S"])) if DONE in stored else task


def past_request_item(case: Case) -> Item:
    request = case.request
    past = PastRequest(
        kind=request.kind,
        amount_twd=request.amount_twd,
        policy_ids=request.policy_ids,
        requested_at=request.requested_at,
        channel=request.channel,
    )
    return item(keys.past_request(request.policyholder_id, request.requested_at, case.case_id), REQUEST, past)


def latest_item(case: Case, after: str) -> Item:
    """When the policyholder last asked, never before `after`, an instant as `keys` writes it: requests that are decided
    at the same time meet in this item."""
    asked = case.request
    at = max(keys.instant(asked.requested_at), after)
    return item(keys.latest_request(asked.policyholder_id), LATEST, at, at=at)


def read_case(stored: Item) -> Case:
    return decode(Case, stored["doc"]["S"])


def read_alert(stored: Item) -> Alert:
    return decode(Alert, stored["doc"]["S"])
