"""Whatever breaks on the way to AWS, at whatever stage: the exit code of the table, one line, whole files, in time."""

import time
from pathlib import Path

import pytest

from tests.aws_double.answers import in_progress
from tests.aws_double.clock import VirtualClock
from tests.aws_double.faults import Reply
from tests.aws_double.server import ANY, AwsDouble
from tests.faults.breaking import BREAKS
from tests.faults.harness import checked, hold, hold_files
from tests.faults.stages import STAGES, WAIT, Stage
from tests.faults.table import Cell, cells

ASKING = [stage for stage in STAGES if stage.operation]
REPEATS = 3.0
"""Seconds that one request takes at most by the gate's own clock: the pauses before a body is asked for again."""
SOON = 120.0
"""Seconds of the real clock, of which a cell takes a small part, however busy the machine is."""


@pytest.mark.parametrize("stage", ASKING, ids=lambda stage: stage.column)
def test_without_a_fault_every_stage_is_reached_and_passed(double: AwsDouble, folder: Path, stage: Stage) -> None:
    stage.world(double)

    done = checked(folder, stage)

    assert (done.code, done.err) == (0, "")
    assert len(double.called(stage.operation)) >= stage.call
    hold_files(folder, 0)


@pytest.mark.parametrize("cell", cells(*BREAKS), ids=lambda cell: cell.name)
def test_a_fault_on_the_way_to_aws(
    double: AwsDouble, clock: VirtualClock, folder: Path, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell.stage.world(double)
    BREAKS[cell.fault.name](double, cell.stage, monkeypatch)
    if cell.fault.name == "trickle":
        # NOTE: nobody has three minutes for each cell.
        monkeypatch.setattr("gate.sources.aws.LONGEST", 0.6)
    began = time.monotonic()

    done = checked(folder, cell.stage)

    hold(cell, done, images=2 if cell.stage.column in {"index", "child"} else 1)
    hold_files(folder, cell.code)
    assert clock.monotonic() <= WAIT + REPEATS
    assert time.monotonic() - began < SOON
    assert len(double.called(cell.stage.operation)) >= cell.stage.call or cell.fault.needs == "connection"


PAGE, TAG = "DescribeImageScanFindings", "DescribeImages"
EXPLAINING = ["GetRegistryScanningConfiguration", "ListCoverage"]


@pytest.mark.parametrize(
    ("stage", "code", "late"), [("wait", 4, EXPLAINING), ("later", 0, [PAGE, TAG]), ("cover", 4, EXPLAINING[1:])]
)
def test_after_the_deadline_only_a_list_is_read_to_its_end_and_the_rest_explained(
    double: AwsDouble, clock: VirtualClock, folder: Path, stage: str, code: int, late: list[str]
) -> None:
    def take_long(honest: Reply) -> Reply:
        clock.advance(140.0)
        return honest

    [chosen] = [one for one in STAGES if one.column == stage]
    chosen.world(double)
    if stage == "wait":
        double.registry_scanning("ENHANCED")
        double.image("team/app", tag="v1", steps=[(-1.0, in_progress())])
    double.fail(ANY, take_long, times=None)

    done = checked(folder, chosen)

    assert done.code == code, done.err
    assert [call.operation for call in double.calls if call.seconds >= WAIT] == late
    hold_files(folder, code)
