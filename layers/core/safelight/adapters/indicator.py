"""One piece of outside intelligence, as it is stored, and how several become facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from safelight.domain.facts import External

N = TypeVar("N", int, float)


class SubjectKind(StrEnum):
    ACCOUNT = "account"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """`subject` is an AccountKey or a PolicyholderId. `source` is who says so, `purpose` what it may be used for;
    `says` holds the facts that it gives and nothing else. It counts until `expires_at`."""

    subject_kind: SubjectKind
    subject: str
    source: str
    purpose: str
    expires_at: datetime
    says: External

    def holds(self, at: datetime) -> bool:
        return at < self.expires_at


def external_facts(*, account_asked: bool, indicators: Iterable[Indicator], at: datetime) -> External:
    """What all indicators that still hold say together, the worst of each.

    Nothing found is a fact, "not reported" and "not listed"; telecom features that nobody sent stay unknown, and so
    does `account_reported` when no account was asked about.
    """
    says = [indicator.says for indicator in indicators if indicator.holds(at)]
    if not says:
        return External(account_reported=False if account_asked else None, person_listed=False)
    return External(
        account_reported=any(s.account_reported for s in says) if account_asked else None,
        person_listed=any(s.person_listed for s in says),
        reported_numbers_30d=_worst(s.reported_numbers_30d for s in says),
        unknown_call_minutes_7d=_worst(s.unknown_call_minutes_7d for s in says),
        new_chat_app_traffic_30d=_worst(s.new_chat_app_traffic_30d for s in says),
    )


def _worst(values: Iterable[N | None]) -> N | None:
    return max((v for v in values if v is not None), default=None)
