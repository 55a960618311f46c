"""Clocks for the double and for tests: one that only moves when told to, and the machine's own."""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""Where a virtual clock starts unless told otherwise."""


class Now(Protocol):
    """Whatever tells the time, as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...


class VirtualClock:
    """A clock that stands still until somebody sleeps on it; thread-safe; remembers every sleep."""

    def __init__(self, start: datetime = NOON) -> None:
        """Start at `start`, which must be aware."""
        self._lock = Lock()
        self._start = start.astimezone(UTC)
        self._elapsed = 0.0
        self._sleeps: list[float] = []

    @property
    def sleeps(self) -> tuple[float, ...]:
        """Every sleep so far, in seconds, in order."""
        with self._lock:
            return tuple(self._sleeps)

    def now(self) -> datetime:
        """Return the virtual time, in UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the seconds since this clock was made."""
        with self._lock:
            return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Move the clock ahead by `seconds` and remember it; a negative sleep is a ValueError, as in `time`."""
        self.advance(seconds)
        with self._lock:
            self._sleeps.append(seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock ahead without counting it as a sleep."""
        if seconds < 0:
            message = f"a clock cannot go back: {seconds} s"
            raise ValueError(message)
        with self._lock:
            self._elapsed += seconds


class SystemClock:
    """The machine's own clock, for the double when it runs as a process."""

    def now(self) -> datetime:
        """Return the machine's time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()
