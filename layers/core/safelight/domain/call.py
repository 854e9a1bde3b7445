"""A call that the insurer itself makes, so that the policyholder can ask "is it really you?"."""

from dataclasses import dataclass
from datetime import datetime

from safelight.domain.request import PolicyholderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`by` is who announced it; older ones lack it."""

    policyholder_id: PolicyholderId
    started_at: datetime
    ends_by: datetime
    by: str | None = None

    def current(self, now: datetime) -> bool:
        return self.started_at <= now < self.ends_by
