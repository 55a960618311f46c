"""What the judgement of an image says of each of its findings, and on which day and over what its rules are judged."""

from datetime import date, datetime, timedelta

import pytest

from gate.model import Fix, Kev, Severity
from gate.policy.verdict import Adjusted, Disposition, IgnoredBy, JudgedFinding, RuleVerdict, Sight
from tests.builders import NOW, finding, judge, package, scan
from tests.policy.written import compared, policy_of, sight

BASELINE = "baseline: {image: x, judge: new}\n"
BANNED = (package("banned"),)


def test_each_finding_keeps_what_sent_it_where_it_ended_and_no_other_ones() -> None:
    text = (
        f"max: {{high: 0, low: 0}}\n{BASELINE}grace: {{low: 7d}}\n"
        "severity: {adjust: [{when: {id: CVE-1}, to: low, reason: no way in, owner: me, until: 2026-12-01}]}\n"
        "ignore: [{id: CVE-2, reason: r, owner: o, ticket: T-1, until: 2026-12-31}]"
    )
    seen, earlier = finding("CVE-1", published=NOW), NOW - timedelta(days=3)
    there = compared({seen.key: sight(first_seen=earlier)})

    judged = judge(policy_of(text), scan(seen, finding("CVE-2"), finding("CVE-3")), compared=(there,)).images[0]

    told = {one.id: one for one in judged.findings}
    assert told["CVE-1"].disposition is Disposition.BASELINE
    assert told["CVE-1"].settled_by == "the baseline team/app:prod has it too"
    assert told["CVE-1"].adjusted == Adjusted(
        before=Severity.HIGH, by=0, reason="no way in", owner="me", until="2026-12-01"
    )
    assert told["CVE-1"].sight == Sight(severity=Severity.HIGH, fix=Fix.UNKNOWN, first_seen=earlier)
    assert told["CVE-1"].grace_until == NOW + timedelta(days=7)
    assert told["CVE-2"].settled_by == "accepted by ignore entry 1: r, owner o, ticket T-1, until 2026-12-31"
    assert told["CVE-2"].ignored_by == IgnoredBy(
        reason="r", owner="o", ticket="T-1", until="2026-12-31", justification=None, entries=(0,)
    )
    assert told["CVE-3"].settled_by == "nothing in the policy settles it"
    assert [extras(told[name]) for name in ("CVE-2", "CVE-3")] == [(None, None, None)] * 2
    assert [told[name].ignored_by for name in ("CVE-1", "CVE-3")] == [None, None]


def extras(told: JudgedFinding) -> tuple[Adjusted | None, Sight | None, datetime | None]:
    return told.adjusted, told.sight, told.grace_until


def rule_of(text: str) -> RuleVerdict:
    """Return how the rule `r` comes out for one finding in a banned package."""
    found = finding(packages=BANNED, published=NOW)
    there = compared({found.key: sight()})
    rules = judge(policy_of(text), scan(found), compared=(there,)).images[0].rules
    return next(rule for rule in rules if rule.name == "r")


@pytest.mark.parametrize(("day", "outcome"), [(date(2026, 11, 20), "fail"), (date(2026, 11, 21), "warn")])
def test_a_rule_is_enforced_from_the_day_that_it_names_as_of_now(day: date, outcome: str) -> None:
    text = f"rules: [{{name: r, when: {{package: banned}}, action: warn, enforce_from: {day}}}]"

    assert rule_of(text).outcome.value == outcome


@pytest.mark.parametrize(
    ("clause", "spare", "count"),
    [
        (BASELINE, "[baseline]", 0),
        (BASELINE, "[grace]", 1),
        ("grace: {high: 7d}\n", "[grace]", 0),
        ("grace: {high: 7d}\n", "[baseline]", 1),
    ],
)
def test_a_rule_spares_what_is_postponed_in_the_way_that_it_names(clause: str, spare: str, count: int) -> None:
    assert rule_of(f"{clause}rules: [{{name: r, when: {{package: banned}}, spare: {spare}}}]").count == count


def test_of_the_rules_that_are_violated_without_overrides_three_are_named() -> None:
    rules = ", ".join(f"{{name: {name}, when: {{package: banned}}}}" for name in ("a", "b", "c"))
    text = (
        f"max: {{high: 0}}\nrules: [{rules}]\nrelaxations: {{never: {{kev: true}}}}\n"
        "overrides: [{for: {env: dev}, max: {high: 9}, reason: r}]"
    )

    found = finding(packages=BANNED, kev=Kev(listed=True))
    rule = judge(policy_of(text), scan(found), env="dev").images[0].rules[-1]

    assert rule.why == "1 finding that no override may relax violates max.high, a, b of the policy without overrides"
