"""Saved answers are judged as of their capture, under the same states and checks, and never better for waiting."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.loaders import create_loader

from gate.model import Kind, Scan, ScanState
from gate.sources.listing import STATES
from gate.sources.saved import Capture, read_saved
from gate.target import SavedTarget
from tests.aws_double.answers import UNSUPPORTED_OS
from tests.aws_double.findings import basic_finding, enhanced_finding, enhanced_findings, severities
from tests.builders import DIGEST, NOW, OTHER_DIGEST

TARGET = SavedTarget(text="evidence.json", path="evidence.json")
SETTLE = 300.0
LONG_AGO = (NOW - timedelta(days=7)).timestamp()
BOTOCORE = create_loader().load_service_model("ecr", "service-2")["shapes"]["ScanStatus"]["enum"]


def answer(**found: Any) -> dict[str, Any]:
    """Return a complete answer about one image; `status`, `token`, `image` and `description` are the page's."""
    status = {"status": found.pop("status", "COMPLETE"), "description": found.pop("description", "words")}
    page = {
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "imageId": found.pop("image", {"imageDigest": DIGEST, "imageTag": "v1"}),
        "imageScanStatus": status,
    }
    token = found.pop("token", None)
    return page | {"imageScanFindings": found} | ({"nextToken": token} if token is not None else {})


def enhanced(*findings: Any, **found: Any) -> dict[str, Any]:
    return answer(**{"enhancedFindings": list(findings), "imageScanCompletedAt": LONG_AGO, "status": "ACTIVE", **found})


def basic(*findings: Any, **found: Any) -> dict[str, Any]:
    return answer(**{"findings": list(findings), "imageScanCompletedAt": LONG_AGO, **found})


def read(evidence: Any, *, at: datetime = NOW, stated: bool = True, settle: float = SETTLE) -> Scan:
    data = evidence if isinstance(evidence, bytes) else json.dumps(evidence).encode()
    return read_saved(TARGET, data, Capture(at=at, stated=stated), settle)


def test_all_that_an_answer_says_is_kept() -> None:
    counts = {"HIGH": 1}
    scan = read(enhanced(enhanced_finding(), findingSeverityCounts=counts, vulnerabilitySourceUpdatedAt=LONG_AGO + 1))
    assert (scan.state, scan.kind, scan.replayed) == (ScanState.COMPLETE, Kind.ENHANCED, True)
    assert (scan.status, scan.description, scan.reason, scan.hint) == ("ACTIVE", "words", "", "")
    assert (scan.declared, scan.waited_seconds, scan.tag_move, scan.warnings) == (counts, 0.0, None, ())
    assert scan.completed_at == datetime.fromtimestamp(LONG_AGO, UTC)
    assert scan.data_at == datetime.fromtimestamp(LONG_AGO + 1, UTC)
    assert scan.captured_at == NOW
    assert [finding.id for finding in scan.findings] == ["CVE-2026-10001"]
    image = scan.image
    assert (image.target, image.source) == ("evidence.json", "saved")
    assert (image.registry, image.repository, image.digest) == ("123456789012", "team/app", DIGEST)
    assert (image.tags, image.region) == (("v1",), None)


def test_the_region_is_taken_from_the_findings() -> None:
    where = f"arn:aws:ecr:ap-south-1:123456789012:repository/team/app/{DIGEST}"
    assert read(enhanced(enhanced_finding(extra={"resources": [{"id": where}]}))).image.region == "ap-south-1"


def test_an_answer_need_not_name_its_image() -> None:
    bare = {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findings": [basic_finding()]}}
    scan = read(bare)
    assert scan.state is ScanState.COMPLETE
    assert (scan.image.digest, scan.image.tags, scan.image.registry) == (None, (), None)


@pytest.mark.parametrize("word", BOTOCORE)
def test_every_status_has_the_outcome_it_has_live(word: str) -> None:
    scan = read(basic(basic_finding(), status=word))
    assert scan.state is STATES[word]
    assert scan.status == word
    if scan.state is not ScanState.COMPLETE:
        assert (scan.findings, scan.completed_at, scan.kind) == ((), None, Kind.UNKNOWN)
        assert word in scan.reason
        assert scan.hint


def test_a_saved_failure_over_an_unsupported_image_is_unsupported() -> None:
    scan = read(answer(status="FAILED", description=UNSUPPORTED_OS))
    assert (scan.state, scan.description) == (ScanState.UNSUPPORTED, UNSUPPORTED_OS)


def test_an_answer_saved_too_early_says_so() -> None:
    assert read(answer(status="PENDING")).reason == "the answer was saved before the scan was ready (PENDING)"
    without = {"imageScanFindings": {"enhancedFindings": [enhanced_finding()]}}
    scan = read(without)
    assert scan.state is ScanState.PENDING
    assert "it has no imageScanStatus" in scan.reason
    assert "Save the answer again" in scan.hint


def test_an_unknown_status_is_no_evidence_and_named() -> None:
    scan = read(basic(status="RESCANNING"))
    assert (scan.state, scan.status) == (ScanState.INCOMPLETE, "RESCANNING")
    assert "'RESCANNING'" in scan.reason
    assert "Upgrade" in scan.hint


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize(
    ("age", "state"), [(301, ScanState.COMPLETE), (300, ScanState.PENDING), (-5, ScanState.PENDING)]
)
def test_enhanced_findings_must_have_settled_when_they_were_captured(
    age: float, state: ScanState, stated: bool
) -> None:
    done = (NOW - timedelta(seconds=age)).timestamp()
    scan = read(enhanced(enhanced_finding(), imageScanCompletedAt=done), stated=stated)
    assert scan.state is state
    assert state is ScanState.COMPLETE or "before its findings had settled" in scan.reason


def test_enhanced_findings_that_do_not_say_when_the_scan_finished_have_not_settled() -> None:
    assert read(enhanced(enhanced_finding(), imageScanCompletedAt=None)).state is ScanState.PENDING


def test_how_long_settling_takes_is_the_policys_to_say() -> None:
    done = (NOW - timedelta(seconds=100)).timestamp()
    assert read(enhanced(enhanced_finding(), imageScanCompletedAt=done), settle=99).state is ScanState.COMPLETE


def test_basic_findings_are_settled_whatever_their_age() -> None:
    for done in (None, NOW.timestamp(), NOW.timestamp() + 60):
        assert read(basic(basic_finding(), imageScanCompletedAt=done), stated=False).state is ScanState.COMPLETE


@pytest.mark.parametrize("empty", [basic(), enhanced(), enhanced(findings=[])])
def test_an_empty_answer_is_clean_only_if_somebody_says_when_it_was_fetched(empty: Any) -> None:
    unsaid = read(empty, stated=False)
    assert (unsaid.state, "nobody says when it was fetched" in unsaid.reason) == (ScanState.INCOMPLETE, True)
    assert "--captured-at" in unsaid.hint
    said = read(empty, stated=True)
    assert (said.state, said.kind, said.findings) == (ScanState.COMPLETE, Kind.UNKNOWN, ())


def test_an_empty_answer_captured_too_early_has_not_settled() -> None:
    early = datetime.fromtimestamp(LONG_AGO, UTC) + timedelta(minutes=2)
    assert read(enhanced(), at=early).state is ScanState.PENDING


@pytest.mark.parametrize(
    ("done", "text"),
    [
        (LONG_AGO, "number"),
        (int(LONG_AGO), "whole number"),
        ("2026-11-13T12:00:00", "no zone is UTC"),
        ("2026-11-13T23:00:00+1100", "a zone without a colon"),
        ("2026-11-13 12:00:00.000000+00:00", "a blank for the T"),
    ],
)
def test_times_are_numbers_or_iso_text(done: Any, text: str) -> None:
    scan = read(enhanced(enhanced_finding(), imageScanCompletedAt=done))
    assert scan.state is ScanState.COMPLETE, text
    assert scan.completed_at == datetime(2026, 11, 13, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (basic(basic_finding(), findingSeverityCounts={"HIGH": 2}), "high 2 declared and 1 listed"),
        (answer(imageScanCompletedAt=LONG_AGO), "neither a list of findings nor counts"),
        (basic(basic_finding(severity="SEVERE")), "'SEVERE'"),
        (basic(basic_finding(), findingSeverityCounts={"SEVERE": 0}), "'SEVERE'"),
        (enhanced(enhanced_finding(status="ASLEEP")), "'ASLEEP'"),
        (enhanced(enhanced_finding(), findings=[basic_finding()]), "never to be mixed"),
        (enhanced(enhanced_finding(), imageScanCompletedAt="soon"), "imageScanCompletedAt is 'soon'"),
        (basic(basic_finding(), vulnerabilitySourceUpdatedAt="then"), "vulnerabilitySourceUpdatedAt is 'then'"),
        (enhanced(enhanced_finding(extra={"updatedAt": "x" * 1_000_000})), "updatedAt is "),
    ],
)
def test_what_makes_no_sense_inside_is_incomplete_with_the_image_named(evidence: Any, said: str) -> None:
    scan = read(evidence)
    assert (scan.state, scan.findings, scan.image.digest) == (ScanState.INCOMPLETE, (), DIGEST)
    assert said in scan.reason
    assert scan.reason.isprintable()
    assert len(scan.reason) < 300


def test_more_listed_than_declared_is_a_warning_as_the_cli_saves_it() -> None:
    listed = enhanced_findings(150)
    scan = read(enhanced(*listed, findingSeverityCounts=severities(listed[:100])))
    assert (scan.state, len(scan.findings), len(scan.warnings)) == (ScanState.COMPLETE, 150, 1)


def test_pages_are_one_listing() -> None:
    listed = enhanced_findings(150)
    scan = read([enhanced(*listed[:100], token="t1"), enhanced(*listed[100:])])
    assert (scan.state, len(scan.findings), scan.warnings) == (ScanState.COMPLETE, 150, ())


def test_a_later_page_with_another_status_is_no_evidence() -> None:
    scan = read([enhanced(enhanced_finding(), token="t1"), enhanced(status="PENDING")])
    assert (scan.state, "the status changed" in scan.reason) == (ScanState.INCOMPLETE, True)


def test_findings_of_another_image_are_no_evidence() -> None:
    details = {"awsEcrContainerImage": {"imageHash": OTHER_DIGEST}}
    scan = read(enhanced(enhanced_finding(extra={"resources": [{"details": details}]})))
    assert (scan.state, OTHER_DIGEST in scan.reason) == (ScanState.INCOMPLETE, True)


def test_the_same_bytes_at_the_same_capture_are_the_same_scan() -> None:
    evidence = enhanced(*enhanced_findings(20))
    assert read(evidence) == read(evidence)
