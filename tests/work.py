"""Counts the work of a piece of code, so that growth is tested without a clock: a busy machine changes nothing."""

import sys
from collections.abc import Callable
from types import FrameType

LINEAR = 2.2
"""What twice the size may cost, in times: 2, and a little for what sorting adds."""


def calls(done: Callable[[], object]) -> int:
    """Return how many calls, of Python and of C, `done` makes on this thread."""
    seen = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal seen
        seen += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        done()
    finally:
        sys.setprofile(before)
    return seen


def growth(make: Callable[[int], Callable[[], object]], size: int) -> float:
    """Return how many times the calls of `make(size)()` those of `make(2 * size)()` are: 2 is linear, 4 quadratic.

    What `make` itself does is not counted. Each is run once before, so that nothing is counted that is kept.
    """
    small, large = make(size), make(2 * size)
    small(), large()
    return calls(large) / calls(small)
