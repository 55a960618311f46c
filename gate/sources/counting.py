"""Compares what AWS lists with what AWS says it counted, so that a page that was lost is noticed."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from gate.model import Finding, FindingStatus, Severity
from gate.sources.mapping import severity_of

_Counts = Counter[Severity]


class PageCount(Struct, frozen=True):
    """One page: its findings, and AWS's own counts by severity word (None where the page has none)."""

    findings: tuple[Finding, ...]
    declared: dict[str, int] | None


class CountProblem(Struct, frozen=True):
    """How listed and declared differ; `lost` when no reading explains it, so that something is missing."""

    lost: bool
    text: str


def compare(pages: tuple[PageCount, ...]) -> CountProblem | None:
    """Return None when some reading of AWS's counts equals the listing, else how they differ.

    AWS does not say whether the counts cover one page or all, and whether only ACTIVE findings: every reading is tried
    (counts of one page are what users of enhanced scanning saw: ecperth/check-aws-inspector). More listed than
    declared is odd and safe; more declared than listed in every reading means that findings are missing.
    """
    if all(page.declared is None for page in pages):
        return None
    listed = {active: [_listed(page.findings, active_only=active) for page in pages] for active in (True, False)}
    declared = [_declared(page.declared) for page in pages]
    total = {active: sum(counts, _Counts()) for active, counts in listed.items()}
    by_page = [
        [(said, seen) for said, seen in zip(declared, listed[active], strict=True) if said is not None]
        for active in (False, True)
    ]
    present = [said for said in declared if said is not None]
    # NOTE: counts can cover the whole image only where every page says the same.
    whole = [[(present[0], total[active])] for active in (False, True) if all(said == present[0] for said in present)]
    readings = by_page + whole
    if any(all(said == seen for said, seen in reading) for reading in readings):
        return None
    lost = all(any(said - seen for said, seen in reading) for reading in readings)
    said = sum(present, _Counts()) if not whole else present[0]
    return CountProblem(lost=lost, text=_difference(said, total[False]))


def _listed(findings: Iterable[Finding], *, active_only: bool) -> _Counts:
    return _Counts(
        finding.severity for finding in findings if not active_only or finding.status is FindingStatus.ACTIVE
    )


def _declared(words: dict[str, int] | None) -> _Counts | None:
    if words is None:
        return None
    counts = _Counts()
    for word, count in words.items():
        severity = severity_of(word)
        if count:
            counts[severity] += count
    return counts


def _difference(said: _Counts, seen: _Counts) -> str:
    parts = [
        f"{severity.value} {said[severity]} declared and {seen[severity]} listed"
        for severity in sorted(said | seen, key=lambda severity: severity.place)
        if said[severity] != seen[severity]
    ]
    return "AWS's counts and its list differ: " + ", ".join(parts)
