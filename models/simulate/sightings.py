"""What could be seen around one ask: context, outside intelligence, notes of people in the field.

Whether a thing can be seen depends on the channel and on consent, never on whether the ask is a scam.
"""

from datetime import datetime, timedelta
from random import Random

from models.simulate.asks import Ask, Payout, Signs
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
    """A phone line and a counter see nothing of it; a page cannot see calls or the screen; the app sees all."""
    if channel in (Channel.PHONE, Channel.COUNTER) or rng.random() < 0.01:
        return None
    signs = ask.signs
    seconds = lognormal(rng, 95.0 * signs.slowness, 0.6)
    if channel is Channel.CHAT:
        return Context(new_device=rng.random() < signs.new_device, seconds_on_form=seconds)
    app = channel is Channel.APP and rng.random() > 0.06
    return Context(
        on_call=rng.random() < signs.on_call if app else None,
        screen_shared=rng.random() < signs.screen_shared if app else None,
        remote_control_app=maybe(rng, 0.8, rng.random() < signs.remote_control_app) if app else None,
        new_device=rng.random() < signs.new_device,
        account_pasted=None if ask.payout is Payout.RECORD else maybe(rng, 0.9, rng.random() < signs.account_pasted),
        seconds_on_form=maybe(rng, 0.95, seconds),
        amount_edits=maybe(rng, 0.95, poisson(rng, signs.edits)),
    )


def external(rng: Random, ask: Ask, person: Person) -> External | None:
    """Police feeds cover everybody; telecom figures only who consented (about 3 in 10)."""
    if rng.random() < _FEED_DOWN:
        return None
    signs = ask.signs
    reported = signs.account_reported * (4.0 if ask.payout is Payout.STRANGER else 0.3)
    if not person.telecom:
        return External(account_reported=rng.random() < reported, person_listed=rng.random() < signs.person_listed)
    return External(
        account_reported=rng.random() < reported,
        person_listed=rng.random() < signs.person_listed,
        reported_numbers_30d=poisson(rng, signs.reported_numbers),
        unknown_call_minutes_7d=lognormal(rng, signs.unknown_minutes, 1.0),
        new_chat_app_traffic_30d=lognormal(rng, signs.new_chat_mb, 1.1) if rng.random() < 0.7 else 0.0,
    )


def _chances(signs: Signs) -> list[tuple[ObservationKind, float]]:
    return [(kind, background + signs.seen.get(kind, 0.0)) for kind, background in _BACKGROUND]


def field(rng: Random, ask: Ask, person: Person, channel: Channel, at: datetime) -> tuple[Observation, ...] | None:
    """A clerk sees everybody at the counter; an agent sees his own customers now and then. Most rows are empty."""
    if rng.random() < _FIELD_DOWN:
        return None
    at_counter = channel is Channel.COUNTER
    by_agent = person.seen_by_agent and rng.random() < 0.35
    if not (at_counter or by_agent):
        return ()
    notes = []
    for kind, chance in _chances(ask.signs):
        if kind is ObservationKind.ON_PHONE_AT_COUNTER and not at_counter:
            continue
        if rng.random() < chance:
            before = rng.uniform(0, 0.03) if at_counter else rng.uniform(0.1, 25.0)
            notes.append(Observation(kind=kind, observed_at=at - timedelta(days=before)))
    ordinary = 0.12 if ask.scam else 0.30 if ask.ordinary_need else 0.10
    if rng.random() < ordinary:
        before = rng.uniform(0.0, 20.0)
        notes.append(Observation(kind=ObservationKind.ORDINARY_NEED_SEEN, observed_at=at - timedelta(days=before)))
    return tuple(notes)
