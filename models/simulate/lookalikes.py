"""Genuine people who look like victims: for every sign of a scam somebody who shows it and is well.

Shares are of all genuine needs; assumed, to keep any one sign from being proof.
"""

from dataclasses import dataclass
from random import Random

from models.simulate.asks import ORDINARY, Circumstance, Need, Payout, Signs
from models.simulate.people import Person
from safelight.domain.facts import ObservationKind, Product

_SEEN = ObservationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """`payouts` are tried before the usual ones; what is missing to 1 goes the usual way."""

    circumstance: Circumstance
    share: float
    signs: Signs
    payouts: tuple[tuple[Payout, float], ...] = ()


_ORDINARY = Lookalike(circumstance=Circumstance.ORDINARY, share=1.0, signs=ORDINARY)

RELATIVES_ABROAD = Lookalike(  # the widow who really moves to her daughter abroad
    circumstance=Circumstance.RELATIVES_ABROAD,
    share=0.006,
    signs=Signs(
        night=0.35,
        on_call=0.20,
        account_pasted=0.45,
        unknown_minutes=45.0,
        new_chat_mb=260.0,
        lookups=4.0,
        slowness=1.5,
        seen={_SEEN.HURRIED_OR_AFRAID: 0.10, _SEEN.CONTACT_BESIDE_POLICYHOLDER: 0.10},
    ),
    payouts=((Payout.OWN_NEW, 0.55), (Payout.FAMILY, 0.10)),
)

LOOKALIKES: tuple[Lookalike, ...] = (
    Lookalike(  # a son on the phone who set up a new account for her and walks her through the app
        circumstance=Circumstance.CHILD_HELPS,
        share=0.026,
        signs=Signs(
            on_call=0.70,
            screen_shared=0.25,
            remote_control_app=0.07,
            account_pasted=0.45,
            slowness=2.0,
            edits=1.0,
            seen={_SEEN.ON_PHONE_AT_COUNTER: 0.25, _SEEN.CONTACT_BESIDE_POLICYHOLDER: 0.25},
        ),
        payouts=((Payout.OWN_NEW, 0.30), (Payout.FAMILY, 0.12)),
    ),
    Lookalike(  # everything typed anew, the numbers pasted from a chat with the bank's clerk
        circumstance=Circumstance.NEW_PHONE,
        share=0.030,
        signs=Signs(new_device=0.9, account_pasted=0.5, slowness=1.4),
    ),
    Lookalike(  # follows his fund values every day
        circumstance=Circumstance.FOLLOWS_FUNDS,
        share=0.028,
        signs=Signs(lookups=7.0, edits=1.5, seen={_SEEN.TALKS_OF_NEW_INVESTMENT: 0.10}),
    ),
    Lookalike(  # new numbers and group chats all week
        circumstance=Circumstance.BUSY_BUSINESS,
        share=0.050,
        signs=Signs(unknown_minutes=60.0, new_chat_mb=220.0, reported_numbers=0.5, on_call=0.10, edits=0.7),
        payouts=((Payout.PAYEE, 0.08),),
    ),
    Lookalike(  # really met somebody online, or really invests: says so, and all is well
        circumstance=Circumstance.ONLINE_FRIEND,
        share=0.009,
        signs=Signs(
            new_chat_mb=260.0,
            lookups=3.0,
            night=0.25,
            seen={_SEEN.TALKS_OF_NEW_INVESTMENT: 0.25, _SEEN.TALKS_OF_NEW_ONLINE_FRIEND: 0.12},
        ),
    ),
    Lookalike(  # anxious by nature, or a hospital bill waits
        circumstance=Circumstance.ANXIOUS,
        share=0.020,
        signs=Signs(night=0.4, edits=1.2, on_call=0.12, slowness=1.5, seen={_SEEN.HURRIED_OR_AFRAID: 0.25}),
    ),
    RELATIVES_ABROAD,
    Lookalike(  # the contractor, the broker or the hospital is to be paid straight away, and one of them comes along
        circumstance=Circumstance.PAYS_A_PAYEE,
        share=0.016,
        signs=Signs(
            account_pasted=0.6,
            unknown_minutes=30.0,
            on_call=0.10,
            account_reported=0.002,
            seen={_SEEN.ACCOMPANIED_BY_STRANGER: 0.12},
        ),
        payouts=((Payout.PAYEE, 0.75),),
    ),
    Lookalike(  # old, hard of hearing, a carer at his side
        circumstance=Circumstance.CARER,
        share=0.012,
        signs=Signs(
            slowness=2.0,
            on_call=0.12,
            seen={_SEEN.ACCOMPANIED_BY_STRANGER: 0.35, _SEEN.EVASIVE_OR_COACHED: 0.12, _SEEN.HURRIED_OR_AFRAID: 0.08},
        ),
    ),
    Lookalike(  # scammers rang for weeks and he knew them for what they are
        circumstance=Circumstance.CALLED_BUT_WISE,
        share=0.014,
        signs=Signs(
            unknown_minutes=45.0, new_chat_mb=90.0, reported_numbers=1.3, person_listed=0.06, account_reported=0.004
        ),
    ),
    Lookalike(  # a remote-control app for work or from the shop that sold the computer
        circumstance=Circumstance.REMOTE_WORK,
        share=0.010,
        signs=Signs(remote_control_app=0.6, screen_shared=0.15, on_call=0.12),
    ),
    Lookalike(  # does not care to be asked
        circumstance=Circumstance.PRIVATE,
        share=0.016,
        signs=Signs(edits=0.6, seen={_SEEN.EVASIVE_OR_COACHED: 0.35, _SEEN.HURRIED_OR_AFRAID: 0.10}),
    ),
)


def _weight(lookalike: Lookalike, person: Person, age: float, need: Need) -> float:
    """His share of the circumstance: 0 where his life cannot have it, more where it is at home."""
    match lookalike.circumstance:
        case Circumstance.CHILD_HELPS:
            grown = person.household.grown_children
            return lookalike.share * ((3.0 if age >= 60 else 1.0) if grown else 0.15)
        case Circumstance.FOLLOWS_FUNDS:
            linked = any(policy.product is Product.INVESTMENT_LINKED for policy in person.policies)
            return lookalike.share * ((2.5 if linked else 0.6) * (2.0 if need is Need.INVEST else 1.0))
        case Circumstance.BUSY_BUSINESS:
            return lookalike.share * (8.0 if person.own_business else 0.3)
        case Circumstance.RELATIVES_ABROAD:
            return 0.8 if need is Need.MOVES_ABROAD else lookalike.share * (8.0 if person.household.child_abroad else 0)
        case Circumstance.PAYS_A_PAYEE:
            direct = need in (Need.RENOVATION, Need.MEDICAL, Need.TUITION, Need.BUSINESS)
            return lookalike.share * (2.5 if direct else 0.4)
        case Circumstance.ANXIOUS:
            return lookalike.share * (3.0 if need is Need.MEDICAL else 0.8)
        case Circumstance.ONLINE_FRIEND:
            return lookalike.share * (4.0 if need is Need.INVEST else 0.8)
        case Circumstance.CARER:
            return lookalike.share * (5.0 if age >= 75 else 0.25)
        case Circumstance.REMOTE_WORK:
            return lookalike.share * (0.4 if person.retired else 1.2)
        case _:
            return lookalike.share


def circumstance(rng: Random, person: Person, age: float, need: Need) -> Lookalike:
    """How a genuine need of his looks from outside."""
    left = rng.random()
    for lookalike in LOOKALIKES:
        left -= _weight(lookalike, person, age, need)
        if left < 0:
            return lookalike
    return _ORDINARY
