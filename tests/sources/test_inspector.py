"""Inspector's listing is joined to ECR's by ARN: differences are named, and nothing that one of them lists is lost."""

from typing import Any

import pytest

from gate.model import FindingStatus, Fix, Kind, Refusal, Scan, ScanState, Severity
from tests.aws_double.answers import basic, empty, enhanced, failed
from tests.aws_double.faults import access_denied, altered
from tests.aws_double.findings import basic_finding, enhanced_finding, enhanced_findings
from tests.sources.live import Live

FINDINGS = "ListFindings"
COUNTS = "ListFindingAggregations"
ONE = enhanced_finding()
TWO = enhanced_finding("CVE-2026-10002", "LOW")
HIDDEN = enhanced_finding("CVE-2026-10003", "CRITICAL", status="SUPPRESSED")
CLOSED = enhanced_finding("CVE-2026-10004", "CRITICAL", status="CLOSED")


def joined(live: Live, **options: Any) -> Scan:
    """Ask about the image with Inspector's listing joined."""
    scan = asked(live, **options)
    assert isinstance(scan, Scan), scan
    return scan


def asked(live: Live, *, with_suppressed: bool = True) -> Scan | Refusal:
    """Ask about the image with Inspector's listing joined, or hear why it cannot be."""
    return live.asked(inspector=True, with_suppressed=with_suppressed)


def test_where_both_list_the_same_epss_is_all_that_is_added(live: Live) -> None:
    image = live.image(enhanced([ONE, TWO]))
    live.double.inspector.lists(image, [ONE | {"epss": {"score": 0.25}}, TWO])
    scan = joined(live)
    assert (scan.state, scan.kind, scan.warnings, scan.hint) == (ScanState.COMPLETE, Kind.ENHANCED, (), "")
    assert [finding.epss for finding in scan.findings] == [0.25, None]
    assert [finding.epss_source for finding in scan.findings] == ["inspector", None]
    plain = live.scan()
    assert [(one.key, one.severity, one.scores) for one in scan.findings] == [
        (one.key, one.severity, one.scores) for one in plain.findings
    ]


def test_inspector_is_not_asked_unless_it_is_wanted(live: Live) -> None:
    live.image(enhanced([ONE]))
    assert live.scan().findings[0].epss is None
    assert live.double.called(FINDINGS) == ()


def test_findings_of_both_listings_are_judged_and_named(live: Live) -> None:
    image = live.image(enhanced([ONE, CLOSED]))
    live.double.inspector.lists(image, [TWO])
    scan = joined(live)
    assert {finding.id for finding in scan.findings} == {"CVE-2026-10001", "CVE-2026-10002", "CVE-2026-10004"}
    assert scan.warnings == (
        "Inspector lists 1 finding (CVE-2026-10002) that ECR does not list",
        "ECR lists 1 finding (CVE-2026-10001) that Inspector does not list",
    )


def test_many_differences_are_counted_and_a_few_named(live: Live) -> None:
    image = live.image(enhanced([]))
    live.double.inspector.lists(image, enhanced_findings(5))
    [line] = joined(live).warnings
    assert line == (
        "Inspector lists 5 findings (CVE-2025-20000, CVE-2025-20001, CVE-2025-20002 and 2 more) that ECR does not list"
    )


def test_suppressed_findings_are_asked_for_where_they_count(live: Live) -> None:
    image = live.image(enhanced([ONE]))
    live.double.inspector.lists(image, [ONE, HIDDEN, CLOSED])
    assert {finding.id for finding in joined(live).findings} == {"CVE-2026-10001", "CVE-2026-10003"}
    assert {finding.id for finding in joined(live, with_suppressed=False).findings} == {"CVE-2026-10001"}
    states = [
        [one["value"] for one in call.input["filterCriteria"]["findingStatus"]]  # type: ignore[index]
        for call in live.double.called(FINDINGS)
    ]
    assert states == [["ACTIVE", "SUPPRESSED"], ["ACTIVE"]]


def test_a_suppressed_finding_of_ecrs_is_no_difference_where_it_is_not_asked_for(live: Live) -> None:
    live.image(enhanced([ONE, HIDDEN]))
    scan = joined(live, with_suppressed=False)
    assert (len(scan.findings), scan.warnings) == (2, ())


@pytest.mark.parametrize(
    ("ecr", "inspector", "severity", "status"),
    [
        ({"severity": "LOW"}, {"severity": "CRITICAL"}, Severity.CRITICAL, FindingStatus.ACTIVE),
        ({"severity": "HIGH"}, {"severity": "LOW"}, Severity.HIGH, FindingStatus.ACTIVE),
        ({"severity": "UNTRIAGED"}, {"severity": "LOW"}, Severity.LOW, FindingStatus.ACTIVE),
        ({"status": "SUPPRESSED"}, {"status": "ACTIVE"}, Severity.HIGH, FindingStatus.ACTIVE),
        ({"status": "ACTIVE"}, {"status": "SUPPRESSED"}, Severity.HIGH, FindingStatus.ACTIVE),
        ({"status": "CLOSED"}, {"status": "SUPPRESSED"}, Severity.HIGH, FindingStatus.SUPPRESSED),
    ],
)
def test_where_they_differ_the_worse_is_judged(
    live: Live, ecr: Any, inspector: Any, severity: Severity, status: FindingStatus
) -> None:
    image = live.image(enhanced([ONE | ecr]))
    live.double.inspector.lists(image, [ONE | inspector])
    scan = joined(live)
    [finding] = scan.findings
    assert (finding.severity, finding.status) == (severity, status)
    assert scan.warnings == (
        "ECR and Inspector differ over severity or status of 1 finding (CVE-2026-10001); the worse is judged",
    )


def test_what_ecr_does_not_say_inspector_may(live: Live) -> None:
    image = live.image(enhanced([enhanced_finding(fix=None, exploit=None)]))
    live.double.inspector.lists(image, [enhanced_finding(exploit="YES")])
    [finding] = joined(live).findings
    assert (finding.fix, finding.exploit) == (Fix.FULL, True)


def test_findings_without_an_arn_are_never_taken_for_one(live: Live) -> None:
    image = live.image(enhanced([{key: ONE[key] for key in ONE if key != "findingArn"}]))
    live.double.inspector.lists(image, [{key: TWO[key] for key in TWO if key != "findingArn"}])
    assert len(joined(live).findings) == 2


def test_equal_findings_of_both_listings_are_numbered_together(live: Live) -> None:
    again = ONE | {"findingArn": f"arn:aws:inspector2:eu-central-1:123456789012:finding/{'0' * 32}"}
    more = ONE | {"findingArn": f"arn:aws:inspector2:eu-central-1:123456789012:finding/{'1' * 32}"}
    image = live.image(enhanced([ONE, again]))
    live.double.inspector.lists(image, [ONE, more])
    keys = [finding.key for finding in joined(live).findings]
    assert [key.partition(" #")[2] for key in keys] == ["", "2", "3"]


def test_all_pages_are_read_a_hundred_at_a_time(live: Live) -> None:
    image = live.image(enhanced([]))
    live.double.inspector.lists(image, enhanced_findings(250))
    assert len(joined(live).findings) == 250
    assert [call.input["maxResults"] for call in live.double.called(FINDINGS)] == [100, 100, 100]


def test_a_page_that_comes_again_is_no_whole_listing(live: Live) -> None:
    image = live.image(enhanced([]))
    live.double.inspector.lists(image, enhanced_findings(250))
    live.double.inspector.repeats = True
    scan = joined(live)
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())
    assert scan.reason == "ListFindings answered the same page token twice, so its list cannot be whole"


def test_pages_without_end_are_no_whole_listing(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.sources.paging.MOST_PAGES", 2)
    image = live.image(enhanced([]))
    live.double.inspector.lists(image, enhanced_findings(250))
    assert joined(live).reason == "ListFindings answered more than 2 pages"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"all": 3, "high": 1}, "all 3 counted and 2 listed"),
        ({"all": 2, "critical": 1}, "critical 1 counted and 0 listed"),
        ({"high": 2, "medium": 5}, "high 2 counted and 1 listed, medium 5 counted and 0 listed"),
    ],
)
def test_more_counted_than_listed_is_incomplete(live: Live, counts: Any, said: str) -> None:
    image = live.image(enhanced([ONE, TWO]))
    live.double.inspector.counts(image, counts)
    scan = joined(live)
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())
    assert scan.reason == f"Inspector counts more findings than are listed: {said}"
    assert scan.hint == "Retry later; if it stays so, ask AWS support."


@pytest.mark.parametrize("counts", [None, {"all": 2, "high": 1}, {"all": 0}])
def test_fewer_counted_than_listed_is_whole(live: Live, counts: Any) -> None:
    image = live.image(enhanced([ONE, TWO]))
    live.double.inspector.counts(image, counts)
    assert joined(live).state is ScanState.COMPLETE


def test_counts_of_another_resource_say_nothing(live: Live) -> None:
    image = live.image(enhanced([ONE]))
    live.double.inspector.counts(image, {"all": 9})
    rows = [{}, {"awsEcrContainerAggregation": {"resourceId": "i-0123456789", "severityCounts": {"all": 9}}}]
    live.double.fail(COUNTS, altered(lambda page: page | {"responses": rows}))
    assert joined(live).state is ScanState.COMPLETE


def test_findings_of_other_resources_are_left_out_and_counted(live: Live) -> None:
    instance = {"id": "i-0123456789abcdef0", "type": "AWS_EC2_INSTANCE"}
    image = live.image(enhanced([ONE]))
    live.double.inspector.lists(image, [ONE, TWO | {"resources": [instance]}])
    live.double.inspector.counts(image, None)
    scan = joined(live)
    assert [finding.id for finding in scan.findings] == ["CVE-2026-10001"]
    assert scan.warnings == ("1 finding of other resources in Inspector's answer left out",)


def test_a_basic_scan_is_not_inspectors(live: Live) -> None:
    live.image(basic([basic_finding()]))
    scan = joined(live)
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())
    assert scan.reason == (
        "the image is scanned by basic scanning, of which Inspector knows nothing (--source inspector)"
    )
    assert scan.hint == "Leave out --source inspector, or switch the registry to enhanced scanning."
    assert live.double.called(FINDINGS) == ()


def test_an_empty_scan_of_unknown_kind_is_enhanced_if_inspector_lists_something(live: Live) -> None:
    image = live.image(empty(completed=0.0))
    live.double.registry_scanning(None)
    assert joined(live).kind is Kind.UNKNOWN
    live.double.inspector.lists(image, [ONE])
    assert joined(live).kind is Kind.ENHANCED


def test_where_a_rule_needs_epss_an_enhanced_scan_is_joined_by_itself(live: Live) -> None:
    image = live.image(enhanced([ONE]))
    live.double.inspector.lists(image, [ONE | {"epss": {"score": 0.25}}, TWO])
    found = live.scan(epss=True)
    assert found == joined(live)
    assert [finding.epss for finding in found.findings] == [0.25, None]


def test_an_empty_scan_of_enhanced_scanning_is_joined_by_itself_too(live: Live) -> None:
    image = live.image(enhanced([]))
    live.double.registry_scanning("ENHANCED")
    live.double.inspector.lists(image, [ONE])
    assert [finding.id for finding in live.scan(epss=True).findings] == ["CVE-2026-10001"]


def test_suppressed_findings_count_in_a_listing_that_is_joined_by_itself_as_they_do_elsewhere(live: Live) -> None:
    image = live.image(enhanced([ONE]))
    live.double.inspector.lists(image, [ONE, HIDDEN])
    assert len(live.scan(epss=True).findings) == 2
    assert len(live.scan(epss=True, with_suppressed=False).findings) == 1


@pytest.mark.parametrize("answer", [basic([basic_finding()]), basic([]), empty(completed=0.0), failed("gone wrong")])
def test_no_other_scan_is_joined_by_itself_and_nothing_fails(answer: Any, live: Live) -> None:
    live.image(answer)
    live.double.registry_scanning("BASIC" if answer.basic else None)
    found = live.scan(epss=True)
    assert found.state is (ScanState.FAILED if answer.status == "FAILED" else ScanState.COMPLETE)
    assert live.double.called(FINDINGS) == ()


def test_a_refusal_of_what_nobody_asked_for_says_how_to_do_without(live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.fail(COUNTS, access_denied(f"inspector2:{COUNTS}"), times=None)
    refusal = live.refusal(epss=True)
    assert refusal.exit_code == 5
    assert refusal.hint.startswith(f"Allow inspector2:{COUNTS} to the caller's role. ")
    assert "--epss FILE" in refusal.hint
    assert "--epss FILE" not in live.refusal(epss=True, inspector=True).hint


def test_a_scan_without_evidence_is_not_joined(live: Live) -> None:
    live.image(failed("gone wrong"))
    assert joined(live).state is ScanState.FAILED
    assert live.double.called(FINDINGS) == ()


@pytest.mark.parametrize("operation", [FINDINGS, COUNTS])
def test_a_refusal_of_inspectors_is_one_of_the_image(live: Live, operation: str) -> None:
    live.image(enhanced([ONE]))
    live.double.fail(operation, access_denied(f"inspector2:{operation}"), times=None)
    refusal = asked(live)
    assert isinstance(refusal, Refusal)
    assert (refusal.exit_code, refusal.hint) == (5, f"Allow inspector2:{operation} to the caller's role.")
