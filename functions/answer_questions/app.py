"""POST /v1/requests/{request_id}/answers: answers to caring questions."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import parse, views
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import AnswersIn
from safelight.domain.case import case_id_of
from safelight.domain.request import RequestId

wired = bootstrap.for_answers()
api = HttpApi(wired.telemetry)


@api.post("/v1/requests/<request_id>/answers")
def answers(request_id: str) -> Response[str]:
    who = api.policyholder()
    body = api.body(AnswersIn)
    case = wired.answer_questions(who, case_id_of(who, RequestId(request_id)), parse.given(body))
    return reply(HTTPStatus.OK, views.customer(case))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
