"""Inspector's coverage, where it may be asked, settles a scan, says why there is none, and how new an old one is."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.loaders import create_loader

from gate.model import Kind, Scan, ScanState
from gate.sources.aws import Connections
from gate.sources.coverage import REASONS, Coverage
from tests.aws_double.answers import UNSUPPORTED_OS, basic, empty, enhanced, failed, in_progress, scan_not_found
from tests.aws_double.faults import Fault, access_denied, altered, aws_error, html, throttled
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.shapes import Unknown
from tests.builders import image
from tests.sources.live import OLD, SCAN, Live, ecr_target

COVERAGE = "ListCoverage"
FOUND = [enhanced_finding(), enhanced_finding("CVE-2026-10002", "LOW")]
BOTOCORE = create_loader().load_service_model("inspector2", "service-2")["shapes"]["ScanStatusReason"]["enum"]


def row(**members: Any) -> Fault:
    """Let Inspector's row say this, whatever it honestly says."""

    def change(page: Any) -> Any:
        return {"coveredResources": [page["coveredResources"][0] | members]}

    return altered(change)


def covered(live: Live, *steps: Any, scanned: float | None = 0.0, reason: str = "SUCCESSFUL", **options: Any) -> Any:
    image = live.image(*(steps or [(0, enhanced(FOUND))]), **options)
    live.double.inspector.covers(image, reason, scanned=scanned)
    return image


def test_every_reason_that_botocore_knows_has_its_sentence() -> None:
    assert REASONS.keys() == set(BOTOCORE)
    assert all(text and text[0].islower() and not text.endswith(".") for text in REASONS.values())


def test_a_fresh_scan_is_settled_once_inspector_has_finished_for_half_a_minute(live: Live) -> None:
    covered(live)
    scan = live.scan()
    assert (scan.state, scan.kind, len(scan.findings)) == (ScanState.COMPLETE, Kind.ENHANCED, 2)
    assert live.listings() == [0, 15, 30, 30]
    assert scan.scanned_at == live.double.at(0)


def test_one_listing_is_read_after_inspectors_answer(live: Live) -> None:
    covered(live, scanned=-40.0, pushed_at=-60.0)
    assert live.scan().state is ScanState.COMPLETE
    asked = [name for name in live.double.operations if name in {SCAN, COVERAGE}]
    assert asked == [SCAN, COVERAGE, SCAN]


def test_coverage_settles_even_where_there_is_no_time_to_wait(live: Live) -> None:
    covered(live, scanned=-40.0, pushed_at=-60.0)
    assert live.scan(wait=0).state is ScanState.COMPLETE
    assert live.clock.sleeps == ()


def test_an_empty_scan_that_inspector_has_finished_is_enhanced_and_clean(live: Live) -> None:
    covered(live, (0, empty()), scanned=-40.0, pushed_at=-60.0)
    live.double.registry_scanning(None)
    scan = live.scan()
    assert (scan.state, scan.kind, scan.findings) == (ScanState.COMPLETE, Kind.ENHANCED, ())


@pytest.mark.parametrize(
    ("scanned", "reason"),
    [
        (-61.0, "SUCCESSFUL"),  # before the push
        (None, "SUCCESSFUL"),
        (-40.0, "SCAN_IN_PROGRESS"),
        (-40.0, "NO_RESOURCES_FOUND"),
        (100.0, "SUCCESSFUL"),  # ahead of AWS's own clock
    ],
)
def test_any_other_word_or_time_leaves_it_to_the_other_rules(live: Live, scanned: float | None, reason: str) -> None:
    covered(live, scanned=scanned, reason=reason, pushed_at=-60.0)
    scan = live.scan()
    assert (scan.state, live.listings()) == (ScanState.COMPLETE, [0, 15, 30, 45, 60])
    assert scan.scanned_at is None


def test_a_row_that_is_not_successful_outweighs_one_that_is(live: Live) -> None:
    image = covered(live, scanned=-40.0, pushed_at=-60.0)
    live.double.inspector.covers(image, "PENDING_INITIAL_SCAN", scan_type="CODE")
    assert live.scan().state is ScanState.COMPLETE
    assert live.listings() == [0, 15, 30, 45, 60]


def test_rows_of_other_resources_say_nothing(live: Live) -> None:
    covered(live, scanned=-40.0, pushed_at=-60.0)
    other = row(resourceId="i-0123456789")
    live.double.fail(COVERAGE, other, times=None)
    assert live.scan().state is ScanState.COMPLETE
    assert live.listings() == [0, 15, 30, 45, 60]


def test_a_scan_that_begins_again_after_inspector_finished_is_waited_for(live: Live) -> None:
    covered(live, (0, enhanced(FOUND)), (20, in_progress()), scanned=0.0)
    scan = live.scan(wait=60)
    assert (scan.state, scan.status) == (ScanState.PENDING, "IN_PROGRESS")


@pytest.mark.parametrize(("ago", "has_finished"), [(30.0, True), (29.5, False)])
def test_inspector_has_finished_once_half_a_minute_is_over(live: Live, ago: float, *, has_finished: bool) -> None:
    covered(live, scanned=-ago, pushed_at=-60.0)
    assert live.scan(wait=0).state is (ScanState.COMPLETE if has_finished else ScanState.PENDING)


def test_a_scan_of_which_one_part_failed_has_not_succeeded(live: Live) -> None:
    image = covered(live, scanned=-40.0, pushed_at=-60.0)
    live.double.inspector.covers(image, "INTERNAL_ERROR", scan_type="CODE", scanned=-40.0)
    assert live.scan(wait=0).state is ScanState.PENDING


@pytest.mark.parametrize("answer", [(0, basic([basic_finding()])), (OLD, enhanced(FOUND))])
def test_nobody_asks_about_a_basic_or_an_old_scan(live: Live, answer: Any) -> None:
    live.image(answer)
    assert live.scan().state is ScanState.COMPLETE
    assert live.double.called(COVERAGE) == ()


@pytest.mark.usefixtures("no_sdk_sleep")
@pytest.mark.parametrize("fault", [access_denied("inspector2:ListCoverage"), throttled(), html()])
def test_where_inspector_does_not_answer_the_other_rules_hold_and_it_is_asked_no_more(live: Live, fault: Any) -> None:
    covered(live)
    live.double.fail(COVERAGE, fault, times=None)
    scan = live.scan(wait=200)
    assert (scan.state, scan.warnings) == (ScanState.COMPLETE, ())
    [note] = scan.notes
    assert note.startswith("Inspector's coverage is not asked in eu-central-1: ListCoverage for arn:aws:ecr:")
    assert note.isprintable()
    assert {call.seconds for call in live.double.called(COVERAGE)} <= {0.0, 1.0, 3.0}


@pytest.mark.parametrize(
    ("status", "reason"), [(enhanced(FOUND), "have not settled"), (in_progress(), "which is IN_PROGRESS")]
)
def test_why_inspector_is_not_asked_is_told_of_a_scan_without_evidence_too(
    live: Live, status: Any, reason: str
) -> None:
    covered(live, (0, status))
    live.double.registry_scanning("ENHANCED")
    live.double.fail(COVERAGE, access_denied("inspector2:ListCoverage"), times=None)
    scan = live.scan(wait=20)
    assert (scan.state, reason in scan.reason, len(scan.notes)) == (ScanState.PENDING, True, 1)


def test_several_images_make_one_note_and_one_question(live: Live) -> None:
    covered(live)
    live.double.image("team/other", tag="v1", steps=[(0, enhanced(FOUND))])
    live.double.fail(COVERAGE, access_denied("inspector2:ListCoverage"), times=None)
    source = live.source()
    scans = [scan for name in ("team/app:v1", "team/other:v1") for scan in source.scans(ecr_target(name))]
    assert [len(scan.notes) for scan in scans if isinstance(scan, Scan)] == [1, 0]
    assert len(live.double.called(COVERAGE)) == 1


@pytest.mark.usefixtures("no_sdk_sleep")
def test_a_refusal_names_the_missing_action(live: Live) -> None:
    covered(live)
    live.double.fail(COVERAGE, access_denied("inspector2:ListCoverage"), times=None)
    assert "Allow inspector2:ListCoverage" in live.scan().notes[0]


def test_a_time_that_is_none_is_no_evidence(live: Live) -> None:
    covered(live)
    broken = row(lastScannedAt="soon")
    live.double.fail(COVERAGE, broken, times=None)
    scan = live.scan()
    assert (scan.state, scan.reason) == (ScanState.INCOMPLETE, "lastScannedAt is 'soon', which is no time")


def test_pages_of_coverage_are_followed_and_never_for_ever(live: Live) -> None:
    covered(live)
    live.double.fail(COVERAGE, altered(lambda page: page | {"nextToken": "again"}), times=None)
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason == f"{COVERAGE} answered the same page token twice, so its list cannot be whole"
    assert [call.input.get("nextToken") for call in live.double.called(COVERAGE)] == [None, "again"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (scan_not_found(), ScanState.MISSING),
        (failed("gone wrong"), ScanState.FAILED),
        (failed(UNSUPPORTED_OS), ScanState.UNSUPPORTED),
        (in_progress(), ScanState.PENDING),
        (enhanced(FOUND, completed=None), ScanState.PENDING),
    ],
)
@pytest.mark.parametrize("word", ["IMAGE_SIZE_EXCEEDED", "ACCESS_DENIED_TO_ENCRYPTION_KEY"])
def test_inspectors_reason_is_in_the_message(live: Live, answer: Any, state: ScanState, word: str) -> None:
    covered(live, (OLD, answer), reason=word, scanned=None, pushed_at=OLD)
    live.double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    scan = live.scan(wait=30)
    assert scan.state is state
    assert scan.reason.endswith(f"; Inspector says {word}: {REASONS[word]}")


def test_an_image_that_inspector_does_not_know_is_said_to_be_unknown_to_it(live: Live) -> None:
    live.image((OLD, scan_not_found()), pushed_at=OLD)
    live.double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    assert live.scan().reason == "AWS has no scan of this image; Inspector does not cover this image"


def test_where_the_kind_is_unknown_an_absent_row_says_nothing(live: Live) -> None:
    live.image((OLD, scan_not_found()), pushed_at=OLD)
    live.double.registry_scanning(None)
    assert live.scan().reason == "AWS has no scan of this image"


@pytest.mark.parametrize(("word", "said"), [("OUT_OF_LUCK", "OUT_OF_LUCK"), ("A" * 300, "A" * 59 + "…")])
def test_a_word_that_nobody_has_seen_is_shown_as_it_is(live: Live, word: str, said: str) -> None:
    covered(live, (OLD, scan_not_found()), reason=Unknown(word), scanned=None, pushed_at=OLD)
    live.double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    assert live.scan().reason.endswith(f"; Inspector says {said}")


def test_all_reasons_of_an_image_are_said_once_each(live: Live) -> None:
    image = covered(live, (OLD, scan_not_found()), reason="INTERNAL_ERROR", pushed_at=OLD)
    for kind, reason in (("NETWORK", "INTERNAL_ERROR"), ("CODE", "IMAGE_ARCHIVED")):
        live.double.inspector.covers(image, reason, scan_type=kind)
    live.double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    said = "; ".join(f"{word}: {REASONS[word]}" for word in ("INTERNAL_ERROR", "IMAGE_ARCHIVED"))
    assert live.scan().reason.endswith(f"; Inspector says {said}")


def test_inspector_is_asked_in_the_images_own_region(live: Live) -> None:
    coverage = Coverage(Connections(live.clock))
    assert coverage.explain(image(region="ap-southeast-2")) == ""
    assert [call.region for call in live.double.called(COVERAGE)] == ["ap-southeast-2"]


def test_a_row_without_a_status_says_nothing(live: Live) -> None:
    covered(live, (OLD, scan_not_found()), scanned=None, pushed_at=OLD)
    live.double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    bare = row(scanStatus=None)
    live.double.fail(COVERAGE, bare)
    assert live.scan().reason.endswith("; Inspector says nothing")


def test_a_failed_scan_of_a_basic_registry_is_none_of_inspectors(live: Live) -> None:
    live.image(failed("gone wrong"))
    assert live.scan().state is ScanState.FAILED
    assert live.double.called(COVERAGE) == ()


@pytest.mark.parametrize(("limit", "asked"), [(None, 0), (timedelta(days=8), 0), (timedelta(days=6), 1)])
def test_an_old_continuous_scan_is_as_new_as_inspectors_last_look(live: Live, limit: Any, asked: int) -> None:
    covered(live, (OLD, enhanced(FOUND)), scanned=-3_600.0, pushed_at=OLD)
    scan = live.scan(max_age=limit)
    assert scan.state is ScanState.COMPLETE
    assert scan.scanned_at == (live.double.at(-3_600.0) if asked else None)
    assert len(live.double.called(COVERAGE)) == asked


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (enhanced(FOUND, status="COMPLETE"), "SUCCESSFUL"),
        (basic([basic_finding()], status="ACTIVE"), "SUCCESSFUL"),
        (enhanced(FOUND), "SCAN_ELIGIBILITY_EXPIRED"),
    ],
)
def test_only_a_continuous_scan_that_succeeds_is_made_younger(live: Live, answer: Any, reason: str) -> None:
    covered(live, (OLD, answer), scanned=-3_600.0, reason=reason, pushed_at=OLD)
    assert live.scan(max_age=timedelta(days=1)).scanned_at is None


def test_where_inspector_is_denied_a_continuous_scan_stays_as_old_as_it_is(live: Live) -> None:
    covered(live, (OLD, enhanced(FOUND)), scanned=-3_600.0, pushed_at=OLD)
    live.double.fail(COVERAGE, access_denied("inspector2:ListCoverage"), times=None)
    scan = live.scan(max_age=timedelta(days=1))
    assert (scan.state, scan.scanned_at, len(scan.notes)) == (ScanState.COMPLETE, None, 1)


@pytest.mark.usefixtures("no_sdk_sleep")
def test_a_fault_of_inspectors_own_is_no_fault_of_the_scan(live: Live) -> None:
    covered(live, (OLD, scan_not_found()), pushed_at=OLD)
    live.double.registry_scanning("ENHANCED", [("MANUAL", "none")])
    live.double.fail(COVERAGE, aws_error("InternalServerException", status=500), times=None)
    scan = live.scan()
    assert (scan.state, scan.reason) == (ScanState.MISSING, "AWS has no scan of this image")
