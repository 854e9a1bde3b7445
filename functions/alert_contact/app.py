"""Alert queue → one SMS."""

from typing import Any

from safelight import bootstrap
from safelight.channels import outbox

wired = bootstrap.for_alerts()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    return outbox.deliver(event, wired.alert_contact, wired.telemetry)
