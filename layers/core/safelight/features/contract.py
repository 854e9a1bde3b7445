"""The contract: every feature in the order the model reads it. Training and serving call the same functions.

`vector(request, facts)` is what both use and what a decision record keeps for replay. A change of a name, an order or a
meaning is a new model: `adapters/onnx_model.py` refuses an artifact whose manifest lists other features.
"""

from collections.abc import Callable
from hashlib import sha256

from safelight.domain.assessment import Modality
from safelight.domain.facts import Facts
from safelight.domain.request import Request
from safelight.features.behaviour_features import BEHAVIOUR_FEATURES, history
from safelight.features.context_features import CONTEXT_FEATURES
from safelight.features.conversation_features import CONVERSATION_FEATURES
from safelight.features.external_features import EXTERNAL_FEATURES
from safelight.features.feature import NAN, Feature, number
from safelight.features.field_features import FIELD_FEATURES, notes
from safelight.features.profile_features import PROFILE_FEATURES, holder
from safelight.features.reasons import REASON_GROUPS, ReasonGroup

__all__ = [
    "BY_MODALITY",
    "FEATURES",
    "FINGERPRINT",
    "MODALITIES",
    "NAN",
    "REASON_GROUPS",
    "SLICES",
    "Feature",
    "ReasonGroup",
    "names",
    "present",
    "vector",
]

BY_MODALITY: dict[Modality, tuple[Feature, ...]] = {
    Modality.BEHAVIOUR: BEHAVIOUR_FEATURES,
    Modality.PROFILE: PROFILE_FEATURES,
    Modality.CONTEXT: CONTEXT_FEATURES,
    Modality.CONVERSATION: CONVERSATION_FEATURES,
    Modality.EXTERNAL: EXTERNAL_FEATURES,
    Modality.FIELD: FIELD_FEATURES,
}
MODALITIES: tuple[Modality, ...] = tuple(BY_MODALITY)
"""Order of the graph's inputs and of its `experts` output."""

FEATURES: tuple[Feature, ...] = tuple(feature for features in BY_MODALITY.values() for feature in features)

FINGERPRINT = sha256("\n".join([feature.name for feature in FEATURES]).encode()).hexdigest()[:8]
"""Names the contract in what is kept: vectors of another one are not of these columns."""


def _slices() -> dict[Modality, slice]:
    slices, start = {}, 0
    for modality, features in BY_MODALITY.items():
        slices[modality] = slice(start, start + len(features))
        start += len(features)
    return slices


SLICES: dict[Modality, slice] = _slices()
_KNOWN: dict[Modality, Callable[[Request, Facts], object | None]] = {
    Modality.BEHAVIOUR: history,
    Modality.PROFILE: holder,
    Modality.CONTEXT: lambda _, facts: facts.context,
    Modality.CONVERSATION: lambda _, facts: facts.conversation,
    Modality.EXTERNAL: lambda _, facts: facts.external,
    Modality.FIELD: notes,
}
"""What each modality's features read, None where nothing could be had."""
_READ = tuple((_KNOWN[modality], [one.value for one in features]) for modality, features in BY_MODALITY.items())


def names(modality: Modality) -> tuple[str, ...]:
    """Names of a modality's features, in contract order."""
    return tuple(feature.name for feature in BY_MODALITY[modality])


def vector(request: Request, facts: Facts) -> tuple[float, ...]:
    """All features of one request in contract order, NaN where missing. Pure; shape (len(FEATURES),)."""
    values: list[float] = []
    for known_of, reads in _READ:
        known = known_of(request, facts)
        values += [NAN] * len(reads) if known is None else [number(read(known)) for read in reads]
    return tuple(values)


def present(values: tuple[float, ...], modality: Modality) -> bool:
    """Whether anything of the modality is known in a vector. The graph decides by the same rule."""
    for value in values[SLICES[modality]]:  # noqa: SIM110 - without a generator a third of the time, for each score
        if value == value:  # NaN is the one value unlike itself
            return True
    return False
