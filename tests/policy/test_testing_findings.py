"""A made-up finding is what a policy's test says of it, and all that the test does not say is known and harmless."""

import pytest

from tests.policy.cases_run import one


def fires(when: str, finding: str, rest: str = "kind: enhanced") -> tuple[bool, int]:
    """Return whether a rule fires on a finding, and how many it counts since nobody knows."""
    result = one(f"rules: [{{name: r, when: {when}}}]", f"findings: [{{id: CVE-1, {finding}}}], expect: pass, {rest}")
    (rule,) = (rule for rule in result.rules if rule.name == "r")
    return rule.outcome.value == "fail", rule.unknown


@pytest.mark.parametrize(
    ("when", "finding", "otherwise"),
    [
        ("{severity: high}", "severity: high", "severity: medium"),
        ("{severity: unknown}", "severity: unknown", "severity: critical"),
        ("{id: GHSA-1}", "aliases: [GHSA-1]", "aliases: [GHSA-2]"),
        ("{cvss: 8.8}", "cvss: 8.8", "cvss: 8.7"),
        ("{cvss: 9.0}", "severity: critical", "severity: high"),
        ("{cvss: 7.0}", "severity: high", "severity: low"),
        ("{cvss: 0..0.1}", "severity: low", "severity: medium"),
        ("{vector: {AV: N}}", "vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'", "severity: high"),
        ("{vector: {Au: N}}", "vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P'", "vector: 'AV:N/AC:L/Au:M/C:P/I:P/A:P'"),
        ("{vector: {AT: N}}", "vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N'", "vector: 'CVSS:4.0/AV:N/AC:L/AT:P'"),
        ("{fix: full}", "fix: full", "fix: partial"),
        ("{fix: none}", "severity: high", "fix: full"),
        ("{exploit: true}", "exploit: true", "exploit: false"),
        ("{in_use: true}", "in_use: true", "in_use: false"),
        ("{epss: 0.5+}", "epss: 0.5", "epss: 0.4"),
        ("{kev: true}", "kev: true", "kev: false"),
        ("{kev: true}", "kev_due: 7d", "severity: high"),
        ("{kev_due: passed}", "kev_due: passed", "kev_due: 1d"),
        ("{kev_due: 7d}", "kev_due: 7d", "kev_due: 8d"),
        ("{published: 30d+}", "published: 30d", "published: 29d"),
        ("{age: 30d+}", "age: 30d", "age: 29d"),
        ("{package: zlib}", "package: zlib", "package: openssl"),
        ("{package: example}", "severity: high", "package: zlib"),
        ("{version: '1.2'}", "version: '1.2'", "version: '1.3'"),
        ("{version: 1.0.0}", "severity: high", "version: '2'"),
        ("{package_type: jar}", "package_type: JAR", "package_type: npm"),
        ("{package_type: os}", "severity: high", "package_type: npm"),
        ("{path: app/a.jar}", "path: app/a.jar", "path: app/b.jar"),
        ("{path: example}", "severity: high", "path: app/b.jar"),
    ],
)
def test_a_finding_is_what_it_says_and_nothing_else(when: str, finding: str, otherwise: str) -> None:
    assert fires(when, finding) == (True, 0)
    assert fires(when, otherwise) == (False, 0)


@pytest.mark.parametrize(
    "when",
    ["{exploit: true}", "{in_use: true}", "{epss: 0.00001+}", "{kev: true}", "{kev_due: 9999d}", "{fix: available}",
     "{cvss: 7.1+}", "{vector: {AV: [N, A, L]}}", "{vector: {PR: [N, L]}}", "{vector: {UI: N}}", "{vector: {C: H}}"],
)  # fmt: skip
def test_what_is_not_named_is_known_and_harmless(when: str) -> None:
    assert fires(when, "severity: high") == (False, 0)


@pytest.mark.parametrize(
    ("when", "finding"),
    [
        ("{cvss: 1+}", "cvss: unknown"),
        ("{cvss: 1+}", "severity: unknown"),
        ("{fix: full}", "fix: unknown"),
        ("{exploit: true}", "exploit: unknown"),
        ("{in_use: true}", "in_use: unknown"),
        ("{epss: 0.1+}", "epss: unknown"),
        ("{kev: true}", "kev: unknown"),
        ("{published: 1d+}", "severity: high"),
        ("{age: 1d+}", "severity: high"),
        ("{package: zlib}", "without_package: true"),
    ],
)
def test_what_is_said_to_be_unknown_is(when: str, finding: str) -> None:
    assert fires(when, finding) == (True, 1)


@pytest.mark.parametrize(
    "when", ["{fix: full}", "{exploit: true}", "{in_use: true}", "{package_type: os}", "{path: example}"]
)
def test_basic_scanning_does_not_know_what_it_never_knows(when: str) -> None:
    assert fires(when, "severity: high", "kind: basic") == (True, 1)


@pytest.mark.parametrize(
    ("when", "finding"),
    [
        ("{fix: full}", "fix: full"),
        ("{exploit: true}", "exploit: true"),
        ("{path: a}", "path: a"),
        ("{cvss: 7}", "cvss: 7"),
    ],
)
def test_even_of_a_basic_scan_a_test_may_say_it(when: str, finding: str) -> None:
    assert fires(when, finding, "kind: basic") == (True, 0)


def test_a_score_of_a_severity_that_nobody_gave_may_be_named() -> None:
    assert fires("{cvss: 8.0+}", "severity: unknown, cvss: 8.8") == (True, 0)
