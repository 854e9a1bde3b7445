"""The journey's people on the shipped model. Lights by its own thresholds."""

from dataclasses import replace

import pytest

from safelight.domain.light import Light
from safelight.features.contract import MODALITIES, vector
from safelight.scoring.ensemble import Ensemble
from tests.model.example_requests import Example, ordinary_borrower, retired_teacher, widow

EXAMPLES = [ordinary_borrower, retired_teacher, widow]


def light(model: Ensemble, example: Example) -> Light:
    """The model's alone: no rule has a say."""
    probability = model.score(vector(*example)).probability
    red_at, yellow_at = model.thresholds.at(example[0].amount_twd)
    if probability >= red_at:
        return Light.RED
    return Light.YELLOW if probability >= yellow_at else Light.GREEN


def without(example: Example, *modalities: str) -> Example:
    request, facts = example
    return request, replace(facts, **dict.fromkeys(modalities))


def test_ordinary_borrower_is_clearly_green(shipped: Ensemble):
    assert shipped.score(vector(*ordinary_borrower())).probability < shipped.thresholds.yellow_at / 4


def test_retired_teacher_is_red(shipped: Ensemble):
    assert light(shipped, retired_teacher()) is Light.RED


def test_widow_is_at_least_yellow(shipped: Ensemble):
    assert light(shipped, widow()) >= Light.YELLOW


@pytest.mark.parametrize("modality", MODALITIES)
def test_teacher_stays_at_least_yellow_without(shipped: Ensemble, modality):
    assert light(shipped, without(retired_teacher(), modality.value)) >= Light.YELLOW


@pytest.mark.parametrize("modality", MODALITIES)
def test_ordinary_borrower_stays_green_without(shipped: Ensemble, modality):
    assert light(shipped, without(ordinary_borrower(), modality.value)) is Light.GREEN


def test_lights_hold_when_neither_police_nor_field_is_connected(shipped: Ensemble):
    bare = ("external", "field")
    assert light(shipped, without(ordinary_borrower(), *bare)) is Light.GREEN
    assert light(shipped, without(retired_teacher(), *bare)) is Light.RED
    assert light(shipped, without(widow(), *bare)) >= Light.YELLOW


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.__name__)
def test_any_modality_may_be_missing(shipped: Ensemble, example, modality):
    score = shipped.score(vector(*without(example(), modality.value)))
    assert 0.0 < score.probability < 1.0
    assert modality not in score.experts


def test_asking_again_for_much_over_several_policies_is_among_the_widows_reasons(shipped: Ensemble):
    reasons = shipped.score(vector(*widow())).reasons
    top = sorted(reasons, key=lambda code: -reasons[code])[:6]
    assert {"repeated_requests", "amount_at_stake"} <= set(top)
    assert reasons["drain_over_policies"] > 0
    assert reasons["share_drained"] > 0


def test_call_and_screen_are_among_the_teachers_reasons(shipped: Ensemble):
    reasons = shipped.score(vector(*retired_teacher())).reasons
    assert reasons["on_call"] > 0
    assert reasons["steered_screen"] > 0
    assert reasons["payout_account_new"] > 0
