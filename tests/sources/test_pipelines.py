"""A pipeline of Image Builder's is its newest image, whatever became of it."""

from typing import Any

import pytest

from gate.model import ScanState
from gate.sources.imagebuilder import (
    NO_IMAGE,
)
from tests.aws_double.builds import BUILD, PIPELINE, build_finding, building, built, scanning
from tests.aws_double.faults import Fault, access_denied, altered, html
from tests.sources.builder_calls import IMAGES, OTHER, scan_of, throttled
from tests.sources.live import Live

COMPLETE = ScanState.COMPLETE


def test_the_newest_image_of_a_pipeline_is_judged(live: Live) -> None:
    for build, created in ((7, -7_000.0), (9, -100.0), (8, -5_000.0)):
        live.double.build(built(), arn=BUILD.replace("/4", f"/{build}"), created_at=created)
    live.double.build(built(), arn=OTHER, pipeline=PIPELINE + "-2", created_at=-1.0)
    scan = scan_of(live, PIPELINE)
    assert scan.state is COMPLETE
    assert scan.image.arn == BUILD.replace("/4", "/9")
    assert (scan.image.pipeline, scan.image.target) == (PIPELINE, PIPELINE)
    assert scan.warnings == ()


def test_a_pipeline_with_more_images_than_a_page_holds(live: Live) -> None:
    for build in range(1, 131):
        live.double.build(built(), arn=BUILD.replace("/4", f"/{build}"), created_at=-10_000.0 + build)
    assert scan_of(live, PIPELINE).image.arn == BUILD.replace("/4", "/130")


def test_the_newest_image_counts_even_if_its_build_failed(live: Live) -> None:
    live.double.build(built(), arn=BUILD, created_at=-7_000.0)
    live.double.build(building("FAILED", reason="A test failed."), arn=OTHER, created_at=-5_000.0)
    scan = scan_of(live, PIPELINE)
    assert scan.state is ScanState.FAILED
    assert scan.image.arn == OTHER


def test_a_pipeline_without_images_is_no_evidence(live: Live) -> None:
    scan = scan_of(live, PIPELINE)
    assert (scan.state, scan.reason) == (ScanState.INCOMPLETE, NO_IMAGE)
    assert (scan.image.pipeline, scan.image.arn) == (PIPELINE, None)


@pytest.mark.parametrize(
    "listed",
    [
        {"arn": OTHER},
        {"dateCreated": "2026-03-02T12:00:00Z"},
        {"arn": "", "dateCreated": "2026-03-02T12:00:00Z"},
        {"arn": BUILD.rpartition("/")[0], "dateCreated": "2026-03-02T12:00:00Z"},
        {"arn": "\x1b[31m::error::", "dateCreated": "2026-03-02T12:00:00Z"},
    ],
)
def test_an_image_that_may_be_the_newest_is_not_passed_over(listed: dict[str, Any], live: Live) -> None:
    live.double.build(built())
    live.double.fail(IMAGES, altered(lambda body: {"imageSummaryList": [*body["imageSummaryList"], listed]}))  # type: ignore[misc]
    scan = scan_of(live, PIPELINE)
    assert scan.state is ScanState.INCOMPLETE
    assert "an image without the ARN of a build, or without date" in scan.reason


def test_a_newer_image_made_meanwhile_is_told(live: Live) -> None:
    live.double.build((-10, scanning("SCANNING")), (60, built()))
    live.double.build(building(), arn=OTHER, created_at=30.0, appears_at=30.0)
    scan = scan_of(live, PIPELINE)
    assert (scan.state, scan.image.arn) == (COMPLETE, BUILD)
    assert scan.warnings == (f"the pipeline made a newer image meanwhile, {OTHER}",)


@pytest.mark.parametrize("fault", [access_denied(), throttled(), altered(lambda _: {}), html()])
def test_a_pipeline_that_cannot_be_looked_at_again_leaves_the_findings(fault: Fault, live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(IMAGES, fault, first=2, times=None)
    scan = scan_of(live, PIPELINE, wait=30.0)
    assert scan.state is COMPLETE
    assert len(scan.findings) == 1
    assert scan.warnings[0].startswith("whether the pipeline made a newer image meanwhile is not known: ")
