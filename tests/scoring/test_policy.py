"""From probability and rules to a light, and from a decision record back to the same decision."""

import struct
from dataclasses import replace
from math import isnan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.adapters.dynamodb import codec
from safelight.domain.assessment import NEVER, Modality, Source, StakeBand, Thresholds
from safelight.domain.case import Case, Decision
from safelight.domain.errors import GaveUpError
from safelight.domain.light import Light
from safelight.features import contract
from safelight.features.contract import NAN
from safelight.scoring import policy
from safelight.scoring.policy import MAX_REASONS, pack_vector, unpack_vector
from safelight.scoring.rules import RULES, Rule, holding
from safelight.usecases.replay_decision import replay_decision
from tests.builders import a_case, a_decision, a_request, a_score, facts
from tests.fakes import FakeModel
from tests.scoring.test_rules import EDGES
from tests.scoring.vectors import a_vector

WIDTH = len(contract.FEATURES)
ENOUGH, LARGE = 5_000, 1_000_000
STAKES = (
    StakeBand(from_twd=1, red_at=NEVER, yellow_at=0.2),
    StakeBand(from_twd=ENOUGH, red_at=0.5, yellow_at=0.1),
    StakeBand(from_twd=LARGE, red_at=0.25, yellow_at=0.05),
)
AT = Thresholds(red_at=0.5, yellow_at=0.1, stakes=STAKES)
QUIET = a_vector()
UNDER_RED, UNDER_YELLOW = nextafter(0.5, 0), nextafter(0.1, 0)


@pytest.mark.parametrize(
    ("probability", "amount", "light"),
    [
        (0.0, ENOUGH, Light.GREEN),
        (UNDER_YELLOW, ENOUGH, Light.GREEN),
        (0.1, ENOUGH, Light.YELLOW),
        (UNDER_RED, ENOUGH, Light.YELLOW),
        (0.5, ENOUGH, Light.RED),
        (1.0, ENOUGH, Light.RED),
        (1.0, ENOUGH - 1, Light.YELLOW),
        (1.0, 1, Light.YELLOW),
        (0.2, 1, Light.YELLOW),
        (nextafter(0.2, 0), 1, Light.GREEN),
        (UNDER_RED, LARGE - 1, Light.YELLOW),
        (0.25, LARGE, Light.RED),
        (nextafter(0.25, 0), LARGE, Light.YELLOW),
        (0.05, 10 * LARGE, Light.YELLOW),
        (nextafter(0.05, 0), LARGE, Light.GREEN),
        # A change of account, contact or beneficiary moves no money today, and all of it tomorrow.
        (0.5, 0, Light.RED),
        (UNDER_RED, 0, Light.YELLOW),
    ],
)
def test_the_light_follows_probability_and_stake(probability: float, amount: int, light: Light) -> None:
    assert policy.by_model(a_score(probability=probability), QUIET, amount, AT).light is light


@given(st.floats(0, 1), st.integers(1, 2 * LARGE), st.integers(0, 2 * LARGE))
def test_more_at_stake_is_never_a_milder_light(probability: float, amount: int, more: int) -> None:
    score = a_score(probability=probability)
    less = policy.by_model(score, QUIET, amount, AT).light
    assert policy.by_model(score, QUIET, amount + more, AT).light >= less


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
@pytest.mark.parametrize("amount", [1, 0, 1_000_000])
def test_a_rule_forces_its_light_whatever_the_model_says(rule: Rule, amount: int) -> None:
    code = rule.code
    vector = a_vector(**EDGES[code][0][0])
    calm = policy.by_model(a_score(probability=0.0), vector, amount, AT)
    forced = max(one.at_least for one in RULES if one.code in policy.rule_codes(vector))
    assert calm.light is forced
    assert calm.light >= rule.at_least
    assert policy.by_model(a_score(probability=1.0), vector, 1_000_000, AT).light is Light.RED
    assert policy.by_rules(vector, "cause").light is Light.YELLOW.worse(forced)


VALUES = st.floats(width=32) | st.sampled_from([0.0, 1.0, 2.0, 3.0, 0.8, float("nan")])
VECTORS = st.tuples(*[VALUES] * len(contract.FEATURES)).map(lambda v: unpack_vector(pack_vector(v)))


@given(VECTORS)
def test_rules_alone_never_say_green(vector: tuple[float, ...]) -> None:
    assessment = policy.by_rules(vector, "model_missing")
    assert assessment.light > Light.GREEN
    assert (assessment.source, assessment.probability, assessment.model_version) == (Source.RULES, None, None)
    assert assessment.fallback_cause == "model_missing"


@given(VECTORS, st.floats(0, 1), st.integers(0, 10**9))
def test_the_model_says_no_better_than_the_rules_allow(
    vector: tuple[float, ...], probability: float, amount: int
) -> None:
    light = policy.by_model(a_score(probability=probability), vector, amount, AT).light
    forced = [rule.at_least for rule in RULES if rule.code in policy.rule_codes(vector)]
    assert light >= max(forced, default=Light.GREEN)


def test_a_green_request_suspects_nothing() -> None:
    vector = a_vector(on_call=1)
    assert policy.by_model(a_score(probability=0.0), vector, ENOUGH, AT).suspected == ()
    assert policy.by_model(a_score(probability=0.2), vector, ENOUGH, AT).suspected != ()


def test_staff_read_rules_first_then_what_raised_the_score_most() -> None:
    reasons = {f"group_{n}": weight for n, weight in enumerate([0.1, -3.0, 2.0, 0.0, 0.5, 1.0, 0.2, 0.3, 0.4])}
    vector = a_vector(on_call=1, screen_shared=1)
    assessed = policy.by_model(a_score(probability=0.9, reasons=reasons), vector, ENOUGH, AT)
    assert [r.code for r in assessed.reasons] == [
        "rule.steered",
        "group_2",
        "group_5",
        "group_4",
        "group_8",
        "group_7",
        "group_6",
    ]
    assert len(assessed.reasons) == MAX_REASONS + 1
    assert all(r.weight > 0 for r in assessed.reasons[1:])


# The vector


@given(st.lists(st.integers(0, 2**32 - 1), max_size=90))
def test_a_vector_is_kept_bit_by_bit(words: list[int]) -> None:
    """Every pattern of 32 bits but signalling NaNs, which no arithmetic makes."""
    quiet = [w | 0x0040_0000 if isnan(struct.unpack("<f", struct.pack("<I", w))[0]) else w for w in words]
    packed = struct.pack(f"<{len(quiet)}I", *quiet)
    assert pack_vector(unpack_vector(packed)) == packed


def test_missing_values_survive() -> None:
    vector = contract.vector(a_request(), facts(external=None, context=None))
    again = unpack_vector(pack_vector(vector))
    assert [isnan(v) for v in again] == [isnan(v) for v in vector]
    assert any(isnan(v) for v in again)
    assert pack_vector(again) == pack_vector(vector)
    here = {modality for modality in contract.MODALITIES if contract.present(again, modality)}
    assert Modality.PROFILE in here
    assert not here & {Modality.EXTERNAL, Modality.CONTEXT}


def test_names_go_with_values_in_contract_order_and_no_value_is_left_over() -> None:
    vector = tuple(float(n) for n in range(len(contract.FEATURES)))
    assert list(policy.named(vector)) == [feature.name for feature in contract.FEATURES]
    assert list(policy.named(vector).values()) == list(vector)
    for wrong in (vector[:-1], (*vector, 1.0)):
        with pytest.raises(ValueError, match="zip"):
            policy.named(wrong)


@given(st.lists(st.sampled_from([NAN, 0.0, 0.5, 1.0, 3.0, 500.0]), min_size=WIDTH, max_size=WIDTH))
def test_rules_read_each_value_by_its_name(values: list[float]) -> None:
    vector = tuple(values)
    assert policy.rule_codes(vector) == tuple(rule.code for rule in holding(policy.named(vector)))


@pytest.mark.parametrize("wrong", [QUIET[:-1], (*QUIET, 1.0)])
def test_no_rule_reads_a_vector_of_another_contract(wrong: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="values"):
        policy.rule_codes(wrong)


# Replay (promise 6)


def decided(model: FakeModel, light: Light = Light.RED, amount: int = 96_000) -> tuple[Case, Decision]:
    request = a_request(amount_twd=amount)
    packed = pack_vector(contract.vector(request, facts()))
    vector = unpack_vector(packed)
    assessment = policy.by_model(model.score(vector), vector, request.amount_twd, model.thresholds)
    case = a_case(light, assessment=assessment, request=request)
    red_at, yellow_at = model.thresholds.at(amount)
    rules = policy.rule_codes(vector)
    return case, a_decision(
        case, vector=packed, red_at=red_at, yellow_at=yellow_at, model_sha256=model.sha256, rules=rules
    )


@pytest.mark.parametrize("light", list(Light))
def test_a_decision_is_replayed_bit_for_bit_from_its_record(light: Light) -> None:
    model = FakeModel(a_score(light, probability=0.1 + 0.2 if light is Light.YELLOW else a_score(light).probability))
    _, decision = decided(model, light)
    again = replay_decision(decision, model)
    assert again == decision.assessment
    assert repr(again) == repr(decision.assessment)
    assert pack_vector(model.vectors[0]) == decision.vector
    assert pack_vector(model.vectors[0]) == pack_vector(model.vectors[1])


@pytest.mark.parametrize("amount", [0, 1, ENOUGH - 1, ENOUGH, LARGE - 1, LARGE, 2**31])
@pytest.mark.parametrize("probability", [0.05, 0.1, 0.2, 0.25, 0.5, 1.0])
def test_a_decision_under_bands_is_replayed_from_its_stored_record(amount: int, probability: float) -> None:
    model = FakeModel(a_score(Light.RED, probability=probability), thresholds=AT)
    _, decision = decided(model, amount=amount)
    stored = codec.decode(Decision, codec.encode(decision))
    assert repr(replay_decision(stored, model)) == repr(decision.assessment)
    reached = (probability >= stored.red_at, probability >= stored.yellow_at)
    light = {(True, True): Light.RED, (False, True): Light.YELLOW, (False, False): Light.GREEN}[reached]
    assert stored.assessment.light is light, "the thresholds on record are those that decided"


def test_a_replay_under_other_bands_is_refused() -> None:
    model = FakeModel(a_score(Light.RED), thresholds=AT)
    _, decision = decided(model, amount=LARGE)
    moved = replace(AT, stakes=(*STAKES[:-1], replace(STAKES[-1], red_at=nextafter(0.25, 1))))
    with pytest.raises(GaveUpError, match="other_thresholds"):
        replay_decision(decision, replace(model, thresholds=moved))
    elsewhere = replace(AT, stakes=(*STAKES[:-1], replace(STAKES[-1], from_twd=LARGE + 1)))
    with pytest.raises(GaveUpError, match="other_thresholds"):
        replay_decision(decision, replace(model, thresholds=elsewhere))


def test_a_replay_needs_the_recorded_model_and_thresholds() -> None:
    model = FakeModel(a_score(Light.RED))
    _, decision = decided(model)
    for other, why in [
        (None, "another_model"),
        (replace(model, sha256="e" * 64), "another_model"),
        (replace(model, thresholds=Thresholds(red_at=0.5, yellow_at=0.11)), "other_thresholds"),
        (replace(model, thresholds=Thresholds(red_at=nextafter(0.5, 1), yellow_at=0.1)), "other_thresholds"),
    ]:
        with pytest.raises(GaveUpError, match=why):
            replay_decision(decision, other)


def test_a_record_of_other_rules_or_other_features_is_not_replayed_by_todays() -> None:
    model = FakeModel(a_score(Light.RED))
    _, decision = decided(model)
    with pytest.raises(GaveUpError, match="other_rules"):
        replay_decision(replace(decision, rules=("retired_rule",)), model)
    with pytest.raises(GaveUpError, match="another_contract"):
        replay_decision(replace(decision, vector=decision.vector[:-4]), model)


def test_what_rules_decided_is_replayed_without_a_model() -> None:
    vector = a_vector(on_call=1, screen_shared=1)
    assessment = policy.by_rules(vector, "model_hash_mismatch")
    case = a_case(Light.YELLOW, assessment=assessment)
    rules, none = policy.rule_codes(vector), {"model_sha256": None, "red_at": None, "yellow_at": None}
    decision = a_decision(case, vector=pack_vector(vector), rules=rules, **none)
    assert replay_decision(decision, None) == assessment
    assert replay_decision(decision, FakeModel(a_score(Light.GREEN))) == assessment
