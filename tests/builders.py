"""Builders for test data: each returns one valid value, of which a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gate.model import Finding, Fix, Image, Kind, Package, Refusal, Scan, ScanState, Severity, keyed, stem
from gate.policy.document import Policy
from gate.policy.evaluate import Beside, evaluate
from gate.policy.verdict import PolicyUsed, Verdict

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DIGEST = "sha256:" + "ab12" * 16
OTHER_DIGEST = "sha256:" + "cd34" * 16


def package(name: str = "openssl", **fields: Any) -> Package:
    """Return a package of an operating system, with a version."""
    return Package(**{"name": name, "version": "1.0-1", "type": "OS", **fields})


def finding(id: str = "CVE-2026-1000", severity: Severity = Severity.HIGH, **fields: Any) -> Finding:  # noqa: A002 - the field's name
    """Return a finding in one package; `packages` may be a tuple of Package."""
    packages = fields.setdefault("packages", (package(),))
    words = {Severity.UNKNOWN: "UNTRIAGED"}
    filled = {
        "key": stem(id, packages),
        "aws_severity": words.get(severity, severity.value.upper()),
        "title": f"{id} - {packages[0].name if packages else 'no package'}",
        "description": "A made-up fault.",
        **fields,
    }
    return Finding(id=id, severity=severity, **filled)


def fixable(
    id: str = "CVE-2026-2000",  # noqa: A002 - the field's name
    severity: Severity = Severity.HIGH,
    *,
    to: str = "2.0-1",
    **fields: Any,
) -> Finding:
    """Return a finding whose packages (one, unless given) are all fixed in version `to`."""
    names = fields.pop("names", ("openssl",))
    return finding(id, severity, fix=Fix.FULL, packages=tuple(package(name, fixed_in=to) for name in names), **fields)


def image(**fields: Any) -> Image:
    """Return an ECR image, resolved to a digest."""
    filled = {
        "target": "team/app:v1",
        "source": "ecr",
        "registry": "123456789012",
        "region": "eu-west-1",
        "repository": "team/app",
        "digest": DIGEST,
        "tags": ("v1",),
        **fields,
    }
    return Image(**filled)


def scan(*findings: Finding, **fields: Any) -> Scan:
    """Return a complete enhanced scan that finished two hours before NOW."""
    filled = {
        "image": image(),
        "state": ScanState.COMPLETE,
        "kind": Kind.ENHANCED,
        "status": "COMPLETE",
        "completed_at": NOW - timedelta(hours=2),
        "data_at": NOW - timedelta(hours=2),
        "ready_since": NOW,
        "captured_at": NOW,
        **fields,
    }
    return Scan(findings=keyed(findings), **filled)


def policy(**fields: Any) -> Policy:
    """Return a policy of version 1 with these keys, and nothing limited that is not named."""
    return Policy(version=1, **fields)


def used(rules: Policy) -> PolicyUsed:
    """Return the policy as the verdict document holds it."""
    return PolicyUsed(name=rules.name or "test", files=("gate.yaml",), sha256="0" * 64, resolved=rules)


def judge(rules: Policy, *scans: Scan | Refusal, now: datetime = NOW, **options: Any) -> Verdict:
    """Judge scans (one clean scan if none is given) by a policy."""
    return evaluate(used(rules), scans or (scan(),), now, Beside(**options))
