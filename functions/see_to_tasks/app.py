"""/v1/staff: the queue of tasks, what a contact said, and the texts that are sent."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import parse, views
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import ContactReplyIn, DoneIn
from safelight.domain.case import CaseId
from safelight.domain.contact import ContactId

wired = bootstrap.for_tasks()
api = HttpApi(wired.telemetry)
NOTED: dict[str, object] = {"noted": True}


@api.get("/v1/staff/tasks")
def tasks() -> Response[str]:
    locale = api.staff_locale()
    return reply(HTTPStatus.OK, views.waiting(wired.list_tasks(*parse.tasks(api.query)), locale))


@api.post("/v1/staff/tasks/done")
def done() -> Response[str]:
    staff, locale, body = api.staff(), api.staff_locale(), api.body(DoneIn)
    about = ContactId(body.about) if body.about else None
    task = wired.finish_task(CaseId(body.case_id), body.reason, about, staff, body.how)
    return reply(HTTPStatus.OK, views.task(task, locale))


@api.post("/v1/staff/cases/<case_id>/contact-reply")
def contact_reply(case_id: str) -> Response[str]:
    staff, body = api.staff(), api.body(ContactReplyIn)
    case, contact_id = parse.case_id(case_id), ContactId(body.contact_id)
    wired.note_reply(case, contact_id, body.word, staff, verified=body.verified)
    return reply(HTTPStatus.OK, NOTED)


@api.get("/v1/staff/texts")
def texts() -> Response[str]:
    api.staff()
    return reply(HTTPStatus.OK, views.sms_texts(api.locale(), wired.sender))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
