"""POST /v1/requests and POST /v1/staff/requests: a request becomes a decision while somebody waits."""

from safelight import bootstrap

wired = bootstrap.for_assessment()  # before the other imports, which take longer: the model loads beside them

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight.channels.http import parse, views
from safelight.channels.http.api import HttpApi, problem, reply
from safelight.channels.http.bodies_in import CounterRequestIn, CustomerRequestIn
from safelight.domain.request import Channel, Locale, PolicyholderId


def talk_to_us(api: HttpApi) -> Response[str]:
    """Whatever went wrong, a customer gets a next step, and it is never to proceed."""
    if api.path != "/v1/requests":
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "try_again")
    body = api.body(CustomerRequestIn)
    wired.telemetry.count("DecisionUnrecorded")
    locale, seen = Locale.nearest(body.locale), parse.context(body.signals)
    return reply(HTTPStatus.CREATED, views.held(body.request_id, body.kind, locale, seen))


api = HttpApi(wired.telemetry, on_failure=talk_to_us)


@api.post("/v1/requests")
def request_by_customer() -> Response[str]:
    body = api.body(CustomerRequestIn)
    asked = parse.request(body, Channel(body.channel), api.policyholder(), wired.clock.now(), wired.vault)
    opened = wired.assess_request(asked, parse.context(body.signals), parse.digest(body, wired.vault))
    return reply(HTTPStatus.CREATED, views.opened(opened))


@api.post("/v1/staff/requests")
def request_at_counter() -> Response[str]:
    locale = api.staff_locale()
    body = api.body(CounterRequestIn)
    who = PolicyholderId(body.policyholder_id)
    asked = parse.request(body, Channel.COUNTER, who, wired.clock.now(), wired.vault)
    opened = wired.assess_request(asked, parse.context(body.signals), parse.digest(body, wired.vault))
    return reply(HTTPStatus.CREATED, views.staff_case(opened.file, locale, wired.usual))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
