"""/v1/staff: the board, a case, its outcome, observations and announced calls."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import parse, views
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import CallIn, ObservationIn, OutcomeIn
from safelight.domain.outcome import OutcomeSource
from safelight.domain.request import PolicyholderId

wired = bootstrap.for_staff()
api = HttpApi(wired.telemetry)
NOTED: dict[str, object] = {"noted": True}


@api.get("/v1/staff/cases")
def board() -> Response[str]:
    api.staff()
    return reply(HTTPStatus.OK, views.board(wired.read_board(*parse.board(api.query))))


@api.get("/v1/staff/cases/<case_id>")
def case(case_id: str) -> Response[str]:
    locale = api.staff_locale()
    return reply(HTTPStatus.OK, views.staff_case(wired.read_case(parse.case_id(case_id)), locale, wired.usual))


@api.post("/v1/staff/cases/<case_id>/outcome")
def outcome(case_id: str) -> Response[str]:
    staff, locale, body = api.staff(), api.staff_locale(), api.body(OutcomeIn)
    source = OutcomeSource(body.source)
    file = wired.record_outcome(
        parse.case_id(case_id), body.label, body.confidence, body.reason, staff, source, body.corrects
    )
    return reply(HTTPStatus.OK, views.staff_case(file, locale, wired.usual))


@api.post("/v1/staff/observations")
def observation() -> Response[str]:
    staff, body = api.staff(), api.body(ObservationIn)
    wired.record_observation(PolicyholderId(body.policyholder_id), body.kind, staff, body.observation_id)
    return reply(HTTPStatus.CREATED, NOTED)


@api.post("/v1/staff/calls")
def call() -> Response[str]:
    staff, body = api.staff(), api.body(CallIn)
    wired.announce_call(PolicyholderId(body.policyholder_id), body.minutes, staff)
    return reply(HTTPStatus.CREATED, NOTED)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
