"""The GitLab component, run: the job that reports succeeds, and the one that decides says the verdict."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import junitparser
import pytest
import yaml

from tests.aws_double.server import AwsDouble
from tests.ci.gitlab import DIGESTS, POLICY, TEMPLATE, Pipeline, account, check, needs_gitlab
from tests.ci.runner import ROOT
from tests.ci.test_linters import BIN, passes

pytestmark = needs_gitlab
PAGE = (ROOT / "docs" / "ci" / "gitlab.md").read_text(encoding="utf-8")
REPORT, VERDICT = "scan-gate:report", "scan-gate:verdict"
HOSTILE = 'team/app:v1\'; touch pwned; "$(touch pwned)`touch pwned`" ${IFS}&& touch pwned #'

Run = Callable[..., Pipeline]


@pytest.fixture
def double() -> Iterator[AwsDouble]:
    with account() as made:
        yield made


@pytest.fixture
def run(double: AwsDouble, tmp_path: Path) -> Run:
    return partial(check, double, tmp_path)


def test_a_pass(run: Run) -> None:
    done = run("clean")

    assert done.codes == {REPORT: 0, VERDICT: 0}, done.log
    assert "PASS" in done.log
    assert json.loads(done.report("gl-container-scanning-report.json").read_text())["scan"]["status"] == "success"
    assert json.loads(done.report("gl-code-quality-report.json").read_text()) == []
    assert json.loads(done.report("scan.sarif").read_text())["runs"]
    assert "GATE_VERDICT=pass" in done.report("scan-gate.env").read_text()
    assert done.report("metrics.txt").read_text().endswith("# EOF\n")
    assert json.loads(done.report("annotations.json").read_text())
    assert "<!doctype html>" in done.report("report.html").read_text()


def test_a_violated_policy_fails_the_second_job_and_keeps_the_reports_of_the_first(run: Run) -> None:
    done = run("bad")

    assert done.codes == {REPORT: 0, VERDICT: 1}, done.log
    assert "max.critical" in done.log
    [vulnerability] = json.loads(done.report("gl-container-scanning-report.json").read_text())["vulnerabilities"]
    assert vulnerability["severity"] == "Critical"
    [quality] = json.loads(done.report("gl-code-quality-report.json").read_text())
    assert quality["severity"] == "blocker"
    [suite] = junitparser.JUnitXml.fromfile(str(done.report("junit.xml")))
    assert suite.failures == 1


def test_without_a_verdict_nothing_is_said_to_be_mended(run: Run) -> None:
    done = run("broken")

    assert done.codes == {REPORT: 0, VERDICT: 3}, done.log
    assert not done.report("gl-container-scanning-report.json").exists()
    assert not done.report("gl-code-quality-report.json").exists()
    [suite] = junitparser.JUnitXml.fromfile(str(done.report("junit.xml")))
    assert suite.errors == 1
    assert "GATE_VERDICT=no_verdict" in done.report("scan-gate.env").read_text()


@pytest.mark.parametrize(("warnings", "code"), [("yellow", 10), ("green", 0)])
def test_warnings_show_as_what_was_asked_for(warnings: str, code: int, run: Run) -> None:
    done = run("bad", {"warnings": warnings}, f"{POLICY}mode: warn\n")

    assert done.codes == {REPORT: 0, VERDICT: code}, done.log
    assert (f" WARN  {VERDICT}" in done.log) is (code == 10)


def test_the_digest_that_was_asked_for_is_a_pass(run: Run) -> None:
    done = run("clean", {"digest": DIGESTS["clean"]})

    assert done.codes == {REPORT: 0, VERDICT: 0}, done.log


def test_another_digest_is_no_verdict(run: Run) -> None:
    done = run("clean", {"digest": "sha256:" + "ab" * 32})

    assert done.codes == {REPORT: 0, VERDICT: 3}, done.log


def test_a_wrong_policy_fails_the_first_job(run: Run) -> None:
    done = run("clean", policy="version: 1\nmax: {critcal: 0}\n")

    assert done.codes == {REPORT: 2}, done.log
    assert "did you mean 'critical'?" in done.log


def test_the_jobs_token_becomes_the_role(run: Run, double: AwsDouble) -> None:
    done = run("clean", {"role-arn": "arn:aws:iam::123456789012:role/ci"}, SCAN_GATE_ID_TOKEN="a.b.c")

    assert done.codes == {REPORT: 0, VERDICT: 0}, done.log
    [call] = double.called("AssumeRoleWithWebIdentity")
    assert call.input["WebIdentityToken"] == "a.b.c"
    assert str(call.input["RoleSessionName"]).startswith("scan-gate-")


def test_what_stands_in_a_variable_is_text(run: Run, tmp_path: Path) -> None:
    done = run("", IMAGE=HOSTILE)

    assert done.codes == {REPORT: 2}, done.log
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(("tag", "code"), [("clean", 0), ("bad", 1), ("broken", 3)])
def test_the_same_by_hand_as_the_docs_have_it(tag: str, code: int, run: Run) -> None:
    config = PAGE.partition("## Without the component\n\n```yaml\n")[2].partition("```")[0]
    done = run(tag, config=config, DIGEST=DIGESTS[tag])

    assert done.codes == {REPORT: 0, VERDICT: code}, done.log
    assert (done.folder / "junit.xml").is_file()
    assert (done.folder / "gl.json").is_file() is (code != 3)


def test_readme_has_the_same_by_hand() -> None:
    block = PAGE.partition("## Without the component\n\n")[2].partition("\n\n")[0]
    assert block in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_input_is_in_the_docs() -> None:
    spec, _ = yaml.safe_load_all(TEMPLATE.read_text(encoding="utf-8"))
    table = PAGE.partition("| input | is |\n|---|---|\n")[2].partition("\n\n")[0]
    told = [name for row in table.splitlines() for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])]
    assert sorted(told) == sorted(spec["spec"]["inputs"])


@pytest.mark.parametrize("report", ["container_scanning", "sarif"])
def test_the_security_report_is_the_one_that_was_asked_for(report: str) -> None:
    _, jobs = yaml.safe_load_all(TEMPLATE.read_text(encoding="utf-8"))
    hidden = jobs[f".$[[ inputs.job-prefix ]]:{report}"]["artifacts"]["reports"]
    assert list(hidden) == [report]
    assert set(jobs["$[[ inputs.job-prefix ]]:report"]["artifacts"]["reports"]) == {
        "junit",
        "codequality",
        "metrics",
        "annotations",
        "dotenv",
    }


def test_the_template_is_a_pipeline_by_its_schema(tmp_path: Path) -> None:
    _, jobs = TEMPLATE.read_text(encoding="utf-8").split("\n---\n")
    filled = tmp_path / ".gitlab-ci.yml"
    text = jobs.replace("$[[ inputs.job-prefix ]]", "scan-gate")
    text = text.replace("$[[ inputs.security-report ]]", "container_scanning")
    filled.write_text(text, encoding="utf-8")

    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", filled)
