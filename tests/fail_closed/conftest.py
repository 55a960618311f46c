"""A loopback AWS that is the gate's endpoint, and the gate, on one clock."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gate.sources.sessions import own_session
from tests.aws_double.clock import VirtualClock
from tests.aws_double.server import AwsDouble
from tests.fail_closed.harness import Gate

_one_session = cache(own_session)
"""A session for each choice of profile and region: making one takes longer than all else that a test does."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def double(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        yield double


@pytest.fixture
def gate(
    tmp_path: Path, clock: VirtualClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Gate:
    monkeypatch.chdir(tmp_path)
    return Gate(tmp_path, clock, capsys, monkeypatch)
