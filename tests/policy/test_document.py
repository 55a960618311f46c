"""The policy as types: its defaults, and that it survives JSON in the verdict document."""

from datetime import date

import msgspec
import pytest

from gate.model import Severity
from gate.policy.clauses import AcceptUnsupported, Budget, Ignore, Max
from gate.policy.document import Policy, Relaxations, ScanDemands
from gate.policy.loaded import canonical
from gate.policy.scalars import Duration, PlatformName, Until, VersionRange, decode_scalar

FULL = Policy(
    version=1,
    required_version=VersionRange(">=0.1"),
    name="all",
    mode="warn",
    max=Max(critical=0, high=Budget(fixable=0, unfixable=5, unknown="unlimited"), low="unlimited"),
    cvss_floor=9.0,
    ignore=(Ignore(id=("CVE-1", "CVE-2"), package="zlib", since=date(2026, 1, 1), until=Until(None, fixed=True)),),
    relaxations=Relaxations(require=("reason", "until"), max_days=30, unused="fail"),
    scan=ScanDemands(
        max_age=Duration(60),
        unsupported=AcceptUnsupported(accept=True, repository="tools/*"),
        platforms=(PlatformName("linux/amd64"), PlatformName("linux/arm/v7")),
    ),
)


@pytest.mark.parametrize("policy", [Policy(version=1), FULL])
def test_the_resolved_policy_reads_back_from_json(policy: Policy) -> None:
    assert msgspec.json.decode(canonical(policy), type=Policy, dec_hook=decode_scalar) == policy


def test_severities_not_named_are_unlimited_but_for_unknown() -> None:
    limits = {severity: Max().of(severity) for severity in Severity}
    assert limits.pop(Severity.UNKNOWN) == 0
    assert set(limits.values()) == {"unlimited"}


def test_a_severity_has_the_limit_that_is_named_for_it() -> None:
    assert [Max(critical=1, low=2).of(severity) for severity in (Severity.CRITICAL, Severity.LOW)] == [1, 2]


def test_the_defaults_are_those_of_the_documentation() -> None:
    policy = Policy(version=1)
    assert (policy.scan.wait.plain, policy.scan.settle.plain) == ("10m", "5m")
    assert (policy.scan.tag_moved, policy.scan.unsupported, policy.scan.inspector_suppressed) == (
        "no_verdict",
        "fail",
        "count",
    )
    assert policy.relaxations.require == ("reason",)
    assert policy.relaxations.expiring.plain == "2w"
    assert (policy.facts.kev_max_age.seconds, policy.facts.epss_max_age.seconds) == (604_800, 604_800)
    assert (policy.mode, policy.count_by, policy.scan.kind) == ("enforce", "finding", "any")
    assert policy.cvss.sources == ("inspector", "vendor", "nvd")
