"""Examples in a manifest, with what the model said where it was made: a model that computes otherwise here is refused.

The vectors are made up. A row of a real person would be in every function's memory and in the store for good.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from safelight.domain.assessment import Score
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import FEATURES

FIELD = "self_test"
WITHIN = 2e-6
"""Machines differ in their last bits: what graph and trees are allowed to differ by."""
NAN = float("nan")


class Scoring(Protocol):
    def score(self, vector: tuple[float, ...]) -> Score: ...


def check(manifest_text: bytes, model: Scoring) -> None:
    """Raises ModelUnavailableError (`self_test`) unless there are examples and the model says to each what it said."""
    examples = json.loads(manifest_text).get(FIELD)
    if not isinstance(examples, list) or not examples:
        raise ModelUnavailableError("self_test")
    for example in examples:
        vector, probability = _example(example)
        if not abs(model.score(vector).probability - probability) <= WITHIN:
            raise ModelUnavailableError("self_test")


def _example(example: Any) -> tuple[tuple[float, ...], float]:
    """null stands for what is missing."""
    if not isinstance(example, Mapping):
        raise ModelUnavailableError("self_test")
    vector, probability = example.get("vector"), example.get("probability")
    if not isinstance(vector, list) or len(vector) != len(FEATURES) or not isinstance(probability, float):
        raise ModelUnavailableError("self_test")
    if not all(value is None or isinstance(value, float) for value in vector):
        raise ModelUnavailableError("self_test")
    return tuple(NAN if value is None else value for value in vector), probability
