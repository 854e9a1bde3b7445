"""DynamoDB stream of the case table → alert queue. The stream's filter lets only new alerts through."""

from typing import Any

from safelight.bootstrap import alerting
from safelight.channels import outbox

wired = alerting.for_relay()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    return outbox.relay(event, wired.relay_alerts)
