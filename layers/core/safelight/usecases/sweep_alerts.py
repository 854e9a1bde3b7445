"""Each minute: whatever is stuck gets queued again, called unknown, or given to another or to staff (promise 1)."""

from safelight.domain.alert import RELAY_AFTER, SENDING_LIMIT, AlertPurpose, AlertState
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.ports import AlertQueue
from safelight.usecases.end_alert import Ending, end_if_stuck

BATCH = 10_000
"""Reading is cheap. Moving is what takes time, so the alerts about a request come before any number of invitations."""
TIME_BUDGET_S = 35.0
"""Of the function's 50 s. What is left over is the next minute's."""
MOST_QUEUED = 500


def sweep_alerts(*, queue: AlertQueue, needs: Ending) -> int:
    """Returns how many were stuck. One that cannot be moved now does not keep the others waiting."""
    clock, telemetry = needs.clock, needs.telemetry
    now, give_up_at = clock.now(), clock.monotonic() + TIME_BUDGET_S
    stuck = needs.alerts.open_since_before(now - SENDING_LIMIT, BATCH)
    again = []
    for alert in sorted(stuck, key=lambda alert: alert.purpose is not AlertPurpose.RED_REQUEST):
        if clock.monotonic() >= give_up_at:
            break
        try:
            ended = end_if_stuck(alert, needs)
        except (RetryableError, GaveUpError):
            telemetry.note("sweep_skipped", alert_id=alert.alert_id)
            continue
        if not ended and alert.state is AlertState.PENDING and now - alert.created_at >= RELAY_AFTER:
            again.append(alert.alert_id)
    # Reminders last: they are read apart, so that no number of them keeps an alert from being seen.
    for alert in needs.alerts.due_before(now, MOST_QUEUED):
        if clock.monotonic() >= give_up_at:
            break
        try:
            ended = end_if_stuck(alert, needs)
        except (RetryableError, GaveUpError):
            telemetry.note("sweep_skipped", alert_id=alert.alert_id)
            continue
        if not ended and alert.state is AlertState.PENDING:
            again.append(alert.alert_id)
    if again:
        queue.put(again[:MOST_QUEUED])
    if stuck:
        telemetry.count("AlertsStuck")
    return len(stuck)
