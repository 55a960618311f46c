"""The machine's clock."""

import time
from datetime import UTC, timedelta

import pytest

from gate.cli import clock


def test_it_tells_the_time_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # of the clock that stands still
    before = time.time()

    now = clock.SystemClock().now()

    assert now.tzinfo is UTC
    assert now.utcoffset() == timedelta(0)
    assert before - 1 <= now.timestamp() <= time.time() + 1


def test_its_seconds_only_grow() -> None:
    seconds = clock.SystemClock()

    assert seconds.monotonic() <= seconds.monotonic()


def test_it_sleeps_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("gate.cli.clock.time.sleep", slept.append)

    clock.SystemClock().sleep(2.5)

    assert slept == [2.5]
