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

REMINDER_LIMIT = timedelta(days=7)
"""How late a reminder may be sent: one that many others kept waiting is worth having, one from last month is not."""
RELAY_AFTER = timedelta(seconds=60)
"""An alert still pending after this is queued again by the sweeper."""
SENDING_LIMIT = timedelta(seconds=30)
"""No sender lives this long: an alert sending for longer has lost its sender and its fate is unknown."""
DEADLINE = timedelta(seconds=150)
"""After this nobody begins to send, and the sweeper gives a pending alert to staff. It runs each minute and may be a
minute late: what is pending at 150 s is found by 270 s; what a sender took at 150 s and lost is unknown from 180 s on
and found by 300 s. Promise 1's five minutes hold."""


HOLDER = "holder."
"""What the part after the case begins with where a message is for the policyholder: no contact's id has a full stop."""


class AlertPurpose(StrEnum):
    """What a message is for. Those from HOLDER on go to the policyholder himself."""

    RED_REQUEST = "red_request"
    CONFIRM_CONTACT = "confirm_contact"
    RENEW_CONTACT = "renew_contact"
    CONTACT_REMOVED = "contact_removed"
    """To one who was a contact until now."""
    CONTACT_ADDED = "contact_added"
    """To one who is a contact, about another who was designated."""
    HOLDER_RED = "holder_red"
    HOLDER_ACCEPTED = "holder_accepted"
    """A surrender was received: sent for each, whatever its light."""
    HOLDER_CONTACTS = "holder_contacts"
    """His contacts changed."""
    HOLDER_RENEWAL = "holder_renewal"
    """A contact's year ends soon: he is to be confirmed again."""
    HOLDER_EXPIRED = "holder_expired"
    """It has ended: he counts no more."""

    @property
    def to_holder(self) -> bool:
        return self in _TO_HOLDER


_TO_HOLDER = frozenset(
    {
        AlertPurpose.HOLDER_RED,
        AlertPurpose.HOLDER_ACCEPTED,
        AlertPurpose.HOLDER_CONTACTS,
        AlertPurpose.HOLDER_RENEWAL,
        AlertPurpose.HOLDER_EXPIRED,
    }
)


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


class Arrival(StrEnum):
    """What the carrier says became of a message."""

    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"

    @property
    def final(self) -> bool:
        return self is not Arrival.ON_THE_WAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The last that was heard of a message. `code` is the carrier's own."""

    arrival: Arrival
    at: datetime
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`attempt_id` is written before the wire is touched; `cause` says why it failed or was suppressed.

    `contact_id` is None for the policyholder himself. `since` is when the case turned RED, for an alert that stands in
    for another's: the deadline counts from there. `provider` took it; `delivery` is what a receipt said later, and
    moves no state. `not_before` is there for a reminder, which waits for its day; `about` is the contact whom it is
    about.
    """

    alert_id: AlertId
    purpose: AlertPurpose
    policyholder_id: PolicyholderId
    contact_id: ContactId | None
    created_at: datetime
    case_id: CaseId | None = None
    state: AlertState = AlertState.PENDING
    changed_at: datetime | None = None
    attempt_id: AttemptId | None = None
    provider_message_id: str | None = None
    cause: str | None = None
    version: int = 1
    since: datetime | None = None
    provider: str | None = None
    delivery: Delivery | None = None
    attempted_at: datetime | None = None
    not_before: datetime | None = None
    about: ContactId | None = None

    @property
    def began(self) -> datetime:
        return self.since or self.not_before or self.created_at

    def early(self, now: datetime) -> bool:
        """Its day has not come."""
        return self.not_before is not None and now < self.not_before

    def move(self, to: AlertState, at: datetime, *, cause: str | None = None) -> "Alert":
        """The alert after one legal move. Raises ConflictError where `LEGAL_MOVES` does not allow it."""
        if to not in LEGAL_MOVES.get(self.state, frozenset()):
            raise ConflictError("illegal_move", field=f"{self.state}->{to}")
        attempted_at = at if to is AlertState.SENDING else self.attempted_at
        return replace(self, state=to, changed_at=at, cause=cause, attempted_at=attempted_at)

    @classmethod
    def for_case(
        cls,
        case_id: CaseId,
        contact_id: ContactId,
        policyholder_id: PolicyholderId,
        at: datetime,
        since: datetime | None = None,
    ) -> "Alert":
        """The one alert that there can be for this case and this contact: its id says both."""
        return cls(
            alert_id=AlertId(f"{case_id}/{contact_id}"),
            purpose=AlertPurpose.RED_REQUEST,
            policyholder_id=policyholder_id,
            contact_id=contact_id,
            created_at=at,
            case_id=case_id,
            since=since,
        )

    @classmethod
    def for_holder(
        cls, case_id: CaseId, purpose: AlertPurpose, policyholder_id: PolicyholderId, at: datetime
    ) -> "Alert":
        """The one message of this purpose to the policyholder about this case. No contact's id holds a full stop."""
        return cls(
            alert_id=AlertId(f"{case_id}/{HOLDER}{purpose}"),
            purpose=purpose,
            policyholder_id=policyholder_id,
            contact_id=None,
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
    CONTACT_EXPIRED = "contact_expired"
    CONTACT_QUIET = "contact_quiet"
    """He wants no message at this hour."""
    CONTACT_LIMIT = "contact_limit"
    """He had as many messages as one gets in a day."""
    ALERTS_CUT = "alerts_cut"
    """So many messages at once that no more are sent."""
    CONTACTS_UNREADABLE = "contacts_unreadable"
    ALERT_UNKNOWN = "alert_unknown"
    ALERT_FAILED = "alert_failed"
    ALERT_LATE = "alert_late"
    ALERT_UNDELIVERED = "alert_undelivered"
    """The carrier says that it did not arrive."""
    NOTICE_UNSENT = "notice_unsent"
    """The policyholder's own notice."""
    ASSESSED_BY_RULES = "assessed_by_rules"
    CALL_BACK = "call_back"
    """Somebody may be reading along: nothing was asked, and he is rung on the number on file."""
    TALK_UNFINISHED = "talk_unfinished"
    CONTACT_KNOWS = "contact_knows"
    """A contact, or somebody with his number, says that he knows of it. The case says whether it was verified."""
    CONTACT_WORRIED = "contact_worried"
    """The same, and does not know of it, or something seems wrong to him."""
    CONTACT_CANNOT_REACH = "contact_cannot_reach"

    @property
    def outlives_case(self) -> bool:
        """Whether somebody must still see to it when the case has ended. Who was not told of it need not be then."""
        return self in _OUTLIVE


_OUTLIVE = frozenset(
    {
        TaskReason.NOTICE_UNSENT,
        TaskReason.TALK_UNFINISHED,
        TaskReason.CONTACT_WORRIED,
        TaskReason.CONTACT_CANNOT_REACH,
    }
)
CASE_ENDED = "case_ended"
"""How a task was done that an outcome closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """`by` is the staff member; `how` the code that he gave, `CASE_ENDED` when an outcome closed it."""

    by: str
    at: datetime
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTask:
    """What software could not finish. One per case, reason and the contact that it is about; raised again, it is open
    again."""

    case_id: CaseId
    policyholder_id: PolicyholderId
    reason: TaskReason
    created_at: datetime
    due_at: datetime
    about: ContactId | None = None
    done: Done | None = None

    def moot(self, *, ended: bool) -> bool:
        """Whether nobody need see to it any more, with its case `ended` or not."""
        return ended and not self.reason.outlives_case
