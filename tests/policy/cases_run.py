"""Runs the `tests:` of policies that a test writes."""

from gate.policy.loader import Loaded, loads
from gate.policy.testing import CaseResult, run_cases
from tests.builders import NOW


def loaded(text: str) -> Loaded:
    """Return a policy of version 1 with these lines."""
    return loads(f"version: 1\n{text}\n".encode(), file="gate.yaml")


def run(rules: str, *cases: str) -> tuple[CaseResult, ...]:
    """Return how tests come out, each written as the keys of a mapping; they are called test 0, test 1, …"""
    written = "".join(f"  - {{name: test {number}, {case}}}\n" for number, case in enumerate(cases))
    return run_cases(loaded(f"{rules}\ntests:\n{written}"), NOW)


def one(rules: str, case: str) -> CaseResult:
    """Return how one test comes out."""
    [result] = run(rules, case)
    return result
