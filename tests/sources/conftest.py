"""Fixtures of the sources: a live source over loopback HTTP, whose sessions cost little to make."""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.loaders import create_loader

from tests.aws_double.clock import VirtualClock
from tests.aws_double.server import AwsDouble
from tests.sources.live import Live

_shared_loader = cache(create_loader)
_real_session = boto3.Session


@cache
def _session(_environment: tuple[tuple[str, str], ...], profile: str | None, region: str | None) -> boto3.Session:
    return _real_session(profile_name=profile, region_name=region)


@pytest.fixture(autouse=True)
def cheap_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions of equal settings be one, and all share botocore's data files (a megabyte of JSON each)."""

    def shared(profile_name: str | None = None, region_name: str | None = None) -> Any:
        # NOTE: the endpoint is read for each client anew, everything else once in a session.
        settings = {(name, word) for name, word in os.environ.items() if name.startswith("AWS_")}
        environment = tuple(sorted(pair for pair in settings if pair[0] != "AWS_ENDPOINT_URL"))
        return _session(environment, profile_name, region_name)

    monkeypatch.setattr("botocore.session.create_loader", _shared_loader)
    monkeypatch.setattr(boto3, "Session", shared)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Return a source and the loopback AWS that it asks."""
    clock = VirtualClock()
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        yield Live(clock, double)
