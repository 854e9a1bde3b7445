"""One message to one contact, and the staff task that stands in when it cannot be told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from safelight.domain.case import CaseId
from safelight.domain.contact import ContactId
from safelight.domain.errors import ConflictError
from safelight.domain.request import PolicyholderId

AlertId = NewType("AlertId", str)
AttemptId = NewType("AttemptId", str)

RELAY_AFTER = timedelta(seconds=60)
"""An alert still pending after this is queued again by the sweeper."""
SENDING_LIMIT = timedelta(seconds=30)
"""No sender lives this long: an alert sending for longer has lost its sender and its fate is unknown."""
DEADLINE = timedelta(seconds=150)
"""After this nobody begins to send, and the sweeper gives a pending alert to staff. It runs each minute and may be a
minute late: what is pending at 150 s is found by 270 s; what a sender took at 150 s and lost is unknown from 180 s on
and found by 300 s. Promise 1's five minutes hold."""


class AlertPurpose(StrEnum):
    RED_REQUEST = "red_request"
    CONFIRM_CONTACT = "confirm_contact"


class AlertState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SUPPRESSED = "suppressed"

    @property
    def ended(self) -> bool:
        return self not in (AlertState.PENDING, AlertState.SENDING)


LEGAL_MOVES: dict[AlertState, frozenset[AlertState]] = {
    AlertState.PENDING: frozenset({AlertState.SENDING, AlertState.FAILED, AlertState.SUPPRESSED}),
    AlertState.SENDING: frozenset({AlertState.SENT, AlertState.UNKNOWN, AlertState.FAILED}),
}
"""There is no way back to `pending`: an SMS whose fate is unknown is never sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`attempt_id` is written before the wire is touched; `cause` says why it failed or was suppressed."""

    alert_id: AlertId
    purpose: AlertPurpose
    policyholder_id: PolicyholderId
    contact_id: ContactId
    created_at: datetime
    case_id: CaseId | None = None
    state: AlertState = AlertState.PENDING
    changed_at: datetime | None = None
    attempt_id: AttemptId | None = None
    provider_message_id: str | None = None
    cause: str | None = None
    version: int = 1

    def move(self, to: AlertState, at: datetime, *, cause: str | None = None) -> "Alert":
        """The alert after one legal move. Raises ConflictError where `LEGAL_MOVES` does not allow it."""
        if to not in LEGAL_MOVES.get(self.state, frozenset()):
            raise ConflictError("illegal_move", field=f"{self.state}->{to}")
        return replace(self, state=to, changed_at=at, cause=cause)

    @classmethod
    def for_case(cls, case_id: CaseId, contact_id: ContactId, policyholder_id: PolicyholderId, at: datetime) -> "Alert":
        """The one alert that there can be for this case and this contact: its id says both."""
        return cls(
            alert_id=AlertId(f"{case_id}/{contact_id}"),
            purpose=AlertPurpose.RED_REQUEST,
            policyholder_id=policyholder_id,
            contact_id=contact_id,
            created_at=at,
            case_id=case_id,
        )


class TaskReason(StrEnum):
    """Why a person must look. Alert causes and contact standings each have one."""

    NO_CONTACT = "no_contact"
    CONTACT_UNCONFIRMED = "contact_unconfirmed"
    CONTACT_NEWLY_CHANGED = "contact_newly_changed"
    CONTACT_EXCLUDED = "contact_excluded"
    CONTACT_REVOKED = "contact_revoked"
    CONTACT_UNDER_SUSPICION = "contact_under_suspicion"
    CONTACTS_UNREADABLE = "contacts_unreadable"
    ALERT_UNKNOWN = "alert_unknown"
    ALERT_FAILED = "alert_failed"
    ALERT_LATE = "alert_late"
    ASSESSED_BY_RULES = "assessed_by_rules"
    CALL_BACK = "call_back"
    """Somebody may be reading along: nothing was asked, and he is rung on the number on file."""
    TALK_UNFINISHED = "talk_unfinished"
    CONTACT_KNOWS = "contact_knows"
    """Somebody with a contact's number rang and says that he knows of it. A number proves nobody: nothing moves."""
    CONTACT_WORRIED = "contact_worried"
    """The same, and does not know of it, or something seems wrong to him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTask:
    """What software could not finish. One per case and reason."""

    case_id: CaseId
    policyholder_id: PolicyholderId
    reason: TaskReason
    created_at: datetime
    due_at: datetime
