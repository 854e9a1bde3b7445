"""Profile: who he is to the insurer, and what this request would take. No gender, by decision."""

from collections.abc import Callable
from datetime import date
from math import log10
from typing import NamedTuple

from safelight.domain.assessment import Modality
from safelight.domain.facts import Facts, Marital, Profile, RegisteredAccount
from safelight.domain.request import Request, RequestKind
from safelight.features.feature import Feature

_M = Modality.PROFILE
_UNREAD = "the profile could not be read"
_DAYS_A_YEAR = 365.25
_LONG_AGO_DAYS = 3650.0


class Holder(NamedTuple):
    """`account` is the payout account that the request names, None when it names none or one that is not on file."""

    request: Request
    profile: Profile
    today: date
    available_twd: int
    account: RegisteredAccount | None


Value = Callable[[Holder], float | None]


def holder(request: Request, facts: Facts) -> Holder | None:
    """None when the profile could not be read."""
    profile = facts.profile
    if profile is None:
        return None
    return Holder(request, profile, request.requested_at.date(), profile.available_twd, _account(request, profile))


def _account(request: Request, profile: Profile) -> RegisteredAccount | None:
    for account in profile.accounts:
        if account.key == request.payout_account:
            return account
    return None


def _days_since(today: date, day: date | None) -> float | None:
    """Whole days, capped at ten years; None when unknown. A date after the request counts as today."""
    if day is None:
        return None
    return min(_LONG_AGO_DAYS, max(0.0, float((today - day).days)))


def _is_kind(kind: RequestKind) -> Value:
    return lambda holder: holder.request.kind is kind


def _log_amount(amount: float) -> float:
    return log10(1.0 + max(0.0, amount))


def _share(amount: int, whole: int) -> float | None:
    return min(2.0, amount / whole) if whole > 0 else None


def _share_of_asked(holder: Holder) -> float | None:
    asked = holder.request.policy_ids
    whole = sum([policy.available_twd for policy in holder.profile.policies if policy.policy_id in asked])
    return _share(holder.request.amount_twd, whole)


def _amount_to_income(holder: Holder) -> float | None:
    income = holder.profile.annual_income_twd
    return min(100.0, holder.request.amount_twd / income) if income is not None and income > 0 else None


def _account_not_on_file(holder: Holder) -> float:
    return holder.request.payout_account is not None and holder.account is None


def _account_days(holder: Holder) -> float | None:
    """Days the payout account is on file: 0 when it is not, the oldest one's when the account of record is meant."""
    if holder.request.payout_account is None:
        oldest = min([account.added_on for account in holder.profile.accounts], default=None)
        return _days_since(holder.today, oldest)
    return 0.0 if holder.account is None else _days_since(holder.today, holder.account.added_on)


def _account_other_owner(holder: Holder) -> float | None:
    account = holder.account
    return None if account is None or account.same_owner is None else not account.same_owner


def _accounts_added_30d(holder: Holder) -> float:
    return sum([0 <= (holder.today - account.added_on).days <= 30 for account in holder.profile.accounts])


def _loan_ratio(holder: Holder) -> float | None:
    policies = holder.profile.policies
    whole = sum([policy.cash_value_twd for policy in policies])
    return sum([policy.loan_balance_twd for policy in policies]) / whole if whole > 0 else None


def _age(holder: Holder) -> float:
    return (holder.today - holder.profile.born_on).days / _DAYS_A_YEAR


def _tenure(holder: Holder) -> float | None:
    first = min([policy.issued_on for policy in holder.profile.policies], default=None)
    return None if first is None else (holder.today - first).days / _DAYS_A_YEAR


def _beneficiary_days(holder: Holder) -> float | None:
    policies = holder.profile.policies
    changes = [policy.beneficiary_changed_on for policy in policies if policy.beneficiary_changed_on]
    return _days_since(holder.today, max(changes, default=None))


def _is_marital(marital: Marital) -> Value:
    return lambda holder: None if holder.profile.marital is None else holder.profile.marital is marital


def _income(holder: Holder) -> float | None:
    income = holder.profile.annual_income_twd
    return None if income is None else _log_amount(income)


def _f(name: str, unit: str, meaning: str, group: str, value: Value, missing: str = _UNREAD, rises: int = 0) -> Feature:
    return Feature(name, _M, unit, meaning, missing, group, rises, value)


_VALUELESS = "no policy of his with a value is known"

PROFILE_FEATURES: tuple[Feature, ...] = (
    *(_f(f"asks_{k.value}", "0/1", f"kind is {k.value}", "what_is_asked", _is_kind(k)) for k in RequestKind),
    _f(
        "amount",
        "log10 TWD",
        "amount asked for",
        "amount_at_stake",
        lambda holder: _log_amount(holder.request.amount_twd),
        rises=1,
    ),
    _f(
        "share_of_asked_policies",
        "share, at most 2",
        "amount ÷ available value of the policies asked for",
        "amount_at_stake",
        _share_of_asked,
        "the policies are not his or worth nothing",
        1,
    ),
    _f(
        "share_of_all_policies",
        "share, at most 2",
        "amount ÷ available value of all his policies",
        "amount_at_stake",
        lambda holder: _share(holder.request.amount_twd, holder.available_twd),
        _VALUELESS,
        1,
    ),
    _f(
        "amount_to_income",
        "ratio, at most 100",
        "amount ÷ yearly income",
        "amount_at_stake",
        _amount_to_income,
        "income not stated",
        1,
    ),
    _f(
        "policies_asked",
        "count",
        "policies in this request",
        "amount_at_stake",
        lambda holder: len(holder.request.policy_ids),
    ),
    _f("policies_owned", "count", "policies he owns", "policy_history", lambda holder: len(holder.profile.policies)),
    _f(
        "value_owned",
        "log10 TWD",
        "available value of all his policies",
        "policy_history",
        lambda holder: _log_amount(holder.available_twd),
    ),
    _f("loan_ratio", "ratio", "loans ÷ cash value", "policy_history", _loan_ratio, _VALUELESS),
    _f("tenure", "years", "since his first policy", "policy_history", _tenure, "no policy known"),
    _f("age", "years", "age at the request", "life_situation", _age),
    _f("retired", "0/1", "retired", "life_situation", lambda holder: holder.profile.retired, "not stated"),
    _f("married", "0/1", "married", "life_situation", _is_marital(Marital.MARRIED), "not stated"),
    _f("widowed", "0/1", "widowed", "life_situation", _is_marital(Marital.WIDOWED), "not stated"),
    _f("lives_alone", "0/1", "lives alone", "life_situation", lambda holder: holder.profile.lives_alone, "not stated"),
    _f(
        "income",
        "log10 TWD a year",
        "yearly income",
        "life_situation",
        _income,
        "not stated",
    ),
    _f(
        "account_not_on_file",
        "0/1",
        "pays to an account that is not on file",
        "payout_account_new",
        _account_not_on_file,
        rises=1,
    ),
    _f(
        "account_days_on_file",
        "days, at most 3650",
        "age on file of the account paid to; 0 when not on file",
        "payout_account_new",
        _account_days,
        "the account of record is meant and none is known",
        -1,
    ),
    _f(
        "accounts_added_30d",
        "count",
        "accounts put on file in the last 30 days",
        "payout_account_new",
        _accounts_added_30d,
        rises=1,
    ),
    _f(
        "account_other_owner",
        "0/1",
        "the account named belongs to somebody else",
        "payout_account_owner",
        _account_other_owner,
        "no account named, not on file, or its owner never checked",
        1,
    ),
    _f(
        "phone_changed_days",
        "days, at most 3650",
        "since the phone number on file changed",
        "records_changed",
        lambda holder: _days_since(holder.today, holder.profile.phone_changed_on),
        "never changed or not known",
        -1,
    ),
    _f(
        "beneficiary_changed_days",
        "days, at most 3650",
        "since a beneficiary of any of his policies changed",
        "records_changed",
        _beneficiary_days,
        "never changed or not known",
        -1,
    ),
    _f(
        "has_contact",
        "0/1",
        "a contact is designated",
        "no_contact",
        lambda holder: holder.profile.has_contact,
        "not known",
    ),
    _f(
        "past_victim",
        "0/1",
        "was deceived before",
        "past_victim",
        lambda holder: holder.profile.past_victim,
        "not known",
        1,
    ),
)
