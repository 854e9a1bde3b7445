"""Contacts over HTTP: another year, their order, whose contact one is, and what staff note of them."""

from typing import Any

import pytest

from safelight.channels.http import bodies_out as give
from tests.channels.deployed import ME, STAFF, Answer, Deployed

PHONE = "+886912000345"
NATIONAL_ID, ACCOUNT_NUMBER = "A123456789", "00777666555444"


@pytest.fixture
def contact_id(insurer: Deployed) -> str:
    made = insurer.call("POST", "/v1/contacts", {"relation": "child", "phone": PHONE, "adult": True})
    return str(give.ContactOut.model_validate(made.json).contact_id)


def note(insurer: Deployed, contact_id: str, who: str = "st-1", **known: Any) -> Answer:
    body = {"policyholder_id": ME, "contact_id": contact_id, "reason": "told_by_customer", **known}
    return insurer.call("POST", "/v1/staff/contacts", body, who=who, groups=STAFF)


def test_they_are_listed_with_whom_the_insurer_takes(insurer: Deployed, contact_id: str) -> None:
    listed = give.ContactsOut.model_validate(insurer.call("GET", "/v1/contacts").json)
    assert [one.contact_id for one in listed.contacts] == [contact_id]
    assert [relation.value for relation in listed.relations] == [
        "spouse",
        "parent",
        "child",
        "sibling",
        "grandparent",
        "grandchild",
    ]
    refused = insurer.call("POST", "/v1/contacts", {"relation": "friend", "phone": "+886912000777", "adult": True})
    assert (refused.status, refused.json["detail"]) == (422, "relation_not_taken")


def test_an_order_is_kept_and_another_list_is_refused(insurer: Deployed, contact_id: str) -> None:
    ordered = insurer.call("POST", "/v1/contacts/order", {"telling": "all", "order": [contact_id]})
    assert (ordered.status, ordered.json["telling"]) == (200, "all")
    refused = insurer.call("POST", "/v1/contacts/order", {"telling": "all", "order": ["somebody"]})
    assert (refused.status, refused.json["errors"]) == (422, [{"field": "order", "reason": "not_the_contacts"}])


def test_nobody_unconfirmed_or_unknown_is_renewed(insurer: Deployed, contact_id: str) -> None:
    assert insurer.call("POST", f"/v1/contacts/{contact_id}/renew", {}).status == 409
    assert insurer.call("POST", "/v1/contacts/nobody/renew", {}).status == 404


def test_without_a_number_on_file_one_is_nobodys_contact(insurer: Deployed, contact_id: str) -> None:
    assert insurer.call("GET", "/v1/contacts/of-others", who="ct-1").json == {"contact_of": []}
    assert insurer.call("DELETE", f"/v1/contacts/of-others/{contact_id}", who="ct-1").status == 404
    assert insurer.call("GET", "/v1/contacts").json["contacts"][0]["state"] == "designated"


def test_staff_see_why_one_is_not_told_and_never_a_number(insurer: Deployed, contact_id: str) -> None:
    noted = note(
        insurer,
        contact_id,
        excluded=True,
        national_id=NATIONAL_ID,
        account={"bank_code": "812", "account_number": ACCOUNT_NUMBER},
        number_changed_on="2026-01-05",
    )
    (seen,) = give.RegardedContactsOut.model_validate(noted.json).contacts
    assert (seen.standing, seen.excluded, seen.accounts_known, seen.person_known) == ("excluded", True, 1, True)
    assert [(line.kind, line.who) for line in seen.history] == [
        ("designated", None),
        ("excluded", "st-1"),
        ("noted", "st-1"),
    ]
    read = insurer.call("GET", "/v1/staff/contacts", who="st-2", groups=STAFF, query={"policyholder_id": ME})
    assert read.json == noted.json
    for secret in (NATIONAL_ID, ACCOUNT_NUMBER, PHONE[4:]):
        assert secret not in insurer.aws.written() + read.text


def test_only_staff_and_nobody_of_his_own(insurer: Deployed, contact_id: str) -> None:
    assert (note(insurer, contact_id, who=ME, excluded=True).json["detail"]) == "own_case"
    body = {"policyholder_id": ME, "contact_id": contact_id, "reason": "x", "excluded": True}
    for refused in (
        insurer.call("POST", "/v1/staff/contacts", body, who="st-1"),
        insurer.call("GET", "/v1/staff/contacts", who="st-1", query={"policyholder_id": ME}),
    ):
        assert (refused.status, refused.json["detail"]) == (403, "staff_only")
    assert insurer.call("GET", "/v1/contacts").json["contacts"][0]["state"] == "designated"


@pytest.mark.parametrize(
    ("known", "field"),
    [
        ({}, None),
        ({"excluded": None}, None),
        ({"excluded": "yes"}, "excluded"),
        ({"revoke": False}, "revoke"),
        ({"number_changed_on": "yesterday"}, "number_changed_on"),
        ({"number_changed_on": "2099-01-01"}, "number_changed_on"),
        ({"number_changed_on": "2026-02-30"}, "number_changed_on"),
        ({"national_id": "A1"}, "national_id"),
        ({"account": {"bank_code": "81", "account_number": "12345678"}}, "account.bank_code"),
        ({"reason": "A sentence about somebody"}, "reason"),
        ({"excluded": True, "phone": PHONE}, "phone"),
    ],
)
def test_bad_input_is_refused_by_its_field(
    insurer: Deployed, contact_id: str, known: dict[str, Any], field: str | None
) -> None:
    refused = note(insurer, contact_id, **known)
    assert refused.status == 422
    assert [error["field"] for error in refused.json["errors"]] == ([field] if field else [])


@pytest.mark.parametrize("query", [None, {}, {"policyholder_id": ""}, {"policyholder_id": "a b"}])
def test_staff_say_whose_contacts(insurer: Deployed, query: dict[str, str] | None) -> None:
    refused = insurer.call("GET", "/v1/staff/contacts", who="st-1", groups=STAFF, query=query)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "policyholder_id")
    known = insurer.call("GET", "/v1/staff/contacts", who="st-1", groups=STAFF, query={"policyholder_id": "nobody"})
    assert known.json == {"contacts": []}


def test_a_lost_look_at_open_requests_is_said_and_made_up_for(insurer: Deployed, contact_id: str) -> None:
    body = {"policyholder_id": ME, "kind": "contact_beside_policyholder", "observation_id": "n-1"}
    insurer.aws.tables.setdefault("cases", {})

    def observe() -> Answer:
        return insurer.call("POST", "/v1/staff/observations", body, who="st-1", groups=STAFF)

    insurer.aws.down.add("Query")
    assert observe().status == 503
    insurer.aws.down.clear()
    assert observe().status == 201
    noted = [row for row in insurer.aws.tables["book"].values() if row["kind"]["S"] == "observation"]
    assert len(noted) == 1
