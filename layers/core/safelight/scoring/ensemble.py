"""The ensemble as the decision path sees it: a vector in, a Score out. The runtime behind the graph is an adapter's."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from safelight.domain.assessment import Score, Thresholds
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import FEATURES, MODALITIES, REASON_GROUPS
from safelight.scoring.manifest import Manifest

_INFINITE = frozenset({float("inf"), float("-inf")})
_CODES = tuple(REASON_GROUPS)
_MODALITY_OF_GROUP = tuple(group.modality for group in REASON_GROUPS.values())


class GraphOutput(NamedTuple):
    """One row of the graph's answer, in manifest order. What is absent: NaN among experts, 0 among reasons."""

    probability: float
    experts: tuple[float, ...]
    reasons: tuple[float, ...]


class Graph(Protocol):
    """A loaded graph. `run` takes one vector in contract order, raises ModelUnavailableError when it cannot answer."""

    def run(self, values: tuple[float, ...]) -> GraphOutput: ...


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A verified model, ready to score. The same vector gives the same bits."""

    manifest: Manifest
    graph: Graph

    @property
    def thresholds(self) -> Thresholds:
        return self.manifest.thresholds

    @property
    def sha256(self) -> str:
        return self.manifest.sha256

    @property
    def version(self) -> str:
        return self.manifest.version

    def score(self, values: tuple[float, ...]) -> Score:
        """`values` has shape (len(FEATURES),), NaN where missing. Experts and reasons hold only what was present.

        Raises ModelUnavailableError for a value that no person can have: what the graph says to it means nothing.
        """
        if len(values) != len(FEATURES):
            raise ValueError(f"a vector has {len(FEATURES)} values, not {len(values)}")
        if not _INFINITE.isdisjoint(values):
            raise ModelUnavailableError("failed")
        output = self.graph.run(values)
        if not 0.0 <= output.probability <= 1.0:
            raise ModelUnavailableError("failed")
        # The graph says NaN for an absent expert, by the same rule as `contract.present`.
        experts = {m: p for m, p in zip(MODALITIES, output.experts, strict=True) if p == p}
        return Score(
            probability=output.probability,
            experts=experts,
            reasons={
                code: weight
                for code, modality, weight in zip(_CODES, _MODALITY_OF_GROUP, output.reasons, strict=True)
                if modality in experts
            },
            model_version=self.manifest.version,
            vector=values,
        )
