"""Which feature speaks for a reason group: the person's value, and what is usual. For staff alone.

Everything follows from the decision record, the manifest and this code; nothing is computed when a decision is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from safelight.domain.assessment import Reason
from safelight.features.contract import FEATURES, Feature
from safelight.scoring.usual import Usual, UsualRange, UsualShare

_ANYTHING = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """`feature` is None for what is no reason group (a rule, an answer, a retired code) or of which nothing is known;
    `known` tells the two apart. `usual` is None where the manifest does not say."""

    reason: Reason
    known: bool
    feature: Feature | None = None
    value: float = float("nan")
    usual: Usual | None = None


def explained(
    reasons: tuple[Reason, ...], vector: tuple[float, ...], usual: Mapping[str, Usual]
) -> tuple[Explained, ...]:
    """Each reason with the feature of its group whose value is most out of the ordinary, in the direction that raises
    risk where that is known and in either where it is not; ties go to the earlier in the contract.

    `vector` is in contract order; one of another contract explains nothing.
    """
    values = vector if len(vector) == len(FEATURES) else ()
    by_group: dict[str, list[tuple[Feature, float]]] = {}
    for feature, value in zip(FEATURES, values, strict=False):
        by_group.setdefault(feature.group, []).append((feature, value))
    return tuple(_explain(reason, by_group.get(reason.code), usual) for reason in reasons)


def _explain(reason: Reason, group: list[tuple[Feature, float]] | None, usual: Mapping[str, Usual]) -> Explained:
    if group is None:
        return Explained(reason=reason, known=True)
    known = [(feature, value) for feature, value in group if value == value]  # NaN is unlike itself
    if not known:
        return Explained(reason=reason, known=False)
    feature, value = min(known, key=lambda pair: _commonness(pair[0], pair[1], usual.get(pair[0].name)))
    return Explained(reason=reason, known=True, feature=feature, value=value, usual=usual.get(feature.name))


def _commonness(feature: Feature, value: float, usual: Usual | None) -> tuple[float, bool]:
    """(share of requests at least as far out, whether the value says that something is not there).

    Without `usual` all are alike.
    """
    absent = value == 0 and feature.unit in ("0/1", "count")
    match usual:
        case UsualShare(so=so):
            return (_ANYTHING if absent else so), absent
        case UsualRange():
            upwards = (usual.lowest, usual.low, usual.middle, usual.high, usual.highest)
            high, low = _reach(value, upwards), _reach(-value, tuple(-at for at in reversed(upwards)))
            if feature.rises:
                return (high if feature.rises > 0 else low), absent
            return min(_ANYTHING, 2 * min(high, low)), absent
    return _ANYTHING, absent


_REACHED = (0.99, 0.95, 0.5, 0.05, 0.01)


def _reach(value: float, quantiles: tuple[float, ...]) -> float:
    """About the share of requests that reach `value`: straight lines between the quantiles, 0.01 beyond the last."""
    if value <= quantiles[0]:
        return _ANYTHING
    for (below, more), (above, fewer) in pairwise(zip(quantiles, _REACHED, strict=True)):
        if below < value <= above:
            return more + (fewer - more) * (value - below) / (above - below)
    return _REACHED[-1]
