"""The queue in front of `alert_contact`. The body is `{"alert_id": …}` and nothing else."""

import json
from collections.abc import Sequence

from safelight.adapters.aws_json import AwsJson
from safelight.adapters.aws_signing import CredentialsSource
from safelight.domain.alert import AlertId


def sqs_client(region: str, endpoint: str | None, credentials: CredentialsSource, timeout_s: float) -> AwsJson:
    return AwsJson("sqs", "AmazonSQS", "1.0", region, endpoint, credentials, timeout_s)


class SqsAlertQueue:
    """The port `AlertQueue`."""

    def __init__(self, client: AwsJson, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, alert_ids: Sequence[AlertId]) -> None:
        """One message at a time: alerts come one by one, and a batch's partial failures would need telling apart.

        Raises RetryableError when one was not taken; those before it may be put again, which is harmless.
        """
        for alert_id in dict.fromkeys(alert_ids):
            body = json.dumps({"alert_id": alert_id})
            self._client.call("SendMessage", {"QueueUrl": self._queue_url, "MessageBody": body}, replayable=True)
