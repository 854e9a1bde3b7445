"""GET /v1/calls/current: is it really you calling?"""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import views
from safelight.channels.http.api import HttpApi, reply

wired = bootstrap.for_calls()
api = HttpApi(wired.telemetry)


@api.get("/v1/calls/current")
def current() -> Response[str]:
    locale = api.locale()
    return reply(HTTPStatus.OK, views.call(wired.is_calling(api.policyholder()), locale))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
