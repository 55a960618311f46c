"""Does several things at once, a few at a time, and gives their results in the order of the questions."""

from collections.abc import Callable, Sequence
from typing import TypeVar

AT_ONCE = 4
"""How many threads ask AWS at the same time."""
T = TypeVar("T")


def side_by_side(jobs: Sequence[Callable[[], T]]) -> tuple[T, ...]:
    """Return what the jobs return, in their order; the first error in that order is raised once all have ended."""
    from multiprocessing.pool import ThreadPool

    if not jobs:
        return ()
    # NOTE: no ThreadPoolExecutor: interrupted, a program waits for its threads, and not for these, which are daemons.
    with ThreadPool(min(AT_ONCE, len(jobs))) as pool:
        asked = [pool.apply_async(job) for job in jobs]
        for one in asked:
            one.wait()
        return tuple(one.get() for one in asked)
