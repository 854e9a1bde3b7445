"""Alert queue → one SMS."""

from typing import Any

from safelight.bootstrap import alerting
from safelight.channels import outbox

wired = alerting.for_alerts()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    return outbox.deliver(event, wired.alert_contact, wired.telemetry)
