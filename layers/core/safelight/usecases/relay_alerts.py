"""New alerts to their senders, each with somebody who looks after it once its time is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from safelight.domain.alert import DEADLINE, SENDING_LIMIT, AlertId
from safelight.domain.errors import GaveUpError, RetryableError
from safelight.ports import AlertQueue, Clock, Deadlines, Telemetry

LOOKED_AT_AFTER = DEADLINE + SENDING_LIMIT
"""Nobody begins to send after the deadline, and no sender lives longer than his limit: by then the alert has ended or
can be ended. A schedule is a minute late at most, so promise 1's five minutes hold without the sweeper."""
SOONEST = timedelta(seconds=5)
"""What lies in the past when it arrives is refused."""
TIME_BUDGET_S = 5.0
"""Of the function's 10 s. The sweeper looks after those that are left over."""
ABOUT_NO_CASE = "invite/"


def relay_alerts(
    began: Mapping[AlertId, datetime], *, queue: AlertQueue, deadlines: Deadlines, clock: Clock, telemetry: Telemetry
) -> None:
    """`began` is when the time of each alert began, which one that stands in for another's has inherited.

    Raises RetryableError when one could not be queued. That no deadline could be set holds nobody up: the sweeper comes
    each minute all the same.
    """
    queue.put(list(began))
    now, give_up_at = clock.now(), clock.monotonic() + TIME_BUDGET_S
    for alert_id, since in began.items():
        if alert_id.startswith(ABOUT_NO_CASE):
            continue
        try:
            if clock.monotonic() >= give_up_at:
                raise RetryableError("out_of_time")  # noqa: TRY301 - counted as any other that was not set
            left = LOOKED_AT_AFTER - max(now - since, timedelta())
            deadlines.set(alert_id, max(left, SOONEST).total_seconds())
        except (RetryableError, GaveUpError) as error:
            telemetry.count("DeadlineUnset")
            telemetry.note("deadline_unset", alert_id=alert_id, why=str(error))
