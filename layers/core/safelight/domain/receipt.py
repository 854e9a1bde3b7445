"""What a carrier says, later and in any order, of a message that a provider took."""

from dataclasses import dataclass
from datetime import datetime

from safelight.domain.alert import Arrival, AttemptId, Delivery

_RANK = {Arrival.ON_THE_WAY: 0, Arrival.UNDELIVERED: 1, Arrival.DELIVERED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """It names our attempt, the provider's message, or both. `at` is when it came so, `code` the carrier's own word for
    it; `expired`: it did not arrive in the time that it was good for."""

    provider: str
    arrival: Arrival
    at: datetime
    attempt_id: AttemptId | None = None
    message_id: str | None = None
    code: str | None = None
    expired: bool = False

    @property
    def delivery(self) -> Delivery:
        return Delivery(arrival=self.arrival, at=self.at, code=self.code)


def after(was: Delivery | None, heard: Delivery) -> Delivery:
    """What is known when this is heard too: the same, in whatever order the two were heard.

    What is final is never overwritten by what is not. Of two final words DELIVERED counts: a message that was once on a
    phone's screen has been there, whatever is said of it later, and one that was given up and came all the same has
    come. Of two that say the same, the first moment of an end and the last moment of the way.
    """
    if was is None:
        return heard
    return max(was, heard, key=_weight)


def _weight(delivery: Delivery) -> tuple[int, float, str]:
    moment = delivery.at.timestamp()
    return _RANK[delivery.arrival], -moment if delivery.arrival.final else moment, delivery.code or ""
