"""What Image Builder lists: every page, held against its counts, and throttling waited out."""

import gzip
from typing import Any

import pytest
from botocore.session import get_session
from msgspec.structs import replace

from gate.model import FindingStatus, Fix, Kind, ScanState, Severity
from gate.sources.aws import Connections
from gate.sources.build_listing import THROTTLED, compare_counts
from gate.sources.bundle import pack, unpack
from gate.sources.wire_builder import SeverityCounts
from tests.aws_double.builds import BUILD, PIPELINE, build_finding, built
from tests.aws_double.faults import Fault, access_denied, altered, aws_error, html
from tests.aws_double.findings import NO_FIX, SPRING, vulnerable_package
from tests.sources.builder_calls import COUNT, GET, IMAGES, LIST, OTHER, refusal_of, scan_of, throttled
from tests.sources.live import Live

COMPLETE = ScanState.COMPLETE
DIFFER = "Image Builder's counts and its list differ: "


def test_a_finding_is_mapped_with_what_this_api_says_of_it(live: Live) -> None:
    packages = [vulnerable_package(extra={"remediation": "Update quartzlib."}), vulnerable_package(fixed_in=NO_FIX)]
    live.double.build(built(build_finding("CVE-2026-7", "CRITICAL", packages=packages, fix="PARTIAL")))
    scan = scan_of(live)
    [found] = scan.findings
    assert (found.id, found.severity, found.fix) == ("CVE-2026-7", Severity.CRITICAL, Fix.PARTIAL)
    assert (found.status, found.exploit, found.epss, found.arn) == (FindingStatus.ACTIVE, None, None, None)
    assert (found.scores[0].source, found.scores[0].score) == ("inspector", 9.8)
    assert [package.fixed_in for package in found.packages] == ["1.4.9", None]
    assert (found.first_seen, found.updated, found.published) == (SPRING, SPRING, SPRING)
    assert scan.kind is Kind.ENHANCED


def test_every_page_is_read_at_the_size_that_the_model_allows(live: Live) -> None:
    live.double.build(built(*(build_finding(f"CVE-2026-{n}", "LOW") for n in range(250))))
    assert len(scan_of(live).findings) == 250
    shape = get_session().get_service_model("imagebuilder").operation_model(LIST).input_shape
    assert shape is not None
    size = shape.members["maxResults"].metadata["max"]
    assert [call.input["maxResults"] for call in live.double.called(LIST)] == [size] * -(-250 // size)
    assert live.double.called(LIST)[0].input["filters"] == [{"name": "imageBuildVersionArn", "values": [BUILD]}]
    assert "maxResults" not in live.double.called(COUNT)[0].input


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"repeats": True}, f"{LIST} answered the same page token twice, so its list cannot be whole"),
        ({"endless": True}, f"{LIST} answered more than 3 pages"),
    ],
)
def test_pages_without_end(said: dict[str, Any], reason: str, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.sources.paging.MOST_PAGES", 3)
    live.double.build(built(*(build_finding(f"CVE-2026-{n}") for n in range(150)), **said))
    scan = scan_of(live)
    assert (scan.state, scan.reason) == (ScanState.INCOMPLETE, reason)


def test_a_page_that_was_lost_is_noticed_by_the_counts(live: Live) -> None:
    live.double.build(built(*(build_finding(f"CVE-2026-{n}") for n in range(150)), lost=True))
    scan = scan_of(live)
    assert scan.state is ScanState.INCOMPLETE
    assert "all 150 declared and 100 listed, high 150 declared and 100 listed" in scan.reason
    assert "ask AWS support" in scan.hint


@pytest.mark.parametrize(
    ("counts", "state", "said"),
    [
        ({"all": 2, "critical": 0, "high": 2, "medium": 0}, COMPLETE, ""),
        ({}, COMPLETE, ""),
        ({"high": 2}, COMPLETE, ""),
        ({"all": 3}, ScanState.INCOMPLETE, f"{DIFFER}all 3 declared and 2 listed"),
        ({"all": 2, "critical": 1}, ScanState.INCOMPLETE, f"{DIFFER}critical 1 declared and 0 listed"),
        ({"all": 1, "high": 1}, COMPLETE, f"{DIFFER}all 1 declared and 2 listed, high 1 declared and 2 listed"),
        ("absent", COMPLETE, "Image Builder lists findings of this image, and no counts of them"),
    ],
)
def test_the_counts_are_a_second_look(counts: Any, state: ScanState, said: str, live: Live) -> None:
    live.double.build(built(build_finding("CVE-2026-1"), build_finding("CVE-2026-2"), counts=counts))
    scan = scan_of(live)
    assert scan.state is state
    assert (scan.reason, scan.warnings) == (("", (said,) if said else ()) if state is COMPLETE else (said, ()))


def test_a_build_without_findings_needs_no_counts(live: Live) -> None:
    live.double.build(built(counts="absent"))
    scan = scan_of(live)
    assert (scan.state, scan.findings, scan.warnings) == (COMPLETE, (), ())


def test_counts_of_another_kind_or_image_are_no_counts_of_this_one(live: Live) -> None:
    strange = [{"accountAggregation": {"severityCounts": {"all": 9}}}, {"imageAggregation": None}]
    strange.append({"imageAggregation": {"imageBuildVersionArn": OTHER, "severityCounts": {"all": 9}}})
    live.double.build(built(counts={"all": 0}))
    live.double.fail(COUNT, altered(lambda body: body | {"responses": strange + body["responses"]}))  # type: ignore[operator]
    assert scan_of(live).state is COMPLETE


@pytest.mark.parametrize("denied", [access_denied(), aws_error("ForbiddenException", "You may not.", 403)])
def test_counts_that_may_not_be_read_cost_a_warning(denied: Fault, live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(COUNT, denied)
    scan = scan_of(live)
    assert scan.state is COMPLETE
    assert len(scan.findings) == 1
    assert "imagebuilder:ListImageScanFindingAggregations" in scan.warnings[0]


@pytest.mark.parametrize("operation", [GET, LIST, COUNT, IMAGES])
def test_throttling_is_waited_out(operation: str, live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(operation, throttled(), times=4)
    scan = scan_of(live, PIPELINE)
    assert scan.state is COMPLETE
    assert live.clock.sleeps == (1.0, 2.0, 4.0, 8.0)
    assert live.told[0][0] == "Image Builder, which is throttling"
    assert scan.warnings == ()


@pytest.mark.parametrize("operation", [GET, LIST, COUNT, IMAGES])
def test_throttling_ends_at_the_deadline(operation: str, live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(operation, throttled(), times=None)
    refusal = refusal_of(live, PIPELINE, wait=60.0)
    assert refusal.exit_code == 4
    assert THROTTLED in refusal.reason
    assert live.clock.monotonic() == 60.0


def test_a_finding_that_says_nothing_is_a_finding(live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(LIST, altered(lambda _: {"findings": [{}]}))
    live.double.fail(COUNT, altered(lambda body: body | {"responses": None}))
    [found] = scan_of(live).findings
    assert (found.severity, found.id) == (Severity.UNKNOWN, "finding:untitled")


def test_nothing_is_asked_for_where_the_model_names_no_limit(live: Live) -> None:
    caller = Connections(live.clock).caller("imagebuilder", "eu-central-1")
    assert caller.most(LIST, "maxResults") in {25, 100}
    assert caller.most(COUNT, "maxResults") is None
    assert caller.most(GET, "imageBuildVersionArn") is None


def test_a_bundle_holds_a_build_with_its_findings(live: Live) -> None:
    live.double.build(built(build_finding()))
    scan = scan_of(live, PIPELINE)
    assert unpack(gzip.decompress(pack(scan, ()))) == replace(scan, replayed=True)


def test_counts_of_which_some_are_too_high_and_some_too_low_are_a_loss_and_nothing_else() -> None:
    counts = SeverityCounts(all=1, critical=2, high=None, medium=0)
    text = f"{DIFFER}all 1 declared and 0 listed, critical 2 declared and 0 listed"
    assert compare_counts(counts, ()) == (text, "")


def test_an_answer_without_a_list_is_no_empty_list(live: Live) -> None:
    live.double.build(built())
    live.double.fail(LIST, altered(lambda _: {}))
    scan = scan_of(live)
    assert (scan.state, scan.reason) == (ScanState.INCOMPLETE, f"{LIST} answered without a list of findings")


@pytest.mark.parametrize(("stray", "said"), [(OTHER, OTHER), ("x" * 500, "x" * 199 + "…")])
def test_findings_of_another_build_are_no_evidence_and_the_first_build_is_named(
    stray: str, said: str, live: Live
) -> None:
    live.double.build(built())
    rows = [{"imageBuildVersionArn": name} for name in (BUILD, stray, "arn:of-a-third")]
    live.double.fail(LIST, altered(lambda _: {"findings": [{}, *rows]}))
    scan = scan_of(live)
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())
    assert scan.reason == f"the answer lists findings of another image, {said}"


@pytest.mark.parametrize("operation", [LIST, COUNT])
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (throttled(), f"{THROTTLED}: You have exceeded the permitted request rate."),
        (html(), "the answer cannot be read: "),
    ],
)
def test_a_question_without_an_answer_is_named_with_the_build(
    operation: str, fault: Fault, said: str, live: Live
) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(operation, fault, times=None)
    refusal = refusal_of(live, wait=0)
    assert refusal.exit_code == 4
    assert refusal.reason.startswith(f"{operation} for {BUILD}: {said}")
