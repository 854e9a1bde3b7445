"""Vectors in which only what a test names is known."""

from safelight.features import contract
from safelight.features.contract import NAN
from safelight.scoring.policy import pack_vector, unpack_vector

UNKNOWN: dict[str, float] = {feature.name: NAN for feature in contract.FEATURES}


def a_vector(**known: float) -> tuple[float, ...]:
    """In contract order, as float32, NaN where nothing is said. Raises KeyError for what is no feature."""
    values = dict(UNKNOWN)
    for name, value in known.items():
        values[name]  # a misspelt name must not go unnoticed
        values[name] = value
    return unpack_vector(pack_vector(tuple(values.values())))
