"""The one loop that waits for AWS: asks, sleeps a little longer each time, and never sleeps past the deadline."""

import random
from collections.abc import Callable
from copy import copy
from datetime import datetime
from threading import Lock
from typing import Protocol, Self, TypeVar

FIRST_DELAY = 2.0
LONGEST_DELAY = 15.0
_GROWTH = 1.5
_MOMENT = 0.001
"""Seconds that are none: a clock may be too coarse to move by what is left of a sum of fractions."""
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
        self._telling = Lock()
        self._name = ""

    def named(self, name: str) -> Self:
        """Return the same wait, with the same deadline, which tells whose it is: threads wait side by side."""
        other = copy(self)
        other._name = f"{name}: "  # noqa: SLF001 - of this class
        return other

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds until the deadline, not below 0."""
        left = self._seconds - self.elapsed
        return left if left > _MOMENT else 0.0

    def until(self, ask: Callable[[], tuple[T, str]], *, most: float | None = None, delay: float = FIRST_DELAY) -> T:
        """Ask until the answer needs no more waiting or the time is up, and return the last answer.

        `ask` returns an answer and what is still waited for (empty: nothing). It is asked at once, and then after
        `delay` seconds growing by half up to 15, with jitter; `most` bounds this wait below the deadline.
        """
        end = self.elapsed + min(self.left, most if most is not None else self.left)
        while True:
            answer, waited_for = ask()
            left = end - self.elapsed
            if not waited_for or left <= _MOMENT:
                return answer
            self._tell(waited_for)
            # NOTE: jitter keeps the jobs of one pipeline from asking in step; it is no secret, so `random` will do.
            self._clock.sleep(min(delay * random.uniform(0.8, 1.0), left))  # noqa: S311
            delay = min(delay * _GROWTH, LONGEST_DELAY)

    def pause(self, seconds: float, waited_for: str) -> float:
        """Sleep `seconds`, or what is left before the deadline, and return how long; 0 when nothing is left."""
        seconds = min(seconds, self.left)
        if seconds > 0:
            self._tell(waited_for)
            self._clock.sleep(seconds)
        return seconds

    def _tell(self, waited_for: str) -> None:
        with self._telling:
            self._narrate(f"{self._name}{waited_for}", self.elapsed)
