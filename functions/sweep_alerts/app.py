"""Each minute: whatever alert is stuck comes to an end."""

from typing import Any

from safelight import bootstrap

wired = bootstrap.for_sweeping()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"stuck": wired.sweep_alerts()}
