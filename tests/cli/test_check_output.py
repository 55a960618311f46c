"""What `gate check` prints and writes, with which exit code, and what of it is harmless."""

import json
import sys
from pathlib import Path

import pytest

from gate.errors import ReportError
from gate.policy.verdict import Verdict
from tests.aws_double.findings import basic_finding, enhanced_finding, vulnerable_package
from tests.command import CAPTURED, DIGEST, REPLAY, YESTERDAY, answer, gate, saved

CRITICAL = enhanced_finding(severity="CRITICAL")
LOW = enhanced_finding(severity="LOW")
LIMIT = ("--max", "critical=0")
POLICY = "version: 1\nmax: {critical: 0}\n"


@pytest.fixture
def bad() -> Path:
    return saved(Path("bad.json"), CRITICAL)


@pytest.fixture
def good() -> Path:
    return saved(Path("good.json"), LOW)


def document(path: str = "verdict.json") -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def test_a_report_can_go_to_stdout_and_then_nothing_else_does(good: Path) -> None:
    done = gate("check", good, *LIMIT, *REPLAY, "-o", "json=-", "-o", "sarif=report.sarif")

    assert json.loads(done.out)["verdict"] == "pass"
    assert json.loads(Path("report.sarif").read_bytes())["version"] == "2.1.0"


def test_the_console_can_go_to_a_file(good: Path) -> None:
    shown = gate("check", good, *LIMIT, *REPLAY)
    done = gate("check", good, *LIMIT, *REPLAY, "-q", "-o", "console=report.txt")

    assert (done.out, done.err) == ("", "")
    assert Path("report.txt").read_text(encoding="utf-8") == shown.out


@pytest.mark.parametrize("name", ["bad.json", "good.json"])
def test_quiet_prints_nothing_and_exits_the_same(bad: Path, good: Path, name: str) -> None:
    loud, quiet = (gate("check", name, *LIMIT, *REPLAY, *options) for options in ((), ("-q",)))

    assert (quiet.code, quiet.out, quiet.err) == (loud.code, "", "")


def test_even_when_quiet_it_is_said_why_there_is_no_verdict() -> None:
    done = gate("check", "none.json", *LIMIT, "-q")

    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "gate: no verdict: none.json: the evidence cannot be read: No such file or directory"
        " — Did the step that saves the evidence succeed?\n"
    )


def test_each_image_without_a_verdict_is_said(good: Path) -> None:
    Path("empty.json").touch()

    done = gate("check", "empty.json", good, "none.json", *LIMIT, *REPLAY)

    assert [line.split(": ")[2] for line in done.err.splitlines()] == ["empty.json", "none.json"]


def test_exit_zero_turns_a_violation_into_0_and_the_document_keeps_the_truth(bad: Path) -> None:
    done = gate("check", bad, *LIMIT, *REPLAY, "--exit-zero", "-o", "json=verdict.json")

    assert done.code == 0
    assert done.out.startswith("FAIL")
    assert document()["exit_code"] == 1


def test_warn_exit_tells_warnings_by_10_and_exit_zero_takes_that_back() -> None:
    target = saved(Path("bad.json"), LOW, CRITICAL)
    Path("warn.yaml").write_text(f"{POLICY}mode: warn\n", encoding="utf-8")
    asked = ("check", target, "-p", "warn.yaml", *REPLAY)

    codes = [gate(*asked, *more).code for more in ((), ("--warn-exit",), ("--warn-exit", "--exit-zero"))]

    assert codes == [0, 10, 0]


@pytest.mark.parametrize("target", ["none.json", "new/image"])
def test_exit_zero_turns_nothing_else_into_0(target: str) -> None:
    plain, zero = (gate("check", target, *LIMIT, *options).code for options in ((), ("--exit-zero",)))

    assert zero == plain
    assert zero in {2, 3}


@pytest.mark.parametrize("kind", ["json", "sarif"])
@pytest.mark.parametrize(
    ("name", "options", "code"), [("good.json", (), 70), ("bad.json", (), 1), ("bad.json", ("--exit-zero",), 70)]
)
def test_a_report_that_cannot_be_written_is_a_fault_unless_a_violation_is_known(
    bad: Path, good: Path, deaf: str, kind: str, name: str, options: tuple[str, ...], code: int
) -> None:
    done = gate("check", name, *LIMIT, *REPLAY, *options, "-o", f"{kind}={deaf}")

    assert done.code == code
    assert f"{kind}=deaf cannot be written: No such device or address" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(("name", "code"), [("good.json", 70), ("bad.json", 1)])
def test_a_stdout_that_takes_nothing_is_a_report_that_could_not_be_written(
    bad: Path, good: Path, name: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: str) -> None:
        raise ReportError("stdout is closed")

    monkeypatch.setattr("gate.cli.check.show", closed)

    done = gate("check", name, *LIMIT, *REPLAY)

    assert done.code == code
    assert "stdout is closed" in done.err


def test_a_report_without_content_makes_no_file_and_says_so() -> None:
    Path("report.sarif").write_text(YESTERDAY, encoding="utf-8")

    done = gate("check", "none.json", *LIMIT, "-o", "sarif=report.sarif")

    assert done.code == 3
    assert "gate: sarif is not written: no image has findings that were judged" in done.err
    assert not Path("report.sarif").exists()


NOTE = "max allows more critical than high findings (unlimited and 9); is that meant?"


def test_a_limit_that_is_lax_on_worse_findings_is_said(bad: Path) -> None:
    Path("lax.yaml").write_text("version: 1\nmax: {high: 9}\nignore: [{id: CVE-*, reason: r}]\n", encoding="utf-8")

    for options, place in ((("--max", "high=9"), "--max"), (("-p", "lax.yaml"), "lax.yaml:2")):
        assert gate("check", bad, *options, *REPLAY).err == f"gate: {place}: {NOTE}\n"
        assert gate("check", bad, *options, *REPLAY, "-q").err == ""
    assert gate("check", bad, *LIMIT, *REPLAY).err == ""


def test_colour_is_drawn_when_asked_for_and_else_not(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")

    always, never, auto = (
        gate("check", bad, *LIMIT, *REPLAY, "--color", how).out for how in ("always", "never", "auto")
    )

    assert "\x1b[" in always
    assert "\x1b" not in never
    assert auto == never


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "settled: it finished more than scan.settle before AWS answered"),
        (
            {"imageScanFindings": {"findings": [basic_finding(severity="LOW")], "findingSeverityCounts": {"LOW": 1}}},
            "settled: a basic scan is whole when it is COMPLETE",
        ),
    ],
)
def test_verbose_says_what_was_resolved_seen_and_timed(changes: dict[str, object], said: str) -> None:
    target = saved(Path("image.json"), LOW, **changes)

    done = gate("check", target, *LIMIT, *REPLAY, "-v")

    assert done.code == 0
    lines = done.err.splitlines()
    assert lines[0].startswith("gate: policy --max (command line; sha256 ")
    assert lines[0].endswith("scan.wait 10m, scan.settle 5m, scan.kind any")
    assert lines[1] == f"gate: image.json: registry 123456789012, repository team/app, digest {DIGEST}"
    assert lines[2].startswith("gate: image.json: scan ACTIVE: ")
    assert said in lines[2]
    assert " 1 finding, " in lines[2]
    assert f"answered {CAPTURED}" in lines[2]
    assert lines[3].startswith("gate: collected in ")
    assert len(lines) == 4


def test_verbose_says_what_is_known_of_an_image_without_a_verdict() -> None:
    Path("pending.json").write_text(json.dumps(answer(imageScanStatus={})), encoding="utf-8")

    done = gate("check", "none.json", "pending.json", *LIMIT, *REPLAY, "-v")

    assert "gate: none.json: nothing is known of the image" in done.err
    assert "gate: pending.json: scan without a status: unknown, pending" in done.err


def test_two_runs_over_the_same_evidence_are_the_same_to_the_byte(bad: Path) -> None:
    first, second = (gate("check", bad, *LIMIT, *REPLAY, "-o", "json=-") for _ in range(2))

    assert first.out == second.out
    assert len(first.out) > 1_000


def test_a_crash_in_a_report_is_a_fault_and_leaves_the_document_unfinished(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Verdict) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr("gate.cli.outputs.REPORTS", {"json": broken})
    monkeypatch.setattr(sys, "stdout", sys.stdout)

    done = gate("check", good, *LIMIT, *REPLAY, "-o", "json=verdict.json")

    assert done.code == 70
    assert document()["finished"] is False


def test_nothing_from_the_evidence_is_a_command_to_who_reads_it() -> None:
    evil = "\x1b[31m\n::error::x\n  ::set-output::y ##[error] ##vso[task.complete] \u202e \x07 ]]>"
    finding = enhanced_finding(
        "CVE-1" + evil,
        "CRITICAL",
        title=evil,
        description=evil,
        packages=[vulnerable_package(evil, evil, fixed_in=evil)],
    )
    target = saved(Path("x\n::error::evil.json"), finding, repositoryName=evil)

    for options in ((), ("-v",), ("--color", "always"), ("-o", "junit=-"), ("-o", "sarif=-"), ("-o", "json=-")):
        done = gate("check", f"./{target}", *LIMIT, *REPLAY, *options)
        printed = f"{done.out}\n{done.err}"

        assert done.code == 1
        assert not [line for line in printed.splitlines() if line.lstrip().startswith("::")]
        assert "##[" not in printed
        assert "##vso[" not in printed
        assert "\x07" not in printed
        assert "\u202e" not in printed
        assert "\x1b[31m\n" not in printed
