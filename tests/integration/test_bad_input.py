"""Bad input to the deployed API: a problem document that says which field and why, never a 5xx, nothing written."""

from __future__ import annotations

import json
from secrets import token_hex
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from local.__main__ import Running
from local.issuer import Issuer
from local.people import BORROWER, TEACHER
from safelight.channels.http.openapi import document

EXAMPLES = 25
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
OPERATIONS = [result.ok() for result in schemathesis.openapi.from_dict(document()).get_all_operations()]
"""Each a test of its own name: schemathesis names all of its tests alike, and pytest-xdist would run but one."""


def body(**over: Any) -> dict[str, Any]:
    return {**BORROWER.scenario, "request_id": token_hex(8), **over}


def post(up: Running, raw: str | bytes, token: str | None = None, path: str = "/v1/requests") -> requests.Response:
    headers = {"authorization": f"Bearer {token or up.stack.issuer.mint(BORROWER.id)}"}
    return requests.post(f"{up.stack.api_url}{path}", data=raw, headers=headers, timeout=30)


def written(up: Running) -> int:
    """Items in both tables."""
    dynamodb = up.stack.client("dynamodb")
    tables = (up.stack.outputs["CaseTableName"], up.stack.outputs["BookTableName"])
    return sum(
        page["Count"] for t in tables for page in dynamodb.get_paginator("scan").paginate(TableName=t, Select="COUNT")
    )


def _body_is_wrong(case: "schemathesis.Case[Any]") -> bool:
    """Only bodies refuse what they do not know: an unknown query parameter is ignored, as HTTP clients expect."""
    body = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    return body is not None and body.mode.is_negative


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_the_api_keeps_to_its_document(operation: Any, running_stack: Running) -> None:
    staff = operation.path.startswith("/v1/staff/")
    token = running_stack.stack.issuer.mint("fuzz-1", groups=["staff"] if staff else [])

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
    def keeps(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=running_stack.stack.api_url,
            headers={"authorization": f"Bearer {token}"},
            checks=[*CHECKS, negative_data_rejection] if _body_is_wrong(case) else list(CHECKS),
            timeout=30,
        )

    keeps()


@pytest.mark.parametrize(
    ("raw", "status", "field", "reason"),
    [
        ("{", 400, "", "json_invalid"),
        ("", 400, "", "json_invalid"),
        (b"\xff\xfe", 400, "", "json_invalid"),
        ("[]", 422, "", "model_type"),
        ("null", 422, "", "model_type"),
        (json.dumps(body(amount_twd="120000")), 422, "amount_twd", "int_type"),
        (json.dumps(body(amount_twd=1.5)), 422, "amount_twd", "int_type"),
        (json.dumps(body(amount_twd=True)), 422, "amount_twd", "int_type"),
        (json.dumps(body(amount_twd=-1)), 422, "amount_twd", "greater_than_equal"),
        (json.dumps(body(amount_twd=0)), 422, "amount_twd", "greater_than"),
        (json.dumps(body(amount_twd=10**12)), 422, "amount_twd", "less_than_equal"),
        (json.dumps(body(amount_twd=999_999_999)), 422, "amount_twd", "more_than_available"),
        (json.dumps(body(policy_ids=["WL-9999"])), 422, "policy_ids[0]", "unknown_policy"),
        (json.dumps(body(policy_ids=["WL-1001", "WL-1001"])), 422, "policy_ids", "named_twice"),
        (json.dumps(body(policy_ids=[])), 422, "policy_ids", "too_short"),
        (json.dumps(body(kind="gift")), 422, "kind", "enum"),
        (json.dumps(body(surprise=1)), 422, "surprise", "extra_forbidden"),
        (json.dumps(body(signals={"seconds_on_form": float("nan")})), 422, "signals.seconds_on_form", "*"),
        (json.dumps(body(request_id="../x")), 422, "request_id", "string_pattern_mismatch"),
        (json.dumps(body(policyholder_id=TEACHER.id)), 422, "policyholder_id", "extra_forbidden"),
        (json.dumps(body(note="x" * 1_000_000)), 413, "", "body_too_large"),
        ("[" * 50_000, 400, "", "json_invalid"),
    ],
)
def test_a_bad_body_is_refused_with_field_and_reason_and_writes_nothing(
    running_stack: Running, raw: str | bytes, status: int, field: str, reason: str
) -> None:
    before = written(running_stack)
    response = post(running_stack, raw)
    problem = response.json()
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert problem["status"] == status
    assert any(e["field"] == field and reason in ("*", e["reason"]) for e in problem["errors"]), problem
    assert written(running_stack) == before


def test_expired_foreign_and_missing_tokens_are_refused(running_stack: Running) -> None:
    before = written(running_stack)
    expired = running_stack.stack.issuer.mint(BORROWER.id, lifetime_seconds=-60)
    with Issuer() as stranger:
        foreign = stranger.mint(BORROWER.id)
    for token in (expired, foreign, "not-a-token"):
        assert post(running_stack, json.dumps(body()), token).status_code == 401
    assert requests.post(f"{running_stack.stack.api_url}/v1/requests", json=body(), timeout=30).status_code == 401
    assert written(running_stack) == before


def test_a_policyholder_may_not_use_the_staff_routes(running_stack: Running) -> None:
    token = running_stack.stack.issuer.mint(BORROWER.id)
    headers = {"authorization": f"Bearer {token}"}
    board = requests.get(f"{running_stack.stack.api_url}/v1/staff/cases", headers=headers, timeout=30)
    asked = post(running_stack, json.dumps({**body(), "policyholder_id": TEACHER.id}), token, path="/v1/staff/requests")
    assert [(r.status_code, r.json()["detail"]) for r in (board, asked)] == [(403, "staff_only")] * 2
