"""What could be seen around one ask: context, outside intelligence, notes of people in the field.

Whether a thing can be seen depends on the channel, on consent and on who happens to look, never on its being a scam.
"""

from datetime import datetime, timedelta
from random import Random

from models.simulate.agents import Agent, clerk
from models.simulate.asks import Ask, Payout
from models.simulate.chance import lognormal, maybe, poisson
from models.simulate.people import Person
from safelight.domain.facts import Context, External, Observation, ObservationKind
from safelight.domain.request import Channel

_FEED_DOWN = 0.03
_FIELD_DOWN = 0.02
_BACKGROUND: tuple[tuple[ObservationKind, float], ...] = (
    (ObservationKind.ON_PHONE_AT_COUNTER, 0.015),
    (ObservationKind.ACCOMPANIED_BY_STRANGER, 0.010),
    (ObservationKind.CONTACT_BESIDE_POLICYHOLDER, 0.050),
    (ObservationKind.EVASIVE_OR_COACHED, 0.012),
    (ObservationKind.HURRIED_OR_AFRAID, 0.020),
    (ObservationKind.TALKS_OF_NEW_INVESTMENT, 0.015),
    (ObservationKind.TALKS_OF_NEW_ONLINE_FRIEND, 0.005),
)
"""Noted of genuine people too, per person seen."""


def context(rng: Random, ask: Ask, channel: Channel) -> Context | None:
    """The app sees calls, screen and device; a page and a chat only how the form was filled in; phone and counter
    nothing."""
    if channel in (Channel.PHONE, Channel.COUNTER) or rng.random() < 0.01:
        return None
    signs = ask.signs
    seconds = lognormal(rng, 95.0 * signs.slowness, 0.6)
    if channel is Channel.CHAT:
        return Context(seconds_on_form=seconds)
    app = channel is Channel.APP and rng.random() > 0.06
    return Context(
        on_call=rng.random() < signs.on_call if app else None,
        screen_shared=rng.random() < signs.screen_shared if app else None,
        remote_control_app=maybe(rng, 0.8, rng.random() < signs.remote_control_app) if app else None,
        new_device=rng.random() < signs.new_device if channel is Channel.APP else None,
        account_pasted=None if ask.payout is Payout.RECORD else maybe(rng, 0.9, rng.random() < signs.account_pasted),
        seconds_on_form=maybe(rng, 0.95, seconds),
        amount_edits=maybe(rng, 0.95, poisson(rng, signs.edits)),
    )


def external(rng: Random, ask: Ask, person: Person) -> External | None:
    """Police feeds cover everybody; telecom figures only who consented (about 3 in 10)."""
    if rng.random() < _FEED_DOWN:
        return None
    signs = ask.signs
    reported = rng.random() < signs.account_reported
    if ask.payout is Payout.STRANGER:
        reported = ask.day >= ask.mule_reported_on
    listed = rng.random() < signs.person_listed
    if not person.telecom:
        return External(account_reported=reported, person_listed=listed)
    chats = rng.random() < 0.7
    return External(
        account_reported=reported,
        person_listed=listed,
        reported_numbers_30d=poisson(rng, signs.reported_numbers * min(3.0, person.called)),
        unknown_call_minutes_7d=lognormal(rng, signs.unknown_minutes * person.called, 0.8),
        new_chat_app_traffic_30d=lognormal(rng, signs.new_chat_mb * person.chatty, 0.85) if chats else 0.0,
    )


def field(rng: Random, ask: Ask, person: Person, channel: Channel, at: datetime) -> tuple[Observation, ...] | None:
    """A clerk sees everybody at the counter; an agent sees his own customers now and then. Most rows are empty."""
    if rng.random() < _FIELD_DOWN:
        return None
    notes: list[Observation] = []
    if channel is Channel.COUNTER:
        notes += _noted(rng, ask, clerk(rng), at, most_days=0.03, at_counter=True)
    if person.agent is not None and rng.random() < person.agent.visits:
        notes += _noted(rng, ask, person.agent, at, most_days=25.0, at_counter=False)
    return tuple(notes)


def _noted(rng: Random, ask: Ask, by: Agent, at: datetime, *, most_days: float, at_counter: bool) -> list[Observation]:
    """What one of them writes down. Who notes a lot notes a lot of the innocent too."""
    notes = []
    for kind, background in _BACKGROUND:
        if kind is ObservationKind.ON_PHONE_AT_COUNTER and not at_counter:
            continue
        if rng.random() < min(0.9, by.notes * (background + by.sees * ask.signs.seen.get(kind, 0.0))):
            before = timedelta(days=rng.uniform(0, most_days))
            notes.append(Observation(kind=kind, observed_at=at - before))
    ordinary = 0.12 if ask.scam else 0.30 if ask.ordinary_need else 0.10
    if rng.random() < min(0.9, by.notes * ordinary):
        before = timedelta(days=rng.uniform(0, most_days))
        notes.append(Observation(kind=ObservationKind.ORDINARY_NEED_SEEN, observed_at=at - before))
    return notes
