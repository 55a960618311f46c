"""The whole language in one file: the loader takes it, the schema does, and it survives the verdict document."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from gate.policy.directions import DIRECTIONS, OWN, value_at
from gate.policy.document import Policy
from gate.policy.loaded import Loaded, canonical
from gate.policy.loader import load
from gate.policy.scalars import decode_scalar
from gate.policy.schema import policy_schema
from tests.policy.written import faults_of

VEX = """{"@context": "https://openvex.dev/ns/v0.2.0", "author": "security@example.com",
"timestamp": "2026-11-20T00:00:00Z", "statements": []}"""
TEXT = """\
version: 1
required_version: ">=0.0.1"
name: payments
lock: [max.critical, relaxations]
mode: enforce

max:
  critical: 0
  high: {fixable: 0, unfixable: 5}
  medium: 10
  low: unlimited
  unknown: 0
count_by: finding

cvss_floor: 9.0
cvss: {from: [inspector, vendor, nvd], missing: severity}

grace: {critical: 2d, high: 7d, medium: 30d, from: published}
baseline: {image: prod, judge: new, missing: all}

rules:
  - name: known-exploited
    why: CISA lists it as exploited in the wild.
    when: {kev: true}
  - name: likely-exploited
    when: {epss: 0.10+, cvss: 7.0+}
    if_unknown: warn
  - name: remote-and-unauthenticated
    when: {cvss: 8.0+, vector: {AV: N, PR: N, UI: N}}
  - name: old-fixable-mediums
    when: {severity: medium, fix: available, published: 90d+}
    max: 5
    action: warn
    enforce_from: 2027-01-01
    spare: [grace, baseline]
  - name: banned-packages
    when:
      any:
        - {package: log4j-core, version: "2.1*"}
        - {package: "*-backdoor"}
        - {not: {all: [{package_type: os}, {kev_due: 7d}]}, age: 30d+, in_use: true, path: /opt/*}

ignore:
  - id: CVE-2024-12345
    package: libxml2
    reason: The XSLT module is not compiled in.
    owner: team-payments
    ticket: SEC-123
    since: 2026-11-01
    until: 2026-12-31
    justification: vulnerable_code_not_present
  - id: [CVE-2025-1111, CVE-2025-1112]
    reason: No fix from Debian yet.
    owner: team-payments
    since: 2026-11-01
    until: [2026-11-30, fixed]
  - package: linux-libc-dev
    reason: Headers only.
    owner: platform
    since: 2026-11-01
    until: 2027-03-31
    unless: {severity: critical+}
    for: {repository: payments/*}
vex:
  files: [security/*.vex.json]
  authors: [security@example.com]
  reason: Our own analysis.
  owner: security
  since: 2026-11-01
  until: 2026-12-31

relaxations:
  require: [reason, owner, until]
  max_days: 180
  never: {kev: true}
  unused: warn
  expiring: 14d

scan:
  wait: 15m
  settle: 5m
  kind: any
  max_age: 24h
  max_data_age: 72h
  tag_moved: no_verdict
  unsupported:
    {accept: true, repository: tools/*, reason: scratch, owner: platform, since: 2026-11-01, until: 2026-12-31}
  inspector_suppressed: count
  platforms: [linux/amd64, linux/arm64]
facts: {kev_max_age: 7d, epss_max_age: 7d}

severity:
  adjust:
    - {when: {id: CVE-2023-9999}, to: low, reason: r, owner: security, since: 2026-11-01, until: 2026-12-31}

overrides:
  - for: {env: dev}
    mode: warn
    reason: Nothing is shipped from there.
    owner: platform
    since: 2026-11-01
    until: 2027-03-31
  - for: {repository: payments/*}
    max: {high: 0}

tests:
  - name: a known-exploited finding blocks, however low and unfixable
    findings: [{id: CVE-2021-44228, severity: low, kev: true, fix: none}]
    expect: fail
    by: [known-exploited]
"""


class AsText(yaml.SafeLoader):
    """Reads dates as text, as editors do."""


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


AsText.add_constructor("tag:yaml.org,2002:timestamp", _text)
VALIDATOR = Draft202012Validator(policy_schema())


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    (tmp_path / "security").mkdir()
    (tmp_path / "security" / "app.vex.json").write_text(VEX)
    (tmp_path / "gate.yaml").write_text(TEXT)
    return load(tmp_path / "gate.yaml")


def test_everything_that_can_be_written_is_taken(loaded: Loaded) -> None:
    absent = [path for path in DIRECTIONS if value_at(loaded.policy, path) == value_at(Policy(version=1), path)]

    assert set(absent) == {
        "version",
        "extends",
        "mode",
        "max.informational",
        "max.low",
        "max.unknown",
        "count_by",
        "cvss.from",
        "cvss.missing",
        "relaxations.unused",
        "relaxations.expiring",
        "scan.settle",
        "scan.kind",
        "scan.tag_moved",
        "scan.inspector_suppressed",
        "facts.kev_max_age",
        "facts.epss_max_age",
    }
    assert OWN & {path for path in DIRECTIONS if path not in absent} == {"required_version", "name", "tests"}
    assert len(loaded.vex) == 1


def test_what_the_loader_takes_the_schema_takes_too() -> None:
    assert list(VALIDATOR.iter_errors(yaml.load(TEXT, Loader=AsText))) == []


def test_it_survives_json(loaded: Loaded) -> None:
    for one in (loaded.policy, loaded.used.resolved):
        assert msgspec.json.decode(canonical(one), type=Policy, dec_hook=decode_scalar) == one


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": [{"name": "r"}]},
        {"rules": [{"name": "r", "when": {"kev": "yes"}}]},
        {"rules": [{"name": "r", "when": {"kve": True}}]},
        {"rules": [{"name": "r", "when": {"any": []}}]},
        {"rules": [{"name": "r", "when": {"not": {"severity": "hihg"}}}]},
        {"rules": [{"name": "r", "when": {"kev": True}, "spare": ["vex"]}]},
        {"overrides": [{"max": {"high": 0}}]},
        {"overrides": [{"for": {"env": "a"}, "ignore": []}]},
        {"overrides": [{"for": {"env": "a"}, "scan": {"wait": "1m"}}]},
        {"grace": {"high": 7}},
        {"grace": {"unknown": "7d"}},
        {"baseline": {"judge": "old"}},
        {"vex": {"reason": "r"}},
        {"vex": {"files": []}},
        {"severity": {"adjust": [{"when": {"kev": True}, "to": "unknown"}]}},
        {"relaxations": {"never": "kev"}},
        {"tests": [{"name": "a"}]},
        {"extends": ["a.yaml"]},
        {"lock": "mode"},
    ],
)
def test_what_the_schema_refuses_the_loader_refuses_too(wrong: dict[str, Any]) -> None:
    assert list(VALIDATOR.iter_errors({"version": 1, "max": {"high": 0}, **wrong}))
    assert faults_of(f"max: {{high: 0}}\n{yaml.safe_dump(wrong)}")
