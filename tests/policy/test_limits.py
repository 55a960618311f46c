"""The limits: budgets by severity and by fix, both ways to count, and the CVSS floor."""

from typing import Any

import pytest

from gate.model import Cvss, Finding, Fix, Severity
from gate.policy.clauses import Budget, Max
from gate.policy.verdict import Outcome, RuleOutcome, RuleVerdict
from tests.builders import finding, judge, package, policy, scan

FULL, PARTIAL, NONE, UNKNOWN = Fix.FULL, Fix.PARTIAL, Fix.NONE, Fix.UNKNOWN


def several(number: int, severity: Severity = Severity.HIGH, **fields: Any) -> list[Finding]:
    return [finding(f"CVE-2026-{n}", severity, **fields) for n in range(number)]


def rule(name: str, rules: Any, *findings: Finding) -> RuleVerdict:
    """Judge findings and return how one rule came out."""
    return next(one for one in judge(rules, scan(*findings)).images[0].rules if one.name == name)


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize(
    ("limit", "number", "outcome"), [(0, 0, "pass"), (0, 1, "fail"), (2, 2, "pass"), (2, 3, "fail")]
)
def test_as_many_as_the_limit_pass_and_one_more_fails(
    severity: Severity, limit: int, number: int, outcome: str
) -> None:
    judged = rule(f"max.{severity.value}", policy(max=Max(**{severity.value: limit})), *several(number, severity))

    assert (judged.outcome.value, judged.count, judged.max, judged.action) == (outcome, number, limit, "fail")
    assert judged.findings == (tuple(range(number)) if outcome == "fail" else ())


def test_what_is_not_named_is_unlimited_but_for_severities_that_nobody_gave() -> None:
    listed = [one for severity in Severity for one in several(3, severity)]

    rules = judge(policy(), scan(*listed)).images[0].rules

    assert {one.name: one.outcome.value for one in rules} == {
        "scan-complete": "pass",
        "max.critical": "skipped",
        "max.high": "skipped",
        "max.medium": "skipped",
        "max.low": "skipped",
        "max.informational": "skipped",
        "max.unknown": "fail",
        "cvss_floor": "skipped",
    }


def test_one_severity_does_not_use_the_budget_of_another() -> None:
    rules = policy(max=Max(critical=0, high=1, medium=1, low=1, unknown=1))
    listed = [finding(f"CVE-{one.value}", one) for one in Severity if one is not Severity.CRITICAL]

    assert judge(rules, scan(*listed)).verdict is Outcome.PASS


@pytest.mark.parametrize(
    ("budget", "fixes", "counted"),
    [
        ({"fixable": 9}, (FULL, PARTIAL, NONE, UNKNOWN), {"fixable": 3, "unfixable": 1}),
        ({"fixable": 9, "unknown": 9}, (FULL, PARTIAL, NONE, UNKNOWN), {"fixable": 2, "unfixable": 1, "unknown": 1}),
        ({"fixable": 9, "unfixable": 9}, (NONE, NONE, UNKNOWN), {"fixable": 1, "unfixable": 2}),
        ({"fixable": 9, "unknown": "unlimited"}, (UNKNOWN,), {"fixable": 0, "unfixable": 0, "unknown": 1}),
    ],
)
def test_a_budget_is_split_by_whether_a_fix_exists_and_what_is_not_known_counts_as_fixable(
    budget: dict[str, Any], fixes: tuple[Fix, ...], counted: dict[str, int]
) -> None:
    listed = [finding(f"CVE-{n}", fix=fix) for n, fix in enumerate(fixes)]

    rules = judge(policy(max=Max(high=Budget(**budget))), scan(*listed)).images[0].rules

    split = {one.name.removeprefix("max.high."): one.count for one in rules if one.name.startswith("max.high")}
    assert split == counted


@pytest.mark.parametrize(
    ("budget", "fixes", "broken"),
    [
        ({"fixable": 0}, (NONE, NONE), []),
        ({"fixable": 0}, (UNKNOWN,), ["max.high.fixable"]),
        ({"fixable": 0}, (PARTIAL,), ["max.high.fixable"]),
        ({"fixable": 0, "unknown": 1}, (UNKNOWN,), []),
        ({"fixable": 0, "unknown": 0}, (UNKNOWN,), ["max.high.unknown"]),
        ({"fixable": "unlimited", "unfixable": 0}, (FULL, NONE), ["max.high.unfixable"]),
        ({"fixable": 1, "unfixable": 1}, (FULL, NONE), []),
        ({"fixable": 0, "unfixable": 0, "unknown": 0}, (FULL, NONE, UNKNOWN), ["fixable", "unfixable", "unknown"]),
    ],
)
def test_each_part_of_a_budget_is_a_limit_of_its_own(
    budget: dict[str, Any], fixes: tuple[Fix, ...], broken: list[str]
) -> None:
    listed = [finding(f"CVE-{n}", fix=fix) for n, fix in enumerate(fixes)]

    rules = judge(policy(max=Max(high=Budget(**budget))), scan(*listed)).images[0].rules

    names = [one.name for one in rules if one.outcome is RuleOutcome.FAIL]
    assert names == [name if "." in name else f"max.high.{name}" for name in broken]


def test_by_finding_one_vulnerability_in_two_packages_counts_twice() -> None:
    listed = [finding("CVE-1", packages=(package(name),)) for name in ("a", "b")]

    assert rule("max.high", policy(max=Max(high=1)), *listed).count == 2
    assert rule("max.high", policy(max=Max(high=1), count_by="vulnerability"), *listed).count == 1


def occurrences(*pairs: tuple[Severity, Fix], identity: str = "CVE-1") -> list[Finding]:
    return [finding(identity, one, fix=fix, packages=(package(f"p{n}"),)) for n, (one, fix) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("listed", "counts"),
    [
        (occurrences((Severity.HIGH, NONE), (Severity.MEDIUM, NONE)), {"high.unfixable": 1}),
        (occurrences((Severity.HIGH, NONE), (Severity.LOW, FULL)), {"high.fixable": 1}),
        (occurrences((Severity.HIGH, NONE), (Severity.HIGH, PARTIAL)), {"high.fixable": 1}),
        (occurrences((Severity.HIGH, NONE), (Severity.HIGH, UNKNOWN)), {"high.unknown": 1}),
        (occurrences((Severity.HIGH, UNKNOWN), (Severity.HIGH, FULL)), {"high.fixable": 1}),
        (occurrences((Severity.HIGH, NONE), (Severity.UNKNOWN, NONE)), {"high.unfixable": 1, "unknown": 1}),
        (occurrences((Severity.UNKNOWN, NONE), (Severity.UNKNOWN, NONE)), {"unknown": 1}),
        (
            [*occurrences((Severity.HIGH, FULL)), *occurrences((Severity.HIGH, FULL), identity="cve-1")],
            {"high.fixable": 1},
        ),
        (
            [finding("CVE-1", fix=FULL), finding("GHSA-1", fix=FULL, aliases=("CVE-1",))],
            {"high.fixable": 2},
        ),
    ],
)
def test_by_vulnerability_the_worst_occurrence_counts_once(listed: list[Finding], counts: dict[str, int]) -> None:
    rules = policy(max=Max(high=Budget(fixable=0, unfixable=0, unknown=0), medium=0), count_by="vulnerability")

    judged = judge(rules, scan(*listed)).images[0].rules

    assert {one.name.removeprefix("max."): one.count for one in judged if one.count} == counts


def test_by_vulnerability_every_occurrence_is_shown_where_the_limit_is_broken() -> None:
    listed = occurrences((Severity.HIGH, NONE), (Severity.MEDIUM, NONE))
    judged = rule("max.high", policy(max=Max(high=0), count_by="vulnerability"), *listed)

    assert (judged.count, judged.findings) == (1, (0, 1))
    assert judged.why == "1 high vulnerability, 0 allowed"


@pytest.mark.parametrize(
    ("limits", "first", "second"),
    [
        (Max(medium=0, high=1), (Severity.MEDIUM, NONE), (Severity.HIGH, NONE)),
        (Max(high=Budget(fixable=1, unfixable=0)), (Severity.HIGH, NONE), (Severity.HIGH, FULL)),
    ],
)
def test_by_vulnerability_another_occurrence_may_move_it_into_a_budget_that_has_room(
    limits: Max, first: tuple[Severity, Fix], second: tuple[Severity, Fix]
) -> None:
    # NOTE: so `adding a finding never turns fail into pass` holds for new ids alone: the page counts a vulnerability
    # once, at the highest severity of its occurrences, fixable if any is.
    rules = policy(max=limits, count_by="vulnerability")

    assert judge(rules, scan(*occurrences(first))).verdict is Outcome.FAIL
    assert judge(rules, scan(*occurrences(first, second))).verdict is Outcome.PASS


@pytest.mark.parametrize(
    ("count_by", "number", "limit", "why"),
    [
        ("finding", 1, 0, "1 high finding, 0 allowed"),
        ("finding", 2, 5, "2 high findings, 5 allowed"),
        ("finding", 2, "unlimited", "2 high findings, any number allowed"),
        ("vulnerability", 1, 5, "1 high vulnerability, 5 allowed"),
        ("vulnerability", 0, 5, "0 high vulnerabilities, 5 allowed"),
    ],
)
def test_a_rule_says_what_it_saw_and_what_is_allowed(count_by: Any, number: int, limit: Any, why: str) -> None:
    rules = policy(max=Max(high=limit), count_by=count_by)

    assert rule("max.high", rules, *several(number)).why == why


@pytest.mark.parametrize(
    ("budget", "names"),
    [
        (Budget(fixable=0), ["0 fixable (or fix unknown) high findings", "0 unfixable high findings"]),
        (
            Budget(fixable=0, unfixable=1, unknown=2),
            ["0 fixable high findings", "0 unfixable high findings", "0 high (fix unknown) findings"],
        ),
    ],
)
def test_a_split_budget_says_which_part_it_is(budget: Budget, names: list[str]) -> None:
    rules = judge(policy(max=Max(high=budget))).images[0].rules

    assert [one.why.partition(",")[0] for one in rules if one.name.startswith("max.high")] == names


@pytest.mark.parametrize(
    ("floor", "scores", "count", "why"),
    [
        (9.0, (8.9, 9.0, 9.8), 2, "2 findings with CVSS 9.0 or more, 0 allowed"),
        (9.8, (9.8,), 1, "1 finding with CVSS 9.8 or more, 0 allowed"),
        (8.95, (8.9,), 0, "0 findings with CVSS 8.95 or more, 0 allowed"),
    ],
)
def test_the_floor_counts_findings_whatever_their_severity(
    floor: float, scores: tuple[float, ...], count: int, why: str
) -> None:
    listed = [
        finding(f"CVE-{n}", Severity.LOW, scores=(Cvss(score=score, version="3.1", source="nvd"),))
        for n, score in enumerate(scores)
    ]

    judged = rule("cvss_floor", policy(cvss_floor=floor, count_by="vulnerability"), *listed)

    assert (judged.count, judged.max, judged.why) == (count, 0, why)
    assert judged.outcome is (RuleOutcome.FAIL if count else RuleOutcome.PASS)
    assert len(judged.findings) == count


def test_a_policy_that_only_warns_warns_of_what_would_fail() -> None:
    rules = judge(policy(mode="warn", max=Max(high=0), cvss_floor=7.0), scan(finding())).images[0].rules

    assert {(one.name, one.outcome, one.action) for one in rules if one.findings} == {
        ("max.high", RuleOutcome.WARN, "warn"),
        ("cvss_floor", RuleOutcome.WARN, "warn"),
    }


def test_where_nothing_is_limited_a_rule_is_skipped_and_says_so() -> None:
    rules = policy(max=Max(high="unlimited"))
    skipped: dict[str, Any] = {"action": "fail", "outcome": RuleOutcome.SKIPPED, "max": None, "findings": ()}

    assert rule("max.high", rules, *several(2)) == RuleVerdict(
        name="max.high", count=2, why="2 high findings, any number allowed", **skipped
    )
    assert rule("cvss_floor", rules, *several(2)) == RuleVerdict(
        name="cvss_floor", count=0, why="no CVSS floor is set", **skipped
    )
