"""/v1/staff/contacts: what staff see and note of a policyholder's contacts."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import parse, views_contacts
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import KnownIn
from safelight.domain.contact import ContactId
from safelight.domain.request import PolicyholderId

wired = bootstrap.for_staff_contacts()
api = HttpApi(wired.telemetry)


@api.get("/v1/staff/contacts")
def regard() -> Response[str]:
    api.staff()
    return reply(HTTPStatus.OK, views_contacts.regarded(wired.regard_contacts(parse.policyholder(api.query))))


@api.post("/v1/staff/contacts")
def note() -> Response[str]:
    staff, body = api.staff(), api.body(KnownIn)
    who = PolicyholderId(body.policyholder_id)
    wired.note_contact(who, ContactId(body.contact_id), parse.known(body, wired.vault), staff)
    return reply(HTTPStatus.OK, views_contacts.regarded(wired.regard_contacts(who)))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
