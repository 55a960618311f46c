"""The whole program as a process: crashes, broken pipes, closed streams, signals, full disks, odd locales."""

import json
import os
import resource
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws_double.answers import pending
from tests.aws_double.clock import SystemClock
from tests.aws_double.faults import slow
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.command import REPLAY, YESTERDAY, environment, process, saved

LIMIT = ("--max", "critical=0")
CHECK = f"{sys.executable} -m gate check"
EXITS = {"good.json": 0, "bad.json": 1}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a directory with evidence that passes, evidence that fails, and yesterday's verdict."""
    monkeypatch.chdir(tmp_path)
    saved(tmp_path / "good.json", enhanced_finding(severity="LOW"))
    saved(tmp_path / "bad.json", enhanced_finding(severity="CRITICAL", title="\u2192 \u202e"))
    (tmp_path / "verdict.json").write_text(YESTERDAY, encoding="utf-8")
    return tmp_path


def shell(command: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell, in which `CHECK` stands for a check of saved evidence with its limits."""
    line = command.replace("CHECK", f"{CHECK} {' '.join((*LIMIT, *REPLAY))}")
    run = ["bash", "-o", "pipefail", "-c", line]
    return subprocess.run(run, env=environment(**settings), capture_output=True, check=False, timeout=60)


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("verdict.json").read_bytes())
    return found


@pytest.mark.parametrize("name", EXITS)
def test_python_m_gate_exits_with_the_verdict(name: str) -> None:
    done = process("check", name, *LIMIT, *REPLAY, "-o", "json=verdict.json")

    assert (done.returncode, done.stderr) == (EXITS[name], b"")
    assert document()["exit_code"] == EXITS[name]


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("click", ["--help"]),
        ("click", ["check", "good.json", *LIMIT]),
        ("msgspec", ["check", "good.json", *LIMIT]),
        ("msgspec", ["schema", "verdict"]),
        ("yaml", ["check", "good.json"]),
        ("botocore", ["check", "team/app:v1", *LIMIT]),
        ("junit_xml", ["check", "good.json", *LIMIT, "-o", "junit=report.xml"]),
    ],
)
def test_a_dependency_that_cannot_be_imported_is_70_and_one_line(module: str, words: list[str], folder: Path) -> None:
    broken = folder / "broken"
    broken.mkdir()
    (broken / f"{module}.py").write_text("raise ImportError('no \u2192 such\\n::error::module')", encoding="utf-8")
    path = os.pathsep.join((str(broken), environment()["PYTHONPATH"]))

    done = process(*words, "-o", "json=verdict.json", PYTHONPATH=path)

    assert (done.returncode, done.stdout) == (70, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"ImportError" in done.stderr
    assert words[0] != "check" or not Path("verdict.json").exists() or document()["finished"] is False


def test_a_crash_is_70_and_never_1() -> None:
    script = "import gate.cli.check\ngate.cli.check.evaluate = None\nfrom gate.__main__ import main\nmain()"
    run = [sys.executable, "-c", script, "check", "good.json", *LIMIT, *REPLAY, "-o", "json=verdict.json"]

    done = subprocess.run(run, env=environment(), capture_output=True, check=False, timeout=60)

    assert done.returncode == 70
    assert b"a fault of the gate itself: TypeError" in done.stderr
    assert document()["finished"] is False


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (
            ImportError("no\n::error::click"),
            70,
            "gate: this installation is broken: ImportError: 'no\\n::error::click'\n",
        ),
        (SystemExit(1), 70, "gate: this installation is broken: SystemExit: '1'\n"),
    ],
)
def test_whatever_falls_through_the_boundary_meets_the_entry_point(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: list[str]) -> int:
        raise error

    monkeypatch.setattr("gate.cli.exits.run", run)

    with pytest.raises(SystemExit) as ended:
        runpy.run_module("gate", run_name="__main__")

    assert ended.value.code == code
    assert capsys.readouterr() == ("", said)


def test_even_without_a_stderr_a_broken_installation_is_70(monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.__main__ import main

    for module in ("gate.cli.exits", "gate.cli.clearing"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(sys, "stderr", None)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 70


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("good.json >&-", 70),
        ("bad.json >&-", 1),
        ("good.json > /dev/full", 70),
        ("bad.json > /dev/full", 1),
        ("good.json 2>&-", 0),
        ("bad.json none.json -v 2> /dev/full", 1),
        ("good.json >&- 2>&-", 70),
        ("good.json -q >&- 2>&- <&-", 0),
        ("- <&-", 2),
    ],
)
def test_streams_that_take_nothing_cost_a_pass_its_report_and_a_violation_nothing(line: str, code: int) -> None:
    done = shell(f"CHECK {line}")

    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    assert done.stderr.count(b"\n") <= 1


@pytest.mark.parametrize("name", EXITS)
def test_a_reader_that_has_gone_is_a_report_that_could_not_be_written(name: str) -> None:
    done = shell(f"(sleep 0.2; CHECK {name}; echo $? > code) | true")

    assert int(Path("code").read_text(encoding="utf-8")) == (EXITS[name] or 70)
    assert b"nobody reads the output any more" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_help_into_a_pipe_that_is_closed_is_no_traceback() -> None:
    done = shell(f"(sleep 0.2; {sys.executable} -m gate --help; echo $? > code) | true")

    assert Path("code").read_text(encoding="utf-8") == "70\n"
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("option", ["--version", "check --help"])
def test_a_full_stdout_is_no_fault_of_the_gate(option: str, unbuffered: str) -> None:
    done = shell(f"{sys.executable} -m gate {option} > /dev/full", PYTHONUNBUFFERED=unbuffered)

    assert (done.returncode, done.stderr) == (70, b"gate: stdout took no more, so the report could not be written\n")


def test_a_report_to_the_device_of_stdout_is_whole_and_alone() -> None:
    done = shell("CHECK bad.json -o json=/dev/stdout | cat")

    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "fail"


def test_a_report_can_go_to_another_process() -> None:
    done = shell("CHECK bad.json -q -o json=>(cat > copy.json); code=$?; sleep 0.2; exit $code")

    assert done.returncode == 1
    assert json.loads(Path("copy.json").read_bytes())["verdict"] == "fail"


@pytest.mark.parametrize("size", [0, 1_500])
def test_a_full_disk_leaves_no_verdict_of_yesterday(size: int) -> None:
    # NOTE: a limit on file sizes fails as a full disk does, at the write; 1,500 bytes are enough for "did not finish".
    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    run = [sys.executable, "-m", "gate", "check", "good.json", *LIMIT, *REPLAY, "-o", "json=verdict.json"]
    done = subprocess.run(run, env=environment(), capture_output=True, check=False, timeout=60, preexec_fn=limited)

    assert done.returncode == (70 if size else 2)
    assert b"json=verdict.json cannot be written: " in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert not Path("verdict.json").exists() or document()["finished"] is False
    assert {path.name for path in Path().iterdir()} <= {"good.json", "bad.json", "verdict.json"}


@pytest.mark.parametrize(
    "settings", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii:strict"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}]
)
def test_a_log_that_knows_no_unicode_changes_no_verdict(settings: dict[str, str]) -> None:
    done = process("check", "bad.json", "./n\u00f6ne-\u2192.json", *LIMIT, *REPLAY, **settings)

    assert done.returncode == 1
    assert done.stdout.startswith(b"FAIL: 1 of 2 images")
    assert done.stderr.count(b"\n") == 1
    assert b"gate: no verdict: ./n" in done.stderr


def test_arguments_that_are_no_utf_8_are_arguments() -> None:
    Path(os.fsdecode(b"\xff.json")).write_bytes(Path("bad.json").read_bytes())

    done = process("check", b"./\xff.json", *LIMIT, *REPLAY, "-o", b"json=\xfe.json")
    wrong = process(b"\xff\xfe")

    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(Path(os.fsdecode(b"\xfe.json")).read_bytes())["images"][0]["target"].startswith("./")
    assert wrong.returncode == 2
    assert wrong.stderr.count(b"\n") == 1


@pytest.fixture
def slow_aws() -> Iterator[AwsDouble]:
    """An AWS whose scan is never done."""
    with AwsDouble(SystemClock()) as double:
        double.image("team/app", tag="v1", steps=[(-60.0, pending())])
        yield double


@pytest.mark.parametrize(
    ("inside", "number", "code", "said"),
    [
        ("a wait", signal.SIGINT, 130, "gate: interrupted: there is no verdict"),
        ("a wait", signal.SIGTERM, 143, "gate: terminated: there is no verdict"),
        ("a request", signal.SIGTERM, 143, "gate: terminated: there is no verdict"),
    ],
)
def test_a_signal_ends_a_run_with_its_code_and_leaves_no_verdict_of_yesterday(
    slow_aws: AwsDouble, inside: str, number: signal.Signals, code: int, said: str
) -> None:
    if inside == "a request":
        slow_aws.fail("DescribeImageScanFindings", slow(5.0), times=None)
    words = ["check", "team/app:v1", *LIMIT, "--exit-zero", "-o", "json=verdict.json"]
    run = [sys.executable, "-m", "gate", *words]
    with subprocess.Popen(run, env=environment(AWS_ENDPOINT_URL=slow_aws.url), stderr=subprocess.PIPE) as running:
        for _ in range(200):
            if slow_aws.called("DescribeImageScanFindings"):
                break
            time.sleep(0.05)
        time.sleep(0.2)
        running.send_signal(number)
        _, err = running.communicate(timeout=60)

    assert running.returncode == code
    assert err.decode().splitlines()[-1] == said
    assert "Traceback" not in err.decode()
    assert document()["finished"] is False
