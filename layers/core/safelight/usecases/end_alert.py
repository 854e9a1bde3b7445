"""How an alert that was not sent comes to its end: the next contact is told, or staff are, and never nobody."""

from dataclasses import dataclass, replace
from datetime import datetime

from safelight.domain.alert import (
    DEADLINE,
    REMINDER_LIMIT,
    SENDING_LIMIT,
    Alert,
    AlertId,
    AlertState,
    StaffTask,
    TaskReason,
)
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.ports import Alerts, Book, Cases, Clock, Telemetry
from safelight.usecases.call_for_help import next_contact, staff_task


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What it takes to end an alert."""

    alerts: Alerts
    cases: Cases
    book: Book
    clock: Clock
    telemetry: Telemetry


def end_alert(alert: Alert, state: AlertState, cause: str | None, reason: TaskReason | None, needs: Ending) -> Alert:
    """Move an alert to its end; with a `reason` also see to whom else is told, all or nothing.

    Raises RetryableError when another moved it meanwhile.
    """
    now = needs.clock.now()
    ended = replace(alert.move(state, now, cause=cause), version=alert.version + 1)
    others, tasks = ((), ()) if reason is None else _instead(alert, reason, now, needs)
    try:
        needs.alerts.save(ended, tasks, others)
    except ConflictError as lost:
        if not others or alert.case_id is None or reason is None:
            raise RetryableError("moved_meanwhile") from lost
        # Perhaps only the next contact was taken, by another's failure: then staff are told of this one.
        task = staff_task(alert.case_id, alert.policyholder_id, reason, now, alert.contact_id)
        try:
            needs.alerts.save(ended, (task,))
        except ConflictError as again:
            raise RetryableError("moved_meanwhile") from again
    needs.telemetry.count(f"Alert{state.title()}")
    if cause is not None:
        needs.telemetry.note(f"alert_{state}", alert_id=alert.alert_id, cause=cause)
    return ended


def end_if_stuck(alert: Alert, needs: Ending) -> bool:
    """End an alert whose sender is lost or whose time is over. False when neither is so.

    An SMS whose sender is lost may have been sent: it never is again. A time that is far ahead was written by a clock
    that nobody shares: it says nothing of how long ago it was, and the time counts as over.
    """
    now = needs.clock.now()
    if alert.early(now):
        return False
    if alert.state is AlertState.SENDING:
        if alert.changed_at is not None and abs(now - alert.changed_at) < SENDING_LIMIT:
            return False
        end_alert(alert, AlertState.UNKNOWN, "sender_lost", TaskReason.ALERT_UNKNOWN, needs)
        return True
    if abs(now - alert.began) < (DEADLINE if alert.not_before is None else REMINDER_LIMIT):
        return False
    # Sending this late could end, sender lost, beyond promise 1's limit: staff's by now, whoever sees it first.
    end_alert(alert, AlertState.FAILED, "late", TaskReason.ALERT_LATE, needs)
    return True


def hold_deadline(alert_id: AlertId, *, needs: Ending) -> None:
    """By now the alert has ended, or it is ended. Raises RetryableError when it is too early to say."""
    alert = needs.alerts.find(alert_id)
    if alert is None:
        raise GaveUpError("no_such_alert")
    if not alert.state.ended and not end_if_stuck(alert, needs):
        raise RetryableError("not_yet")


def _instead(
    alert: Alert, reason: TaskReason, now: datetime, needs: Ending
) -> tuple[tuple[Alert, ...], tuple[StaffTask, ...]]:
    """The next contact's alert, or the staff task that says why this one was not told. One who is suspect is a task in
    any case. What is about no case leaves nothing: the policyholder sees that his contact stays unconfirmed."""
    if alert.case_id is None:
        return (), ()
    if alert.purpose.to_holder:
        return (), (staff_task(alert.case_id, alert.policyholder_id, TaskReason.NOTICE_UNSENT, now),)
    task = staff_task(alert.case_id, alert.policyholder_id, reason, now, alert.contact_id)
    if reason is TaskReason.ALERTS_CUT or now - alert.began >= DEADLINE:
        return (), (task,)
    try:
        file = needs.cases.find(alert.case_id)
        dossier = needs.book.dossier(alert.policyholder_id)
    except (RetryableError, GaveUpError):
        return (), (task,)
    following = None if file is None else next_contact(file, dossier, now)
    if following is None:
        return (), (task,)
    instead = Alert.for_case(alert.case_id, following.contact_id, alert.policyholder_id, now, since=alert.began)
    return (instead,), (task,) if reason is TaskReason.CONTACT_UNDER_SUSPICION else ()
