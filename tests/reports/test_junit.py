"""The JUnit report."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from msgspec.structs import replace

from gate.model import Fix, Kind, Package, Refusal, ScanState, Severity, TagMove
from gate.plain import neutral
from gate.policy.clauses import AcceptUnsupported, Ignore, Max
from gate.policy.document import Relaxations, ScanDemands
from gate.policy.verdict import JudgedFinding, Outcome, RuleOutcome, RuleVerdict, Verdict
from gate.reports import details, junit, summary
from tests.builders import OTHER_DIGEST, finding, image, judge, policy, scan
from tests.reports.golden_files import assert_golden
from tests.reports.junit_reading import cases_of, results_of, with_result
from tests.reports.samples import BAD_SCAN, HOSTILE, POLICY, SAMPLES, decided, unfinished

CLASS = "scan-gate.payments/api"


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_report_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.xml", junit.render(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_each_violated_rule_is_exactly_one_failure(name: str) -> None:
    verdict = SAMPLES[name]
    violated = [rule.name for judged in verdict.images for rule in judged.rules if rule.outcome is RuleOutcome.FAIL]
    assert with_result(results_of(junit.render(verdict)), "failure") == violated


@pytest.mark.parametrize("name", SAMPLES)
def test_each_image_without_verdict_is_exactly_one_error(name: str) -> None:
    verdict = SAMPLES[name]
    missing = sum(judged.verdict is Outcome.NO_VERDICT for judged in verdict.images)
    assert with_result(results_of(junit.render(verdict)), "error") == ["scan-complete"] * missing


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_neutral_read_by_another_parser_and_counted_right(name: str) -> None:
    text = junit.render(SAMPLES[name])
    assert neutral(text) == text
    for suite in JUnitXml.fromstring(text.encode()):
        said = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        assert said == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_a_pass_says_what_held() -> None:
    cases = cases_of(junit.render(SAMPLES["pass"]))
    assert cases[CLASS, "max.critical"].findtext("system-out") == "max.critical: 0 critical findings, 0 allowed"
    assert cases[CLASS, "scan-complete"].findtext("system-out") == "scan-complete: the scan is complete"
    assert cases[CLASS, "scan-complete"].get("time") == "12.500"


def test_a_rule_that_did_not_apply_is_skipped() -> None:
    skipped = cases_of(junit.render(SAMPLES["pass"]))[CLASS, "max.low"].find("skipped")
    assert skipped is not None
    assert skipped.text == "did not apply: max.low: 0 low findings, any number allowed"


def test_a_failure_says_the_same_in_message_and_text_with_findings_and_remedy() -> None:
    failure = cases_of(junit.render(SAMPLES["fail"]))[CLASS, "max.critical"].find("failure")
    assert failure is not None
    assert failure.get("type") == "max.critical"
    assert failure.text == failure.get("message")
    lines = (failure.text or "").splitlines()
    assert lines[0] == "max.critical: 2 critical findings, 0 allowed"
    assert "To do: upgrade log4j-core (JAR) 2.14.1 -> 2.17.1: clears 1 violation" in lines
    assert lines[-1] == "- CRITICAL CVE-2026-0002 (CVSS 9.1): log4j-core 2.14.1 -> 2.17.1; fix available"


def test_a_failure_without_an_upgrade_says_what_else_can_be_done() -> None:
    stuck = finding("CVE-2026-1", Severity.HIGH, fix=Fix.NONE)
    text = junit.render(judge(policy(max=Max(high=0)), scan(stuck)))
    assert f"To do: {details.NO_UPGRADE}" in text


def test_an_ignored_finding_is_skipped_under_ignored() -> None:
    case = cases_of(junit.render(SAMPLES["fail"]))[f"{CLASS}.ignored", "CVE-2026-0003 OS:libxml2"]
    text = case.findtext("skipped") or ""
    assert text.startswith("ignored: The XSLT module is not compiled in. (owner team-payments, ticket SEC-123, ")


def test_a_policy_that_cannot_fail_says_so_first_and_has_no_failures() -> None:
    text = junit.render(SAMPLES["warn"])
    assert text.splitlines()[1] == f"<!-- {summary.CANNOT_FAIL} -->"
    assert ET.fromstring(text).findtext("testsuite/system-out", "").startswith(summary.CANNOT_FAIL)
    results = results_of(text)
    assert set(results.values()) == {"", "skipped"}
    warned = cases_of(text)[CLASS, "max.critical"].findtext("skipped") or ""
    assert warned.startswith("WARN, does not fail: max.critical: 2 critical findings, 0 allowed\n")


def test_no_verdict_is_an_error_with_what_to_do() -> None:
    error = cases_of(junit.render(SAMPLES["no_verdict"]))["scan-gate.payments/worker", "scan-complete"].find("error")
    assert error is not None
    assert error.get("type") == "no-verdict"
    assert error.text == error.get("message")
    assert (error.text or "").splitlines() == [
        "No verdict: the scan failed; AWS says: The scan could not be completed.",
        "To do: Push the image again, or ask AWS support.",
    ]


def test_an_error_without_a_hint_is_one_line() -> None:
    failed = replace(SAMPLES["no_verdict"].images[0], hint="", reason="")
    text = junit.render(replace(SAMPLES["no_verdict"], images=(failed,)))
    assert 'message="No verdict: no reason is given"' in text


def test_when_the_tag_moved_no_rule_passes() -> None:
    moved = TagMove(tag="v1.4.2", to=OTHER_DIGEST, pinned=False)
    verdict = decided(POLICY, replace(SAMPLES_SCAN, tag_move=moved))
    assert verdict.verdict is Outcome.NO_VERDICT
    results = results_of(junit.render(verdict))
    assert with_result(results, "error") == ["scan-complete"]
    assert with_result(results, "") == []


SAMPLES_SCAN = replace(BAD_SCAN, findings=())


def test_an_image_that_aws_cannot_scan_and_the_policy_accepts_is_no_failure_and_no_pass() -> None:
    accepts = ScanDemands(unsupported=AcceptUnsupported(accept=True, repository="*", reason="Scratch."))
    verdict = judge(policy(scan=accepts), scan(state=ScanState.UNSUPPORTED, kind=Kind.UNKNOWN))
    assert verdict.verdict is Outcome.WARN
    assert results_of(junit.render(verdict)) == {("scan-gate.team/app", "scan-complete"): "skipped"}


@pytest.mark.parametrize("verdict", [unfinished(), decided(POLICY, Refusal(image=image(), exit_code=5, reason="no"))])
def test_there_is_always_a_case(verdict: Verdict) -> None:
    results = results_of(junit.render(verdict))
    assert with_result(results, "error") == ["scan-complete"]
    assert len(results) == 1


def test_without_any_image_even_a_pass_is_an_error() -> None:
    odd = replace(unfinished(), verdict=Outcome.PASS, hint="", reason="")
    assert with_result(results_of(junit.render(odd)), "error") == ["scan-complete"]


def test_an_image_without_rules_has_its_case_all_the_same() -> None:
    bare = replace(SAMPLES["pass"], images=(replace(SAMPLES["pass"].images[0], rules=(), findings=(), scan=None),))
    assert results_of(junit.render(bare)) == {(CLASS, "scan-complete"): ""}


def test_a_failed_image_without_a_failed_rule_fails_all_the_same() -> None:
    odd = replace(SAMPLES["pass"].images[0], verdict=Outcome.FAIL, reason="odd")
    results = results_of(junit.render(replace(SAMPLES["pass"], images=(odd,), verdict=Outcome.FAIL)))
    assert with_result(results, "failure") == ["verdict"]


def test_a_failed_run_over_passing_images_fails_all_the_same() -> None:
    results = results_of(junit.render(replace(SAMPLES["pass"], verdict=Outcome.FAIL, reason="odd")))
    assert results["scan-gate", "verdict"] == "failure"
    missing = results_of(junit.render(replace(SAMPLES["pass"], verdict=Outcome.NO_VERDICT)))
    assert missing["scan-gate", "scan-complete"] == "error"


def test_a_rule_without_verdict_in_a_judged_image_is_an_error() -> None:
    sample = SAMPLES["fail"].images[0]
    rules = tuple(replace(r, outcome=RuleOutcome.NO_VERDICT) if r.name == "max.medium" else r for r in sample.rules)
    text = junit.render(replace(SAMPLES["fail"], images=(replace(sample, rules=rules),)))
    assert with_result(results_of(text), "error") == ["max.medium"]


def test_unused_relaxations_fail_as_a_rule_of_their_own() -> None:
    rules = policy(ignore=(Ignore(id="CVE-1", reason="Old."),), relaxations=Relaxations(unused="fail"))
    assert with_result(results_of(junit.render(judge(rules))), "failure") == ["relaxations.unused"]


def test_an_entry_that_is_of_no_use_comes_with_what_to_do() -> None:
    rules = policy(relaxations=Relaxations(unused="fail"), ignore=(Ignore(id="CVE-9", reason="gone"),))
    root = ET.fromstring(junit.render(judge(rules)))
    (failure,) = root.iter("failure")

    assert "To do: Remove the unused `ignore` entries from the policy." in (failure.text or "").splitlines()


@pytest.mark.parametrize("waited", [0.0, -1.0, 0.0004, 1e-05, 12.3456, 1e300, float("inf")])
def test_times_have_three_decimals_at_most(waited: float) -> None:
    sample = SAMPLES["pass"].images[0]
    assert sample.scan is not None
    text = junit.render(
        replace(SAMPLES["pass"], images=(replace(sample, scan=replace(sample.scan, waited_seconds=waited)),))
    )
    assert re.findall(r'time="([^"]*)"', text)
    assert [time for time in re.findall(r' time="([^"]*)"', text) if not re.fullmatch(r"\d+\.\d{3}", time)] == []


def test_the_image_and_the_policy_are_properties_of_the_suite() -> None:
    root = ET.fromstring(junit.render(SAMPLES["fail"]))
    told = {found.get("name"): found.get("value") for found in root.iter("property")}
    assert told["image"] == "payments/api:v1.4.2@sha256:ab12ab12ab12"
    assert told["verdict"] == "FAIL"
    assert told["found.high"] == "2 found, 2 counted, 0 fixable, 5 unfixable allowed"


def _told(text: str) -> Verdict:
    sample = SAMPLES["fail"].images[0]
    rules: tuple[RuleVerdict, ...] = tuple(replace(rule, why=text, name=f"{rule.name}{text}") for rule in sample.rules)
    held = Package(name=text, version=text, fixed_in=text, type=text, path=text)
    findings: tuple[JudgedFinding, ...] = tuple(
        replace(f, id=text, key=text, packages=(held,), title=text) for f in sample.findings
    )
    told = replace(sample, target=text, repository=text, tags=(text,), rules=rules, findings=findings, reason=text)
    return replace(SAMPLES["fail"], reason=text, hint=text, images=(told, replace(told, verdict=Outcome.NO_VERDICT)))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    shown = junit.render(_told(text))
    assert neutral(shown) == shown
    assert len(with_result(results_of(shown), "failure")) == 6


def test_the_known_traps_of_junit_xml_are_not_stepped_in() -> None:
    shown = junit.render(_told(HOSTILE + "\ud800\ufffe\uffff\x00\x1b[31m]]>"))
    assert len(with_result(results_of(shown), "failure")) == 6
    assert "[31m" not in shown
