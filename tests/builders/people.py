"""Policyholders, what the book knows of them, and their contacts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from safelight.domain.call import Call
from safelight.domain.contact import Contact, ContactId, ContactState, PhoneKey, Relation, SealedPhone
from safelight.domain.facts import (
    Behaviour,
    Context,
    External,
    Facts,
    Marital,
    Observation,
    ObservationKind,
    PastRequest,
    Policy,
    Product,
    Profile,
    RegisteredAccount,
)
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import AccountKey, Channel, Locale, PolicyholderId, PolicyId, RequestKind
from tests.fakes.outside import FakeVault

NOW = datetime(2026, 3, 11, 13, 40, tzinfo=UTC)
"""When builders' requests are made, and FakeClock's start: 21:40 in Taipei."""
POLICYHOLDER = PolicyholderId("ph-0001")
PHONE = "+886912000345"
ACCOUNT = AccountKey("a" * 64)


def a_policy(**over: Any) -> Policy:
    return replace(
        Policy(
            policy_id=PolicyId("pol-0001"),
            product=Product.WHOLE_LIFE,
            issued_on=date(2005, 6, 1),
            cash_value_twd=1_200_000,
            loan_balance_twd=0,
        ),
        **over,
    )


def a_profile(**over: Any) -> Profile:
    return replace(
        Profile(
            born_on=date(1957, 9, 3),
            policies=(a_policy(),),
            accounts=(RegisteredAccount(key=ACCOUNT, added_on=date(2012, 1, 5), same_owner=True),),
            marital=Marital.MARRIED,
            retired=True,
            lives_alone=False,
        ),
        **over,
    )


def a_contact(*, phone: str = PHONE, vault: FakeVault | None = None, **over: Any) -> Contact:
    """Confirmed and long settled unless told otherwise. Sealed with `vault`, so that it can be read again.

    `state=DESIGNATED` has no `confirmed_at`, `REVOKED` has a `revoked_at`.
    """
    vault = vault or FakeVault()
    whose = over.get("policyholder_id", POLICYHOLDER)
    state = over.get("state", ContactState.CONFIRMED)
    designated_at = over.get("designated_at", NOW - timedelta(days=90))
    defaults: dict[str, Any] = {
        "contact_id": ContactId("contact-0001"),
        "policyholder_id": whose,
        "relation": Relation.CHILD,
        "locale": Locale.ZH_TW,
        "phone": SealedPhone(vault.seal(phone, whose)),
        "phone_key": PhoneKey(vault.phone_key(phone)),
        "phone_last3": phone[-3:],
        "state": state,
        "designated_at": designated_at,
        "changed_at": designated_at,
        "confirmed_at": None if state is ContactState.DESIGNATED else designated_at + timedelta(hours=1),
        "revoked_at": NOW - timedelta(days=1) if state is ContactState.REVOKED else None,
    }
    return Contact(**{**defaults, **over})


def a_number(*, phone: str = "+886922000777", vault: FakeVault | None = None, **over: Any) -> NumberOfRecord:
    """The policyholder's own, long on file."""
    vault = vault or FakeVault()
    defaults: dict[str, Any] = {
        "phone": vault.seal(phone, POLICYHOLDER),
        "phone_key": vault.phone_key(phone),
        "phone_last3": phone[-3:],
        "locale": Locale.ZH_TW,
        "changed_at": NOW - timedelta(days=900),
    }
    return NumberOfRecord(**{**defaults, **over})


def an_observation(**over: Any) -> Observation:
    return replace(Observation(kind=ObservationKind.EVASIVE_OR_COACHED, observed_at=NOW - timedelta(days=1)), **over)


def a_call(**over: Any) -> Call:
    return replace(
        Call(
            policyholder_id=POLICYHOLDER,
            started_at=NOW - timedelta(minutes=1),
            ends_by=NOW + timedelta(minutes=29),
        ),
        **over,
    )


def a_past_request(**over: Any) -> PastRequest:
    return replace(
        PastRequest(
            kind=RequestKind.POLICY_LOAN,
            amount_twd=50_000,
            policy_ids=(PolicyId("pol-0001"),),
            requested_at=NOW - timedelta(days=5),
            channel=Channel.WEB,
        ),
        **over,
    )


def a_context(**over: Any) -> Context:
    """A quiet one: nothing that the app could see was amiss."""
    return replace(
        Context(
            on_call=False,
            screen_shared=False,
            remote_control_app=False,
            new_device=False,
            account_pasted=False,
            seconds_on_form=95.0,
            amount_edits=1,
        ),
        **over,
    )


def an_external(**over: Any) -> External:
    return replace(External(account_reported=False, person_listed=False), **over)


def facts(**over: Any) -> Facts:
    """Every modality known and nothing amiss."""
    return replace(
        Facts(
            profile=a_profile(has_contact=True),
            behaviour=Behaviour(past_requests=()),
            context=a_context(),
            external=an_external(),
            field=(),
        ),
        **over,
    )
