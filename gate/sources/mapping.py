"""AWS's findings to ours: one mapper for basic findings, one for the shape that ECR shares with Inspector."""

from typing import TypeVar

from gate.model import Cvss, Finding, FindingStatus, Fix, Package, Severity, stem
from gate.sources.states import unknown_word
from gate.sources.times import to_time
from gate.sources.wire import (
    AdjustedCvss,
    BasicFinding,
    EnhancedFinding,
    PackageVulnerability,
    Resource,
    VulnerablePackage,
)

# AWS's words to ours. Source: ECR's FindingSeverity and Inspector's Severity in botocore's models; ECR's enhanced
# findings carry severity and status as free strings, with Inspector's words in them.
SEVERITIES = {
    "CRITICAL": Severity.CRITICAL,
    "HIGH": Severity.HIGH,
    "MEDIUM": Severity.MEDIUM,
    "LOW": Severity.LOW,
    "INFORMATIONAL": Severity.INFORMATIONAL,
    "UNDEFINED": Severity.UNKNOWN,
    "UNTRIAGED": Severity.UNKNOWN,
}
STATUSES: dict[str | None, FindingStatus] = {
    None: FindingStatus.ACTIVE,
    "ACTIVE": FindingStatus.ACTIVE,
    "SUPPRESSED": FindingStatus.SUPPRESSED,
    "CLOSED": FindingStatus.CLOSED,
}
FIXES: dict[str | None, Fix] = {None: Fix.UNKNOWN, "YES": Fix.FULL, "PARTIAL": Fix.PARTIAL, "NO": Fix.NONE}
EXPLOITS: dict[str | None, bool | None] = {None: None, "YES": True, "NO": False}
V = TypeVar("V")
_NO_VERSION = frozenset({None, "", "NotAvailable"})


def severity_of(word: str | None) -> Severity:
    """Return our word for AWS's severity; absent is unknown, and a word nobody has seen is an error that names it."""
    if word is None:
        return Severity.UNKNOWN
    found = SEVERITIES.get(word)
    if found is None:
        raise unknown_word("finding severity", word)
    return found


def basic_finding(listed: BasicFinding) -> Finding:
    """Map a basic finding: its facts stand in key and value pairs, all of them optional."""
    facts = {pair.key: pair.value for pair in listed.attributes or () if pair.value}
    name = facts.get("package_name")
    packages = (Package(name=name, version=facts.get("package_version")),) if name else ()
    identity = listed.name or "unnamed"
    scores = tuple(
        score
        for kind, version in (("CVSS2", "2.0"), ("CVSS3", "3.0"), ("CVSS4", "4.0"))
        if (score := _basic_score(facts.get(f"{kind}_SCORE"), facts.get(f"{kind}_VECTOR"), version))
    )
    return Finding(
        key=stem(identity, packages),
        id=identity,
        severity=severity_of(listed.severity),
        aws_severity=listed.severity or "",
        title=f"{identity} - {name}" if name else identity,
        description=listed.description or "",
        scores=scores,
        packages=packages,
        url=listed.uri,
    )


def enhanced_finding(listed: EnhancedFinding) -> Finding:
    """Map a finding as ECR's enhanced scanning lists it: its score is `score`, and it has no EPSS."""
    adjusted = listed.score_details.cvss if listed.score_details else None
    return _finding(listed, _own_score(listed.score, adjusted), None)


def inspector_finding(listed: EnhancedFinding) -> Finding:
    """Map a finding as Inspector and Image Builder list it: its score is `inspectorScore`."""
    adjusted = listed.inspector_score_details.adjusted_cvss if listed.inspector_score_details else None
    epss = listed.epss.score if listed.epss else None
    return _finding(listed, _own_score(listed.inspector_score, adjusted), probability(epss))


def _finding(listed: EnhancedFinding, own: Cvss | None, epss: float | None) -> Finding:
    details = listed.package_vulnerability_details or _NO_DETAILS
    packages = tuple(map(_package, details.vulnerable_packages or ()))
    identity = details.vulnerability_id or _identity_without_package(listed)
    return Finding(
        key=stem(identity, packages),
        id=identity,
        aliases=details.related_vulnerabilities or (),
        severity=severity_of(listed.severity),
        aws_severity=listed.severity or "",
        status=_word(STATUSES, listed.status, "finding status"),
        fix=_word(FIXES, listed.fix_available, "fixAvailable"),
        exploit=_word(EXPLOITS, listed.exploit_available, "exploitAvailable"),
        title=listed.title or identity,
        description=listed.description or "",
        scores=_scores(own, details),
        epss=epss,
        epss_source=None if epss is None else "inspector",
        in_use=_in_use(listed.resources),
        first_seen=to_time(listed.first_observed_at, "firstObservedAt"),
        published=to_time(details.vendor_created_at, "vendorCreatedAt"),
        updated=to_time(listed.updated_at, "updatedAt"),
        packages=packages,
        url=details.source_url,
        references=details.reference_urls or (),
        arn=listed.finding_arn,
    )


_NO_DETAILS = PackageVulnerability()


def _identity_without_package(listed: EnhancedFinding) -> str:
    code = listed.code_vulnerability_details
    if code is not None:
        return f"code:{code.detector_id or listed.title or 'untitled'}"
    return f"{(listed.type or 'finding').lower()}:{listed.title or 'untitled'}"


def _word(table: dict[str | None, V], word: str | None, name: str) -> V:
    try:
        return table[word]
    except KeyError:
        raise unknown_word(name, str(word)) from None


def _package(listed: VulnerablePackage) -> Package:
    fixed_in = listed.fixed_in_version
    return Package(
        name=listed.name or "unnamed",
        version=_version(listed),
        fixed_in=None if fixed_in in _NO_VERSION else fixed_in,
        type=listed.package_manager.lower() if listed.package_manager else None,
        path=listed.file_path or None,
        arch=listed.arch or None,
        layer=listed.source_layer_hash or None,
    )


def _version(listed: VulnerablePackage) -> str | None:
    version = listed.version
    if not version:
        return None
    if listed.epoch:
        version = f"{listed.epoch}:{version}"
    return f"{version}-{listed.release}" if listed.release else version


def _own_score(given: float | None, adjusted: AdjustedCvss | None) -> Cvss | None:
    score = given if given is not None else adjusted.score if adjusted else None
    if score is None:
        return None
    version, vector = (adjusted.version, adjusted.scoring_vector) if adjusted else (None, None)
    return _cvss(score, version or "", "inspector", vector)


def _scores(own: Cvss | None, details: PackageVulnerability) -> tuple[Cvss, ...]:
    found = [own]
    for entry in details.cvss or ():
        if entry.base_score is not None:
            source = (entry.source or "unnamed").lower()
            # NOTE: only the score of its own is Inspector's; an entry that calls itself so is some vendor's.
            named = source if source != "inspector" else "vendor"
            found.append(_cvss(entry.base_score, entry.version or "", named, entry.scoring_vector))
    return tuple(score for score in found if score is not None)


def _in_use(resources: tuple[Resource, ...] | None) -> bool | None:
    """Return whether any of the images counts a use; None where none of them counts uses."""
    images = (one.details.aws_ecr_container_image for one in resources or () if one.details)
    counts = [image.in_use_count for image in images if image and image.in_use_count is not None]
    return any(count > 0 for count in counts) if counts else None


def probability(score: float | None) -> float | None:
    """Return an EPSS score, or None where it is no probability: such a number says nothing."""
    return score if score is not None and 0.0 <= score <= 1.0 else None


def _basic_score(text: str | None, vector: str | None, version: str) -> Cvss | None:
    try:
        score = float(text) if text else None
    except ValueError:
        return None
    if score is None:
        return None
    if vector and vector.startswith("CVSS:"):
        version = vector[5:].partition("/")[0]
    return _cvss(score, version, "nvd", vector)


def _cvss(score: float, version: str, source: str, vector: str | None) -> Cvss | None:
    """Return the score, or None where it is outside CVSS's range: such a number says nothing."""
    if not 0.0 <= score <= 10.0:
        return None
    return Cvss(score=score, version=version, source=source, vector=vector or None)
