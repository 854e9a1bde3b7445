"""EventBridge schedule of one alert: by now it has ended, or it is ended."""

from typing import Any

from safelight import bootstrap
from safelight.domain.alert import AlertId

wired = bootstrap.for_deadlines()


def handler(event: dict[str, Any], context: Any) -> None:
    wired.hold_deadline(AlertId(event["alert_id"]))
