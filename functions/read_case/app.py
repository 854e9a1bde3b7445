"""GET /v1/requests/{request_id}: where a request of one's own stands."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import views
from safelight.channels.http.api import HttpApi, reply
from safelight.domain.case import case_id_of
from safelight.domain.request import RequestId

wired = bootstrap.for_reading()
api = HttpApi(wired.telemetry)


@api.get("/v1/requests/<request_id>")
def request(request_id: str) -> Response[str]:
    who = api.policyholder()
    return reply(HTTPStatus.OK, views.customer(wired.show_case(who, case_id_of(who, RequestId(request_id)))))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
