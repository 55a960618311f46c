"""Inspector's details of single findings: whether CISA lists them as exploited, their weaknesses, and their EPSS."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import msgspec
from msgspec import Struct

from gate.errors import AccessError
from gate.facts.known import cve_ids
from gate.model import Finding, Kev, Kind, Scan, ScanState
from gate.plain import one_line
from gate.sources.aws import Caller, Connections
from gate.sources.coverage import resource_id
from gate.sources.mapping import probability
from gate.sources.refusals import DeniedError
from gate.sources.times import to_time
from gate.sources.wire import Time
from gate.sources.wire_inspector import DetailsPage, FindingDetail

OPERATION = "BatchGetFindingDetails"
MOST = 10
"""The most findings that are asked about in one call, where botocore's model names no limit."""
# Inspector's word for why it gives no details of a finding to what it means. Source: FindingDetailsErrorCode in
# botocore's model.
REASONS = {
    "INTERNAL_ERROR": "Inspector failed",
    "ACCESS_DENIED": "the caller may not read them",
    "FINDING_DETAILS_NOT_FOUND": "Inspector has none",
    "INVALID_INPUT": "Inspector does not know the finding",
}
Undecided = Callable[[Scan], tuple[str, ...]]
"""Returns the ARNs of the findings of a scan on which a rule still hangs: the policy knows them."""
_UNANSWERED = "no answer"
_KEV_HINT = "A rule needs KEV's data: it may be given as a file (--kev FILE), for which Inspector need not be asked."
_DETAILS = msgspec.json.Decoder(DetailsPage)


class _Told(Struct, frozen=True, kw_only=True):
    """What Inspector told of the findings that it was asked about, by ARN: details, or why there are none."""

    details: dict[str, FindingDetail]
    refused: dict[str, str]

    def of(self, arn: str) -> FindingDetail | None:
        """Return the details of a finding; None where there are none, or nobody knows which hold."""
        return None if arn in self.refused else self.details.get(arn)


class FindingDetails:
    """Inspector's details of the findings that somebody calls undecided, and of no other."""

    def __init__(self, connections: Connections, undecided: Undecided) -> None:
        """Ask nothing yet; threads may share it."""
        self._connections = connections
        self._undecided = undecided

    def filled(self, scan: Scan) -> Scan:
        """Return the scan with what Inspector's details say of its undecided findings; without details, as it was.

        AccessError and NotYetError when Inspector cannot be asked, EvidenceError when its answer makes no sense.
        """
        if scan.state is not ScanState.COMPLETE or scan.kind is not Kind.ENHANCED or not scan.findings:
            return scan
        undecided = frozenset(self._undecided(scan))
        arns = tuple(dict.fromkeys(one.arn for one in scan.findings if one.arn and one.arn in undecided))
        if not arns:
            return scan
        caller = self._connections.caller("inspector2", scan.image.region)
        told = _told(caller, arns, resource_id(scan.image, caller.partition))
        return msgspec.structs.replace(
            scan,
            findings=tuple(_detailed(finding, told) for finding in scan.findings),
            warnings=(*scan.warnings, *_unknown(arns, told)),
        )


def _told(caller: Caller, arns: tuple[str, ...], subject: str) -> _Told:
    details: dict[str, FindingDetail] = {}
    refused: dict[str, str] = {}
    for page in _pages(caller, arns, subject):
        details |= {one.finding_arn: one for one in page.finding_details or () if one.finding_arn}
        refused |= {one.finding_arn: one.error_code or _UNANSWERED for one in page.errors or () if one.finding_arn}
    return _Told(details=details, refused=refused)


def _pages(caller: Caller, arns: tuple[str, ...], subject: str) -> Iterator[DetailsPage]:
    size = caller.most(OPERATION, "findingArns") or MOST
    try:
        for start in range(0, len(arns), size):
            yield caller.call(OPERATION, _DETAILS, subject, findingArns=arns[start : start + size])
    except DeniedError as err:
        hint = f"{err.hint} {_KEV_HINT}"
        raise AccessError(err.message, hint=hint) from err


def _detailed(finding: Finding, told: _Told) -> Finding:
    """Return the finding with its details; without any it stays unknown whether CISA lists it."""
    detail = told.of(finding.arn) if finding.arn else None
    if detail is None:
        return finding
    epss = probability(detail.epss_score) if finding.epss is None else None
    filled = msgspec.structs.replace(finding, kev=_kev(finding, detail), cwes=detail.cwes or ())
    return filled if epss is None else msgspec.structs.replace(filled, epss=epss, epss_source="inspector")


def _kev(finding: Finding, detail: FindingDetail) -> Kev | None:
    cisa = detail.cisa_data
    if cisa is None:
        # NOTE: CISA lists CVEs only, so that its silence says nothing of a finding without one.
        return Kev(listed=False, source="inspector") if cve_ids(finding) else None
    added, due = _day(cisa.date_added, "dateAdded"), _day(cisa.date_due, "dateDue")
    return Kev(listed=True, added=added, due=due, source="inspector")


def _day(value: Time, name: str) -> date | None:
    time = to_time(value, name)
    return time.date() if time else None


def _unknown(arns: tuple[str, ...], told: _Told) -> tuple[str, ...]:
    """Return one line for all findings of which no details were given, with how many and why; none where all were."""
    words = Counter(told.refused.get(arn, _UNANSWERED) for arn in arns if told.of(arn) is None)
    if not words:
        return ()
    noun = "finding" if words.total() == 1 else "findings"
    why = "; ".join(f"{number} {_meaning(word)}" for word, number in sorted(words.items()))
    return (f"whether CISA lists {words.total()} {noun} as exploited is not known, for want of details: {why}",)


def _meaning(word: str) -> str:
    meaning = REASONS.get(word)
    return f"{word} ({meaning})" if meaning else one_line(word, 60)
