"""An ordinary borrower's request, and AWS's answers while it is decided, in the words of the wire.

The rows are written by the adapters themselves, so a benchmark reads what production would have stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.people import BORROWER
from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.book import CONTACT, PROFILE
from safelight.adapters.dynamodb.table import Item
from safelight.domain.case import CaseId
from safelight.domain.contact import Contact, ContactId, ContactState, PhoneKey, Relation, SealedPhone
from safelight.domain.facts import PastRequest
from safelight.domain.request import Channel, Locale, PolicyId, RequestKind

CASE_TABLE, BOOK_TABLE, HASH_KEY = "cases", "book", "hash-key"
NOW = datetime.now(UTC)


def body(request_id: str) -> str:
    return json.dumps({**BORROWER.scenario, "request_id": request_id, "locale": "zh-TW"})


def event(request_id: str) -> dict[str, Any]:
    return http_event("/v1/requests", body(request_id))


def http_event(path: str, sent: str) -> dict[str, Any]:
    """A POST as an HTTP API hands it to a function, payload format 2.0, after its JWT authorizer."""
    return {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "authorization": "Bearer -", "host": "api.example"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "authorizer": {"jwt": {"claims": {"sub": BORROWER.id, "iss": "issuer"}, "scopes": None}},
            "domainName": "api.example",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "request",
            "routeKey": f"POST {path}",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000,
        },
        "body": sent,
        "isBase64Encoded": False,
    }


def answer(operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What DynamoDB and Secrets Manager say to one call of the decision. KeyError for a call that it does not make."""
    match operation:
        case "GetSecretValue":
            return {"Name": HASH_KEY, "SecretString": "0123456789abcdef0123456789abcdef", "VersionId": "1"}
        case "TransactWriteItems":
            return {}
        case "Query":
            found = PARTITIONS.get((payload["TableName"], payload["ExpressionAttributeValues"][":pk"]["S"]), [])
            return {"Items": found, "Count": len(found), "ScannedCount": len(found)}
    raise KeyError(operation)


def _dossier() -> list[Item]:
    contact = Contact(
        contact_id=ContactId("contact-1"),
        policyholder_id=BORROWER.id,
        relation=Relation.CHILD,
        locale=Locale.ZH_TW,
        phone=SealedPhone("c2VhbGVk"),
        phone_key=PhoneKey("ab" * 32),
        phone_last3="101",
        state=ContactState.CONFIRMED,
        designated_at=NOW - timedelta(days=400),
        changed_at=NOW - timedelta(days=400),
        confirmed_at=NOW - timedelta(days=400),
    )
    return [
        rows.item(keys.contact(BORROWER.id, contact.contact_id), CONTACT, contact, version=1),
        rows.item(keys.profile(BORROWER.id), PROFILE, BORROWER.profile),
    ]


def _history() -> list[Item]:
    at = NOW - timedelta(days=200)
    past = PastRequest(
        kind=RequestKind.POLICY_LOAN,
        amount_twd=90_000,
        policy_ids=(PolicyId("WL-1001"),),
        requested_at=at,
        channel=Channel.APP,
    )
    return [rows.item(keys.past_request(BORROWER.id, at, CaseId("past")), rows.REQUEST, past)]


PARTITIONS: dict[tuple[str, str], list[Item]] = {
    (BOOK_TABLE, keys.holder(BORROWER.id)): _dossier(),
    (CASE_TABLE, keys.holder(BORROWER.id)): _history(),
}
