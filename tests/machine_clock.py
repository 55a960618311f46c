"""A virtual clock for things done side by side: they take turns, so that sleeps overlap and every run is the same."""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from threading import Semaphore, Thread, local
from typing import TypeVar

from tests.aws_double.clock import VirtualClock

T = TypeVar("T")


class _Job:
    """One thing done beside others: it runs until it sleeps, and goes on when its time has come."""

    def __init__(self, job: Callable[[], object]) -> None:
        self._job = job
        self._go = Semaphore(0)
        self._stopped = Semaphore(0)
        self._thread: Thread | None = None
        self.sleeps = 0.0
        self.results: list[object] = []
        self.errors: list[BaseException] = []

    @property
    def is_done(self) -> bool:
        return bool(self.results or self.errors)

    def turn(self, begin: Callable[["_Job"], None]) -> None:
        """Run until it sleeps or has ended."""
        if self._thread is None:
            self._thread = Thread(target=self._run, args=(begin,), daemon=True)
            self._thread.start()
        self._go.release()
        self._stopped.acquire()

    def sleep(self, seconds: float) -> None:
        """Let others have their turns; called by the job itself."""
        self.sleeps = seconds
        self._stopped.release()
        self._go.acquire()

    def _run(self, begin: Callable[["_Job"], None]) -> None:
        self._go.acquire()
        begin(self)
        try:
            self.results.append(self._job())
        except BaseException as err:  # noqa: BLE001 - raised again where the jobs were begun
            self.errors.append(err)
        self._stopped.release()


class TurnClock(VirtualClock):
    """A virtual clock that does jobs side by side, one at a time: whoever wakes first goes on first."""

    def __init__(self) -> None:
        """Start with nothing to do."""
        super().__init__()
        self._mine = local()

    def sleep(self, seconds: float) -> None:
        """Move the clock ahead, or, in a job, wait until it has got there."""
        job: _Job | None = getattr(self._mine, "job", None)
        if job is None:
            super().sleep(seconds)
        else:
            job.sleep(seconds)

    def side_by_side(self, asks: Sequence[Callable[[], T]]) -> tuple[T, ...]:
        """Do as the gate's own: results in the order of the questions, the first error once all have ended."""
        jobs = [_Job(ask) for ask in asks]
        waiting = [(self.monotonic(), number) for number in range(len(jobs))]
        heapify(waiting)
        while waiting:
            at, number = heappop(waiting)
            self.advance(max(at - self.monotonic(), 0.0))
            jobs[number].turn(self._begin)
            if not jobs[number].is_done:
                heappush(waiting, (self.monotonic() + jobs[number].sleeps, number))
        for job in jobs:
            for error in job.errors:
                raise error
        return tuple(result for job in jobs for result in job.results)  # type: ignore[misc]  # one a job

    def _begin(self, job: _Job) -> None:
        self._mine.job = job
