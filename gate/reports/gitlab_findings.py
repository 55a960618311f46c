"""The vulnerabilities of a GitLab report: one for each package of a finding, under an id that the next build keeps."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from uuid import NAMESPACE_OID, uuid5

from msgspec import Struct

from gate.model import Fix, Package, Severity
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding
from gate.reports.details import finding_name, versions_text
from gate.reports.gitlab_markdown import plain_markdown
from gate.reports.gitlab_report import (
    CvssVector,
    Dependency,
    Detail,
    Link,
    Location,
    PackageNamed,
    Rating,
    Vulnerability,
)
from gate.reports.identifiers import identifiers
from gate.reports.image_names import pinned
from gate.reports.sarif_names import link, told
from gate.reports.sarif_results import is_settled
from gate.reports.summary import VIOLATED

_RATINGS: dict[Severity, Rating] = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFORMATIONAL: "Info",
    Severity.UNKNOWN: "Unknown",
}
_SOLUTIONS = {
    Fix.FULL: "A fix is available; AWS names no version of this package.",
    Fix.PARTIAL: "A fix is available for some of the packages; AWS names no version of this one.",
    Fix.NONE: "No fix is available yet.",
    Fix.UNKNOWN: "",
}
_NAMESPACE = uuid5(NAMESPACE_OID, "scan-gate: vulnerabilities")
_MOST_LINKS = 20
_MOST_VECTORS = 10
_VECTOR = re.compile(
    r"CVSS:3\.[01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]"
    r"(?:/E:[XUPFH])?(?:/RL:[XOTWU])?(?:/RC:[XURC])?"
    r"|AV:[NAL]/AC:[LMH]/Au:[MSN]/C:[NPC]/I:[NPC]/A:[NPC]"
)


class _Held(Struct, frozen=True, kw_only=True):
    """What the vulnerabilities of one image share."""

    category: str
    image: str
    system: str
    most_text: int


def vulnerabilities(image: ImageVerdict, category: str, most_text: int) -> Iterator[Vulnerability]:
    """Yield what still is a vulnerability of an image, worst first, each description cut to `most_text` characters.

    Ignored, suppressed and closed findings and those that VEX settled are left out; what grace or the baseline only
    postpones is still there. `category` tells the image from the others of the verdict, in every build alike.
    """
    system = told(image.platform, 60).strip() if image.platform else ""
    where = pinned(image, image.digest)
    shared = _Held(category=category, image=where, system=system or "unknown", most_text=most_text)
    violated = _violated(image)
    seen: Counter[str] = Counter()
    for index, finding in enumerate(image.findings):
        if is_settled(finding):
            continue
        seen[finding.key] += 1
        identity = f"{finding.key}\n{seen[finding.key]}"
        why = violated.get(index) or _unviolated(finding)
        for name, held in _by_name(finding.packages):
            yield _vulnerability(shared, finding, (name, held), identity, why)


def _vulnerability(
    shared: _Held, finding: JudgedFinding, part: tuple[str, tuple[Package, ...]], identity: str, why: str
) -> Vulnerability:
    name, held = part
    shown = (told(name, 200).strip() or "(no name)") if held else "no package"
    versions = versions_text(package.version for package in held)
    called = finding_name(finding)
    return Vulnerability(
        id=_id(shared.category, identity, name),
        name=f"{called} in {shown}"[:255] if held else called,
        description=plain_markdown(told(finding.description, shared.most_text)),
        severity=_RATINGS[finding.severity],
        solution=_solution(finding, shown, held),
        identifiers=identifiers(finding),
        cvss_vectors=_vectors(finding),
        links=_links(finding),
        location=Location(
            dependency=Dependency(package=PackageNamed(name=shown), version="unknown" if versions == "-" else versions),
            operating_system=shared.system,
            image=shared.image,
        ),
        details=_details(finding, held, why),
    )


def _by_name(packages: tuple[Package, ...]) -> list[tuple[str, tuple[Package, ...]]]:
    """Return the packages by name, in order; one nameless entry without any where a finding names none."""
    if len(packages) == 1:
        return [(packages[0].name, packages)]
    groups: dict[str, list[Package]] = defaultdict(list)
    for package in packages:
        groups[package.name].append(package)
    return sorted((name, tuple(held)) for name, held in groups.items()) if groups else [("", ())]


def _id(category: str, identity: str, name: str) -> str:
    # NOTE: hashed before, since uuid5 refuses text that holds a lone surrogate.
    stable = f"{category}\n{identity}\n{name}".encode("utf-8", "surrogatepass")
    return str(uuid5(_NAMESPACE, blake2b(stable, digest_size=16).hexdigest()))


def _solution(finding: JudgedFinding, name: str, held: tuple[Package, ...]) -> str:
    fixed = versions_text(package.fixed_in for package in held)
    return _SOLUTIONS[finding.fix] if fixed == "-" else plain_markdown(f"Upgrade {name} to {fixed}.")


def _vectors(finding: JudgedFinding) -> tuple[CvssVector, ...]:
    """Return the vectors that the schema takes, the one that was judged first."""
    scores = (finding.cvss, *finding.scores) if finding.cvss else finding.scores
    found = (
        CvssVector(vendor=told(score.source, 100).strip() or "unknown", vector=score.vector)
        for score in scores
        if score.vector and _VECTOR.fullmatch(score.vector)
    )
    return tuple(dict.fromkeys(found))[:_MOST_VECTORS]


def _links(finding: JudgedFinding) -> tuple[Link, ...]:
    urls = dict.fromkeys((finding.url, *finding.references))
    return tuple(Link(url=address) for url in urls if (address := link(url)) is not None)[:_MOST_LINKS]


def _details(finding: JudgedFinding, held: tuple[Package, ...], why: str) -> dict[str, Detail]:
    found = {"policy": Detail(name="Policy", type="text", value=why)}
    if finding.epss is not None:
        found["epss"] = Detail(name="EPSS", type="value", value=finding.epss)
    if finding.kev is not None and finding.kev.listed:
        due = f"; federal agencies must have acted by {finding.kev.due}" if finding.kev.due else ""
        found["kev"] = Detail(name="Known exploited", type="text", value=f"Listed by CISA{due}.")
    if finding.exploit is not None:
        found["exploit"] = Detail(name="Exploit available", type="value", value=finding.exploit)
    paths = [told(package.path, 300) for package in held if package.path]
    if paths:
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        found["path"] = Detail(name="Path", type="text", value=", ".join(paths[:3]) + more)
    return found


def _unviolated(finding: JudgedFinding) -> str:
    if finding.disposition is Disposition.COUNTED:
        return "Within what the policy allows."
    why = told(finding.settled_by, 1_000).strip() or finding.disposition.value
    return f"{why[0].upper()}{why[1:].rstrip('.')}."


def _violated(image: ImageVerdict) -> dict[int, str]:
    names: dict[int, list[str]] = defaultdict(list)
    for rule in image.rules:
        if rule.outcome in VIOLATED:
            for index in rule.findings:
                names[index].append(told(rule.name, 100))
    return {index: f"Violates {', '.join(rules)[:1_000]}." for index, rules in names.items()}
