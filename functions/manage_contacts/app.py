"""/v1/contacts: the policyholder's designated contacts."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import views
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import ConfirmIn, ContactIn
from safelight.domain.contact import ContactId
from safelight.domain.request import Locale

wired = bootstrap.for_contacts()
api = HttpApi(wired.telemetry)


@api.get("/v1/contacts")
def own() -> Response[str]:
    return reply(HTTPStatus.OK, views.contacts(wired.list_contacts(api.policyholder())))


@api.post("/v1/contacts")
def designate() -> Response[str]:
    body = api.body(ContactIn)
    locale = Locale.nearest(body.locale)
    contact = wired.designate_contact(api.policyholder(), body.relation, body.phone, locale)
    return reply(HTTPStatus.CREATED, views.contact(contact))


@api.post("/v1/contacts/<contact_id>/confirm")
def confirm(contact_id: str) -> Response[str]:
    body = api.body(ConfirmIn)
    return reply(
        HTTPStatus.OK, views.contact(wired.confirm_contact(api.policyholder(), ContactId(contact_id), body.code))
    )


@api.delete("/v1/contacts/<contact_id>")
def revoke(contact_id: str) -> Response[str]:
    return reply(HTTPStatus.OK, views.contact(wired.revoke_contact(api.policyholder(), ContactId(contact_id))))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
