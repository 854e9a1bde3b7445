"""In-session signals, for a day."""

from datetime import datetime, timedelta

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import decode, encode
from safelight.adapters.dynamodb.table import Item, Table, follows, text, unversioned
from safelight.domain.facts import Context
from safelight.domain.request import PolicyholderId, SessionId
from safelight.domain.session_risk import Memory, Session
from safelight.ports import Clock

KEPT = timedelta(days=1)
SESSION = "session"


class DynamoSessions:
    """The port `Sessions`. The policyholder is part of the key: nobody can read or write another's session.

    `doc` is the context alone, as older code reads and writes it; `memory` lies beside it.
    """

    def __init__(self, book: Table, clock: Clock) -> None:
        self._table = book
        self._clock = clock

    def context(
        self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None
    ) -> Context | None:
        """None once a day has passed: DynamoDB deletes expired items up to days late, so the time is checked here."""
        stored = self._table.get(keys.session(policyholder_id, session_id), within_s)
        return decode(Context, stored["doc"]["S"]) if stored and self._lives(stored) else None

    def find(self, policyholder_id: PolicyholderId, session_id: SessionId, *, within_s: float | None = None) -> Session:
        """What has expired is forgotten but for its version, which the next write must follow."""
        stored = self._table.get(keys.session(policyholder_id, session_id), within_s)
        if stored is None:
            return Session()
        version = int(stored["version"]["N"]) if "version" in stored else 0
        if not self._lives(stored):
            return Session(version=version)
        memory = decode(Memory, stored["memory"]["S"]) if "memory" in stored else Memory()
        return Session(context=decode(Context, stored["doc"]["S"]), memory=memory, version=version)

    def save(self, policyholder_id: PolicyholderId, session_id: SessionId, session: Session, at: datetime) -> None:
        made = rows.item(
            keys.session(policyholder_id, session_id),
            SESSION,
            session.context,
            ttl=int((at + KEPT).timestamp()),
            version=session.version,
        )
        made["memory"] = text(encode(session.memory))
        self._table.put(made, unversioned() if session.version == 1 else follows(session.version))

    def _lives(self, stored: Item) -> bool:
        return int(stored["ttl"]["N"]) > self._clock.now().timestamp()
