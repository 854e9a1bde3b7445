"""Draws that `random.Random` lacks. Everything random in the book comes from one seeded stream."""

from collections.abc import Sequence
from math import exp
from random import Random
from typing import TypeVar

T = TypeVar("T")


def poisson(rng: Random, mean: float) -> int:
    """Knuth's product method; for means under 20 or so."""
    if mean <= 0:
        return 0
    limit, product, count = exp(-min(mean, 50.0)), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def lognormal(rng: Random, median: float, spread: float) -> float:
    return median * exp(rng.gauss(0.0, spread))


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """One of the values; weights sum to 1 (what is missing goes to the last)."""
    left = rng.random()
    for value, weight in weighted:
        left -= weight
        if left < 0:
            return value
    return weighted[-1][0]


def maybe(rng: Random, known: float, value: T) -> T | None:
    """The value with probability `known`, else not known."""
    return value if rng.random() < known else None
