"""Conversations, deliveries and links in memory, and a reader whose figures a test gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from safelight.domain.conversation import Talk, TalkId, TurnId
from safelight.domain.errors import ConflictError, ModelUnavailableError
from safelight.domain.facts import Conversation
from safelight.domain.request import PolicyholderId
from safelight.ports import Clock
from tests.fakes.stores import Store

TALK_KEPT = timedelta(days=1)
CLAIM_LASTS = timedelta(seconds=35)
NONCE_LASTS = timedelta(minutes=10)


@dataclass
class FakeTalks:
    store: Store
    clock: Clock
    kept: dict[TalkId, tuple[Talk, datetime]] = field(default_factory=dict)

    def find(self, talk_id: TalkId, *, within_s: float | None = None) -> Talk | None:
        with self.store.lock, self.store.faults.around("find_talk"):
            talk, until = self.kept.get(talk_id, (None, self.clock.now()))
            return talk if until > self.clock.now() else None

    def save(self, talk: Talk, at: datetime) -> None:
        with self.store.lock, self.store.faults.around("save_talk"):
            had, until = self.kept.get(talk.talk_id, (None, at))
            follows = had is not None and had.version == talk.version - 1
            if not (follows or (talk.version == 1 and until <= at)):
                raise ConflictError("stored_version")
            self.kept[talk.talk_id] = (talk, at + TALK_KEPT)


@dataclass
class FakeTurns:
    store: Store
    until: dict[TurnId, datetime] = field(default_factory=dict)

    def claim(self, turn_id: TurnId, at: datetime) -> bool:
        with self.store.lock, self.store.faults.around("claim"):
            if turn_id in self.until and self.until[turn_id] > at:
                return False
            self.until[turn_id] = at + CLAIM_LASTS
            return True

    def finish(self, turn_id: TurnId, at: datetime) -> None:
        with self.store.lock, self.store.faults.around("finish"):
            self.until[turn_id] = at + TALK_KEPT

    def let_go(self, turn_id: TurnId, at: datetime) -> None:
        with self.store.lock, self.store.faults.around("let_go"):
            self.until[turn_id] = at


@dataclass
class FakeLinks:
    store: Store
    clock: Clock
    accounts: dict[str, tuple[PolicyholderId | None, datetime]] = field(default_factory=dict)
    nonces: dict[str, tuple[PolicyholderId, datetime]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def policyholder(self, account: str) -> PolicyholderId | None:
        with self.store.lock, self.store.faults.around("link"):
            return self.accounts[account][0] if account in self.accounts else None

    def offer(self, nonce: str, policyholder_id: PolicyholderId, at: datetime) -> None:
        with self.store.lock, self.store.faults.around("offer"):
            if nonce in self.nonces:
                raise ConflictError("stored_version")
            self.nonces[nonce] = (policyholder_id, at + NONCE_LASTS)

    def take(self, nonce: str, account: str, at: datetime) -> bool:
        with self.store.lock, self.store.faults.around("take"):
            whose, until = self.nonces.get(nonce, (None, at))
            if whose is None or until <= self.clock.now():
                return False
            if nonce in self.taken or not self._latest(account, at):
                return account in self.accounts and self.accounts[account][0] == whose
            self.taken.add(nonce)
            self.accounts[account] = (whose, at)
            return True

    def cut(self, account: str, at: datetime) -> None:
        with self.store.lock, self.store.faults.around("cut"):
            if not self._latest(account, at):
                raise ConflictError("stored_version")
            self.accounts[account] = (None, at)

    def _latest(self, account: str, at: datetime) -> bool:
        return account not in self.accounts or self.accounts[account][1] <= at


@dataclass
class FakeReader:
    """Gives `figures` to every text and keeps how many it was given, never the texts. `cause` makes it unavailable."""

    figures: Conversation | None = None
    cause: str | None = None
    asked: int = 0

    def read(self, texts: Sequence[str]) -> Conversation | None:
        self.asked += 1
        if self.cause is not None:
            raise ModelUnavailableError(self.cause)
        return self.figures
