"""The names by which `-o NAME=PATH` knows the reports."""

import subprocess
import sys
from pathlib import Path

import pytest

from gate.reports import REPORTS, UNWRITTEN
from tests.reports.samples import SAMPLES, many

ROOT = Path(__file__).parents[2]


def test_the_reports_of_this_version() -> None:
    assert list(REPORTS) == [
        *("console", "json", "junit", "sarif", "sarif+suppressed", "markdown", "markdown+comment", "html", "dotenv"),
        *("annotations", "metrics", "gitlab", "codequality", "openvex", "intoto"),
    ]


def test_a_report_that_may_have_nothing_to_write_says_why() -> None:
    silent = {
        name for name, render in REPORTS.items() for verdict in (*SAMPLES.values(), many(2)) if not render(verdict)
    }
    assert silent == set(UNWRITTEN)


@pytest.mark.parametrize("name", REPORTS)
def test_same_verdict_same_bytes_in_another_process_with_other_hashes(name: str) -> None:
    code = (
        "import sys; from gate.reports import REPORTS; from tests.reports.samples import SAMPLES; "
        f"sys.stdout.buffer.write(''.join(map(REPORTS[{name!r}], SAMPLES.values())).encode('utf-8', 'surrogatepass'))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]
    assert len(runs[0].stdout) > 1_000
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_encoded_whatever_aws_says(name: str) -> None:
    assert REPORTS[name](SAMPLES["hostile"]).encode()
    assert REPORTS[name](many(500)).encode() or name == "openvex"


def test_what_draws_a_report_is_imported_only_when_it_is_used() -> None:
    drawers = {"rich", "junit_xml", "jinja2", "click", "boto3", "yaml"}
    code = f"import sys, gate.reports; print(*(set({sorted(drawers)}) & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, text=True)
    assert run.stdout.strip() == ""
