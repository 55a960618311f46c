"""One full listing of an image's scan findings: its pages put together, and what they say of the scan."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from gate.errors import EvidenceError
from gate.model import Finding, Kind, ScanState, keyed
from gate.plain import one_line
from gate.sources.counting import PageCount, compare
from gate.sources.mapping import basic_finding, enhanced_finding
from gate.sources.states import unknown_word
from gate.sources.times import to_time
from gate.sources.wire import Page, ScanFindings

# AWS's scan status to what it is worth. COMPLETE and ACTIVE are only ready: whether they are evidence is for `settled`
# and `reading` to say. Source: ECR's ScanStatus in botocore's model; FAILED with UnsupportedImageError is what basic
# scanning says of an operating system that it does not know (aws/containers-roadmap#2066).
STATES = {
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
_NO_FINDINGS = ScanFindings()


class Reading(Struct, frozen=True, kw_only=True):
    """What a full listing holds, in our words."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    problem: str
    """Why the listing is not complete; empty when it is."""


class Listing(Struct, frozen=True, kw_only=True):
    """The pages of one listing, as they were read between two polls (or from a file)."""

    pages: tuple[Page, ...]
    read_at: datetime
    """AWS's clock (or the capture time) at the last page."""

    @property
    def status(self) -> str | None:
        """AWS's own status word; later pages need not repeat the first one's."""
        first = self.pages[0].image_scan_status
        return first.status if first else None

    @property
    def description(self) -> str | None:
        """AWS's own description of the status."""
        first = self.pages[0].image_scan_status
        return first.description if first else None

    @property
    def kind(self) -> Kind:
        """The kind as far as findings tell it: an empty list tells nothing, and the status never does."""
        kinds = {Kind.BASIC for body in self._bodies if body.findings}
        kinds |= {Kind.ENHANCED for body in self._bodies if body.enhanced_findings}
        if len(kinds) > 1:
            raise EvidenceError(
                "the answer lists basic and enhanced findings at once, which are never to be mixed",
                hint="Ask AWS again; if it stays so, report it to AWS support.",
            )
        return kinds.pop() if kinds else Kind.UNKNOWN

    @property
    def is_empty(self) -> bool:
        """Whether no finding is listed."""
        return not any(body.findings or body.enhanced_findings for body in self._bodies)

    @property
    def completed_at(self) -> datetime | None:
        """When the scan finished, by AWS."""
        return self._first_time("image_scan_completed_at", "imageScanCompletedAt")

    @property
    def data_at(self) -> datetime | None:
        """When the vulnerability data was last refreshed, by AWS."""
        return self._first_time("vulnerability_source_updated_at", "vulnerabilitySourceUpdatedAt")

    @property
    def region(self) -> str | None:
        """The region of the image, as far as the findings' resource ARNs tell it."""
        resources = (
            resource.id.split(":")
            for body in self._bodies
            for finding in (body.enhanced_findings or ())[:1]
            for resource in finding.resources or ()
            if resource.id
        )
        return next((parts[3] for parts in resources if len(parts) > 5 and parts[2] == "ecr" and parts[3]), None)

    @property
    def declared(self) -> dict[str, int] | None:
        """AWS's own counts, as the first page that has some says them."""
        return next((b.finding_severity_counts for b in self._bodies if b.finding_severity_counts is not None), None)

    def is_settled(self, settle: timedelta) -> bool:
        """Tell whether the scan finished more than `settle` before the listing was read: nothing arrives any more."""
        done = self.completed_at
        return done is not None and self.read_at - done > settle

    def fingerprint(self) -> tuple[object, ...]:
        """Return what two listings have in common when nothing changed between them."""
        rows = sorted(
            (finding.finding_arn or "", finding.status or "", str(finding.updated_at))
            for body in self._bodies
            for finding in body.enhanced_findings or ()
        )
        counts = [sorted((body.finding_severity_counts or {}).items()) for body in self._bodies]
        return tuple(rows), str(counts), self.completed_at

    def read(self, digest: str | None) -> Reading:
        """Map every finding, and say whether the listing of `digest` is whole; EvidenceError names an unknown word."""
        pages = tuple(_page(body) for body in self._bodies)
        findings = keyed(finding for page in pages for finding in page.findings)
        if hollow := self._hollow():
            return Reading(findings=(), warnings=(), problem=hollow)
        difference = compare(pages)
        lost = difference.text if difference and difference.lost else ""
        odd = (difference.text,) if difference and not difference.lost else ()
        return Reading(
            findings=findings,
            warnings=odd,
            problem=lost or self._changed() or self._strayed(digest) or self._repeated(),
        )

    def _hollow(self) -> str:
        """Return what is wrong with a page that lists nothing where something must be listed."""
        several = len(self.pages) > 1
        for number, body in enumerate(self._bodies, start=1):
            which = f"page {number} of its {len(self.pages)}" if several else "the answer"
            unlisted = body.findings is None and body.enhanced_findings is None
            if unlisted and not body.finding_severity_counts:
                return f"the scan is {self.status}, and {which} has neither a list of findings nor counts"
            # NOTE: counts of enhanced pages cover the page (ecperth/check-aws-inspector), so that an empty list beside
            # them is a page that was lost, even if another page happens to have the very same counts.
            empty = not body.findings and not body.enhanced_findings
            counted = any((body.finding_severity_counts or {}).values())
            if several and counted and (unlisted or (empty and self.kind is Kind.ENHANCED)):
                return f"the scan is {self.status}, and on {which} findings are declared and none listed"
        return ""

    def _repeated(self) -> str:
        """Return the finding that two pages list: then one came twice, and another may not have come at all."""
        seen: set[str] = set()
        for body in self._bodies:
            here = {finding.finding_arn for finding in body.enhanced_findings or () if finding.finding_arn}
            if again := sorted(here & seen):
                return f"two pages list the same finding, {one_line(again[0], 150)}"
            seen |= here
        return ""

    def _changed(self) -> str:
        words = [page.image_scan_status.status for page in self.pages if page.image_scan_status]
        changed = [word for word in words if word != self.status]
        if not changed:
            return ""
        return f"the status changed from {self.status} to {one_line(str(changed[0]), 60)} while the pages were read"

    def _strayed(self, digest: str | None) -> str:
        others = sorted({seen for seen in self._image_hashes() if digest is None or seen != digest})
        if not others or (digest is None and len(others) == 1):
            return ""
        return f"the answer lists findings of another image, {one_line(others[0], 80)}"

    def _image_hashes(self) -> Iterator[str]:
        for body in self._bodies:
            for finding in body.enhanced_findings or ():
                for resource in finding.resources or ():
                    image = resource.details.aws_ecr_container_image if resource.details else None
                    if image and image.image_hash:
                        yield image.image_hash

    @property
    def _bodies(self) -> list[ScanFindings]:
        return [page.image_scan_findings or _NO_FINDINGS for page in self.pages]

    def _first_time(self, member: str, name: str) -> datetime | None:
        return next((time for body in self._bodies if (time := to_time(getattr(body, member), name))), None)


def state_of(status: str | None, description: str | None) -> ScanState:
    """Return what AWS's status is worth; an absent one is pending, and a word nobody has seen is an error naming it."""
    if status is None:
        return ScanState.PENDING
    state = STATES.get(status)
    if state is None:
        raise unknown_word("scan status", status)
    if status == "FAILED" and "UnsupportedImageError" in (description or ""):
        return ScanState.UNSUPPORTED
    return state


def _page(body: ScanFindings) -> PageCount:
    basic = map(basic_finding, body.findings or ())
    enhanced = map(enhanced_finding, body.enhanced_findings or ())
    return PageCount(findings=(*basic, *enhanced), declared=body.finding_severity_counts)
