"""Profile: who he is to the insurer, and what this request would take. No gender, by decision."""

from collections.abc import Callable
from datetime import date
from math import log10

from safelight.domain.assessment import Modality
from safelight.domain.facts import Facts, Marital, Policy, Profile, RegisteredAccount
from safelight.domain.request import Request, RequestKind
from safelight.features.feature import NAN, Feature, from_profile, number

_M = Modality.PROFILE
_UNREAD = "the profile could not be read"
_DAYS_A_YEAR = 365.25
_LONG_AGO_DAYS = 3650.0

Value = Callable[[Request, Facts], float]


def _asked(of: Callable[[Request, Profile], float | None]) -> Value:
    def value(request: Request, facts: Facts) -> float:
        return NAN if facts.profile is None else number(of(request, facts.profile))

    return value


def _days_since(request: Request, day: date | None) -> float | None:
    """Whole days, capped at ten years; None when unknown. A date after the request counts as today."""
    if day is None:
        return None
    return min(_LONG_AGO_DAYS, max(0.0, float((request.requested_at.date() - day).days)))


def _is_kind(kind: RequestKind) -> Value:
    return _asked(lambda request, _: request.kind is kind)


def _log_amount(amount: float) -> float:
    return log10(1.0 + max(0.0, amount))


def _asked_policies(request: Request, profile: Profile) -> list[Policy]:
    return [policy for policy in profile.policies if policy.policy_id in request.policy_ids]


def _share(amount: int, policies: list[Policy] | tuple[Policy, ...]) -> float | None:
    whole = sum(policy.available_twd for policy in policies)
    return min(2.0, amount / whole) if whole > 0 else None


def _amount_to_income(request: Request, profile: Profile) -> float | None:
    income = profile.annual_income_twd
    return min(100.0, request.amount_twd / income) if income is not None and income > 0 else None


def _account(request: Request, profile: Profile) -> RegisteredAccount | None:
    for account in profile.accounts:
        if account.key == request.payout_account:
            return account
    return None


def _account_not_on_file(request: Request, profile: Profile) -> float:
    return float(request.payout_account is not None and _account(request, profile) is None)


def _account_days(request: Request, profile: Profile) -> float | None:
    """Days the payout account is on file: 0 when it is not, the oldest one's when the account of record is meant."""
    if request.payout_account is None:
        oldest = min((account.added_on for account in profile.accounts), default=None)
        return _days_since(request, oldest)
    account = _account(request, profile)
    return 0.0 if account is None else _days_since(request, account.added_on)


def _account_other_owner(request: Request, profile: Profile) -> float | None:
    account = None if request.payout_account is None else _account(request, profile)
    return None if account is None or account.same_owner is None else float(not account.same_owner)


def _accounts_added_30d(request: Request, profile: Profile) -> float:
    today = request.requested_at.date()
    return float(sum(0 <= (today - account.added_on).days <= 30 for account in profile.accounts))


def _loan_ratio(profile: Profile) -> float | None:
    whole = sum(policy.cash_value_twd for policy in profile.policies)
    return sum(policy.loan_balance_twd for policy in profile.policies) / whole if whole > 0 else None


def _age(request: Request, profile: Profile) -> float:
    return (request.requested_at.date() - profile.born_on).days / _DAYS_A_YEAR


def _tenure(request: Request, profile: Profile) -> float | None:
    first = min((policy.issued_on for policy in profile.policies), default=None)
    return None if first is None else (request.requested_at.date() - first).days / _DAYS_A_YEAR


def _beneficiary_days(request: Request, profile: Profile) -> float | None:
    changes = [policy.beneficiary_changed_on for policy in profile.policies if policy.beneficiary_changed_on]
    return _days_since(request, max(changes, default=None))


def _is_marital(marital: Marital) -> Value:
    return from_profile(lambda p: None if p.marital is None else p.marital is marital)


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
        _asked(lambda r, _: _log_amount(r.amount_twd)),
        rises=1,
    ),
    _f(
        "share_of_asked_policies",
        "share, at most 2",
        "amount ÷ available value of the policies asked for",
        "amount_at_stake",
        _asked(lambda r, p: _share(r.amount_twd, _asked_policies(r, p))),
        "the policies are not his or worth nothing",
        1,
    ),
    _f(
        "share_of_all_policies",
        "share, at most 2",
        "amount ÷ available value of all his policies",
        "amount_at_stake",
        _asked(lambda r, p: _share(r.amount_twd, p.policies)),
        _VALUELESS,
        1,
    ),
    _f(
        "amount_to_income",
        "ratio, at most 100",
        "amount ÷ yearly income",
        "amount_at_stake",
        _asked(_amount_to_income),
        "income not stated",
        1,
    ),
    _f(
        "policies_asked", "count", "policies in this request", "amount_at_stake", _asked(lambda r, _: len(r.policy_ids))
    ),
    _f("policies_owned", "count", "policies he owns", "policy_history", from_profile(lambda p: len(p.policies))),
    _f(
        "value_owned",
        "log10 TWD",
        "available value of all his policies",
        "policy_history",
        from_profile(lambda p: _log_amount(sum(policy.available_twd for policy in p.policies))),
    ),
    _f("loan_ratio", "ratio", "loans ÷ cash value", "policy_history", from_profile(_loan_ratio), _VALUELESS),
    _f("tenure", "years", "since his first policy", "policy_history", _asked(_tenure), "no policy known"),
    _f("age", "years", "age at the request", "life_situation", _asked(_age)),
    _f("retired", "0/1", "retired", "life_situation", from_profile(lambda p: p.retired), "not stated"),
    _f("married", "0/1", "married", "life_situation", _is_marital(Marital.MARRIED), "not stated"),
    _f("widowed", "0/1", "widowed", "life_situation", _is_marital(Marital.WIDOWED), "not stated"),
    _f("lives_alone", "0/1", "lives alone", "life_situation", from_profile(lambda p: p.lives_alone), "not stated"),
    _f(
        "income",
        "log10 TWD a year",
        "yearly income",
        "life_situation",
        from_profile(lambda p: None if p.annual_income_twd is None else _log_amount(p.annual_income_twd)),
        "not stated",
    ),
    _f(
        "account_not_on_file",
        "0/1",
        "pays to an account that is not on file",
        "payout_account_new",
        _asked(_account_not_on_file),
        rises=1,
    ),
    _f(
        "account_days_on_file",
        "days, at most 3650",
        "age on file of the account paid to; 0 when not on file",
        "payout_account_new",
        _asked(_account_days),
        "the account of record is meant and none is known",
        -1,
    ),
    _f(
        "accounts_added_30d",
        "count",
        "accounts put on file in the last 30 days",
        "payout_account_new",
        _asked(_accounts_added_30d),
        rises=1,
    ),
    _f(
        "account_other_owner",
        "0/1",
        "the account named belongs to somebody else",
        "payout_account_owner",
        _asked(_account_other_owner),
        "no account named, not on file, or its owner never checked",
        1,
    ),
    _f(
        "phone_changed_days",
        "days, at most 3650",
        "since the phone number on file changed",
        "records_changed",
        _asked(lambda r, p: _days_since(r, p.phone_changed_on)),
        "never changed or not known",
        -1,
    ),
    _f(
        "beneficiary_changed_days",
        "days, at most 3650",
        "since a beneficiary of any of his policies changed",
        "records_changed",
        _asked(_beneficiary_days),
        "never changed or not known",
        -1,
    ),
    _f(
        "has_contact",
        "0/1",
        "a contact is designated",
        "no_contact",
        from_profile(lambda p: p.has_contact),
        "not known",
    ),
    _f(
        "past_victim",
        "0/1",
        "was deceived before",
        "past_victim",
        from_profile(lambda p: p.past_victim),
        "not known",
        1,
    ),
)
