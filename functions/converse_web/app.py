"""POST /v1/chat/turns: the conversation in a page or an app of the insurer's own."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap

wired = bootstrap.for_web_chat()

from safelight.channels import web_chat
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import ChatTurnIn


def trouble(api: HttpApi) -> Response[str]:
    """Whatever went wrong, a customer gets plain words, and they never let anything go."""
    return reply(HTTPStatus.OK, web_chat.trouble(api.body(ChatTurnIn)))


api = HttpApi(wired.telemetry, on_failure=trouble)


@api.post("/v1/chat/turns")
def turn() -> Response[str]:
    who, body = api.policyholder(), api.body(ChatTurnIn)
    said = wired.converse(web_chat.turn(body), body.chat_id, who)
    return reply(HTTPStatus.OK, web_chat.said(said))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
