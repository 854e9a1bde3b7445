"""Send one alert, at most once, and never leave it without an end.

The attempt is written before the wire is touched. Whoever finds an alert that has been `sending` for longer than any
sender lives calls its fate unknown; it is never sent again.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from safelight.domain.alert import Alert, AlertId, AlertPurpose, AlertState, AttemptId, TaskReason
from safelight.domain.alert_rules import DAY, HOUR, AlertRules, QuietHours
from safelight.domain.contact import Contact, ContactState, PhoneKey, SealedPhone, Standing
from safelight.domain.errors import ConflictError, GaveUpError, RetryableError
from safelight.domain.request import Locale
from safelight.domain.sms_text import compose
from safelight.ports import CaseFile, Dossier, Fate, Ids, Push, Quotas, Sms, SmsMessage, Vault
from safelight.usecases.call_for_help import reason_for, standing_of
from safelight.usecases.contact_notices import reminder_stands
from safelight.usecases.end_alert import Ending, end_alert, end_if_stuck

SMS_VALID_S = 600
"""A late "call your mother now" only frightens: carriers drop what they could not deliver in ten minutes."""
WITH_CODE = frozenset({AlertPurpose.CONFIRM_CONTACT, AlertPurpose.RENEW_CONTACT})

_ENDED_AS: dict[Fate, tuple[AlertState, TaskReason | None]] = {
    Fate.ACCEPTED: (AlertState.SENT, None),
    Fate.UNKNOWN: (AlertState.UNKNOWN, TaskReason.ALERT_UNKNOWN),
    Fate.REFUSED: (AlertState.FAILED, TaskReason.ALERT_FAILED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Ending):
    """What it takes to send one as well. `sender` is the insurer's name as texts begin with it; `push` is None where
    the insurer has no app to push to."""

    sender: str
    rules: AlertRules
    vault: Vault
    sms: Sms
    push: Push | None
    quotas: Quotas
    ids: Ids


class _Recipient(NamedTuple):
    phone: SealedPhone
    phone_key: PhoneKey
    last3: str
    locale: Locale
    code: str
    quiet: QuietHours | None = None


class _Obstacle(NamedTuple):
    """Why nothing is sent, and what staff are told of it; None where there is nothing to tell."""

    cause: str
    reason: TaskReason | None


def alert_contact(alert_id: AlertId, *, needs: Sending) -> Alert:
    """Raises RetryableError when the same call may do better later, GaveUpError for an alert that does not exist."""
    alert = needs.alerts.find(alert_id)
    if alert is None:
        raise GaveUpError("no_such_alert")
    if alert.state.ended or alert.early(needs.clock.now()):
        return alert  # whose day has not come is the sweeper's
    if end_if_stuck(alert, needs):
        return needs.alerts.find(alert_id) or alert
    if alert.state is AlertState.SENDING:
        raise RetryableError("still_sending")
    file = None if alert.case_id is None else needs.cases.find(alert.case_id)
    found = _recipient(alert, file, needs.book.dossier(alert.policyholder_id), needs)
    if isinstance(found, _Obstacle):
        return end_alert(alert, AlertState.SUPPRESSED, found.cause, found.reason, needs)
    text = compose(alert.purpose, found.locale, sender=needs.sender, last3=found.last3, code=found.code)
    to = needs.vault.unseal(found.phone, alert.policyholder_id)
    limited = _limited(alert, found, needs)
    if limited is not None and alert.not_before is not None:
        return alert  # the sweeper tries again: a reminder can wait for its turn
    if limited is not None:
        return end_alert(alert, AlertState.SUPPRESSED, limited.cause, limited.reason, needs)
    if alert.purpose.to_holder:
        _push(alert, text, needs)
    if end_if_stuck(alert, needs):  # by now: all that came before may have hung
        return needs.alerts.find(alert_id) or alert
    attempt = AttemptId(needs.ids.new())
    under_way = alert.move(AlertState.SENDING, needs.clock.now())
    under_way = replace(under_way, attempt_id=attempt, version=alert.version + 1)
    try:
        needs.alerts.save(under_way)
    except ConflictError as lost:
        raise RetryableError("another_sender") from lost
    receipt = needs.sms.send(SmsMessage(to=to, text=text, attempt_id=attempt, valid_for_s=SMS_VALID_S))
    state, reason = _ENDED_AS[receipt.fate]
    sent = replace(under_way, provider_message_id=receipt.message_id, provider=receipt.provider)
    return end_alert(sent, state, receipt.cause, reason, needs)


def _recipient(alert: Alert, file: CaseFile | None, dossier: Dossier, needs: Sending) -> _Recipient | _Obstacle:
    if alert.case_id is not None and file is None:
        raise GaveUpError("no_such_case")
    if file is not None and file.case.state.ended and alert.purpose is not AlertPurpose.HOLDER_ACCEPTED:
        return _Obstacle("case_ended", None)
    if alert.not_before is not None:
        about = next((contact for contact in dossier.contacts if contact.contact_id == alert.about), None)
        if not reminder_stands(alert, about):
            return _Obstacle("overtaken", None)
    if alert.purpose.to_holder:
        number = dossier.number
        if number is None:
            return _Obstacle("no_number", TaskReason.NOTICE_UNSENT)
        if file is not None and not number.settled(needs.clock.now()):
            return _Obstacle("number_unsettled", TaskReason.NOTICE_UNSENT)
        return _Recipient(number.phone, number.phone_key, number.phone_last3, number.locale, "")
    contact = next((c for c in dossier.contacts if c.contact_id == alert.contact_id), None)
    standing = _standing(alert, contact, file, dossier, needs)
    if contact is None or standing is not Standing.ELIGIBLE:
        return _Obstacle(standing, reason_for(standing))
    code = needs.vault.confirmation_code(contact) if alert.purpose in WITH_CODE else ""
    return _Recipient(contact.phone, contact.phone_key, contact.phone_last3, contact.locale, code, contact.quiet)


def _standing(
    alert: Alert, contact: Contact | None, file: CaseFile | None, dossier: Dossier, needs: Sending
) -> Standing:
    if contact is None:
        return Standing.REVOKED
    match alert.purpose:
        case AlertPurpose.RED_REQUEST:
            paid_to = None if file is None else file.case.request.payout_account
            return standing_of(contact, dossier, paid_to, needs.clock.now())
        case AlertPurpose.CONTACT_REMOVED:
            return Standing.ELIGIBLE
    if contact.excluded:
        return Standing.EXCLUDED
    wanted = ContactState.DESIGNATED if alert.purpose is AlertPurpose.CONFIRM_CONTACT else ContactState.CONFIRMED
    # An invitation to an earlier designation is void: the present one has its own, with its own code.
    since = contact.code_from if alert.purpose in WITH_CODE else alert.created_at
    current = contact.state is wanted and alert.created_at >= since
    return Standing.ELIGIBLE if current else Standing.REVOKED


def _limited(alert: Alert, recipient: _Recipient, needs: Sending) -> _Obstacle | None:
    """Changes of contacts have limits of their own, and no flood of them may hide the last one from the policyholder:
    his number has no limit for these."""
    rules, now = needs.rules, needs.clock.now()
    quiet = recipient.quiet or rules.quiet
    if alert.purpose is AlertPurpose.RED_REQUEST and quiet is not None and quiet.holds(now):
        return _Obstacle("quiet_hours", TaskReason.CONTACT_QUIET)
    kind, most = _quota(alert, rules)
    own = f"phone.{kind}.{recipient.phone_key}"
    # The number first: one that is over its limit must not use up what all others share.
    if alert.purpose is not AlertPurpose.HOLDER_CONTACTS and not needs.quotas.take(own, rules.a_day, now, within=DAY):
        return _Obstacle("too_many_to_one", TaskReason.CONTACT_LIMIT)
    if not needs.quotas.take(kind, most, now, within=HOUR):
        if alert.not_before is None:  # a busy day of reminders is no flood
            needs.telemetry.count("AlertsCut")
        return _Obstacle("too_many", TaskReason.ALERTS_CUT)
    return None


def _quota(alert: Alert, rules: AlertRules) -> tuple[str, int]:
    """Each kind has its own: a busy hour of surrenders takes nothing from the contacts' alerts, and invitations, which
    anybody may have sent to any number, nothing from the notices of change."""
    if alert.purpose in WITH_CODE:
        return "codes", rules.others_an_hour
    if alert.not_before is not None:
        return "reminders", rules.others_an_hour
    if alert.case_id is None:
        return "holders" if alert.purpose.to_holder else "changes", rules.others_an_hour
    return "notices" if alert.purpose.to_holder else "cases", rules.cases_an_hour


def _push(alert: Alert, text: str, needs: Sending) -> None:
    """Beside the SMS and before it: a push that is lost costs nothing but itself."""
    if needs.push is None:
        return
    try:
        needs.push.send(alert.policyholder_id, alert.alert_id, text)
    except (RetryableError, GaveUpError):
        needs.telemetry.count("PushFailed")
