"""HTTP functions on the events that API Gateway makes: unknown fields, missing ones, and events of another API."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from safelight.channels.http.openapi import OPERATIONS, Operation
from tests.channels.deployed import HTTP_FUNCTIONS, ME, STAFF, Deployed
from tests.channels.line_events import a_message, signature
from tests.channels.test_bad_input import ANSWERS, REQUEST, SIGNALS, VALID

EVENTS = Path(__file__).parent / "http_events"
"""As `sam local generate-event apigateway …` makes them."""
ODD: tuple[Any, ...] = (None, 7, [], {"x": None})
Json = dict[str, Any]
NOT_SERVED = {("GET", "/v1/staff/contacts"): [422], ("POST", "/v1/staff/contacts"): [403]}
"""Nobody is named in a generated event's query, and who asks in it is the policyholder himself."""


def generated(name: str = "http-api-proxy") -> Json:
    event: Json = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def an_event(operation: Operation) -> Json:
    """The generated event, asking for an operation with a valid body in base64, by somebody who may."""
    path = operation.path.format(**dict.fromkeys(re.findall(r"{(\w+)}", operation.path), "r-1"))
    event = generated()
    event["routeKey"] = f"{operation.method} {operation.path}"
    event["rawPath"] = path
    event["body"] = b64encode(json.dumps(body_of(path)).encode()).decode() if operation.takes else None
    event["isBase64Encoded"] = operation.takes is not None
    context = event["requestContext"]
    context["http"] |= {"method": operation.method, "path": path}
    context["authorizer"]["jwt"]["claims"] |= {"sub": ME, "cognito:groups": f"[{' '.join(STAFF)}]"}
    return event


def body_of(path: str) -> Json:
    names = {"/v1/requests/r-1/answers": ANSWERS, "/v1/sessions/r-1/signals": SIGNALS}
    return VALID[names.get(path, path.replace("r-1", "abc"))]


def answered(insurer: Deployed, function: str, event: Any) -> int:
    """Its status; what is not done is a problem document."""
    answer = insurer.function(function).handler(deepcopy(event), None)
    status: int = answer["statusCode"]
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    headers |= {name.lower(): value[0] for name, value in (answer.get("multiValueHeaders") or {}).items()}
    if status >= 400:
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(answer["body"])["status"] == status
    return status


EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")


def test_the_events_are_the_generated_ones() -> None:
    assert generated()["version"] == "2.0"
    assert generated("aws-proxy")["httpMethod"] == "POST"


@pytest.mark.parametrize("function", HTTP_FUNCTIONS)
@pytest.mark.parametrize("name", ["http-api-proxy", "aws-proxy"])
def test_a_generated_event_leads_nowhere_and_says_so(insurer: Deployed, function: str, name: str) -> None:
    """Its path is /path/to/resource. aws-proxy is an event of another kind of API."""
    before = insurer.aws.written()
    assert answered(insurer, function, generated(name)) == 404
    assert insurer.aws.written() == before


@EVERY_OPERATION
def test_a_generated_event_reaches_every_operation(insurer: Deployed, operation: Operation) -> None:
    """With every field of API Gateway's, client certificate, cookies and stage variables included."""
    named = ("{" in operation.path and "signals" not in operation.path) or operation.path == "/v1/staff/tasks/done"
    expected = NOT_SERVED.get((operation.method, operation.path)) or ([404] if named else [200, 201])
    assert answered(insurer, operation.function, an_event(operation)) in expected, "r-1 is nowhere"


def changed(whole: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Json]]:
    """The event without each of its fields in turn, with each of another form, and with one more in each part."""
    part = whole
    for name in path:
        part = part[name]
    for name, value in list(part.items()):
        for odd in ("missing", *ODD):
            event = deepcopy(whole)
            inner = event
            for step in path:
                inner = inner[step]
            inner.pop(name)
            if odd != "missing":
                inner[name] = odd
            yield f"{'.'.join((*path, name))} {odd}", event
        if isinstance(value, dict):
            yield from changed(whole, (*path, name))
    event = deepcopy(whole)
    inner = event
    for step in path:
        inner = inner[step]
    inner["somethingNew"] = {"a": [1, None]}
    yield f"{'.'.join(path)} new", event


@EVERY_OPERATION
def test_whatever_of_an_event_is_missing_or_odd_is_answered(insurer: Deployed, operation: Operation) -> None:
    for what, event in changed(an_event(operation)):
        assert answered(insurer, operation.function, event) < 500, what


@pytest.mark.parametrize("function", HTTP_FUNCTIONS)
@pytest.mark.parametrize("event", ODD, ids=repr)
def test_what_is_no_event_at_all_leads_nowhere(insurer: Deployed, function: str, event: Any) -> None:
    assert answered(insurer, function, event) == 404


OPTIONAL = (
    "version", "routeKey", "rawQueryString", "cookies", "headers", "queryStringParameters", "pathParameters",
    "stageVariables",
)  # fmt: skip


def test_a_request_is_decided_without_any_of_the_optional_fields(insurer: Deployed) -> None:
    (operation,) = [o for o in OPERATIONS if (o.method, o.path) == ("POST", REQUEST)]
    event = {name: value for name, value in an_event(operation).items() if name not in OPTIONAL}
    context = event["requestContext"]
    event["requestContext"] = {name: context[name] for name in ("http", "authorizer")}
    assert answered(insurer, operation.function, event) == 201


@EVERY_OPERATION
def test_nobody_is_served_whom_the_event_does_not_name(insurer: Deployed, operation: Operation) -> None:
    before = insurer.aws.written()
    for claims in ({}, None, {"sub": ""}, {"sub": None}, {"sub": ["x"]}):
        event = an_event(operation)
        event["requestContext"]["authorizer"]["jwt"]["claims"] = claims
        assert answered(insurer, operation.function, event) == 403
    for authorizer in ({}, None, {"jwt": None}, {"iam": {"userId": ME}}, {"lambda": {"sub": ME}}):
        event = an_event(operation)
        event["requestContext"]["authorizer"] = authorizer
        assert answered(insurer, operation.function, event) == 403
    assert insurer.aws.written() == before


# LINE's webhook: no token, no problem documents


def a_signed_event(name: str = "http-api-proxy") -> Json:
    raw = json.dumps({"destination": "U1", "events": [a_message("你好")]}).encode()
    event = generated(name)
    event["body"] = b64encode(raw).decode()
    event["headers"] |= {"X-Line-Signature": signature(raw)}
    return event


@pytest.mark.parametrize("name", ["http-api-proxy", "aws-proxy"])
def test_a_generated_event_is_no_webhook_until_line_signs_it(insurer: Deployed, name: str) -> None:
    insurer.function("converse_line").wired.line._read = None
    handler = insurer.function("converse_line").handler
    assert handler(generated(name), None)["statusCode"] == 401
    assert insurer.aws.line == []
    assert handler(a_signed_event(name), None)["statusCode"] == 200
    assert len(insurer.aws.line) == 1


def test_a_webhook_is_taken_where_its_body_and_signature_came_whole(insurer: Deployed) -> None:
    insurer.function("converse_line").wired.line._read = None
    handler = insurer.function("converse_line").handler
    for what, event in changed(a_signed_event()):
        field = what.partition(" ")[0]
        touched = field in ("body", "headers.X-Line-Signature", "isBase64Encoded") or what.startswith("headers ")
        whole = not touched or what in ("headers new", "isBase64Encoded 7", "isBase64Encoded {'x': None}")
        assert handler(event, None)["statusCode"] == (200 if whole else 401), what
