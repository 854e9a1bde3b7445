"""/v1/alerts: what somebody was told as a contact, and his word on it."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import views
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import WordIn

wired = bootstrap.for_replies()
api = HttpApi(wired.telemetry)


@api.get("/v1/alerts")
def told() -> Response[str]:
    return reply(HTTPStatus.OK, {"alerts": [views.told(one) for one in wired.read_told(api.policyholder())]})


@api.post("/v1/alerts/<alert_id>/reply")
def word(alert_id: str) -> Response[str]:
    who, body = api.policyholder(), api.body(WordIn)
    return reply(HTTPStatus.OK, views.told(wired.reply_as_contact(who, alert_id, body.word)))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
