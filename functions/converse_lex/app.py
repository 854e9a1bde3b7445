"""The code hook of an Amazon Lex V2 bot."""

from typing import Any

from safelight import bootstrap

wired = bootstrap.for_lex()

from safelight.channels import lex


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return lex.answer(event, wired)
