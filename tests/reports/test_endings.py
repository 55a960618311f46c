"""What ends or falls due, and when."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from gate.model import Finding, Kev, Severity
from gate.policy.clauses import Ignore
from gate.policy.document import Policy
from gate.policy.scalars import Until
from gate.policy.verdict import Disposition, Verdict
from gate.reports.endings import Ending, endings
from tests.builders import NOW, finding, image, judge, package, policy, scan
from tests.policy.written import policy_of
from tests.reports.samples import SAMPLES, unfinished

TODAY = NOW.date()


def of(text: str, *findings: Finding) -> tuple[Ending, ...]:
    return endings(judge(limited(text), scan(*findings)))


def limited(text: str) -> Policy:
    return policy_of(f"max: {{medium: 100}}\n{text}")


def told(found: tuple[Ending, ...]) -> list[str]:
    return [f"{one.day} ({one.when}): {one.what}: {one.why}" for one in found]


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def test_grace_ends_for_the_findings_of_a_day_together_worst_first() -> None:
    published = NOW - timedelta(days=4)
    found = of(
        "grace: {high: 7d, critical: 7d}",
        finding("CVE-2026-1", Severity.HIGH, published=published),
        finding("CVE-2026-2", Severity.CRITICAL, published=published),
        finding("CVE-2026-3", Severity.HIGH, published=published - timedelta(days=2)),
    )
    assert told(found) == [
        f"{in_days(1)} (tomorrow): Grace ends for 1 finding: CVE-2026-3",
        f"{in_days(3)} (in 3 days): Grace ends for 2 findings: CVE-2026-2, CVE-2026-1",
    ]


def test_of_many_findings_the_first_are_named() -> None:
    findings = (finding(f"CVE-2026-{n}", published=NOW) for n in range(7))
    (ending,) = of("grace: {high: 7d}", *findings)
    assert (ending.what, ending.left) == ("Grace ends for 7 findings", 7)
    assert ending.why == "CVE-2026-0, CVE-2026-1, CVE-2026-2, CVE-2026-3 and 3 more"


def test_a_finding_that_several_platforms_have_ends_once() -> None:
    one = finding(published=NOW)
    scans = (scan(one, image=image(platform=name)) for name in ("linux/amd64", "linux/arm64"))
    found = endings(judge(limited("grace: {high: 7d}"), *scans))
    assert [ending.what for ending in found] == ["Grace ends for 1 finding"]


def test_cisas_deadline_presses_until_the_finding_is_settled() -> None:
    listed = finding("CVE-2026-1", kev=Kev(listed=True, due=in_days(-10)))
    assert told(of("", listed)) == [f"{in_days(-10)} (10 days ago): CISA's deadline (KEV) for 1 finding: CVE-2026-1"]
    assert of("ignore: [{id: CVE-2026-1, reason: No.}]", listed) == ()
    assert of("", replace(listed, kev=Kev(listed=True))) == ()
    assert of("", replace(listed, kev=None)) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "ignore: [{id: CVE-1, reason: r., until: 2026-11-30}]",
            "Ignore entry 1 (CVE-1): r, until 2026-11-30",
        ),
        (
            "ignore: [{id: CVE-2026-1000, reason: r, owner: me, ticket: T, until: [2026-11-30, fixed]}]",
            "Ignore entry 1 (CVE-2026-1000): r, owner me, ticket T, until 2026-11-30 or fixed; settles 1 finding here",
        ),
        (
            "relaxations: {require: []}\nignore: [{id: CVE-1, until: 2026-11-30}]",
            "Ignore entry 1 (CVE-1): no reason given, until 2026-11-30",
        ),
        ("grace: {high: 1d, reason: r, until: 2026-11-30}", "The policy's grace: r, until 2026-11-30"),
        (
            "overrides: [{for: {env: dev}, mode: warn, reason: r, owner: me, until: 2026-11-30}]",
            "Override 1 (for env dev): r, owner me, until 2026-11-30",
        ),
    ],
)
def test_everything_that_relaxes_a_policy_until_a_day_ends_on_it(text: str, said: str) -> None:
    assert told(of(text, finding())) == [f"2026-11-30 (in 10 days): {said}"]


@pytest.mark.parametrize("until", ["", ", until: fixed"])
def test_what_relaxes_without_a_day_does_not_end(until: str) -> None:
    assert of(f"ignore: [{{id: CVE-1, reason: r{until}}}]") == ()


def test_a_rule_that_is_not_enforced_yet_is_named_with_its_day() -> None:
    text = "rules: [{{name: fresh, when: {{severity: high}}, {}enforce_from: {}}}]"
    assert told(of(text.format("why: Soon., ", in_days(3)))) == [
        f"{in_days(3)} (in 3 days): Rule fresh is enforced from then on: Soon."
    ]
    assert told(of(text.format("", in_days(3))))[0].endswith("from then on: ")
    assert of(text.format("", TODAY)) == ()


def test_the_earliest_comes_first_whatever_it_is() -> None:
    entries = tuple(Ignore(id=f"CVE-{n}", reason="r", until=Until.parse(str(in_days(n % 5)))) for n in range(1, 9))
    found = endings(judge(policy(ignore=entries), scan(finding(packages=(package("x"),)))))
    assert [one.left for one in found] == sorted(one.left for one in found)
    assert len(found) == 8


@pytest.mark.parametrize("verdict", [unfinished(), SAMPLES["clean"]], ids=["unfinished", "clean"])
def test_where_nothing_ends_nothing_is_said(verdict: Verdict) -> None:
    policy_ends = verdict.policy.resolved.ignore if verdict.policy else ()
    assert len(endings(verdict)) == len(policy_ends)


def test_a_finding_in_grace_without_its_end_is_no_ending() -> None:
    verdict = SAMPLES["fail"]
    held = replace(verdict.images[0].findings[0], disposition=Disposition.GRACE)
    odd = replace(verdict, policy=None, images=(replace(verdict.images[0], findings=(held,)),))
    assert endings(odd) == ()
