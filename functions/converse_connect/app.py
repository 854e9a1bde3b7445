"""The function that an Amazon Connect contact flow asks what to say next."""

from typing import Any

from safelight import bootstrap

wired = bootstrap.for_connect()

from safelight.channels import connect


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return connect.answer(event, wired)
