"""EventBridge Scheduler: one schedule for each alert, named by it, gone once it has run."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from safelight.domain.alert import AlertId
from safelight.domain.errors import RetryableError

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 2
LIVES = timedelta(minutes=10)
"""How long Scheduler tries to start the function."""


class ScheduleSettings(NamedTuple):
    """`target` is the function's ARN, `role` what Scheduler may call it by, `dead_letters` the queue for what it could
    not."""

    region: str
    endpoint: str | None
    group: str
    target: str
    role: str
    dead_letters: str


class AwsDeadlines:
    """The port `Deadlines`. Times are this machine's, for Scheduler knows no other: a moved clock moves none."""

    def __init__(self, settings: ScheduleSettings) -> None:
        self._settings = settings
        self._client: Any = None

    def set(self, alert_id: AlertId, in_s: float) -> None:
        """Raises RetryableError when it could not be set."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - 200 ms that nobody waits for here

        at = datetime.now(UTC) + timedelta(seconds=in_s + 1)  # it knows whole seconds, and may not come early
        settings = self._settings
        try:
            self._scheduler().create_schedule(
                Name=alert_id.replace("/", "."),
                GroupName=settings.group,
                ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": settings.target,
                    "RoleArn": settings.role,
                    "Input": json.dumps({"alert_id": alert_id}),
                    "RetryPolicy": {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": int(LIVES.total_seconds())},
                    "DeadLetterConfig": {"Arn": settings.dead_letters},
                },
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            if code != "ConflictException":
                raise RetryableError(f"scheduler:{code}") from error
        except BotoCoreError as error:
            raise RetryableError(f"scheduler:{type(error).__name__}") from error

    def _scheduler(self) -> Any:
        if self._client is None:
            import boto3  # noqa: PLC0415
            from botocore.config import Config  # noqa: PLC0415

            config = Config(
                retries={"mode": "standard", "total_max_attempts": 2},
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
            )
            where = {"region_name": self._settings.region, "endpoint_url": self._settings.endpoint}
            self._client = boto3.client("scheduler", config=config, **where)
        return self._client
