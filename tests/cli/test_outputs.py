"""Output files: refused before anything is asked, never stale, written whole."""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from gate.cli import outputs
from gate.cli.outputs import Output, claim, rendered, unfinished, write_files
from gate.errors import ReportError, UsageError
from gate.plain import neutral
from gate.policy.verdict import Outcome, Verdict
from gate.reports import REPORTS
from gate.reports.json_document import read
from tests.builders import NOW, judge, policy
from tests.command import YESTERDAY, unprivileged


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Return a directory in which nothing can be made."""
    folder.chmod(0o555)
    try:
        yield folder
    finally:
        folder.chmod(0o755)


def refused(*texts: str, read: tuple[str, ...] = ()) -> UsageError:
    with pytest.raises(UsageError) as caught:
        claim(texts, read, NOW)
    return caught.value


def test_an_output_is_a_format_and_a_path() -> None:
    assert claim(["json=a=b.json", "sarif=x/y.sarif", "junit=-"], [], NOW) == (
        Output("json", "a=b.json"),
        Output("sarif", "x/y.sarif"),
        Output("junit", "-"),
    )


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_can_be_asked_for(name: str) -> None:
    assert claim([f"{name}=report"], [], NOW) == (Output(name, "report"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("verdict.json", "--output 'verdict.json': expected FORMAT=PATH, such as json=verdict.json"),
        ("json=", "--output 'json=': expected FORMAT=PATH"),
        ("", "--output '': expected FORMAT=PATH"),
        ("junitt=x", "'junitt' is no report format; did you mean 'junit'? (there are console, json, junit, sarif"),
        ("JSON=x", "'JSON' is no report format (there are"),
        ("=x", "'' is no report format"),
        ("a\x1b[31m\n::error::=x", "is no report format"),
        ("x" * 1_000_000 + "=x", "is no report format"),
        ("json=a\x00b", "cannot be written: this is no path of this system"),
        ("sarif=half \ud800", "cannot be written: this is no path of this system"),
    ],
)
def test_an_output_that_is_none_is_refused_in_one_short_line(text: str, said: str) -> None:
    message = refused(text).message

    assert said in message
    assert len(message) < 500
    assert neutral(message) == message
    assert "\n" not in message


@pytest.mark.parametrize("other", ["verdict.json", "./verdict.json", "sub/../verdict.json", "link.json"])
def test_one_path_cannot_hold_two_reports(folder: Path, other: str) -> None:
    (folder / "link.json").symlink_to("verdict.json")

    assert "is written by two reports" in refused("json=verdict.json", f"sarif={other}").message


@pytest.mark.parametrize("second", ["-", "/dev/stdout", "/dev/fd/1"])
def test_two_reports_cannot_both_go_to_stdout_whatever_it_is_called(second: str) -> None:
    assert "two reports cannot both go to stdout" in refused("json=-", f"junit={second}").message


@pytest.mark.parametrize("path", ["gate.yaml", "./gate.yaml", "hard/../gate.yaml"])
def test_a_report_cannot_replace_what_the_run_reads(folder: Path, path: str) -> None:
    (folder / "gate.yaml").write_text("version: 1", encoding="utf-8")
    (folder / "hard").mkdir()

    assert "gate.yaml is read by this run" in refused(f"json={path}", read=("gate.yaml",)).message
    assert (folder / "gate.yaml").read_text(encoding="utf-8") == "version: 1"


def test_before_the_run_a_json_document_says_that_the_run_did_not_finish(folder: Path) -> None:
    (folder / "verdict.json").write_text(YESTERDAY, encoding="utf-8")

    claim(["json=verdict.json"], [], NOW)

    stands = read((folder / "verdict.json").read_bytes())
    assert stands == unfinished(NOW)
    assert (stands.finished, stands.verdict, stands.exit_code) == (False, Outcome.NO_VERDICT, 3)
    assert stands.reason == "the run did not finish"
    assert stands.judged_at == NOW


@pytest.mark.parametrize("name", sorted(set(REPORTS) - {"json"}))
def test_before_the_run_other_reports_are_removed(folder: Path, name: str) -> None:
    (folder / "report").write_text(YESTERDAY, encoding="utf-8")

    claim([f"{name}=report"], [], NOW)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_a_link_is_followed_so_that_what_it_leads_to_is_not_stale(folder: Path, name: str) -> None:
    (folder / "real").write_text(YESTERDAY, encoding="utf-8")
    (folder / "link").symlink_to("real")

    write_files(rendered(claim([f"{name}=link"], [], NOW), judge(policy())))

    assert (folder / "link").is_symlink()
    assert YESTERDAY not in (folder / "real").read_text(encoding="utf-8")


def test_missing_directories_are_made(folder: Path) -> None:
    claim(["sarif=a/b/c.sarif", "json=d/e.json"], [], NOW)

    assert (folder / "a/b").is_dir()
    assert (folder / "d/e.json").is_file()


@pytest.mark.parametrize("name", ["json", "junit"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("directory", "it is a directory"),
        ("file/report", "Not a directory"),
        ("file/a/b/report", "Not a directory"),
        ("n" * 300, "File name too long"),
        ("loop/report", "Too many levels of symbolic links"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_with_the_reason(folder: Path, name: str, path: str, why: str) -> None:
    (folder / "directory").mkdir()
    (folder / "file").touch()
    (folder / "loop").symlink_to("loop")

    err = refused(f"{name}={path}")

    assert err.message.startswith(f"{name}=")
    assert err.message.endswith(f" cannot be written: {why}")
    assert err.hint == "Name a path that this job may write."


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_a_directory_that_this_job_may_not_write_is_refused(folder: Path, name: str) -> None:
    folder.parent.chmod(0o755)
    with read_only(folder), unprivileged():
        message = refused(f"{name}={folder}/report").message

    assert message.endswith("report cannot be written: Permission denied")


def test_on_a_full_disk_yesterdays_verdict_goes_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "verdict.json").write_text(YESTERDAY, encoding="utf-8")

    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gate.cli.outputs.tempfile.mkstemp", full)

    assert refused("json=verdict.json").message == "json=verdict.json cannot be written: No space left on device"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("wrong", ["nonsense", "jnit=x", "sarif=directory", "sarif=verdict.json", "sarif=gate.yaml"])
@pytest.mark.parametrize("order", [1, -1])
def test_one_output_that_is_wrong_leaves_no_other_stale(folder: Path, wrong: str, order: int) -> None:
    (folder / "directory").mkdir()
    for name in ("verdict.json", "report.xml"):
        (folder / name).write_text(YESTERDAY, encoding="utf-8")

    refused(*(wrong, "json=verdict.json", "junit=report.xml")[::order], read=("gate.yaml",))

    assert not (folder / "report.xml").exists()
    assert not (folder / "verdict.json").exists() or "did not finish" in (folder / "verdict.json").read_text("utf-8")


def test_a_pipe_gets_the_report_once_and_nothing_before(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    got: list[bytes] = []
    claimed = claim(["json=pipe"], [], NOW)
    reader = Thread(target=lambda: got.append((folder / "pipe").read_bytes()))
    reader.start()

    write_files(rendered(claimed, judge(policy())))
    reader.join(10)

    assert read(got[0]).finished
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_devices_take_reports_and_stay_what_they_are() -> None:
    with unprivileged():  # NOTE: so that a gate that is broken cannot replace the device by a file
        write_files(rendered(claim(["json=/dev/null"], [], NOW), judge(policy())))

    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_device_that_takes_nothing_is_a_report_that_could_not_be_written(deaf: str) -> None:
    claimed = claim([f"json={deaf}"], [], NOW)

    with pytest.raises(ReportError) as caught:
        write_files(rendered(claimed, judge(policy())))

    assert caught.value.message == "json=deaf cannot be written: No such device or address"
    assert caught.value.exit_code == 70


def test_the_json_document_is_written_last_so_that_it_never_promises_a_report_that_is_missing(
    folder: Path, deaf: str
) -> None:
    claimed = claim(["json=verdict.json", f"sarif={deaf}"], [], NOW)

    with pytest.raises(ReportError):
        write_files(rendered(claimed, judge(policy())))

    assert not read((folder / "verdict.json").read_bytes()).finished


def test_a_report_is_written_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed = claim(["json=verdict.json"], [], NOW)
    before = (folder / "verdict.json").read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)

    with pytest.raises(KeyboardInterrupt):
        write_files(rendered(claimed, judge(policy())))

    assert [path.name for path in folder.iterdir()] == ["verdict.json"]
    assert (folder / "verdict.json").read_bytes() == before


def test_a_report_that_is_empty_makes_no_file(folder: Path) -> None:
    write_files(((Output("sarif", "report.sarif"), ""),))

    assert list(folder.iterdir()) == []


def test_a_lone_surrogate_in_a_report_does_not_keep_it_from_being_written(folder: Path) -> None:
    write_files(((Output("console", "report.txt"), "half \ud800 a character"),))

    assert (folder / "report.txt").read_bytes() == b"half ? a character"


def test_reports_can_be_read_by_others_as_the_umask_allows(folder: Path) -> None:
    kept = os.umask(0o027)
    try:
        claim(["json=verdict.json"], [], NOW)
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(kept)

    assert stat.S_IMODE((folder / "verdict.json").stat().st_mode) == 0o640


def test_all_reports_are_rendered_before_the_first_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Verdict) -> str:
        raise ReportError("too large")

    monkeypatch.setattr(outputs, "REPORTS", {**REPORTS, "sarif": broken})
    claimed = claim(["junit=report.xml", "sarif=report.sarif", "json=verdict.json"], [], NOW)

    with pytest.raises(ReportError, match="too large"):
        rendered(claimed, judge(policy()))

    assert json.loads((folder / "verdict.json").read_bytes())["finished"] is False
