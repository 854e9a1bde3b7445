"""Keep what became of a message, and have staff look when an alert did not arrive. No receipt moves a state."""

from dataclasses import replace
from datetime import datetime, timedelta

from safelight.domain.alert import Alert, AlertId, AlertPurpose, AlertState, Arrival, StaffTask, TaskReason
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.provider_speed import SLOW_AFTER
from safelight.domain.receipt import Receipt, after
from safelight.ports import Alerts, Clock, ProviderHealth, Telemetry
from safelight.usecases.call_for_help import staff_task

EARLY = timedelta(minutes=2)
"""A receipt that is younger may be of a message whose sender has not written down yet what the provider called it."""
ATTEMPTS = 3


def take_receipt(
    receipt: Receipt, *, alerts: Alerts, health: ProviderHealth, clock: Clock, telemetry: Telemetry
) -> Alert | None:
    """The alert as it is now, None when the receipt is of no message of ours. The same receipt again changes nothing.

    Raises RetryableError when it should come again: it is earlier than its alert, or the store failed.
    """
    for _ in range(ATTEMPTS):
        alert = _find(receipt, alerts, clock.now())
        if alert is None:
            telemetry.note("receipt_unknown", provider=receipt.provider)
            telemetry.count("ReceiptUnknown")
            return None
        if not alert.state.ended:
            raise RetryableError("receipt_before_its_send_is_saved")
        if _of_another(receipt, alert):
            return alert
        heard = after(alert.delivery, receipt.delivery)
        if heard == alert.delivery:
            return alert
        kept = replace(alert, delivery=heard, version=alert.version + 1)
        try:
            alerts.save(kept, _task(alert, kept, clock.now()))
        except ConflictError:
            continue
        _told(alert, kept, receipt, health, clock, telemetry)
        return kept
    raise RetryableError("receipts_contended")


def _find(receipt: Receipt, alerts: Alerts, now: datetime) -> Alert | None:
    """An attempt is stored before it is made: one that is not there never was. A message's name comes with the end."""
    found: AlertId | None = None
    if receipt.attempt_id is not None:
        found = alerts.of_attempt(receipt.attempt_id)
    if found is None and receipt.message_id is not None:
        found = alerts.of_message(receipt.provider, receipt.message_id)
    if found is not None:
        return alerts.find(found)
    if receipt.attempt_id is None and abs(now - receipt.at) < EARLY:
        raise RetryableError("receipt_before_its_send_is_saved")
    return None


def _of_another(receipt: Receipt, alert: Alert) -> bool:
    """A provider that refused the message and was not the one to take it has no say, unless it brought it all the
    same."""
    return alert.provider not in (None, receipt.provider) and receipt.arrival is not Arrival.DELIVERED


def _arrived(alert: Alert) -> Arrival | None:
    return None if alert.delivery is None else alert.delivery.arrival


def _task(was: Alert, kept: Alert, now: datetime) -> tuple[StaffTask, ...]:
    """Once: with the receipt that first says so. What has no certain sender has its own task already."""
    news = _arrived(kept) is Arrival.UNDELIVERED and _arrived(was) is not Arrival.UNDELIVERED
    told = kept.state is AlertState.SENT and kept.purpose is AlertPurpose.RED_REQUEST
    if not news or not told or kept.case_id is None:
        return ()
    task = staff_task(kept.case_id, kept.policyholder_id, TaskReason.ALERT_UNDELIVERED, now)
    return (replace(task, about=kept.contact_id),)


def _told(
    was: Alert, kept: Alert, receipt: Receipt, health: ProviderHealth, clock: Clock, telemetry: Telemetry
) -> None:
    """Counted once for each message: with the first final word."""
    arrival = _arrived(kept)
    telemetry.note(
        "receipt", alert_id=kept.alert_id, arrival=str(arrival), provider=receipt.provider, code=receipt.code or "none"
    )
    first = was.delivery is None or not was.delivery.arrival.final
    if arrival is None or not arrival.final or not first:
        return
    if arrival is Arrival.UNDELIVERED:
        telemetry.count("AlertUndelivered")
    slow = receipt.expired or (
        arrival is Arrival.DELIVERED and kept.changed_at is not None and receipt.at - kept.changed_at > SLOW_AFTER
    )
    try:
        health.note(receipt.provider, min(receipt.at, clock.now()), slow=slow)
    except (RetryableError, GaveUpError):
        telemetry.note("provider_unnoted", provider=receipt.provider)
