"""Wires the model store, where there is one: a function without it imports none of this."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from safelight.adapters import model_files
from safelight.adapters.aws_signing import environment_credentials
from safelight.adapters.kms_signatures import KmsSignatures
from safelight.adapters.s3_objects import Place, S3Objects
from safelight.adapters.stored_models import CALL_WITHIN_S, Reports, StoredModels, words_sha256
from safelight.adapters.vault import kms_client
from safelight.domain.errors import ModelUnavailableError
from safelight.settings import SettingError

if TYPE_CHECKING:
    from safelight.bootstrap.adapters import Adapters
    from safelight.ports import Models
    from safelight.scoring.pointer import Pointer


def stored_models(packaged: Models, adapters: Adapters) -> StoredModels:
    """Raises SettingError when MODEL_STORE is not of its form."""
    settings = adapters.settings
    try:
        place = Place.parse(settings.model_store)
    except ValueError as error:
        raise SettingError(f"MODEL_STORE is {error}") from error
    credentials = environment_credentials(settings.environ)
    directory = Path(settings.model_directory)

    def refused(why: str) -> None:
        adapters.telemetry.count("ModelRefused")
        adapters.telemetry.note("model_refused", why=why)

    def unreachable(why: str) -> None:
        adapters.telemetry.count("ModelStoreUnreachable")
        adapters.telemetry.note("model_store_unreachable", why=why)

    def taken_up(told: Pointer) -> None:
        champion = told.champion.sha256 if told.champion else "packaged"
        canary = told.canary.sha256 if told.canary else "none"
        adapters.telemetry.note("model_taken_up", version=f"v{told.version}", champion=champion, canary=canary)

    def words() -> str | None:
        with suppress(ModelUnavailableError):
            return words_sha256(model_files.manifest_of(directory))
        return None

    return StoredModels(
        packaged,
        S3Objects(place, settings.region, settings.endpoint, credentials),
        KmsSignatures(kms_client(settings.region, settings.endpoint, credentials, CALL_WITHIN_S), settings.model_key),
        Reports(refused, unreachable, taken_up),
        now=adapters.clock.now,
        words_sha256=words,
    )
