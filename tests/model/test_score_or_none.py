"""A score is a probability or there is none."""

import pytest

from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import FEATURES, MODALITIES, REASON_GROUPS
from safelight.scoring.ensemble import Ensemble, GraphOutput


class Says:
    def __init__(self, probability: float) -> None:
        self.probability = probability

    def run(self, values: tuple[float, ...]) -> GraphOutput:
        return GraphOutput(
            probability=self.probability, experts=(0.5,) * len(MODALITIES), reasons=(0.0,) * len(REASON_GROUPS)
        )


@pytest.mark.parametrize("probability", [float("nan"), float("inf"), -0.1, 1.1])
def test_what_is_no_probability_is_a_failure_and_no_green(shipped, probability: float):
    with pytest.raises(ModelUnavailableError):
        Ensemble(manifest=shipped.manifest, graph=Says(probability)).score((0.0,) * len(FEATURES))


def test_a_probability_at_either_end_is_one(shipped):
    for probability in (0.0, 1.0):
        score = Ensemble(manifest=shipped.manifest, graph=Says(probability)).score((0.0,) * len(FEATURES))
        assert score.probability == probability
