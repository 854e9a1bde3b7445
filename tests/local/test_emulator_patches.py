"""Each gap that local/emulator closes, seen from outside through a template deployed by SAM CLI."""

from __future__ import annotations

import time

import pytest
import requests

from local.issuer import Issuer
from tests.local.conftest import Account

pytestmark = pytest.mark.stack

PAGE = "http://127.0.0.1:9999"


def get(account: Account, path: str, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(f"{account.api_url}{path}", headers=headers, timeout=10)


# ------------------------------------------------------------------ http_api


def test_route_with_a_path_parameter_reaches_its_function(account: Account) -> None:
    answer = get(account, "/open/lamp")
    assert answer.status_code == 200
    assert answer.json()["pathParameters"] == {"name": "lamp"}
    assert answer.json()["routeKey"] == "GET /open/{name}"


def test_claims_of_a_valid_token_reach_the_function(account: Account) -> None:
    token = account.issuer.mint("policyholder-1", scopes=["safelight/customer"], groups=["people"])
    answer = get(account, "/closed", token)
    assert answer.status_code == 200
    jwt = answer.json()["requestContext"]["authorizer"]["jwt"]
    assert jwt["claims"]["sub"] == "policyholder-1"
    assert jwt["claims"]["scope"] == "safelight/customer"
    assert jwt["claims"]["cognito:groups"] in ("[people]", ["people"])


@pytest.mark.parametrize("fault", ["none", "garbage", "expired", "other audience", "other issuer", "other key"])
def test_token_that_is_not_ours_is_refused(account: Account, fault: str) -> None:
    with Issuer() as foreign:
        token = {
            "none": None,
            "garbage": "not.a.token",
            "expired": account.issuer.mint("someone", lifetime_seconds=-60),
            "other audience": account.issuer.mint("someone", aud="elsewhere", client_id="elsewhere"),
            "other issuer": foreign.mint("someone"),
            "other key": foreign.mint("someone", iss=account.issuer.url),
        }[fault]
        assert get(account, "/closed", token).status_code == 401


def test_route_with_a_scope_refuses_a_token_without_it(account: Account) -> None:
    assert get(account, "/scoped", account.issuer.mint("someone", scopes=["safelight/customer"])).status_code == 403
    assert get(account, "/scoped", account.issuer.mint("someone", scopes=["safelight/staff"])).status_code == 200


def test_page_of_an_allowed_origin_may_call_the_api_and_another_may_not(account: Account) -> None:
    def preflight(origin: str) -> requests.Response:
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        return requests.options(f"{account.api_url}/closed", headers=asked, timeout=10)

    allowed = preflight(PAGE)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == PAGE
    assert "authorization" in allowed.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in preflight("http://127.0.0.1:1").headers


# ------------------------------------------------------------------ code_deploy


def test_function_with_a_deployment_preference_deploys(account: Account) -> None:
    resources = account.client("cloudformation").describe_stack_resources(StackName="safelight")["StackResources"]
    assert {"AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup"} <= {
        r["ResourceType"] for r in resources
    }


# ------------------------------------------------------------------ error_types


@pytest.mark.parametrize(
    ("how", "expected"), [("plain", "FirstError"), ("chained", "SecondError"), ("misleading message", "FirstError")]
)
def test_failed_invocation_names_the_class_of_its_exception(account: Account, how: str, expected: str) -> None:
    assert account.invoke("Failing", {"how": how})["errorType"] == expected


# ------------------------------------------------------------------ drain


def test_silent_invocation_is_not_held_back(account: Account) -> None:
    def milliseconds() -> float:
        start = time.perf_counter()
        account.invoke("Failing", {"how": "quiet"})
        return (time.perf_counter() - start) * 1000

    # The stock release waits 50 ms each time. The fastest of many says so on a busy machine too.
    assert min(milliseconds() for _ in range(20)) < 45


# ------------------------------------------------------------------ layer_files


def test_function_finds_a_file_of_its_layer_under_opt(account: Account) -> None:
    answer = account.invoke("Reader", {})
    assert (answer["greeting"], answer["elsewhere"]) == ("from the layer\n", "/opt/nothing/here")


# ------------------------------------------------------------------ layer_cache


def test_layer_is_unpacked_once_and_shared_by_its_workers(account: Account) -> None:
    assert account.invoke("Reader", {})["links"] > 1


# ------------------------------------------------------------------ secret_reference


def test_function_may_read_the_secret_that_its_policy_refers_to(account: Account) -> None:
    assert account.outputs["Secret"].startswith("arn:aws:secretsmanager:")
    assert account.invoke("SecretReader", {}) == 32


# ------------------------------------------------------------------ schedule_groups


def test_function_may_create_schedules_in_the_group_of_its_policy_and_in_no_other(account: Account) -> None:
    assert account.invoke("Scheduling", {"GroupName": "own-group"}) == "created"
    assert account.invoke("Scheduling", {"GroupName": "default"}) == "AccessDeniedException"
    assert account.invoke("Scheduling", {}) == "AccessDeniedException"


# ------------------------------------------------------------------ table_settings


def test_table_has_the_expiry_and_recovery_of_the_template(account: Account) -> None:
    dynamodb, table = account.client("dynamodb"), account.outputs["Table"]
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
