"""The tests of a policy are judged as a run would judge, held against what they expect, and say what they cover."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.policy.cases import Case
from gate.policy.loader import load
from gate.policy.testing import run_cases, unfired
from tests.builders import NOW
from tests.oracle_worlds import World, worlds
from tests.policy.cases_run import loaded, one, run

BLOCKING = "max: {critical: 0, high: {fixable: 0, unfixable: 2}}"
WORST = "findings: [{id: CVE-1, severity: critical}]"
BOTH = "findings: [{id: CVE-1, severity: critical}, {id: CVE-2, fix: full}]"
LOW = "findings: [{id: CVE-1, severity: low}]"
HIGH = "findings: [{id: CVE-1}]"


@pytest.mark.parametrize(
    ("case", "passed", "got", "got_by"),
    [
        (f"{WORST}, expect: fail", True, "fail", ("max.critical",)),
        (f"{WORST}, expect: fail, by: [max.critical]", True, "fail", ("max.critical",)),
        (f"{WORST}, expect: fail, by: []", False, "fail", ("max.critical",)),
        (f"{WORST}, expect: fail, by: [max.high]", False, "fail", ("max.critical",)),
        (f"{WORST}, expect: pass", False, "fail", ("max.critical",)),
        (f"{WORST}, expect: warn, by: [max.critical]", False, "fail", ("max.critical",)),
        (f"{BOTH}, expect: fail, by: [max.critical]", False, "fail", ("max.critical", "max.high.fixable")),
        (
            f"{BOTH}, expect: fail, by: [max.high.fixable, max.critical, max.critical]",
            True,
            "fail",
            ("max.critical", "max.high.fixable"),
        ),
        ("expect: pass", True, "pass", ()),
        ("expect: pass, by: []", True, "pass", ()),
        (f"{LOW}, expect: fail", False, "pass", ()),
        ("kind: basic, expect: warn", True, "warn", ()),
    ],
)
def test_what_comes_out_is_held_against_what_is_expected(
    case: str, passed: bool, got: str, got_by: tuple[str, ...]
) -> None:
    result = one(BLOCKING, case)

    assert (result.passed, result.got, result.got_by) == (passed, got, got_by)


def test_a_result_says_where_the_test_stands_what_it_expects_and_why_it_came_out_so() -> None:
    _, second = run(BLOCKING, "expect: pass", "findings: [{id: CVE-1, fix: full}], expect: pass, by: [b, a]")

    assert (second.name, second.place) == ("test 1", "gate.yaml:5")
    assert (second.expected, second.expected_by) == ("pass", ("a", "b"))
    assert second.reason == "max.high.fixable: 1 fixable (or fix unknown) high finding, 0 allowed"
    assert one(BLOCKING, "expect: fail").expected_by is None
    assert one(BLOCKING, "expect: fail").reason == "5 rules hold"


@pytest.mark.parametrize(
    ("rules", "case", "got"),
    [
        ("scan: {kind: basic}", "", "no_verdict"),
        ("scan: {kind: basic}", f"kind: basic, {HIGH}", "fail"),
        ("scan: {platforms: [linux/amd64, linux/arm64]}", "", "pass"),
        ("scan: {platforms: [linux/amd64, linux/arm64]}", "platform: linux/amd64", "no_verdict"),
        ("scan: {max_age: 1h, max_data_age: 1h}", "", "pass"),
        ("mode: warn", HIGH, "warn"),
        ("grace: {high: 7d}", "findings: [{id: CVE-1, published: 3d}]", "warn"),
        ("grace: {high: 7d}", "findings: [{id: CVE-1, published: 7d}]", "fail"),
        ("scan: {inspector_suppressed: trust}", "findings: [{id: CVE-1, suppressed: true}]", "pass"),
        ("scan: {inspector_suppressed: count}", "findings: [{id: CVE-1, suppressed: true}]", "fail"),
        ("overrides: [{for: {env: dev}, mode: warn, reason: r}]", f"env: dev, {HIGH}", "warn"),
        ("overrides: [{for: {env: dev}, mode: warn, reason: r}]", HIGH, "fail"),
        ("overrides: [{for: {repository: pay/*}, max: {low: 0}}]", f"repository: pay/a, {LOW}", "fail"),
        ("overrides: [{for: {repository: pay/*}, max: {low: 0}}]", LOW, "pass"),
        ("overrides: [{for: {tag: v2}, max: {low: 0}}]", f"tag: v2, {LOW}", "fail"),
        ("overrides: [{for: {tag: v1}, max: {low: 0}}]", LOW, "fail"),
        ("overrides: [{for: {account: '1111*'}, max: {low: 0}}]", f"account: '111122223333', {LOW}", "fail"),
        ("overrides: [{for: {account: '1111*'}, max: {low: 0}}]", LOW, "pass"),
        ("overrides: [{for: {platform: linux/arm64}, max: {low: 0}}]", f"platform: linux/arm64, {LOW}", "fail"),
        ("overrides: [{for: {source: ecr}, max: {low: 0}}]", LOW, "fail"),
        ("ignore: [{id: CVE-9, reason: r}]", "", "pass"),
        ("overrides: [{for: {env: dev}, mode: warn, reason: r}]", "", "pass"),
    ],
)  # fmt: skip
def test_it_is_judged_as_a_run_would_judge_it(rules: str, case: str, got: str) -> None:
    result = one(f"max: {{high: 0}}\n{rules}", ", ".join(filter(None, (case, "expect: pass"))))

    assert result.got == got


def test_what_a_warning_is_about_is_its_reason() -> None:
    result = one("max: {high: 0}\ngrace: {high: 7d}", "findings: [{id: CVE-1, published: 3d}], expect: warn")

    assert result.reason.startswith("1 finding is in grace")


def test_the_worst_platform_makes_the_outcome() -> None:
    rules = (
        "max: {high: 0}\nscan: {platforms: [linux/amd64, linux/arm64]}\n"
        "overrides: [{for: {platform: linux/amd64}, mode: warn, reason: r}]"
    )
    result = one(rules, "findings: [{id: CVE-1}], expect: fail, by: [max.high]")

    assert result.passed
    assert [rule.outcome.value for rule in result.rules if rule.name == "max.high"] == ["warn", "fail"]


@pytest.mark.parametrize(
    ("today", "got"), [("", "warn"), (", today: 2026-12-31", "warn"), (", today: 2027-01-01", "fail")]
)
def test_a_test_may_name_its_day(today: str, got: str) -> None:
    rules = "rules: [{name: r, when: {severity: high}, enforce_from: 2027-01-01}]"

    assert one(rules, f"findings: [{{id: CVE-1}}], expect: warn{today}").got == got


@pytest.mark.parametrize(
    ("baseline", "findings", "got"),
    [
        ("{image: prod, judge: new}", "{id: CVE-1, in_baseline: true}", "pass"),
        ("{image: prod, judge: new}", "{id: CVE-1, in_baseline: false}", "fail"),
        ("{image: prod, judge: new}", "{id: CVE-1, in_baseline: true}, {id: CVE-2}", "fail"),
        ("{image: prod, judge: worse}", "{id: CVE-1, in_baseline: true, kev: true, exploit: true, fix: full}", "pass"),
        ("{image: prod, judge: new}", "{id: CVE-1, in_baseline: true}, {id: CVE-1, in_baseline: true}", "pass"),
        ("{image: prod, judge: new}", "{id: CVE-1, in_baseline: true}, {id: CVE-1}", "fail"),
        ("{image: prod, judge: new}", "{id: CVE-1, in_baseline: true, kev: unknown, severity: unknown}", "pass"),
    ],
)
def test_the_baseline_has_what_is_said_to_be_in_it(baseline: str, findings: str, got: str) -> None:
    assert one(f"max: {{high: 0}}\nbaseline: {baseline}", f"findings: [{findings}], expect: pass").got == got


def test_a_baseline_says_when_it_first_saw_a_finding() -> None:
    rules = "max: {high: 0}\nbaseline: {image: prod, judge: worse}\ngrace: {high: 7d, from: first_seen}"
    spare = f"{rules}\nrules: [{{name: r, when: {{severity: high}}, spare: [grace]}}]"

    seen = "findings: [{id: CVE-1, in_baseline: true, age: %s}], expect: pass, by: []"
    assert [rule.count for rule in one(spare, seen % "3d").rules if rule.name == "r"] == [1]
    assert one(rules, seen % "3d").got == "pass"


def test_without_a_baseline_in_the_policy_there_is_none_to_be_in() -> None:
    assert one("max: {high: 0}", "findings: [{id: CVE-1, in_baseline: true}], expect: fail").passed


def test_statements_of_vex_hold_in_tests_too(tmp_path: Path) -> None:
    statement = (
        '{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:oci/app?repository_url='
        '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app"}], "status": "fixed"}'
    )
    (tmp_path / "a.vex.json").write_text(
        '{"@context": "https://openvex.dev/ns/v0.2.0", "author": "a", "timestamp": "2026-11-01T00:00:00Z", '
        f'"statements": [{statement}]}}',
        encoding="utf-8",
    )
    (tmp_path / "gate.yaml").write_text(
        "version: 1\nmax: {high: 0}\nvex: {files: [a.vex.json], reason: r}\ntests:\n"
        "  - {name: t, findings: [{id: CVE-1}], expect: pass}\n"
        "  - {name: u, findings: [{id: CVE-2}], expect: fail}\n",
        encoding="utf-8",
    )

    assert [result.passed for result in run_cases(load(tmp_path / "gate.yaml"), NOW)] == [True, True]


COVERED = (
    "max: {critical: 0, high: {fixable: 0, unfixable: 2}, low: unlimited}\n"
    "cvss_floor: 9.5\n"
    "rules: [{name: known, when: {kev: true}}, {name: quiet, when: {exploit: true}, action: warn}]\n"
    "overrides: [{for: {env: dev}, rules: [{name: dev-only, when: {epss: 0.5+}}]}]\n"
)


@pytest.mark.parametrize(
    ("cases", "left"),
    [
        ((), ("max.critical", "max.high.fixable", "max.high.unfixable", "cvss_floor", "known", "quiet", "dev-only")),
        (
            ("findings: [{id: CVE-1, severity: critical}], expect: pass",),
            ("max.high.fixable", "max.high.unfixable", "cvss_floor", "known", "quiet", "dev-only"),
        ),
        (
            (
                "findings: [{id: CVE-1, severity: critical, cvss: 9.9, exploit: true}], expect: fail",
                "findings: [{id: CVE-1, fix: full, kev: true}], expect: fail",
                "findings: [{id: CVE-1, epss: 0.6}], env: dev, expect: fail",
                "findings: [{id: CVE-1}, {id: CVE-2}, {id: CVE-3}], expect: fail",
            ),
            (),
        ),
    ],
)
def test_limits_and_rules_that_no_test_makes_fire_are_named_in_the_policys_order(
    cases: tuple[str, ...], left: tuple[str, ...]
) -> None:
    written = "".join(f"  - {{name: test {number}, {case}}}\n" for number, case in enumerate(cases))
    policy = loaded(f"{COVERED}{'tests:' if cases else ''}\n{written}")

    assert unfired(policy, run_cases(policy, NOW)) == left


def test_the_limit_of_unknown_severities_asks_for_a_test_where_the_file_writes_it() -> None:
    silent, written = loaded("max: {high: 0}"), loaded("max: {high: 0, unknown: 0}")

    assert unfired(silent, ()) == ("max.high",)
    assert unfired(written, ()) == ("max.high", "max.unknown")


def test_what_only_some_images_are_limited_by_is_named_once_a_test_meets_it() -> None:
    rules = "max: {high: 1}\noverrides: [{for: {env: dev}, max: {low: 0}}]"
    met = loaded(f"{rules}\ntests: [{{name: t, env: dev, expect: pass}}]")

    assert unfired(met, run_cases(met, NOW)) == ("max.high", "max.low")
    assert unfired(loaded(rules), ()) == ("max.high",)


def test_relaxations_are_no_rules_to_cover() -> None:
    never = "relaxations: {never: {kev: true}, unused: fail}\nignore: [{id: CVE-9, reason: r}]"
    loosened = loaded(
        f"max: {{high: 0}}\n{never}\noverrides: [{{for: {{env: dev}}, max: {{high: 5}}, reason: r}}]\n"
        "tests: [{name: t, env: dev, findings: [{id: CVE-1}], expect: fail}]"
    )

    assert unfired(loosened, run_cases(loosened, NOW)) == ("max.high",)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(worlds())
def test_whatever_the_policy_the_tests_of_an_empty_image_run(world: World) -> None:
    case = Case(name="nothing found", expect="pass")
    made = replace(loaded("max: {high: 0}"), policy=replace(world.rules, tests=(case,)))
    [result] = run_cases(made, NOW)

    assert result.got in {"pass", "warn"}
    assert result.got_by == ()
    assert set(unfired(made, (result,))) >= {rule.name for rule in world.rules.rules}
