"""Gap: every failed invocation reports ``Runtime.HandlerError`` instead of the exception's class.

Step Functions' Retry and Catch match on the class, and so does whoever reads ``errorType`` after a failure. The worker
sends the traceback along, and the class is in it.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services import lambda_svc

_HEADER = "Traceback (most recent call last):"
# "package.module.Class: message", or the class alone when there is no message.
_EXCEPTION = re.compile(r"^(?:[\w<>]+\.)*([A-Za-z_]\w*)(?::|$)")


def exception_class(log: str) -> str | None:
    """The class that ended the last traceback of ``log``. Lines of a message that look like one do not count."""
    _, header, trace = log.rpartition(_HEADER)
    if not header:
        return None
    # Frames are indented; the first line that is not is the exception.
    ending = next((line for line in trace.splitlines() if line and not line[0].isspace()), "")
    match = _EXCEPTION.match(ending)
    return match.group(1) if match else None


def apply() -> None:
    stock = lambda_svc._execute_function_warm

    def execute(function: dict[str, Any], event: dict[str, Any], request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = stock(function, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            body["errorType"] = exception_class(result.get("log") or "") or body["errorType"]
        return result

    lambda_svc._execute_function_warm = execute
