"""Ends a call that would not end by itself: a peer that sends a byte now and then outlives every socket's time-out."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread, local
from types import TracebackType
from typing import Any, TypeVar

LONGEST = 180.0
"""Seconds for one call: more than its four attempts take with their time-outs and the pauses between them (147 s)."""
T = TypeVar("T")


class LateError(Exception):
    """A call has not ended in time, and is waited for no longer."""

    def __init__(self, seconds: float) -> None:
        """Say for how long it was waited for."""
        super().__init__(f"no whole answer within {seconds:.0f} s")


class Patience:
    """Has calls made by a thread beside the one that asks, which need not wait for ever; each that asks has its own."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._mine = local()

    def within(self, seconds: float, ask: Callable[[], T]) -> T:
        """Return what `ask` returns, or raise what it raises; LateError where it takes longer than `seconds`."""
        worker: _Worker = getattr(self._mine, "worker", None) or _Worker()
        # NOTE: a thread that is late, or whose asker was interrupted, has an old answer to give, and is asked no more.
        self._mine.worker = None
        answer: T
        answer, raised = worker.outcome(ask, seconds)
        self._mine.worker = worker
        if raised is not None:
            raise raised
        return answer


class _Worker:
    """A thread that makes calls, one after the other, until nobody holds this any more."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._told: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        # NOTE: one thread for all calls: a new one for each costs half a millisecond (measured). A daemon, since
        # nobody waits for one that is late when the program ends.
        Thread(target=_work, args=(self._asked, self._told), daemon=True).start()

    def __del__(self) -> None:
        self._asked.put(None)

    def outcome(self, ask: Callable[[], Any], seconds: float) -> tuple[Any, BaseException | None]:
        """Return what the call returned and what it raised."""
        self._asked.put(ask)
        try:
            return self._told.get(timeout=seconds)
        except Empty as err:
            raise LateError(seconds) from err


class _Kept:
    """What was raised in the thread that calls, for the one that waits."""

    raised: BaseException | None = None

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, raised: BaseException | None, _trace: TracebackType | None) -> bool:
        """Keep it."""
        self.raised = raised
        return True


def _work(asked: SimpleQueue[Callable[[], Any] | None], told: SimpleQueue[tuple[Any, BaseException | None]]) -> None:
    while (ask := asked.get()) is not None:
        told.put(_outcome(ask))
        del ask  # NOTE: it holds a client, which would be kept until the next call


def _outcome(ask: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    answer, kept = None, _Kept()
    with kept:
        answer = ask()
    return answer, kept.raised
