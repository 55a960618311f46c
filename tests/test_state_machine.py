"""Random sequences of what AWS says and of what breaks, through the whole gate: never a pass without evidence."""

from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from gate.model import ScanState
from gate.sources.listing import Listing, Reading
from gate.sources.waiting import Waiting
from gate.sources.wire import Page
from tests.aws_double.clock import VirtualClock
from tests.fail_closed.harness import Gate
from tests.pipeline_machine import Connect, Pipeline


@pytest.fixture
def connect(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    no_sdk_sleep: list[float],
) -> Connect:
    monkeypatch.setattr(boto3, "Session", cache(boto3.Session))
    monkeypatch.chdir(tmp_path)

    def connected(clock: VirtualClock, url: str) -> Gate:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        return Gate(tmp_path, clock, capsys, monkeypatch)

    return connected


def drive(connect: Connect, reached: Counter[int], *phases: Phase, examples: int) -> None:
    """Run so many random sequences, the same ones each time."""
    run_state_machine_as_test(
        lambda: Pipeline(connect, reached),  # type: ignore[arg-type]  # any callable serves
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            derandomize=True,
            database=None,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_never_a_pass_without_evidence_and_always_an_end(connect: Connect) -> None:
    reached: Counter[int] = Counter()
    drive(connect, reached, Phase.generate, examples=30)
    assert reached.keys() == {0, 1, 3, 4, 5}, reached


def first_page_only(reader: Any, first: Page | None) -> Listing:
    """Do as `Reader.list` would if nobody had thought of pages."""
    page = first or reader._next()  # noqa: SLF001
    return Listing(pages=(page,), read_at=reader._ecr.now)  # noqa: SLF001


def whatever_is_listed(listing: Listing, digest: str | None) -> Reading:
    """Do as `Listing.read` would if nobody compared anything."""
    return msgspec.structs.replace(READ(listing, digest), problem="")


READ = Listing.read
BREAKAGES: dict[str, tuple[str, object]] = {
    "every status is ready": ("gate.sources.scanning.state_of", lambda *_: ScanState.COMPLETE),
    "ready is settled": ("gate.sources.scanning.Watch._is_settled", lambda *_: True),
    "one page is the list": ("gate.sources.reader.Reader.list", first_page_only),
    "what is listed is whole": ("gate.sources.listing.Listing.read", whatever_is_listed),
    "coverage is not asked when": ("gate.sources.coverage.REST", timedelta(days=-1)),
    "tags never move": ("gate.sources.ecr.EcrSource._tag_move", lambda *_: None),
    "the deadline is a wish": ("gate.cli.evidence.Waiting", lambda clock, wait, tell: Waiting(clock, wait + 60, tell)),
}


@pytest.mark.parametrize(("place", "broken"), BREAKAGES.values(), ids=BREAKAGES)
def test_a_gate_that_is_broken_is_found_out(
    place: str, broken: object, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, broken)
    with pytest.raises(AssertionError, match=r"(?s)^(?!the AWS double)"):
        drive(connect, Counter(), Phase.generate, examples=30)
