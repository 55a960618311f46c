"""Limits are raised where they stand, by as much as is needed, and never lowered on the way."""

from typing import Any

import pytest

from gate.model import Cvss, Finding, Fix, Severity
from gate.policy.clauses import Budget
from gate.policy.document import Policy
from gate.policy.raising import raised
from gate.policy.verdict import ImageVerdict, RuleOutcome, RuleVerdict
from tests.builders import OTHER_DIGEST, finding, image, judge, scan
from tests.policy.written import policy_of

VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}


def scored(id_: str, score: float | None, severity: Severity = Severity.HIGH, **fields: Any) -> Finding:
    scores = () if score is None else (Cvss(score=score, version="3.1", source="nvd"),)
    return finding(id_, severity, scores=scores, **{"fix": Fix.NONE, **fields})


def violated(
    rules: Policy, *findings: Finding, env: str | None = None, **fields: Any
) -> list[tuple[ImageVerdict, RuleVerdict]]:
    [judged] = judge(rules, scan(*findings, image=image(**fields)), env=env).images
    return [(judged, rule) for rule in judged.rules if rule.outcome in VIOLATED]


def text(rules: Policy, *findings: Finding, env: str | None = None) -> str:
    """Return what must be raised, once it is known that it is enough."""
    broken = violated(rules, *findings, env=env)
    found = raised(rules, broken)
    assert found is not None
    assert violated(found[1], *findings, env=env) == []
    return found[0]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("max: {high: 0}", "raise max.high to 2"),
        ("max: {high: 1}", "raise max.high to 2"),
        ("max: {high: {fixable: 0, unfixable: 1}}", "raise max.high.unfixable to 2"),
        ("max: {high: {fixable: 0, unfixable: 0, unknown: 0}}", "raise max.high.unfixable to 2"),
        ("max: {high: 0, critical: 0}", "raise max.high to 2"),
        ("rules: [{name: r, when: {severity: high}}]", "raise max of rule r to 2"),
        (
            "max: {high: 0}\nrules: [{name: r, when: {severity: high}, max: 1, action: warn}]",
            "raise max.high to 2 and raise max of rule r to 2",
        ),
    ],
)
def test_a_limit_is_raised_to_what_there_is(rules: str, said: str) -> None:
    assert text(policy_of(rules), scored("CVE-1", None), scored("CVE-2", None)) == said


def test_parts_of_one_budget_are_raised_each() -> None:
    rules = policy_of("max: {high: {fixable: 0, unfixable: 0, unknown: 0}}")
    states = [scored(f"CVE-{number}", None, fix=fix) for number, fix in enumerate((Fix.FULL, Fix.NONE, Fix.UNKNOWN))]
    _, after = raised(rules, violated(rules, *states)) or ("", rules)

    assert after.max.high == Budget(fixable=1, unfixable=1, unknown=1)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((9.8,), "raise cvss_floor to 9.9"),
        ((9.0, 9.4), "raise cvss_floor to 9.5"),
        ((9.85,), "raise cvss_floor to 9.9"),
        ((9.99,), "raise cvss_floor to 10.0"),
        ((10.0,), "remove cvss_floor"),
        ((9.1, 10.0), "remove cvss_floor"),
        ((9.1, None), "remove cvss_floor"),
        ((None,), "remove cvss_floor"),
    ],
)
def test_the_floor_is_raised_above_the_highest_score_or_goes(scores: tuple[float | None, ...], said: str) -> None:
    rules = policy_of("cvss_floor: 9.0")
    listed = [scored(f"CVE-{number}", score, Severity.CRITICAL) for number, score in enumerate(scores)]

    assert text(rules, *listed) == said


DEV = "overrides: [{for: {env: dev}, %s}]"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("max: {high: 5}\n" + DEV % "max: {high: 0}", "raise max.high to 2 in override 1 (for env dev)"),
        (
            "max: {high: 1}\n" + DEV % "max: {high: 0}",
            "raise max.high to 2 in override 1 (for env dev) and raise max.high to 2",
        ),
        (
            "max: {high: 5}\n" + DEV % "max: {high: {fixable: 0, unfixable: 1}}",
            "raise max.high.unfixable to 2 in override 1 (for env dev)",
        ),
        (
            "max: {high: {fixable: 0, unfixable: 5}}\n" + DEV % "max: {high: 0}",
            "raise max.high to 2 in override 1 (for env dev)",
        ),
        ("max: {high: 0}\n" + DEV % "max: {low: 0}", "raise max.high to 2"),
        ("max: {high: 0}\n" + DEV % "scan: {tag_moved: no_verdict}", "raise max.high to 2"),
        ("cvss_floor: 9.5\n" + DEV % "cvss_floor: 5.0", "raise cvss_floor to 7.3 in override 1 (for env dev)"),
        ("max: {low: 0}\n" + DEV % "cvss_floor: 5.0", "raise cvss_floor to 7.3 in override 1 (for env dev)"),
        (
            "cvss_floor: 7.0\n" + DEV % "cvss_floor: 5.0",
            "raise cvss_floor to 7.3 in override 1 (for env dev) and raise cvss_floor to 7.3",
        ),
        (
            "max: {low: 0}\n" + DEV % "rules: [{name: r, when: {severity: high}}]",
            "raise max of rule r to 2 in override 1 (for env dev)",
        ),
        (
            "rules: [{name: r, when: {severity: high}, max: 1}]\n" + DEV % "rules: [{name: r, when: {severity: high}}]",
            "raise max of rule r to 2 in override 1 (for env dev) and raise max of rule r to 2",
        ),
        ("cvss_floor: 7.3\n" + DEV % "cvss_floor: 5.0", "raise cvss_floor to 7.3 in override 1 (for env dev)"),
        (
            "rules: [{name: r, when: {severity: high}, max: 2}]\n" + DEV % "rules: [{name: r, when: {severity: high}}]",
            "raise max of rule r to 2 in override 1 (for env dev)",
        ),
        (
            "rules: [{name: r, when: {severity: high}}, {name: s, when: {severity: low}}]\n"
            + DEV % "rules: [{name: t, when: {severity: low}}]",
            "raise max of rule r to 2",
        ),
    ],
)
def test_what_an_override_sets_is_raised_there_too(rules: str, said: str) -> None:
    assert text(policy_of(rules), scored("CVE-1", 7.1), scored("CVE-2", 7.2), env="dev") == said


def test_an_override_that_does_not_select_the_image_is_left_alone() -> None:
    rules = policy_of("max: {high: 0}\n" + DEV % "max: {high: 0, low: 0}, mode: enforce")
    said, after = raised(rules, violated(rules, scored("CVE-1", None))) or ("", rules)

    assert (said, after.overrides) == ("raise max.high to 1", rules.overrides)


def test_of_several_overrides_that_split_a_limit_each_is_raised_in_its_own_way() -> None:
    rules = policy_of(
        "max: {high: 9}\noverrides:\n"
        "- {for: {env: dev}, max: {high: 1}}\n"
        "- {for: {tag: v1}, max: {high: {fixable: 0, unfixable: 1}}}"
    )

    assert text(rules, scored("CVE-1", None), scored("CVE-2", None), env="dev") == (
        "raise max.high.unfixable to 2 in override 1 (for env dev) and "
        "raise max.high.unfixable to 2 in override 2 (for tag v1)"
    )


def test_a_rule_beside_the_one_that_is_violated_keeps_its_limit() -> None:
    rules = policy_of("rules: [{name: r, when: {severity: high}}, {name: s, when: {severity: low}, max: 1}]")
    _, after = raised(rules, violated(rules, scored("CVE-1", None), scored("CVE-2", None))) or ("", rules)

    assert [(rule.name, rule.max) for rule in after.rules] == [("r", 2), ("s", 1)]


def test_over_several_images_the_most_that_any_needs_is_named_once() -> None:
    rules = policy_of("max: {high: 0}\ncvss_floor: 7.0\nrules: [{name: r, when: {severity: high}}]")
    few = violated(rules, scored("CVE-1", 7.5))
    many = violated(rules, *(scored(f"CVE-{number}", 8.0) for number in range(3)), digest=OTHER_DIGEST)
    said = "raise max.high to 3 and raise max of rule r to 3 and raise cvss_floor to 8.1"

    for broken in ([*few, *many], [*many, *few]):
        found = raised(rules, broken)
        assert found is not None
        assert found[0] == said
        assert (found[1].max.high, found[1].rules[0].max, found[1].cvss_floor) == (3, 3, 8.1)


def test_no_limit_is_lowered_for_an_image_that_needs_less() -> None:
    rules = policy_of("cvss_floor: 7.0")
    gone = violated(rules, scored("CVE-1", 10.0))
    higher = violated(rules, scored("CVE-1", 8.0))

    for broken in ([*gone, *higher], [*higher, *gone]):
        found = raised(rules, broken)
        assert found is not None
        assert (found[0], found[1].cvss_floor) == ("remove cvss_floor", None)


def test_what_counts_no_findings_and_what_no_override_may_relax_cannot_be_raised() -> None:
    rules = policy_of(
        "max: {high: 9}\nrelaxations: {never: {kev: true}, unused: fail}\nignore: [{id: CVE-99, reason: r}]\n"
        "overrides: [{for: {env: dev}, max: {high: 99}, reason: r}]"
    )
    broken = violated(rules, *(scored(f"CVE-{number}", None) for number in range(10)), env="dev")

    assert [rule.name for _, rule in broken] == ["relaxations.never", "relaxations.unused"]
    assert raised(rules, broken) is None
    assert raised(rules, []) is None
