"""Recorded answers of AWS, judged by policies that ask what their source knows: as the second reading judges them."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from gate.cli.exits import run
from gate.model import Finding, Fix, Scan, Severity
from gate.policy.rejudge import disagreement, evidence_of
from gate.policy.verdict import Sight
from gate.reports.json_document import read, render
from tests.conformance.validators import SHARED, needs_shared
from tests.oracle_worlds import World, differences, made_policy
from tests.policy.written import policy_of

pytestmark = needs_shared
DEBIAN = "ecr-basic/cultureamp-debian-257.json"
COMPOSITE = "ecr-basic/cultureamp-composite-3.json"
EXAMPLE = "ecr-basic/aws-cli-example-1.json"
ENHANCED = "ecr-enhanced/cdk-eks-blueprints-centos8-1.json"
RECORDINGS = (DEBIAN, COMPOSITE, EXAMPLE, ENHANCED)
BASIC_KEYS = ("id", "severity", "cvss", "vector", "package", "version")
POLICIES = {
    "limits": """
max: {critical: 0, high: {fixable: 2, unfixable: 0, unknown: 4}, medium: {fixable: 30}, low: 25, unknown: 11}
cvss_floor: 9.0
cvss: {from: [nvd], missing: severity}
""",
    "vulnerabilities": """
max: {high: 4, medium: {fixable: 20}, informational: 150}
count_by: vulnerability
cvss_floor: 7.2
""",
    "rules": """
rules:
  - {name: remote, when: {cvss: 7.0+, vector: {AV: N}}, max: 3}
  - {name: no-privileges, when: {vector: {PR: N}}, if_unknown: warn}
  - {name: kernel, when: {package: linux, version: "4.19*", severity: medium+}, max: 20, action: warn}
  - {name: not-binutils, when: {not: {package: binutils}, severity: [medium, unknown]}, max: 20}
  - name: either
    when: {any: [{id: "cve-2021-*", severity: high+}, {all: [{cvss: 4.0..6.9}, {vector: {C: [P, C]}}]}]}
    max: 40
""",
    "acceptances": """
max: {critical: 0, high: 0, medium: 5, unknown: 3}
relaxations: {never: {cvss: 9.0+}}
ignore:
  - {package: linux, version: "4.19.181-1", reason: r, unless: {severity: high+}}
  - {package: "python*", reason: r}
  - {id: [CVE-2019-5188, "CVE-2021-*"], reason: r, until: fixed}
  - {id: "CVE-2020-*", reason: r, until: [2099-12-31, fixed]}
severity:
  adjust:
    - {when: {package: glibc, vector: {AV: N}}, to: low, reason: r}
    - {when: {severity: critical}, to: low, reason: r}
    - {when: {severity: unknown, package: systemd}, to: high, reason: r}
""",
    "overrides": """
max: {critical: 0, high: 0, medium: 30}
relaxations: {never: {severity: critical}}
rules: [{name: curl, when: {package: curl}, max: 7}]
overrides:
  - {for: {source: saved}, max: {high: 5, medium: 40}, reason: r}
  - {for: {platform: linux/arm64}, max: {low: 3}, rules: [{name: curl, when: {package: curl}, max: 9}], reason: r}
  - {for: {env: dev}, mode: warn, reason: r}
""",
    "times": """
max: {medium: 0}
grace: {medium: 30d, from: first_seen}
baseline: {image: prod}
rules:
  - {name: old, when: {published: 30d+, age: 1d+}}
  - {name: systemd, when: {package: "systemd*", package_type: os, path: "*"}}
  - {name: fixable, when: {fix: available, exploit: false}, spare: [baseline, grace]}
""",
}
Read = Callable[[str], World]


@pytest.fixture
def recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Read:
    """Return what reads a recording: as `gate check` does, with the status and the time that the enhanced one lacks."""

    def world(file: str) -> World:
        answer = json.loads(Path(SHARED, "corpus", file).read_text(encoding="utf-8"))
        if file == ENHANCED:
            answer["imageScanStatus"] = {"status": "ACTIVE"}
            answer["imageScanFindings"]["imageScanCompletedAt"] = "2023-05-01T00:00:00Z"
        saved, policy, document = (tmp_path / name for name in ("saved.json", "gate.yaml", "verdict.json"))
        saved.write_text(json.dumps(answer), encoding="utf-8")
        policy.write_text("version: 1\ncvss_floor: 10.0\n", encoding="utf-8")
        run(["check", str(saved), "-p", str(policy), "-o", f"json={document}"])
        [scan], now, _ = evidence_of(read(document.read_bytes()))
        assert isinstance(scan, Scan)
        return World(rules=policy_of("cvss_floor: 10.0"), seen=scan, now=now)

    return world


def sights(listed: tuple[Finding, ...]) -> dict[str, Sight]:
    """Return a baseline in which every third finding is new, and every third was less severe."""
    rated = {number: one.severity if number % 3 == 1 else Severity.LOW for number, one in enumerate(listed)}
    return {
        one.key: Sight(severity=rated[number], fix=Fix.UNKNOWN, exploit=one.exploit, first_seen=one.first_seen)
        for number, one in enumerate(listed)
        if number % 3
    }


@pytest.mark.parametrize("file", RECORDINGS)
@pytest.mark.parametrize("name", POLICIES)
def test_a_recording_is_judged_as_the_page_says(name: str, file: str, recorded: Read) -> None:
    world = recorded(file)
    for env in (None, "dev"):
        for judge in ("new", "worse"):
            rules = policy_of(POLICIES[name])
            if name != "times":
                rules = replace(rules, baseline=policy_of(f"cvss_floor: 9\nbaseline: {{judge: {judge}}}").baseline)
            for known in (None, sights(world.seen.findings)):
                judged = replace(world, rules=rules, env=env, sights=known)
                assert differences(judged.image(), judged.expected()) == []
                made = judged.judge()
                assert disagreement(made) is None
                assert disagreement(read(render(made).encode())) is None


@pytest.mark.parametrize("file", RECORDINGS)
def test_a_recording_is_judged_as_the_page_says_by_any_policy(file: str, recorded: Read) -> None:
    world = recorded(file)
    for seed in range(20):
        rules = made_policy(Random(seed), BASIC_KEYS)
        judged = replace(world, rules=rules, sights=sights(world.seen.findings) if rules.baseline else None)
        assert (seed, differences(judged.image(), judged.expected())) == (seed, [])


def test_the_policies_tell_the_findings_of_the_longest_recording_apart(recorded: Read) -> None:
    world = recorded(DEBIAN)
    judged = {name: replace(world, rules=policy_of(text)).expected() for name, text in POLICIES.items()}

    assert {ending for one in judged.values() for ending in one.dispositions.values()} == {"counted", "ignored"}
    assert {name: one.verdict for name, one in judged.items()} == dict.fromkeys(POLICIES, "fail")
    broken = {f"{name}: {rule}" for name, one in judged.items() for rule, how in one.rules.items() if how.keys}
    assert len(broken) > 10
