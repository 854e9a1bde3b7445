"""Counts and notes reach standard output at once, and nothing personal does."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from hypothesis import given
from hypothesis import strategies as st

from safelight.adapters.aws_json import AwsError, AwsUnavailableError
from safelight.adapters.telemetry import WITHHELD, PowertoolsTelemetry, safe
from safelight.domain.alert import AlertPurpose
from safelight.domain.request import Locale
from safelight.domain.sms_text import TextTooLongError, compose


def telemetry_to(stream: StringIO) -> PowertoolsTelemetry:
    """Powertools keeps one handler a service name, so each has a name of its own."""
    logger = Logger(service=f"assess-{uuid4().hex}", level="INFO", stream=stream)
    return PowertoolsTelemetry(logger, namespace="Safelight", service="assess")


def test_a_count_is_a_metric_line_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = telemetry_to(StringIO())
    telemetry.count("AlertSent")
    telemetry.count("AlertSent")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["AlertSent"] == second["AlertSent"] == [1.0]
    directive = first["_aws"]["CloudWatchMetrics"][0]
    assert directive["Namespace"] == "Safelight"
    assert directive["Dimensions"] == [["service"]]
    assert first["service"] == "assess"


@pytest.mark.parametrize("name", ["case_id", "message", "name", "args", "level"])
def test_a_note_carries_its_ids_whatever_they_are_called(name: str) -> None:
    stream = StringIO()
    telemetry_to(stream).note("sweep_skipped", **{name: "xosmqydj6uqssmh4lcrippsm/contact-0001"})
    (line,) = (json.loads(text) for text in stream.getvalue().splitlines())
    assert line["message"] == "sweep_skipped"
    assert line["ids"] == {name: "xosmqydj6uqssmh4lcrippsm/contact-0001"}


@pytest.mark.parametrize(
    "personal",
    [
        "+886912345678",
        "0912345678",
        "0912-345-678",
        "A123456789",
        "a223456789",
        "王小明",
        "wang@example.com",
        "004-00123456789012",
        "a b",
        "",
        "x" * 200,
    ],
)
def test_what_looks_personal_is_withheld(personal: str) -> None:
    assert safe(personal) == WITHHELD


@pytest.mark.parametrize("value", [None, 912345678, b"A123456789", ["A123456789"]])
def test_what_is_no_text_is_withheld(value: object) -> None:
    assert safe(value) == WITHHELD


@pytest.mark.parametrize(
    "given_id", ["ph-0001", "xosmqydj6uqssmh4lcrippsm", "9f" * 16, "invite/9f9f9f/1", "AlertSent", "alert_failed"]
)
def test_ids_pass(given_id: str) -> None:
    assert safe(given_id) == given_id


@pytest.mark.parametrize(
    "error",
    [
        AwsError("kms", "Decrypt", "AccessDeniedException"),
        AwsUnavailableError("dynamodb", "TransactWriteItems", "timeout"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_why_an_alert_was_not_sent_can_be_read_in_the_log(error: Exception) -> None:
    assert safe(str(error)) == str(error)


def test_a_text_that_is_too_long_says_so_in_the_log() -> None:
    with pytest.raises(TextTooLongError) as raised:
        compose(AlertPurpose.RED_REQUEST, Locale.ZH_TW, sender="安" * 40, last3="345")
    assert safe(str(raised.value)) == str(raised.value)


@given(st.text())
def test_nothing_makes_a_note_fail(text: str) -> None:
    assert isinstance(safe(text), str)
