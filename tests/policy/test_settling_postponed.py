"""What is only postponed: findings in grace, and those that the baseline has too."""

from datetime import timedelta
from typing import Any

import pytest

from gate.model import Finding, Severity
from gate.policy.document import Policy
from gate.policy.verdict import Disposition, JudgedFinding, Outcome
from tests.builders import NOW, finding, judge, scan
from tests.policy.written import compared, policy_of, sight

DAY = timedelta(days=1)


def settled(rules: Policy, found: Finding, **beside: Any) -> JudgedFinding:
    return judge(rules, scan(found), **beside).images[0].findings[0]


@pytest.mark.parametrize(
    ("clause", "published", "first_seen", "in_grace"),
    [
        ("high: 7d", 7 * DAY - timedelta(seconds=1), None, True),
        ("high: 7d", 7 * DAY, None, False),
        ("high: 7d", timedelta(0), None, True),
        ("high: 7d", -timedelta(seconds=1), None, False),
        ("high: 7d", None, DAY, False),
        ("critical: 7d", DAY, None, False),
        ("high: 7d, from: published", DAY, 30 * DAY, True),
        ("high: 7d, from: first_seen", 30 * DAY, DAY, True),
        ("high: 7d, from: first_seen", DAY, 30 * DAY, False),
        ("high: 7d, from: first_seen", DAY, None, False),
        ("high: 7d, from: first_seen", DAY, -DAY, False),
        ("high: 7d, since: 2026-11-21", DAY, None, False),
        ("high: 7d, since: 2026-11-20", DAY, None, True),
        ("high: 7d, until: 2026-11-20", DAY, None, True),
        ("high: 7d, until: 2026-11-19", DAY, None, False),
    ],
)
def test_grace_lasts_for_its_time_from_a_date_that_is_known(
    clause: str, published: timedelta | None, first_seen: timedelta | None, *, in_grace: bool
) -> None:
    found = finding(published=None if published is None else NOW - published, first_seen=NOW)
    seen = {} if first_seen is None else {found.key: sight(first_seen=NOW - first_seen, severity=Severity.LOW)}
    rules = policy_of(f"max: {{high: 0}}\nbaseline: {{image: prod}}\ngrace: {{{clause}}}")

    judged = judge(rules, scan(found), compared=(compared(seen),)).images[0]

    assert (judged.findings[0].disposition is Disposition.GRACE) is in_grace
    assert (judged.verdict is Outcome.PASS) is in_grace


@pytest.mark.parametrize(
    ("clause", "ends"),
    [
        ("high: 7d", "2026-11-26 12:00"),
        ("high: 7d, until: 2026-11-24", "2026-11-24 23:59"),
        ("high: 7d, until: 2026-12-24", "2026-11-26 12:00"),
    ],
)
def test_grace_says_when_it_ends_which_is_never_after_its_last_day(clause: str, ends: str) -> None:
    judged = settled(policy_of(f"max: {{high: 0}}\ngrace: {{{clause}}}"), finding(published=NOW - DAY))

    assert judged.settled_by == f"in grace until {ends} UTC (grace.high)"
    assert judged.grace_until is not None
    assert f"{judged.grace_until:%Y-%m-%d %H:%M}" == ends


@pytest.mark.parametrize(
    ("clause", "there", "postponed"),
    [
        ("{judge: new}", sight(Severity.LOW), True),
        ("{judge: worse}", sight(Severity.LOW), False),
        ("{judge: worse}", sight(Severity.HIGH), True),
        ("{}", sight(Severity.LOW), False),
        ("{judge: new}", None, False),
        ("{judge: new, until: 2026-11-19}", sight(), False),
        ("{judge: new, since: 2026-11-21}", sight(), False),
    ],
)
def test_the_baseline_postpones_what_it_has_too(clause: str, there: Any, *, postponed: bool) -> None:
    found = finding()
    rules = policy_of(f"max: {{high: 0}}\nbaseline: {clause}")

    judged = settled(rules, found, compared=(compared({found.key: there} if there else {}),))

    assert (judged.disposition is Disposition.BASELINE) is postponed
    assert judged.sight == there
    if postponed:
        assert judged.settled_by == "the baseline team/app:prod has it too"


def test_without_a_policy_that_names_a_baseline_none_is_looked_at() -> None:
    found = finding()

    judged = judge(policy_of("max: {high: 0}"), scan(found), compared=(compared({found.key: sight()}),)).images[0]

    assert (judged.findings[0].disposition, judged.findings[0].sight, judged.baseline) == (
        Disposition.COUNTED,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("here", "there", "matches"),
    [
        (DAY, 40 * DAY, True),
        (40 * DAY, DAY, True),
        (None, 40 * DAY, True),
        (DAY, DAY, False),
        (40 * DAY, None, True),
        (DAY, None, False),
    ],
)
def test_the_age_of_a_finding_counts_from_its_first_sight_here_or_in_the_baseline(
    here: timedelta | None, there: timedelta | None, *, matches: bool
) -> None:
    found = finding(first_seen=None if here is None else NOW - here)
    seen = {found.key: sight(first_seen=None if there is None else NOW - there)}
    rules = policy_of("baseline: {judge: new}\nrules: [{name: old, when: {age: 30d+}}]")

    judged = judge(rules, scan(found), compared=(compared(seen),)).images[0]

    assert [rule.count for rule in judged.rules if rule.name == "old"] == [int(matches)]


def test_grace_that_is_over_is_told_and_an_unknown_severity_has_none() -> None:
    words = "critical: 9d, high: 1d, medium: 9d, low: 9d, informational: 9d"
    rules = policy_of(f"max: {{high: 0}}\ngrace: {{{words}}}")

    over = settled(rules, finding(published=NOW - 3 * DAY))
    unknown = settled(rules, finding(severity=Severity.UNKNOWN, published=NOW))

    assert (over.disposition, over.grace_until) == (Disposition.COUNTED, NOW - 2 * DAY)
    assert (unknown.disposition, unknown.grace_until) == (Disposition.COUNTED, None)
