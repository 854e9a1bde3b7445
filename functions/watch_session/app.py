"""POST /v1/sessions/{session_id}/signals: what the app or page sees before anything is requested."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import parse, views
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import SessionSignalsIn
from safelight.domain.request import SessionId

wired = bootstrap.for_sessions()
api = HttpApi(wired.telemetry)


@api.post("/v1/sessions/<session_id>/signals")
def signals(session_id: str) -> Response[str]:
    locale, body = api.locale(), api.body(SessionSignalsIn)
    session = SessionId(parse.path_id("session_id", session_id))
    heard = wired.watch_session(api.policyholder(), session, parse.seen(body), body.sequence)
    return reply(HTTPStatus.OK, views.prompt(heard, session, locale))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
