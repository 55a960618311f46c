"""Ends a call that would not end by itself: a peer that sends a byte now and then outlives every socket's time-out."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TypeVar

LONGEST = 180.0
"""Seconds for one call: more than its four attempts take with their time-outs and the pauses between them (147 s)."""
T = TypeVar("T")


class LateError(Exception):
    """A call has not ended in time, and is waited for no longer."""


class _Kept:
    """What was raised in the thread that calls, for the one that waits."""

    raised: BaseException | None = None

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, raised: BaseException | None, _trace: TracebackType | None) -> bool:
        """Keep it."""
        self.raised = raised
        return True


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return what `ask` returns, or raise what it raises; LateError where it takes longer than `seconds`."""
    answers: list[T] = []
    kept, ended = _Kept(), SimpleQueue[None]()

    def work() -> None:
        with kept:
            answers.append(ask())
        ended.put(None)

    # NOTE: a socket's time-out begins anew with every byte. Nobody waits for a daemon when the program ends.
    Thread(target=work, daemon=True).start()
    try:
        ended.get(timeout=seconds)
    except Empty as err:
        raise LateError from err
    if kept.raised is not None:
        raise kept.raised
    return answers[0]
