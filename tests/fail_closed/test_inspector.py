"""What Inspector's own answers did to other gates: pages, closed findings, and coverage that was not there."""

from typing import Any

import pytest

from gate.model import Severity
from gate.policy.verdict import Disposition, Outcome
from tests.aws_double.answers import empty, enhanced, failed, no_status, scan_not_found
from tests.aws_double.findings import enhanced_finding, enhanced_findings
from tests.aws_double.server import AwsDouble
from tests.fail_closed.harness import CRITICAL_ONLY, SCAN, WEEK_AGO, Gate

INSPECTOR = ("--source", "inspector")


def test_a_page_of_more_than_a_hundred_was_refused(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/boto/boto3/issues/4179: ListFindings takes 100 at most, and the documentation was silent."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(enhanced_findings(3)))])
    assert gate.check(*INSPECTOR).code == 1
    assert [call.input["maxResults"] for call in double.called("ListFindings")] == [100]


def test_seven_of_a_hundred_findings_were_counted(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws-samples/aws-golden-ami-pipeline-sample/issues/12: nobody asked for the second page."""
    image = double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([]))])
    bad = enhanced_finding("CVE-2026-1", "CRITICAL")
    double.inspector.lists(image, [*(enhanced_finding(f"CVE-2026-{n}", "LOW") for n in range(2, 202)), bad])
    ran = gate.check(*INSPECTOR, policy=CRITICAL_ONLY)
    assert (ran.code, ran.found(Severity.LOW), ran.found(Severity.CRITICAL)) == (1, 200, 1)
    assert len(double.called("ListFindings")) == 3


def test_fewer_findings_were_listed_than_counted(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws-samples/aws-golden-ami-pipeline-sample/issues/13: the rest of the list went missing."""
    image = double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([]))])
    double.inspector.counts(image, {"all": 93})
    ran = gate.check(*INSPECTOR)
    assert (ran.code, "all 93 counted and 0 listed" in ran.reason) == (3, True)


@pytest.mark.parametrize("row", [False, True])
def test_coverage_without_a_row_was_taken_for_covered(row: bool, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/mondoohq/cnspec/issues/3701: there are no rows where there is nothing, which is not fine."""
    image = double.image("team/app", tag="v1", pushed_at=-60.0, steps=[(0, empty())])
    double.registry_scanning("ENHANCED")
    if row:
        double.inspector.covers(image, scanned=-40.0)
    ran = gate.check("--wait", "2m")
    assert ran.code == (0 if row else 4)
    assert ran.document.verdict is (Outcome.PASS if row else Outcome.NO_VERDICT)


def test_closed_findings_were_shown_as_open(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/prowler-cloud/prowler/issues/2394: CLOSED ones came with the rest, and run to millions."""
    closed = enhanced_finding("CVE-2026-10004", "CRITICAL", status="CLOSED")
    image = double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([closed]))])
    double.inspector.lists(image, [enhanced_finding(f"CVE-2026-{n}", status="CLOSED") for n in range(100)])
    ran = gate.check(*INSPECTOR)
    assert (ran.code, [one.disposition for one in ran.image.findings]) == (0, [Disposition.CLOSED])
    [call] = double.called("ListFindings")
    criteria: Any = call.input["filterCriteria"]
    assert {one["value"] for one in criteria["findingStatus"]} == {"ACTIVE", "SUPPRESSED"}
    assert criteria["resourceId"][0]["value"].endswith(f"repository/team/app/{image.digest}")


def test_status_and_findings_were_null(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2656: an arm64 image had no status, which is not ready."""
    image = double.image("team/app", tag="v1", steps=[(WEEK_AGO, no_status())])
    double.registry_scanning("ENHANCED")
    double.inspector.covers(image, "PENDING_INITIAL_SCAN")
    ran = gate.check("--wait", "30s")
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)
    assert "has no status yet; Inspector says PENDING_INITIAL_SCAN: the image waits for its first scan" in ran.reason
    assert {call.operation for call in double.calls} >= {SCAN, "ListCoverage"}


@pytest.mark.parametrize("answer", [scan_not_found(), failed("The scan failed.")])
def test_the_image_was_too_large_and_nobody_said_so(answer: Any, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws-actions/vulnerability-scan-github-action-for-amazon-inspector/issues/80: too large."""
    image = double.image("team/app", tag="v1", pushed_at=WEEK_AGO, steps=[(WEEK_AGO, answer)])
    double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    double.inspector.covers(image, "IMAGE_SIZE_EXCEEDED")
    ran = gate.check()
    assert ran.code == 3
    assert "Inspector says IMAGE_SIZE_EXCEEDED: the image is larger than it scans" in ran.reason
