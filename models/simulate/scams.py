"""Scam campaigns: who is chosen, how he is groomed and coached, how the money is taken.

The mix of types follows what one insurer reports of intercepted cases (investment 57 %, romance 23 %, authority 5 %;
the rest is split by assumption). Every chance below is an assumption, not a measurement.
"""

from dataclasses import dataclass, replace
from random import Random

from models.simulate.asks import ORDINARY, Ask, Payout, Signs
from models.simulate.chance import pick
from models.simulate.people import Person
from safelight.domain.assessment import ScamType
from safelight.domain.facts import Marital, ObservationKind
from safelight.domain.request import Channel, RequestKind

_SEEN = ObservationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Typology:
    """How one type of scam goes. `span_days` holds all asks of a campaign; `policies` is the most it drains."""

    share_of_scams: float
    signs: Signs
    payouts: tuple[tuple[Payout, float], ...]
    kinds: tuple[tuple[RequestKind, float], ...]
    channels: tuple[tuple[Channel, float], ...]
    policies: int
    span_days: float
    least_share: float
    ages: tuple[float, float]
    """Where its victims cluster: mean and spread, years."""


_LOAN, _SURRENDER, _PARTIAL = RequestKind.POLICY_LOAN, RequestKind.SURRENDER, RequestKind.PARTIAL_WITHDRAWAL
_APP, _WEB, _PHONE, _COUNTER = Channel.APP, Channel.WEB, Channel.PHONE, Channel.COUNTER

TYPOLOGIES: dict[ScamType, Typology] = {
    ScamType.FAKE_INVESTMENT: Typology(
        share_of_scams=0.57,
        signs=Signs(
            on_call=0.14,
            screen_shared=0.12,
            remote_control_app=0.09,
            new_device=0.08,
            account_pasted=0.5,
            edits=0.8,
            lookups=5.0,
            unknown_minutes=30.0,
            new_chat_mb=380.0,
            reported_numbers=0.7,
            account_reported=0.05,
            person_listed=0.05,
            night=0.22,
            seen={_SEEN.TALKS_OF_NEW_INVESTMENT: 0.35, _SEEN.EVASIVE_OR_COACHED: 0.30},
        ),
        payouts=((Payout.RECORD, 0.20), (Payout.KNOWN, 0.30), (Payout.OWN_NEW, 0.20), (Payout.STRANGER, 0.30)),
        kinds=((_LOAN, 0.58), (_SURRENDER, 0.27), (_PARTIAL, 0.15)),
        channels=((_APP, 0.50), (_WEB, 0.24), (_COUNTER, 0.16), (_PHONE, 0.10)),
        policies=4,
        span_days=30,
        least_share=0.45,
        ages=(56, 11),
    ),
    ScamType.ROMANCE: Typology(
        share_of_scams=0.23,
        signs=Signs(
            on_call=0.08,
            screen_shared=0.04,
            remote_control_app=0.02,
            account_pasted=0.5,
            slowness=1.3,
            edits=0.8,
            lookups=3.0,
            unknown_minutes=45.0,
            new_chat_mb=600.0,
            reported_numbers=0.5,
            account_reported=0.05,
            person_listed=0.04,
            night=0.35,
            seen={_SEEN.TALKS_OF_NEW_ONLINE_FRIEND: 0.35, _SEEN.EVASIVE_OR_COACHED: 0.25},
        ),
        payouts=((Payout.RECORD, 0.20), (Payout.KNOWN, 0.30), (Payout.OWN_NEW, 0.12), (Payout.STRANGER, 0.38)),
        kinds=((_LOAN, 0.72), (_SURRENDER, 0.18), (_PARTIAL, 0.10)),
        channels=((_APP, 0.46), (_WEB, 0.30), (_COUNTER, 0.14), (_PHONE, 0.10)),
        policies=5,
        span_days=24,
        least_share=0.35,
        ages=(57, 9),
    ),
    ScamType.FAKE_AUTHORITY: Typology(
        share_of_scams=0.06,
        signs=Signs(
            on_call=0.78,
            screen_shared=0.45,
            remote_control_app=0.2,
            new_device=0.10,
            account_pasted=0.4,
            slowness=1.8,
            edits=1.0,
            lookups=3.5,
            unknown_minutes=160.0,
            new_chat_mb=120.0,
            reported_numbers=1.2,
            account_reported=0.08,
            person_listed=0.08,
            night=0.2,
            seen={_SEEN.HURRIED_OR_AFRAID: 0.5, _SEEN.ON_PHONE_AT_COUNTER: 0.45, _SEEN.EVASIVE_OR_COACHED: 0.4},
        ),
        payouts=((Payout.KNOWN, 0.25), (Payout.OWN_NEW, 0.30), (Payout.STRANGER, 0.45)),
        kinds=((_SURRENDER, 0.50), (_LOAN, 0.40), (_PARTIAL, 0.10)),
        channels=((_APP, 0.48), (_WEB, 0.16), (_COUNTER, 0.24), (_PHONE, 0.12)),
        policies=3,
        span_days=4,
        least_share=0.7,
        ages=(66, 9),
    ),
    ScamType.FAKE_RELATIVE: Typology(
        share_of_scams=0.09,
        signs=Signs(
            on_call=0.55,
            screen_shared=0.35,
            remote_control_app=0.35,
            new_device=0.08,
            account_pasted=0.55,
            slowness=1.5,
            lookups=2.5,
            unknown_minutes=70.0,
            new_chat_mb=80.0,
            reported_numbers=0.9,
            account_reported=0.08,
            person_listed=0.03,
            night=0.15,
            seen={_SEEN.HURRIED_OR_AFRAID: 0.45, _SEEN.ON_PHONE_AT_COUNTER: 0.35},
        ),
        payouts=((Payout.KNOWN, 0.20), (Payout.OWN_NEW, 0.10), (Payout.STRANGER, 0.70)),
        kinds=((_LOAN, 0.70), (_PARTIAL, 0.20), (_SURRENDER, 0.10)),
        channels=((_APP, 0.55), (_WEB, 0.20), (_COUNTER, 0.12), (_PHONE, 0.13)),
        policies=2,
        span_days=1,
        least_share=0.35,
        ages=(63, 12),
    ),
    ScamType.FAKE_LOAN: Typology(
        share_of_scams=0.05,
        signs=Signs(
            on_call=0.2,
            screen_shared=0.12,
            remote_control_app=0.10,
            account_pasted=0.5,
            edits=1.0,
            lookups=3.0,
            unknown_minutes=40.0,
            new_chat_mb=140.0,
            reported_numbers=0.8,
            account_reported=0.06,
            person_listed=0.04,
            night=0.25,
            seen={_SEEN.HURRIED_OR_AFRAID: 0.2, _SEEN.EVASIVE_OR_COACHED: 0.2},
        ),
        payouts=((Payout.KNOWN, 0.30), (Payout.OWN_NEW, 0.30), (Payout.STRANGER, 0.40)),
        kinds=((_LOAN, 0.85), (_PARTIAL, 0.15)),
        channels=((_APP, 0.60), (_WEB, 0.25), (_PHONE, 0.15)),
        policies=2,
        span_days=6,
        least_share=0.4,
        ages=(41, 10),
    ),
}

QUIET_SHARE = 0.22
"""Campaigns so well coached that hardly a sign shows. They keep the task from being solvable."""


def type_of_scam(rng: Random) -> ScamType:
    return pick(rng, tuple((scam, typology.share_of_scams) for scam, typology in TYPOLOGIES.items()))


def falls_for(rng: Random, scam: ScamType, person: Person, age: float) -> bool:
    """Whether a person drawn at random is one this type picks: age, loneliness, something worth taking."""
    mean, spread = TYPOLOGIES[scam].ages
    chance: float = 2.0 ** (-(((age - mean) / spread) ** 2))
    if sum(policy.cash_value_twd for policy in person.policies) < 250_000:
        chance *= 0.3
    if scam is ScamType.ROMANCE and person.marital is Marital.MARRIED:
        chance *= 0.35
    if not person.lives_alone:
        chance *= 0.7
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


def campaign(rng: Random, person: Person, scam: ScamType, day: float) -> list[Ask]:
    """Every ask of one campaign, the first on `day`; grooming shows in the signs around it."""
    typology = TYPOLOGIES[scam]
    quiet = rng.random() < QUIET_SHARE
    signs = _muted(typology.signs) if quiet else typology.signs
    payout = pick(rng, typology.payouts)
    if quiet and payout is Payout.STRANGER:
        payout = Payout.KNOWN
    channel = pick(rng, typology.channels)
    drained = rng.sample(range(len(person.policies)), min(len(person.policies), 1 + rng.randrange(typology.policies)))
    span = typology.span_days * rng.uniform(0.2, 1.0)
    asks = []
    if payout is Payout.STRANGER and rng.random() < 0.25:
        asks.append(
            Ask(
                day=day - rng.uniform(0.02, 2.0),
                kind=RequestKind.PAYOUT_ACCOUNT_CHANGE,
                share=0.0,
                policies=(drained[0],),
                payout=payout,
                signs=signs,
                channel=channel,
                scam=scam,
            )
        )
    for step, policy in enumerate(drained):
        asks.append(
            Ask(
                day=day + (span * rng.random() if step else 0.0),
                kind=pick(rng, typology.kinds),
                share=min(1.0, rng.uniform(typology.least_share, 1.15)),
                policies=(policy,),
                payout=payout,
                signs=signs,
                channel=channel if rng.random() < 0.8 else pick(rng, typology.channels),
                scam=scam,
            )
        )
    if len(drained) > 1 and rng.random() < 0.3:  # all at once instead of one after another
        kind = asks[-1].kind
        asks = [
            *(ask for ask in asks if not ask.kind.moves_money),
            replace(asks[-1], day=day, kind=kind, policies=tuple(sorted(drained))),
        ]
    return asks
