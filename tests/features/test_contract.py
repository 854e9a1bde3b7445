"""The feature contract: complete, pure, honest about what is missing, blind to the future."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from math import isnan, nan

import pytest

from safelight.domain.assessment import Modality
from safelight.domain.facts import (
    Behaviour,
    Context,
    External,
    Facts,
    Observation,
    ObservationKind,
    PastRequest,
    RegisteredAccount,
)
from safelight.domain.request import AccountKey, Channel, Locale, PolicyId, Request, RequestKind
from safelight.features.contract import (
    BY_MODALITY,
    FEATURES,
    MODALITIES,
    REASON_GROUPS,
    SLICES,
    Feature,
    present,
    vector,
)
from safelight.features.feature import number
from tests.model.example_requests import ordinary_borrower, retired_teacher, widow

EXAMPLES = [ordinary_borrower, retired_teacher, widow]
ids = [example.__name__ for example in EXAMPLES]


def value(name: str, request: Request, facts: Facts) -> float:
    return vector(request, facts)[[feature.name for feature in FEATURES].index(name)]


def same(left: tuple[float, ...], right: tuple[float, ...]) -> bool:
    return all(a == b or (isnan(a) and isnan(b)) for a, b in zip(left, right, strict=True))


def test_names_are_unique():
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.name)
def test_feature_is_described(feature: Feature):
    assert feature.unit
    assert feature.meaning
    assert feature.missing
    assert feature.rises in (-1, 0, 1)
    assert REASON_GROUPS[feature.group].modality is feature.modality


def test_no_feature_is_about_gender():
    assert not any(word in feature.name for feature in FEATURES for word in ("gender", "sex", "male"))


def test_every_reason_group_is_used_and_has_words():
    assert set(REASON_GROUPS) == {feature.group for feature in FEATURES}
    for code, group in REASON_GROUPS.items():
        assert group.code == code
        assert group.words(Locale.ZH_TW)
        assert group.words(Locale.EN)
    for locale in Locale:
        words = [group.words(locale) for group in REASON_GROUPS.values()]
        assert len(set(words)) == len(words)


def test_reason_groups_follow_the_order_of_modalities():
    order = [MODALITIES.index(group.modality) for group in REASON_GROUPS.values()]
    assert order == sorted(order)


def test_slices_cover_the_vector_in_order():
    covered = [index for modality in MODALITIES for index in range(*SLICES[modality].indices(len(FEATURES)))]
    assert covered == list(range(len(FEATURES)))
    for modality in MODALITIES:
        assert FEATURES[SLICES[modality]] == BY_MODALITY[modality]


@pytest.mark.parametrize("example", EXAMPLES, ids=ids)
def test_vector_is_pure(example):
    assert same(vector(*example()), vector(*example()))


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("example", EXAMPLES, ids=ids)
def test_missing_modality_is_nan_throughout(example, modality: Modality):
    request, facts = example()
    values = vector(request, replace(facts, **{modality.value: None}))
    assert all(isnan(v) for v in values[SLICES[modality]])
    assert not present(values, modality)


@pytest.mark.parametrize("modality", MODALITIES)
def test_missing_modality_changes_no_other(modality: Modality):
    request, facts = retired_teacher()
    whole, thinned = vector(request, facts), vector(request, replace(facts, **{modality.value: None}))
    for other in MODALITIES:
        # What share of all his value is drained needs the profile besides the history.
        if other is not modality and (other, modality) != (Modality.BEHAVIOUR, Modality.PROFILE):
            assert same(whole[SLICES[other]], thinned[SLICES[other]])


def test_nothing_known_is_nan_everywhere():
    request, _ = ordinary_borrower()
    assert all(isnan(v) for v in vector(request, Facts()))


@pytest.mark.parametrize(
    ("modality", "empty"), [(Modality.CONTEXT, Context()), (Modality.EXTERNAL, External())], ids=["context", "external"]
)
def test_modality_that_was_read_but_says_nothing_counts_as_absent(modality: Modality, empty):
    request, facts = ordinary_borrower()
    assert not present(vector(request, replace(facts, **{modality.value: empty})), modality)


def test_no_observation_is_zero_not_missing():
    request, facts = ordinary_borrower()
    values = vector(request, replace(facts, field=()))[SLICES[Modality.FIELD]]
    assert not any(isnan(v) for v in values)


def test_what_comes_after_the_request_is_not_seen():
    request, facts = widow()
    later = request.requested_at + timedelta(hours=1)
    next_day = (request.requested_at + timedelta(days=1)).date()
    assert facts.behaviour is not None
    assert facts.profile is not None
    future = PastRequest(
        kind=RequestKind.SURRENDER,
        amount_twd=5_000_000,
        policy_ids=(PolicyId("policy-9"),),
        requested_at=later,
        channel=Channel.PHONE,
    )
    note = Observation(kind=ObservationKind.HURRIED_OR_AFRAID, observed_at=later)
    account = RegisteredAccount(key=AccountKey("later"), added_on=next_day)
    told = replace(
        facts,
        behaviour=replace(facts.behaviour, past_requests=(future, *facts.behaviour.past_requests)),
        field=(note,),
        profile=replace(facts.profile, accounts=(*facts.profile.accounts, account)),
    )
    assert same(vector(request, told), vector(request, facts))


@pytest.mark.parametrize(
    ("example", "name", "expected"),
    [
        (ordinary_borrower, "share_of_all_policies", 0.08),
        (ordinary_borrower, "hour_local", 10.5),
        (ordinary_borrower, "night", 0.0),
        (ordinary_borrower, "account_not_on_file", 0.0),
        (ordinary_borrower, "amount_to_usual_91_365d", nan),
        (ordinary_borrower, "days_since_money_request", 365.0),
        (retired_teacher, "night", 1.0),
        (retired_teacher, "share_of_asked_policies", 1.0),
        (retired_teacher, "account_days_on_file", 0.0),
        (retired_teacher, "accounts_added_30d", 1.0),
        (retired_teacher, "screen_shared", 1.0),
        (retired_teacher, "asks_surrender", 1.0),
        (widow, "policies_touched_10d", 3.0),
        (widow, "money_requests_10d", 2.0),
        (widow, "share_drained_10d", (380_000 + 750_000) / (150_000 + 150_000 + 520_000 + 750_000)),
        (widow, "share_asked_3d", (380_000 + 400_000) / 820_000),
        (widow, "on_call", nan),
        (widow, "widowed", 1.0),
    ],
)
def test_value(example, name: str, expected: float):
    request, facts = example()
    assert value(name, request, facts) == pytest.approx(expected, nan_ok=True)


def test_account_of_record_is_as_old_as_the_oldest_account():
    request, facts = retired_teacher()
    days = value("account_days_on_file", replace(request, payout_account=None), facts)
    assert days == 3650.0


def test_account_nobody_knows_is_not_on_file():
    request, facts = ordinary_borrower()
    stranger = replace(request, payout_account=AccountKey("stranger"))
    assert value("account_not_on_file", stranger, facts) == 1.0
    assert value("account_days_on_file", stranger, facts) == 0.0


def test_policy_of_somebody_else_has_no_share():
    request, facts = ordinary_borrower()
    assert isnan(value("share_of_asked_policies", replace(request, policy_ids=(PolicyId("other"),)), facts))


def test_requests_made_before_the_first_is_paid_are_added_up():
    """Two loans of 80 % within the hour: the record still shows all of it as available at the second."""
    request, facts = ordinary_borrower()
    assert facts.profile is not None
    assert facts.behaviour is not None
    value_owned = sum(policy.available_twd for policy in facts.profile.policies)
    second = replace(request, amount_twd=int(0.8 * value_owned))

    def with_first(before: timedelta) -> Facts:
        first = PastRequest(
            kind=second.kind,
            amount_twd=second.amount_twd,
            policy_ids=second.policy_ids,
            requested_at=second.requested_at - before,
            channel=second.channel,
        )
        return replace(facts, behaviour=Behaviour(past_requests=(first,)))

    assert value("share_asked_3d", second, with_first(timedelta(minutes=20))) == pytest.approx(1.6)
    assert value("share_asked_3d", second, with_first(timedelta(days=3, minutes=1))) == pytest.approx(0.8)
    huge = replace(second, amount_twd=9 * value_owned)
    assert value("share_asked_3d", huge, facts) == 2.0
    assert isnan(value("share_asked_3d", second, replace(facts, profile=None)))


def test_worthless_policies_divide_nothing_by_zero():
    request, facts = ordinary_borrower()
    assert facts.profile is not None
    emptied = replace(facts, profile=replace(facts.profile, policies=(), annual_income_twd=0))
    for name in (
        "share_of_all_policies",
        "share_drained_10d",
        "share_taken_11_30d",
        "share_asked_3d",
        "loan_ratio",
        "tenure",
        "amount_to_income",
    ):
        assert isnan(value(name, request, emptied))


def test_absurd_reading_stays_within_float32():
    request, facts = ordinary_borrower()
    absurd = Context(seconds_on_form=float("inf"), amount_edits=10**400)
    values = vector(request, replace(facts, context=absurd))
    assert value("amount_edits", request, replace(facts, context=absurd)) == 1e9
    assert all(isnan(v) or abs(v) <= 1e9 for v in values)


@pytest.mark.parametrize(
    ("value", "kept"),
    [(True, 1.0), (0, 0.0), (2.5, 2.5), (1e9, 1e9), (2e9, 1e9), (-2e9, -1e9), (10**400, 1e9), (-(10**400), -1e9)],
)
def test_a_number_is_kept_or_clipped_to_its_side(value: float, kept: float):
    assert (type(number(value)), number(value)) == (float, kept)


def test_nothing_known_is_no_number():
    assert isnan(number(None))
    assert isnan(number(nan))


def test_contract_needs_the_standard_library_only():
    """It is imported on every cold start."""
    code = (
        "import sys, safelight.features.contract; print({'numpy', 'zoneinfo', 'pydantic', 'boto3'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_path())
    assert out.stdout.strip() == "set()"


def _path() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(sys.path)}


@pytest.mark.parametrize(
    ("days_ago", "moved"),
    [
        (9, {"share_drained_10d", "policies_touched_10d"}),
        (11, {"share_taken_11_30d", "policies_touched_11_30d"}),
        (31, {"share_taken_31_90d"}),
        (91, set()),
    ],
)
def test_money_taken_counts_in_the_one_window_of_its_day(days_ago: int, moved: set[str]):
    request, facts = ordinary_borrower()
    assert facts.behaviour is not None
    taken = PastRequest(
        kind=request.kind,
        amount_twd=400_000,
        policy_ids=(PolicyId("another"),),
        requested_at=request.requested_at - timedelta(days=days_ago),
        channel=request.channel,
    )
    windows = {
        "share_drained_10d",
        "share_taken_11_30d",
        "share_taken_31_90d",
        "policies_touched_10d",
        "policies_touched_11_30d",
    }
    before = replace(facts, behaviour=Behaviour(past_requests=()))
    after = replace(facts, behaviour=Behaviour(past_requests=(taken,)))
    risen = {name for name in windows if value(name, request, after) > value(name, request, before)}
    fallen = {name for name in windows if value(name, request, after) < value(name, request, before)}
    assert (risen, fallen) == (moved, set())


def test_what_is_taken_or_asked_for_later_takes_nothing_from_an_older_window():
    request, facts = ordinary_borrower()
    assert facts.profile is not None
    owned = sum(policy.available_twd for policy in facts.profile.policies)

    def past(days: int, amount_twd: int) -> PastRequest:
        return PastRequest(
            kind=request.kind,
            amount_twd=amount_twd,
            policy_ids=(PolicyId("one"),),
            requested_at=request.requested_at - timedelta(days=days),
            channel=request.channel,
        )

    old = past(20, owned)
    for later in ((), (past(5, owned),)):
        for asked in (1, owned):
            now = replace(request, amount_twd=asked)
            known = replace(facts, behaviour=Behaviour(past_requests=(*later, old)))
            assert value("share_taken_11_30d", now, known) == pytest.approx(0.5)
            assert value("policies_touched_11_30d", now, known) == 1.0


def test_what_is_taken_now_does_not_become_what_is_usual_for_him():
    request, facts = ordinary_borrower()

    def to_usual(*taken: tuple[int, int]) -> float:
        past = tuple(
            PastRequest(
                kind=request.kind,
                amount_twd=amount,
                policy_ids=(PolicyId("another"),),
                requested_at=request.requested_at - timedelta(days=days_ago),
                channel=request.channel,
            )
            for days_ago, amount in taken
        )
        return value("amount_to_usual_91_365d", request, replace(facts, behaviour=Behaviour(past_requests=past)))

    asked = request.amount_twd
    assert to_usual((200, asked // 2)) == pytest.approx(2.0)
    assert to_usual((60, 10 * asked), (200, asked // 2)) == pytest.approx(2.0)
    assert isnan(to_usual((60, 10 * asked)))
