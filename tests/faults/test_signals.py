"""SIGTERM and SIGINT at each stage of a check that runs as a process, and two of them that write the same paths."""

import fcntl
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event

import pytest

from tests.aws_double import faults
from tests.aws_double.clock import SystemClock
from tests.aws_double.faults import Fault, Reply
from tests.aws_double.server import AwsDouble
from tests.command import Done, environment
from tests.faults.harness import hold, hold_files, hold_whole, prepare
from tests.faults.stages import Stage
from tests.faults.table import Cell, cells

LONG = 30.0
"""Seconds after which something that must happen will not, whatever the machine does besides."""
SIGNALS = {"sigterm": signal.SIGTERM, "sigint": signal.SIGINT}
ASKING = [cell for cell in cells(*SIGNALS) if cell.stage.operation]
SMALLEST_PIPE = 4_096
NAMED = {f"{cell.fault.name}-{cell.stage.column}": cell for cell in cells()}


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsDouble]:
    """Serve an AWS on the machine's own clock."""
    with AwsDouble(SystemClock()) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        yield double


def begun(folder: Path, stage: Stage, *options: str) -> subprocess.Popen[bytes]:
    """Start the check of a stage as a process."""
    words = prepare(folder, stage)
    run = [sys.executable, "-m", "gate", *words, "-q", *options]
    return subprocess.Popen(run, env=environment(), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(running: subprocess.Popen[bytes]) -> Done:
    """Wait for its end."""
    out, err = running.communicate(timeout=LONG)
    return Done(running.returncode, out.decode(), err.decode())


def held(arrived: Event) -> Fault:
    """Say that the request has come, and keep it waiting for longer than the test will."""

    def hold_it(honest: Reply) -> Reply:
        arrived.set()
        return faults.slow(faults.LONGEST_DELAY)(honest)

    return hold_it


@pytest.mark.parametrize("cell", ASKING, ids=lambda cell: cell.name)
def test_a_signal_while_aws_is_asked(real: AwsDouble, folder: Path, cell: Cell) -> None:
    cell.stage.world(real)
    arrived = Event()
    real.fail(cell.stage.operation, held(arrived), first=cell.stage.call, times=None)

    with begun(folder, cell.stage) as running:
        assert arrived.wait(LONG)
        running.send_signal(SIGNALS[cell.fault.name])
        done = ended(running)

    hold(cell, done)
    hold_files(folder, cell.code)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_while_a_report_is_written(real: AwsDouble, folder: Path, name: str) -> None:
    cell = NAMED[f"{name}-write"]
    cell.stage.world(real)
    os.mkfifo(folder / "pipe")
    reader = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)

    # NOTE: a report that goes to a pipe which nobody empties is never written whole; the document comes after it.
    with begun(folder, cell.stage, "-o", "html=pipe") as running:
        assert readable(reader)
        running.send_signal(SIGNALS[name])
        done = ended(running)
    os.close(reader)
    (folder / "pipe").unlink()

    hold(cell, done)
    hold_files(folder, cell.code)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_after_the_reports_are_written(real: AwsDouble, folder: Path, name: str) -> None:
    cell = NAMED[f"{name}-print"]
    cell.stage.world(real)

    with begun(folder, cell.stage, "-o", "html=-") as running:
        assert running.stdout is not None
        fcntl.fcntl(running.stdout, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
        assert readable(running.stdout.fileno())
        running.send_signal(SIGNALS[name])
        done = ended(running)

    hold(cell, done)
    hold_files(folder, cell.code, finished=True)


def readable(descriptor: int) -> bool:
    """Wait until there is something to be read, and tell whether there is."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return any(what & select.POLLIN for _, what in poll.poll(LONG * 1_000))


def test_another_gate_takes_the_same_paths_and_ends_first(real: AwsDouble, folder: Path) -> None:
    cell = NAMED["two-gates-claim"]
    cell.stage.world(real)
    arrived, release = Event(), Event()

    def wait(honest: Reply) -> Reply:
        arrived.set()
        release.wait(LONG)
        return honest

    real.fail("DescribeImages", wait)

    with begun(folder, cell.stage) as first:
        assert arrived.wait(LONG)
        with begun(folder, cell.stage) as second:
            hold(cell, ended(second))
        hold_files(folder, 0)
        release.set()
        hold(cell, ended(first))

    hold_files(folder, 0)


def test_two_gates_write_the_same_paths_at_the_same_time(real: AwsDouble, folder: Path) -> None:
    cell = NAMED["two-gates-write"]
    cell.stage.world(real)
    both = Barrier(2, timeout=LONG)

    def together(honest: Reply) -> Reply:
        both.wait()
        return honest

    # NOTE: they resolve the tag together, and look at it again together; nothing but judging and writing comes after.
    real.fail("DescribeImages", together, first=3, times=2)
    real.fail("DescribeImages", together, times=2)

    with begun(folder, cell.stage) as one, begun(folder, cell.stage) as other:
        done = (ended(one), ended(other))

    for each in done:
        hold(cell, each)
    hold_files(folder, 0)
    for name in ("report.sarif", "report.xml"):
        assert (folder / name).exists()
        hold_whole(folder / name)
