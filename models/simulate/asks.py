"""An ask: one request as a life or a scammer plans it, before channel and facts are drawn."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from random import Random

from safelight.domain.assessment import ScamType
from safelight.domain.facts import ObservationKind
from safelight.domain.request import Channel, RequestKind


class Payout(Enum):
    """Where the money is to go."""

    RECORD = "the account of record"
    KNOWN = "an account on file for long"
    OWN_NEW = "an account of his own, put on file a short while ago"
    FAMILY = "a relative's account, not on file"
    PAYEE = "a contractor's, a hospital's or a school's account, not on file"
    STRANGER = "a mule's account, just put on file or not on file"


class Need(StrEnum):
    """What the money is for. Of a genuine ask the true reason; of a scam the cover story the victim tells."""

    RENOVATION = "renovation"
    MEDICAL = "medical"
    TUITION = "tuition"
    BUSINESS = "business"
    PENSION = "pension"
    HABIT = "habit"
    """Borrows a little, pays back, borrows again."""
    REPLACE = "replace"
    """Ends a policy he no longer wants."""
    MOVES_ABROAD = "moves_abroad"
    SMALL_CASH = "small_cash"
    HOUSEKEEPING = "housekeeping"
    """Accounts, contacts, beneficiaries put in order."""
    INVEST = "invest"
    """Really invests: funds, shares, a flat."""
    FAMILY_HELP = "family_help"
    """A child's down payment, a wedding, a relative's debt."""


class Circumstance(StrEnum):
    """What makes a genuine person look like a victim. `ordinary` for the most of them."""

    ORDINARY = "ordinary"
    CHILD_HELPS = "child_helps"
    NEW_PHONE = "new_phone"
    FOLLOWS_FUNDS = "follows_funds"
    BUSY_BUSINESS = "busy_business"
    ONLINE_FRIEND = "online_friend"
    ANXIOUS = "anxious"
    RELATIVES_ABROAD = "relatives_abroad"
    PAYS_A_PAYEE = "pays_a_payee"
    CARER = "carer"
    CALLED_BUT_WISE = "called_but_wise"
    REMOTE_WORK = "remote_work"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Chances and means of what can be seen around a request. Defaults: an ordinary person, an ordinary day."""

    on_call: float = 0.022
    screen_shared: float = 0.005
    remote_control_app: float = 0.004
    new_device: float = 0.06
    account_pasted: float = 0.12
    slowness: float = 1.0
    edits: float = 0.35
    lookups: float = 1.0
    """Times his own mean."""
    unknown_minutes: float = 9.0
    """Median, minutes in 7 days."""
    new_chat_mb: float = 20.0
    """Median, megabytes in 30 days."""
    reported_numbers: float = 0.05
    account_reported: float = 0.0003
    """Of an account that is not a mule's; a mule's account is reported from a day of its own."""
    person_listed: float = 0.0006
    night: float = 0.10
    seen: dict[ObservationKind, float] = field(default_factory=dict)
    """Chance that somebody who sees him notes it; added to the background of every day."""


ORDINARY = Signs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`day` counts from the start of the book; `share` is of what its policies still have.

    `candour` is the chance that a victim's own words let the scam show; 0 for a genuine ask, which has none to show.
    `campaign` numbers the campaigns of one victim; `mule` is the account of a stranger's that the money is to go to.
    """

    day: float
    kind: RequestKind
    share: float
    policies: tuple[int, ...]
    payout: Payout
    signs: Signs
    need: Need
    circumstance: Circumstance = Circumstance.ORDINARY
    channel: Channel | None = None
    scam: ScamType | None = None
    campaign: int = 0
    candour: float = 0.0
    coached: bool = False
    mule: str = ""
    mule_reported_on: float = float("inf")
    ordinary_need: bool = False


def clock_hour(rng: Random, channel: Channel, night: float) -> float:
    """Local hour of the day. Counters keep 09:00-16:00; screens follow waking hours with an evening peak."""
    if channel is Channel.COUNTER:
        return rng.uniform(9.0, 16.0)
    if channel is Channel.PHONE:
        return rng.uniform(8.5, 20.0)
    if rng.random() < night:
        return rng.uniform(21.0, 26.5) % 24
    return min(23.9, max(6.0, rng.gauss(19.6, 1.6) if rng.random() < 0.4 else rng.gauss(13.2, 3.2)))
