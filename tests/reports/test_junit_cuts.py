"""What a JUnit report leaves out when there is too much of it, and that no failure is lost with it."""

from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from gate.policy.clauses import Max
from gate.policy.verdict import Outcome, RuleOutcome, Verdict
from gate.reports import junit
from tests.builders import fixable, judge, policy, scan
from tests.reports.junit_reading import cases_of, results_of, with_result
from tests.reports.samples import SAMPLES, many, many_ignored


def test_many_findings_and_upgrades_in_a_failure_are_cut_and_counted() -> None:
    findings = [fixable(f"CVE-2026-{n}", names=(f"package-{n:02}",)) for n in range(30)]
    failure = cases_of(junit.render(judge(policy(max=Max(high=0)), scan(*findings))))["scan-gate.team/app", "max.high"]
    text = failure.findtext("failure") or ""
    assert text.count("- HIGH ") == 20
    assert "To do: 27 more upgrades: see the JSON document" in text
    assert text.endswith("10 more: see the JSON document")


@pytest.mark.parametrize(("size", "named", "left"), [(490, 490, 0), (491, 491, 0), (492, 490, 2), (9_000, 490, 8_510)])
def test_ignored_findings_beyond_500_cases_are_left_out_and_counted(size: int, named: int, left: int) -> None:
    text = junit.render(many_ignored(size))
    results = results_of(text)
    assert len(results) == min(size + 9, 500)
    assert with_result(results, "failure") == ["max.critical", "max.high.fixable", "cvss_floor"]
    assert (f"{left} more cases were left out, 0 of them failed" in text) is bool(left)
    assert list(results)[-1] == ("scan-gate", "cases left out") or not left
    assert sum(classname.endswith(".ignored") for classname, _ in results) == min(size, named)


def _crowd(outcome: Outcome, count: int) -> Verdict:
    sample = SAMPLES["no_verdict" if outcome is Outcome.NO_VERDICT else "fail"]
    images = tuple(replace(sample.images[0], repository=f"team/app-{n:03}") for n in range(count))
    return replace(sample, images=images)


def test_failures_are_kept_before_anything_else() -> None:
    results = results_of(junit.render(_crowd(Outcome.FAIL, 100)))
    assert len(results) == 500
    assert len(with_result(results, "failure")) == 300
    assert len([name for _, name in results if name == "scan-complete"]) == 100
    assert list(results.values())[-1] == "skipped"


def test_where_not_even_the_failures_fit_the_last_case_fails_for_those_left_out() -> None:
    text = junit.render(_crowd(Outcome.FAIL, 200))
    results = results_of(text)
    assert len(results) == 500
    assert set(results.values()) == {"failure"}
    assert "1501 more cases were left out, 101 of them failed" in text


def test_suites_of_which_nothing_is_kept_are_left_out() -> None:
    text = junit.render(_crowd(Outcome.NO_VERDICT, 600))
    assert len(ET.fromstring(text)) == 500
    assert list(results_of(text).values())[-1] == "error"


def test_even_hostile_text_in_every_case_stays_under_30_megabytes() -> None:
    wide = "漢" * 100_000
    sample = SAMPLES["fail"].images[0]
    rules = tuple(replace(r, outcome=RuleOutcome.FAIL, name=f"{n}{wide}", why=wide) for n, r in enumerate(sample.rules))
    worst = replace(sample, rules=rules, repository=wide, target=wide, tags=(wide,) * 20, platform=wide)
    text = junit.render(replace(SAMPLES["fail"], images=(worst,) * 60))
    assert 1_000_000 < len(text.encode()) < 30_000_000


def test_a_thousand_findings_are_no_thousand_cases() -> None:
    assert len(results_of(junit.render(many(1_000)))) == 9
