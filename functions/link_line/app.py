"""POST /v1/chat/line-links: a nonce by which LINE's account link tells who a LINE account belongs to."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http.api import HttpApi, reply

wired = bootstrap.for_linking()
api = HttpApi(wired.telemetry)


@api.post("/v1/chat/line-links")
def link() -> Response[str]:
    return reply(HTTPStatus.CREATED, {"nonce": wired.offer_link(api.policyholder())})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
