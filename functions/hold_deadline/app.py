"""EventBridge schedule of one alert: by now it has ended, or it is ended."""

from typing import Any

from safelight.bootstrap import alerting
from safelight.domain.alert import AlertId

wired = alerting.for_deadlines()


def handler(event: dict[str, Any], context: Any) -> None:
    wired.hold_deadline(AlertId(event["alert_id"]))
