"""A scan is watched until it is ready or the time is up: each status has its outcome, and nonsense is no evidence."""

from typing import Any

import pytest
from botocore.loaders import create_loader

from gate.model import Kind, ScanState
from gate.sources.listing import STATES
from tests.aws_double.answers import (
    UNSUPPORTED_OS,
    bare,
    basic,
    counts_only,
    enhanced,
    failed,
    in_progress,
    no_status,
    pending,
    scan_error,
    scan_not_found,
    status,
)
from tests.aws_double.faults import altered, dated
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.shapes import Unknown
from tests.sources.live import OLD, SCAN, Live

BOTOCORE = create_loader().load_service_model("ecr", "service-2")["shapes"]["ScanStatus"]["enum"]
FOUND = [enhanced_finding(), enhanced_finding("CVE-2026-10002", "LOW")]


def test_an_old_scan_costs_no_wait_and_one_listing(live: Live) -> None:
    live.image(enhanced(FOUND))
    scan = live.scan()
    assert (scan.state, scan.kind, scan.status, len(scan.findings)) == (
        ScanState.COMPLETE, Kind.ENHANCED, "ACTIVE", 2,
    )  # fmt: skip
    assert live.double.operations == ("DescribeImages", SCAN, "DescribeImages")
    assert (live.clock.sleeps, scan.waited_seconds, live.told) == ((), 0.0, [])


@pytest.mark.parametrize("word", BOTOCORE)
def test_every_status_that_botocore_knows_leads_to_its_state(live: Live, word: str) -> None:
    live.image(status(word, "AWS's words"))
    scan = live.scan(wait=0)
    # NOTE: ready, and the answer has neither list nor counts.
    assert scan.state is (ScanState.INCOMPLETE if word in {"COMPLETE", "ACTIVE"} else STATES[word])
    assert scan.status == word
    assert (scan.reason != "", scan.hint != "") == (True, True)


def test_a_status_nobody_has_seen_is_no_evidence_and_named(live: Live) -> None:
    live.image(status(Unknown("RESCANNING"), "words"))
    scan = live.scan()
    assert (scan.state, live.clock.sleeps) == (ScanState.INCOMPLETE, ())
    assert "'RESCANNING'" in scan.reason


def test_failed_over_an_unsupported_image_is_unsupported_with_awss_words(live: Live) -> None:
    live.image(failed(UNSUPPORTED_OS))
    scan = live.scan()
    assert (scan.state, scan.status, scan.description) == (ScanState.UNSUPPORTED, "FAILED", UNSUPPORTED_OS)
    assert "UnsupportedImageError" in scan.reason


def test_a_failed_scan_is_not_waited_for(live: Live) -> None:
    live.image(failed("The scanner timed out."))
    scan = live.scan()
    assert (scan.state, live.clock.sleeps) == (ScanState.FAILED, ())
    assert scan.reason == "AWS could not scan the image (FAILED: The scanner timed out.)"


def test_the_scan_is_waited_for_with_pages_of_one_until_it_is_ready(live: Live) -> None:
    live.image((0, scan_not_found()), (30, pending()), (60, in_progress()), (90, basic([basic_finding()])))
    scan = live.scan()
    assert (scan.state, scan.kind) == (ScanState.COMPLETE, Kind.BASIC)
    asked = [call.input["maxResults"] for call in live.double.called(SCAN)]
    assert asked == [1000, *[1] * (len(asked) - 2), 1000]
    assert 90 <= scan.waited_seconds <= 106
    assert {text for text, _ in live.told} == {"a scan to begin", "the scan (PENDING)", "the scan (IN_PROGRESS)"}


@pytest.mark.parametrize("answer", [pending(), in_progress(), no_status()])
def test_a_scan_that_is_never_ready_is_pending_at_the_deadline(live: Live, answer: Any) -> None:
    live.image(answer)
    scan = live.scan(wait=100)
    assert scan.state is ScanState.PENDING
    assert scan.reason.startswith("after 100 s still waiting for the scan, which ")
    assert "--wait" in scan.hint
    assert live.clock.monotonic() == pytest.approx(100)
    assert live.double.called(SCAN)[-1].seconds == pytest.approx(100)


def test_one_more_question_at_the_deadline_may_find_the_scan_ready(live: Live) -> None:
    live.image((0, pending()), (99.99, basic([basic_finding()])))
    assert live.scan(wait=100).state is ScanState.COMPLETE


def test_no_wait_asks_once(live: Live) -> None:
    live.image(in_progress())
    assert live.scan(wait=0).state is ScanState.PENDING
    assert (len(live.double.called(SCAN)), live.clock.sleeps) == (1, ())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (bare(), "neither a list of findings nor counts"),
        (counts_only({"HIGH": 3}), "high 3 declared and 0 listed"),
        (basic([basic_finding()], counts={"HIGH": 2}), "high 2 declared and 1 listed"),
        (enhanced(FOUND, with_basic=[basic_finding()]), "never to be mixed"),
        (basic([basic_finding(severity=Unknown("SEVERE"))], counts="absent"), "'SEVERE'"),
        (enhanced([enhanced_finding(status=Unknown("ASLEEP"))]), "'ASLEEP'"),
    ],
)
def test_answers_that_make_no_sense_are_incomplete(live: Live, answer: Any, said: str) -> None:
    live.image(answer)
    live.double.registry_scanning("BASIC")
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert said in scan.reason
    assert scan.reason.isprintable()


def test_more_listed_than_declared_is_judged_with_a_warning(live: Live) -> None:
    live.image(basic([basic_finding()], counts={}))
    scan = live.scan()
    assert (scan.state, len(scan.findings), len(scan.warnings)) == (ScanState.COMPLETE, 1, 1)


def test_an_image_archived_while_it_is_watched_is_expired(live: Live) -> None:
    live.image((0, pending()), (10, scan_error(Unknown("ImageArchivedException"), "archived")))
    scan = live.scan()
    assert (scan.state, scan.reason) == (ScanState.EXPIRED, "the image is archived")
    assert "a new push" in scan.hint


def test_an_answer_without_a_date_goes_by_the_clock_of_this_machine(live: Live) -> None:
    live.double.fail("*", dated(None), times=None)
    live.image((OLD, enhanced(FOUND)))
    scan = live.scan()
    assert (scan.state, scan.captured_at) == (ScanState.COMPLETE, live.clock.now())


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"registryId": "111122223333"}, "registry"),
        ({"repositoryName": "team/other"}, "repository"),
        ({"imageId": {"imageDigest": "sha256:" + "0" * 64}}, "digest"),
    ],
)
def test_an_answer_about_another_image_is_no_evidence(live: Live, change: dict[str, Any], name: str) -> None:
    live.image(basic([]))
    live.double.fail(SCAN, altered(lambda answer: answer | change), times=None)

    scan = live.scan()

    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason.startswith(f"AWS answered about another {name}, ")
