"""A listing says what its pages say together: state, kind, times, and why it is not whole."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from botocore.loaders import create_loader

from gate.errors import EvidenceError
from gate.model import Kind, ScanState
from gate.sources.listing import STATES, Listing, state_of
from gate.sources.wire import Page
from tests.aws_double.answers import UNSUPPORTED_OS
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.builders import DIGEST, NOW, OTHER_DIGEST

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


def body(**members: Any) -> dict[str, Any]:
    """Return one page as JSON; `None` leaves `imageScanFindings` or `imageScanStatus` out."""
    status = members.pop("status", "ACTIVE")
    page = {"imageScanFindings": members.pop("found", {"enhancedFindings": []}), **members}
    return page | ({"imageScanStatus": {"status": status}} if status else {})


def listing(*bodies: dict[str, Any], read_at: datetime = NOW) -> Listing:
    return Listing(pages=tuple(msgspec.convert(page, Page) for page in bodies), read_at=read_at)


def found(*findings: Any, **members: Any) -> dict[str, Any]:
    return body(found={"enhancedFindings": findings, **members})


def about(digest: str | None, region: str = "eu-west-1") -> dict[str, Any]:
    where = f"arn:aws:ecr:{region}:123456789012:repository/team/app/{digest}"
    details = {"awsEcrContainerImage": {"imageHash": digest}}
    return enhanced_finding(extra={"resources": [{"id": where, "details": details}]})


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


@pytest.mark.parametrize("found_in_page", [None, {}, {"imageScanCompletedAt": 5}, {"findingSeverityCounts": {}}])
def test_a_ready_answer_with_neither_list_nor_counts_is_not_whole(found_in_page: Any) -> None:
    reading = listing(body(found=found_in_page, status="COMPLETE")).read(DIGEST)
    assert reading.problem == "the scan is COMPLETE, and the answer has neither a list of findings nor counts"


def test_one_page_with_neither_list_nor_counts_is_not_whole() -> None:
    reading = listing(found(enhanced_finding()), body(found=None), found()).read(None)
    assert reading.problem == "the scan is ACTIVE, and page 2 of its 3 has neither a list of findings nor counts"


def test_counts_without_a_list_are_not_whole() -> None:
    reading = listing(body(found={"findingSeverityCounts": {"HIGH": 1}})).read(DIGEST)
    assert "high 1 declared and 0 listed" in reading.problem


def test_counts_of_nothing_without_a_list_are_a_clean_scan() -> None:
    assert listing(body(found={"findingSeverityCounts": {"HIGH": 0}})).read(DIGEST).problem == ""


def test_an_empty_list_is_a_clean_scan() -> None:
    assert listing(body(found={"findings": []})).read(DIGEST).problem == ""


def test_more_listed_than_declared_is_a_warning_and_no_problem() -> None:
    reading = listing(found(enhanced_finding(), findingSeverityCounts={})).read(DIGEST)
    assert reading.problem == ""
    assert reading.warnings == ("AWS's counts and its list differ: high 0 declared and 1 listed",)
    assert len(reading.findings) == 1


def test_a_status_that_changes_between_pages_is_a_problem() -> None:
    other = "IN_PROGRESS\x1b[2J"
    reading = listing(found(), body(status=other)).read(DIGEST)
    assert reading.problem == "the status changed from ACTIVE to IN_PROGRESS while the pages were read"
    assert listing(found(), body(status=None)).read(DIGEST).problem == ""


def test_findings_of_another_image_are_a_problem() -> None:
    assert listing(found(about(DIGEST))).read(DIGEST).problem == ""
    strayed = listing(found(about(DIGEST), about(OTHER_DIGEST))).read(DIGEST).problem
    assert strayed == f"the answer lists findings of another image, {OTHER_DIGEST}"


def test_without_a_digest_all_findings_must_be_of_one_image() -> None:
    assert listing(found(about(OTHER_DIGEST), about(OTHER_DIGEST))).read(None).problem == ""
    assert "of another image" in listing(found(about(DIGEST), about(OTHER_DIGEST))).read(None).problem


@pytest.mark.parametrize("resources", [None, [], [{}], [{"details": {}}], [{"details": {"awsEcrContainerImage": {}}}]])
def test_a_finding_need_not_say_what_it_is_about(resources: Any) -> None:
    read = listing(found(enhanced_finding(extra={"resources": resources})))
    assert read.read(DIGEST).problem == ""
    assert read.region is None


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        ("arn:aws:ecr:eu-west-1:123456789012:repository/team/app/sha256:1", "eu-west-1"),
        ("arn:aws:ec2:eu-west-1:123456789012:instance/i-1", None),
        ("arn:aws:ecr::123456789012:repository/x", None),
        ("team/app", None),
        ("", None),
    ],
)
def test_the_region_is_that_of_the_ecr_resource(resource: str, region: str | None) -> None:
    assert listing(found(enhanced_finding(extra={"resources": [{"id": resource}]}))).region == region


def test_equal_findings_are_numbered_whatever_their_order() -> None:
    one, two = enhanced_finding(arn="arn:1"), enhanced_finding(arn="arn:2")
    there, back = listing(found(one, two)).read(None), listing(found(two), found(one)).read(None)
    assert there.findings == back.findings
    assert [finding.key[-2:] for finding in there.findings] == ["ib", "#2"]


def numbered(first: int, count: int) -> list[Any]:
    return [enhanced_finding(f"CVE-2026-{number}") for number in range(first, first + count)]


@pytest.mark.parametrize("lists", [{}, {"enhancedFindings": None}, {"enhancedFindings": []}])
def test_a_page_that_declares_findings_and_lists_none_was_lost_whatever_another_page_declares(lists: Any) -> None:
    counts = {"HIGH": 3}
    whole = listing(found(*numbered(1_000, 3), findingSeverityCounts=counts), found(*numbered(2_000, 3)))
    lost = listing(
        found(*numbered(1_000, 3), findingSeverityCounts=counts),
        body(found={**lists, "findingSeverityCounts": counts}),
    )
    assert whole.read(DIGEST).problem == ""
    assert (
        lost.read(DIGEST).problem == "the scan is ACTIVE, and on page 2 of its 2 findings are declared and none listed"
    )


def test_a_page_that_comes_twice_is_noticed_by_its_findings() -> None:
    twice = found(*numbered(1_000, 3), findingSeverityCounts={"HIGH": 3})
    assert listing(twice, twice).read(DIGEST).problem.startswith("two pages list the same finding, arn:aws:inspector2")


def test_a_page_that_comes_again_after_another_is_noticed_too_and_its_first_finding_named() -> None:
    first = found(*numbered(1_000, 3), findingSeverityCounts={"HIGH": 3})
    second = found(*numbered(2_000, 3), findingSeverityCounts={"HIGH": 3})
    arns = sorted(one["findingArn"] for one in first["imageScanFindings"]["enhancedFindings"])

    said = listing(first, second, first).read(DIGEST)

    assert said.problem == f"two pages list the same finding, {arns[0]}"


def test_what_is_told_of_a_listing_that_is_not_whole_is_cut_where_it_is_long() -> None:
    word = "W" * 61
    moved = listing(found(*numbered(1_000, 1)), body(status=word))

    assert moved.read(DIGEST).problem == (f"the status changed from ACTIVE to {'W' * 59}… while the pages were read")


def test_a_listing_that_is_hollow_has_nothing_to_judge() -> None:
    said = listing(body(found={})).read(DIGEST)

    assert (said.findings, said.warnings) == ((), ())
    assert said.problem
