"""What `gate check` tells GitHub Actions: annotations, the summary of the step, and its outputs."""

import json
import re
from pathlib import Path

import pytest

from gate.cli.github import LARGEST_SUMMARY
from gate.errors import Exit
from gate.policy.verdict import Verdict
from gate.reports import REPORTS, github, json_document
from tests.aws_double.findings import enhanced_finding
from tests.command import REPLAY, Done, gate, saved
from tests.reports.samples import HOSTILE, SAMPLES
from tests.reports.test_github import commands, read

LIMIT = ("--max", "critical=0")
SUMMARY, OUTPUT = Path("summary.md"), Path("output.txt")
NAMES = {"GITHUB_STEP_SUMMARY": SUMMARY, "GITHUB_OUTPUT": OUTPUT}


@pytest.fixture
def bad() -> Path:
    return saved(Path("bad.json"), enhanced_finding(severity="CRITICAL", title=HOSTILE))


@pytest.fixture
def good() -> Path:
    return saved(Path("good.json"), enhanced_finding(severity="LOW"))


@pytest.fixture(autouse=True)
def actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in GitHub Actions, whose runner makes both files."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name, place in NAMES.items():
        monkeypatch.setenv(name, str(place.resolve()))
        place.touch()


def check(*arguments: str | Path) -> Done:
    return gate("check", *arguments, *LIMIT, *REPLAY)


def verdict(path: str = "verdict.json") -> Verdict:
    return json_document.read(Path(path).read_bytes())


def test_annotations_are_printed_raw_the_summary_and_the_outputs_are_appended(bad: Path) -> None:
    done = check(bad, "-o", "json=verdict.json", "-o", "sarif=out/scan.sarif")

    assert done.code == 1
    assert done.err == github.annotations(verdict())
    assert [one.properties["title"].split(":")[0] for one in commands(done.err)] == ["max.critical"]
    assert SUMMARY.read_text(encoding="utf-8") == REPORTS["markdown"](verdict())
    found = read(OUTPUT.read_text(encoding="utf-8"))
    assert (found["verdict"], found["exit-code"], found["counted-critical"]) == ("fail", "1", "1")
    assert (found["report-json"], found["report-sarif"]) == ("verdict.json", "out/scan.sarif")


def test_the_console_report_is_the_same_as_elsewhere(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = check(bad).out
    monkeypatch.delenv("GITHUB_ACTIONS")

    assert check(bad).out == here


@pytest.mark.parametrize("value", [None, "", "false", "1", "True"])
def test_elsewhere_nothing_of_it_happens(bad: Path, value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv("GITHUB_ACTIONS")
    else:
        monkeypatch.setenv("GITHUB_ACTIONS", value)

    done = check(bad)

    assert (done.code, done.err) == (1, "")
    assert (SUMMARY.read_bytes(), OUTPUT.read_bytes()) == (b"", b"")


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_files_there_are_only_annotations(
    bad: Path, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)

    done = check(bad)

    assert done.code == 1
    assert len(commands(done.err)) == 1
    assert (SUMMARY.read_bytes(), OUTPUT.read_bytes()) == (b"", b"")


def test_a_pass_has_a_summary_and_outputs_and_no_annotation(good: Path) -> None:
    done = check(good)

    assert (done.code, done.err) == (0, "")
    assert SUMMARY.read_text(encoding="utf-8").startswith("## ✅ PASS: ")
    assert read(OUTPUT.read_text(encoding="utf-8"))["verdict"] == "pass"


def test_no_verdict_is_told_too() -> None:
    done = check("none.json", "-o", "sarif=scan.sarif")

    assert done.code == 3
    assert "::error title=no verdict%3A none.json::" in done.err
    assert SUMMARY.read_text(encoding="utf-8").startswith("## 🚫 NO VERDICT: ")
    found = read(OUTPUT.read_text(encoding="utf-8"))
    assert (found["verdict"], found["exit-code"], found["found-critical"]) == ("no_verdict", "3", "")
    assert "report-sarif" not in found


def test_quiet_leaves_it_as_it_is(bad: Path) -> None:
    loud, quiet = check(bad), check(bad, "-q")

    assert quiet.out == ""
    assert quiet.err == loud.err


def test_exit_zero_leaves_the_true_exit_code_in_the_outputs(bad: Path) -> None:
    assert check(bad, "--exit-zero").code == 0
    assert read(OUTPUT.read_text(encoding="utf-8"))["exit-code"] == "1"


def test_what_stands_in_the_files_stays_and_a_last_line_without_an_end_is_ended(good: Path) -> None:
    SUMMARY.write_text("# Mine\n\ntext", encoding="utf-8")
    OUTPUT.write_text("mine=1", encoding="utf-8")

    check(good, "-o", "markdown=report.md")

    report = Path("report.md").read_text(encoding="utf-8")
    assert SUMMARY.read_text(encoding="utf-8") == f"# Mine\n\ntext\n\n{report}"
    first, rest = OUTPUT.read_text(encoding="utf-8").split("\n", 1)
    assert first == "mine=1"
    assert read(rest)["report-markdown"] == "report.md"


def test_outputs_after_a_whole_line_follow_at_once(good: Path) -> None:
    OUTPUT.write_text("mine=1\n", encoding="utf-8")

    check(good)

    assert OUTPUT.read_text(encoding="utf-8").startswith("mine=1\nverdict<<gate-")


def test_delimiters_are_random_and_never_the_same(good: Path) -> None:
    check(good)
    check(good)

    marks = re.findall(r"<<(gate-[0-9a-f]{32})\n", OUTPUT.read_text(encoding="utf-8"))
    assert len(marks) == len(set(marks)) >= 32


def test_files_that_are_not_there_yet_are_made(good: Path) -> None:
    SUMMARY.unlink()
    OUTPUT.unlink()

    assert check(good).code == 0
    assert SUMMARY.stat().st_size > 100
    assert OUTPUT.stat().st_size > 100


def test_one_format_in_two_files_has_both_paths_and_stdout_has_none(good: Path) -> None:
    check(good, "-o", "json=a.json", "-o", "json=b.json", "-o", "junit=-")

    found = read(OUTPUT.read_text(encoding="utf-8"))
    assert found["report-json"] == "a.json\nb.json"
    assert "report-junit" not in found


@pytest.mark.parametrize(("room", "fitting"), [(LARGEST_SUMMARY, "page.md"), (62_000, "comment.md"), (100, None)])
def test_a_summary_that_is_nearly_full_gets_what_fits(room: int, fitting: str | None) -> None:
    flaws = [enhanced_finding(f"CVE-2026-{n}", "CRITICAL") for n in range(800)]
    before = "x" * (LARGEST_SUMMARY - room)
    SUMMARY.write_text(before, encoding="utf-8")

    done = check(saved(Path("bad.json"), *flaws), "-o", "markdown=page.md", "-o", "markdown+comment=comment.md")

    assert Path("page.md").stat().st_size > 62_000
    assert SUMMARY.stat().st_size <= LARGEST_SUMMARY
    added = SUMMARY.read_text(encoding="utf-8").removeprefix(before).lstrip()
    assert added == (Path(fitting).read_text(encoding="utf-8") if fitting else "")
    full = "gate: the summary of this step is full, so the verdict is not added to it"
    assert (full in done.err) is not bool(fitting)
    assert done.code == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("target", "options", "code"), [("good", (), 70), ("bad", (), 1), ("bad", ("--exit-zero",), 70)]
)
def test_a_file_that_cannot_be_written_is_a_fault_unless_a_violation_is_known(
    bad: Path,
    good: Path,
    name: str,
    target: str,
    options: tuple[str, ...],
    code: int,
    deaf: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, deaf)

    done = check(f"{target}.json", *options, "-o", "json=verdict.json")

    assert done.code == code
    assert f"{name}: deaf cannot be written: No such device or address" in done.err
    assert verdict().finished
    other = next(place for one, place in NAMES.items() if one != name)
    assert other.stat().st_size > 100
    assert ("::error title=max.critical" in done.err) is (target == "bad")


def test_of_two_files_that_cannot_be_written_the_first_is_named(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "none/there/file")

    done = check(good)

    assert done.code == Exit.FAULT
    assert done.err == "gate: GITHUB_STEP_SUMMARY: none/there/file cannot be written: No such file or directory\n"


def test_a_report_that_cannot_be_written_leaves_annotations_and_its_path_out(bad: Path, deaf: str) -> None:
    Path("old.sarif").write_text("old", encoding="utf-8")

    done = check(bad, "-o", f"junit={deaf}", "-o", "markdown=report.md")

    assert done.code == 1
    assert "junit=deaf cannot be written" in done.err
    assert "::error title=max.critical" in done.err


def test_nothing_of_the_evidence_is_a_command() -> None:
    evil = f"\n::error::owned%0A::set-output name=x::y {HOSTILE}"
    target = saved(Path("image.json"), enhanced_finding(f"CVE-1{evil}", "CRITICAL", title=evil), repositoryName=evil)

    done = check(target, "-o", "json=verdict.json")

    lines = [line for line in done.err.splitlines() if line.lstrip().startswith("::")]
    assert lines == github.annotations(verdict()).splitlines()
    assert len(lines) == 1
    assert not re.search(r"##\[|##vso\[", done.err)
    assert read(OUTPUT.read_text(encoding="utf-8"))["verdict"] == "fail"


def test_other_commands_tell_github_nothing() -> None:
    Path("verdict.json").write_text(json_document.render(SAMPLES["fail"]), encoding="utf-8")

    done = gate("render", "verdict.json", "-o", "json=-")

    assert json.loads(done.out)["verdict"] == "fail"
    assert (done.err, SUMMARY.read_bytes(), OUTPUT.read_bytes()) == ("", b"", b"")
