"""Send one alert, at most once, and never leave it without an end.

The attempt is written before the wire is touched. Whoever finds an alert that has been `sending` for longer than any
sender lives calls its fate unknown and gives the case to staff; it is never sent again.
"""

from dataclasses import replace
from datetime import datetime

from safelight.domain.alert import (
    DEADLINE,
    SENDING_LIMIT,
    Alert,
    AlertId,
    AlertPurpose,
    AlertState,
    AttemptId,
    StaffTask,
    TaskReason,
)
from safelight.domain.contact import Contact, ContactState, Standing
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.sms_text import compose
from safelight.ports import Alerts, Book, Clock, Dossier, Fate, Ids, Sms, SmsMessage, Telemetry, Vault
from safelight.usecases.call_for_help import reason_for, staff_task, standing_of

SMS_VALID_S = 600
"""A late "call your mother now" only frightens: carriers drop what they could not deliver in ten minutes."""

_ENDED_AS: dict[Fate, tuple[AlertState, TaskReason | None]] = {
    Fate.ACCEPTED: (AlertState.SENT, None),
    Fate.UNKNOWN: (AlertState.UNKNOWN, TaskReason.ALERT_UNKNOWN),
    Fate.REFUSED: (AlertState.FAILED, TaskReason.ALERT_FAILED),
}


def alert_contact(
    alert_id: AlertId,
    *,
    sender: str,
    alerts: Alerts,
    book: Book,
    vault: Vault,
    sms: Sms,
    clock: Clock,
    ids: Ids,
    telemetry: Telemetry,
) -> Alert:
    """Raises RetryableError when the same call may do better later, GaveUpError for an alert that does not exist."""
    alert = alerts.find(alert_id)
    if alert is None:
        raise GaveUpError("no_such_alert")
    if alert.state.ended:
        return alert
    if alert.state is AlertState.SENDING:
        return _lost_sender(alert, alerts, clock.now(), telemetry)
    if clock.now() - alert.created_at >= DEADLINE:
        # Staff's by now, whoever sees it first. Sending this late could end, sender lost, beyond promise 1's limit.
        return end_alert(alert, AlertState.FAILED, "late", TaskReason.ALERT_LATE, alerts, clock.now(), telemetry)
    dossier = book.dossier(alert.policyholder_id)
    contact = next((c for c in dossier.contacts if c.contact_id == alert.contact_id), None)
    standing = _standing(alert, contact, dossier, clock.now())
    if contact is None or standing is not Standing.ELIGIBLE:
        return end_alert(alert, AlertState.SUPPRESSED, standing, reason_for(standing), alerts, clock.now(), telemetry)
    text = compose(
        alert.purpose,
        contact.locale,
        sender=sender,
        last3=contact.phone_last3,
        code=vault.confirmation_code(contact) if alert.purpose is AlertPurpose.CONFIRM_CONTACT else "",
    )
    to = vault.unseal(contact.phone, alert.policyholder_id)
    attempt = AttemptId(ids.new())
    sending = replace(alert.move(AlertState.SENDING, clock.now()), attempt_id=attempt, version=alert.version + 1)
    try:
        alerts.save(sending)
    except ConflictError as lost:
        raise RetryableError("another_sender") from lost
    receipt = sms.send(SmsMessage(to=to, text=text, attempt_id=attempt, valid_for_s=SMS_VALID_S))
    state, task = _ENDED_AS[receipt.fate]
    sending = replace(sending, provider_message_id=receipt.message_id)
    return end_alert(sending, state, receipt.cause, task, alerts, clock.now(), telemetry)


def end_alert(
    alert: Alert,
    state: AlertState,
    cause: str | None,
    reason: TaskReason | None,
    alerts: Alerts,
    now: datetime,
    telemetry: Telemetry,
) -> Alert:
    """Move an alert to its end and, unless it was sent, give its case to staff, both or neither.

    Raises RetryableError when another moved it meanwhile.
    """
    ended = replace(alert.move(state, now, cause=cause), version=alert.version + 1)
    try:
        alerts.save(ended, _tasks(alert, reason, now))
    except ConflictError as lost:
        raise RetryableError("moved_meanwhile") from lost
    telemetry.count(f"Alert{state.title()}")
    if cause is not None:
        telemetry.note(f"alert_{state}", alert_id=alert.alert_id, cause=cause)
    return ended


def _tasks(alert: Alert, reason: TaskReason | None, now: datetime) -> tuple[StaffTask, ...]:
    """An invitation has no case: the policyholder sees that it stays unconfirmed."""
    if reason is None or alert.case_id is None:
        return ()
    return (staff_task(alert.case_id, alert.policyholder_id, reason, now),)


def _lost_sender(alert: Alert, alerts: Alerts, now: datetime, telemetry: Telemetry) -> Alert:
    if alert.changed_at is None or now - alert.changed_at < SENDING_LIMIT:
        raise RetryableError("still_sending")
    return end_alert(alert, AlertState.UNKNOWN, "sender_lost", TaskReason.ALERT_UNKNOWN, alerts, now, telemetry)


def _standing(alert: Alert, contact: Contact | None, dossier: Dossier, now: datetime) -> Standing:
    if contact is None:
        return Standing.REVOKED
    if alert.purpose is AlertPurpose.CONFIRM_CONTACT:
        if contact.excluded:
            return Standing.EXCLUDED
        # An invitation to an earlier designation is void: the present one has its own, with its own code.
        current = contact.state is ContactState.DESIGNATED and alert.created_at >= contact.changed_at
        return Standing.ELIGIBLE if current else Standing.REVOKED
    return standing_of(contact, dossier.observations, now)
