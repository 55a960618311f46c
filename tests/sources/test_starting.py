"""`--start-scan`: a basic scan is started once, where nobody else starts one; what ECR says instead is understood."""

import pytest

from gate.errors import Exit
from gate.model import ScanState
from gate.sources.starting import DISABLED, LIMITED, OPERATION
from tests.aws_double import faults
from tests.aws_double.answers import basic, enhanced, in_progress, scan_not_found, status
from tests.aws_double.findings import basic_finding
from tests.aws_double.shapes import Unknown
from tests.aws_double.world import SCAN_TAKES
from tests.sources.live import OLD, SCAN, Live

BAD = basic([basic_finding(severity="CRITICAL")])
CLEAN = basic([basic_finding(severity="LOW")])


def by_hand(live: Live) -> None:
    live.double.registry_scanning("BASIC", ())


def test_an_image_without_a_scan_is_scanned_and_waited_for(live: Live) -> None:
    by_hand(live)
    live.image(on_start=BAD, pushed_at=OLD)
    scan = live.scan(start_scan=True)
    assert (scan.state, len(scan.findings), scan.notes) == (ScanState.COMPLETE, 1, ())
    assert scan.waited_seconds >= SCAN_TAKES
    [call] = live.double.called(OPERATION)
    assert call.input == {
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "imageId": {"imageDigest": scan.image.digest},
    }


def test_nothing_is_started_unless_asked_for(live: Live) -> None:
    by_hand(live)
    live.image(on_start=BAD, pushed_at=OLD)
    scan = live.scan()
    assert scan.state is ScanState.MISSING
    assert "--start-scan" in scan.hint
    assert live.double.called(OPERATION) == ()


def test_where_scans_are_started_by_hand_an_old_one_does_not_stand_in_for_the_new_one(live: Live) -> None:
    by_hand(live)
    live.image(CLEAN, on_start=BAD, pushed_at=OLD)
    scan = live.scan(start_scan=True)
    assert [found.aws_severity for found in scan.findings] == ["CRITICAL"]
    assert scan.completed_at is not None
    assert scan.completed_at > live.double.started


def test_a_scan_that_was_started_and_is_not_to_be_seen_is_waited_for_to_the_end(live: Live) -> None:
    by_hand(live)
    live.image(CLEAN, on_start=BAD, pushed_at=OLD)
    live.double.fail(OPERATION, faults.body(b"{}"), times=None)
    live.double.fail(SCAN, faults.altered(stale), times=None)
    scan = live.scan(start_scan=True, wait=60.0)
    assert scan.state is ScanState.PENDING
    assert "the scan that was started" in scan.reason
    assert live.clock.monotonic() <= 61


def test_an_answer_that_cannot_be_read_is_no_reason_to_start_another_scan(live: Live) -> None:
    by_hand(live)
    live.image(CLEAN, on_start=BAD, pushed_at=OLD)
    live.double.fail(OPERATION, faults.html(), times=None)
    refusal = live.refusal(start_scan=True)
    assert refusal.exit_code == Exit.NOT_YET
    assert len(live.double.called(OPERATION)) == 1


def stale(answer: dict[str, object]) -> object:
    """Return an answer as if nobody had started anything."""
    found = {"imageScanCompletedAt": 1_700_000_000, "findings": [], "findingSeverityCounts": {}}
    return answer | {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": found}


@pytest.mark.parametrize(("answer", "pushed_at"), [(CLEAN, OLD), (enhanced([]), OLD)])
def test_an_image_with_a_scan_in_a_registry_that_scans_by_itself_is_not_scanned_again(
    live: Live, answer: object, pushed_at: float
) -> None:
    live.image(answer, on_start=BAD, pushed_at=pushed_at)
    assert live.scan(start_scan=True).state is ScanState.COMPLETE
    assert live.double.called(OPERATION) == ()


def test_a_scan_on_push_is_given_its_time_before_another_is_started(live: Live) -> None:
    live.double.registry_scanning("BASIC")
    live.image((0.0, scan_not_found()), (40.0, CLEAN), on_start=BAD)
    assert live.scan(start_scan=True).state is ScanState.COMPLETE
    assert live.double.called(OPERATION) == ()


def test_an_image_that_was_pushed_before_scanning_was_switched_on_is_scanned(live: Live) -> None:
    live.double.registry_scanning("BASIC")
    live.image(on_start=BAD, pushed_at=OLD)
    assert len(live.scan(start_scan=True).findings) == 1


def test_where_nobody_may_ask_how_the_registry_is_set_up_a_scan_is_started_all_the_same(live: Live) -> None:
    live.image(on_start=BAD, pushed_at=OLD)
    live.double.fail("GetRegistryScanningConfiguration", faults.access_denied(), times=None)
    assert len(live.scan(start_scan=True).findings) == 1


def test_one_scan_a_day_is_a_limit_and_no_throttling_and_the_scan_of_the_day_is_used(
    live: Live, no_sdk_sleep: list[float]
) -> None:
    by_hand(live)
    live.image((-3_600.0, CLEAN), pushed_at=OLD)
    scan = live.scan(start_scan=True)
    assert (scan.state, scan.notes) == (ScanState.COMPLETE, (LIMITED,))
    assert (len(live.double.called(OPERATION)), no_sdk_sleep) == (1, [])


def test_a_scan_of_the_day_that_is_not_to_be_seen_yet_is_waited_for(live: Live) -> None:
    by_hand(live)
    live.image((0.0, scan_not_found()), (20.0, in_progress()), (50.0, CLEAN), pushed_at=OLD)
    scan = live.scan(start_scan=True)
    assert (scan.state, scan.notes) == (ScanState.COMPLETE, (LIMITED,))
    assert len(live.double.called(OPERATION)) == 1


def test_an_enhanced_registry_says_that_nobody_starts_scans_there(live: Live) -> None:
    live.double.registry_scanning("ENHANCED", ())
    live.image(on_start=BAD, pushed_at=OLD)
    scan = live.scan(start_scan=True)
    assert (scan.state, scan.notes) == (ScanState.MISSING, (DISABLED,))
    assert "enhanced" in scan.hint
    assert "push the image again" in scan.hint


def test_an_enhanced_registry_that_nobody_may_ask_about_is_still_waited_for(live: Live) -> None:
    live.double.registry_scanning("ENHANCED")
    live.double.fail("GetRegistryScanningConfiguration", faults.access_denied(), times=None)
    live.image((0.0, scan_not_found()), (60.0, enhanced([])), on_start=BAD)
    scan = live.scan(start_scan=True)
    assert (scan.state, scan.notes) == (ScanState.COMPLETE, (DISABLED,))


@pytest.mark.parametrize("steps", [(), (CLEAN,)])
@pytest.mark.parametrize(
    ("code", "state"),
    [("UnsupportedImageTypeException", ScanState.UNSUPPORTED), ("ImageArchivedException", ScanState.EXPIRED)],
)
def test_what_cannot_be_scanned_is_said_at_once(
    live: Live, code: str, state: ScanState, steps: tuple[object, ...]
) -> None:
    by_hand(live)
    live.image(*steps, on_start=BAD, pushed_at=OLD)
    live.double.fail(OPERATION, faults.aws_error(code), times=None)
    scan = live.scan(start_scan=True)
    assert (scan.state, live.clock.sleeps) == (state, ())


@pytest.mark.parametrize(
    ("fault", "exit_code", "said"),
    [
        (faults.access_denied("ecr:StartImageScan"), Exit.REFUSED, "Allow ecr:StartImageScan"),
        (faults.aws_error("ValidationException", "Nobody knows why."), Exit.REFUSED, "Nobody knows why."),
        (faults.throttled(), Exit.NOT_YET, "throttling"),
        (faults.server_error(), Exit.NOT_YET, "StartImageScan"),
        (faults.aws_error(Unknown("Odd")), Exit.REFUSED, "Odd"),
    ],
)
def test_what_says_nothing_of_the_image_is_a_refusal_asked_for_once(
    live: Live, no_sdk_sleep: list[float], fault: faults.Fault, exit_code: Exit, said: str
) -> None:
    by_hand(live)
    live.image(on_start=BAD, pushed_at=OLD)
    live.double.fail(OPERATION, fault, times=None)
    refusal = live.refusal(start_scan=True)
    assert refusal.exit_code == exit_code
    assert said in f"{refusal.reason} {refusal.hint}"
    assert (len(live.double.called(OPERATION)), no_sdk_sleep) == (1, [])


def test_an_archived_image_is_not_scanned(live: Live) -> None:
    by_hand(live)
    live.image(status("IMAGE_ARCHIVED"), image_status="ARCHIVED", on_start=BAD)
    assert live.scan(start_scan=True).state is ScanState.EXPIRED
    assert live.double.called(OPERATION) == ()
