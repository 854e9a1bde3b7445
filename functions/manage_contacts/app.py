"""/v1/contacts: the policyholder's designated contacts, and whose contact he is himself."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from safelight import bootstrap
from safelight.channels.http import views_contacts
from safelight.channels.http.api import HttpApi, reply
from safelight.channels.http.bodies_in import ConfirmIn, ContactIn, OrderIn
from safelight.domain.alert_rules import QuietHours
from safelight.domain.contact import Contact, ContactId, Telling
from safelight.domain.request import Locale

wired = bootstrap.for_contacts()
api = HttpApi(wired.telemetry)


@api.get("/v1/contacts")
def own() -> Response[str]:
    return _all(wired.list_contacts(api.policyholder()))


@api.post("/v1/contacts")
def designate() -> Response[str]:
    body = api.body(ContactIn)
    locale = Locale.nearest(body.locale)
    quiet = QuietHours.parse(body.quiet_hours or "")
    contact = wired.designate_contact(api.policyholder(), body.relation, body.phone, locale, quiet)
    return _one(contact, HTTPStatus.CREATED)


@api.post("/v1/contacts/order")
def order() -> Response[str]:
    body = api.body(OrderIn)
    return _all(wired.order_contacts(api.policyholder(), body.telling, [ContactId(one) for one in body.order]))


@api.get("/v1/contacts/of-others")
def of_others() -> Response[str]:
    return reply(HTTPStatus.OK, views_contacts.of_others(wired.contact_of_others(api.policyholder())))


@api.delete("/v1/contacts/of-others/<contact_id>")
def step_back(contact_id: str) -> Response[str]:
    return reply(HTTPStatus.OK, views_contacts.of_other(wired.step_back(api.policyholder(), ContactId(contact_id))))


@api.post("/v1/contacts/<contact_id>/confirm")
def confirm(contact_id: str) -> Response[str]:
    body = api.body(ConfirmIn)
    return _one(wired.confirm_contact(api.policyholder(), ContactId(contact_id), body.code))


@api.post("/v1/contacts/<contact_id>/renew")
def renew(contact_id: str) -> Response[str]:
    return _one(wired.renew_contact(api.policyholder(), ContactId(contact_id)))


@api.delete("/v1/contacts/<contact_id>")
def revoke(contact_id: str) -> Response[str]:
    return _one(wired.revoke_contact(api.policyholder(), ContactId(contact_id)))


def _one(contact: Contact, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return reply(status, views_contacts.contact(contact, wired.clock.now()))


def _all(contacts: tuple[tuple[Contact, ...], Telling]) -> Response[str]:
    return reply(HTTPStatus.OK, views_contacts.contacts(*contacts, wired.relations, wired.clock.now()))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
