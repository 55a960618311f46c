"""The numbers were wrong, partial or absent, and other gates counted on."""

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.model import StructureShape

from gate.model import ScanState, Severity
from gate.policy.verdict import Outcome
from tests.aws_double.answers import (
    ScanAnswer,
    bare,
    basic,
    counts_only,
    empty,
    enhanced,
    in_progress,
    scan_not_found,
)
from tests.aws_double.faults import altered, body
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import operation
from tests.fail_closed.harness import CRITICAL_ONLY, SCAN, WEEK_AGO, Gate

BAD = enhanced_finding("CVE-2026-9999", "CRITICAL")
LOW = tuple(enhanced_finding(f"CVE-2026-{n}", "LOW") for n in range(10_000, 10_249))
ROOT = Path(__file__).parents[2]


def members(name: str) -> set[str]:
    """Return the members of a structure in botocore's model of ECR."""
    model = operation(SCAN)
    shape = model.service_model.shape_for(name) if model else None
    assert isinstance(shape, StructureShape)
    return set(shape.members)


def test_the_counts_covered_the_first_page_only(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/ecperth/check-aws-inspector, src/ecr.ts: the counts of an enhanced answer cover one page."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([*LOW, BAD], counts="page"))])
    ran = gate.check(policy=CRITICAL_ONLY)
    assert (ran.code, ran.found(Severity.LOW), ran.found(Severity.CRITICAL)) == (1, 249, 1)
    assert ran.image.declared_counts == {"LOW": 100}


def test_a_page_held_a_hundred_whatever_was_asked(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/boto/boto3/issues/3449: `maxResults=1000` is not honoured for enhanced findings."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([*LOW, BAD]))])
    ran = gate.check()
    asked = [(call.input.get("maxResults"), "nextToken" in call.input) for call in double.called(SCAN)]
    assert asked == [(1000, False), (1000, True), (1000, True)]
    assert (ran.code, len(ran.image.findings)) == (1, 250)


@pytest.mark.parametrize("token", ["nextToken", "NextToken"])
def test_the_saved_list_was_cut_by_max_items(token: str, gate: Gate) -> None:
    """https://github.com/aws/aws-cli/issues/8661: `--max-items` leaves a `NextToken`, `--no-paginate` a `nextToken`."""
    whole = enhanced(LOW[:3], counts="absent")
    assert gate.check(gate.saved(whole), policy=CRITICAL_ONLY).code == 0
    ran = gate.check(gate.saved(whole, **{token: "eyJuZXh0VG9rZW4iOiBudWxsfQ=="}), policy=CRITICAL_ONLY)
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)
    assert token in ran.reason


@pytest.mark.parametrize(
    ("answer", "captured", "words"),
    [
        (empty("ACTIVE", completed=0, counts={"HIGH": 3}), True, "high 3 declared and 0 listed"),
        (empty("ACTIVE", completed=0), False, "nobody says when it was fetched"),
        (empty("ACTIVE"), True, "settled"),
    ],
)
def test_an_old_sdk_dropped_the_enhanced_list(answer: ScanAnswer, captured: bool, words: str, gate: Gate) -> None:
    """https://github.com/aws/aws-cli/issues/6759: ACTIVE with `findings: []`, saved by an SDK that knows no other."""
    stated = ("--captured-at", "2026-03-02T11:00:00Z") if captured else ()
    ran = gate.check(gate.saved(answer), *stated)
    assert ran.code == 3
    assert words in ran.reason


def test_an_old_sdk_is_never_installed() -> None:
    """https://github.com/aws/aws-cli/issues/6759: the least boto3 knows every member that is judged."""
    needed = re.search(r'"boto3>=(\d+)\.(\d+)', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert needed is not None
    assert tuple(map(int, needed.groups())) >= (1, 44)
    finding = members("EnhancedImageScanFinding")
    assert {"score", "status", "fixAvailable", "exploitAvailable", "packageVulnerabilityDetails"} <= finding
    assert "fixedInVersion" in members("VulnerablePackage")


@pytest.mark.parametrize("answer", [enhanced([], counts="absent"), basic([], counts="absent")])
def test_a_clean_answer_had_no_counts(answer: ScanAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/prowler-cloud/prowler/pull/4746: `findingSeverityCounts` is absent when nothing was found."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    assert gate.check().code == 0
    double.image("team/app", tag="v2", steps=[(WEEK_AGO, enhanced([BAD], counts="absent"))])
    assert gate.check("team/app:v2").code == 1


def test_basic_scanning_never_says_whether_a_fix_exists(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/theam/facility/pull/116: a fix nobody knows of was read as no fix."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, basic([basic_finding(severity="HIGH")]))])
    ran = gate.check(policy="version: 1\nmax: {high: {fixable: 0}}\n")
    assert ran.code == 1
    assert "fix unknown" in ran.reason
    assert gate.check(policy="version: 1\nmax: {high: {fixable: 0, unknown: 1}}\n").code == 0


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (enhanced(LOW[:3], counts={"LOW": 2}), 0, "low 2 declared and 3 listed"),
        (enhanced(LOW[:3], counts={"LOW": 4}), 3, "low 4 declared and 3 listed"),
        (enhanced(LOW[:3], counts={"LOW": 3, "CRITICAL": 1}), 3, "critical 1 declared and 0 listed"),
        (enhanced(LOW[:3], counts={"MEDIUM": 3}), 3, "medium 3 declared and 0 listed"),
        (counts_only({"CRITICAL": 1}), 3, "critical 1 declared and 0 listed"),
        (enhanced([*LOW, BAD], counts="total", lost="page"), 3, "declared"),
        (enhanced([*LOW, BAD], counts="total", lost="token"), 3, "declared"),
    ],
)
def test_listed_and_declared_differed(answer: ScanAnswer, code: int, words: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/theam/facility: its gate wants both equal; findings that are missing are no verdict here."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    ran = gate.check(policy=CRITICAL_ONLY)
    assert ran.code == code
    assert words in f"{ran.reason} {' '.join(warning.text for warning in ran.document.warnings)}"


@pytest.mark.parametrize(("answer", "code"), [(in_progress(), 4), (enhanced([BAD]), 1)])
def test_describe_images_summed_the_scan_up(answer: ScanAnswer, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/1662: the summary knows nothing of enhanced scanning."""

    def clean(described: Any) -> object:
        [detail] = described["imageDetails"]
        summary = {"imageScanCompletedAt": 1.0, "findingSeverityCounts": {}}
        return {
            "imageDetails": [detail | {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindingsSummary": summary}]
        }

    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    double.fail("DescribeImages", altered(clean), times=None)
    assert gate.check("--wait", "30s").code == code


@pytest.mark.parametrize(("registry", "code"), [("BASIC", 3), ("ENHANCED", 4), (None, 4)])
@pytest.mark.parametrize("word", ["COMPLETE", "ACTIVE"])
def test_the_findings_were_dropped_and_the_image_looked_clean(
    word: str, registry: str | None, code: int, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/kubescape/kubescape/issues/2962: ready, and neither list nor counts, is not proven clean."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, bare(word))])
    double.registry_scanning(registry)
    assert gate.check("--wait", "2m").code == code
    ran = gate.check(gate.saved(bare(word)), "--captured-at", "2026-03-02T11:00:00Z")
    assert ran.code == 3


@pytest.mark.parametrize(
    "later",
    [b"{}", b'{"imageScanFindings": {}}', b'{"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": null}'],
)
@pytest.mark.parametrize("counts", ["page", "absent"])
def test_a_later_page_was_empty_of_everything(later: bytes, counts: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/kubescape/kubescape/issues/2962: a page that lists nothing at all is a page that was lost."""
    answer = enhanced([*LOW[:100], BAD], counts="page" if counts == "page" else "absent")
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    double.fail(SCAN, body(later), first=2)
    ran = gate.check(policy=CRITICAL_ONLY)
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)


@pytest.mark.parametrize(("answer", "code"), [(in_progress(), 4), (scan_not_found(), 4)])
def test_an_incomplete_scan_was_an_empty_list(answer: ScanAnswer, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/cartography-cncf/cartography/pull/3183: no scan yet is not the same as no findings."""
    double.image("team/app", tag="v1", steps=[(0, answer)])
    ran = gate.check("--wait", "30s")
    assert (ran.code, ran.document.verdict, ran.image.counts) == (code, Outcome.NO_VERDICT, None)
    assert ran.image.scan is not None
    assert ran.image.scan.state is ScanState.PENDING


def test_stale_basic_findings_stood_in_for_enhanced_ones(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/jupyter-infra/jupyter-deploy/issues/271: Inspector said nothing, old basic results did."""
    old = basic_finding(severity="LOW")
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([BAD], with_basic=[old]))])
    ran = gate.check(policy=CRITICAL_ONLY)
    assert ran.code == 3
    assert "never to be mixed" in ran.reason
    double.image("team/app", tag="v2", steps=[(WEEK_AGO, enhanced([], with_basic=[old]))])
    ran = gate.check("team/app:v2", policy=CRITICAL_ONLY + "scan: {kind: enhanced}\n")
    assert ran.code == 3
    assert "demands enhanced" in ran.reason


def test_the_repositorys_own_scan_flag_was_believed(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/turbot/steampipe-mod-aws-compliance/issues/762: the registry decides, not `scanOnPush`."""
    double.image("team/app", tag="v1", pushed_at=WEEK_AGO, steps=[(60, enhanced([BAD]))])
    double.registry_scanning("ENHANCED", [("CONTINUOUS_SCAN", "team/*")])
    assert gate.check().code == 1
    assert "BatchGetRepositoryScanningConfiguration" in double.operations
    assert "DescribeRepositories" not in double.operations
