"""POST /v1/line/webhook: LINE's events, which carry a signature instead of a token."""

from typing import Any

from safelight import bootstrap

wired = bootstrap.for_line()

from safelight.channels import line


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return line.receive(event, wired)
