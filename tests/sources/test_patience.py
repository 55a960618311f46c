"""A call ends in time or is left to itself; what it returns and what it raises come through unchanged."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event, current_thread, main_thread
from typing import Any

import pytest

from gate.sources.patience import LONGEST, LateError, Patience
from gate.sources.sessions import CONFIG


def test_what_is_returned_comes_through() -> None:
    assert Patience().within(10.0, lambda: "an answer") == "an answer"


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_what_is_raised_comes_through_whatever_it_is(error: BaseException) -> None:
    def refuse() -> None:
        raise error

    patience = Patience()
    with pytest.raises(type(error)) as raised:
        patience.within(10.0, refuse)
    assert raised.value is error
    assert patience.within(10.0, lambda: "an answer") == "an answer"


def test_what_never_ends_is_left_to_itself_and_its_answer_is_nobodys() -> None:
    release, patience = Event(), Patience()
    with pytest.raises(LateError, match="no whole answer within 0 s"):
        patience.within(0.01, partial(release.wait, 10.0))
    release.set()
    assert patience.within(10.0, lambda: "another answer") == "another answer"


def test_an_asker_that_is_interrupted_gets_no_old_answer_later() -> None:
    release, patience = Event(), Patience()

    def interrupt() -> str:
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(10.0)
        return "an old answer"

    with pytest.raises(KeyboardInterrupt):
        patience.within(10.0, interrupt)
    release.set()
    assert patience.within(10.0, lambda: "a new answer") == "a new answer"


def test_one_thread_makes_the_calls_of_one_asker_and_ends_when_nobody_needs_it() -> None:
    patience = Patience()
    worker = patience.within(10.0, current_thread)
    assert worker is patience.within(10.0, current_thread)
    assert worker not in {main_thread(), current_thread()}
    assert worker.daemon

    del patience
    worker.join(10.0)
    assert not worker.is_alive()


def test_askers_do_not_wait_for_each_other() -> None:
    patience, together = Patience(), Barrier(3, timeout=10.0)

    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(patience.within, 10.0, together.wait) for _ in range(3)]
    assert sorted(one.result() for one in asked) == [0, 1, 2]


def test_the_time_is_longer_than_all_attempts_take_with_their_time_outs() -> None:
    config: Any = CONFIG
    attempts = config.retries["total_max_attempts"]
    pauses = sum(min(2**n, 20) for n in range(attempts - 1))

    assert attempts * (config.connect_timeout + config.read_timeout) + pauses < LONGEST
