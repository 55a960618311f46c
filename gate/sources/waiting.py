"""The one loop that waits for AWS: asks, sleeps a little longer each time, and never sleeps past the deadline."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

FIRST_DELAY = 2.0
LONGEST_DELAY = 15.0
_GROWTH = 1.5
T = TypeVar("T")


class Clock(Protocol):
    """Time, as the command line hands it in: the wall clock, a clock that only grows, and sleeping."""

    def now(self) -> datetime:
        """Return the time by this machine's clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


Narrate = Callable[[str, float], None]
"""Told what is waited for, and for how many seconds it has been."""


class Waiting:
    """A wait with one deadline, for as many polls as fit before it."""

    def __init__(self, clock: Clock, seconds: float, narrate: Narrate) -> None:
        """Start now; the deadline is `seconds` from here."""
        self._clock = clock
        self._started = clock.monotonic()
        self._seconds = seconds
        self._narrate = narrate

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds until the deadline, not below 0."""
        return max(0.0, self._seconds - self.elapsed)

    def until(self, ask: Callable[[], tuple[T, str]], *, most: float | None = None, delay: float = FIRST_DELAY) -> T:
        """Ask until the answer needs no more waiting or the time is up, and return the last answer.

        `ask` returns an answer and what is still waited for (empty: nothing). It is asked at once, and then after
        `delay` seconds growing by half up to 15, with jitter; `most` bounds this wait below the deadline.
        """
        end = self.elapsed + min(self.left, most if most is not None else self.left)
        while True:
            answer, waited_for = ask()
            left = end - self.elapsed
            if not waited_for or left <= 0:
                return answer
            self._narrate(waited_for, self.elapsed)
            # NOTE: jitter keeps the jobs of one pipeline from asking in step; it is no secret, so `random` will do.
            self._clock.sleep(min(delay * random.uniform(0.8, 1.0), left))  # noqa: S311
            delay = min(delay * _GROWTH, LONGEST_DELAY)

    def pause(self, seconds: float, waited_for: str) -> float:
        """Sleep `seconds`, or what is left before the deadline, and return how long; 0 when nothing is left."""
        seconds = min(seconds, self.left)
        if seconds > 0:
            self._narrate(waited_for, self.elapsed)
            self._clock.sleep(seconds)
        return seconds
