"""Explain agrees with the verdict on every finding, and says of each rule how the finding stands to it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from gate.model import Finding, FindingStatus, Fix, Kev, Kind, Refusal, Severity
from gate.policy.document import Policy
from gate.policy.explain import explain
from gate.policy.told import Explanation, RuleTold
from gate.policy.verdict import Disposition, RuleOutcome, Verdict
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, fixable, image, judge, package, scan
from tests.oracle_worlds import World, worlds
from tests.policy.written import compared, policy_of, sight

VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}
PROPERTY = settings(derandomize=True, deadline=None, max_examples=60)
BY_AWS = {Disposition.CLOSED, Disposition.SUPPRESSED}


def every(verdict: Verdict) -> list[Explanation]:
    """Return an explanation of every finding of a verdict over one image, in order."""
    ids = dict.fromkeys(one.id for one in verdict.images[0].findings)
    found = {told.finding: told for name in ids for told in explain(verdict, name)}
    return [found[index] for index in sorted(found)]


def rules_of(rules: Policy, *findings: Finding, **fields: Any) -> dict[str, RuleTold]:
    """Return what is told of each rule for the finding called CVE-1."""
    [told] = explain(judge(rules, scan(*findings, **fields)), "CVE-1")
    return {rule.name: rule for rule in told.rules}


@PROPERTY
@given(worlds())
def test_a_violated_rule_counts_a_finding_exactly_where_its_list_holds_it(world: World) -> None:
    verdict = world.judge()
    [judged] = verdict.images
    told = every(verdict)

    assert [one.finding for one in told] == list(range(len(judged.findings)))
    for one in told:
        assert [rule.name for rule in one.rules] == [rule.name for rule in judged.rules[1:]]
        for said, rule in zip(one.rules, judged.rules[1:], strict=True):
            assert (said.outcome, said.why) == (rule.outcome, rule.why)
            assert not (said.counts and said.matches is False)
            if rule.outcome in VIOLATED:
                assert said.counts is (one.finding in rule.findings), (rule.name, judged.findings[one.finding])


@PROPERTY
@given(worlds())
def test_what_is_counted_by_a_rule_that_holds_is_as_many_as_it_says(world: World) -> None:
    verdict = world.judge()
    told = every(verdict)
    by_finding = world.rules.count_by == "finding"

    for number, rule in enumerate(verdict.images[0].rules[1:]):
        counted = sum(one.rules[number].counts for one in told)
        if not rule.name.startswith("relaxations.") and (by_finding or not rule.name.startswith("max.")):
            expected = 0 if rule.name == "cvss_floor" and rule.outcome is RuleOutcome.SKIPPED else rule.count
            assert counted == expected, rule


@PROPERTY
@given(worlds())
def test_the_stages_end_where_the_document_says_and_name_what_settled_it(world: World) -> None:
    verdict = world.judge()
    for one in every(verdict):
        judged = verdict.images[0].findings[one.finding]
        said = [(stage.name, stage.text) for stage in one.stages]
        barred = judged.settled_by.endswith("(relaxations.never)")
        texts = {name: text for name, text in said if name != "ignore"}
        accepting = [text for name, text in said if name == "ignore" and text.endswith(": accepts it")]

        assert said[-1] == ("ends as", f"{judged.disposition.value}: {judged.settled_by}")
        assert len(accepting) == (len(judged.ignored_by.entries) if judged.ignored_by else 0)
        assert texts.get("baseline", "").endswith(" has it too") is (judged.disposition is Disposition.BASELINE)
        assert texts.get("never", "").startswith("no relaxation") is barred
        assert ("ignore" in dict(said)) is (judged.disposition not in BY_AWS)
        rated = [text for name, text in said if name == "adjust" and ": rates it " in text]
        assert bool(rated) is (judged.adjusted is not None)
        if judged.disposition is Disposition.GRACE:
            assert texts["grace"].startswith("until ")
        elif texts.get("grace", "").startswith("until "):
            assert judged.disposition is Disposition.BASELINE


def test_a_finding_is_found_by_its_id_or_an_alias_whatever_the_case() -> None:
    verdict = judge(policy_of("max: {high: 0}"), scan(finding("CVE-1", aliases=("GHSA-aaaa",)), finding("CVE-2")))

    assert [one.finding for one in explain(verdict, "cve-1")] == [0]
    assert [one.finding for one in explain(verdict, "ghsa-AAAA")] == [0]
    assert explain(verdict, "CVE-") == ()


def test_every_finding_of_that_id_in_every_image_is_explained() -> None:
    both = (finding("CVE-1", packages=(package("a"),)), finding("CVE-1", packages=(package("b"),)))
    gone = Refusal(image=image(target="gone"), exit_code=3, reason="no such file")
    scans = (scan(*both), gone, scan(finding("CVE-2"), image=image(digest=OTHER_DIGEST)), scan(both[0]))
    verdict = judge(policy_of("max: {high: 0}"), *scans)

    assert [(one.image, one.finding) for one in explain(verdict, "CVE-1")] == [(0, 0), (0, 1), (3, 0)]


@pytest.mark.parametrize(
    ("fix", "severity", "counting"),
    [
        (Fix.FULL, Severity.HIGH, "max.high.fixable"),
        (Fix.PARTIAL, Severity.HIGH, "max.high.fixable"),
        (Fix.NONE, Severity.HIGH, "max.high.unfixable"),
        (Fix.UNKNOWN, Severity.HIGH, "max.high.fixable"),
        (Fix.UNKNOWN, Severity.MEDIUM, "max.medium.unknown"),
        (Fix.FULL, Severity.LOW, "max.low"),
        (Fix.NONE, Severity.UNKNOWN, "max.unknown"),
    ],
)
def test_a_finding_is_counted_by_the_limit_of_its_severity_and_fix_alone(
    fix: Fix, severity: Severity, counting: str
) -> None:
    rules = policy_of(
        "max: {high: {fixable: 9, unfixable: 9}, medium: {fixable: 9, unfixable: 9, unknown: 9}, unknown: 9}"
    )
    told = rules_of(rules, finding("CVE-1", severity, fix=fix))

    assert [name for name, rule in told.items() if rule.counts] == [counting]
    assert [name for name, rule in told.items() if rule.matches] == [counting]


def test_by_vulnerability_it_counts_where_the_worst_of_its_occurrences_does() -> None:
    rules = policy_of("max: {critical: 9, high: 9}\ncount_by: vulnerability")
    twice = (finding("CVE-1"), finding("cve-1", Severity.CRITICAL, packages=(package("b"),)))
    told = explain(judge(rules, scan(*twice)), "CVE-1")

    assert [[rule.name for rule in one.rules if rule.counts] for one in told] == [["max.critical"], ["max.critical"]]


@pytest.mark.parametrize(("floor", "counts"), [(7.0, True), (7.1, False)])
def test_the_floor_counts_what_reaches_it(floor: float, counts: bool) -> None:
    told = rules_of(policy_of(f"cvss_floor: {floor}"), finding("CVE-1"))

    assert (told["cvss_floor"].counts, told["cvss_floor"].matches) == (counts, counts)


TODAY, CLOSED = NOW - timedelta(hours=2), FindingStatus.CLOSED
ACCEPTED = "\nignore: [{id: CVE-1, reason: r}]"
SPARED = "rules: [{name: r, when: {severity: high}, spare: [grace, baseline]}]"


@pytest.mark.parametrize(
    ("text", "fields", "note"),
    [
        ("max: {high: 0}" + ACCEPTED, {}, "does not count what is ignored"),
        ("max: {high: 0}", {"status": CLOSED}, "does not count what is closed"),
        (
            "max: {high: 0}\ngrace: {high: 9d}",
            {"published": TODAY},
            "does not count what is in grace",
        ),
        ("max: {high: 0}", {}, ""),
    ],
)
def test_a_limit_says_why_it_does_not_count_what_it_is_about(text: str, fields: dict[str, Any], note: str) -> None:
    told = rules_of(policy_of(text), finding("CVE-1", **fields))

    assert (told["max.high"].matches, told["max.high"].counts, told["max.high"].note) == (True, not note, note)
    assert (told["max.low"].matches, told["max.low"].note) == (False, "")


@pytest.mark.parametrize(
    ("text", "fields", "counts", "note"),
    [
        ("rules: [{name: r, when: {severity: high}}]", {}, True, ""),
        ("rules: [{name: r, when: {severity: high}}]" + ACCEPTED, {}, False, "does not look at what is ignored"),
        ("rules: [{name: r, when: {severity: high}}]", {"status": CLOSED}, False, "does not look at what is closed"),
        ("rules: [{name: r, when: {kev: true}}]", {}, True, "counts it, since nobody knows whether it matches"),
        ("rules: [{name: r, when: {kev: true}}]" + ACCEPTED, {}, False, "does not look at what is ignored"),
        ("rules: [{name: r, when: {severity: low}}]" + ACCEPTED, {}, False, ""),
        (SPARED + "\ngrace: {high: 9d}", {"published": TODAY}, False, "spares what is in grace"),
        ("rules: [{name: r, when: {severity: high}}]\ngrace: {high: 9d}", {"published": TODAY}, True, ""),
        (SPARED, {}, True, ""),
    ],
)  # fmt: skip
def test_a_rule_says_why_it_does_or_does_not_count_a_finding(
    text: str, fields: dict[str, Any], counts: bool, note: str
) -> None:
    told = rules_of(policy_of(text), finding("CVE-1", **fields))["r"]

    assert (told.counts, told.note) == (counts, note)
    assert len(told.conditions) == 1


def test_a_rule_that_spares_the_baseline_says_so() -> None:
    rules = policy_of(SPARED + "\nmax: {high: 0}\nbaseline: {image: prod, judge: new}")
    seen = finding("CVE-1")
    [told] = explain(judge(rules, scan(seen), compared=(compared({seen.key: sight()}),)), "CVE-1")
    notes = {rule.name: rule.note for rule in told.rules}

    assert notes["r"] == "spares what is in the baseline"
    assert notes["max.high"] == "does not count what is in the baseline"


def test_rules_and_limits_of_overrides_are_told() -> None:
    rules = policy_of(
        "max: {low: 0}\nrelaxations: {never: {kev: true}}\n"
        "overrides: [{for: {tag: v1}, max: {high: 0}, rules: [{name: own, when: {fix: full}}]},"
        " {for: {repository: team/*}, max: {low: 5}, reason: r}]"
    )
    told = rules_of(rules, fixable("CVE-1", kev=Kev(listed=False)))

    assert (told["max.high"].counts, told["own"].counts) == (True, True)
    assert [one.text for one in told["own"].conditions] == ["fix full"]
    assert (told["relaxations.never"].matches, told["relaxations.never"].counts) == (False, False)
    low = rules_of(rules, finding("CVE-1", Severity.LOW))["relaxations.never"]
    assert (low.counts, low.outcome, low.conditions) == (True, RuleOutcome.FAIL, ())


def test_facts_of_a_basic_scan_are_told_as_such() -> None:
    rules = policy_of("rules: [{name: r, when: {any: [{exploit: true}, {severity: low}]}}]")
    told = rules_of(rules, finding("CVE-1"), kind=Kind.BASIC)["r"]

    assert [one.origin for one in told.conditions] == ["", "enhanced scanning would say it", "the scan"]
    assert told.matches is None


def test_the_conditions_of_an_adjusted_finding_see_the_severity_that_is_judged() -> None:
    rules = policy_of(
        "max: {critical: 0}\nrules: [{name: r, when: {severity: low}}]\n"
        "severity: {adjust: [{when: {severity: high}, to: low, reason: r}]}"
    )
    told = rules_of(rules, finding("CVE-1"))["r"]

    assert (told.matches, told.conditions[0].seen, told.conditions[0].origin) == (True, "low", "severity.adjust")


def test_ages_are_told_with_the_baseline_that_knows_them() -> None:
    seen = finding("CVE-1")
    rules = policy_of("rules: [{name: r, when: {age: 1d+}}]\nbaseline: {image: prod}")
    before = scan().completed_at
    verdict = judge(rules, scan(seen), compared=(compared({seen.key: sight(first_seen=before)}),))
    [told] = explain(verdict, "CVE-1")
    [rule] = [one for one in told.rules if one.name == "r"]

    assert (rule.matches, rule.conditions[0].seen, rule.conditions[0].origin) == (False, "0d", "the baseline")
    assert verdict.images[0].digest == DIGEST
