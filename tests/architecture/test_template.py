"""What the template must say, whoever edits it."""

import re
from typing import Any

import pytest

from safelight.adapters.dynamodb import keys, rows
from safelight.adapters.dynamodb.talks import CLAIMED
from safelight.adapters.sms.gateway import Meaning, parse_codes
from safelight.domain.alert import SENDING_LIMIT, AlertId, AlertPurpose, TaskReason
from safelight.domain.conversation import TalkId, TurnId
from safelight.domain.request import Locale
from safelight.domain.sms_text import compose
from tests.architecture.template import ROOT, Function, functions, resources, template, webhooks
from tests.builders import NOW, a_case, a_decision, a_task, an_alert

FUNCTIONS = functions()
EVERY_FUNCTION = pytest.mark.parametrize("function", list(FUNCTIONS.values()), ids=lambda f: f.logical_id)


@EVERY_FUNCTION
def test_every_function_has_a_log_group_of_its_own_that_forgets_and_waits_for_it(function: Function) -> None:
    """The reference makes the group first: a function that runs before would make one that never forgets."""
    name = f"/aws/lambda/{function.properties['FunctionName']['Sub']}"
    groups = {n: p for n, p in resources("AWS::Logs::LogGroup").items() if p.get("LogGroupName") == {"Sub": name}}
    ((logical_id, group),) = groups.items()
    assert group["RetentionInDays"] > 0
    assert function.properties["LoggingConfig"] == {"LogGroup": {"Ref": logical_id}}


def test_every_log_group_forgets() -> None:
    assert all(group.get("RetentionInDays") for group in resources("AWS::Logs::LogGroup").values())


@EVERY_FUNCTION
def test_every_function_has_a_timeout_and_an_http_one_ends_before_its_gateway(function: Function) -> None:
    assert function.timeout > 0
    if function.events("HttpApi"):
        assert function.timeout < 30


def test_no_sender_lives_as_long_as_an_alert_may_be_sending() -> None:
    """Otherwise a living sender would be called lost."""
    assert FUNCTIONS["AlertContact"].timeout < SENDING_LIMIT.total_seconds()


def test_the_sweeper_ends_before_it_begins_again() -> None:
    assert FUNCTIONS["SweepAlerts"].timeout < 60
    (schedule,) = FUNCTIONS["SweepAlerts"].events("ScheduleV2")
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert FUNCTIONS["SweepAlerts"].properties["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


@EVERY_FUNCTION
def test_no_function_may_do_anything_or_on_anything(function: Function) -> None:
    for statement in function.statements:
        assert statement["Effect"] == "Allow"
        assert not [action for action in actions(statement) if "*" in action]
        resource = statement.get("Resource", statement.get("NotResource"))
        assert resource is not None
        assert resource != "*"
        assert "*" not in (resource if isinstance(resource, list) else [])
        assert not {"dynamodb:Scan", "dynamodb:DeleteItem", "dynamodb:DeleteTable"} & set(actions(statement))


def test_only_who_sends_may_send_and_only_who_seals_or_opens_may() -> None:
    may = {
        action: sorted(name for name, f in FUNCTIONS.items() if any(action in actions(s) for s in f.statements))
        for action in ("sms-voice:SendTextMessage", "sns:Publish", "kms:Decrypt", "kms:Encrypt")
    }
    assert may == {
        "sms-voice:SendTextMessage": ["AlertContact"],
        "sns:Publish": ["AlertContact"],
        "kms:Decrypt": ["AlertContact"],
        "kms:Encrypt": ["ManageContacts"],
    }


def test_nothing_may_put_into_a_case_but_who_decides_and_who_alerts() -> None:
    puts = {
        name: statement
        for name, function in FUNCTIONS.items()
        for statement in function.statements
        if "dynamodb:PutItem" in actions(statement) and statement["Resource"] == {"GetAtt": "CaseTable.Arn"}
    }
    for name in ("ManageContacts", "NoteContacts"):
        notices = puts.pop(name)
        assert notices["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["INVITE#*"]}}
    assert keys.alert(AlertId("invite/c-1/1")).pk.startswith("INVITE#")
    assert keys.alert(AlertId("invite/c-1/1.holder")).pk.startswith("INVITE#")
    assert sorted(puts) == [
        "AlertContact",
        "AnswerQuestions",
        "AssessRequest",
        "ConverseConnect",
        "ConverseLex",
        "ConverseLine",
        "ConverseWeb",
        "HoldDeadline",
        "SweepAlerts",
        "TakeReceipts",
    ]


def test_a_chat_may_write_its_own_rows_of_the_book_and_no_others() -> None:
    may = {
        name: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for name in ("ConverseLine", "ConverseLex", "ConverseWeb", "ConverseConnect", "LinkLine")
        for statement in FUNCTIONS[name].statements
        if "dynamodb:PutItem" in actions(statement) and statement["Resource"] == {"GetAtt": "BookTable.Arn"}
    }
    talk, claim, link, nonce = (
        f"{key.pk.partition('#')[0]}#*"
        for key in (keys.talk(TalkId("t")), keys.claim(TurnId("t")), keys.link("a"), keys.nonce("n"))
    )
    assert may == {
        "ConverseLine": [talk, claim, link, nonce],
        "ConverseLex": [talk],
        "ConverseWeb": [talk],
        "ConverseConnect": [talk],
        "LinkLine": [nonce],
    }


def test_only_signed_webhooks_take_no_token_and_they_are_throttled() -> None:
    assert webhooks() == {("converse_line", "/v1/line/webhook"), ("take_receipts", "/v1/sms/receipts")}
    usual = template()["Globals"]["HttpApi"]["DefaultRouteSettings"]
    for function in ("ConverseLine", "TakeReceipts"):
        (event,) = FUNCTIONS[function].events("HttpApi")
        assert event["RouteSettings"].keys() == usual.keys()
        assert all(event["RouteSettings"][name] < usual[name] for name in usual)


def test_who_sends_and_who_hears_of_it_count_a_providers_speed_and_write_nothing_else_into_the_book() -> None:
    may = {
        name: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for name in ("AlertContact", "TakeReceipts")
        for statement in FUNCTIONS[name].statements
        if "dynamodb:UpdateItem" in actions(statement) and statement["Resource"] == {"GetAtt": "BookTable.Arn"}
    }
    speed, taken = (f"{key.pk.partition('#')[0]}#*" for key in (keys.provider_minute("p", NOW), keys.quota("q", "1")))
    assert may == {"AlertContact": [taken, speed], "TakeReceipts": [speed]}


def test_the_inbox_is_local_the_fallback_another_and_the_gateway_has_address_and_key() -> None:
    rules = template()["Rules"]
    by_inbox, by_gateway = (
        {"Or": [{"Equals": [{"Ref": "SmsProvider"}, name]}, {"Equals": [{"Ref": "SmsFallback"}, name]}]}
        for name in ("inbox", "gateway")
    )
    assert rules["InboxIsLocal"]["RuleCondition"] == by_inbox
    assert rules["GatewayHasAddressAndKey"]["RuleCondition"] == by_gateway
    needed = [rule["Assert"] for rule in rules["GatewayHasAddressAndKey"]["Assertions"]]
    assert needed == [{"Not": [{"Equals": [{"Ref": n}, ""]}]} for n in ("SmsGatewayUrl", "SmsGatewaySecretArn")]
    (other,) = rules["FallbackIsAnother"]["Assertions"]
    assert other["Assert"] == {"Not": [{"Equals": [{"Ref": "SmsProvider"}, {"Ref": "SmsFallback"}]}]}
    assert template()["Parameters"]["SmsFallback"]["Default"] == "none"
    allowed = template()["Parameters"]["SmsProvider"]["AllowedValues"]
    assert template()["Parameters"]["SmsFallback"]["AllowedValues"] == ["none", *allowed]


def test_the_codes_of_a_gateway_that_come_with_the_template_can_be_read() -> None:
    codes = parse_codes(template()["Parameters"]["SmsGatewayCodes"]["Default"])
    assert codes["0"] is Meaning.ACCEPTED
    assert "http_200" not in codes, "a yes without a code may be any page"


def test_a_sender_is_a_sender_id_as_the_role_that_sends_allows_and_neither_number_nor_pool() -> None:
    form = re.compile(template()["Parameters"]["SmsSenderId"]["AllowedPattern"])
    assert form.fullmatch("SAFELIGHT")
    others = ["phone-0123456789abcdef", "pool-0123456789abcdef", "+886912345678", "886912345678", "arn:aws:sms-voice:x"]
    assert [other for other in others if form.fullmatch(other)] == []
    (sends,) = [s for s in FUNCTIONS["AlertContact"].statements if "SendTextMessage" in str(s["Action"])]
    *named, protection = sends["Resource"]
    assert [arn["Sub"].partition("AccountId}:")[2].split("/")[0] for arn in named] == ["sender-id", "configuration-set"]
    assert protection == {"GetAtt": "SmsProtectConfiguration.Arn"}


def test_receipts_of_end_user_messaging_go_to_the_function_by_a_topic_that_is_encrypted() -> None:
    resource = template()["Resources"]
    (destination,) = resource["SmsConfigurationSet"]["Properties"]["EventDestinations"]
    assert destination["MatchingEventTypes"] == ["TEXT_ALL"]
    assert destination["SnsDestination"] == {"TopicArn": {"Ref": "ReceiptTopic"}}
    assert resource["ReceiptTopic"]["Properties"]["KmsMasterKeyId"] == {"Ref": "StorageKey"}
    assert resource["ReceiptSubscription"]["Properties"]["Endpoint"] == {"GetAtt": "TakeReceipts.Arn"}
    (statement,) = resource["ReceiptTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sms-voice.amazonaws.com"}
    assert set(statement["Condition"]) == {"StringEquals", "ArnLike"}
    for name in ("TakeReceiptsByTopic", "TakeReceiptsByLogs"):
        assert resource[name]["Properties"]["SourceArn"]
        assert resource[name]["Properties"]["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_a_turn_stays_claimed_longer_than_its_function_lives() -> None:
    assert CLAIMED.total_seconds() > FUNCTIONS["ConverseLine"].timeout


def test_without_its_secret_there_is_no_line_and_without_its_bot_nobody_may_call_the_hook() -> None:
    resource = template()["Resources"]
    for name in ("ConverseLine", "ConverseLineRole", "ConverseLineLogs"):
        assert resource[name]["Condition"] == "UseLine"
    permission = resource["ConverseLexByBot"]
    assert permission["Condition"] == "UseLex"
    assert permission["Properties"]["SourceArn"] == {"Ref": "LexBotAliasArn"}
    for name in ("LineSecretArn", "LexBotAliasArn"):
        assert template()["Parameters"][name]["Default"] == ""


def test_the_phone_is_there_with_an_instance_only_and_only_its_flows_may_call_the_function() -> None:
    resource = template()["Resources"]
    permission = resource["ConverseConnectByFlow"]
    assert permission["Properties"]["SourceArn"] == {"Ref": "ConnectInstanceArn"}
    assert permission["Properties"]["Principal"] == "connect.amazonaws.com"
    phone = {name for name, one in resource.items() if one["Type"].startswith("AWS::Connect::")}
    assert phone == {"ConnectMayInvoke", "ConnectMayListen", "InboundFlow", "SpeechFlow", "WhisperFlow"}
    speech = {"ConnectMayListen", "SpeechFlow"}
    for name in phone | {"ConverseConnectByFlow"}:
        assert resource[name]["Condition"] == ("UseSpeech" if name in speech else "UseConnect")
    assert FUNCTIONS["ConverseConnect"].events("HttpApi") == []


def test_a_message_stays_hidden_six_times_as_long_as_its_consumer_may_take() -> None:
    queues = resources("AWS::SQS::Queue")
    seen = 0
    for function in FUNCTIONS.values():
        for event in function.events("SQS"):
            queue = queues[event["Queue"]["GetAtt"].removesuffix(".Arn")]
            window = event.get("MaximumBatchingWindowInSeconds", 0)
            assert queue["VisibilityTimeout"] >= 6 * function.timeout + window
            assert "ReportBatchItemFailures" in event["FunctionResponseTypes"]
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 2
            seen += 1
    assert seen == 1


def test_the_stream_is_read_with_an_end_to_every_retry() -> None:
    (event,) = FUNCTIONS["RelayOutbox"].events("DynamoDB")
    assert event["MaximumRetryAttempts"] == 5
    assert event["MaximumRecordAgeInSeconds"] == 3600
    assert event["BisectBatchOnFunctionError"] is True
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
    assert event["StartingPosition"] == "TRIM_HORIZON"
    (pattern,) = event["FilterCriteria"]["Filters"]
    assert '"INSERT"' in pattern["Pattern"]
    assert '"kind":{"S":["alert"]}' in pattern["Pattern"]


def test_every_dead_letter_raises_an_alarm() -> None:
    dead = {name for name in resources("AWS::SQS::Queue") if name != "AlertQueue"}
    alarmed = {
        dimension["Value"]["GetAtt"].removesuffix(".QueueName")
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        for dimension in alarm.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    assert dead <= alarmed


@pytest.mark.parametrize(("name", "schema"), [("CaseTable", keys.CASES_SCHEMA), ("BookTable", keys.BOOK_SCHEMA)])
def test_a_table_has_the_keys_that_the_code_uses(name: str, schema: dict[str, Any]) -> None:
    table = resources("AWS::DynamoDB::Table")[name]
    for part, value in schema.items():
        assert table.get(part) == value, part
    assert set(table) & {"GlobalSecondaryIndexes", "StreamSpecification"} == set(schema) & {
        "GlobalSecondaryIndexes",
        "StreamSpecification",
    }


@pytest.mark.parametrize("name", ["CaseTable", "BookTable"])
def test_a_table_is_encrypted_recoverable_and_outlives_the_stack(name: str) -> None:
    resource = template()["Resources"][name]
    table = resource["Properties"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEType"] == "KMS"


@pytest.mark.parametrize("table", ["BookTable", "CaseTable"])
def test_expired_items_leave(table: str) -> None:
    tables = resources("AWS::DynamoDB::Table")
    assert tables[table]["TimeToLiveSpecification"] == {"AttributeName": keys.TTL_ATTRIBUTE, "Enabled": True}


def test_cases_and_their_records_never_expire() -> None:
    case = a_case()
    stored = [
        rows.case_item(case),
        rows.alert_item(an_alert(case)),
        rows.task_item(a_task(case, TaskReason.NO_CONTACT)),
        rows.past_request_item(case),
        rows.decision_item(a_decision(case)),
    ]
    assert [row["kind"]["S"] for row in stored if keys.TTL_ATTRIBUTE in row] == []


@pytest.mark.parametrize("purpose", list(AlertPurpose))
@pytest.mark.parametrize("locale", list(Locale))
def test_a_sender_of_the_longest_name_allowed_fits_into_one_part(purpose: AlertPurpose, locale: Locale) -> None:
    parameter = template()["Parameters"]["SmsSenderName"]
    longest = parameter["MaxLength"]
    for sender in ("安" * longest, "S" * longest, parameter["Default"]):
        assert sender in compose(purpose, locale, sender=sender, last3="345", code="123456")


SETTINGS = (ROOT / "layers/core/safelight/settings.py").read_text(encoding="utf-8")


@EVERY_FUNCTION
def test_every_variable_that_a_function_gets_is_one_that_something_reads(function: Function) -> None:
    given = function.properties.get("Environment", {}).get("Variables", {})
    assert [name for name in given if f'"{name}"' not in SETTINGS] == []


def test_access_logs_hold_the_route_and_never_a_path() -> None:
    (api,) = resources("AWS::Serverless::HttpApi").values()
    said = api["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in said
    assert not re.search(r"path|identity|authorizer|sub\b|body", said)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_writes_its_own_log_and_no_policy_of_aws_is_attached(function: Function) -> None:
    role = resources("AWS::IAM::Role")[f"{function.logical_id}Role"]
    assert "ManagedPolicyArns" not in role
    logs = [s for s in function.statements if "logs:PutLogEvents" in actions(s)]
    assert [s["Resource"] for s in logs] == [{"GetAtt": f"{function.logical_id}Logs.Arn"}]


def test_only_the_relay_reads_the_stream_and_only_the_sender_the_queue() -> None:
    def may(action: str) -> dict[str, object]:
        return {
            name: s["Resource"]["GetAtt"] for name, f in FUNCTIONS.items() for s in f.statements if action in actions(s)
        }

    assert may("dynamodb:GetRecords") == {"RelayOutbox": "CaseTable.StreamArn"}
    assert may("sqs:ReceiveMessage") == {"AlertContact": "AlertQueue.Arn"}
    assert may("sqs:DeleteMessage") == {"AlertContact": "AlertQueue.Arn"}


def test_an_alert_is_delivered_one_message_at_a_time() -> None:
    """An unforeseen error fails its whole batch: with one message, only itself."""
    assert [event["BatchSize"] for event in FUNCTIONS["AlertContact"].events("SQS")] == [1]
