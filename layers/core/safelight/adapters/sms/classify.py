"""Whether a message that failed may have gone out. One table for all providers.

REFUSED only where nothing can have been sent: the connection was never made, or the provider answered with a 4xx.
Everything else is UNKNOWN, because an SMS sent twice cannot be taken back and one that staff follow up can.
"""

from safelight.ports import Fate

NEVER_LEFT = frozenset(
    {
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "NoCredentialsError",
        "NoRegionError",
        "ParamValidationError",
        "PartialCredentialsError",
        "ProxyConnectionError",
    }
)
"""botocore's errors from before a request is on the wire, by class name: botocore is imported late. Its SSLError is
not here: it may come from a read."""


class NotConnectedError(Exception):
    """No connection was made, so nothing was sent."""


class AnsweredError(Exception):
    """The provider answered, and not with a yes. `code` is the provider's own, or the status again."""

    def __init__(self, status: int, code: str | None = None) -> None:
        super().__init__(f"{status} {code or ''}".strip())
        self.status = status
        self.code = code or f"http_{status}"


def fate_of(error: Exception) -> Fate:
    answered = _answered(error)
    if answered is not None:
        # 408: the provider was still reading or already working when it lost patience.
        refused = 400 <= answered.status < 500 and answered.status != 408
        return Fate.REFUSED if refused else Fate.UNKNOWN
    if isinstance(error, NotConnectedError) or type(error).__name__ in NEVER_LEFT:
        return Fate.REFUSED
    return Fate.UNKNOWN


def cause_of(error: Exception) -> str:
    """The provider's code or the error's class. Never the error's text: it may quote the number or the message."""
    answered = _answered(error)
    return type(error).__name__ if answered is None else answered.code


def _answered(error: Exception) -> AnsweredError | None:
    """botocore's ClientError carries the answer in `response`."""
    if isinstance(error, AnsweredError):
        return error
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = (response.get("ResponseMetadata") or {}).get("HTTPStatusCode")
        code = (response.get("Error") or {}).get("Code")
        if isinstance(status, int):
            return AnsweredError(status, code if isinstance(code, str) and code.isidentifier() else None)
    return None
