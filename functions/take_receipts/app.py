"""What became of messages: from AWS's two senders, and from the gateway at POST /v1/sms/receipts."""

from typing import Any

from safelight.bootstrap import alerting
from safelight.channels import receipts

wired = alerting.for_receipts()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return receipts.receive(event, wired)
