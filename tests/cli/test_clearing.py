"""What an earlier run left is removed even by a run that dies before its first step, and nothing else is."""

import os
from pathlib import Path

import click
import pytest

from gate.cli.clearing import clear
from gate.cli.root import root
from tests.command import YESTERDAY, gate, saved

MAX = ("--max", "critical=0")


@pytest.fixture(autouse=True)
def old(folder: Path) -> Path:
    """Return the verdict of an earlier run, beside evidence and a policy."""
    saved(folder / "image.json")
    (folder / "gate.yaml").write_text("version: 1\nmax: {critical: 0}\n", encoding="utf-8")
    found = folder / "old.json"
    found.write_text(YESTERDAY, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "-o", "json=old.json"],
        ["check", "--output", "json=old.json"],
        ["check", "--output=json=old.json", "image.json"],
        ["check", "-ojson=old.json"],
        ["check", "-qvojson=old.json"],
        ["check", "-qo", "json=old.json"],
        ["--bogus", "check", "image.json", "-o", "junit=x.xml", "-o", "json=./old.json"],
        ["check", "-o", "json=none/nul\x00", "-o", "json=old.json"],
        ["check", "-o"],
        ["check", "-p", "policy.yaml", "-v"],
    ],
)
def test_a_report_that_is_named_is_removed(arguments: list[str], old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "old.json" not in str(arguments):
        monkeypatch.setenv("GATE_CHECK_OUTPUT", "\n sarif=x.sarif\njson=old.json\n")

    clear(arguments)

    assert not old.exists()
    assert Path("image.json").exists()
    assert Path("gate.yaml").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check"],
        ["check", "old.json"],
        ["check", "-o", "old.json"],
        ["check", "-o", "json="],
        ["check", "old.json", "-o", "json=old.json"],
        ["check", "file:old.json", "-o", "json=./old.json"],
        ["check", "-p", "old.json", "-o", "json=old.json"],
        ["check", "-qpold.json", "-o", "json=old.json"],
        ["check", "--policy=old.json", "-o", "json=old.json"],
        ["check", "--kev=old.json", "-o", "json=old.json"],
        ["check", "--epss=old.json", "-o", "json=old.json"],
        ["check", "--baseline=old.json", "-o", "json=old.json"],
        ["verdict", "check", "-o", "json=old.json"],
        ["policy", "lint", "-o", "json=old.json"],
    ],
)
def test_what_is_read_or_not_written_by_a_check_stays(arguments: list[str], old: Path) -> None:
    clear(arguments)

    assert old.exists()


@pytest.mark.parametrize(
    "name", ["GATE_CHECK_TARGETS", "GATE_CHECK_POLICY", "GATE_CHECK_KEV", "GATE_CHECK_EPSS", "GATE_CHECK_BASELINE"]
)
def test_what_the_environment_names_to_be_read_stays(name: str, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "old.json")

    clear(["check", "-o", "json=old.json"])

    assert old.exists()


def test_a_command_line_that_names_outputs_leaves_those_of_the_environment(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_CHECK_OUTPUT", "json=old.json")

    clear(["check", "-o", "json=new.json"])

    assert old.exists()


def test_only_files_are_removed_and_what_cannot_be_removed_stops_nothing(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("folder").mkdir()
    Path("link").symlink_to("old.json")
    Path("stuck.json").write_text(YESTERDAY, encoding="utf-8")
    unlink = os.unlink

    def stuck(place: str) -> None:
        if place.endswith("stuck.json"):
            raise PermissionError
        unlink(place)

    monkeypatch.setattr(os, "unlink", stuck)
    clear(["check", "-o", "json=folder", "-o", "json=/dev/null", "-o", "json=stuck.json", "-o", "json=link"])

    assert Path("folder").is_dir()
    assert Path("stuck.json").exists()
    assert not old.exists()


@pytest.mark.parametrize(
    "error", [ImportError("No module named 'yaml'"), KeyboardInterrupt(), ValueError("boom"), click.UsageError("wrong")]
)
def test_a_run_that_dies_before_its_first_step_leaves_no_pass_of_yesterday(
    error: BaseException, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def invoke(_: click.Context) -> None:
        raise error

    monkeypatch.setattr(root, "invoke", invoke)

    assert gate("check", "image.json", "-o", "json=old.json").code in {2, 70, 130}
    assert not old.exists()
    assert gate("verdict", "old.json").code != 0


def test_a_command_line_that_is_wrong_before_the_command_leaves_no_pass_of_yesterday(old: Path) -> None:
    assert gate("--bogus", "check", "image.json", "-o", "json=old.json").code == 2
    assert not old.exists()


def test_help_removes_nothing(old: Path) -> None:
    assert gate("check", "-o", "json=old.json", "--help").code == 0
    assert old.read_text(encoding="utf-8") == YESTERDAY


@pytest.mark.parametrize("options", [("--bogus",), ("image.json", *MAX)])
def test_what_this_run_has_put_in_its_place_stays(
    options: tuple[str, ...], old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.cli.check.evaluate", None)

    assert gate("check", *options, "-o", "json=old.json").code in {2, 70}
    assert b"the run did not finish" in old.read_bytes()
