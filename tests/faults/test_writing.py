"""Reports that cannot be written, in the middle or at all: none half, none of yesterday, and the code that says so."""

import codecs
import errno
import io
import os
import signal
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pytest

from gate.cli.outputs import write_files
from gate.cli.terminal import say, show
from gate.reports.json_document import read
from tests.aws_double.server import AwsDouble
from tests.command import YESTERDAY, Done, gate, unprivileged
from tests.faults.harness import REPORTS, checked, hold, hold_files, prepare
from tests.faults.stages import STAGES
from tests.faults.table import Cell, cells

ALL = {f"{cell.fault.name}-{cell.stage.column}": cell for cell in cells()}
STAGE = {stage.column: stage for stage in STAGES}
Written = Callable[[object], None]


class FullDisk:
    """A file on a disk that takes half of what is written, and no more."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: object, trace: TracebackType | None) -> None:
        self.file.close()

    def write(self, content: bytes) -> int:
        self.file.write(content[: len(content) // 2])
        self.file.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(autouse=True, scope="module")
def codec() -> None:
    """Look up the codec of policies before this process is nobody, who may not read where Python is installed."""
    codecs.lookup("utf-8-sig")


@pytest.fixture
def full_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what fills the disk while the n-th file is written (counted from 1), for all the rest."""

    def fill(number: int) -> None:
        real, opened = os.fdopen, []

        def fdopen(handle: int, mode: str) -> object:
            opened.append(handle)
            file = real(handle, mode)
            return FullDisk(file) if len(opened) >= number else file  # type: ignore[arg-type]

        monkeypatch.setattr("gate.cli.outputs.os.fdopen", fdopen)

    return fill


def done_at(double: AwsDouble, folder: Path, cell: Cell, *options: str) -> Done:
    """Run the check of a cell's stage, and hold how it ended against the cell."""
    cell.stage.world(double)
    done = checked(folder, cell.stage, *options)
    hold(cell, done)
    return done


def test_a_disk_that_is_full_before_aws_is_asked(
    double: AwsDouble, folder: Path, full_from: Callable[[int], None]
) -> None:
    full_from(1)

    done_at(double, folder, ALL["disk-full-claim"])

    hold_files(folder, 2)
    assert not (folder / "verdict.json").exists()
    assert double.calls == ()


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_disk_that_fills_while_a_report_is_written(
    double: AwsDouble, folder: Path, full_from: Callable[[int], None], number: int
) -> None:
    full_from(number)

    done_at(double, folder, ALL["disk-full-write"])

    hold_files(folder, 70)
    assert not read((folder / "verdict.json").read_bytes()).finished
    assert sum((folder / name).exists() for name in REPORTS.values()) == number - 1


def test_a_stdout_on_a_full_disk_after_the_reports_were_written(double: AwsDouble, folder: Path) -> None:
    cell = ALL["disk-full-print"]
    cell.stage.world(double)

    # NOTE: the real device; it is only printed to, never named as a path, so that nothing can replace it.
    with io.TextIOWrapper(io.FileIO("/dev/full", "w"), encoding="utf-8", write_through=True) as full:
        code, err = _printing_to(full, prepare(folder, cell.stage))

    hold(cell, Done(code, "", err))
    hold_files(folder, 70, finished=True)


def _printing_to(stdout: io.TextIOWrapper, words: tuple[str, ...]) -> tuple[int, str]:
    def print_there(text: str) -> None:
        with redirect_stdout(stdout):
            show(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gate.cli.check.show", print_there)
        done = gate(*words)
    return done.code, done.err


def test_a_folder_that_may_not_be_written_before_aws_is_asked(double: AwsDouble, folder: Path) -> None:
    cell = ALL["permission-claim"]
    cell.stage.world(double)
    words = prepare(folder, cell.stage)
    folder.chmod(0o555)

    with unprivileged():
        done = gate(*words, "-q")

    hold(cell, done)
    assert double.calls == ()
    # NOTE: the files cannot be removed from such a folder; they may be written themselves, so they are emptied.
    assert [(folder / name).stat().st_size for name in REPORTS.values()] == [0, 0, 0]


@pytest.mark.parametrize(("mode", "size"), [(0o666, 0), (0o444, len(YESTERDAY))])
def test_a_crash_in_a_folder_that_may_not_be_written_empties_what_it_may(
    folder: Path, mode: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = prepare(folder, STAGE["claim"])
    for name in REPORTS.values():
        (folder / name).chmod(mode)
    folder.chmod(0o555)

    def broken(_: object) -> None:
        raise ImportError("no module")

    monkeypatch.setattr("gate.cli.root.root.invoke", broken)
    with unprivileged():
        done = gate(*words, "-q")

    assert done.code == 70
    assert [(folder / name).stat().st_size for name in REPORTS.values()] == [size] * 3


def test_files_that_nobody_may_touch_are_named_at_least(double: AwsDouble, folder: Path) -> None:
    cell = ALL["permission-claim"]
    words = prepare(folder, cell.stage)
    for name in REPORTS.values():
        (folder / name).chmod(0o444)
    folder.chmod(0o555)

    with unprivileged():
        done = gate(*words, "-q")

    hold(cell, done)


def test_a_folder_that_may_not_be_written_any_more_when_the_reports_are(
    double: AwsDouble, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(texts: object) -> None:
        folder.chmod(0o555)
        with unprivileged():
            write_files(texts)  # type: ignore[arg-type]

    monkeypatch.setattr("gate.cli.check.write_files", write)

    done_at(double, folder, ALL["permission-write"])

    hold_files(folder, 70)
    assert not read((folder / "verdict.json").read_bytes()).finished


@pytest.mark.parametrize(("name", "number"), [("sigterm", signal.SIGTERM), ("sigint", signal.SIGINT)])
def test_a_signal_while_the_places_of_the_reports_are_taken(
    double: AwsDouble, folder: Path, name: str, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", lambda *_: signal.raise_signal(number))

    done_at(double, folder, ALL[f"{name}-claim"])

    hold_files(folder, 128 + number)
    assert double.calls == ()


def test_a_second_sigterm_while_the_first_is_obeyed_changes_nothing(
    double: AwsDouble, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say_interrupted(text: str) -> None:
        signal.raise_signal(signal.SIGTERM)
        say(text)

    monkeypatch.setattr(Path, "replace", lambda *_: signal.raise_signal(signal.SIGTERM))
    monkeypatch.setattr("gate.cli.exits.say", say_interrupted)

    done_at(double, folder, ALL["sigterm-claim"])

    hold_files(folder, 143)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
