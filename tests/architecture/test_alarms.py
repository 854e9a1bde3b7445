"""What goes wrong rings somewhere, and whoever is rung finds what to do."""

import ast
import re
from collections.abc import Iterator

import pytest

from safelight.bootstrap.adapters import NAMESPACE
from safelight.domain.alert import AlertState
from safelight.domain.light import Light
from safelight.domain.outcome import OutcomeLabel
from tests.architecture.template import ROOT, functions, resources, template

ALARMS = resources("AWS::CloudWatch::Alarm")
SENT, SUPPRESSED = (f"Alert{state.title()}" for state in (AlertState.SENT, AlertState.SUPPRESSED))
PLAIN = {
    SENT: "what should happen",
    SUPPRESSED: "what should happen: a rule kept the alert back, and staff have a task",
    "FactsMissing": "one of several facts; the decision that rests on rules for it rings as FallbackDecision",
    "RaisedByAnswers": "what should happen: answers told of a scam",
    **{f"Light{light.name.title()}": "what should happen" for light in Light},
    **{f"Outcome{label.title()}": "what staff found" for label in OutcomeLabel},
}
"""What is counted and watched by nobody, with the reason."""
EXPANDED = {
    "Alert{state.title()}": [f"Alert{state.title()}" for state in AlertState if state.ended],
    "Light{file.case.floor.name.title()}": [f"Light{light.name.title()}" for light in Light],
    "Outcome{label.title()}": [f"Outcome{label.title()}" for label in OutcomeLabel],
}
ANSWERING = [
    "AssessRequest",
    "AnswerQuestions",
    "WatchSession",
    "ConverseLine",
    "ConverseLex",
    "ConverseWeb",
    "ConverseConnect",
]
"""Functions that a customer waits for, and that no sweeper goes after."""


def counted() -> Iterator[str]:
    """Every metric that the code counts. Fails for a name that cannot be read from the code."""
    for path in (*(ROOT / "layers/core/safelight").rglob("*.py"), *(ROOT / "functions").glob("*/app.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="count", value=told), args=[name]) if "telemetry" in ast.unparse(
                    told
                ):
                    match name:
                        case ast.Constant(value=str(said)):
                            yield said
                        case ast.JoinedStr():
                            yield from EXPANDED[ast.unparse(name)[2:-1]]
                        case _:
                            raise AssertionError(f"{path.name}:{node.lineno}")


COUNTED = set(counted())
WATCHED = {alarm["MetricName"] for alarm in ALARMS.values() if alarm["Namespace"] == NAMESPACE}


def test_what_is_counted_rings_or_is_a_plain_count_for_a_reason() -> None:
    assert set(PLAIN) == COUNTED - WATCHED
    assert len(COUNTED) > 20


def test_no_alarm_and_no_graph_waits_for_what_nobody_counts() -> None:
    body = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Sub"]
    assert WATCHED | set(re.findall(rf'\["{NAMESPACE}", "(\w+)"', body)) <= COUNTED


def test_an_alarm_tells_somebody_and_silence_is_no_alarm_but_for_the_sweeper() -> None:
    assert all(alarm["AlarmActions"] for alarm in ALARMS.values())
    breaching = {name for name, alarm in ALARMS.items() if alarm.get("TreatMissingData") != "notBreaching"}
    assert breaching == {"SweeperSilentAlarm"}


def test_an_alarm_hears_every_function_that_counts() -> None:
    """An unknown fate is counted by the sender that saw it or by the sweeper that found it: one dimension for both."""
    told = template()["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    dimensions = [alarm["Dimensions"] for alarm in ALARMS.values() if alarm["Namespace"] == NAMESPACE]
    assert len(dimensions) == len(WATCHED)
    assert all(found == [{"Name": "service", "Value": told}] for found in dimensions)
    assert not [f for f in functions().values() if "POWERTOOLS_SERVICE_NAME" in str(f.properties.get("Environment"))]


@pytest.mark.parametrize("function", ANSWERING)
def test_a_function_that_a_customer_waits_for_rings_when_it_ends_in_errors(function: str) -> None:
    alarm = ALARMS[f"{function}ErrorsAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": function}}]


def test_an_answer_that_a_contact_flow_did_not_wait_for_rings() -> None:
    """To Lambda it is a success."""
    limits = {
        limit
        for path in (ROOT / "phone").glob("*.yaml")
        for limit in re.findall(r'"InvocationTimeLimitSeconds": "(\d+)"', path.read_text(encoding="utf-8"))
    }
    alarm = ALARMS["ConverseConnectSlowAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("Duration", "Maximum")
    assert {str(alarm["Threshold"] // 1000)} == limits
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "ConverseConnect"}}]


def test_an_alarm_may_use_the_key_of_its_topic() -> None:
    """AWS's own SNS key refuses CloudWatch, silently: the alarm turns red and nobody is told."""
    topic = resources("AWS::SNS::Topic")["AlarmTopic"]
    key = resources("AWS::KMS::Key")[topic["KmsMasterKeyId"]["Ref"]]
    allowed = [s for s in key["KeyPolicy"]["Statement"] if s["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert [sorted(statement["Action"]) for statement in allowed] == [["kms:Decrypt", "kms:GenerateDataKey*"]]


@pytest.mark.parametrize("name", ALARMS)
def test_the_runbook_says_what_to_do_for_each_alarm(name: str) -> None:
    rows = re.findall(r"^\| ([\w, …]+) \|", (ROOT / "docs/runbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {part.strip() for row in rows for part in row.split(",")}
    assert name in named or (name.endswith("ErrorsAlarm") and "…ErrorsAlarm" in named)
