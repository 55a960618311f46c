"""The JUnit report of `gate policy test`: a suite for each policy file, a case for each of its tests."""

from datetime import datetime

from gate.plain import one_line
from gate.policy.testing import CaseResult
from gate.reports.junit_file import Case, Result, Suite, write

_CLASS = "scan-gate policy"


def render(ran: tuple[tuple[str, tuple[CaseResult, ...]], ...], now: datetime) -> str:
    """Return the report over the policy files, each with what came out of its tests."""
    return write(tuple(_suite(file, results, now) for file, results in ran if results), comment="")


def _suite(file: str, results: tuple[CaseResult, ...], now: datetime) -> Suite:
    name = one_line(file, 250)
    cases = tuple(_case(f"{_CLASS}.{name}", result) for result in results)
    return Suite(name=f"{_CLASS} {name}", cases=cases, timestamp=f"{now:%Y-%m-%dT%H:%M:%S}")


def _case(classname: str, result: CaseResult) -> Case:
    text = "" if result.passed else "\n".join(_told(result))
    return Case(
        classname=classname,
        name=one_line(result.name, 250),
        result=Result.PASS if result.passed else Result.FAILURE,
        text=text,
        kind="policy-test",
        seconds=0.0,
    )


def _told(result: CaseResult) -> tuple[str, ...]:
    expected, got = (_said(*one) for one in ((result.expected, result.expected_by), (result.got, result.got_by)))
    place, reason = one_line(result.place, 300), one_line(result.reason, 300)
    return f"expected {expected}, got {got}", f"at {place}", f"because {reason}"


def _said(outcome: str, rules: tuple[str, ...] | None) -> str:
    return one_line(outcome if rules is None else f"{outcome} by {', '.join(rules) or 'nothing'}", 300)
