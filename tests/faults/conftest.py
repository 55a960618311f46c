"""A loopback AWS, the gate's clock, and a folder that anybody may write."""

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gate.cli.clock import SystemClock
from gate.sources.sessions import own_session
from tests.aws_double.clock import VirtualClock
from tests.aws_double.server import AwsDouble

_one_session = cache(own_session)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder that nobody has reasons of his own not to write: pytest's are for one user."""
    with tempfile.TemporaryDirectory(prefix="scan-gate-") as name:
        place = Path(os.path.realpath(name))
        place.chmod(0o777)
        monkeypatch.chdir(place)
        yield place
        place.chmod(0o777)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """Give every command a clock that nobody waits for."""
    clock = VirtualClock()
    monkeypatch.setattr(SystemClock, "now", lambda _: clock.now())
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: clock.monotonic())
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds))
    return clock


@pytest.fixture
def double(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    """Serve an AWS that is the gate's, on the same clock; the SDK's own pauses take no time."""
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        yield double
