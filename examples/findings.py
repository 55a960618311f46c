"""Makes one finding of an image, in the shape in which AWS lists it: enhanced (Inspector's) or basic."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from examples.catalogue import SUMMARIES, Row

Json = dict[str, object]
_Item = TypeVar("_Item")
ACCOUNT = "123456789012"
REGION = "eu-west-1"
PUSHED = datetime(2026, 11, 20, 6, 2, tzinfo=UTC)
SUPPRESSED = 140
"""The number of the finding that a suppression rule of Inspector hides."""
CLOSED = 150
"""The number of the finding that Inspector has closed."""
PARTIAL = 24
"""The number of the finding that an upgrade removes from one of its packages only."""
WORDS = {"C": "CRITICAL", "H": "HIGH", "M": "MEDIUM", "L": "LOW", "I": "INFORMATIONAL", "U": "UNTRIAGED"}
_NETWORK = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/"
SCORES: dict[str, tuple[tuple[float, str], ...]] = {
    "C": ((9.8, f"{_NETWORK}C:H/I:H/A:H"), (9.1, f"{_NETWORK}C:H/I:H/A:N")),
    "H": ((7.5, f"{_NETWORK}C:N/I:N/A:H"), (7.8, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")),
    "M": ((5.3, f"{_NETWORK}C:N/I:N/A:L"), (5.5, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H")),
    "L": ((3.3, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L"), (3.7, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N")),
    "I": ((0.0, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N"),),
    "U": (),
}


def enhanced(image: Json, row: Row, letter: str, number: int) -> Json:
    """Return a finding of Inspector's: the `number` makes its id, dates and wording."""
    names = (row.name, *row.sisters) if row.shipped else row.sisters
    vulnerability = _vulnerability(row, number)
    score = _pick(SCORES[letter], number)
    summary = row.summary or _pick(SUMMARIES, number)
    fixed = "NO" if row.fixed_in is None else "PARTIAL" if number == PARTIAL else "YES"
    seen = PUSHED + timedelta(minutes=4)
    finding: Json = {
        "awsAccountId": ACCOUNT,
        "findingArn": f"arn:aws:inspector2:{REGION}:{ACCOUNT}:finding/{digest_of(f'{image} {number}')[:32]}",
        "type": "PACKAGE_VULNERABILITY",
        "title": f"{vulnerability} - {', '.join(names)}",
        "description": f"{summary} ({row.name}). This finding is made up.",
        "severity": WORDS[letter],
        "status": {SUPPRESSED: "SUPPRESSED", CLOSED: "CLOSED"}.get(number, "ACTIVE"),
        "fixAvailable": fixed,
        "exploitAvailable": "YES" if number % 23 == 2 else "NO",
        "firstObservedAt": seen.isoformat(),
        "lastObservedAt": seen.isoformat(),
        "updatedAt": seen.isoformat(),
        "packageVulnerabilityDetails": _details(row, names, vulnerability, score, number),
        "remediation": {"recommendation": {"text": "None Provided"}},
        "resources": [_resource(image)],
    }
    if score:
        finding["score"] = score[0]
        cvss = {"score": score[0], "scoringVector": score[1], "scoreSource": "NVD", "version": "3.1", "adjustments": []}
        finding["scoreDetails"] = {"cvss": cvss}
    return finding


def _details(
    row: Row, names: tuple[str, ...], vulnerability: str, score: tuple[float, str] | None, number: int
) -> Json:
    published = datetime(2026, 1, 5, 9, 0, tzinfo=UTC) + timedelta(days=number * 7 % 300)
    tracker = f"https://example.com/advisories/{vulnerability}"
    cvss = [] if score is None else [_cvss(score[0], score[1], "3.1")]
    if score and number % 5 == 0:
        cvss.append(_cvss(5.0, "AV:N/AC:L/Au:N/C:N/I:N/A:P", "2.0"))
    lagging = names[-1] if number == PARTIAL else None
    return {
        "vulnerabilityId": vulnerability,
        "source": "DEBIAN_CVE" if row.manager == "OS" else "GITHUB" if vulnerability.startswith("GHSA") else "NVD",
        "sourceUrl": tracker,
        "referenceUrls": [tracker, f"https://example.org/lists/{vulnerability.lower()}"],
        "relatedVulnerabilities": [] if row.manager == "OS" else [_alias(vulnerability, number)],
        "vendorSeverity": "unimportant" if row.fixed_in is None else "medium",
        "vendorCreatedAt": published.isoformat(),
        "vendorUpdatedAt": (published + timedelta(days=3)).isoformat(),
        "cvss": cvss,
        "vulnerablePackages": [_package(row, name, lags=name == lagging) for name in names],
    }


def _package(row: Row, name: str, *, lags: bool) -> Json:
    epoch, _, rest = row.version.rpartition(":")
    version, _, release = rest.rpartition("-") if row.manager == "OS" else (rest, "", "")
    package: Json = {
        "name": name,
        "version": version or rest,
        "epoch": int(epoch or 0),
        "packageManager": row.manager,
        "fixedInVersion": "NotAvailable" if row.fixed_in is None or lags else row.fixed_in,
        "sourceLayerHash": f"sha256:{digest_of('layer ' + ('base' if row.manager == 'OS' else 'app'))}",
    }
    if row.manager == "OS":
        package |= {"arch": "AMD64", "release": release}
    return package | ({"filePath": row.path} if row.path else {})


def basic(row: Row, letter: str, number: int) -> Json:
    """Return a finding of ECR's basic scan: text attributes, and nothing about fixes."""
    vulnerability = _vulnerability(row, number)
    attributes = {"package_version": row.version, "package_name": row.name}
    if score := _pick(SCORES[letter], number):
        attributes |= {"CVSS3_SCORE": str(score[0]), "CVSS3_VECTOR": score[1]}
    return {
        "name": vulnerability,
        "description": f"{_pick(SUMMARIES, number)} ({row.name}). This finding is made up.",
        "uri": f"https://example.com/advisories/{vulnerability}",
        "severity": "UNDEFINED" if letter == "U" else WORDS[letter],
        "attributes": [{"key": key, "value": value} for key, value in attributes.items()],
    }


def _resource(image: Json) -> Json:
    identity = image["imageId"]
    digest, tag = (identity["imageDigest"], identity["imageTag"]) if isinstance(identity, dict) else ("", "")
    details = {
        "architecture": "amd64",
        "imageHash": digest,
        "imageTags": [tag],
        "platform": "DEBIAN_12",
        "pushedAt": PUSHED.isoformat(),
        "registry": ACCOUNT,
        "repositoryName": image["repositoryName"],
    }
    return {
        "id": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{image['repositoryName']}/{digest}",
        "type": "AWS_ECR_CONTAINER_IMAGE",
        "tags": {},
        "details": {"awsEcrContainerImage": details},
    }


def _vulnerability(row: Row, number: int) -> str:
    if row.manager == "NODE" and number % 2:
        return _advisory(str(number))
    return f"CVE-2026-{90_000 + number * 7}"


def _alias(vulnerability: str, number: int) -> str:
    return f"CVE-2026-{90_000 + number * 7}" if vulnerability.startswith("GHSA") else _advisory(vulnerability)


def _advisory(seed: str) -> str:
    letters = "".join("23456789cfghjmpqrvwx"[int(digit, 16)] for digit in digest_of(seed)[:12])
    return f"GHSA-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _cvss(score: float, vector: str, version: str) -> Json:
    return {"baseScore": score, "scoringVector": vector, "source": "NVD", "version": version}


def _pick(choices: Sequence[_Item], number: int) -> _Item | None:
    return choices[number % len(choices)] if choices else None


def digest_of(text: str) -> str:
    """Return 64 hexadecimal digits that depend on `text` alone."""
    return hashlib.sha256(text.encode()).hexdigest()
