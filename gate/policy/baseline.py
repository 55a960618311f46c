"""The baseline: what an image is compared with, what that knew of each finding, and what is new or worse since."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from msgspec import Struct

from gate.facts.known import Facts
from gate.model import Finding, FindingStatus, Fix, Image, Refusal, Scan, ScanState, Severity
from gate.plain import one_line
from gate.policy.clauses import Baseline
from gate.policy.relaxing import is_in_force
from gate.policy.verdict import BaselineUsed, ImageVerdict, JudgedFinding, Outcome, Sight

_FIXABLE = {Fix.FULL, Fix.PARTIAL}
Candidate = Scan | Refusal | ImageVerdict
"""What a baseline may come from: evidence, or an image of an earlier verdict document."""


class Compared(Struct, frozen=True, kw_only=True):
    """A baseline for one image: what it is, and what it knew of each finding by its key."""

    used: BaselineUsed
    sights: Mapping[str, Sight]


def compare(scan: Scan | Refusal, target: str, candidates: tuple[Candidate, ...] | str, facts: Facts) -> Compared:
    """Return what an image is compared with, of all the images that the baseline's name stands for.

    Instead of these, a sentence says why there are none.
    """
    if isinstance(candidates, str):
        return _missing(target, candidates)
    fitting = [one for one in candidates if _fits(one, scan.image)]
    if not fitting:
        platform = f" for {one_line(scan.image.platform, 60)}" if scan.image.platform else ""
        return _missing(target, f"it has no image{platform}")
    if len(fitting) > 1:
        return _missing(target, f"it stands for {len(fitting)} images; expected one that is this one's counterpart")
    why = _unusable(fitting[0], scan.image)
    if why:
        return _missing(target, why)
    used = BaselineUsed(target=target, digest=_image_of(fitting[0]).digest, captured_at=_captured_at(fitting[0]))
    return Compared(used=used, sights=dict(_sights(fitting[0], facts)))


def is_postponed(finding: Finding, sight: Sight | None, baseline: Baseline) -> bool:
    """Tell whether the baseline has the finding too, so that it uses no budget."""
    return sight is not None and (baseline.judge == "new" or not _is_worse(finding, sight))


def in_force(baseline: Baseline | None, today: date) -> Baseline | None:
    """Return the policy's baseline if it holds on `today`."""
    return baseline if baseline is not None and is_in_force(baseline, today) else None


def _is_worse(finding: Finding, sight: Sight) -> bool:
    """Tell whether it became worse: its severity rose, or a fix, an exploit or CISA's listing appeared."""
    listed = None if finding.kev is None else finding.kev.listed
    return (
        _rose(finding.severity, sight.severity)
        or (finding.fix in _FIXABLE and sight.fix not in _FIXABLE)
        or (finding.fix is Fix.UNKNOWN and sight.fix is Fix.NONE)
        or _appeared(finding.exploit, sight.exploit)
        or _appeared(listed, sight.kev)
    )


def _rose(now: Severity, before: Severity) -> bool:
    # NOTE: where one of the two is not known, nobody can say that it did not.
    unknown = Severity.UNKNOWN in {now, before} and now is not before
    return unknown or now.rank > before.rank


def _appeared(now: bool | None, before: bool | None) -> bool:  # noqa: FBT001 - facts that may be unknown
    return (now is True and before is not True) or (now is None and before is False)


def _fits(candidate: Candidate, image: Image) -> bool:
    """Tell whether a candidate is the counterpart of an image: of the same platform, where both are known."""
    other = _image_of(candidate).platform
    return None in {other, image.platform} or other == image.platform


def _unusable(candidate: Candidate, image: Image) -> str:
    other = _image_of(candidate)
    digests = {digest for digest in (image.digest, image.index_digest) if digest}
    if digests & {other.digest, other.index_digest}:
        return "it is the same image"
    if image.arn is not None and image.arn == other.arn:
        return "it is the same build"
    if isinstance(candidate, ImageVerdict):
        return _unusable_document(candidate, image)
    complete = isinstance(candidate, Scan) and candidate.state is ScanState.COMPLETE
    return "" if complete else one_line(candidate.reason, 300) or "it has no scan"


def _unusable_document(candidate: ImageVerdict, image: Image) -> str:
    if candidate.verdict is Outcome.NO_VERDICT or candidate.counts is None:
        return "the document has no verdict on it"
    here, there = (image.registry, image.repository), (candidate.registry, candidate.repository)
    if here != there or not candidate.repository or not candidate.digest:
        return "the document is not about another digest of the same repository"
    return ""


def _image_of(candidate: Candidate) -> Image | ImageVerdict:
    return candidate if isinstance(candidate, ImageVerdict) else candidate.image


def _captured_at(candidate: Candidate) -> datetime | None:
    if isinstance(candidate, ImageVerdict):
        return candidate.scan.captured_at if candidate.scan else None
    return candidate.captured_at if isinstance(candidate, Scan) else None


def _sights(candidate: Candidate, facts: Facts) -> Iterator[tuple[str, Sight]]:
    listed: Iterable[Finding | JudgedFinding] = () if isinstance(candidate, Refusal) else candidate.findings
    for finding in listed:
        # NOTE: what was closed there and is open here is new.
        if finding.status is not FindingStatus.CLOSED:
            known = facts.known(finding) if isinstance(finding, Finding) else finding
            yield known.key, _sight(known)


def _sight(finding: Finding | JudgedFinding) -> Sight:
    adjusted = finding.adjusted if isinstance(finding, JudgedFinding) else None
    seen = [finding.first_seen]
    if isinstance(finding, JudgedFinding) and finding.sight:
        seen.append(finding.sight.first_seen)
    return Sight(
        severity=adjusted.before if adjusted else finding.severity,
        fix=finding.fix,
        exploit=finding.exploit,
        kev=None if finding.kev is None else finding.kev.listed,
        first_seen=min((time for time in seen if time is not None), default=None),
    )


def _missing(target: str, why: str) -> Compared:
    return Compared(used=BaselineUsed(target=target, missing=why), sights={})
