"""Thresholds keep to the alert budget over every stake, and training counts the lights that serving gives."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import tests.properties.profiles  # noqa: F401 - loading it sets the profile
from models.export import artifact
from models.simulate.table import Doubles
from models.train import alert_policy
from models.train.alert_policy import AlertPolicy, PolicyError, parse
from models.train.thresholds import to_budget
from safelight.domain.assessment import Thresholds
from safelight.domain.light import Light
from safelight.scoring import manifest, policy
from tests.builders import a_score
from tests.scoring.vectors import a_vector

DEFAULT = alert_policy.read()
AMOUNTS = np.array([0, 1, 4_999, 5_000, 50_000, 299_999, 300_000, 1_000_000, 3_000_000, 10**9], dtype=np.float64)


def a_policy(*bands: tuple[int, float, bool], red: float = 0.005, red_or_yellow: float = 0.03) -> AlertPolicy:
    stakes = [{"from_twd": start, "factor": factor, "red": may} for start, factor, may in bands]
    return parse({"version": "test", "budget": {"red": red, "red_or_yellow": red_or_yellow}, "stakes": stakes})


FLAT = a_policy()
STEEP = a_policy((1, 10.0, False), (5_000, 3.0, True), (300_000, 0.7, True), (1_000_000, 0.5, True))


def skewed(rng: np.random.Generator, count: int) -> Doubles:
    """As a model of rare events answers: nearly all tiny, a few large."""
    return rng.beta(0.1, 12.0, count)


SMALL_NEVER = a_policy((1, 1.0, False), (5_000, 1.0, True))


@pytest.mark.parametrize("rules", [DEFAULT, FLAT, STEEP, SMALL_NEVER], ids=["default", "flat", "steep", "small never"])
@pytest.mark.parametrize("count", [200, 20_000])
def test_the_budget_is_met_to_within_one_alert(rules: AlertPolicy, count: int) -> None:
    rng = np.random.default_rng(count)
    probability, amount = skewed(rng, count), rng.choice(AMOUNTS, count)
    lights = to_budget(probability, amount, rules).lights(probability, amount)
    assert 0 <= int(rules.red_or_yellow * count) - (lights >= Light.YELLOW).sum() <= 1
    # Without an amount, or from 5,000 TWD: enough requests may be red for the budget to be used.
    assert 0 <= int(rules.red * count) - (lights == Light.RED).sum() <= 1


@pytest.mark.parametrize("rules", [DEFAULT, FLAT, STEEP], ids=["default", "flat", "steep"])
def test_ties_never_overspend(rules: AlertPolicy) -> None:
    rng = np.random.default_rng(0)
    amount = rng.choice(AMOUNTS, 5_000)
    for probability in (np.round(rng.random(5_000) / 3, 2), np.full(5_000, 0.1), np.zeros(5_000)):
        lights = to_budget(probability, amount, rules).lights(probability, amount)
        assert np.mean(lights == Light.RED) <= rules.red
        assert np.mean(lights >= Light.YELLOW) <= rules.red_or_yellow


def test_when_few_may_be_red_the_rest_of_the_red_budget_is_not_spent_below_yellow() -> None:
    rules = a_policy((1, 1.0, False))
    probability, amount = skewed(np.random.default_rng(1), 10_000), np.ones(10_000)
    amount[:5] = 0
    found = to_budget(probability, amount, rules)
    assert found.red >= found.yellow
    assert (found.lights(probability, amount) == Light.RED).sum() <= 5


def test_a_policy_that_spends_everything_on_large_stakes_is_refused() -> None:
    """Else no change of a payout account could ever be red."""
    rules = a_policy((1, 1.0, True), (1_000_000, 0.1, True))
    amount = np.where(np.arange(1_000) < 100, 2_000_000.0, 0.0)
    with pytest.raises(PolicyError) as caught:
        to_budget(np.full(1_000, 0.2), amount, rules)
    assert caught.value.field == "stakes"


@pytest.mark.parametrize("rules", [DEFAULT, FLAT, STEEP], ids=["default", "flat", "steep"])
def test_training_counts_the_lights_that_serving_gives(rules: AlertPolicy) -> None:
    """At, just below and just above every threshold, on both sides of every band, through the manifest."""
    rng = np.random.default_rng(2)
    found = to_budget(skewed(rng, 20_000), rng.choice(AMOUNTS, 20_000), rules)
    served = read_back(found.served)
    assert served == found.served
    edges = {edge for amount in AMOUNTS for edge in served.at(int(amount)) if edge <= 1}
    near = [np.nextafter(np.float32(e), np.float32(to)) for e in edges for to in (0, 1)]
    probabilities = [float(p) for p in (*edges, *near)]
    for amount in AMOUNTS:
        lights = found.lights(np.array(probabilities), np.full(len(probabilities), amount))
        for probability, light in zip(probabilities, lights, strict=True):
            score = a_score(probability=probability)
            assert policy.by_model(score, a_vector(), int(amount), served).light == light


def read_back(served: Thresholds) -> Thresholds:
    return manifest._thresholds({"format": manifest.FORMAT, "thresholds": artifact._thresholds(served)})


FACTORS = st.lists(st.floats(0.1, 10), min_size=1, max_size=5).map(lambda f: sorted(f, reverse=True))


@st.composite
def policies(draw: st.DrawFn) -> AlertPolicy:
    factors = draw(FACTORS)
    starts = sorted(draw(st.sets(st.integers(2, 10**7), min_size=len(factors) - 1, max_size=len(factors) - 1)))
    never_red = draw(st.integers(0, len(factors)))
    return a_policy(*((s, f, n >= never_red) for n, (s, f) in enumerate(zip([1, *starts], factors, strict=True))))


@given(policies(), st.integers(0, 2**32 - 1), st.floats(0, 1, width=32), st.integers(1, 10**7), st.integers(0, 10**7))
def test_under_any_policy_more_at_stake_is_never_milder(
    rules: AlertPolicy, seed: int, probability: float, amount: int, more: int
) -> None:
    rng = np.random.default_rng(seed)
    try:
        served = to_budget(skewed(rng, 500), rng.choice(AMOUNTS, 500), rules).served
    except PolicyError:
        reject()
    score = a_score(probability=probability)
    less = policy.by_model(score, a_vector(), amount, served).light
    assert policy.by_model(score, a_vector(), amount + more, served).light >= less


# The file

GOOD: dict[str, Any] = {
    "version": "v",
    "budget": {"red": 0.005, "red_or_yellow": 0.03},
    "stakes": [{"from_twd": 1, "factor": 2, "red": False}, {"from_twd": 5_000, "factor": 1.0, "red": True}],
}


def test_the_committed_policy_is_the_budget_of_the_house() -> None:
    assert (DEFAULT.red, DEFAULT.red_or_yellow) == (0.005, 0.03)
    assert parse(DEFAULT.as_json()) == DEFAULT
    small = next(band for band in DEFAULT.stakes if band.from_twd == 1)
    assert not small.red


def _with(path: str, value: object) -> dict[str, Any]:
    """GOOD with one place changed; `...` takes it out."""
    document: Any = {**GOOD, "budget": {**GOOD["budget"]}, "stakes": [{**band} for band in GOOD["stakes"]]}
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inside = document
    for part in way:
        inside = inside[part]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("version", ..., "version"),
        ("version", 3, "version"),
        ("version", " ", "version"),
        ("budgets", {}, "budgets"),
        ("budget", None, "budget"),
        ("budget.red", ..., "budget.red"),
        ("budget.red", "0.5 %", "budget.red"),
        ("budget.red", True, "budget.red"),
        ("budget.red", 0, "budget.red"),
        ("budget.red", float("nan"), "budget.red"),
        ("budget.red", 0.5, "budget.red_or_yellow"),
        ("budget.red_or_yellow", 1.0, "budget.red_or_yellow"),
        ("budget.green", 0.1, "budget.green"),
        ("stakes", ..., "stakes"),
        ("stakes", {}, "stakes"),
        ("stakes.0", 5, "stakes[0]"),
        ("stakes.0.from_twd", 2, "stakes[0].from_twd"),
        ("stakes.0.from_twd", 1.0, "stakes[0].from_twd"),
        ("stakes.0.from_twd", True, "stakes[0].from_twd"),
        ("stakes.0.factor", ..., "stakes[0].factor"),
        ("stakes.0.factor", 0, "stakes[0].factor"),
        ("stakes.0.factor", float("inf"), "stakes[0].factor"),
        ("stakes.0.factor", 0.5, "stakes[1].factor"),
        ("stakes.0.red", True, None),
        ("stakes.0.red", "no", "stakes[0].red"),
        ("stakes.0.note", "small", "stakes[0].note"),
        ("stakes.1.from_twd", 1, "stakes[1].from_twd"),
        ("stakes.1.factor", 2.1, "stakes[1].factor"),
    ],
)
def test_a_malformed_policy_is_refused_by_the_name_of_the_field(path: str, value: object, field: str | None) -> None:
    document = _with(path, value)
    if field is None:
        assert parse(document).stakes[0].red
        return
    with pytest.raises(PolicyError) as caught:
        parse(document)
    assert caught.value.field == field
    assert field in str(caught.value)


def test_more_at_stake_cannot_be_told_never_to_be_red() -> None:
    document = _with("stakes.1.red", False)
    document["stakes"][0]["red"] = True
    with pytest.raises(PolicyError) as caught:
        parse(document)
    assert caught.value.field == "stakes[1].red"


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "budget: [", "\x00", "5", "!!python/object:os.system {}", "[" * 50_000, "{a: " * 5_000),
        *("version: 2026-13-45", f"version: {'9' * 5_000}", "version: !!int x"),
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_policy_is_refused(tmp_path: Any, text: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    with pytest.raises(PolicyError, match="file"):
        alert_policy.read(file)


@pytest.mark.parametrize(
    ("more", "field"), [("  red: 0.02\n", "red"), ("budget: {red: 0.2, red_or_yellow: 0.5}\n", "budget")]
)
def test_a_field_that_is_there_twice_is_refused(tmp_path: Any, more: str, field: str) -> None:
    """YAML takes the last and says nothing: which one did its author mean?"""
    file = tmp_path / "policy.yaml"
    file.write_text("version: v\nstakes: []\nbudget:\n  red: 0.005\n  red_or_yellow: 0.03\n" + more)
    with pytest.raises(PolicyError) as caught:
        alert_policy.read(file)
    assert caught.value.field == field


@pytest.mark.parametrize(("path", "field"), [("budget.red", "budget.red"), ("stakes.1.from_twd", "stakes[1].from_twd")])
def test_a_number_beyond_reckoning_is_refused(path: str, field: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(_with(path, 10**400))
    assert caught.value.field == field
