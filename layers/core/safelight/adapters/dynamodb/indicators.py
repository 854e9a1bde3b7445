"""Outside intelligence by keyed hash, with source, purpose and expiry."""

from datetime import datetime

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.codec import decode
from safelight.adapters.dynamodb.table import Table
from safelight.adapters.indicator import Indicator, SubjectKind, external_facts
from safelight.domain.facts import External
from safelight.domain.request import AccountKey, PolicyholderId

INDICATOR = "indicator"


class DynamoIndicators:
    """The port `Indicators`, and the way in for those who bring them."""

    def __init__(self, book: Table) -> None:
        self._table = book

    def save(self, indicator: Indicator) -> None:
        """Replaces what the same source said of the same subject for the same purpose."""
        key = keys.indicator(indicator.subject_kind, indicator.subject, indicator.source, indicator.purpose)
        self._table.put(rows.item(key, INDICATOR, indicator, ttl=int(indicator.expires_at.timestamp())))

    def matches(
        self,
        policyholder_id: PolicyholderId,
        account: AccountKey | None,
        at: datetime,
        *,
        within_s: float | None = None,
    ) -> External:
        """Expiry is checked here too: DynamoDB deletes expired items up to days late."""
        each = None if within_s is None or account is None else within_s / 2
        found = self._of(SubjectKind.PERSON, policyholder_id, each or within_s)
        if account is not None:
            found += self._of(SubjectKind.ACCOUNT, account, each)
        return external_facts(account_asked=account is not None, indicators=found, at=at)

    def _of(self, kind: SubjectKind, subject: str, within_s: float | None) -> list[Indicator]:
        stored = self._table.partition(keys.indicator_partition(kind, subject), within_s)
        return [decode(Indicator, item["doc"]["S"]) for item in stored]
