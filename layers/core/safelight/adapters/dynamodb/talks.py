"""Conversations, deliveries that may come again, and chat accounts with whom they belong to."""

from datetime import datetime, timedelta

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import decode
from safelight.adapters.dynamodb.keys import Key
from safelight.adapters.dynamodb.table import NEW, Condition, Item, Table, follows, not_after
from safelight.domain.conversation import Talk, TalkId, TurnId
from safelight.domain.errors import ConflictError
from safelight.domain.request import PolicyholderId
from safelight.ports import Clock

KEPT = timedelta(days=1)
CLAIMED = timedelta(seconds=35)
"""Longer than any function behind a webhook lives (its timeout is 29 s): who claimed a turn and is silent is dead."""
NONCE_LASTS = timedelta(minutes=10)
"""As long as the link token that goes with it."""
TALK = "talk"
CLAIM = "claim"
LINK = "link"
NONCE = "nonce"
NOBODY = ""


def _passing(key: Key, kind: str, value: object, until: datetime, **attributes: str | int) -> Item:
    """`until` is checked when read: DynamoDB deletes what has expired up to days late."""
    kept = {"until": keys.instant(until), "ttl": int(until.timestamp()) + 1, **attributes}
    return rows.item(key, kind, value, **kept)


class DynamoTalks:
    """The port `Talks`."""

    def __init__(self, book: Table, clock: Clock) -> None:
        self._table = book
        self._clock = clock

    def find(self, talk_id: TalkId, *, within_s: float | None = None) -> Talk | None:
        stored = self._table.get(keys.talk(talk_id), within_s)
        if stored is None or stored["until"]["S"] <= keys.instant(self._clock.now()):
            return None
        return decode(Talk, stored["doc"]["S"])

    def save(self, talk: Talk, at: datetime) -> None:
        stored = _passing(keys.talk(talk.talk_id), TALK, talk, at + KEPT, version=talk.version)
        free = not_after("until", keys.instant(at)) if talk.version == 1 else follows(talk.version)
        self._table.transact([self._table.putting(stored, free)])


class DynamoTurns:
    """The port `Turns`."""

    def __init__(self, book: Table) -> None:
        self._table = book

    def claim(self, turn_id: TurnId, at: datetime) -> bool:
        stored = _passing(keys.claim(turn_id), CLAIM, turn_id, at + CLAIMED)
        try:
            self._table.transact([self._table.putting(stored, not_after("until", keys.instant(at)))])
        except ConflictError:
            return False
        return True

    def finish(self, turn_id: TurnId, at: datetime) -> None:
        self._table.put(_passing(keys.claim(turn_id), CLAIM, turn_id, at + KEPT))

    def let_go(self, turn_id: TurnId, at: datetime) -> None:
        self._table.put(_passing(keys.claim(turn_id), CLAIM, turn_id, at))


class DynamoLinks:
    """The port `Links`."""

    def __init__(self, book: Table, clock: Clock) -> None:
        self._table = book
        self._clock = clock

    def policyholder(self, account: str) -> PolicyholderId | None:
        stored = self._table.get(keys.link(account))
        whose = NOBODY if stored is None else decode(str, stored["doc"]["S"])
        return PolicyholderId(whose) if whose else None

    def offer(self, nonce: str, policyholder_id: PolicyholderId, at: datetime) -> None:
        stored = _passing(keys.nonce(nonce), NONCE, policyholder_id, at + NONCE_LASTS, version=1)
        self._table.transact([self._table.putting(stored, NEW)])

    def take(self, nonce: str, account: str, at: datetime) -> bool:
        """Nonce and link in one transaction: two accounts that bring the same nonce cannot both have it."""
        offered = self._table.get(keys.nonce(nonce))
        if offered is None or offered["until"]["S"] <= keys.instant(self._clock.now()):
            return False
        whose = decode(str, offered["doc"]["S"])
        taken = {**offered, "version": {"N": "2"}}
        try:
            self._table.transact(
                [self._table.putting(taken, follows(2)), self._table.putting(*self._linked(account, whose, at))]
            )
        except ConflictError:
            return self.policyholder(account) == whose
        return True

    def cut(self, account: str, at: datetime) -> None:
        self._table.transact([self._table.putting(*self._linked(account, NOBODY, at))])

    def _linked(self, account: str, whose: str, at: datetime) -> tuple[Item, Condition]:
        """The latest word counts."""
        now = keys.instant(at)
        return rows.item(keys.link(account), LINK, whose, at=now), not_after("at", now)
