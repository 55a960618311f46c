"""A listing says what its pages say together: state, kind, times, region, and whether it differs from another."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.loaders import create_loader

from gate.errors import EvidenceError
from gate.model import Kind, ScanState
from gate.sources.listing import STATES, state_of
from tests.aws_double.answers import UNSUPPORTED_OS
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.builders import NOW
from tests.sources.listings import body, found, listing

KNOWN = {
    "COMPLETE": ScanState.COMPLETE,
    "ACTIVE": ScanState.COMPLETE,
    "PENDING": ScanState.PENDING,
    "IN_PROGRESS": ScanState.PENDING,
    "FAILED": ScanState.FAILED,
    "FINDINGS_UNAVAILABLE": ScanState.FAILED,
    "LIMIT_EXCEEDED": ScanState.FAILED,
    "UNSUPPORTED_IMAGE": ScanState.UNSUPPORTED,
    "IMAGE_SIZE_EXCEEDED": ScanState.UNSUPPORTED,
    "SCAN_ELIGIBILITY_EXPIRED": ScanState.EXPIRED,
    "IMAGE_ARCHIVED": ScanState.EXPIRED,
}
"""The table of the design page; a word that botocore learns fails the test below until it is here."""
BOTOCORE = create_loader().load_service_model("ecr", "service-2")["shapes"]["ScanStatus"]["enum"]


@pytest.mark.parametrize("word", BOTOCORE)
def test_every_status_that_botocore_knows_has_an_outcome_of_the_page(word: str) -> None:
    assert state_of(word, "words") is KNOWN[word]


def test_no_status_is_made_up() -> None:
    assert STATES == KNOWN
    assert set(STATES) == set(BOTOCORE)


@pytest.mark.parametrize(
    ("description", "state"),
    [
        (UNSUPPORTED_OS, ScanState.UNSUPPORTED),
        ("UnsupportedImageError", ScanState.UNSUPPORTED),
        ("Scan failed", ScanState.FAILED),
        ("", ScanState.FAILED),
        (None, ScanState.FAILED),
    ],
)
def test_failed_over_an_unsupported_image_is_unsupported(description: str | None, state: ScanState) -> None:
    assert state_of("FAILED", description) is state


def test_only_failed_is_looked_at_for_unsupported() -> None:
    assert state_of("COMPLETE", UNSUPPORTED_OS) is ScanState.COMPLETE


def test_an_absent_status_is_pending() -> None:
    assert state_of(None, None) is ScanState.PENDING
    assert listing(body(status=None)).status is None
    assert listing(body(status=None)).description is None


@pytest.mark.parametrize("word", ["DONE", "complete", "", "ACTIVE ", "\ud800", "::error::x", "A" * 1_000_000, "a\nb"])
def test_a_status_nobody_has_seen_names_itself_in_one_line(word: str) -> None:
    with pytest.raises(EvidenceError, match="scan status that this version does not know") as raised:
        state_of(word, None)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 200
    assert word[:1].strip("\ud800:") in raised.value.message


@pytest.mark.parametrize(
    ("bodies", "kind"),
    [
        ([{"findings": [basic_finding()]}], Kind.BASIC),
        ([{"enhancedFindings": [enhanced_finding()]}], Kind.ENHANCED),
        ([{"findings": [], "enhancedFindings": [enhanced_finding()]}], Kind.ENHANCED),
        ([{"findings": []}], Kind.UNKNOWN),
        ([{"enhancedFindings": []}], Kind.UNKNOWN),
        ([{}, {"findings": [basic_finding()]}], Kind.BASIC),
        ([None], Kind.UNKNOWN),
    ],
)
@pytest.mark.parametrize("status", ["COMPLETE", "ACTIVE"])
def test_findings_tell_the_kind_and_the_status_never_does(bodies: list[Any], kind: Kind, status: str) -> None:
    read = listing(*(body(found=one, status=status) for one in bodies))
    assert read.kind is kind
    assert read.is_empty is (kind is Kind.UNKNOWN)


def test_kinds_are_never_mixed() -> None:
    both = {"findings": [basic_finding()], "enhancedFindings": [enhanced_finding()]}
    with pytest.raises(EvidenceError, match="never to be mixed"):
        _ = listing(body(found=both)).kind
    with pytest.raises(EvidenceError, match="never to be mixed"):
        _ = listing(found(enhanced_finding()), body(found={"findings": [basic_finding()]})).kind


def test_times_and_counts_are_those_of_the_first_page_that_has_them() -> None:
    first, second = 1_770_000_000, "2026-02-02T13:40:01+11:00"
    times = listing(
        found(vulnerabilitySourceUpdatedAt=first),
        found(imageScanCompletedAt=second, findingSeverityCounts={"LOW": 1}),
        found(imageScanCompletedAt=5, findingSeverityCounts={"LOW": 9}),
    )
    assert times.completed_at == datetime(2026, 2, 2, 2, 40, 1, tzinfo=UTC)
    assert times.data_at == datetime(2026, 2, 2, 2, 40, tzinfo=UTC)
    assert times.declared == {"LOW": 1}
    assert listing(body()).completed_at is None
    assert listing(body()).declared is None


@pytest.mark.parametrize(
    ("age", "is_settled"), [(299, False), (300, False), (300.5, True), (86_400, True), (-10, False), (-86_400, False)]
)
def test_a_scan_is_old_when_it_finished_longer_ago_than_settle(age: float, is_settled: bool) -> None:
    done = (NOW - timedelta(seconds=age)).timestamp()
    assert listing(found(imageScanCompletedAt=done)).is_settled(timedelta(minutes=5)) is is_settled


def test_a_scan_that_does_not_say_when_it_finished_is_never_old() -> None:
    assert not listing(found()).is_settled(timedelta(0))


FINGERPRINTED = enhanced_finding(arn="arn:1")


@pytest.mark.parametrize(
    "other",
    [
        found(FINGERPRINTED, enhanced_finding(arn="arn:2")),
        found(FINGERPRINTED | {"findingArn": "arn:3"}),
        found(FINGERPRINTED | {"status": "CLOSED"}),
        found(FINGERPRINTED | {"updatedAt": 5}),
        found(FINGERPRINTED, findingSeverityCounts={"HIGH": 1}),
        found(FINGERPRINTED, imageScanCompletedAt=5),
        found(),
    ],
)
def test_listings_that_differ_in_findings_or_counts_are_told_apart(other: dict[str, Any]) -> None:
    once = listing(found(FINGERPRINTED))
    assert once.fingerprint() == listing(found(FINGERPRINTED)).fingerprint()
    assert once.fingerprint() != listing(other).fingerprint()


def test_the_order_of_findings_and_counts_is_no_difference() -> None:
    one, two = FINGERPRINTED, enhanced_finding(arn="arn:2", status=None)
    there = listing(found(one, two, findingSeverityCounts={"HIGH": 1, "LOW": 1}))
    back = listing(found(two, one, findingSeverityCounts={"LOW": 1, "HIGH": 1}))
    assert there.fingerprint() == back.fingerprint()


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        ("arn:aws:ecr:eu-west-1:123456789012:repository/team/app/sha256:1", "eu-west-1"),
        ("arn:aws:ec2:eu-west-1:123456789012:instance/i-1", None),
        ("arn:aws:ecr::123456789012:repository/x", None),
        ("team/app", None),
        ("", None),
        ("arn:aws:lambda:us-east-1:123456789012:function:a", None),
        ("arn:aws:ecr:eu-west-3:123456789012", None),
        ("arn:aws:ecr:eu-west-3:123456789012:repository/a/b", "eu-west-3"),
    ],
)
def test_the_region_is_that_of_the_ecr_resource(resource: str, region: str | None) -> None:
    assert listing(found(enhanced_finding(extra={"resources": [{"id": resource}]}))).region == region


def test_equal_findings_are_numbered_whatever_their_order() -> None:
    one, two = enhanced_finding(arn="arn:1"), enhanced_finding(arn="arn:2")
    there, back = listing(found(one, two)).read(None), listing(found(two), found(one)).read(None)
    assert there.findings == back.findings
    assert [finding.key[-2:] for finding in there.findings] == ["ib", "#2"]


def test_the_status_is_the_first_pages() -> None:
    first, last = found() | {"imageScanStatus": {"status": "ACTIVE", "description": "one"}}, found(status=None)
    read = listing(first, last)
    assert (read.status, read.description) == ("ACTIVE", "one")
