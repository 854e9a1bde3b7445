"""The ports that a conversation needs, in memory. Nothing fails and nobody else writes: those are for tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from safelight.domain.assessment import Modality, Score, Thresholds
from safelight.domain.case import Case, CaseId, Decision
from safelight.domain.contact import Contact, PhoneKey
from safelight.domain.facts import Context, External, Observation, PastRequest, Profile
from safelight.domain.light import Light
from safelight.domain.request import AccountKey, PolicyholderId, SessionId
from safelight.domain.session_risk import Session
from safelight.ports import BoardPage, CaseFile, Changes, Dossier

START = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
SHA = "0" * 64
_PROBABILITY = {Light.GREEN: 0.001, Light.YELLOW: 0.2, Light.RED: 0.9}


@dataclass
class Clock:
    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class NoTelemetry:
    def count(self, metric: str) -> None:
        pass

    def note(self, event: str, **ids: str) -> None:
        pass


@dataclass
class FixedModel:
    """Gives every request one light, so that what follows is the conversation's doing."""

    light: Light
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(red_at=0.5, yellow_at=0.1))
    sha256: str = SHA

    def look(self) -> None:
        """There is no other."""

    def current(self, for_whom: PolicyholderId | None = None) -> "FixedModel":
        return self

    def score(self, vector: tuple[float, ...]) -> Score:
        p = _PROBABILITY[self.light]
        return Score(probability=p, experts={Modality.BEHAVIOUR: p}, reasons={}, model_version="fixed", vector=vector)


@dataclass
class OneCase:
    """Everything of one policyholder with one request: book, cases, sessions and indicators."""

    profile: Profile
    contacts: tuple[Contact, ...]
    observations: tuple[Observation, ...]
    external: External
    case: Case | None = None
    decisions: list[Decision] = field(default_factory=list)
    digest: str = ""

    def dossier(self, policyholder_id: PolicyholderId, *, within_s: float | None = None) -> Dossier:
        return Dossier(profile=self.profile, contacts=self.contacts, observations=self.observations)

    def commit(self, changes: Changes) -> None:
        self.case = changes.case
        self.digest = changes.digest or self.digest
        if changes.decision is not None:
            self.decisions.append(changes.decision)

    def find(self, case_id: CaseId) -> CaseFile | None:
        if self.case is None:
            return None
        return CaseFile(case=self.case, digest=self.digest, decisions=tuple(self.decisions), alerts=(), tasks=())

    def past_requests(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[PastRequest, ...]:
        return ()

    def matches(
        self,
        policyholder_id: PolicyholderId,
        account: AccountKey | None,
        at: datetime,
        *,
        within_s: float | None = None,
    ) -> External:
        return self.external

    # What no conversation does.

    def save_profile(self, policyholder_id: PolicyholderId, profile: Profile) -> None:
        raise NotImplementedError

    def save_contact(self, contact: Contact, alerts: object = (), designation: int | None = None) -> None:
        raise NotImplementedError

    def save_number(self, policyholder_id: PolicyholderId, number: object) -> None:
        raise NotImplementedError

    def save_telling(self, policyholder_id: PolicyholderId, telling: object) -> None:
        raise NotImplementedError

    def add_observation(self, policyholder_id: PolicyholderId, observation: Observation) -> None:
        raise NotImplementedError

    def save_call(self, call: object) -> None:
        raise NotImplementedError

    def designated_by(self, phone: PhoneKey, *, within_s: float | None = None) -> tuple[PolicyholderId, ...]:
        raise NotImplementedError

    def recent(
        self, policyholder_id: PolicyholderId, since: datetime, *, within_s: float | None = None
    ) -> tuple[CaseId, ...]:
        raise NotImplementedError

    def board(self, state: object, light: object, limit: int, cursor: str | None) -> BoardPage:
        raise NotImplementedError


class NoSessions:
    """Nobody's app or page was watched before."""

    def context(
        self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None
    ) -> Context | None:
        return None

    def find(self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None) -> Session:
        raise NotImplementedError

    def save(self, policyholder_id: PolicyholderId, session_id: SessionId, session: Session, at: datetime) -> None:
        raise NotImplementedError
