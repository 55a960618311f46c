"""All pages of a listing are read, each once, and a listing that was lost on the way is never a short clean one."""

from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Kind, ScanState
from gate.sources.paging import MOST_PAGES
from tests.aws_double.answers import basic, enhanced
from tests.aws_double.faults import altered, aws_error, html, throttled
from tests.aws_double.findings import basic_findings, enhanced_finding, enhanced_findings
from tests.sources.live import SCAN, Live

LISTED = enhanced_findings(250)
SUPPRESSED = tuple(enhanced_finding(f"CVE-2024-{n}", status="SUPPRESSED") for n in range(60))


def pages(live: Live) -> list[str | None]:
    """Return the tokens that were asked with."""
    return [call.input.get("nextToken") for call in live.double.called(SCAN)]  # type: ignore[misc]


@pytest.mark.parametrize("counts", ["page", "total", "absent", {"HIGH": 0}])
def test_250_enhanced_findings_come_in_pages_of_100(live: Live, counts: Any) -> None:
    live.image(enhanced(LISTED, counts=counts))
    scan = live.scan()
    assert (scan.state, scan.kind, len(scan.findings)) == (ScanState.COMPLETE, Kind.ENHANCED, 250)
    assert len({finding.id for finding in scan.findings}) == 250
    asked = pages(live)
    assert (len(asked), asked[0], len(set(asked))) == (3, None, 3)
    assert len(scan.warnings) == (counts == {"HIGH": 0})


def test_2500_basic_findings_come_in_pages_of_1000(live: Live) -> None:
    live.image(basic(basic_findings(2_500)))
    scan = live.scan()
    assert (scan.state, scan.kind, len(scan.findings), len(pages(live))) == (ScanState.COMPLETE, Kind.BASIC, 2_500, 3)


def test_every_page_is_asked_of_the_digest_in_its_registry(live: Live) -> None:
    image = live.image(enhanced(LISTED))
    live.scan()
    assert {call.input["registryId"] for call in live.double.called(SCAN)} == {"123456789012"}
    assert [call.input["imageId"] for call in live.double.called(SCAN)] == [{"imageDigest": image.digest}] * 3


@pytest.mark.parametrize("counts", ["page", "total", "page-active", "total-active"])
def test_counts_may_leave_out_what_is_suppressed(live: Live, counts: Any) -> None:
    live.image(enhanced(LISTED + SUPPRESSED, counts=counts))
    scan = live.scan()
    assert (scan.state, len(scan.findings), scan.warnings) == (ScanState.COMPLETE, 310, ())


@pytest.mark.parametrize("lost", ["token", "page"])
def test_a_page_that_is_lost_is_noticed_by_the_counts_of_all(live: Live, lost: Any) -> None:
    live.image(enhanced(LISTED, counts="total", lost=lost))
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert "declared and" in scan.reason


def test_a_page_that_comes_empty_is_noticed_by_its_own_counts(live: Live) -> None:
    live.image(enhanced(LISTED, counts="page", lost="page"))
    assert live.scan().state is ScanState.INCOMPLETE


def test_a_basic_page_that_is_lost_is_noticed(live: Live) -> None:
    live.image(basic(basic_findings(1_500), lost="token"))
    assert live.scan().state is ScanState.INCOMPLETE


def test_a_token_that_comes_twice_is_no_evidence(live: Live) -> None:
    live.image(enhanced(LISTED, repeats=True))
    scan = live.scan()
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())
    assert "the same page token twice" in scan.reason
    assert len(pages(live)) == 2


def test_tokens_that_never_end_are_no_evidence(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.sources.reader.MOST_PAGES", 20)
    live.image(enhanced(LISTED, endless=True))
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert "more than 20 pages" in scan.reason
    assert len(pages(live)) == 20


def test_a_listing_may_have_2000_pages_and_as_many_as_that(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PAGES == 2_000
    monkeypatch.setattr("gate.sources.reader.MOST_PAGES", 3)
    live.image(enhanced(LISTED))
    assert live.scan().state is ScanState.COMPLETE


def test_an_empty_token_is_the_end(live: Live) -> None:
    live.image(enhanced([enhanced_finding()]))
    live.double.fail(SCAN, altered(lambda page: page | {"nextToken": ""}))
    assert live.scan().state is ScanState.COMPLETE
    assert pages(live) == [None]


def test_a_status_that_changes_while_pages_are_read_is_no_evidence(live: Live) -> None:
    live.image(enhanced(LISTED))
    live.double.fail(SCAN, altered(lambda page: page | {"imageScanStatus": {"status": "IN_PROGRESS"}}), first=3)
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason == "the status changed from ACTIVE to IN_PROGRESS while the pages were read"


def test_a_page_of_another_image_is_no_evidence(live: Live) -> None:
    other = live.image(enhanced([enhanced_finding()]), tag="other")
    live.image(enhanced(LISTED))

    def swapped(page: Any) -> Any:
        for listed in page["imageScanFindings"]["enhancedFindings"]:
            listed["resources"][0]["details"]["awsEcrContainerImage"]["imageHash"] = other.digest
        return page

    live.double.fail(SCAN, altered(swapped), first=2)
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert f"of another image, {other.digest}" in scan.reason


@pytest.mark.usefixtures("no_sdk_sleep")
def test_a_page_that_fails_for_a_moment_is_asked_for_again(live: Live) -> None:
    live.image(enhanced(LISTED))
    live.double.fail(SCAN, throttled(), first=2, times=2)
    live.double.fail(SCAN, html(), first=5)
    scan = live.scan()
    assert (scan.state, len(scan.findings)) == (ScanState.COMPLETE, 250)
    assert (len(pages(live)), len(set(pages(live)))) == (6, 3)


@pytest.mark.usefixtures("no_sdk_sleep")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (throttled(), Exit.NOT_YET),
        (aws_error("InvalidParameterException", "Invalid parameter at 'nextToken'"), Exit.REFUSED),
    ],
)
def test_a_page_that_is_refused_leaves_no_shorter_listing(live: Live, fault: Any, code: Exit) -> None:
    live.image(enhanced(LISTED))
    live.double.fail(SCAN, fault, first=2, times=None)
    assert live.refusal().exit_code == code
