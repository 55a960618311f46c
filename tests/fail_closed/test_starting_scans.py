"""Scans that are started by hand: what a registry says that starts none, and how old the scan is that stands in."""

from gate.model import ScanState
from tests.aws_double.answers import basic, enhanced, scan_not_found, status
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.fail_closed.harness import WEEK_AGO, Gate

OLD_AND_CLEAN = (WEEK_AGO, basic([basic_finding(severity="LOW")]))
BAD = basic([basic_finding(severity="CRITICAL")])
CRITICAL_ONLY = "version: 1\nmax: {critical: 0}\n"


def test_a_scan_was_started_in_an_enhanced_registry(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/44: "This feature is disabled" was the end of the run."""
    bad = enhanced([enhanced_finding(severity="CRITICAL")])
    double.image("team/app", tag="v1", steps=[(0, scan_not_found()), (60, bad)])
    double.registry_scanning("ENHANCED")
    double.repository_scanning("team/app", "MANUAL")
    ran = gate.check("--start-scan")
    assert ran.code == 3
    assert "enhanced scanning" in ran.reason
    assert "no scan was started" in ran.err
    double.repository_scanning("team/app", "SCAN_ON_PUSH")
    assert gate.check("--start-scan").code == 1


def test_one_scan_a_day_looked_like_throttling(double: AwsDouble, gate: Gate, no_sdk_sleep: list[float]) -> None:
    """https://github.com/aws/containers-roadmap/issues/1226: the SDK asked again; the scan there was went unread."""
    double.image("team/app", tag="v1", steps=[(-3_600.0, BAD)])
    double.registry_scanning("BASIC", ())
    ran = gate.check("--start-scan", policy=CRITICAL_ONLY)
    assert ran.code == 1
    assert (len(double.called("StartImageScan")), no_sdk_sleep) == (1, [])
    assert "at most once in 24 hours" in ran.err
    assert ran.image.scan is not None
    assert ran.image.scan.completed_at is not None


def test_the_old_scan_stood_in_for_the_one_that_was_started(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/1226: a scan is started, and last week's is still to be seen."""
    double.image("team/app", tag="v1", steps=[OLD_AND_CLEAN], on_start=BAD)
    double.registry_scanning("BASIC", ())
    assert gate.check(policy=CRITICAL_ONLY).code == 0
    assert gate.check("--start-scan", policy=CRITICAL_ONLY).code == 1


def test_nobody_can_start_an_enhanced_scan(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/1605: when AWS has stopped scanning, only a push helps."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, status("SCAN_ELIGIBILITY_EXPIRED"))])
    double.registry_scanning("ENHANCED")
    ran = gate.check("--start-scan")
    assert ran.code == 3
    assert ran.image.scan is not None
    assert ran.image.scan.state is ScanState.EXPIRED
    assert "Push the image again" in ran.reason
