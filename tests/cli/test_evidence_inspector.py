"""What the policy wants to know of Inspector is asked for, and of images in ECR alone."""

from typing import Any

import pytest

from gate.cli.evidence import Access, collect
from gate.model import Kev, Scan
from gate.target import parse_target
from tests.aws_double.answers import enhanced
from tests.aws_double.builds import BUILD, build_finding, built
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.builders import NOW

WEEK_AGO = -7 * 86_400.0
FOUND = enhanced_finding()
ACCESS: dict[str, Any] = {"region": None, "profile": None, "registry_id": None, "wait": 0.0, "settle": 300.0}


def every_finding(scan: Scan) -> tuple[str, ...]:
    """Call every finding undecided."""
    return tuple(str(finding.arn) for finding in scan.findings)


def known(target: str, monkeypatch: pytest.MonkeyPatch, **wanted: Any) -> tuple[Scan, set[str]]:
    """Return what is known of a target where the policy wants this of Inspector, and what AWS was asked."""
    clock = VirtualClock(NOW)
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([FOUND]))])
        double.build(built(build_finding()))
        double.inspector.details(FOUND, kev=(NOW, NOW), epss=0.5)
        [found] = collect((parse_target(target),), Access(**ACCESS, **wanted), clock, lambda *_: None, None)
        assert isinstance(found, Scan)
        return found, set(double.operations)


def test_nothing_is_asked_of_inspector_that_nobody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    scan, asked = known("team/app:v1", monkeypatch)
    assert [(finding.kev, finding.epss) for finding in scan.findings] == [(None, None)]
    assert asked == {"DescribeImages", "DescribeImageScanFindings"}


def test_where_a_rule_needs_epss_inspectors_listing_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    _, asked = known("team/app:v1", monkeypatch, epss=True)
    assert {"ListFindings", "ListFindingAggregations"} <= asked
    assert "BatchGetFindingDetails" not in asked


def test_the_details_of_what_is_undecided_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scan, asked = known("team/app:v1", monkeypatch, undecided=every_finding)
    kev = Kev(listed=True, added=NOW.date(), due=NOW.date(), source="inspector")
    assert [(finding.kev, finding.epss) for finding in scan.findings] == [(kev, 0.5)]
    assert asked == {"DescribeImages", "DescribeImageScanFindings", "BatchGetFindingDetails"}


def test_inspector_is_never_asked_about_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    scan, asked = known(BUILD, monkeypatch, epss=True, undecided=every_finding)
    assert len(scan.findings) == 1
    assert asked == {"GetImage", "ListImageScanFindings", "ListImageScanFindingAggregations"}
