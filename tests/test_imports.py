"""Import discipline: a command imports what it uses and no more, since what is imported is most of what it takes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.aws_double.answers import enhanced
from tests.aws_double.clock import SystemClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.command import REPLAY, environment, saved

DAY = 86_400.0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path / "good.json", enhanced_finding(severity="LOW"))


def imported(*commands: list[str], **settings: str) -> set[str]:
    """Return which modules are there once these commands have run, one after the other, in one process."""
    script = (
        "import json, sys\nfrom gate.cli.exits import run\n"
        "codes = [run(words) for words in json.loads(sys.argv[1])]\nprint('IMPORTED', *codes, *sys.modules)"
    )
    run = [sys.executable, "-c", script, json.dumps(commands)]
    done = subprocess.run(run, env=environment(**settings), capture_output=True, check=False, timeout=60, text=True)
    return set(done.stdout.rpartition("IMPORTED ")[2].split())


def test_help_imports_next_to_nothing() -> None:
    modules = imported(["--help"])

    assert {"0", "gate.cli.root"} <= modules
    assert modules & {"boto3", "botocore", "rich", "jinja2", "yaml", "junit_xml", "msgspec", "gate.cli.check"} == set()


def test_without_aws_and_without_colour_neither_is_imported() -> None:
    Path("gate.yaml").write_text("version: 1\nmax: {critical: 0}\n", encoding="utf-8")
    outputs = [word for name in ("json", "junit", "sarif", "console") for word in ("-o", f"{name}=report.{name}")]

    modules = imported(
        ["check", "--help"],
        ["policy", "lint", "gate.yaml"],
        ["policy", "schema"],
        ["schema", "verdict"],
        ["check", "good.json", *REPLAY, *outputs],
        ["verdict", "report.json", "--max-age", "5200w"],
        ["explain", "CVE-2026-10001", "report.json"],
        ["policy", "show", "--max", "critical=0", "--platform", "linux/amd64"],
        ["policy", "diff", "gate.yaml", "gate.yaml", "good.json", *REPLAY],
        ["policy", "init", "mine.yaml", "--evidence", "good.json", "--captured-at", REPLAY[1]],
        ["policy", "test", "mine.yaml", "-o", "junit=tests.xml"],
    )

    assert {"0", "yaml", "junit_xml"} <= modules
    assert modules & {"1", "2", "3", "70"} == set()
    assert modules & {"boto3", "botocore", "rich", "jinja2"} == set()


def test_a_check_in_aws_imports_botocore_and_the_reports_that_it_writes() -> None:
    with AwsDouble(SystemClock()) as double:
        found = enhanced([enhanced_finding(severity="LOW")])
        double.image("team/app", tag="v1", pushed_at=-8 * DAY, steps=[(-7 * DAY, found)])
        words = ["check", "team/app:v1", "--max", "critical=0", "-q", "-o", "sarif=scan.sarif"]

        modules = imported(words, AWS_ENDPOINT_URL=double.url)

    assert {"0", "botocore", "gate.reports.sarif"} <= modules
    assert modules & {"boto3", "rich", "jinja2", "junit_xml"} == set()
    assert {name for name in modules if name.startswith("gate.reports.")} & {
        "gate.reports.console",
        "gate.reports.github",
        "gate.reports.gitlab",
        "gate.reports.html",
        "gate.reports.junit",
        "gate.reports.markdown",
        "gate.reports.openvex",
    } == set()
    assert modules & {"gate.sources.imagebuilder", "gate.sources.saved", "gate.cli.policy_lint"} == set()
