"""Our signature is botocore's signature."""

import calendar
from datetime import UTC, datetime
from hashlib import sha256

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from safelight.adapters.aws_signing import Credentials, environment_credentials, sign

AT = datetime(2026, 3, 11, 13, 40, 7, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def botocore_headers(
    headers: dict[str, str], body: bytes, service: str, region: str, token: str | None
) -> dict[str, str]:
    request = AWSRequest("POST", f"https://{headers['host']}/", data=body, headers=dict(headers))
    request.context["timestamp"] = AT.strftime("%Y%m%dT%H%M%SZ")
    signer = botocore.auth.SigV4Auth(BotocoreCredentials("AKIDEXAMPLE", SECRET, token), service, region)
    signer._modify_request_before_signing(request)
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    signer._inject_signature_to_request(request, signature)
    return {name.lower(): str(value) for name, value in request.headers.items()}


def signed(headers: dict[str, str], body: bytes, service: str, region: str, token: str | None) -> dict[str, str]:
    credentials = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key=SECRET, session_token=token)
    at = calendar.timegm(AT.timetuple())
    return sign(headers, body, service=service, region=region, credentials=credentials, at=at)


def headers_for(host: str, target: str) -> dict[str, str]:
    return {"host": host, "content-type": "application/x-amz-json-1.0", "x-amz-target": target}


@pytest.mark.parametrize("token", [None, "FQoGZXIvYXdzE//token=="])
@pytest.mark.parametrize(
    ("service", "region", "host", "body"),
    [
        ("dynamodb", "ap-northeast-1", "dynamodb.ap-northeast-1.amazonaws.com", b"{}"),
        ("kms", "us-east-1", "127.0.0.1:4566", '{"說": "母親醫療費 🙏"}'.encode()),
        ("secretsmanager", "eu-west-2", "secretsmanager.eu-west-2.amazonaws.com", b""),
        ("sqs", "us-east-1", "sqs.us-east-1.amazonaws.com", bytes(range(256)) * 40),
    ],
)
def test_signature_equals_botocores(service: str, region: str, host: str, body: bytes, token: str | None) -> None:
    headers = headers_for(host, "Service_20120810.Do")
    assert signed(headers, body, service, region, token) == botocore_headers(headers, body, service, region, token)


@given(
    body=st.binary(max_size=300), target=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=40)
)
def test_signature_equals_botocores_for_any_body_and_header(body: bytes, target: str) -> None:
    headers = headers_for("127.0.0.1:4566", target)
    ours = signed(headers, body, "dynamodb", "us-east-1", None)
    theirs = botocore_headers(headers, body, "dynamodb", "us-east-1", None)
    assert ours["authorization"] == theirs["authorization"]


def test_credentials_come_as_lambda_gives_them_and_a_missing_one_is_named() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": ""}
    read = environment_credentials(environ)
    assert read() == Credentials(access_key_id="id", secret_access_key=SECRET, session_token=None)
    environ["AWS_SESSION_TOKEN"] = "renewed"
    assert read().session_token == "renewed"
    del environ["AWS_SECRET_ACCESS_KEY"]
    with pytest.raises(KeyError, match="AWS_SECRET_ACCESS_KEY"):
        read()


def test_credentials_do_not_show_their_secrets() -> None:
    shown = repr(Credentials(access_key_id="AKID", secret_access_key=SECRET, session_token="token"))
    assert SECRET not in shown
    assert "token'" not in shown


def test_a_get_of_an_object_is_signed_as_botocore_signs_it_for_s3() -> None:
    headers = {"host": "models.s3.ap-northeast-1.amazonaws.com", "x-amz-content-sha256": sha256(b"").hexdigest()}
    path = "/stack/models/0a1b/model.onnx"
    request = AWSRequest("GET", f"https://{headers['host']}{path}", headers=dict(headers))
    request.context["timestamp"] = AT.strftime("%Y%m%dT%H%M%SZ")
    signer = botocore.auth.S3SigV4Auth(BotocoreCredentials("AKIDEXAMPLE", SECRET), "s3", "ap-northeast-1")
    signer._modify_request_before_signing(request)
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    ours = sign(
        headers,
        b"",
        service="s3",
        region="ap-northeast-1",
        credentials=Credentials("AKIDEXAMPLE", SECRET),
        at=calendar.timegm(AT.timetuple()),
        method="GET",
        path=path,
    )
    assert ours["authorization"].endswith(f"Signature={signature}")
