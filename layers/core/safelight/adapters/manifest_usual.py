"""What is usual, from the manifest of the model that came with the release."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from safelight.adapters import model_files
from safelight.domain.errors import ModelUnavailableError
from safelight.ports import Telemetry
from safelight.scoring.usual import NOTHING, Usual, parse


class ManifestUsual:
    """Read when staff first look at a case, and kept."""

    def __init__(self, directory: str, telemetry: Telemetry) -> None:
        self._directory = Path(directory)
        self._telemetry = telemetry

    def of(self, model_sha256: str | None) -> Mapping[str, Usual]:
        """What is usual by the model of this hash; nothing for another model's decision, which had its own."""
        known_for, usual = self._read
        return usual if model_sha256 == known_for else NOTHING

    @cached_property
    def _read(self) -> tuple[str, Mapping[str, Usual]]:
        """Without a manifest staff still see the values."""
        try:
            return parse(model_files.manifest_of(self._directory))
        except ModelUnavailableError as error:
            self._telemetry.note("usual_unreadable", why=str(error))
            return "", NOTHING
