"""`gate render`: any report from a stored document, the same to the byte as `check` writes it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.errors import Exit
from gate.plain import neutral
from gate.policy.verdict import Verdict
from gate.reports import REPORTS, UNWRITTEN, json_document
from tests.aws_double.findings import enhanced_finding
from tests.command import REPLAY, YESTERDAY, environment, gate, saved
from tests.reports.samples import HOSTILE, SAMPLES, many, unfinished
from tests.reports.showcase import showcase

CASES = {
    **SAMPLES,
    # NOTE: half a surrogate pair, as names of files may have it, has no place in JSON and is U+FFFD from then on.
    "hostile": json_document.read(json_document.render(SAMPLES["hostile"]).encode()),
    "showcase": showcase(),
    "many": many(1_000),
}
DOCUMENT = "verdict.json"


def stored(verdict: Verdict, place: str = DOCUMENT) -> str:
    Path(place).write_text(json_document.render(verdict), encoding="utf-8")
    return place


def outputs(folder: str) -> list[str]:
    return [word for name in REPORTS for word in ("-o", f"{name}={folder}/{name}")]


def written(folder: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


@pytest.mark.parametrize("name", CASES)
def test_every_report_of_a_stored_document_is_what_its_writer_makes_of_the_verdict(name: str) -> None:
    done = gate("render", stored(CASES[name]), *outputs("out"))

    made = {report: render(CASES[name]).encode("utf-8", "replace") for report, render in REPORTS.items()}
    assert (done.code, done.out) == (0, "")
    assert written("out") == {report: text for report, text in made.items() if text}
    silent = [f"gate: {report} is not written: {UNWRITTEN.get(report)}" for report in made]
    assert done.err.splitlines() == [line for line, text in zip(silent, made.values(), strict=True) if not text]


@pytest.mark.parametrize(
    ("severity", "options", "code"), [("LOW", (), 0), ("CRITICAL", (), 1), ("CRITICAL", ("--now", "2026-12-24"), 3)]
)
def test_every_report_of_a_check_is_rendered_again_to_the_byte(
    severity: str, options: tuple[str, ...], code: int
) -> None:
    Path("gate.yaml").write_text("version: 1\nmax: {critical: 0}\nscan: {max_age: 2d}\n", encoding="utf-8")
    target = saved(Path("image.json"), enhanced_finding(severity=severity, title=HOSTILE))

    checked = gate("check", target, "-p", "gate.yaml", *REPLAY, *options, *outputs("checked"))
    rendered = gate("render", "checked/json", *outputs("rendered"))

    assert (checked.code, rendered.code) == (code, 0)
    assert written("rendered") == written("checked")
    assert {"console", "json", "junit", "markdown", "dotenv", "annotations", "metrics"} <= set(written("rendered"))


def test_so_is_one_of_evidence_whose_name_is_not_utf_8() -> None:
    target = saved(Path(os.fsdecode(b"im\xffage.json")), enhanced_finding(severity="CRITICAL"))

    checked = gate("check", target, "--max", "critical=0", *REPLAY, *outputs("checked"))
    gate("render", "checked/json", *outputs("rendered"))

    assert checked.code == 1
    assert written("rendered") == written("checked")
    assert "im\ufffdage.json" in (Path("checked") / "console").read_text(encoding="utf-8")


def test_without_an_output_the_console_report_is_printed() -> None:
    done = gate("render", stored(SAMPLES["fail"]))

    assert (done.code, done.out, done.err) == (0, REPORTS["console"](SAMPLES["fail"]), "")


def test_colour_is_drawn_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stored(SAMPLES["fail"])

    always, never, auto = (gate("render", DOCUMENT, "--color", how).out for how in ("always", "never", "auto"))

    assert "\x1b[" in always
    assert "\x1b" not in never
    assert auto == never


def test_a_report_can_go_to_stdout_beside_files() -> None:
    done = gate("render", stored(SAMPLES["fail"]), "-o", "dotenv=-", "-o", "metrics=m.txt")

    assert done.out == REPORTS["dotenv"](SAMPLES["fail"])
    assert Path("m.txt").read_text(encoding="utf-8") == REPORTS["metrics"](SAMPLES["fail"])


def test_the_document_can_come_from_stdin() -> None:
    done = gate("render", "-", "-o", "json=-", stdin=json_document.render(SAMPLES["mixed"]).encode())

    assert (done.code, done.out) == (0, json_document.render(SAMPLES["mixed"]))


@pytest.mark.parametrize("name", SAMPLES)
def test_it_exits_with_0_whatever_the_verdict(name: str) -> None:
    assert gate("render", stored(SAMPLES[name]), "-o", "markdown=report.md").code == Exit.PASS


def test_the_outputs_can_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_RENDER_OUTPUT", "dotenv=a b.env\n metrics=m.txt\n")

    assert gate("render", stored(SAMPLES["pass"])).out == ""
    assert {file.name for file in Path().iterdir()} == {DOCUMENT, "a b.env", "m.txt"}


def test_an_unfinished_document_is_refused_and_nothing_of_yesterday_is_left() -> None:
    Path("scan.sarif").write_text(YESTERDAY, encoding="utf-8")
    Path("copy.json").write_text(YESTERDAY, encoding="utf-8")

    done = gate("render", stored(unfinished()), "-o", "sarif=scan.sarif", "-o", "json=copy.json")

    assert (done.code, done.out) == (3, "")
    assert done.err == "gate: verdict.json: the document is unfinished — Run the check again.\n"
    assert not Path("scan.sarif").exists()
    assert json.loads(Path("copy.json").read_bytes())["finished"] is False


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON, or cut off"),
        (b"{}", "it names no `schema`"),
        (b'{"schema": 2}', "schema version 2"),
        (b"\xff", "not "),
        (b"[" * 100_000, "verdict document"),
        (json_document.render(SAMPLES["pass"]).encode()[:-200], "not JSON, or cut off"),
        (json_document.render(SAMPLES["pass"]).encode().replace(b'"found":', b'"fund":'), "not a verdict document"),
    ],
)
def test_what_is_no_verdict_document_is_refused_in_one_line(data: bytes, said: str) -> None:
    Path(DOCUMENT).write_bytes(data)

    done = gate("render", DOCUMENT, "-o", "markdown=report.md")

    assert (done.code, done.out) == (3, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not Path("report.md").exists()


@pytest.mark.parametrize("path", ["none.json", ".", "nul\x00", "\x1b[31m\n::error::x"])
def test_a_document_that_cannot_be_read_is_refused(path: str) -> None:
    done = gate("render", path)

    assert (done.code, done.out) == (3, "")
    assert "cannot be read: " in done.err
    assert neutral(done.err) == done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "marcdown=x.md"), "'marcdown' is no report format; did you mean 'markdown'?"),
        (("-o", "markdown"), "expected FORMAT=PATH"),
        (("-o", f"json={DOCUMENT}"), "verdict.json is read by this run"),
        (("-o", f"markdown=./{DOCUMENT}"), "verdict.json is read by this run"),
        (("-o", "json=-", "-o", "sarif=-"), "two reports cannot both go to stdout"),
        (("-o", "json=x", "-o", "sarif=x"), "x is written by two reports"),
        (("--bogus",), "No such option"),
    ],
)
def test_a_wrong_command_line_is_refused_and_leaves_the_document(options: tuple[str, ...], said: str) -> None:
    stored(SAMPLES["pass"])

    done = gate("render", DOCUMENT, *options)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert Path(DOCUMENT).read_text(encoding="utf-8") == json_document.render(SAMPLES["pass"])


def test_without_a_document_the_command_line_is_wrong() -> None:
    assert gate("render").code == Exit.USAGE


def test_without_a_stdin_the_command_line_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert gate("render", "-").code == Exit.USAGE


@pytest.mark.parametrize("name", ["pass", "fail"])
def test_a_report_that_cannot_be_written_is_a_fault_whatever_the_verdict(name: str, deaf: str) -> None:
    done = gate("render", stored(SAMPLES[name]), "-o", f"markdown={deaf}")

    assert done.code == Exit.FAULT
    assert "markdown=deaf cannot be written: No such device or address" in done.err


def test_a_file_is_replaced_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    done = gate("render", stored(SAMPLES["pass"]), "-o", "markdown=report.md")

    assert done.code == Exit.FAULT
    assert {file.name for file in Path().iterdir()} == {DOCUMENT}


def test_it_needs_neither_aws_nor_the_network() -> None:
    code = (
        "import sys; from gate.cli.exits import run; code = run(['render', 'verdict.json', '-o', 'markdown=x.md']); "
        "print(code, *sorted({'boto3', 'botocore', 'rich', 'jinja2'} & set(sys.modules)))"
    )
    stored(SAMPLES["fail"])
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)

    assert done.stdout == f"0{os.linesep}"
