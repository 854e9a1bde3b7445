"""A boto3 client that sends a request once."""

import logging
from collections.abc import Mapping
from typing import Any

from safelight.adapters.sms.classify import AnsweredError

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 3


def once_only_client(service: str, region: str, endpoint: str | None) -> Any:
    """boto3's default puts up to three requests on the wire when an endpoint hangs, and neither SMS call has a token
    that would make them one. Measured: `total_max_attempts=1` in standard mode makes it one.

    boto3 is imported here because it costs 200 ms: only the functions that send pay, and not before they send.
    """
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    logging.getLogger("botocore").setLevel(logging.INFO)  # at DEBUG it logs whole requests, numbers and all
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
    )
    return boto3.client(service, region_name=region, endpoint_url=endpoint, config=config)


def message_id_of(answer: Mapping[str, Any]) -> str:
    """Raises AnsweredError, whose fate is unknown, when there is none: botocore reads a yes that was cut short as a
    yes with nothing in it."""
    message_id = answer.get("MessageId")
    if not isinstance(message_id, str) or not message_id:
        raise AnsweredError(200, "no_message_id")
    return message_id
