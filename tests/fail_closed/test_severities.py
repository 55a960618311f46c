"""Severities, scores and identities that other gates misread, and findings that they let nobody see."""

import pytest

from gate.model import FindingStatus, Severity
from gate.policy.verdict import Disposition, Outcome
from tests.aws_double.answers import basic, enhanced
from tests.aws_double.findings import JsonObject, basic_finding, enhanced_finding, vulnerable_package
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import Unknown
from tests.fail_closed.harness import CRITICAL_ONLY, WEEK_AGO, Gate, Ran

TODAY = "version: 1\nmax: {critical: 0, high: 0}\nignore:\n"
"""A policy to which entries are added; the clock says 2026-03-02."""


def test_undefined_was_no_severity_that_was_gated(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/1: UNDEFINED is its own bucket, 0 unless named."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, basic([basic_finding(severity="UNDEFINED")]))])
    ran = gate.check(policy=CRITICAL_ONLY)
    assert (ran.code, ran.found(Severity.UNKNOWN)) == (1, 1)
    assert gate.check(policy="version: 1\nmax: {critical: 0, unknown: 1}\n").code == 0


@pytest.mark.parametrize("word", ["DIRE", "critical", "Critical", ""])
def test_a_severity_nobody_knows_was_negligible(word: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/kubescape/kubescape/issues/3281: an unknown severity word must fail closed, and is named."""
    finding = enhanced_finding(severity=Unknown(word))
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([finding], counts="absent"))])
    ran = gate.check(policy="version: 1\nmax: {critical: 0, unknown: unlimited}\n")
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)
    assert repr(word) in ran.reason


def test_a_finding_without_a_severity_was_no_finding(gate: Gate) -> None:
    """https://github.com/kubescape/kubescape/issues/3281: absent is unknown, and unknown is limited to 0 by itself."""
    bare = {key: value for key, value in enhanced_finding().items() if key != "severity"}
    ran = gate.check(gate.saved(enhanced([bare], counts="absent")), policy=CRITICAL_ONLY)
    assert (ran.code, ran.found(Severity.UNKNOWN)) == (1, 1)


def test_untriaged_was_counted_by_nobody(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws-actions/vulnerability-scan-github-action-for-amazon-inspector/pull/77: a real word."""
    answer = enhanced([enhanced_finding(severity="UNTRIAGED")], counts={"UNTRIAGED": 1})
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    ran = gate.check(policy=CRITICAL_ONLY)
    assert (ran.code, ran.image.findings[0].aws_severity) == (1, "UNTRIAGED")


@pytest.mark.parametrize(
    "finding",
    [
        basic_finding(severity="UNDEFINED", cvss2="9.3", cvss3=None),
        basic_finding(severity="LOW", cvss3="9.8"),
        enhanced_finding(severity="LOW", score=9.8),
    ],
)
def test_the_severity_word_hid_the_score(finding: JsonObject, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/587: AWS's word differs from NVD's; the floor asks no word."""
    answer = enhanced([finding]) if "type" in finding else basic([finding])
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    lenient = "version: 1\nmax: {unknown: unlimited}\n"
    ran = gate.check(policy=lenient + "cvss_floor: 9.0\n")
    assert (ran.code, ran.image.findings[0].aws_severity) == (1, finding["severity"])
    assert "cvss_floor" in ran.document.reason
    assert gate.check(policy=lenient + "cvss_floor: 9.9\n").code == 0


@pytest.mark.parametrize("name", ["GHSA-aaaa-bbbb-cccc", "ALAS2-2026-1", "SNYK-JS-X-1", "RHSA-2026:1", "not an id"])
@pytest.mark.parametrize(("missing", "code"), [("severity", 1), ("fail", 1), ("0.0", 0)])
def test_a_finding_had_no_score_and_no_cve(name: str, missing: str, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/KennaSecurity/toolkit: ids are opaque, and a score that is missing has a rule of its own."""
    scoreless = enhanced_finding(name, "CRITICAL", scores=(), extra={"score": 0.0, "scoreDetails": {}})
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([scoreless]))])
    ran = gate.check(policy=f"version: 1\ncvss_floor: 9.0\ncvss: {{missing: {missing}}}\n")
    assert (ran.code, ran.image.findings[0].id) == (code, name)


TWICE = (
    enhanced_finding("CVE-2026-1", "HIGH", packages=[vulnerable_package("libfoo")]),
    enhanced_finding("CVE-2026-1", "HIGH", packages=[vulnerable_package("libfoo-dev")]),
    enhanced_finding("CVE-2026-1", "HIGH", packages=[vulnerable_package("libfoo", "2.0")]),
)


@pytest.mark.parametrize(("unit", "most", "code"), [("finding", 2, 1), ("finding", 3, 0), ("vulnerability", 1, 0)])
def test_one_cve_was_listed_once_for_each_package(
    unit: str, most: int, code: int, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/aquasecurity/trivy/issues/8089: duplicates against a count; the policy picks the unit."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(TWICE))])
    ran = gate.check(policy=f"version: 1\nmax: {{high: {most}}}\ncount_by: {unit}\n")
    assert (ran.code, len({finding.key for finding in ran.image.findings})) == (code, 3)


def ignoring(gate: Gate, entry: str, more: str = "") -> Ran:
    """Judge the image with one entry in the policy's `ignore`."""
    return gate.check(policy=f"{TODAY}  - {{{entry}, reason: Accepted.}}\n{more}")


def test_an_ignored_cve_still_failed_at_its_second_package(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/17: an entry settles every occurrence."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(TWICE))])
    ran = ignoring(gate, "id: cve-2026-1")
    assert ran.code == 0
    assert [finding.disposition for finding in ran.image.findings] == [Disposition.IGNORED] * 3


@pytest.mark.parametrize("name", ["CVE-2026-1", "CVE-2026-12", "2026-12345", "CVE-2026-123450"])
def test_ignoring_one_cve_hid_another_that_begins_like_it(name: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/vonsteer/ecr-scan-action, scan.py: it looks for a part of the id."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([enhanced_finding("CVE-2026-12345")]))])
    assert gate.check(policy=f"{TODAY}  - {{id: [{name}], reason: Accepted.}}\n").code == 1
    assert ignoring(gate, "id: CVE-2026-12345").code == 0


@pytest.mark.parametrize(
    ("entry", "code", "words"),
    [
        ("id: CVE-2020-1", 1, "matched nothing"),
        ("id: CVE-2026-10001, until: 2026-03-01", 1, "expired on 2026-03-01"),
        ("id: CVE-2026-10001, until: fixed", 1, "now has a fix"),
        ("id: CVE-2026-10001, until: 2026-03-02", 0, "ends on 2026-03-02"),
        ("id: [CVE-2026-10001], since: 2026-03-03", 1, ""),
        ("id: CVE-2026-10001, package: other", 1, "matched nothing"),
    ],
)
def test_ignores_went_stale_and_stayed(entry: str, code: int, words: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/7: stale entries end, and are told while they stand."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([enhanced_finding()]))])
    ran = ignoring(gate, entry)
    assert ran.code == code
    assert words in ran.out + ran.err


def test_a_useless_ignore_may_fail_the_build(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/8: with `unused: fail` nothing useless stays."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([]))])
    assert ignoring(gate, "id: CVE-2020-1").code == 0
    assert ignoring(gate, "id: CVE-2020-1", "relaxations: {unused: fail}\n").code == 1


@pytest.mark.parametrize(("packages", "code"), [(["linux-libc-dev"], 0), (["linux-libc-dev", "curl"], 1), ([], 1)])
def test_kernel_cves_came_with_the_headers(packages: list[str], code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2305: an entry covers the package it names, alone."""
    finding = enhanced_finding(packages=[vulnerable_package(name) for name in packages])
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([finding]))])
    assert ignoring(gate, "package: linux-libc-dev").code == code


def test_scores_were_read_from_members_that_do_not_exist(gate: Gate) -> None:
    """https://github.com/aws/deep-learning-containers: it reads `inspectorScore` and `epss`; ECR says `score`."""
    floor = "version: 1\nmax: {low: unlimited}\ncvss_floor: 9.0\n"
    scored = enhanced_finding(severity="LOW", score=9.8, scores=())
    assert gate.check(gate.saved(enhanced([scored])), policy=floor).code == 1
    elsewhere = enhanced_finding(severity="CRITICAL", scores=(), extra={"inspectorScore": 1.0, "epss": {"score": 0.0}})
    blank = {key: value for key, value in elsewhere.items() if key not in {"score", "scoreDetails"}}
    ran = gate.check(gate.saved(enhanced([blank])), policy=floor)
    assert (ran.code, ran.image.findings[0].cvss) == (1, None)


def test_a_rule_over_epss_was_blank_and_passed(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/DefectDojo/django-DefectDojo/issues/10956: ECR has no EPSS, so somebody must supply it."""
    asking = f"{CRITICAL_ONLY}rules: [{{name: likely, when: {{epss: 0.1+}}}}]\n"
    low = enhanced_finding(severity="LOW")
    assert gate.check(gate.saved(enhanced([low])), policy=asking).code == 2
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, basic([basic_finding(severity="LOW")]))])
    assert gate.check(policy=asking).code == 2
    assert gate.check(policy=f"{CRITICAL_ONLY}epss: 0.1\n").code == 2


def test_thresholds_were_ranked_by_the_alphabet(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/epsylabs/action-ecr-scan: LOW came before MEDIUM, and CRITICAL before both."""
    words = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNTRIAGED"]
    assert sorted(Severity, key=lambda severity: severity.rank) == [Severity(word.lower()) for word in words[:5]] + [
        Severity.UNKNOWN
    ]
    listed = [enhanced_finding(f"CVE-2026-{number}", word) for number, word in enumerate(sorted(words))]
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(listed))])
    ran = gate.check()
    assert [finding.aws_severity for finding in ran.image.findings] == [*reversed(words[:5]), "UNTRIAGED"]
    for word in words[:5]:
        assert gate.check(policy=f"version: 1\nmax: {{{word.lower()}: 0, unknown: 1}}\n").code == 1


@pytest.mark.parametrize(("choice", "code"), [("count", 1), ("trust", 0)])
def test_suppressed_findings_were_gone(choice: str, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws-actions/vulnerability-scan-github-action-for-amazon-inspector/issues/90: and how many?"""
    hidden = enhanced_finding(severity="CRITICAL", status="SUPPRESSED")
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([hidden]))])
    ran = gate.check(policy=f"{CRITICAL_ONLY}scan: {{inspector_suppressed: {choice}}}\n")
    assert (ran.code, ran.image.findings[0].status) == (code, FindingStatus.SUPPRESSED)
    assert ran.image.counts is not None
    assert ran.image.counts.critical.suppressed == (1 if choice == "trust" else 0)
    assert "suppressed" in ran.out
    assert gate.check(policy=CRITICAL_ONLY).code == 1
