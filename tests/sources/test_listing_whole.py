"""A listing that is not whole says why, and one that is whole does not."""

from typing import Any

import pytest

from tests.aws_double.findings import enhanced_finding
from tests.builders import DIGEST, OTHER_DIGEST
from tests.sources.listings import body, found, listing


def about(digest: str | None, region: str = "eu-west-1") -> dict[str, Any]:
    where = f"arn:aws:ecr:{region}:123456789012:repository/team/app/{digest}"
    details = {"awsEcrContainerImage": {"imageHash": digest}}
    return enhanced_finding(extra={"resources": [{"id": where, "details": details}]})


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
