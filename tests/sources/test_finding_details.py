"""Inspector's details say of a finding what CISA knows, its weaknesses and its EPSS; without them it stays unknown."""

from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.loaders import create_loader

from gate.model import Finding, Kev, Refusal, Scan, ScanState
from gate.sources.aws import Caller, Connections
from gate.sources.finding_details import MOST, OPERATION, REASONS, FindingDetails
from tests.aws_double.answers import basic, empty, enhanced, failed
from tests.aws_double.faults import access_denied, altered, aws_error, html, throttled
from tests.aws_double.findings import basic_finding, enhanced_finding, enhanced_findings
from tests.aws_double.shapes import Unknown
from tests.builders import finding, image, scan
from tests.sources.live import Live

SHAPES: dict[str, Any] = create_loader().load_service_model("inspector2", "service-2")["shapes"]
ONE = enhanced_finding()
TWO = enhanced_finding("CVE-2026-10002", "LOW")
ADDED = datetime(2026, 1, 9, 23, 30, tzinfo=UTC)
DUE = datetime(2026, 1, 31, 0, 0, tzinfo=UTC)
LISTED = Kev(listed=True, added=date(2026, 1, 9), due=date(2026, 1, 31), source="inspector")
NOT_LISTED = Kev(listed=False, source="inspector")


def everything(scan: Scan) -> tuple[str, ...]:
    """Call every finding undecided."""
    return tuple(finding.arn for finding in scan.findings if finding.arn)


def detailed(live: Live, undecided: Any = everything, **options: Any) -> Scan:
    """Ask about the image, and for the details of its undecided findings."""
    return live.scan(undecided=undecided, **options)


def named(scan: Scan, name: str) -> Finding:
    [found] = [finding for finding in scan.findings if finding.id == name]
    return found


def asked_for(live: Live) -> list[Any]:
    return [call.input["findingArns"] for call in live.double.called(OPERATION)]


def test_what_cisa_says_weaknesses_and_epss_are_told(live: Live) -> None:
    live.image(enhanced([ONE, TWO]))
    live.double.inspector.details(ONE, kev=(ADDED, DUE), cwes=["CWE-79", "CWE-89"], epss=0.25)
    live.double.inspector.details(TWO)
    scan = detailed(live)
    assert (scan.state, scan.warnings) == (ScanState.COMPLETE, ())
    first, second = named(scan, "CVE-2026-10001"), named(scan, "CVE-2026-10002")
    assert (first.kev, first.cwes, first.epss, first.epss_source) == (LISTED, ("CWE-79", "CWE-89"), 0.25, "inspector")
    assert (second.kev, second.cwes, second.epss, second.epss_source) == (NOT_LISTED, (), None, None)


def test_the_days_of_cisas_dates_are_in_utc(live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.inspector.details(ONE, kev=(ADDED, DUE))
    iso = {"dateAdded": "2026-01-09T20:30:00-05:00", "dateDue": "2026-01-31"}
    change = altered(lambda page: page | {"findingDetails": [page["findingDetails"][0] | {"cisaData": iso}]})  # type: ignore[index]
    assert named(detailed(live), "CVE-2026-10001").kev == LISTED
    live.double.fail(OPERATION, change, first=2)
    kev = named(detailed(live), "CVE-2026-10001").kev
    assert kev == Kev(listed=True, added=date(2026, 1, 10), due=date(2026, 1, 31), source="inspector")


def test_what_is_listed_without_dates_is_listed(live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.inspector.details(ONE, extra={"cisaData": {}})
    assert named(detailed(live), "CVE-2026-10001").kev == Kev(listed=True, source="inspector")


def test_only_undecided_findings_of_the_scan_are_asked_for_each_once(live: Live) -> None:
    live.image(enhanced([ONE, TWO, {key: ONE[key] for key in ONE if key != "findingArn"}]))
    live.double.inspector.details(TWO, kev=(ADDED, DUE))
    wanted = str(TWO["findingArn"])
    scan = detailed(live, lambda _: (wanted, wanted, "arn:aws:inspector2:eu-central-1:123456789012:finding/of-another"))
    assert asked_for(live) == [[wanted]]
    assert [finding.kev for finding in scan.findings if finding.arn != wanted] == [None, None]
    assert (named(scan, "CVE-2026-10002").kev, scan.warnings) == (LISTED, ())


def test_where_nothing_is_undecided_nothing_is_asked(live: Live) -> None:
    live.image(enhanced([ONE]))
    assert detailed(live, lambda _: ()) == live.scan()
    assert asked_for(live) == []


@pytest.mark.parametrize("answer", [basic([basic_finding()]), failed("gone wrong"), empty(completed=0.0)])
def test_only_complete_enhanced_scans_with_findings_are_looked_into(answer: Any, live: Live) -> None:
    live.image(answer)

    def never(scan: Scan) -> tuple[str, ...]:
        raise AssertionError(scan)

    assert isinstance(detailed(live, never), Scan)
    assert asked_for(live) == []


def test_ten_findings_are_asked_for_at_once_and_the_double_takes_no_more(live: Live) -> None:
    rows = enhanced_findings(23)
    for row in rows:
        live.double.inspector.details(row)
    live.image(enhanced(rows))
    scan = detailed(live)
    assert [len(arns) for arns in asked_for(live)] == [10, 10, 3]
    assert {finding.kev for finding in scan.findings} == {NOT_LISTED}
    client: Any = boto3.client("inspector2", endpoint_url=live.double.url)
    arns = [row["findingArn"] for row in rows]
    assert len(client.batch_get_finding_details(findingArns=arns[:10])["findingDetails"]) == 10
    with pytest.raises(ClientError, match="ValidationException"):
        client.batch_get_finding_details(findingArns=arns[:11])


def test_the_model_says_how_many_may_be_asked_for_at_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SHAPES["FindingArnList"]["max"] == MOST
    live.image(enhanced([ONE, TWO]))
    monkeypatch.setattr(Caller, "most", lambda _, *asked: {(OPERATION, "findingArns"): 1}.get(asked))
    detailed(live)
    monkeypatch.setattr(Caller, "most", lambda *_: None)
    detailed(live)
    assert [len(arns) for arns in asked_for(live)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("INTERNAL_ERROR", "1 INTERNAL_ERROR (Inspector failed)"),
        ("ACCESS_DENIED", "1 ACCESS_DENIED (the caller may not read them)"),
        ("FINDING_DETAILS_NOT_FOUND", "1 FINDING_DETAILS_NOT_FOUND (Inspector has none)"),
        ("INVALID_INPUT", "1 INVALID_INPUT (Inspector does not know the finding)"),
        (Unknown("ODD\x1b[2J"), "1 ODD"),
        (Unknown("O" * 300), f"1 {'O' * 59}…"),
    ],
)
def test_a_finding_without_details_stays_unknown_and_why_is_said(code: str, said: str, live: Live) -> None:
    live.image(enhanced([ONE, TWO]))
    live.double.inspector.details(TWO, kev=(ADDED, DUE))
    live.double.inspector.no_details(ONE, code)
    scan = detailed(live)
    assert (named(scan, "CVE-2026-10001").kev, named(scan, "CVE-2026-10002").kev) == (None, LISTED)
    assert scan.state is ScanState.COMPLETE
    assert scan.warnings == (f"whether CISA lists 1 finding as exploited is not known, for want of details: {said}",)


def test_all_that_stay_unknown_are_counted_in_one_line(live: Live) -> None:
    rows = enhanced_findings(13)
    live.image(enhanced(rows))
    for row in rows[:2]:
        live.double.inspector.no_details(row, "INTERNAL_ERROR")
    live.double.inspector.details(rows[12])
    live.double.fail(OPERATION, altered(lambda page: page | {"errors": []}), first=2)
    [line] = detailed(live).warnings
    assert line == (
        "whether CISA lists 12 findings as exploited is not known, for want of details: "
        "8 FINDING_DETAILS_NOT_FOUND (Inspector has none); 2 INTERNAL_ERROR (Inspector failed); 2 no answer"
    )


def test_details_beside_an_error_are_not_believed(live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.inspector.details(ONE)
    error = {"findingArn": ONE["findingArn"], "errorCode": None, "errorMessage": "Odd."}
    live.double.fail(OPERATION, altered(lambda page: page | {"errors": [error, {}]}))
    scan = detailed(live)
    assert named(scan, "CVE-2026-10001").kev is None
    assert scan.warnings[0].endswith("1 no answer")


@pytest.mark.parametrize("page", [{}, {"findingDetails": [{}]}, {"findingDetails": None, "errors": None}])
def test_an_answer_that_holds_nothing_leaves_everything_unknown(page: Any, live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.fail(OPERATION, altered(lambda _: page))
    scan = detailed(live)
    assert named(scan, "CVE-2026-10001").kev is None
    assert scan.warnings[0].endswith("1 no answer")


@pytest.mark.parametrize(("epss", "kept"), [(0.0, 0.0), (1.0, 1.0), (1.5, None), (-0.1, None)])
def test_an_epss_that_is_no_probability_says_nothing(epss: float, kept: float | None, live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.inspector.details(ONE, epss=epss)
    found = named(detailed(live), "CVE-2026-10001")
    assert (found.epss, found.epss_source) == (kept, None if kept is None else "inspector")


def test_the_listings_own_epss_is_kept(live: Live) -> None:
    image = live.image(enhanced([ONE]))
    live.double.inspector.lists(image, [ONE | {"epss": {"score": 0.75}}])
    live.double.inspector.details(ONE, epss=0.25)
    found = named(detailed(live, epss=True), "CVE-2026-10001")
    assert (found.epss, found.kev) == (0.75, NOT_LISTED)


def test_findings_that_only_inspector_lists_are_looked_into_too(live: Live) -> None:
    image = live.image(enhanced([ONE]))
    live.double.inspector.lists(image, [ONE, TWO])
    live.double.inspector.details(ONE)
    live.double.inspector.details(TWO, kev=(ADDED, DUE))
    assert named(detailed(live, inspector=True), "CVE-2026-10002").kev == LISTED


def test_a_refusal_names_the_action_and_how_to_do_without(live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.fail(OPERATION, access_denied(f"inspector2:{OPERATION}"), times=None)
    refusal = live.refusal(undecided=everything)
    assert refusal.exit_code == 5
    assert refusal.reason.startswith("BatchGetFindingDetails for arn:aws:ecr:eu-central-1:123456789012:repository/team")
    assert refusal.hint.startswith("Allow inspector2:BatchGetFindingDetails to the caller's role.")
    assert "--kev FILE" in refusal.hint


@pytest.mark.parametrize(
    ("fault", "code"),
    [(throttled(), 4), (html(), 4), (aws_error("InternalServerException", "Broken.", 500), 4),
     (aws_error("ValidationException", "Odd."), 5)],
)  # fmt: skip
def test_what_else_goes_wrong_is_no_verdict(fault: Any, code: int, live: Live, no_sdk_sleep: list[float]) -> None:
    live.image(enhanced([ONE]))
    live.double.fail(OPERATION, fault, times=None)
    assert live.refusal(undecided=everything).exit_code == code


@pytest.mark.parametrize("member", ["dateAdded", "dateDue"])
def test_a_day_that_is_no_day_is_no_evidence(member: str, live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.inspector.details(ONE)
    odd = {"findingArn": ONE["findingArn"], "cisaData": {member: "soon"}}
    live.double.fail(OPERATION, altered(lambda page: page | {"findingDetails": [odd]}))
    scan = detailed(live)
    assert (scan.state, scan.reason, scan.findings) == (
        ScanState.INCOMPLETE,
        f"{member} is 'soon', which is no time",
        (),
    )


def test_every_error_code_of_the_model_has_a_row_and_no_other() -> None:
    assert set(REASONS) == set(SHAPES["FindingDetailsErrorCode"]["enum"])


def test_nothing_is_asked_before_there_is_a_scan(live: Live) -> None:
    FindingDetails(Connections(live.clock), everything)
    assert live.double.calls == ()


def test_a_refused_scan_has_no_details(live: Live) -> None:
    live.double.repository("team/app")
    assert isinstance(live.asked(undecided=everything), Refusal)
    assert asked_for(live) == []


def test_cisas_silence_says_nothing_of_a_finding_without_a_cve(live: Live) -> None:
    advisory = enhanced_finding("GHSA-aaaa-bbbb-cccc")
    live.image(enhanced([advisory]))
    live.double.inspector.details(advisory, cwes=["CWE-79"])
    found = named(detailed(live), "GHSA-aaaa-bbbb-cccc")
    assert (found.kev, found.cwes) == (None, ("CWE-79",))


def test_inspector_is_asked_in_the_images_own_region(live: Live) -> None:
    told = finding(arn=ONE["findingArn"])
    found = FindingDetails(Connections(live.clock), everything).filled(scan(told, image=image(region="ap-southeast-2")))
    assert [call.region for call in live.double.called(OPERATION)] == ["ap-southeast-2"]
    assert found.findings[0].kev is None
