"""Inspector's own listing of an image's findings, joined to ECR's: it knows EPSS, and each vouches for the other."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from gate.model import Finding, FindingStatus, Fix, Image, Kind, Scan, ScanState, Severity, keyed, stem
from gate.plain import one_line
from gate.sources.aws import Caller, Connections
from gate.sources.coverage import equals, resource_id
from gate.sources.mapping import inspector_finding
from gate.sources.paging import pages
from gate.sources.wire import EnhancedFinding
from gate.sources.wire_inspector import CountsPage, InspectorCounts, InspectorFindings

PAGE = 100
"""The most that ListFindings gives a page (boto/boto3#4179)."""
_FINDINGS = msgspec.json.Decoder(InspectorFindings)
_COUNTS = msgspec.json.Decoder(CountsPage)
_LIVELY = (FindingStatus.CLOSED, FindingStatus.SUPPRESSED, FindingStatus.ACTIVE)
_NAMED = 3


class Listed(Struct, frozen=True, kw_only=True):
    """What Inspector lists of one image, and how much it counts."""

    findings: tuple[Finding, ...]
    strays: int
    """Findings of other resources, which the answer held too."""
    counts: InspectorCounts | None


class InspectorListing:
    """Inspector's findings of the images that ECR has listed."""

    def __init__(self, connections: Connections, *, with_suppressed: bool) -> None:
        """Ask nothing yet; suppressed findings are listed where they count."""
        self._connections = connections
        self._states = (FindingStatus.ACTIVE, FindingStatus.SUPPRESSED) if with_suppressed else (FindingStatus.ACTIVE,)

    def joined(self, scan: Scan) -> Scan:
        """Return the scan with Inspector's findings joined to it by ARN; the larger set is what is judged.

        AccessError and NotYetError when Inspector cannot be asked, EvidenceError when its answer makes no sense.
        """
        if scan.kind is Kind.BASIC:
            reason = "the image is scanned by basic scanning, of which Inspector knows nothing (--source inspector)"
            hint = "Leave out --source inspector, or switch the registry to enhanced scanning."
            return msgspec.structs.replace(scan, state=ScanState.INCOMPLETE, reason=reason, hint=hint, findings=())
        caller = self._connections.caller("inspector2", scan.image.region)
        listed = _listed(caller, scan.image, self._states)
        findings, warnings = join(scan.findings, listed.findings, self._states)
        noun = "finding" if listed.strays == 1 else "findings"
        left = f"{listed.strays} {noun} of other resources in Inspector's answer left out"
        lost = missing(listed.counts, findings)
        return msgspec.structs.replace(
            scan,
            kind=Kind.ENHANCED if findings else scan.kind,
            state=ScanState.INCOMPLETE if lost else scan.state,
            reason=lost,
            hint="Retry later; if it stays so, ask AWS support." if lost else "",
            findings=() if lost else findings,
            warnings=(*scan.warnings, *warnings, *((left,) if listed.strays else ())),
        )


def join(
    ecr: tuple[Finding, ...], inspector: tuple[Finding, ...], states: tuple[FindingStatus, ...]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return all findings of two listings, each once, and one line for each way in which the listings differ."""
    theirs = {finding.arn: finding for finding in inspector if finding.arn}
    ours = {finding.arn for finding in ecr if finding.arn}
    both = [_joined(finding, theirs[finding.arn]) if finding.arn in theirs else finding for finding in ecr]
    more = [finding for finding in inspector if finding.arn is None or finding.arn not in ours]
    only = [finding for finding in ecr if finding.arn not in theirs and finding.status in states]
    unlike = [finding for finding in ecr if finding.arn in theirs and _rated(finding) != _rated(theirs[finding.arn])]
    lines = (
        _difference(more, "Inspector lists {} that ECR does not list"),
        _difference(only, "ECR lists {} that Inspector does not list"),
        _difference(unlike, "ECR and Inspector differ over severity or status of {}; the worse is judged"),
    )
    # NOTE: keys are numbered within a listing, so that they are made anew for the joined one.
    found = (msgspec.structs.replace(one, key=stem(one.id, one.packages)) for one in (*both, *more))
    return keyed(found), tuple(line for line in lines if line)


def missing(counts: InspectorCounts | None, findings: tuple[Finding, ...]) -> str:
    """Return how many more findings Inspector counts than are listed; empty when none is missing."""
    if counts is None:
        return ""
    rows = (
        ("critical", counts.critical, Severity.CRITICAL),
        ("high", counts.high, Severity.HIGH),
        ("medium", counts.medium, Severity.MEDIUM),
    )
    seen = [(name, said or 0, sum(one.severity is severity for one in findings)) for name, said, severity in rows]
    seen.append(("all", counts.all or 0, len(findings)))
    parts = [f"{name} {said} counted and {listed} listed" for name, said, listed in seen if said > listed]
    return f"Inspector counts more findings than are listed: {', '.join(parts)}" if parts else ""


def _joined(ecr: Finding, inspector: Finding) -> Finding:
    severer = inspector if _severity_rank(inspector) > _severity_rank(ecr) else ecr
    return msgspec.structs.replace(
        ecr,
        severity=severer.severity,
        aws_severity=severer.aws_severity,
        status=max(ecr.status, inspector.status, key=_LIVELY.index),
        epss=inspector.epss,
        epss_source=inspector.epss_source,
        in_use=inspector.in_use if ecr.in_use is None else ecr.in_use,
        fix=inspector.fix if ecr.fix is Fix.UNKNOWN else ecr.fix,
        exploit=inspector.exploit if ecr.exploit is None else ecr.exploit,
    )


def _severity_rank(finding: Finding) -> int:
    # NOTE: a severity that one of the two knows says more than none.
    return 0 if finding.severity is Severity.UNKNOWN else finding.severity.rank


def _rated(finding: Finding) -> tuple[Severity, FindingStatus]:
    return finding.severity, finding.status


def _difference(findings: list[Finding], text: str) -> str:
    if not findings:
        return ""
    names = list(dict.fromkeys(one_line(finding.id, 60) for finding in findings))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    noun = "finding" if len(findings) == 1 else "findings"
    return text.format(f"{len(findings)} {noun} ({', '.join(names[:_NAMED])}{more})")


def _listed(caller: Caller, image: Image, states: tuple[FindingStatus, ...]) -> Listed:
    resource = resource_id(image, caller.partition)
    listed = list(_rows(caller, resource, states))
    own = [row for row in listed if any(one.id == resource for one in row.resources or ())]
    return Listed(
        findings=tuple(map(inspector_finding, own)), strays=len(listed) - len(own), counts=_counts(caller, resource)
    )


def _rows(caller: Caller, resource: str, states: tuple[FindingStatus, ...]) -> Iterator[EnhancedFinding]:
    criteria = {
        "resourceId": equals(resource),
        "findingStatus": [one for state in states for one in equals(state.value.upper())],
    }

    def ask(more: dict[str, object]) -> InspectorFindings:
        return caller.call("ListFindings", _FINDINGS, resource, filterCriteria=criteria, maxResults=PAGE, **more)

    for page in pages(ask, "ListFindings"):
        yield from page.findings or ()


def _counts(caller: Caller, resource: str) -> InspectorCounts | None:
    def ask(more: dict[str, object]) -> CountsPage:
        request = {"awsEcrContainerAggregation": {"resourceIds": equals(resource)}}
        kind = "AWS_ECR_CONTAINER"
        return caller.call(
            "ListFindingAggregations", _COUNTS, resource, aggregationType=kind, aggregationRequest=request, **more
        )

    rows = (
        row.aws_ecr_container_aggregation
        for page in pages(ask, "ListFindingAggregations")
        for row in page.responses or ()
    )
    return next((row.severity_counts for row in rows if row and row.resource_id == resource), None)
