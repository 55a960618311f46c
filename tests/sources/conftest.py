"""Fixtures of the sources: a live source over loopback HTTP, whose sessions cost little to make."""

import os
from collections.abc import Iterator
from functools import cache

import pytest
from botocore.loaders import create_loader
from botocore.session import Session

from gate.sources.sessions import own_session
from tests.aws_double.clock import VirtualClock
from tests.aws_double.server import AwsDouble
from tests.sources.live import Live

_shared_loader = cache(create_loader)


@cache
def _session(_environment: tuple[tuple[str, str], ...], profile: str | None, region: str | None) -> Session:
    return own_session(profile, region)


@pytest.fixture(autouse=True)
def cheap_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions of equal settings be one, and all share botocore's data files (a megabyte of JSON each)."""

    def shared(profile: str | None, region: str | None) -> Session:
        # NOTE: the endpoint is read for each client anew, everything else once in a session.
        settings = {(name, word) for name, word in os.environ.items() if name.startswith("AWS_")}
        environment = tuple(sorted(pair for pair in settings if pair[0] != "AWS_ENDPOINT_URL"))
        return _session(environment, profile, region)

    monkeypatch.setattr("botocore.session.create_loader", _shared_loader)
    monkeypatch.setattr("gate.sources.aws.own_session", shared)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Return a source and the loopback AWS that it asks."""
    clock = VirtualClock()
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        yield Live(clock, double)
