"""Builds of Image Builder that nobody scanned, whose findings nobody lists, or whose age nobody knows."""

import pytest

from gate.model import ScanState
from gate.policy.verdict import Outcome
from gate.sources.build_listing import THROTTLED
from tests.aws_double.builds import BUILD, PIPELINE, BuildAnswer, build_finding, building, built, scanning
from tests.aws_double.faults import access_denied, aws_error
from tests.aws_double.server import AwsDouble
from tests.fail_closed.harness import ZERO, Gate

LIST = "ListImageScanFindings"


@pytest.mark.parametrize(
    "answer", [built(scanning=False, scan=None), built(scanning=None, scan=None), built(scanning=False)]
)
def test_image_scanning_was_left_off(answer: BuildAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/33213: no scan and no findings look the same."""
    double.build(answer)
    ran = gate.check(BUILD)
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)
    assert ran.image.scan is not None
    assert ran.image.scan.state is ScanState.MISSING
    assert "image scanning was not enabled" in ran.reason
    assert "imageScanningConfiguration" in ran.reason
    assert LIST not in double.operations


def test_an_on_demand_scan_is_listed_elsewhere(double: AwsDouble, gate: Gate) -> None:
    """https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-inspector.html: EC2 lists it."""
    double.build(built(types=("ON_DEMAND_AMI_CVE",)))
    ran = gate.check(BUILD)
    assert ran.code == 3
    assert "TEST_INSTANCE_CVE" in ran.reason


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (building(), 4),
        (scanning("COLLECTING"), 4),
        (scanning("ABANDONED"), 3),
        (scanning("TIMED_OUT", reason="Collecting took too long."), 3),
        (building("FAILED"), 3),
    ],
)
def test_the_list_was_empty_since_nothing_was_collected(
    answer: BuildAnswer, code: int, double: AwsDouble, gate: Gate
) -> None:
    """https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ListImageScanFindings.html: it has no status."""
    double.build(answer)
    ran = gate.check(BUILD)
    assert (ran.code, ran.document.verdict) == (code, Outcome.NO_VERDICT)
    assert LIST not in double.operations
    assert gate.clock.monotonic() == (600 if code == 4 else 0)


def test_nobody_knows_when_a_build_was_scanned(double: AwsDouble, gate: Gate) -> None:
    """https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageScanState.html: no time is told."""
    double.build(built())
    assert gate.check(BUILD).code == 0
    ran = gate.check(BUILD, policy=f"{ZERO}scan: {{max_age: 7d}}\n")
    assert ran.code == 3
    assert "AWS does not say when the scan is from" in ran.reason


def test_image_builder_throttled_the_pipeline(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/boto/botocore/blob/develop/botocore/retries/standard.py: not retried."""
    double.build(built(build_finding("CVE-2026-1", "CRITICAL")))
    double.fail(LIST, aws_error(THROTTLED, "Slow down.", 429), times=3)
    assert gate.check(BUILD).code == 1
    double.fail(LIST, aws_error(THROTTLED, "Slow down.", 429), times=None)
    ran = gate.check(BUILD)
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)


def test_an_older_build_of_the_pipeline_was_clean(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/rhythmictech/terraform-aws-imagebuilder-pipeline/issues/20: only the newest counts."""
    newest = BUILD.replace("/4", "/5")
    double.build(built(), created_at=-7_200.0)
    double.build(built(build_finding("CVE-2026-1", "CRITICAL")), arn=newest, created_at=-3_600.0)
    ran = gate.check(PIPELINE, "-v")
    assert (ran.code, ran.image.arn, ran.image.pipeline) == (1, newest, PIPELINE)
    assert newest in ran.out
    assert PIPELINE in ran.out
    assert "eu-central-1:ami-0123456789abcdef0" in ran.out
    assert f"arn {newest}" in ran.err
    assert "settled: Image Builder has collected the findings" in ran.err


def test_the_counts_could_not_be_compared(double: AwsDouble, gate: Gate) -> None:
    """https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ListImageScanFindingAggregations.html."""
    double.build(built())
    double.fail("ListImageScanFindingAggregations", access_denied("imagebuilder:ListImageScanFindingAggregations"))
    ran = gate.check(BUILD, "--warn-exit")
    assert (ran.code, ran.document.verdict) == (10, Outcome.WARN)
    assert "imagebuilder:ListImageScanFindingAggregations" in ran.out
