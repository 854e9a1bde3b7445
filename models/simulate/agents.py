"""Agents: each looks after some policyholders, visits as he pleases and notes by habit, not by risk."""

from dataclasses import dataclass
from random import Random

from models.simulate.chance import pick


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """`visits`: chance that he saw a customer of his in the month before a request. `notes`: times the usual chance
    that he writes down what he sees, 0 for one who never does. `sees`: how much of a scam's signs he takes in."""

    visits: float
    notes: float
    sees: float


_NOTES = ((0.0, 0.35), (0.5, 0.25), (1.0, 0.25), (2.6, 0.15))
"""A third never note anything, one in seven notes a lot. Assumed."""


def draw(rng: Random) -> Agent:
    """One agent."""
    return Agent(visits=rng.betavariate(2.0, 4.0), notes=pick(rng, _NOTES), sees=rng.uniform(0.4, 1.3))


def clerk(rng: Random) -> Agent:
    """Whoever sits at the counter that day: he sees everybody and has a form to fill in."""
    return Agent(visits=1.0, notes=rng.choice((0.4, 0.8, 1.0, 1.6)), sees=rng.uniform(0.5, 1.3))
