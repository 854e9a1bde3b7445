"""The people of the journey as request and facts, for sanity rows on the shipped artifact."""

from datetime import UTC, date, datetime, timedelta

from safelight.domain.facts import (
    Behaviour,
    Context,
    External,
    Facts,
    Marital,
    PastRequest,
    Policy,
    Product,
    Profile,
    RegisteredAccount,
)
from safelight.domain.request import (
    AccountKey,
    Channel,
    Locale,
    PolicyholderId,
    PolicyId,
    Request,
    RequestId,
    RequestKind,
)

Example = tuple[Request, Facts]

_ASKED_AT = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
"""A Wednesday, 10:30 in Taipei."""


def policy(number: int, value: int, loan: int = 0, issued: date = date(2008, 5, 20)) -> Policy:
    return Policy(
        policy_id=PolicyId(f"policy-{number}"),
        product=Product.WHOLE_LIFE,
        issued_on=issued,
        cash_value_twd=value,
        loan_balance_twd=loan,
    )


def request(
    kind: RequestKind, amount: int, policies: tuple[int, ...], channel: Channel, at: datetime, account: str | None
) -> Request:
    return Request(
        request_id=RequestId("request-1"),
        policyholder_id=PolicyholderId("holder-1"),
        kind=kind,
        amount_twd=amount,
        policy_ids=tuple(PolicyId(f"policy-{n}") for n in policies),
        channel=channel,
        locale=Locale.ZH_TW,
        requested_at=at,
        payout_account=None if account is None else AccountKey(account),
    )


def ordinary_borrower() -> Example:
    """45, loan of 8 % of the value in the app by day, to an account known for years."""
    asked = request(RequestKind.POLICY_LOAN, 80_000, (1,), Channel.APP, _ASKED_AT, "account-old")
    return asked, Facts(
        profile=Profile(
            born_on=date(1980, 9, 1),
            policies=(policy(1, 1_000_000),),
            accounts=(RegisteredAccount(key=AccountKey("account-old"), added_on=date(2015, 1, 5), same_owner=True),),
            marital=Marital.MARRIED,
            retired=False,
            lives_alone=False,
            annual_income_twd=900_000,
            has_contact=True,
            past_victim=False,
        ),
        behaviour=Behaviour(past_requests=(), value_lookups_7d=1, logins_30d=4),
        context=Context(
            on_call=False,
            screen_shared=False,
            remote_control_app=False,
            new_device=False,
            account_pasted=False,
            seconds_on_form=80.0,
            amount_edits=0,
        ),
        external=External(account_reported=False, person_listed=False),
        field=(),
    )


def retired_teacher() -> Example:
    """68, on a call with the screen shared, surrenders all at 21:40 to an account put on file today."""
    at = datetime(2026, 3, 11, 13, 40, tzinfo=UTC)
    asked = request(RequestKind.SURRENDER, 2_400_000, (1,), Channel.APP, at, "account-today")
    return asked, Facts(
        profile=Profile(
            born_on=date(1957, 11, 2),
            policies=(policy(1, 2_400_000),),
            accounts=(
                RegisteredAccount(key=AccountKey("account-old"), added_on=date(2012, 6, 1), same_owner=True),
                RegisteredAccount(key=AccountKey("account-today"), added_on=at.date()),
            ),
            marital=Marital.MARRIED,
            retired=True,
            annual_income_twd=480_000,
            has_contact=True,
            past_victim=False,
        ),
        behaviour=Behaviour(past_requests=(), value_lookups_7d=6, logins_30d=9),
        context=Context(
            on_call=True,
            screen_shared=True,
            remote_control_app=False,
            new_device=False,
            account_pasted=True,
            seconds_on_form=260.0,
            amount_edits=2,
        ),
        external=External(account_reported=False, person_listed=False),
        field=(),
    )


def widow() -> Example:
    """59, third loan in ten days over three policies, on the web, to her own known account; no sign of the context."""
    asked = request(RequestKind.POLICY_LOAN, 380_000, (3,), Channel.WEB, _ASKED_AT, "account-old")
    past = tuple(
        PastRequest(
            kind=RequestKind.POLICY_LOAN,
            amount_twd=amount,
            policy_ids=(PolicyId(f"policy-{number}"),),
            requested_at=_ASKED_AT - timedelta(days=days),
            channel=Channel.WEB,
        )
        for number, amount, days in ((2, 400_000, 3), (1, 350_000, 8))
    )
    return asked, Facts(
        profile=Profile(
            born_on=date(1966, 8, 14),
            policies=(policy(1, 500_000, 350_000), policy(2, 550_000, 400_000), policy(3, 520_000)),
            accounts=(RegisteredAccount(key=AccountKey("account-old"), added_on=date(2014, 3, 9), same_owner=True),),
            marital=Marital.WIDOWED,
            retired=False,
            lives_alone=True,
            annual_income_twd=560_000,
            has_contact=True,
            past_victim=False,
        ),
        behaviour=Behaviour(past_requests=past, value_lookups_7d=4, logins_30d=12),
        context=None,
        external=External(account_reported=False, person_listed=False),
        field=(),
    )
