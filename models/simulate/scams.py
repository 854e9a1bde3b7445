"""Scam campaigns: who is chosen, how he is groomed and coached, how the money is taken."""

from dataclasses import dataclass, replace
from random import Random

from models.simulate.asks import ORDINARY, Ask, Payout, Signs
from models.simulate.chance import lognormal, pick
from models.simulate.gangs import DRIFT_CHANGES, Wave, begins
from models.simulate.people import Person
from models.simulate.typologies import CHANGED, TYPOLOGIES, Typology
from safelight.domain.assessment import ScamType
from safelight.domain.facts import Marital
from safelight.domain.request import RequestKind

QUIET_SHARE = 0.22
"""Campaigns so well coached that hardly a sign shows. They keep the task from being solvable."""
_HIT_BEFORE = 2.5
"""A former victim is this many times as likely to be chosen: his number is sold on. Assumed."""


_STEERED = 0.75
"""Share of campaigns that ask where the scammer wants it; the rest where the victim is used to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One gang at one policyholder. Days of the book.

    From `groomed_from` the signs rise; `first` is the first large request; `over` the day after which he is left alone.
    """

    scam: ScamType
    signs: Signs
    groomed_from: float
    first: float
    over: float
    asks: tuple[Ask, ...]
    phone_changed_on: float | None

    def level(self, day: float) -> float:
        """How deep he is in on a day, 0 to 1."""
        if not self.groomed_from <= day <= self.over:
            return 0.0
        return min(1.0, (day - self.groomed_from) / max(1.0, self.first - self.groomed_from))


def falls_for(rng: Random, scam: ScamType, person: Person, age: float) -> bool:
    """Whether a person drawn at random is one this type picks: age, loneliness, something worth taking."""
    typology = TYPOLOGIES[scam]
    mean, spread = typology.ages
    chance: float = 0.4 * 2.0 ** (-(((age - mean) / spread) ** 2))
    if sum(policy.cash_value_twd for policy in person.policies) < typology.wealth_twd:
        chance *= 0.3
    if scam is ScamType.ROMANCE and person.marital is Marital.MARRIED:
        chance *= 0.35
    if not person.lives_alone:
        chance *= 0.7
    if person.past_victim:
        chance *= _HIT_BEFORE
    return rng.random() < chance


def _muted(signs: Signs) -> Signs:
    """A coached victim: told to hang up first, to type by hand, to come by day."""
    return replace(
        ORDINARY,
        on_call=ORDINARY.on_call + 0.12 * signs.on_call,
        lookups=1 + 0.3 * signs.lookups,
        unknown_minutes=2 * ORDINARY.unknown_minutes,
        new_chat_mb=3 * ORDINARY.new_chat_mb,
        reported_numbers=0.3 * signs.reported_numbers,
    )


def deepened(before: Signs, signs: Signs, level: float) -> Signs:
    """What grooming leaves of somebody's ordinary days: calls, chats and look-ups, between his own and the victim's."""
    return replace(
        before,
        lookups=before.lookups + level * max(0.0, signs.lookups - before.lookups),
        unknown_minutes=before.unknown_minutes + level * max(0.0, signs.unknown_minutes - before.unknown_minutes),
        new_chat_mb=before.new_chat_mb + level * max(0.0, signs.new_chat_mb - before.new_chat_mb),
        reported_numbers=before.reported_numbers + level * max(0.0, signs.reported_numbers - before.reported_numbers),
        person_listed=max(before.person_listed, level * signs.person_listed),
    )


def _known_by(wave: Wave, signs: Signs, day: float) -> Signs:
    """Reports of the gang's numbers, and lists of whom they rang, come when the first victims have told."""
    reported = day >= wave.numbers_reported_on
    times = 1.5 if reported else 0.4
    return replace(
        signs, reported_numbers=times * signs.reported_numbers, person_listed=min(1.0, times * signs.person_listed)
    )


def campaign(
    rng: Random, person: Person, scam: ScamType, wave: Wave, first: float, days: float, *, drift: bool, number: int = 0
) -> Campaign:
    """One campaign with its first large request on day `first`. `days` is the length of the book."""
    changed = drift and first >= DRIFT_CHANGES * days
    typology = CHANGED.get(scam, TYPOLOGIES[scam]) if changed else TYPOLOGIES[scam]
    quiet = rng.random() < QUIET_SHARE
    signs = _known_by(wave, _muted(typology.signs) if quiet else typology.signs, first)
    groomed_from = first - lognormal(rng, typology.grooming_days, 0.6)
    if drift and scam is ScamType.FAKE_LOAN:
        groomed_from = max(groomed_from, begins(scam, days, drift=drift))
    payout = pick(rng, typology.payouts)
    if quiet and payout is Payout.STRANGER:
        payout = Payout.KNOWN
    mule = wave.mule(first)
    channel = pick(rng, typology.channels) if rng.random() < _STEERED else None
    ask = Ask(
        day=first,
        kind=pick(rng, typology.kinds),
        share=1.0,
        policies=(0,),
        payout=payout,
        signs=signs,
        need=pick(rng, typology.covers),
        channel=channel,
        scam=scam,
        campaign=number,
        candour=typology.candour * (0.3 if quiet else 1.0),
        coached=quiet,
        mule=mule.key,
        mule_reported_on=mule.reported_on,
    )
    taken = _taken(rng, person, typology, ask)
    groomed = _groomed(rng, typology, ask, groomed_from)
    asks = [replace(a, channel=pick(rng, typology.channels)) if rng.random() < 0.12 else a for a in (*groomed, *taken)]
    over = max(a.day for a in asks)
    phone_changed = first - rng.uniform(0.0, 1.0) * (first - groomed_from)
    return Campaign(
        scam=scam,
        signs=signs,
        groomed_from=groomed_from,
        first=first,
        over=over + 3.0,
        asks=tuple(asks),
        phone_changed_on=phone_changed if rng.random() < 0.5 * typology.details_changed else None,
    )


def _groomed(rng: Random, typology: Typology, ask: Ask, groomed_from: float) -> list[Ask]:
    """What he is made to do before the large requests: a small test, a contact struck off, an account put on file."""
    before = ask.day - groomed_from

    def on_the_way(least: float) -> float:
        return groomed_from + before * rng.uniform(least, 1.0)

    def at(day: float, kind: RequestKind, share: float = 0.0) -> Ask:
        level = min(1.0, max(0.3, (day - groomed_from) / max(1.0, before)))
        return replace(ask, day=day, kind=kind, share=share, signs=deepened(ORDINARY, ask.signs, level))

    asks = []
    if rng.random() < typology.tested:
        kind = pick(rng, ((RequestKind.POLICY_LOAN, 0.6), (RequestKind.PARTIAL_WITHDRAWAL, 0.4)))
        asks.append(at(on_the_way(0.5), kind, rng.uniform(0.03, 0.12)))
    if rng.random() < typology.details_changed:
        asks.append(at(on_the_way(0.3), RequestKind.CONTACT_CHANGE))
    if ask.payout in (Payout.STRANGER, Payout.OWN_NEW) and rng.random() < 0.25:
        day = ask.day - min(before, rng.choice((0.02, rng.uniform(0.1, 2.0), rng.uniform(2.0, 12.0))))
        asks.append(replace(ask, day=day, kind=RequestKind.PAYOUT_ACCOUNT_CHANGE, share=0.0))
    return asks


def _taken(rng: Random, person: Person, typology: Typology, ask: Ask) -> list[Ask]:
    """The large requests: one after another over his policies, all in one, or one policy's money in parts."""
    owned = range(len(person.policies))
    drained = rng.sample(owned, min(len(owned), 1 + rng.randrange(typology.policies)))
    if len(drained) > 1 and rng.random() < 0.3:
        return [replace(ask, policies=tuple(sorted(drained)), share=_share(rng, typology))]
    span = typology.span_days * rng.uniform(0.2, 1.0)
    sitting = rng.random() < 0.25  # all within the hour, before anything of it is paid
    asks = []
    for step, policy in enumerate(drained):
        day = ask.day + (rng.uniform(0.01, 0.04) * step if sitting else span * rng.random() if step else 0.0)
        kind = pick(rng, typology.kinds) if rng.random() < 0.4 else ask.kind
        share = _share(rng, typology)
        parts = 1
        if kind is not RequestKind.SURRENDER and rng.random() < typology.in_parts:
            parts = rng.choice((2, 2, 3))
        asks += [
            replace(
                ask,
                day=day + part * rng.choice((0.03, 0.3, 1.0, 2.5)),
                kind=kind,
                share=share if parts == 1 else share * rng.uniform(0.8, 1.3) / parts,
                policies=(policy,),
            )
            for part in range(parts)
        ]
    return asks


def _share(rng: Random, typology: Typology) -> float:
    return min(1.0, rng.uniform(typology.least_share, 1.15))
