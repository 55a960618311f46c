"""The JUnit report of a policy's tests: a suite a file, a case a test, expected and got in each failure."""

import pytest
from junitparser import JUnitXml

from gate.policy.testing import CaseResult
from gate.reports.policy_tests import render
from tests.builders import NOW
from tests.policy.cases_run import run

RULES = "max: {critical: 0, high: 0}"
EVIL = "x\x1b[31m\n::error::y ##[group]\u202e]]><&\x00"


def result(**fields: object) -> CaseResult:
    filled = {
        "name": "one",
        "place": "gate.yaml:3",
        "expected": "fail",
        "got": "fail",
        "expected_by": None,
        "got_by": (),
        "reason": "r",
        "rules": (),
        **fields,
    }
    return CaseResult(**filled)  # type: ignore[arg-type]  # a builder


def parsed(*ran: tuple[str, tuple[CaseResult, ...]]) -> JUnitXml:
    return JUnitXml.fromstring(render(ran, NOW).encode())


def test_each_file_is_a_suite_and_each_test_a_case() -> None:
    results = run(RULES, "expect: pass", "expect: fail, by: [max.high], findings: [{id: CVE-1, severity: critical}]")
    report = parsed(("policies/a.yaml", results), ("b.yaml", (result(),)))
    suites = list(report)

    assert [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites] == [
        ("scan-gate policy policies/a.yaml", 2, 1, 0, 0),
        ("scan-gate policy b.yaml", 1, 0, 0, 0),
    ]
    assert [[(case.classname, case.name) for case in suite] for suite in suites] == [
        [("scan-gate policy.policies/a.yaml", "test 0"), ("scan-gate policy.policies/a.yaml", "test 1")],
        [("scan-gate policy.b.yaml", "one")],
    ]
    assert (report.tests, report.failures) == (3, 1)
    assert suites[0].timestamp == "2026-11-20T12:00:00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"got": "pass"}, "expected fail, got pass by nothing"),
        ({"got": "pass", "expected_by": ()}, "expected fail by nothing, got pass by nothing"),
        (
            {"expected_by": ("a",), "got_by": ("max.high", "b")},
            "expected fail by a, got fail by max.high, b",
        ),
    ],
)
def test_a_failure_says_expected_and_got_where_it_stands_and_why(fields: dict[str, object], said: str) -> None:
    [suite] = parsed(("a.yaml", (result(**fields),)))
    [case] = suite
    [failure] = case.result

    assert failure.type == "policy-test"
    assert failure.text == f"{said}\nat gate.yaml:3\nbecause r"


def test_what_passes_says_nothing() -> None:
    [suite] = parsed(("a.yaml", (result(),)))
    [case] = suite

    assert (case.result, case.system_out) == ([], None)


def test_a_file_without_tests_is_no_suite() -> None:
    assert [suite.name for suite in parsed(("a.yaml", ()), ("b.yaml", (result(),)))] == ["scan-gate policy b.yaml"]


def test_hostile_names_make_no_other_report() -> None:
    text = render(((EVIL, (result(name=EVIL, place=EVIL, got="pass", reason=EVIL, got_by=(EVIL,)),)),), NOW)
    [suite] = JUnitXml.fromstring(text.encode())
    [case] = suite

    assert (suite.tests, suite.failures) == (1, 1)
    assert "\x1b" not in text
    assert "##[" not in text
    assert case.name.startswith("x ")
    assert len(case.result[0].text.splitlines()) == 3
