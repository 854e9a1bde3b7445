"""Each minute: whatever is stuck gets queued again, called unknown, or given to staff (promise 1)."""

from safelight.domain.alert import DEADLINE, RELAY_AFTER, SENDING_LIMIT, AlertPurpose, AlertState, TaskReason
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.ports import AlertQueue, Alerts, Clock, Telemetry
from safelight.usecases.alert_contact import end_alert

BATCH = 10_000
"""Reading is cheap. Moving is what takes time, so the alerts about a request come before any number of invitations."""
TIME_BUDGET_S = 35.0
"""Of the function's 50 s. What is left over is the next minute's."""
MOST_QUEUED = 500


def sweep_alerts(*, alerts: Alerts, queue: AlertQueue, clock: Clock, telemetry: Telemetry) -> int:
    """Returns how many were stuck. One that cannot be moved now does not keep the others waiting."""
    now, give_up_at = clock.now(), clock.monotonic() + TIME_BUDGET_S
    stuck = alerts.open_since_before(now - SENDING_LIMIT, BATCH)
    again = []
    for alert in sorted(stuck, key=lambda alert: alert.purpose is not AlertPurpose.RED_REQUEST):
        if clock.monotonic() >= give_up_at:
            break
        try:
            if alert.state is AlertState.SENDING:
                if alert.changed_at is not None and now - alert.changed_at >= SENDING_LIMIT:
                    end_alert(
                        alert, AlertState.UNKNOWN, "sender_lost", TaskReason.ALERT_UNKNOWN, alerts, now, telemetry
                    )
            elif now - alert.created_at >= DEADLINE:
                end_alert(alert, AlertState.FAILED, "late", TaskReason.ALERT_LATE, alerts, now, telemetry)
            elif now - alert.created_at >= RELAY_AFTER:
                again.append(alert.alert_id)
        except (RetryableError, GaveUpError):
            telemetry.note("sweep_skipped", alert_id=alert.alert_id)
    if again:
        queue.put(again[:MOST_QUEUED])
    if stuck:
        telemetry.count("AlertsStuck")
    return len(stuck)
