"""What the use cases need from outside, in the domain's words. Each has a fake and a real adapter.

Every method may raise RetryableError when the thing behind it fails or is slow; none retries an SMS. `within_s`
bounds a read that somebody waits for, in seconds; None leaves it to the adapter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from safelight.domain.alert import Alert, AlertId, AttemptId, Done, StaffTask, TaskReason
from safelight.domain.assessment import Score, Thresholds
from safelight.domain.call import Call
from safelight.domain.case import Case, CaseId, CaseState, Decision
from safelight.domain.contact import Contact, ContactId, PersonKey, PhoneKey, SealedPhone, Telling
from safelight.domain.facts import Context, Conversation, External, Observation, PastRequest, Profile
from safelight.domain.light import Light
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import AccountKey, PolicyholderId, SessionId
from safelight.domain.session_risk import Session

if TYPE_CHECKING:  # a decision by HTTP needs none of it, and pays for what it imports
    from safelight.domain.conversation import Talk, TalkId, TurnId


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that the book holds on one policyholder. `profile` is None when he is not in it, `number` when none is on
    file. `telling` is whom of his contacts he wants to be told, `designations` how many he has made."""

    profile: Profile | None
    contacts: tuple[Contact, ...] = ()
    observations: tuple[Observation, ...] = ()
    call: Call | None = None
    number: NumberOfRecord | None = None
    telling: Telling = Telling.IN_ORDER
    designations: int = 0


class Book(Protocol):
    """Policyholders, their policies, contacts and what was noticed of them."""

    def dossier(self, policyholder_id: PolicyholderId, *, within_s: float | None = None) -> Dossier: ...

    def save_profile(self, policyholder_id: PolicyholderId, profile: Profile) -> None: ...

    def save_contact(self, contact: Contact, alerts: Sequence[Alert] = (), designation: int | None = None) -> None:
        """Store the contact at `version`, and the alerts, all or nothing. Raises ConflictError unless the stored
        version is the one before (version 1: nothing stored). `designation` counts the policyholder's designations:
        it, too, must be the one after the last, so that two at once cannot each take his last place."""

    def save_number(self, policyholder_id: PolicyholderId, number: NumberOfRecord) -> None:
        """Replaces the number of record."""

    def save_telling(self, policyholder_id: PolicyholderId, telling: Telling) -> None: ...

    def designated_by(self, phone: PhoneKey, *, within_s: float | None = None) -> tuple[PolicyholderId, ...]:
        """Who ever designated this phone. Whether it still counts is in each dossier."""

    def add_observation(self, policyholder_id: PolicyholderId, observation: Observation) -> None:
        """Of two by the same person under the same id the first stays. Raises ConflictError when the second is of
        another kind."""

    def save_call(self, call: Call) -> None:
        """Replaces the policyholder's current call."""


class Sessions(Protocol):
    """Signals of a session, kept for a day. A session belongs to the policyholder who first sent signals in it."""

    def context(
        self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None
    ) -> Context | None:
        """What the session showed, None when nothing is known of it."""

    def find(self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None) -> Session:
        """The session with its memory, an empty one when nothing is known of it."""

    def save(self, policyholder_id: PolicyholderId, session_id: SessionId, session: Session, at: datetime) -> None:
        """Store it at `version`; the day begins again. Raises ConflictError unless the stored version is the one
        before."""


class Indicators(Protocol):
    """Outside intelligence, matched by keyed hash. Expired indicators do not count."""

    def matches(
        self,
        policyholder_id: PolicyholderId,
        account: AccountKey | None,
        at: datetime,
        *,
        within_s: float | None = None,
    ) -> External: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One transaction: the case at its new version, and what comes with it. `digest` only when the case is opened.

    `after`, on opening, is the newest of the policyholder's earlier requests that the decision knew of: with a newer
    one in the store it would be a decision about half the story, and the commit is a conflict.
    """

    case: Case
    decision: Decision | None = None
    alerts: tuple[Alert, ...] = ()
    tasks: tuple[StaffTask, ...] = ()
    digest: str | None = None
    after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything stored under one case. `digest` is that of the request body which opened it."""

    case: Case
    digest: str
    decisions: tuple[Decision, ...]
    alerts: tuple[Alert, ...]
    tasks: tuple[StaffTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    cases: tuple[Case, ...]
    next_cursor: str | None


class Cases(Protocol):
    def commit(self, changes: Changes) -> None:
        """All or nothing. Raises ConflictError unless the stored version is the one before (version 1: none stored);
        a decision's number, an alert's id and a task's (case, reason) are written at most once."""

    def find(self, case_id: CaseId) -> CaseFile | None: ...

    def past_requests(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[PastRequest, ...]:
        """Newest first."""

    def recent(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[CaseId, ...]:
        """The cases of his requests since then, newest first."""

    def board(self, state: CaseState, light: Light | None, limit: int, cursor: str | None) -> BoardPage:
        """Cases in one state, newest first. Raises RejectedError for a cursor that this board did not give out."""


class Alerts(Protocol):
    def find(self, alert_id: AlertId) -> Alert | None: ...

    def save(self, alert: Alert, tasks: Sequence[StaffTask] = (), others: Sequence[Alert] = ()) -> None:
        """The alert at its new version, the tasks that go with it and new alerts to others, all or nothing. Raises
        ConflictError unless the stored version is the one before, and there are none of the others yet."""

    def of_attempt(self, attempt_id: AttemptId) -> AlertId | None:
        """Whose attempt this is: kept from before the wire was touched."""

    def of_message(self, provider: str, message_id: str) -> AlertId | None:
        """Whose message a provider calls by this id."""

    def open_since_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        """Alerts still pending or sending that were created before `moment`, oldest first; without reminders."""

    def due_before(self, moment: datetime, limit: int) -> tuple[Alert, ...]:
        """Reminders still pending or sending whose day came before `moment`, the one due first first."""


class AlertQueue(Protocol):
    def put(self, alert_ids: Sequence[AlertId]) -> None:
        """Hand alerts to `alert_contact`. Putting one twice is harmless."""


class Deadlines(Protocol):
    def set(self, alert_id: AlertId, in_s: float) -> None:
        """Have the alert looked at in so many seconds, whatever becomes of the queue. Setting it twice is harmless."""


class Quotas(Protocol):
    def take(self, name: str, limit: int, at: datetime, *, within: timedelta) -> bool:
        """Take one of `limit` in the period of this length that `at` is in. False when they are all taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    tasks: tuple[StaffTask, ...]
    next_cursor: str | None


class Tasks(Protocol):
    def waiting(self, limit: int, cursor: str | None) -> TaskPage:
        """Open tasks, the one due first first. Raises RejectedError for a cursor that was not given out here."""

    def finish(self, case_id: CaseId, reason: TaskReason, about: ContactId | None, done: Done) -> None:
        """Raises NotFoundError where there is no such task. One that is done already stays as it was done."""


class Push(Protocol):
    def send(self, policyholder_id: PolicyholderId, notice_id: str, text: str) -> None:
        """To the policyholder's app. The same notice_id again is the same notice. Raises RetryableError."""


class ProviderHealth(Protocol):
    def note(self, provider: str, at: datetime, *, slow: bool) -> None:
        """One message of this provider that reached its end, or did not in time."""

    def slow(self, provider: str, at: datetime) -> tuple[int, int]:
        """(slow, all) of the last 15 minutes."""


class Vault(Protocol):
    """Keyed hashes and sealed numbers."""

    def account_key(self, bank_code: str, account_number: str) -> AccountKey: ...

    def phone_key(self, phone: str) -> PhoneKey: ...

    def person_key(self, national_id: str) -> PersonKey: ...

    def digest(self, body: str) -> str: ...

    def confirmation_code(self, contact: Contact) -> str:
        """Six digits that follow from the contact and its `code_from`; nothing is stored."""

    def seal(self, phone: str, policyholder_id: PolicyholderId) -> SealedPhone: ...

    def unseal(self, sealed: SealedPhone, policyholder_id: PolicyholderId) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsMessage:
    """`attempt_id` goes to the provider as context where it takes one. `valid_for_s`: do not deliver later."""

    to: str
    text: str
    attempt_id: str
    valid_for_s: int


class Fate(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Surely not sent."""
    UNKNOWN = "unknown"
    """May have been sent; must never be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReceipt:
    """`provider` is the one that took it, or that was tried last."""

    fate: Fate
    message_id: str | None = None
    cause: str | None = None
    provider: str | None = None


class Sms(Protocol):
    def send(self, message: SmsMessage) -> SmsReceipt:
        """One request on the wire, whatever happens to it. Never raises for what the wire or the provider does."""


class Model(Protocol):
    """A loaded model. `score` takes a vector as `policy.unpack_vector` gives it."""

    @property
    def thresholds(self) -> Thresholds: ...

    @property
    def sha256(self) -> str: ...

    def score(self, vector: tuple[float, ...]) -> Score: ...


class Models(Protocol):
    def look(self) -> None:
        """Begins to look for a newer model when that is due; never waits and never fails. Said as soon as a decision
        begins, so that the look goes on while facts are read."""

    def current(self, for_whom: PolicyholderId | None = None) -> Model:
        """The model that decides about this policyholder (the one that is on trial, for a share of them); without him,
        the one that most have. Raises ModelUnavailableError, with the cause, when there is none that may be used."""


# Conversations


class Reader(Protocol):
    def read(self, texts: Sequence[str]) -> Conversation | None:
        """Figures of what was written, None when there is nothing to read in it. Raises ModelUnavailableError."""


class Talks(Protocol):
    """Conversations, kept for a day after their last turn."""

    def find(self, talk_id: "TalkId", *, within_s: float | None = None) -> "Talk | None": ...

    def save(self, talk: "Talk", at: datetime) -> None:
        """Raises ConflictError unless the stored version is the one before (version 1: none that still counts)."""


class Turns(Protocol):
    """Deliveries that a channel may repeat and need not wait for."""

    def claim(self, turn_id: "TurnId", at: datetime) -> bool:
        """True for one caller, until he has had time to finish or die; False for good once the turn is finished."""

    def finish(self, turn_id: "TurnId", at: datetime) -> None: ...

    def let_go(self, turn_id: "TurnId", at: datetime) -> None:
        """It could not be finished: the next delivery claims it at once."""


class Links(Protocol):
    """Which policyholder a chat account belongs to, by keyed hash of the account."""

    def policyholder(self, account: str) -> PolicyholderId | None: ...

    def offer(self, nonce: str, policyholder_id: PolicyholderId, at: datetime) -> None:
        """Keep a nonce's keyed hash for ten minutes: whoever brings the nonce is this policyholder."""

    def take(self, nonce: str, account: str, at: datetime) -> bool:
        """Link the account by the nonce. False when it was not offered, has expired or was taken by another. The same
        again is linked still: a delivery may come again."""

    def cut(self, account: str, at: datetime) -> None:
        """The account belongs to nobody from now on."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""

    def monotonic(self) -> float:
        """Seconds; only differences mean anything."""


class Ids(Protocol):
    def new(self) -> str: ...


class Telemetry(Protocol):
    """Counts and log lines. Ids and outcomes only: never a name, a number or an answer."""

    def count(self, metric: str) -> None: ...

    def note(self, event: str, **ids: str) -> None: ...
