"""Several things are done at once, a few at a time; results and errors come in the order of the questions."""

from functools import partial
from threading import Barrier, Lock

import pytest

from gate.sources.side_by_side import AT_ONCE, side_by_side


def test_results_come_in_the_order_of_the_jobs() -> None:
    together = Barrier(AT_ONCE, timeout=10)

    def job(number: int) -> int:
        if number < AT_ONCE:
            together.wait()
        return number

    assert side_by_side([partial(job, number) for number in range(9)]) == tuple(range(9))


def test_never_more_than_four_run_at_once() -> None:
    running, most, lock = 0, 0, Lock()

    def job() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    side_by_side([job] * 50)
    assert most <= AT_ONCE


def test_no_jobs_have_no_results() -> None:
    assert side_by_side([]) == ()


def test_the_first_error_is_raised_once_all_have_ended() -> None:
    done: list[int] = []

    def job(number: int) -> None:
        done.append(number)
        if number in {3, 5}:
            message = f"job {number}"
            raise ValueError(message)

    with pytest.raises(ValueError, match="job 3"):
        side_by_side([partial(job, number) for number in range(8)])
    assert sorted(done) == list(range(8))
