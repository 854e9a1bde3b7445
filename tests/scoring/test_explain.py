"""Which feature speaks for a reason: the most unusual one, and the same one every time."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.properties.profiles  # noqa: F401 - loading it sets the profile
from safelight.domain.assessment import Reason
from safelight.features.contract import FEATURES, REASON_GROUPS
from safelight.scoring.explain import Explained, explained
from safelight.scoring.manifest import ManifestError
from safelight.scoring.usual import NOTHING, Usual, UsualRange, UsualShare, parse
from tests.scoring.vectors import a_vector


def spread(*quantiles: float) -> UsualRange:
    lowest, low, middle, high, highest = quantiles
    return UsualRange(lowest=lowest, low=low, middle=middle, high=high, highest=highest)


USUAL: dict[str, Usual] = {
    "share_drained_10d": spread(0.0, 0.0, 0.1, 0.4, 0.6),
    "share_taken_11_30d": spread(0.0, 0.0, 0.1, 0.5, 0.7),
    "share_taken_31_90d": spread(0.0, 0.0, 0.2, 0.9, 1.0),
    "amount_to_usual_91_365d": spread(0.1, 0.2, 1.0, 5.0, 9.0),
    "account_not_on_file": UsualShare(so=0.02),
    "account_days_on_file": spread(1.0, 30.0, 900.0, 3650.0, 3650.0),
    "accounts_added_30d": spread(0.0, 0.0, 0.0, 1.0, 1.0),
    "has_contact": UsualShare(so=0.6),
    "retired": UsualShare(so=0.3),
    "married": UsualShare(so=0.7),
    "age": spread(22.0, 28.0, 50.0, 72.0, 80.0),
}


def one(code: str, usual: dict[str, Usual] | None = None, **known: float) -> Explained:
    (found,) = explained((Reason(code=code, weight=1.0),), a_vector(**known), USUAL if usual is None else usual)
    return found


def name(found: Explained) -> str | None:
    return None if found.feature is None else found.feature.name


@pytest.mark.parametrize(
    ("code", "known", "speaks"),
    [
        # Beyond its 99 in 100, while 90 days of it are nothing special.
        (
            "share_drained",
            {"share_drained_10d": 0.65, "share_taken_11_30d": 0.65, "share_taken_31_90d": 0.65},
            "10d",
        ),
        (
            "share_drained",
            {"share_drained_10d": 0.05, "share_taken_11_30d": 0.6, "share_taken_31_90d": 0.65},
            "11_30d",
        ),
        (
            "share_drained",
            {"share_drained_10d": 0.0, "share_taken_11_30d": 0.0, "share_taken_31_90d": 0.95},
            "31_90d",
        ),
        # Tied beyond everything: the earlier in the contract.
        ("share_drained", {"share_drained_10d": 1.0, "share_taken_11_30d": 1.0, "share_taken_31_90d": 1.1}, "10d"),
        # Newer is riskier; an account on file for long speaks for nothing.
        ("payout_account_new", {"account_not_on_file": 0, "account_days_on_file": 0.5}, "account_days_on_file"),
        ("payout_account_new", {"account_not_on_file": 1, "account_days_on_file": 20}, "account_not_on_file"),
        ("payout_account_new", {"account_not_on_file": 0, "accounts_added_30d": 2}, "accounts_added_30d"),
        ("payout_account_new", {"account_not_on_file": 0, "account_days_on_file": 3650}, "account_days_on_file"),
        ("life_situation", {"retired": 1, "married": 1, "age": 50}, "retired"),
        ("life_situation", {"retired": 1, "married": 1, "age": 85}, "age"),
        ("life_situation", {"retired": 0, "married": 0, "age": 50}, "age"),
        # Alone in its group: its absence is what was seen.
        ("no_contact", {"has_contact": 0}, "has_contact"),
    ],
)
def test_the_most_unusual_value_speaks_for_its_group(code: str, known: dict[str, float], speaks: str) -> None:
    found = one(code, **known)
    assert found.feature is not None
    assert found.feature.group == code
    assert found.feature.name.endswith(speaks)
    assert found.usual is USUAL[found.feature.name]
    assert found.value == pytest.approx(known[found.feature.name])


def test_without_usual_the_first_that_says_something_speaks() -> None:
    money = {"money_requests_10d": 0.0, "money_requests_30d": 2.0, "money_requests_90d": 2.0}
    assert name(one("repeated_requests", NOTHING, **money)) == "money_requests_30d"
    assert name(one("payout_account_new", NOTHING, account_not_on_file=0, account_days_on_file=2)) == (
        "account_days_on_file"
    )
    assert name(one("on_call", NOTHING, on_call=0)) == "on_call"


def test_what_is_not_known_never_speaks() -> None:
    assert name(one("share_drained", share_taken_31_90d=0.1)) == "share_taken_31_90d"
    nothing = one("share_drained", on_call=1)
    assert (nothing.known, nothing.feature) == (False, None)


@pytest.mark.parametrize("code", ["rule.steered", "answer.general.coached", "a_group_of_old"])
def test_what_is_no_reason_group_has_no_value(code: str) -> None:
    found = one(code, on_call=1)
    assert (found.known, found.feature, found.usual) == (True, None, None)


def test_a_vector_of_another_contract_explains_nothing() -> None:
    reasons = (Reason(code="on_call", weight=1.0),)
    for vector in (a_vector(on_call=1)[:-1], (*a_vector(on_call=1), 1.0), ()):
        assert explained(reasons, vector, USUAL)[0].feature is None


VALUES = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.sampled_from([0.0, 1.0, 0.5, float("nan")])


@given(st.lists(VALUES, min_size=len(FEATURES), max_size=len(FEATURES)), st.booleans())
def test_every_group_is_explained_by_a_known_feature_of_its_own(values: list[float], with_usual: bool) -> None:
    vector, reasons = tuple(values), tuple(Reason(code=code, weight=1.0) for code in REASON_GROUPS)
    found = explained(reasons, vector, USUAL if with_usual else NOTHING)
    assert repr(found) == repr(explained(reasons, vector, USUAL if with_usual else NOTHING))
    for code, each in zip(REASON_GROUPS, found, strict=True):
        own = [(f, v) for f, v in zip(FEATURES, vector, strict=True) if f.group == code and v == v]
        assert each.known is bool(own)
        assert each.feature is None or (each.feature, each.value) in own
        assert (each.feature is None) is (not own)


# What is usual, as the manifest says it


def test_usual_is_read_with_the_hash_of_its_model() -> None:
    entries = {"on_call": {"share": 0.02}, "age": {"quantiles": [20, 25, 48.5, 72, 80]}}
    sha256, usual = parse(json.dumps({"sha256": "ab", "usual": entries}))
    assert sha256 == "ab"
    assert usual == {"on_call": UsualShare(so=0.02), "age": spread(20, 25, 48.5, 72, 80)}
    assert parse('{"sha256": "ab"}') == ("ab", {})


@pytest.mark.parametrize(
    "entry",
    [
        None,
        0.5,
        {},
        {"share": 1.2},
        {"share": -0.1},
        {"share": "0.1"},
        {"share": 0.1, "more": 1},
        {"quantiles": [1, 2, 3]},
        {"quantiles": [5, 4, 3, 2, 1]},
        {"quantiles": [1, 2, 3, 4, "5"]},
        {"quantiles": [1, 2, 3, 4, True]},
        {"quantiles": [1, 2, float("nan"), 4, 5]},
        {"quantiles": None},
    ],
    ids=str,
)
def test_a_wrong_entry_is_refused_by_name(entry: Any) -> None:
    with pytest.raises(ManifestError, match=r"usual\.age"):
        parse(json.dumps({"sha256": "ab", "usual": {"age": entry}}))


@pytest.mark.parametrize("text", ["", "[]", "null", '{"usual": []}', '{"usual": 1}'])
def test_what_holds_no_usual_is_refused(text: str) -> None:
    with pytest.raises(ManifestError):
        parse(text)
