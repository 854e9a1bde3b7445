"""The manifest beside a model: which bytes, which features in which order, which thresholds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safelight.domain.assessment import Modality, Thresholds
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import BY_MODALITY, REASON_GROUPS, names

FORMAT = 1
"""Raised when a reader of the older kind could misread a newer manifest."""


class ManifestError(ModelUnavailableError):
    """The manifest cannot be used. `cause` is `unreadable` or `contract_mismatch`, `detail` says what is wrong."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(cause)
        self.detail = detail
        self.args = (f"{cause}: {detail}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What serving needs of a manifest.json; training windows, metrics and versions stay in the file for people.

    `features` and `reason_groups` give the order of the graph's inputs and of its `reasons` output.
    """

    version: str
    sha256: str
    """Of model.onnx, lower-case hex."""
    features: dict[Modality, tuple[str, ...]]
    reason_groups: tuple[str, ...]
    thresholds: Thresholds

    def check_contract(self) -> None:
        """Raises ManifestError unless the model was made for exactly this code's features and reasons."""
        if tuple(self.features) != tuple(BY_MODALITY):
            raise ManifestError("contract_mismatch", f"modalities {[m.value for m in self.features]}")
        for modality, listed in self.features.items():
            if listed != names(modality):
                raise ManifestError("contract_mismatch", f"features of {modality.value}")
        if self.reason_groups != tuple(REASON_GROUPS):
            raise ManifestError("contract_mismatch", "reason groups")


def parse(text: str | bytes) -> Manifest:
    """A manifest.json as Manifest. Raises ManifestError naming the field that is missing or wrong."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ManifestError("unreadable", "not JSON") from error
    if not isinstance(document, dict):
        raise ManifestError("unreadable", "not an object")
    if document.get("format") != FORMAT:
        raise ManifestError("unreadable", f"format is not {FORMAT}")
    sha256 = _text(document, "sha256")
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ManifestError("unreadable", "sha256 is not 64 hex digits")
    return Manifest(
        version=_text(document, "version"),
        sha256=sha256,
        features=_features(document),
        reason_groups=_names(document, "reason_groups"),
        thresholds=_thresholds(document),
    )


def _text(document: Mapping[str, Any], field: str) -> str:
    value = document.get(field)
    if not isinstance(value, str) or not value:
        raise ManifestError("unreadable", f"{field} is not a text")
    return value


def _names(document: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = document.get(field)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ManifestError("unreadable", f"{field} is not a list of names")
    return tuple(value)


def _features(document: Mapping[str, Any]) -> dict[Modality, tuple[str, ...]]:
    value = document.get("features")
    if not isinstance(value, dict):
        raise ManifestError("unreadable", "features is not an object")
    try:
        return {Modality(name): _names(value, name) for name in value}
    except ValueError as error:
        raise ManifestError("contract_mismatch", "features names an unknown modality") from error


def _thresholds(document: Mapping[str, Any]) -> Thresholds:
    value = document.get("thresholds")
    if not isinstance(value, dict):
        raise ManifestError("unreadable", "thresholds is not an object")
    red, yellow = value.get("red"), value.get("yellow")
    if not (isinstance(red, float) and isinstance(yellow, float) and 0.0 < yellow <= red < 1.0):
        raise ManifestError("unreadable", "thresholds are not 0 < yellow <= red < 1")
    return Thresholds(red_at=red, yellow_at=yellow)
