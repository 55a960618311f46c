"""What Image Builder lists of a build: asked with patience, read to the last page, and held against its own counts."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from gate.model import Finding, Severity, keyed
from gate.plain import one_line
from gate.sources.aws import Caller
from gate.sources.mapping import inspector_finding
from gate.sources.paging import Paged, pages
from gate.sources.refusals import ACTIONS, DeniedError, code_of, translate
from gate.sources.waiting import LONGEST_DELAY, Waiting
from gate.sources.wire import EnhancedFinding
from gate.sources.wire_builder import Aggregations, BuildFindings, SeverityCounts

THROTTLED = "CallRateLimitExceededException"
FINDINGS = "ListImageScanFindings"
COUNTS = "ListImageScanFindingAggregations"
_FINDINGS = msgspec.json.Decoder(BuildFindings)
_AGGREGATIONS = msgspec.json.Decoder(Aggregations)
_FILTER = "imageBuildVersionArn"
T = TypeVar("T")
P = TypeVar("P", bound=Paged)


class BuildListing(Struct, frozen=True, kw_only=True):
    """What is listed of a build, in our words."""

    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: str = ""
    """Why the listing is not complete; empty when it is."""


class Builder:
    """Image Builder in one region; all waits together end at the run's deadline."""

    def __init__(self, caller: Caller, waiting: Waiting) -> None:
        """Keep who asks, and for how long."""
        self.caller = caller
        self._waiting = waiting

    def ask(self, operation: str, decoder: "msgspec.json.Decoder[T]", subject: str, **members: object) -> T:
        """Ask; a throttled answer is waited out here, since botocore's standard mode does not retry it (tried)."""
        delay = 1.0
        while True:
            try:
                return self.caller.ask(operation, decoder, subject, **members)
            except ClientError as err:
                if code_of(err) != THROTTLED or not self._waiting.pause(delay, "Image Builder, which is throttling"):
                    raise translate(err, operation, subject) from err
                delay = min(delay * 2, LONGEST_DELAY)

    def pages(self, operation: str, decoder: "msgspec.json.Decoder[P]", subject: str, **members: object) -> Iterator[P]:
        """Yield all pages, each as long as the model allows; EvidenceError when they never end."""
        most = self.caller.most(operation, "maxResults")
        size = {} if most is None else {"maxResults": most}
        return pages(lambda more: self.ask(operation, decoder, subject, **members, **size, **more), operation)

    def listing(self, arn: str) -> BuildListing:
        """Return every finding of a build version; EvidenceError names an unknown word."""
        members = {"filters": [{"name": _FILTER, "values": [arn]}]}
        listed: list[EnhancedFinding] = []
        for page in self.pages(FINDINGS, _FINDINGS, arn, **members):
            if page.findings is None:
                return BuildListing(problem=f"{FINDINGS} answered without a list of findings")
            listed += page.findings
        strays = [one.image_build_version_arn for one in listed if one.image_build_version_arn not in {None, arn}]
        if strays:
            return BuildListing(problem=f"the answer lists findings of another image, {one_line(str(strays[0]), 200)}")
        return self._compared(arn, keyed(map(inspector_finding, listed)))

    def _compared(self, arn: str, findings: tuple[Finding, ...]) -> BuildListing:
        try:
            declared = self._declared(arn)
        except DeniedError:
            # NOTE: the counts are a second look at a list that is whole by its own pages, so they may be missed.
            action = f"allow {ACTIONS[COUNTS]} to the caller's role"
            return BuildListing(findings=findings, warnings=(f"Image Builder's counts could not be read: {action}",))
        if declared is None:
            odd = "Image Builder lists findings of this image, and no counts of them" if findings else ""
            return BuildListing(findings=findings, warnings=(odd,) if odd else ())
        lost, odd = compare_counts(declared, findings)
        return BuildListing(problem=lost) if lost else BuildListing(findings=findings, warnings=(odd,) if odd else ())

    def _declared(self, arn: str) -> SeverityCounts | None:
        members = {"filter": {"name": _FILTER, "values": [arn]}}
        for page in self.pages(COUNTS, _AGGREGATIONS, arn, **members):
            for one in page.responses or ():
                found = one.image_aggregation
                if found and found.image_build_version_arn == arn:
                    return found.severity_counts
        return None


def compare_counts(declared: SeverityCounts, findings: tuple[Finding, ...]) -> tuple[str, str]:
    """Return how Image Builder's counts and list differ: what is lost, what is only odd; empty where they agree."""
    severities = (("critical", Severity.CRITICAL), ("high", Severity.HIGH), ("medium", Severity.MEDIUM))
    rows: list[tuple[str, int | None, int]] = [("all", declared.all, len(findings))]
    for name, severity in severities:
        rows.append((name, getattr(declared, name), sum(finding.severity is severity for finding in findings)))
    differing = [(name, said, seen) for name, said, seen in rows if said is not None and said != seen]
    if not differing:
        return "", ""
    parts = ", ".join(f"{name} {said} declared and {seen} listed" for name, said, seen in differing)
    text = f"Image Builder's counts and its list differ: {parts}"
    return (text, "") if any(said > seen for _, said, seen in differing) else ("", text)
