"""Random sequences of what AWS says and of what breaks, through the whole gate: never a pass without evidence."""

from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from gate.model import ScanState
from gate.sources import imagebuilder
from gate.sources.imagebuilder import SCAN_STATES
from gate.sources.listing import Listing, Reading
from gate.sources.sessions import own_session
from gate.sources.waiting import Waiting
from gate.sources.wire import Page
from tests.fail_closed.harness import Gate
from tests.machine_account import Account, Connect
from tests.machine_builds import BuildPipeline
from tests.machine_clock import TurnClock
from tests.machine_hands import HandPipeline
from tests.machine_inspector import InspectorPipeline
from tests.machine_targets import IndexPipeline
from tests.pipeline_machine import Pipeline

ROUNDS = 12
"""How many rounds may pass before something has to be seen: far more than it takes."""


@pytest.fixture
def connect(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    no_sdk_sleep: list[float],
) -> Connect:
    monkeypatch.setattr("gate.sources.aws.own_session", cache(own_session))
    monkeypatch.chdir(tmp_path)

    def connected(clock: TurnClock, url: str) -> Gate:
        monkeypatch.setattr("gate.sources.ecr.side_by_side", clock.side_by_side)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        return Gate(tmp_path, clock, capsys, monkeypatch)

    return connected


def drive(
    connect: Connect,
    reached: Counter[int],
    machine: type[Account] = Pipeline,
    *,
    examples: int,
    round_: int = 0,
) -> None:
    """Run so many random sequences; another round, other sequences."""
    run_state_machine_as_test(
        seed(round_)(lambda: machine(connect, reached)),  # type: ignore[arg-type]  # any callable serves
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def drive_to(wanted: set[int], connect: Connect, machine: type[Account], examples: int) -> None:
    """Drive in rounds until each exit code was seen: what one seed draws depends on the modules that are loaded."""
    reached: Counter[int] = Counter()
    for round_ in range(ROUNDS):
        drive(connect, reached, machine, examples=examples, round_=round_)
        if reached.keys() >= wanted:
            break
    assert reached.keys() >= wanted, reached


def drive_rounds(connect: Connect, machine: type[Account]) -> None:
    """Drive all rounds."""
    for round_ in range(ROUNDS):
        drive(connect, Counter(), machine, examples=10, round_=round_)


def test_never_a_pass_without_evidence_and_always_an_end(connect: Connect) -> None:
    drive_to({0, 1, 3, 4, 5}, connect, Pipeline, 10)


@pytest.mark.parametrize(
    ("machine", "examples"), [(IndexPipeline, 10), (BuildPipeline, 5), (HandPipeline, 5), (InspectorPipeline, 4)]
)
def test_nor_of_an_index_or_a_build_nor_with_a_scan_started_or_inspector_asked(
    machine: type[Account], examples: int, connect: Connect
) -> None:
    drive_to({0, 1, 3, 4}, connect, machine, examples)


def first_page_only(reader: Any, first: Page | None) -> Listing:
    """Do as `Reader.list` would if nobody had thought of pages."""
    page = first or reader._next()  # noqa: SLF001
    return Listing(pages=(page,), read_at=reader._ecr.now)  # noqa: SLF001


def whatever_is_listed(listing: Listing, digest: str | None) -> Reading:
    """Do as `Listing.read` would if nobody compared anything."""
    return msgspec.structs.replace(READ(listing, digest), problem="")


def whatever_the_scan_state(table: dict[str, ScanState], word: str | None, name: str) -> ScanState:
    """Do as Image Builder's source would if only the build's own state mattered."""
    return ScanState.COMPLETE if table is SCAN_STATES else STATE(table, word, name)


READ = Listing.read
STATE = imagebuilder._state  # noqa: SLF001
BREAKAGES: dict[str, tuple[type[Account], str, object]] = {
    "every status is ready": (Pipeline, "gate.sources.scanning.state_of", lambda *_: ScanState.COMPLETE),
    "ready is settled": (Pipeline, "gate.sources.scanning.Watch._is_settled", lambda *_: True),
    "one page is the list": (Pipeline, "gate.sources.reader.Reader.list", first_page_only),
    "what is listed is whole": (Pipeline, "gate.sources.listing.Listing.read", whatever_is_listed),
    "coverage is not asked when": (Pipeline, "gate.sources.coverage.REST", timedelta(days=-1)),
    "tags never move": (Pipeline, "gate.sources.ecr.EcrSource._tag_move", lambda *_: None),
    "the deadline is a wish": (
        Pipeline,
        "gate.cli.evidence.Waiting",
        lambda clock, wait, tell: Waiting(clock, wait + 60, tell),
    ),
    "an index is its first image": (
        IndexPipeline,
        "gate.sources.index.Index.chosen",
        property(lambda index: index._images[:1]),  # noqa: SLF001
    ),
    "an old scan is the one that was started": (
        HandPipeline,
        "gate.sources.starting.Starting.is_before",
        lambda *_: False,
    ),
    "inspector's counts are no matter": (InspectorPipeline, "gate.sources.inspector.missing", lambda *_: ""),
    "ecr lists all that inspector does": (
        InspectorPipeline,
        "gate.sources.inspector.join",
        lambda ecr, *_: (ecr, ()),
    ),
    "a pipeline stands still": (BuildPipeline, "gate.sources.imagebuilder._overtaken", lambda *_: ()),
    "a built image is a scanned one": (BuildPipeline, "gate.sources.imagebuilder._state", whatever_the_scan_state),
}


@pytest.mark.parametrize(("machine", "place", "broken"), BREAKAGES.values(), ids=BREAKAGES)
def test_a_gate_that_is_broken_is_found_out(
    machine: type[Account], place: str, broken: object, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, broken)
    with pytest.raises(AssertionError, match=r"(?s)^(?!the AWS double)"):
        drive_rounds(connect, machine)
