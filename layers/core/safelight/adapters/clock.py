"""Real time."""

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The port `Clock`. `offset` lets a demo live at another time of day; it is zero in production."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        return time.monotonic()
