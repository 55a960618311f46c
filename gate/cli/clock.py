"""The machine's time: the only place where the program asks for it, or sleeps."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The real clock, in the form that sources take one."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
