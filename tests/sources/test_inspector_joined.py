"""Of two listings of one finding, each says what the other does not; differences are named in short, whole lines."""

from typing import Any

import pytest

from gate.model import Finding, FindingStatus, Fix, ScanState, Severity
from gate.sources.aws import Connections
from gate.sources.inspector import InspectorListing, join, missing
from gate.sources.wire_inspector import InspectorCounts
from tests.aws_double.answers import enhanced
from tests.aws_double.faults import altered, html
from tests.aws_double.findings import enhanced_finding
from tests.builders import finding, image, scan
from tests.sources.live import Live

FINDINGS = "ListFindings"
COUNTS = "ListFindingAggregations"
ARN = "arn:aws:inspector2:eu-central-1:123456789012:finding/one"
ONE = enhanced_finding()


def both(ecr: dict[str, Any], inspector: dict[str, Any]) -> Finding:
    """Return what is judged of a finding that both list."""
    found, _ = join((finding(arn=ARN, **ecr),), (finding(arn=ARN, **inspector),), (FindingStatus.ACTIVE,))
    [joined] = found
    return joined


@pytest.mark.parametrize("ours", [None, True, False])
@pytest.mark.parametrize("theirs", [None, True, False])
@pytest.mark.parametrize("member", ["in_use", "exploit"])
def test_ecrs_word_stands_and_where_it_has_none_inspectors_does(
    member: str, theirs: bool | None, ours: bool | None
) -> None:
    joined = both({member: ours}, {member: theirs})

    assert getattr(joined, member) is (theirs if ours is None else ours)


@pytest.mark.parametrize("ours", list(Fix))
@pytest.mark.parametrize("theirs", list(Fix))
def test_the_same_holds_of_the_fix(theirs: Fix, ours: Fix) -> None:
    assert both({"fix": ours}, {"fix": theirs}).fix is (theirs if ours is Fix.UNKNOWN else ours)


@pytest.mark.parametrize(
    ("ecr", "inspector", "severity", "word"),
    [
        ((Severity.LOW, "LOW"), (Severity.HIGH, "HIGH"), Severity.HIGH, "HIGH"),
        ((Severity.HIGH, "HIGH"), (Severity.LOW, "LOW"), Severity.HIGH, "HIGH"),
        ((Severity.UNKNOWN, "UNDEFINED"), (Severity.INFORMATIONAL, "INFORMATIONAL"), Severity.INFORMATIONAL, None),
        ((Severity.UNKNOWN, "UNDEFINED"), (Severity.UNKNOWN, "UNTRIAGED"), Severity.UNKNOWN, "UNDEFINED"),
    ],
)
def test_the_severer_is_judged_by_its_own_word_and_ecrs_where_both_are_equal(
    ecr: tuple[Severity, str], inspector: tuple[Severity, str], severity: Severity, word: str | None
) -> None:
    rows = [{"severity": rated, "aws_severity": said} for rated, said in (ecr, inspector)]

    joined = both(*rows)

    assert (joined.severity, joined.aws_severity) == (severity, word or inspector[1])


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["CVE-1"], "1 finding (CVE-1)"),
        (["CVE-1", "CVE-1"], "2 findings (CVE-1)"),
        (["CVE-1", "CVE-2", "CVE-3"], "3 findings (CVE-1, CVE-2, CVE-3)"),
        (["CVE-1", "CVE-2", "CVE-3", "CVE-4"], "4 findings (CVE-1, CVE-2, CVE-3 and 1 more)"),
        (["C" * 500], f"1 finding ({'C' * 59}…)"),
    ],
)
def test_three_of_those_that_differ_are_named(ids: list[str], said: str) -> None:
    listed = tuple(finding(name, arn=f"{ARN}{number}") for number, name in enumerate(ids))
    states = (FindingStatus.ACTIVE,)

    assert join((), listed, states)[1] == (f"Inspector lists {said} that ECR does not list",)
    assert join(listed, (), states)[1] == (f"ECR lists {said} that Inspector does not list",)


def test_where_nothing_is_counted_nothing_is_missing() -> None:
    assert missing(InspectorCounts(), ()) == ""
    assert missing(None, ()) == ""


def test_findings_of_other_resources_are_counted_in_the_plural(live: Live) -> None:
    script = live.image(enhanced([ONE]))
    instance = [{"id": "i-0123456789abcdef0", "type": "AWS_EC2_INSTANCE"}]
    strays = [enhanced_finding(f"CVE-2026-{number}", extra={"resources": instance}) for number in (1, 2)]
    live.double.inspector.lists(script, [ONE, *strays])
    live.double.inspector.counts(script, None)
    found = live.scan(inspector=True)
    assert found.warnings == ("2 findings of other resources in Inspector's answer left out",)


@pytest.mark.parametrize("operation", [FINDINGS, COUNTS])
def test_a_question_without_an_answer_is_named_with_the_image(operation: str, live: Live) -> None:
    script = live.image(enhanced([ONE]))
    live.double.fail(operation, html(), times=None)
    refusal = live.refusal(inspector=True)
    arn = f"arn:aws:ecr:eu-central-1:123456789012:repository/team/app/{script.digest}"
    assert refusal.exit_code == 4
    assert refusal.reason.startswith(f"{operation} for {arn}: the answer cannot be read: ")


def test_pages_of_counts_are_followed_by_their_tokens_and_never_for_ever(live: Live) -> None:
    live.image(enhanced([ONE]))
    live.double.fail(COUNTS, altered(lambda page: page | {"nextToken": "again", "responses": None}), times=None)
    found = live.scan(inspector=True)
    assert found.state is ScanState.INCOMPLETE
    assert found.reason == f"{COUNTS} answered the same page token twice, so its list cannot be whole"
    assert [call.input.get("nextToken") for call in live.double.called(COUNTS)] == [None, "again"]


def test_inspector_is_asked_in_the_images_own_region(live: Live) -> None:
    listing = InspectorListing(Connections(live.clock), with_suppressed=True)
    listing.joined(scan(image=image(region="ap-southeast-2")))
    assert [(call.operation, call.region) for call in live.double.calls] == [
        (FINDINGS, "ap-southeast-2"),
        (COUNTS, "ap-southeast-2"),
    ]
