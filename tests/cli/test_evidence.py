"""Where `check` gets its evidence: files and stdin with their times, AWS only for images, refusals as facts."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gate.cli.clock import SystemClock
from gate.cli.evidence import Access, collect
from gate.model import Refusal, Scan, ScanState
from gate.target import parse_target
from tests.aws_double.answers import enhanced
from tests.aws_double.clock import VirtualClock
from tests.aws_double.server import AwsDouble
from tests.builders import NOW
from tests.command import gate, saved

ACCESS = Access(region=None, profile=None, registry_id=None, wait=600.0, settle=300.0)


def got(*texts: str, captured_at: datetime | None = None, access: Access = ACCESS) -> list[Scan | Refusal]:
    targets = tuple(map(parse_target, texts))
    return list(collect(targets, access, SystemClock(), lambda *_: None, captured_at))


@pytest.mark.parametrize(
    ("written", "expected"),
    [(timedelta(hours=-1), timedelta(hours=-1)), (timedelta(hours=1), timedelta(0))],
    ids=["a file is as old as it is", "a file from the future is of now"],
)
def test_a_file_was_captured_when_it_was_written(written: timedelta, expected: timedelta, folder: Path) -> None:
    place = saved(folder / "image.json")
    moment = (NOW + written).timestamp()
    os.utime(place, (moment, moment))

    (scan,) = got("./image.json")

    assert isinstance(scan, Scan)
    assert scan.captured_at == NOW + expected


def test_what_somebody_says_of_the_capture_wins_over_the_files_time(folder: Path) -> None:
    saved(folder / "image.json")
    stated = NOW - timedelta(minutes=3)

    (scan,) = got("./image.json", captured_at=stated)

    assert isinstance(scan, Scan)
    assert (scan.captured_at, scan.state) == (stated, ScanState.COMPLETE)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("none.json", "No such file or directory"),
        ("./", "Is a directory"),
        ("/dev/null/x.json", "Not a directory"),
        ("./" + "n" * 300, "File name too long"),
        ("./half \ud800", "this is no path of this system"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fact_with_exit_code_3(name: str, why: str) -> None:
    (found,) = got(name)

    assert isinstance(found, Refusal)
    assert (found.exit_code, found.reason) == (3, f"the evidence cannot be read: {why}")
    assert found.hint


def test_what_is_wrong_with_evidence_is_said_without_its_name_which_every_report_has(folder: Path) -> None:
    (folder / "empty.json").touch()

    (found,) = got("./empty.json")

    assert isinstance(found, Refusal)
    assert found.reason == "the evidence is empty"
    assert found.image.target == "./empty.json"


def test_without_a_stdin_the_command_line_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    done = gate("check", "-", "--max", "critical=0")

    assert done.code == 2
    assert "there is no standard input" in done.err


def test_images_and_files_are_answered_in_the_order_they_were_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(folder / "a.json")
    clock = VirtualClock(NOW)
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        for name in ("team/one", "team/two"):
            double.image(name, tag="v1", steps=[(-86_400, enhanced(completed=0.0))])
        found = collect(
            tuple(map(parse_target, ("./a.json", "team/two:v1", "./none.json", "team/one:v1"))),
            Access(region="eu-west-1", profile=None, registry_id="123456789012", wait=0.0, settle=300.0),
            clock,
            lambda *_: None,
            None,
        )

    assert [one.image.target for one in found] == ["./a.json", "team/two:v1", "./none.json", "team/one:v1"]
    assert [type(one) for one in found] == [Scan, Scan, Refusal, Scan]
    assert {call.region for call in double.calls} == {"eu-west-1"}
    asked = [call for call in double.calls if call.operation.startswith("DescribeImage")]
    assert {call.input["registryId"] for call in asked} == {"123456789012"}


def test_no_target_is_no_evidence() -> None:
    assert got() == []
