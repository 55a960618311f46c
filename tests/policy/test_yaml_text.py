"""A policy that is written as YAML is read back as it was, and reads as people write one."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.policy.cases import Case, CaseFinding
from gate.policy.choices import DueChoice
from gate.policy.clauses import AcceptUnsupported, Ignore, Override, Rule, VexChoice
from gate.policy.document import Policy, ScanDemands
from gate.policy.loader import load, loads
from gate.policy.patterns import texts
from gate.policy.relaxation_checks import matches_all
from gate.policy.scalars import Duration, PlatformName, Until, VersionRange
from gate.policy.yaml_text import yaml_of
from tests.oracle_worlds import made_policy
from tests.policy.written import policy_of
from tests.strategies import seeded
from tests.strategies_language import IDS, TODAY

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "policies").glob("*.yaml"))


def read(text: str) -> Policy:
    return loads(text.encode(), file="gate.yaml").policy


def in_order(entry: Any) -> Any:
    """Return a relaxation that begins before it ends."""
    ends = entry.until.day if entry.until is not None else None
    return replace(entry, since=None) if ends and entry.since and entry.since > ends else entry


def sound(rule: Rule) -> Rule:
    return replace(rule, enforce_from=None) if rule.action == "warn" else rule


def says_something(entry: Ignore) -> bool:
    named = [texts(names) for names in (entry.id, entry.package, entry.path) if names is not None]
    return not all(any(map(matches_all, names)) for names in named)


def whole(source: Random) -> Policy:
    """Make a policy without fault that uses any part of the language, and has tests."""
    made = made_policy(source)
    overrides = tuple(in_order(sound_override(one)) for one in made.overrides)
    return replace(
        made,
        name=source.choice((None, "payments")),
        required_version=source.choice((None, VersionRange.parse(">=0.0"))),
        lock=source.choice(((), ("max.critical", "relaxations"))),
        cvss_floor=made.cvss_floor or 9.5,
        grace=made.grace and in_order(replace(made.grace, begins="published")),
        baseline=made.baseline and in_order(made.baseline),
        rules=tuple(map(sound, made.rules)),
        ignore=tuple(in_order(one) for one in made.ignore if says_something(one)),
        relaxations=replace(made.relaxations, require=source.choice(((), ("reason",)))),
        scan=replace(
            made.scan,
            wait=Duration(source.randint(0, 86_400)),
            max_age=source.choice((None, Duration(86_400), Duration(90_061))),
            unsupported=source.choice(("fail", AcceptUnsupported(accept=True, repository="tools/*", reason="r"))),
            platforms=source.choice((None, (PlatformName.parse("linux/amd64"), PlatformName.parse("linux/arm64/v8")))),
        ),
        severity=replace(made.severity, adjust=tuple(map(in_order, made.severity.adjust))),
        overrides=overrides,
        tests=tuple(case(source, number) for number in range(source.choice((0, 1, 2)))),
    )


def sound_override(override: Override) -> Override:
    rules = tuple(map(sound, override.rules)) if override.rules is not None else None
    grace = override.grace and in_order(replace(override.grace, begins="published"))
    return replace(override, rules=rules, grace=grace)


def case(source: Random, number: int) -> Case:
    return Case(
        name=f"test {number}",
        expect=source.choice(("pass", "warn", "fail", "no_verdict")),
        findings=tuple(case_finding(source) for _ in range(source.choice((0, 1, 2)))),
        by=source.choice((None, (), ("max.high", "rule-0"))),
        today=source.choice((None, TODAY)),
        env=source.choice((None, "dev")),
        kind=source.choice(("basic", "enhanced")),
    )


def case_finding(source: Random) -> CaseFinding:
    made: dict[str, Any] = {
        "severity": source.choice(("critical", "high", "unknown")),
        "aliases": source.choice(((), ("GHSA-aaaa-bbbb-cccc",))),
        "cvss": source.choice((None, 9.8, 0.0, "unknown")),
        "fix": source.choice((None, "full", "unknown")),
        "exploit": source.choice((None, True, False, "unknown")),
        "epss": source.choice((None, 0.00001, 1.0, "unknown")),
        "kev_due": source.choice((None, DueChoice.parse("passed"), DueChoice.parse("7d"))),
        "published": source.choice((None, Duration(0), Duration(90), Duration(40 * 86_400))),
        "version": source.choice((None, "1.10", "on", "0x1f")),
        "in_baseline": source.choice((None, True, False)),
    }
    return CaseFinding(id=source.choice(IDS), **made)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(seeded(whole))
def test_whatever_the_policy_says_is_read_back(policy: Policy) -> None:
    assert read(yaml_of(policy)) == policy


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_whatever_people_write_is_read_back_as_they_wrote_it(text: str) -> None:
    entry = Ignore(id="CVE-1", package="zlib", reason=text, owner=text)
    policy = Policy(version=1, cvss_floor=9.0, ignore=(entry,))

    assert read(yaml_of(policy)).ignore == (entry,)


@pytest.mark.parametrize(
    "word", ["yes", "null", "~", "1.0", "2026-01-01", "0x1f", "12:30", "- a", "a: b", "*a", "#", "!x"]
)
def test_what_yaml_takes_for_something_else_is_read_back_as_text(word: str) -> None:
    policy = Policy(version=1, cvss_floor=9.0, ignore=(Ignore(id="CVE-1", version=word, reason=word),))

    assert read(yaml_of(policy)) == policy


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_policy_is_read_back_with_its_tests(path: Path) -> None:
    loaded = load(path, ROOT)
    itself = replace(loaded.policy, extends=None)

    assert read(yaml_of(itself)) == itself
    assert read(yaml_of(loaded.used.resolved)) == loaded.used.resolved
    assert loaded.policy.tests


def test_files_of_vex_are_read_back_where_they_are(tmp_path: Path) -> None:
    statement = {
        "vulnerability": {"name": "CVE-2026-1000"},
        "products": [{"@id": "pkg:deb/debian/openssl"}],
        "status": "fixed",
    }
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "security@example.com",
        "timestamp": "2026-11-01T00:00:00Z",
        "statements": [statement],
    }
    (tmp_path / "app.vex.json").write_text(json.dumps(document), encoding="utf-8")
    vex = VexChoice(files=("app.vex.json",), authors=("security@*",), reason="r", until=Until(TODAY, fixed=False))
    policy = Policy(version=1, cvss_floor=9.0, vex=vex)
    (tmp_path / "gate.yaml").write_text(yaml_of(policy), encoding="utf-8")

    assert load(tmp_path / "gate.yaml").policy == policy


def test_it_reads_as_people_write_it() -> None:
    policy = policy_of(
        "max: {critical: 0, high: {fixable: 0, unfixable: 5}}\n"
        "grace: {high: 40d, medium: 90s, until: 2026-12-31}\n"
        "ignore: [{id: [CVE-1, CVE-2], reason: 'No: not here', since: 2026-11-01, until: [2026-12-31, fixed]}]\n"
        "tests: [{name: one, expect: pass, by: [], findings: [{id: CVE-1, epss: 0.00001}]}]"
    )

    assert yaml_of(policy) == (
        "version: 1\nmode: enforce\n"
        "max:\n  critical: 0\n  high:\n    fixable: 0\n    unfixable: 5\n  medium: unlimited\n  low: unlimited\n"
        "  informational: unlimited\n  unknown: 0\n"
        "count_by: finding\n"
        "cvss:\n  from:\n  - inspector\n  - vendor\n  - nvd\n  missing: severity\n"
        "grace:\n  high: 40d\n  medium: 1m30s\n  from: published\n  until: 2026-12-31\n"
        "ignore:\n- id:\n  - CVE-1\n  - CVE-2\n  reason: 'No: not here'\n  since: 2026-11-01\n"
        "  until:\n  - 2026-12-31\n  - fixed\n"
        "relaxations:\n  require:\n  - reason\n  unused: warn\n  expiring: 14d\n"
        "scan:\n  wait: 10m\n  settle: 5m\n  kind: any\n  tag_moved: no_verdict\n  unsupported: fail\n"
        "  inspector_suppressed: count\n"
        "facts:\n  kev_max_age: 7d\n  epss_max_age: 7d\n"
        "tests:\n- name: one\n  expect: pass\n  findings:\n  - id: CVE-1\n    severity: high\n    epss: 0.00001\n"
        "  by: []\n  repository: team/app\n  tag: v1\n  kind: enhanced\n"
    )


@pytest.mark.parametrize("require", ["[]", "[owner]"])
def test_an_empty_list_is_written_where_it_means_something(require: str) -> None:
    policy = policy_of(f"cvss_floor: 9\nrelaxations: {{require: {require}}}")

    assert read(yaml_of(policy)).relaxations.require == policy.relaxations.require


@pytest.mark.parametrize(
    ("until", "written"),
    [(Until(None, fixed=True), "fixed"), (Until(TODAY, fixed=False), "2026-11-20"), (Until(TODAY, fixed=True), "")],
)
def test_ends_are_written_as_what_they_are(until: Until, written: str) -> None:
    policy = Policy(version=1, cvss_floor=9.0, ignore=(Ignore(id="CVE-1", reason="r", until=until),))
    lines = yaml_of(policy).splitlines()

    assert f"  until:{f' {written}' if written else ''}" in lines


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0s"), (86_400, "1d"), (7 * 86_400, "7d"), (86_401, "1d1s"), (3_600, "1h")]
)
def test_whole_days_are_written_as_days(seconds: int, written: str) -> None:
    policy = Policy(version=1, cvss_floor=9.0, scan=ScanDemands(wait=Duration(seconds)))

    assert f"  wait: {written}" in yaml_of(policy).splitlines()


def test_a_value_that_stands_twice_is_written_twice() -> None:
    entry = Ignore(id=("CVE-1", "CVE-2"), reason="r", since=TODAY)

    assert "&" not in yaml_of(Policy(version=1, cvss_floor=9.0, ignore=(entry, entry)))
