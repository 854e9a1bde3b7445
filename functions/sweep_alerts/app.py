"""Each minute: whatever alert is stuck comes to an end."""

from typing import Any

from safelight.bootstrap import alerting

wired = alerting.for_sweeping()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"stuck": wired.sweep_alerts()}
