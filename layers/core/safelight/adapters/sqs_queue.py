"""The queue in front of `alert_contact`. The body is `{"alert_id": …}` and nothing else."""

import json
from collections.abc import Sequence
from itertools import islice

from safelight.adapters.aws_json import AwsJson
from safelight.adapters.aws_signing import CredentialsSource
from safelight.domain.alert import AlertId
from safelight.domain.errors import RetryableError

BATCH = 10
"""SQS takes at most ten messages a call."""


def sqs_client(region: str, endpoint: str | None, credentials: CredentialsSource, timeout_s: float) -> AwsJson:
    return AwsJson("sqs", "AmazonSQS", "1.0", region, endpoint, credentials, timeout_s)


class SqsAlertQueue:
    """The port `AlertQueue`."""

    def __init__(self, client: AwsJson, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, alert_ids: Sequence[AlertId]) -> None:
        """Raises RetryableError when any was not taken; those taken may be put again, which is harmless."""
        rest = iter(dict.fromkeys(alert_ids))
        refused = 0
        while batch := list(islice(rest, BATCH)):
            entries = [{"Id": str(n), "MessageBody": json.dumps({"alert_id": a})} for n, a in enumerate(batch)]
            answer = self._client.call(
                "SendMessageBatch", {"QueueUrl": self._queue_url, "Entries": entries}, replayable=True
            )
            refused += len(answer.get("Failed") or ())
        if refused:
            raise RetryableError(f"queue refused {refused} alerts")
