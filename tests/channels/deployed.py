"""The functions as they are deployed: each `app.py` loaded with the environment that template.yaml gives it."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from local.__main__ import evening_offset
from models.export import artifact
from safelight.adapters.indicator import Indicator, SubjectKind
from safelight.channels.http.openapi import OPERATIONS, Operation
from safelight.domain.facts import External, Policy, Product, Profile, RegisteredAccount
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import AccountKey, Locale, PolicyholderId, PolicyId
from tests.channels.loopback_aws import LoopbackAws

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
HTTP_FUNCTIONS = sorted({operation.function for operation in OPERATIONS})
ME = "ph-0001"
STAFF = ["staff"]
OWN_PHONE = "+886911000777"
"""The policyholder's number of record."""


def environment(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "ap-northeast-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "safelight-test",
        "POWERTOOLS_SERVICE_NAME": "safelight",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "STAGE": "local",
        "CASE_TABLE": "cases",
        "BOOK_TABLE": "book",
        "HASH_KEY_SECRET": "hash-key",
        "CONTACT_KEY": "contact-key",
        "MODEL_DIRECTORY": str(ROOT / "no" / "model"),
        "ALERT_QUEUE": f"{url}/queue",
        "SMS_PROVIDER": "inbox",
        "SMS_SENDER_NAME": "安心人壽",
        "SMS_SENDER_ID": "SAFELIGHT",
        "SMS_CONFIGURATION_SET": "safelight",
        "SMS_MAX_PRICE_USD": "0.10",
        "SMS_INBOX_URL": f"{url}/inbox",
        "SMS_FALLBACK": "gateway",
        "SMS_PREFIXES": "+886",
        "SMS_GATEWAY_URL": f"{url}/gateway",
        "SMS_GATEWAY_SECRET": "gateway-secret",
        "SMS_GATEWAY_CODES": "0=accepted,http_200=accepted",
        "PUSH_URL": f"{url}/push",
        "PUSH_SECRET": "push-secret",
        "QUIET_HOURS": "",
        "ALERTS_A_DAY": "12",
        "ALERTS_AN_HOUR": "600",
        "INVITATIONS_AN_HOUR": "300",
        "LABELLED_SCAMS_ALONE": "10",
        "LABELLED_GENUINE_ALONE": "1000",
        "SCAMS_UNDONE_ALONE": "3",
        "CONTACT_SETTLING_HOURS": "72",
        "CONTACT_VALID_DAYS": "365",
        "CONTACT_RELATIONS": "spouse,parent,child,sibling,grandparent,grandchild",
        "DEADLINE_GROUP": "deadlines",
        "DEADLINE_FUNCTION": "hold-deadline",
        "DEADLINE_ROLE": "deadline-role",
        "DEADLINE_DEAD_LETTERS": "dead-letters",
        "LINE_SECRET": "line-secret",
        "LINE_API_URL": url,
        "LINE_LINK_URL": "https://insurer.example/link",
        "LEX_LOCALES": "zh_TW=zh-TW,zh_CN=zh-TW",
        "CARING_QUEUE": "caring",
        "SERVICE_QUEUE": "service",
        "CONNECT_VOICES": "zh-TW=Zhiyu,en=Joanna",
    }


def with_the_shipped_model() -> dict[str, str]:
    """What a module's functions are deployed with where the shipped model decides: it looks at the hour, so theirs is
    always 21:40 in Taipei."""
    offset = evening_offset(datetime.now(UTC))
    return {"MODEL_DIRECTORY": str(artifact.CURRENT), "CLOCK_OFFSET_SECONDS": str(int(offset.total_seconds()))}


def load(function: str) -> ModuleType:
    path = ROOT / "functions" / function / "app.py"
    spec = spec_from_file_location(f"tests_loaded_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Deployed:
    """All functions over one loopback AWS."""

    aws: LoopbackAws
    functions: dict[str, ModuleType] = field(default_factory=dict)
    ended: list[ModuleType] = field(default_factory=list)

    def function(self, name: str) -> ModuleType:
        if name not in self.functions:
            self.functions[name] = load(name)
        return self.functions[name]

    def restart(self) -> None:
        """New processes, which know nothing from before."""
        self.ended += self.functions.values()  # kept, so that their connections are closed with all others
        self.functions = {}

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        who: str | None = ME,
        groups: object = None,
        raw: str | None = None,
        base64: bool = False,
        query: dict[str, str] | None = None,
        function: str | None = None,
    ) -> Answer:
        """As API Gateway would; `raw` is sent as it is instead of `body`."""
        claims: dict[str, object] = {} if who is None else {"sub": who}
        if groups is not None:
            claims["cognito:groups"] = groups
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "queryStringParameters": query,
            "headers": {"content-type": "application/json"},
            "requestContext": {
                "stage": "$default",
                "http": {"method": method, "path": path},
                "authorizer": {"jwt": {"claims": claims, "scopes": None}},
            },
            "body": raw if raw is not None else None if body is None else json.dumps(body),
            "isBase64Encoded": base64,
        }
        found = self.function(function or operation_of(method, path).function).handler(event, None)
        headers = found.get("headers") or {}
        headers |= {name: values[0] for name, values in (found.get("multiValueHeaders") or {}).items()}
        return Answer(found["statusCode"], {k.lower(): v for k, v in headers.items()}, found["body"])

    def relay_and_deliver(self) -> None:
        """Every alert in the case table, through the queue, to the inbox."""
        images = [row for row in self.aws.tables.get("cases", {}).values() if row["kind"]["S"] == "alert"]
        records = [{"dynamodb": {"NewImage": image, "SequenceNumber": str(n)}} for n, image in enumerate(images)]
        if records:
            self.function("relay_outbox").handler({"Records": records}, None)
        waiting, self.aws.queue[:] = list(self.aws.queue), []
        for message in waiting:
            self.function("alert_contact").handler({"Records": [message]}, None)

    def texts_to(self, phone: str) -> list[str]:
        return [text["text"] for text in self.aws.texts if text["to"] == phone]

    def seed(self, who: str = ME, accounts: tuple[RegisteredAccount, ...] = ()) -> None:
        from safelight.adapters.aws_signing import Credentials  # noqa: PLC0415
        from safelight.adapters.dynamodb.book import DynamoBook  # noqa: PLC0415
        from safelight.adapters.dynamodb.indicators import DynamoIndicators  # noqa: PLC0415
        from safelight.adapters.dynamodb.table import Table, dynamodb_client  # noqa: PLC0415
        from safelight.adapters.vault import AwsVault, kms_client, secrets_client  # noqa: PLC0415

        where = ("x", self.aws.url, lambda: Credentials("test", "test"), 5.0)
        aws, secrets, kms = dynamodb_client(*where), secrets_client(*where), kms_client(*where)
        vault = AwsVault(secrets, kms, hash_secret_id="hash-key", kms_key_id="contact-key")
        reported = Indicator(
            subject_kind=SubjectKind.ACCOUNT,
            subject=vault.account_key(**REPORTED_ACCOUNT),
            source="police",
            purpose="fraud_prevention",
            expires_at=datetime.now(UTC) + timedelta(days=30),
            says=External(account_reported=True),
        )
        DynamoIndicators(Table(aws, "book")).save(reported)
        policies = tuple(
            Policy(
                policy_id=PolicyId(name),
                product=Product.WHOLE_LIFE,
                issued_on=date(2005, 6, 1),
                cash_value_twd=1_200_000,
            )
            for name in ("pol-1", "pol-2")
        )
        number = NumberOfRecord(
            phone=vault.seal(OWN_PHONE, PolicyholderId(who)),
            phone_key=vault.phone_key(OWN_PHONE),
            phone_last3=OWN_PHONE[-3:],
            locale=Locale.ZH_TW,
            changed_at=datetime.now(UTC) - timedelta(days=400),
        )
        DynamoBook(Table(aws, "book"), Table(aws, "cases")).save_number(PolicyholderId(who), number)
        profile = Profile(
            born_on=date(1957, 9, 3),
            policies=policies,
            accounts=accounts
            or (RegisteredAccount(key=AccountKey("a" * 64), added_on=date(2012, 1, 5), same_owner=True),),
        )
        DynamoBook(Table(aws, "book"), Table(aws, "cases")).save_profile(PolicyholderId(who), profile)
        for client in (aws, secrets, kms):
            client.close()


def report_person(insurer: Deployed, who: str = ME) -> None:
    """The police know that scammers are at him."""
    from safelight.adapters.aws_signing import Credentials  # noqa: PLC0415
    from safelight.adapters.dynamodb.indicators import DynamoIndicators  # noqa: PLC0415
    from safelight.adapters.dynamodb.table import Table, dynamodb_client  # noqa: PLC0415

    aws = dynamodb_client("x", insurer.aws.url, lambda: Credentials("test", "test"), 5.0)
    DynamoIndicators(Table(aws, "book")).save(
        Indicator(
            subject_kind=SubjectKind.PERSON,
            subject=who,
            source="police",
            purpose="fraud_prevention",
            expires_at=datetime.now(UTC) + timedelta(days=30),
            says=External(person_listed=True, reported_numbers_30d=4),
        )
    )
    aws.close()


def operation_of(method: str, path: str) -> Operation:
    for operation in OPERATIONS:
        pattern = re.sub(r"\{\w+\}", "[^/]+", operation.path)
        if operation.method == method and re.fullmatch(pattern, path):
            return operation
    raise AssertionError(f"no operation {method} {path}")


def a_body(**over: object) -> dict[str, object]:
    """A small loan, as the app sends it."""
    return {
        "request_id": "r-1",
        "kind": "policy_loan",
        "amount_twd": 96_000,
        "policy_ids": ["pol-1"],
        "channel": "app",
        **over,
    }


STEERED = {"on_call": True, "screen_shared": True}
NEW_ACCOUNT = {"bank_code": "812", "account_number": "28881234567890"}
REPORTED_ACCOUNT = {"bank_code": "812", "account_number": "70000000000001"}


def a_red_body(**over: object) -> dict[str, object]:
    """RED by rule, and nobody reads along: to an account that the police know."""
    return a_body(**{"signals": {"new_device": True}, "payout_account": REPORTED_ACCOUNT, **over})


def a_steered_body(**over: object) -> dict[str, object]:
    """RED by rule, and somebody reads along: steered to an account that is not on file."""
    return a_body(**{"signals": STEERED, "payout_account": NEW_ACCOUNT, **over})
