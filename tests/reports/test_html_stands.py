"""Where a finding stands in the HTML report."""

import pytest
from msgspec.structs import replace

from gate.model import Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.document import ScanDemands
from gate.policy.scalars import PlatformName
from gate.policy.verdict import Disposition, RuleOutcome, Verdict
from gate.reports.html_stands import ORDER, STATES, stands
from tests.builders import finding, image, judge, package, policy, scan
from tests.reports.samples import SAMPLES
from tests.reports.showcase import showcase


def of(verdict: Verdict) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.finding.id, one.state, one.rules) for held in stands(verdict).by_image for one in held]


def test_every_disposition_is_a_state_and_violated_rules_come_first() -> None:
    assert {disposition.value for disposition in Disposition} <= STATES.keys()
    assert list(STATES)[:3] == ["violates", "warns", "undecided"]
    assert sorted(ORDER.values()) == list(range(len(STATES)))


def test_a_finding_that_a_failing_rule_counts_violates_whatever_else_it_is_in() -> None:
    found = {name: (state, rules) for name, state, rules in of(SAMPLES["fail"])}
    assert found["CVE-2026-0001"] == ("violates", ("max.critical", "cvss_floor"))
    assert found["CVE-2026-0005"] == ("counted", ())
    assert found["CVE-2026-0003"] == ("ignored", ())


def test_a_rule_that_only_warns_makes_its_findings_warn() -> None:
    assert {state for _, state, rules in of(SAMPLES["warn"]) if rules} == {"warns"}


def test_failing_wins_over_warning_and_all_rules_are_named() -> None:
    found = {name: (state, rules) for name, state, rules in of(showcase())}
    assert found["CVE-2026-21043"] == ("violates", ("max.critical", "cvss_floor", "likely-exploited"))
    assert found["CVE-2026-40001"] == ("warns", ("likely-exploited",))


def test_what_was_counted_without_a_verdict_is_not_within_the_limits() -> None:
    demands = ScanDemands(platforms=(PlatformName.parse("linux/arm64"),))
    rules = policy(max=Max(high=5), scan=demands, ignore=(Ignore(id="CVE-1", reason="r"),))
    found = of(judge(rules, scan(finding("CVE-1"), finding("CVE-2"), image=image(platform="linux/amd64"))))
    assert [(name, state) for name, state, _ in found] == [("CVE-1", "ignored"), ("CVE-2", "undecided")]


@pytest.mark.parametrize("turned", [False, True])
def test_of_images_with_the_same_finding_the_worst_counts(turned: bool) -> None:
    one = finding("CVE-1", Severity.HIGH, packages=(package("bash"),))
    verdict = judge(policy(max=Max(high=0)), scan(one))
    calm = replace(verdict.images[0], rules=())
    images = (calm, verdict.images[0]) if turned else (verdict.images[0], calm)
    (distinct,) = stands(replace(verdict, images=images)).distinct
    assert distinct.state == "violates"


def test_of_very_many_rules_the_first_are_named_and_all_decide() -> None:
    verdict = judge(policy(max=Max(high=0)), scan(finding()))
    (rule,) = (one for one in verdict.images[0].rules if one.findings)
    mild = tuple(replace(rule, name=f"r{n}", outcome=RuleOutcome.WARN) for n in range(200))
    found = of(replace(verdict, images=(replace(verdict.images[0], rules=(*mild, rule)),)))
    assert found == [("CVE-2026-1000", "violates", tuple(f"r{n}" for n in range(100)))]
