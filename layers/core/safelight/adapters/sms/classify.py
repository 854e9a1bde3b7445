"""Whether a message that failed may have gone out, and whether another provider may try. One place for all providers.

REFUSED only where nothing can have been sent: the request never left, or the provider answered with a no. Everything
else is UNKNOWN, because an SMS sent twice cannot be taken back and one that staff follow up can.
"""

import re
from typing import Any

from safelight.adapters.one_post import NotConnectedError, NotConnectedInTimeError
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

_NAME = re.compile(r"[A-Za-z_]{1,80}")

TIMED_OUT = frozenset({"ConnectTimeoutError", "ReadTimeoutError", "TimeoutError", NotConnectedInTimeError.__name__})
"""By class name, botocore's among them."""

OF_THE_RECIPIENT = frozenset(
    {
        # End User Messaging: the exception and its reason.
        "ConflictException.DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
        "ConflictException.DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
        "ConflictException.DESTINATION_PHONE_NUMBER_OPTED_OUT",
        "ValidationException.CANNOT_PARSE",
        "ValidationException.COUNTRY_NOT_ENABLED",
        "ValidationException.DESTINATION_COUNTRY_BLOCKED",
        "ValidationException.FIELD_VALIDATION_FAILED.DestinationPhoneNumber",
        "ValidationException.INVALID_PARAMETER.DestinationPhoneNumber",
        "ValidationException.PRICE_OVER_THRESHOLD",
        # SNS says no more than that of a number that is none, and of one that opted out.
        "InvalidParameter",
        "InvalidParameterValue",
        "OptedOut",
        "ParameterValueInvalid",
    }
)
"""Codes that speak of whom the message is for: it would be wrong to send it by somebody else. He opted out, there is no
such number, or sending there is not wanted at that price or in that country. (docs.aws.amazon.com, End User Messaging
SMS v2 API: ConflictException, ValidationException; SNS API: Publish.)"""


class NeverLeftError(Exception):
    """Something that is needed to send could not be had, so nothing was sent."""


class AnsweredError(Exception):
    """The provider answered, and not with a yes. `code` is the provider's own, or the status again; `fate` and
    `of_recipient` are what a provider's own table says, None where it has none."""

    def __init__(
        self, status: int, code: str | None = None, *, fate: Fate | None = None, of_recipient: bool = False
    ) -> None:
        super().__init__(f"{status} {code or ''}".strip())
        self.status = status
        self.code = code or f"http_{status}"
        self.fate = fate
        self.of_recipient = of_recipient


def fate_of(error: Exception) -> Fate:
    answered = _answered(error)
    if answered is not None:
        if answered.fate is not None:
            return answered.fate
        # 408: the provider was still reading or already working when it lost patience.
        refused = 400 <= answered.status < 500 and answered.status != 408
        return Fate.REFUSED if refused else Fate.UNKNOWN
    if isinstance(error, NotConnectedError | NeverLeftError) or type(error).__name__ in NEVER_LEFT:
        return Fate.REFUSED
    return Fate.UNKNOWN


def of_recipient(error: Exception) -> bool:
    """Whether a refusal is about whom the message is for, and no other provider should try."""
    answered = _answered(error)
    return answered is not None and (answered.of_recipient or answered.code in OF_THE_RECIPIENT)


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
        if isinstance(status, int):
            return AnsweredError(status, _aws_code(response))
    return None


def _aws_code(response: dict[str, Any]) -> str | None:
    """The exception, with its reason and whether it is about the number where End User Messaging says so. Its message
    and its values may quote what was sent."""
    code, reason = (response.get("Error") or {}).get("Code"), response.get("Reason")
    if not isinstance(code, str) or not _NAME.fullmatch(code):
        return None
    if not isinstance(reason, str) or not _NAME.fullmatch(reason):
        return code
    fields = response.get("Fields")
    named = [field.get("Name") for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    return f"{code}.{reason}.DestinationPhoneNumber" if "DestinationPhoneNumber" in named else f"{code}.{reason}"
