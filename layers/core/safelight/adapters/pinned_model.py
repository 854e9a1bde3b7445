"""The model that came with the release, loaded in the background while the rest of a cold start goes on."""

from pathlib import Path
from threading import Thread

from safelight.domain.errors import ModelUnavailableError
from safelight.domain.request import PolicyholderId
from safelight.ports import Model

LOAD_WITHIN_S = 2.0
"""Loading takes some 40 ms. Rules decide when it hangs."""


class PinnedModel:
    """The port `Models`. Loading starts at once; most of it runs in the model runtime, outside Python's lock."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._model: Model | None = None
        self._cause = "failed"
        self._loading = Thread(target=self._load, name="model", daemon=True)
        self._loading.start()

    def look(self) -> None:
        """A release brings no other."""

    def current(self, for_whom: PolicyholderId | None = None) -> Model:  # noqa: ARG002 - one model for all
        """Waits for the loading, but not longer than a customer should. A model that could not be loaded stays refused
        for the life of the process; one that was late serves the next request."""
        if self._model is None:
            self._loading.join(LOAD_WITHIN_S)
        if self._model is None:
            raise ModelUnavailableError("late" if self._loading.is_alive() else self._cause)
        return self._model

    def _load(self) -> None:
        from safelight.adapters.onnx_model import load  # noqa: PLC0415 - imported beside the rest, not before it

        try:
            self._model = load(self._directory)
        except ModelUnavailableError as error:
            self._cause = error.cause
