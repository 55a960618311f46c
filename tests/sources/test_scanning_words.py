"""What is said of a scan that is not ready, word for word, and the moments at which waiting ends."""

from typing import Any

import pytest

from gate.model import ScanState
from gate.sources.states import PENDING_HINT
from tests.aws_double import faults
from tests.aws_double.answers import bare, basic, enhanced, in_progress, no_status, pending, scan_error, scan_not_found
from tests.aws_double.faults import access_denied, altered, aws_error
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.sources.live import OLD, SCAN, Live
from tests.sources.test_listing_whole import about
from tests.sources.test_starting import stale

CLEAN = basic([basic_finding(severity="LOW")])
FOUND = [enhanced_finding()]


def unready(answer: Any) -> Any:
    """Say that the scan is running."""
    return answer | {"imageScanStatus": {"status": "IN_PROGRESS"}}


@pytest.mark.parametrize(
    ("answer", "being", "told"),
    [
        (pending(), "is PENDING", "the scan (PENDING)"),
        (in_progress(), "is IN_PROGRESS", "the scan (IN_PROGRESS)"),
        (no_status(), "has no status yet", "the scan (no status yet)"),
    ],
)
def test_how_long_what_was_waited_for_is_said(live: Live, answer: Any, being: str, told: str) -> None:
    image = live.image(answer)
    live.double.registry_scanning("BASIC")
    scan = live.scan(wait=100)
    assert (scan.reason, scan.hint) == (f"after 100 s still waiting for the scan, which {being}", PENDING_HINT)
    assert {text for text, _ in live.told} == {told}
    assert (scan.image.digest, scan.captured_at) == (image.digest, live.double.at(100))


def test_servers_that_disagree_are_told_as_a_scan_that_began_again(live: Live) -> None:
    live.image((0, enhanced(FOUND)))
    for listing in range(3, 200, 2):
        live.double.fail(SCAN, altered(unready), first=listing)
    live.double.fail(SCAN, altered(unready), first=1)
    scan = live.scan(wait=60)
    assert (
        scan.reason == "after 60 s still waiting for the scan, which began again; Inspector does not cover this image"
    )
    assert "the scan, which began again" in {text for text, _ in live.told}


def test_a_scan_that_was_started_is_waited_for_by_its_name(live: Live) -> None:
    live.double.registry_scanning("BASIC", ())
    live.image(CLEAN, on_start=CLEAN, pushed_at=OLD)
    live.double.fail("StartImageScan", faults.body(b"{}"), times=None)
    live.double.fail(SCAN, altered(stale), times=None)
    scan = live.scan(start_scan=True, wait=60.0)
    assert scan.reason == "after 60 s still waiting for the scan that was started"
    assert (scan.state, scan.status) == (ScanState.PENDING, "COMPLETE")
    assert {text for text, _ in live.told} == {"the scan that was started"}


@pytest.mark.parametrize("steps", [(), (CLEAN,)])
def test_why_no_scan_can_be_started_is_said(live: Live, steps: tuple[Any, ...]) -> None:
    live.double.registry_scanning("BASIC", ())
    live.image(*steps, on_start=CLEAN, pushed_at=OLD)
    live.double.fail("StartImageScan", aws_error("UnsupportedImageTypeException"), times=None)
    assert live.scan(start_scan=True).reason == "AWS cannot scan this type of image"


def test_why_no_scan_can_be_started_is_said_where_nobody_may_ask_how_the_registry_is_set_up(live: Live) -> None:
    live.image(on_start=CLEAN, pushed_at=OLD)
    live.double.fail("GetRegistryScanningConfiguration", access_denied(), times=None)
    live.double.fail("StartImageScan", aws_error("UnsupportedImageTypeException"), times=None)
    assert live.scan(start_scan=True).reason == "AWS cannot scan this type of image"


def test_an_answer_that_is_not_whole_says_what_to_do_and_a_whole_one_nothing(live: Live) -> None:
    live.image(bare())
    live.double.registry_scanning("BASIC")
    assert live.scan().hint == "Retry later; if it stays so, ask AWS support."
    live.double.image("team/whole", tag="v1", steps=[(OLD, CLEAN)])
    assert live.scan("team/whole:v1").hint == ""


def test_what_is_refused_names_the_image_and_the_question(live: Live) -> None:
    image = live.image(CLEAN)
    live.double.fail(SCAN, access_denied("ecr:DescribeImageScanFindings"), times=None)
    reason = live.refusal().reason
    assert reason.startswith("DescribeImageScanFindings for ")
    assert "team/app" in reason
    assert image.digest[:19] in reason or "v1" in reason


def test_an_image_that_is_not_to_be_seen_yet_is_waited_for_whenever_the_run_began(live: Live) -> None:
    live.clock.sleep(1_000.0)
    live.image((1_000.0, scan_error("ImageNotFoundException", "Not yet.")), (1_010.0, CLEAN), pushed_at=999.0)
    scan = live.scan()
    assert scan.state is ScanState.COMPLETE
    assert "the image to be visible" in {text for text, _ in live.told}


@pytest.mark.parametrize(("pushed_at", "state"), [(-900.0, ScanState.PENDING), (-901.0, ScanState.MISSING)])
def test_a_scan_is_overdue_after_a_quarter_of_an_hour(live: Live, pushed_at: float, state: ScanState) -> None:
    live.double.registry_scanning("BASIC")
    live.image((-5_000.0, scan_not_found()), pushed_at=pushed_at)
    assert live.scan(wait=0).state is state


@pytest.mark.parametrize(("pushed_at", "state"), [(-89.0, ScanState.PENDING), (-90.0, ScanState.MISSING)])
def test_a_scan_that_nobody_promises_is_missing_after_ninety_seconds(
    live: Live, pushed_at: float, state: ScanState
) -> None:
    live.double.fail("GetRegistryScanningConfiguration", access_denied(), times=None)
    live.double.fail("BatchGetRepositoryScanningConfiguration", access_denied(), times=None)
    live.image((-5_000.0, scan_not_found()), pushed_at=pushed_at)
    scan = live.scan(wait=0)
    assert scan.state is state
    if state is ScanState.MISSING:
        assert scan.reason.startswith("AWS has no scan of this image")


def test_an_unsettled_scan_says_all_that_aws_said(live: Live) -> None:
    live.image((0, enhanced(FOUND)))
    scan = live.scan(wait=20)
    assert (scan.state, scan.status) == (ScanState.PENDING, "ACTIVE")
    assert scan.description is not None
    assert scan.data_at is not None


def test_a_listing_of_another_image_is_no_evidence(live: Live) -> None:
    live.image(enhanced([about("sha256:" + "c" * 64)]))
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason.startswith("the answer lists findings of another image, sha256:cccc")
