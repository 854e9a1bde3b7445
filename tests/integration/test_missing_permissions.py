"""The alert function's role on the deployed stack, policies enforced: what it may not do at all, and what becomes of a
RED case while each of its permissions is missing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.__main__ import Running
from local.machine import REGION
from tests.integration.burst import ask_red, ends, function, sweep, victims

POLICY = "work"
REFUSED = ("AccessDenied", "AuthorizationError")
NEEDED = {
    "dynamodb:GetItem": "dynamodb.GetItem",
    "dynamodb:Query": "dynamodb.Query",
    "dynamodb:PutItem": "dynamodb.TransactWriteItems",
    "dynamodb:UpdateItem": "dynamodb.UpdateItem",
    "kms:Decrypt": "kms.Decrypt",
}
"""What a RED alert cannot be sent without, and the call that fails."""


def role(up: Running) -> str:
    client = up.stack.client("lambda")
    return str(client.get_function_configuration(FunctionName=function("alert-contact"))["Role"])


def policy(up: Running) -> dict[str, Any]:
    name = role(up).rsplit("/", 1)[-1]
    document = up.stack.client("iam").get_role_policy(RoleName=name, PolicyName=POLICY)["PolicyDocument"]
    return dict(json.loads(document) if isinstance(document, str) else document)


@contextmanager
def with_policy(up: Running, document: dict[str, Any]) -> Iterator[None]:
    client, name, before = up.stack.client("iam"), role(up).rsplit("/", 1)[-1], policy(up)
    client.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=json.dumps(document))
    try:
        yield
    finally:
        client.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=json.dumps(before))


def actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else list(statement["Action"])


def without(document: dict[str, Any], action: str) -> dict[str, Any]:
    kept = [{**one, "Action": [a for a in actions(one) if a != action]} for one in document["Statement"]]
    return {**document, "Statement": [one for one in kept if one["Action"]]}


def test_while_a_permission_is_missing_the_failure_is_named_and_staff_have_the_case_in_time(
    running_stack: Running,
) -> None:
    """Each permission of the role in turn. The sweeper runs as it does when the deadline has passed."""
    up = running_stack
    whole = policy(up)
    granted = sorted({action for statement in whole["Statement"] for action in actions(statement)})
    assert set(NEEDED) <= set(granted)
    people = dict(zip(granted, victims(up, len(granted)), strict=True))
    asked, since = {}, time.time()
    for action, person in people.items():
        with with_policy(up, without(whole, action)):
            case_id = ask_red(up, person)
            asked[case_id] = person
            if action in NEEDED:
                refused = until(partial(named, up, since, case_id))
                assert refused, f"{action}: {up.stack.log_lines(function('alert-contact'), since)[-5:]}"
                assert NEEDED[action] in refused[0], action
            else:
                until(partial(up.inbox.texts, person.contact_phone), 3)
    sweep(up, 200)
    found = ends(up, asked)
    assert (found.silent, found.doubled, found.open_alerts) == ([], [], 0)
    assert found.tasks["alert_late"] + found.tasks["alert_failed"] + found.tasks["alert_unknown"] >= len(NEEDED) - 1
    assert found.told >= 1


def named(up: Running, since: float, case_id: str) -> list[str]:
    """Log lines about this case's alert that name a refused call."""
    lines = up.stack.log_lines(function("alert-contact"), since)
    return [line for line in lines if case_id in line and "AccessDenied" in line]


def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    give_up = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < give_up:
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def as_sender(running_stack: Running) -> Callable[[str], Any]:
    """Clients with the alert function's own rights."""
    arn = role(running_stack)
    got = running_stack.stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=running_stack.stack.endpoint,
            region_name=REGION,
            aws_access_key_id=got["AccessKeyId"],
            aws_secret_access_key=got["SecretAccessKey"],
            aws_session_token=got["SessionToken"],
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )

    return client


def forbidden(up: Running) -> dict[str, tuple[str, str, dict[str, Any]]]:
    cases, book, queue = (up.stack.outputs[name] for name in ("CaseTableName", "BookTableName", "AlertQueueUrl"))
    key, secret = up.stack.outputs["ContactKeyId"], up.stack.outputs["HashKeyId"]
    row = {"pk": {"S": "x"}, "sk": {"S": "x"}}
    return {
        "send an SMS by another provider": ("sns", "publish", {"PhoneNumber": "+886900000000", "Message": "x"}),
        "read all cases": ("dynamodb", "scan", {"TableName": cases}),
        "delete a case": ("dynamodb", "delete_item", {"TableName": cases, "Key": row}),
        "read the whole book": ("dynamodb", "scan", {"TableName": book}),
        "write into the book": ("dynamodb", "put_item", {"TableName": book, "Item": row}),
        "change a contact": ("dynamodb", "update_item", {"TableName": book, "Key": row}),
        "queue alerts": ("sqs", "send_message", {"QueueUrl": queue, "MessageBody": "x"}),
        "seal a number": ("kms", "encrypt", {"KeyId": key, "Plaintext": b"x"}),
        "change the hash key": ("secretsmanager", "put_secret_value", {"SecretId": secret, "SecretString": "x"}),
        "call a function": ("lambda", "invoke", {"FunctionName": function("sweep-alerts"), "Payload": b"{}"}),
        "read a bucket": ("s3", "list_buckets", {}),
        "make a schedule": ("scheduler", "list_schedules", {}),
        "change its own rights": (
            "iam",
            "put_role_policy",
            {"RoleName": "x", "PolicyName": "x", "PolicyDocument": "{}"},
        ),
    }


def test_the_alert_function_may_do_nothing_beyond_its_listed_rights(
    running_stack: Running, as_sender: Callable[[str], Any]
) -> None:
    answers = {what: answer(as_sender, *how) for what, how in forbidden(running_stack).items()}
    assert {what: got for what, got in answers.items() if not got.startswith(REFUSED)} == {}


def answer(as_sender: Callable[[str], Any], service: str, operation: str, arguments: dict[str, Any]) -> str:
    """The error's code, or `done`."""
    try:
        getattr(as_sender(service), operation)(**arguments)
    except ClientError as refusal:
        return str(refusal.response["Error"]["Code"])
    return "done"


def test_the_rights_that_are_looked_at_are_those_of_the_alert_function(
    running_stack: Running, as_sender: Callable[[str], Any]
) -> None:
    """The guard of the guard: these credentials can do what the function does."""
    key = {"pk": {"S": "x"}, "sk": {"S": "x"}}
    assert "Item" not in as_sender("dynamodb").get_item(TableName=running_stack.stack.outputs["CaseTableName"], Key=key)
