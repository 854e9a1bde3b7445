"""The manifest beside a model: which bytes, which features in which order, which thresholds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safelight.domain.assessment import NEVER, Modality, StakeBand, Thresholds
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import BY_MODALITY, REASON_GROUPS, names

FORMAT = 2
"""Raised when a reader of the older kind could misread a newer manifest. 2: thresholds by the amount at stake."""
WITHOUT_STAKES = 1
"""Still read. Its one band was in the code: below SMALL_STAKE_TWD the model alone made no RED."""
SMALL_STAKE_TWD = 5_000


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
    except (ValueError, RecursionError) as error:
        raise ManifestError("unreadable", "not JSON") from error
    if not isinstance(document, dict):
        raise ManifestError("unreadable", "not an object")
    if document.get("format") not in (FORMAT, WITHOUT_STAKES):
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
    if document["format"] == WITHOUT_STAKES:
        small = StakeBand(from_twd=1, red_at=NEVER, yellow_at=yellow)
        stakes: tuple[StakeBand, ...] = (small, StakeBand(from_twd=SMALL_STAKE_TWD, red_at=red, yellow_at=yellow))
    else:
        stakes = _stakes(value.get("stakes"))
    return Thresholds(red_at=red, yellow_at=yellow, stakes=stakes)


def _stakes(listed: Any) -> tuple[StakeBand, ...]:
    """Bands that climb from 1 TWD and whose thresholds never do: a larger stake never gets a milder light."""
    if not isinstance(listed, list):
        raise ManifestError("unreadable", "thresholds.stakes is not a list")
    bands: list[StakeBand] = []
    for place, item in enumerate(listed):
        band = _band(item, f"thresholds.stakes[{place}]")
        before = bands[-1] if bands else None
        if before is None and band.from_twd != 1:
            raise ManifestError("unreadable", "thresholds.stakes[0].from_twd is not 1")
        if before is not None and band.from_twd <= before.from_twd:
            raise ManifestError("unreadable", f"thresholds.stakes[{place}].from_twd is not above the one before")
        if before is not None and (band.red_at > before.red_at or band.yellow_at > before.yellow_at):
            raise ManifestError("unreadable", f"thresholds.stakes[{place}] is milder than the one before")
        bands.append(band)
    return tuple(bands)


def _band(item: Any, where: str) -> StakeBand:
    """`red` may be null: never by the model alone."""
    if not isinstance(item, dict) or set(item) != {"from_twd", "red", "yellow"}:
        raise ManifestError("unreadable", f"{where} is not from_twd, red and yellow")
    from_twd, red, yellow = item["from_twd"], item["red"], item["yellow"]
    if type(from_twd) is not int:
        raise ManifestError("unreadable", f"{where}.from_twd is not a whole number")
    if not isinstance(yellow, float) or not 0.0 < yellow <= NEVER:
        raise ManifestError("unreadable", f"{where}.yellow is not a threshold")
    if red is not None and (not isinstance(red, float) or not yellow <= red <= NEVER):
        raise ManifestError("unreadable", f"{where}.red is not a threshold at or above yellow")
    return StakeBand(from_twd=from_twd, red_at=NEVER if red is None else red, yellow_at=yellow)
