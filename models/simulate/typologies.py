"""How each type of scam goes: signs, payouts, channels, cover stories, whom it picks.

The mix follows what one insurer reports of intercepted cases (investment 57 %, romance 23 %, authority 5 %); the rest
of the mix and every chance below are assumptions, not measurements.
"""

from dataclasses import dataclass, replace

from models.simulate.asks import Need, Payout, Signs
from safelight.domain.assessment import ScamType
from safelight.domain.facts import ObservationKind
from safelight.domain.request import Channel, RequestKind

_SEEN = ObservationKind

Mix = tuple[tuple[ScamType, float], ...]

MIX: Mix = (
    (ScamType.FAKE_INVESTMENT, 0.57),
    (ScamType.ROMANCE, 0.23),
    (ScamType.FAKE_AUTHORITY, 0.05),
    (ScamType.FAKE_RELATIVE, 0.10),
    (ScamType.FAKE_LOAN, 0.05),
)
"""Shares of campaigns. The first three are reported, the last two assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typology:
    """How one type of scam goes. Pairs hold a value and its chance.

    `grooming_days` is the median of what goes before the first request; `span_days` holds all asks of a campaign;
    `policies` is the most it drains.
    """

    signs: Signs
    payouts: tuple[tuple[Payout, float], ...]
    kinds: tuple[tuple[RequestKind, float], ...]
    channels: tuple[tuple[Channel, float], ...]
    covers: tuple[tuple[Need, float], ...]
    candour: float
    """Chance that the victim's own words let the scam show: low where he is coached for weeks."""
    policies: int
    grooming_days: float
    span_days: float
    least_share: float
    details_changed: float
    """Chance that the contact or the phone on file is changed while he is groomed."""
    tested: float
    """Chance of a small withdrawal first, to see that it works."""
    in_parts: float
    """Chance that one policy's money is asked for in two or three parts, to stay under what a clerk must sign."""
    ages: tuple[float, float]
    """Where its victims cluster: mean and spread, years."""
    wealth_twd: int
    """Policy value that makes somebody worth the while; below it a third of the chance."""
    waves_a_year: int


_LOAN, _SURRENDER, _PARTIAL = RequestKind.POLICY_LOAN, RequestKind.SURRENDER, RequestKind.PARTIAL_WITHDRAWAL
_APP, _WEB, _PHONE, _COUNTER, _CHAT = Channel.APP, Channel.WEB, Channel.PHONE, Channel.COUNTER, Channel.CHAT

TYPOLOGIES: dict[ScamType, Typology] = {
    ScamType.FAKE_INVESTMENT: Typology(
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
            account_reported=0.012,
            person_listed=0.05,
            night=0.22,
            seen={_SEEN.TALKS_OF_NEW_INVESTMENT: 0.35, _SEEN.EVASIVE_OR_COACHED: 0.30},
        ),
        payouts=((Payout.RECORD, 0.22), (Payout.KNOWN, 0.33), (Payout.OWN_NEW, 0.20), (Payout.STRANGER, 0.25)),
        kinds=((_LOAN, 0.58), (_SURRENDER, 0.27), (_PARTIAL, 0.15)),
        channels=((_APP, 0.48), (_WEB, 0.22), (_COUNTER, 0.17), (_PHONE, 0.10), (_CHAT, 0.03)),
        covers=(
            (Need.RENOVATION, 0.34),
            (Need.INVEST, 0.12),
            (Need.FAMILY_HELP, 0.16),
            (Need.SMALL_CASH, 0.12),
            (Need.BUSINESS, 0.10),
            (Need.MEDICAL, 0.10),
            (Need.REPLACE, 0.06),
        ),
        candour=0.18,
        policies=4,
        grooming_days=38.0,
        span_days=30,
        least_share=0.45,
        details_changed=0.06,
        tested=0.20,
        in_parts=0.20,
        ages=(57, 10),
        wealth_twd=300_000,
        waves_a_year=12,
    ),
    ScamType.ROMANCE: Typology(
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
            account_reported=0.012,
            person_listed=0.04,
            night=0.35,
            seen={_SEEN.TALKS_OF_NEW_ONLINE_FRIEND: 0.35, _SEEN.EVASIVE_OR_COACHED: 0.25},
        ),
        payouts=((Payout.RECORD, 0.22), (Payout.KNOWN, 0.32), (Payout.OWN_NEW, 0.12), (Payout.STRANGER, 0.34)),
        kinds=((_LOAN, 0.72), (_SURRENDER, 0.18), (_PARTIAL, 0.10)),
        channels=((_APP, 0.45), (_WEB, 0.28), (_COUNTER, 0.14), (_PHONE, 0.09), (_CHAT, 0.04)),
        covers=(
            (Need.MEDICAL, 0.28),
            (Need.SMALL_CASH, 0.22),
            (Need.FAMILY_HELP, 0.22),
            (Need.RENOVATION, 0.18),
            (Need.BUSINESS, 0.10),
        ),
        candour=0.22,
        policies=5,
        grooming_days=75.0,
        span_days=24,
        least_share=0.35,
        details_changed=0.05,
        tested=0.12,
        in_parts=0.20,
        ages=(57, 9),
        wealth_twd=250_000,
        waves_a_year=6,
    ),
    ScamType.FAKE_AUTHORITY: Typology(
        signs=Signs(
            on_call=0.70,
            screen_shared=0.15,
            remote_control_app=0.05,
            new_device=0.08,
            account_pasted=0.3,
            slowness=1.8,
            edits=1.0,
            lookups=3.5,
            unknown_minutes=160.0,
            new_chat_mb=120.0,
            reported_numbers=1.2,
            account_reported=0.012,
            person_listed=0.08,
            night=0.2,
            seen={_SEEN.HURRIED_OR_AFRAID: 0.5, _SEEN.ON_PHONE_AT_COUNTER: 0.45, _SEEN.EVASIVE_OR_COACHED: 0.4},
        ),
        payouts=((Payout.KNOWN, 0.25), (Payout.OWN_NEW, 0.10), (Payout.STRANGER, 0.65)),
        kinds=((_SURRENDER, 0.50), (_LOAN, 0.40), (_PARTIAL, 0.10)),
        channels=((_PHONE, 0.36), (_COUNTER, 0.32), (_APP, 0.22), (_WEB, 0.10)),
        covers=(
            (Need.RENOVATION, 0.30),
            (Need.FAMILY_HELP, 0.30),
            (Need.MEDICAL, 0.15),
            (Need.REPLACE, 0.15),
            (Need.SMALL_CASH, 0.10),
        ),
        candour=0.42,
        policies=3,
        grooming_days=6.0,
        span_days=4,
        least_share=0.7,
        details_changed=0.12,
        tested=0.0,
        in_parts=0.25,
        ages=(65, 8),
        wealth_twd=600_000,
        waves_a_year=6,
    ),
    ScamType.FAKE_RELATIVE: Typology(
        signs=Signs(
            on_call=0.55,
            screen_shared=0.30,
            remote_control_app=0.30,
            new_device=0.08,
            account_pasted=0.55,
            slowness=1.5,
            lookups=2.5,
            unknown_minutes=70.0,
            new_chat_mb=80.0,
            reported_numbers=0.9,
            account_reported=0.012,
            person_listed=0.03,
            night=0.15,
            seen={_SEEN.HURRIED_OR_AFRAID: 0.45, _SEEN.ON_PHONE_AT_COUNTER: 0.35},
        ),
        payouts=((Payout.KNOWN, 0.22), (Payout.OWN_NEW, 0.10), (Payout.STRANGER, 0.68)),
        kinds=((_LOAN, 0.70), (_PARTIAL, 0.20), (_SURRENDER, 0.10)),
        channels=((_APP, 0.53), (_WEB, 0.20), (_COUNTER, 0.12), (_PHONE, 0.12), (_CHAT, 0.03)),
        covers=(
            (Need.FAMILY_HELP, 0.40),
            (Need.BUSINESS, 0.20),
            (Need.MEDICAL, 0.20),
            (Need.SMALL_CASH, 0.20),
        ),
        candour=0.50,
        policies=2,
        grooming_days=2.0,
        span_days=1,
        least_share=0.35,
        details_changed=0.02,
        tested=0.0,
        in_parts=0.25,
        ages=(61, 11),
        wealth_twd=150_000,
        waves_a_year=6,
    ),
    ScamType.FAKE_LOAN: Typology(
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
            account_reported=0.03,
            person_listed=0.04,
            night=0.25,
            seen={_SEEN.HURRIED_OR_AFRAID: 0.2, _SEEN.EVASIVE_OR_COACHED: 0.2},
        ),
        payouts=((Payout.RECORD, 0.10), (Payout.KNOWN, 0.28), (Payout.OWN_NEW, 0.30), (Payout.STRANGER, 0.32)),
        kinds=((_LOAN, 0.85), (_PARTIAL, 0.15)),
        channels=((_APP, 0.58), (_WEB, 0.22), (_PHONE, 0.13), (_CHAT, 0.07)),
        covers=((Need.SMALL_CASH, 0.45), (Need.BUSINESS, 0.25), (Need.HABIT, 0.15), (Need.MEDICAL, 0.15)),
        candour=0.50,
        policies=2,
        grooming_days=9.0,
        span_days=6,
        least_share=0.3,
        details_changed=0.08,
        tested=0.10,
        in_parts=0.30,
        ages=(42, 11),
        wealth_twd=80_000,
        waves_a_year=8,
    ),
}

_AUTHORITY = TYPOLOGIES[ScamType.FAKE_AUTHORITY]
CHANGED: dict[ScamType, Typology] = {
    ScamType.FAKE_AUTHORITY: replace(
        _AUTHORITY,
        signs=replace(
            _AUTHORITY.signs,
            on_call=0.60,
            screen_shared=0.45,
            remote_control_app=0.50,
            account_pasted=0.5,
            new_device=0.12,
        ),
        payouts=((Payout.KNOWN, 0.25), (Payout.OWN_NEW, 0.62), (Payout.STRANGER, 0.13)),
        channels=((_APP, 0.76), (_WEB, 0.14), (_COUNTER, 0.05), (_PHONE, 0.05)),
    )
}
"""The method from the last third of the book on: the fake service desk. No more a call to a stranger's account, but the
app, a remote-control program and a new account of his own whose banking the caller holds."""
