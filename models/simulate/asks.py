"""An ask: one request as a life or a scammer plans it, before channel and facts are drawn."""

from dataclasses import dataclass, field
from enum import Enum
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
    STRANGER = "somebody else's account, just put on file or not on file"


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
    account_reported: float = 0.0004
    person_listed: float = 0.0006
    night: float = 0.10
    seen: dict[ObservationKind, float] = field(default_factory=dict)
    """Chance that somebody who sees him notes it; added to the background of every day."""


ORDINARY = Signs()

LOOKALIKES: tuple[tuple[Signs, float], ...] = (
    # A daughter on the phone walks him through the app, now and then sharing the screen.
    (Signs(on_call=0.75, screen_shared=0.22, remote_control_app=0.04, slowness=2.0, edits=1.0), 0.022),
    # A new phone, everything typed anew, the numbers pasted from a chat with the bank's clerk.
    (Signs(new_device=0.9, account_pasted=0.5, slowness=1.4), 0.03),
    # Follows his fund values every day.
    (Signs(lookups=7.0, edits=1.5), 0.025),
    # A business full of new numbers and group chats.
    (Signs(unknown_minutes=60.0, new_chat_mb=220.0, reported_numbers=0.5, on_call=0.10), 0.05),
    # Really met somebody online, really invests: says so, and all is well.
    (
        Signs(
            new_chat_mb=260.0,
            lookups=3.0,
            seen={
                ObservationKind.TALKS_OF_NEW_INVESTMENT: 0.25,
                ObservationKind.TALKS_OF_NEW_ONLINE_FRIEND: 0.10,
            },
        ),
        0.008,
    ),
    # Anxious by nature, or a hospital bill waits.
    (Signs(night=0.4, edits=1.2, on_call=0.10, seen={ObservationKind.HURRIED_OR_AFRAID: 0.2}), 0.02),
    (ORDINARY, 1.0),
)
"""Genuine people who look like victims. Shares of all genuine needs; assumed, to keep any one sign from being proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`day` counts from the start of the book; `share` is of what its policies still have."""

    day: float
    kind: RequestKind
    share: float
    policies: tuple[int, ...]
    payout: Payout
    signs: Signs
    channel: Channel | None = None
    scam: ScamType | None = None
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
