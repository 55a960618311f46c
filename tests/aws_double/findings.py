"""Builders of findings as ECR lists them: made up, the same at every run, thousands in a moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice

JsonObject = dict[str, object]
"""A JSON object as it goes over the wire; times in it are seconds since 1970."""

ACCOUNT = "123456789012"
REGION = "eu-central-1"
SPRING = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
NO_FIX = "NotAvailable"
"""Inspector's word for a package without a fixed version."""

_NAMES = (
    *("quartzlib", "zephyr-tls", "marlin-json", "libember"),
    *("opal-http", "tundra-xml", "copper-regex", "lynx-archive"),
)
_MANAGERS = ("OS", "PYTHON", "NPM", "GOMOD", "OS", "JAR", "OS", "NUGET")
_PATHS = ("", "srv/app/lib/marlin/METADATA", "srv/app/node_modules/opal/package.json", "usr/local/bin/worker")
_FLAWS = ("heap overflow", "missing bounds check", "path traversal", "use after free", "uncontrolled recursion")
# NOTE: about what a large, old image shows: many of middling severity, few at the ends.
_SEVERITIES = (
    *("MEDIUM", "LOW", "HIGH", "MEDIUM", "LOW", "MEDIUM", "HIGH", "MEDIUM", "INFORMATIONAL", "LOW"),
    *("MEDIUM", "CRITICAL", "LOW", "MEDIUM", "HIGH", "MEDIUM", "LOW", "MEDIUM", "UNTRIAGED", "LOW"),
)
_SCORES: Mapping[str, float] = {"CRITICAL": 9.8, "HIGH": 7.5, "MEDIUM": 5.3, "LOW": 3.1, "INFORMATIONAL": 0.0}
_VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


def vulnerable_package(
    name: str = "quartzlib",
    version: str = "1.4.2",
    *,
    fixed_in: str | None = "1.4.9",
    manager: str = "OS",
    path: str | None = None,
    layer: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> JsonObject:
    """Return one package of an enhanced finding; `fixed_in=None` leaves the member out, NO_FIX says there is none."""
    package: JsonObject = {
        "arch": "X86_64",
        "epoch": 0,
        "name": name,
        "packageManager": manager,
        "sourceLayerHash": layer or f"sha256:{digest_of(name)}",
        "version": version,
    }
    if fixed_in is not None:
        package["fixedInVersion"] = fixed_in
    if path:
        package["filePath"] = path
    return package | dict(extra or {})


def cvss(score: float = 7.5, *, version: str = "3.1", source: str = "NVD", vector: str = _VECTOR) -> JsonObject:
    """Return one entry of an enhanced finding's `packageVulnerabilityDetails.cvss`."""
    return {"baseScore": score, "scoringVector": vector, "source": source, "version": version}


def enhanced_finding(
    name: str = "CVE-2026-10001",
    severity: str = "HIGH",
    *,
    packages: Sequence[JsonObject] | None = None,
    score: float | None = None,
    scores: Sequence[JsonObject] | None = None,
    fix: str | None = "YES",
    exploit: str | None = "NO",
    status: str | None = "ACTIVE",
    arn: str | None = None,
    title: str | None = None,
    description: str | None = None,
    source: str = "NVD",
    related: Sequence[str] = (),
    references: Sequence[str] | None = None,
    first_observed: datetime = SPRING,
    updated: datetime = SPRING,
    extra: Mapping[str, object] | None = None,
) -> JsonObject:
    """Return one Inspector finding as ECR lists it; None leaves a member out; `extra` is laid over the result."""
    listed = list(packages if packages is not None else (vulnerable_package(),))
    number = _SCORES.get(severity) if score is None else score
    names = " ".join(str(package.get("name")) for package in listed)
    first = str(listed[0].get("name")) if listed else "nothing"
    details: JsonObject = {
        "cvss": list(scores if scores is not None else (() if number is None else (cvss(number, source=source),))),
        "referenceUrls": list(references if references is not None else (f"https://vulnerable.example/{name}/notes",)),
        "relatedVulnerabilities": list(related),
        "source": source,
        "sourceUrl": f"https://vulnerable.example/{name}",
        "vendorCreatedAt": SPRING.timestamp(),
        "vendorSeverity": severity.capitalize(),
        "vendorUpdatedAt": SPRING.timestamp(),
        "vulnerabilityId": name,
        "vulnerablePackages": listed,
    }
    finding: JsonObject = {
        "awsAccountId": ACCOUNT,
        "description": f"A flaw in {first}." if description is None else description,
        "findingArn": arn or f"arn:aws:inspector2:{REGION}:{ACCOUNT}:finding/{digest_of(name + names)[:32]}",
        "firstObservedAt": first_observed.timestamp(),
        "lastObservedAt": updated.timestamp(),
        "packageVulnerabilityDetails": details,
        "remediation": {"recommendation": {"text": "None Provided"}},
        "severity": severity,
        "title": f"{name} - {first}" if title is None else title,
        "type": "PACKAGE_VULNERABILITY",
        "updatedAt": updated.timestamp(),
    }
    optional = {"status": status, "fixAvailable": fix, "exploitAvailable": exploit, "score": number}
    finding |= {key: value for key, value in optional.items() if value is not None}
    if number is not None:
        adjusted = {"score": number, "scoreSource": source, "scoringVector": _VECTOR, "version": "3.1"}
        finding["scoreDetails"] = {"cvss": {"adjustments": [], **adjusted}}
    return finding | dict(extra or {})


def basic_finding(
    name: str = "CVE-2026-10001",
    severity: str = "HIGH",
    *,
    package: str | None = "quartzlib",
    version: str | None = "1.4.2",
    cvss2: str | None = None,
    cvss3: str | None = "7.5",
    description: str | None = "A flaw in quartzlib.",
    uri: str | None = "https://vulnerable.example/notes",
    attributes: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> JsonObject:
    """Return one basic finding; scores are text, as AWS gives them; None leaves a member or attribute out."""
    known = {
        "package_name": package,
        "package_version": version,
        "CVSS2_SCORE": cvss2,
        "CVSS2_VECTOR": cvss2 and "AV:N/AC:L/Au:N/C:P/I:N/A:N",
        "CVSS3_SCORE": cvss3,
        "CVSS3_VECTOR": cvss3 and _VECTOR,
    }
    pairs = {key: value for key, value in known.items() if value is not None} | dict(attributes or {})
    finding: JsonObject = {
        "name": name,
        "severity": severity,
        "attributes": [{"key": key, "value": value} for key, value in pairs.items()],
    }
    optional = {"description": description, "uri": uri}
    finding |= {key: value for key, value in optional.items() if value is not None}
    return finding | dict(extra or {})


def enhanced_findings(number: int) -> tuple[JsonObject, ...]:
    """Return that many enhanced findings, all different, of a mix that a large image shows."""
    return tuple(_nth_enhanced(n) for n in range(number))


def basic_findings(number: int) -> tuple[JsonObject, ...]:
    """Return that many basic findings, all different, of a mix that a large image shows."""
    return tuple(_nth_basic(n) for n in range(number))


def severities(findings: Iterable[JsonObject]) -> dict[str, int]:
    """Return how many of each severity word are listed, in order of first appearance."""
    counts: dict[str, int] = {}
    for finding in findings:
        word = str(finding.get("severity"))
        counts[word] = counts.get(word, 0) + 1
    return counts


def digest_of(text: str) -> str:
    """Return the 64 hexadecimal digits of the text's SHA-256."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _nth_enhanced(n: int) -> JsonObject:
    severity = _SEVERITIES[n % len(_SEVERITIES)]
    fixed = n % 3 != 0
    packages = [
        vulnerable_package(
            _NAMES[(n + k) % len(_NAMES)],
            f"{n % 9}.{n % 13}.{k}",
            fixed_in=f"{n % 9}.{n % 13}.{k + 7}" if fixed else NO_FIX,
            manager=_MANAGERS[(n + k) % len(_MANAGERS)],
            path=_PATHS[(n + k) % len(_PATHS)] or None,
        )
        for k in range(1 + n % 7 // 5)
    ]
    return enhanced_finding(
        f"CVE-2025-{20000 + n}",
        severity,
        packages=packages,
        fix="YES" if fixed else "NO",
        exploit="YES" if n % 29 == 0 else "NO",
        description=_prose(n),
        related=[f"GHSA-{digest_of(str(n))[:4]}-test-test"] if n % 4 == 0 else [],
        references=[f"https://vulnerable.example/{n}/{k}" for k in range(1 + n % 4)],
    )


def _nth_basic(n: int) -> JsonObject:
    severity = _SEVERITIES[n % len(_SEVERITIES)]
    severity = "UNDEFINED" if severity == "UNTRIAGED" else severity
    score = _SCORES.get(severity)
    return basic_finding(
        f"CVE-2025-{20000 + n}",
        severity,
        package=_NAMES[n % len(_NAMES)],
        version=f"{n % 9}.{n % 13}.{n % 17}",
        cvss3=None if score is None else str(score),
        description=_prose(n),
        uri=f"https://vulnerable.example/{n}",
    )


def _prose(n: int) -> str:
    name = _NAMES[n % len(_NAMES)]
    flaws = ", then a ".join(islice((_FLAWS[(n + k) % len(_FLAWS)] for k in range(len(_FLAWS))), 2 + n % 3))
    return (
        f"In {name} before the fixed release, reading a crafted input of kind {n} leads to a {flaws}. Whoever can send "
        f"such an input may crash the process or read memory that is none of their business. Only builds with the "
        f"optional {_NAMES[(n + 3) % len(_NAMES)]} module are concerned; switching it off avoids the flaw."
    )
