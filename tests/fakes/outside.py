"""Everything that is not stored: time, ids, messages, queue, vault, model, telemetry."""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from safelight.adapters.number_spelling import bank_account, e164
from safelight.domain.alert import AlertId
from safelight.domain.assessment import Score, Thresholds
from safelight.domain.contact import Contact, PersonKey, PhoneKey, SealedPhone
from safelight.domain.errors import GaveUpError, ModelUnavailableError
from safelight.domain.request import AccountKey, PolicyholderId
from safelight.ports import Fate, Model, SmsMessage, SmsReceipt
from tests.fakes.faults import Faults

START = datetime(2026, 3, 11, 13, 40, tzinfo=UTC)
"""21:40 in Taipei."""


class FakeClock:
    """Stands still until moved. `monotonic` moves with it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._started = start

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._started).total_seconds()

    def move(self, by: timedelta | None = None, *, seconds: float = 0.0) -> None:
        self._now += by if by is not None else timedelta(seconds=seconds)


class FakeIds:
    """`id-1`, `id-2`, …"""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self.given = 0

    def new(self) -> str:
        self.given += 1
        return f"{self._prefix}-{self.given}"


@dataclass
class FakeSms:
    """Records each message. Accepts unless `answer_next` says otherwise; never raises, as the port promises."""

    sent: list[SmsMessage] = field(default_factory=list)
    answers: list[Fate] = field(default_factory=list)

    def answer_next(self, *fates: Fate) -> None:
        self.answers += fates

    def send(self, message: SmsMessage) -> SmsReceipt:
        self.sent.append(message)
        fate = self.answers.pop(0) if self.answers else Fate.ACCEPTED
        if fate is Fate.ACCEPTED:
            return SmsReceipt(fate=fate, message_id=f"message-{len(self.sent)}", provider="fake")
        return SmsReceipt(fate=fate, cause=f"fake_{fate}", provider="fake")


@dataclass
class FakeProviderHealth:
    """Counts by the minute, as the real one does."""

    faults: Faults = field(default_factory=Faults)
    minutes: dict[tuple[str, datetime], tuple[int, int]] = field(default_factory=dict)
    """(provider, minute) → (slow, seen)."""

    def note(self, provider: str, at: datetime, *, slow: bool) -> None:
        with self.faults.around("note_health"):
            key = (provider, at.replace(second=0, microsecond=0))
            was = self.minutes.get(key, (0, 0))
            self.minutes[key] = (was[0] + slow, was[1] + 1)

    def slow(self, provider: str, at: datetime) -> tuple[int, int]:
        with self.faults.around("read_health"):
            first = at.replace(second=0, microsecond=0) - timedelta(minutes=14)
            found = [n for (who, minute), n in self.minutes.items() if who == provider and first <= minute <= at]
            return sum(slow for slow, _ in found), sum(seen for _, seen in found)


@dataclass
class FakeQueue:
    """`waiting` is what was put and not taken, duplicates included."""

    faults: Faults = field(default_factory=Faults)
    waiting: list[AlertId] = field(default_factory=list)

    def put(self, alert_ids: Sequence[AlertId]) -> None:
        with self.faults.around("put"):
            self.waiting += alert_ids

    def take(self) -> list[AlertId]:
        taken, self.waiting = self.waiting, []
        return taken


@dataclass
class FakeVault:
    """Deterministic, with no secret: good for equality, useless for hiding. Sealed numbers are not in clear."""

    faults: Faults = field(default_factory=Faults)

    def account_key(self, bank_code: str, account_number: str) -> AccountKey:
        return AccountKey(self._hash("account", bank_account(bank_code, account_number)))

    def phone_key(self, phone: str) -> PhoneKey:
        return PhoneKey(self._hash("phone", e164(phone)))

    def person_key(self, national_id: str) -> PersonKey:
        return PersonKey(self._hash("person", national_id.strip().upper()))

    def digest(self, body: str) -> str:
        return self._hash("digest", body)

    def confirmation_code(self, contact: Contact) -> str:
        about = self._hash("code", f"{contact.contact_id} {contact.code_from.isoformat()}")
        return f"{int(about, 16) % 1_000_000:06d}"

    def seal(self, phone: str, policyholder_id: PolicyholderId) -> SealedPhone:
        with self.faults.around("seal"):
            return SealedPhone(b64encode(f"{policyholder_id}\n{e164(phone)}".encode()).decode())

    def unseal(self, sealed: SealedPhone, policyholder_id: PolicyholderId) -> str:
        with self.faults.around("unseal"):
            try:
                whose, _, phone = b64decode(sealed, validate=True).decode().partition("\n")
            except ValueError as error:
                raise GaveUpError("sealed number cannot be read") from error
            if whose != policyholder_id or not phone:
                raise GaveUpError("sealed number cannot be read")
            return phone

    def _hash(self, purpose: str, value: str) -> str:
        with self.faults.around("hash"):
            return sha256(f"{purpose}\n{value}".encode()).hexdigest()


@dataclass
class FakeTelemetry:
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def count(self, metric: str) -> None:
        self.counts[metric] += 1

    def note(self, event: str, **ids: str) -> None:
        self.notes.append((event, ids))


@dataclass
class FakeModel:
    """Gives the same score for every vector, and keeps the vectors."""

    score_given: Score
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(red_at=0.5, yellow_at=0.1))
    sha256: str = "f" * 64
    error: ModelUnavailableError | None = None
    vectors: list[tuple[float, ...]] = field(default_factory=list)

    def score(self, vector: tuple[float, ...]) -> Score:
        self.vectors.append(vector)
        if self.error is not None:
            raise self.error
        return self.score_given


@dataclass
class FakeModels:
    """`cause` makes the model unavailable."""

    model: Model | None = None
    cause: str = "missing"
    looks: int = 0
    asked_for: list[PolicyholderId | None] = field(default_factory=list)

    def look(self) -> None:
        self.looks += 1

    def current(self, for_whom: PolicyholderId | None = None) -> Model:
        self.asked_for.append(for_whom)
        if self.model is None:
            raise ModelUnavailableError(self.cause)
        return self.model


@dataclass
class FakeDeadlines:
    """`due` is when each alert is to be looked at, by the fake clock."""

    clock: FakeClock
    faults: Faults = field(default_factory=Faults)
    due: dict[AlertId, datetime] = field(default_factory=dict)

    def set(self, alert_id: AlertId, in_s: float) -> None:
        with self.faults.around("set_deadline"):
            self.due.setdefault(alert_id, self.clock.now() + timedelta(seconds=in_s))


@dataclass
class FakeQuotas:
    faults: Faults = field(default_factory=Faults)
    taken: Counter[tuple[str, int]] = field(default_factory=Counter)

    def take(self, name: str, limit: int, at: datetime, *, within: timedelta) -> bool:
        with self.faults.around("take"):
            period = (name, int(at.timestamp() // within.total_seconds()))
            if self.taken[period] >= limit:
                return False
            self.taken[period] += 1
            return True


@dataclass
class FakePush:
    """`shown` is what the app shows: the same notice once."""

    faults: Faults = field(default_factory=Faults)
    shown: dict[str, str] = field(default_factory=dict)

    def send(self, policyholder_id: PolicyholderId, notice_id: str, text: str) -> None:
        with self.faults.around("push"):
            self.shown[notice_id] = text
