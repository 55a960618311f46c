"""The policy that `gate policy init` fits to images: they just pass it, and what is more of anything fails."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import EvidenceError, Exit
from gate.model import Finding, FindingStatus, Fix, Refusal, Scan, Severity
from gate.policy.lint import lint
from gate.policy.loader import Loaded, loads
from gate.policy.starting_point import fitted
from gate.policy.testing import run_cases
from gate.policy.verdict import Outcome
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, scan
from tests.policy.written import policy_of
from tests.strategies import SEVERITIES, scans

COUNTING = policy_of("mode: warn\nmax: {unknown: 0}")
LIMITED = [one for one in SEVERITIES if one is not Severity.INFORMATIONAL]


def many(severity: Severity, count: int) -> tuple[Finding, ...]:
    return tuple(finding(f"CVE-2026-{1000 + number}", severity, fix=Fix.NONE) for number in range(count))


def text_for(*seen: Scan | Refusal) -> str:
    return fitted(judge(COUNTING, *seen))


def loaded(text: str) -> Loaded:
    return loads(text.encode(), file="fit.yaml")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(scans(), min_size=1, max_size=3))
def test_the_images_just_pass(seen: list[Scan]) -> None:
    rules = loaded(text_for(*seen)).policy

    assert all(one.verdict is Outcome.PASS for one in judge(rules, *seen).images)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(scans(), st.sampled_from(LIMITED))
def test_one_finding_more_of_any_severity_fails(seen: Scan, severity: Severity) -> None:
    rules = loaded(text_for(seen)).policy
    more = scan(*seen.findings, finding("CVE-2099-1", severity), kind=seen.kind)

    assert judge(rules, more).verdict is Outcome.FAIL


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(scans(), min_size=1, max_size=3))
def test_its_own_tests_hold(seen: list[Scan]) -> None:
    results = run_cases(loaded(text_for(*seen)), NOW)

    assert len(results) == 2
    assert [result for result in results if not result.passed] == []


def test_the_limit_is_that_of_the_worst_image() -> None:
    other = scan(*many(Severity.HIGH, 1), *many(Severity.LOW, 4), image=image(digest=OTHER_DIGEST))
    text = text_for(scan(*many(Severity.HIGH, 3)), other)

    assert "max:\n  critical: 0\n  high: 3\n  medium: 0\n  low: 4\n  unknown: 0\n" in text
    assert [note for note in lint(loaded(text), NOW.date()) if "high" not in note] == []


def test_only_what_counts_is_in_the_limits() -> None:
    closed = finding("CVE-2026-1", Severity.HIGH, status=FindingStatus.CLOSED)
    hidden = finding("CVE-2026-2", Severity.HIGH, status=FindingStatus.SUPPRESSED)

    assert loaded(text_for(scan(closed, hidden))).policy.max.high == 1


def test_the_file_says_what_it_was_made_from_harmlessly() -> None:
    hostile = image(target="x\n::error::\nmax: {}\x1b[31m.json")
    text = text_for(scan(image=hostile))

    assert "#   x ::error:: max: {}.json\n" in text
    assert loaded(text).policy.relaxations.require == ("reason", "owner", "until")


@pytest.mark.parametrize(
    ("counts", "severity", "written"),
    [
        ({}, "critical", 1),
        ({Severity.CRITICAL: 2, Severity.HIGH: 1, Severity.MEDIUM: 1, Severity.LOW: 1, Severity.UNKNOWN: 1}, "high", 2),
        (dict.fromkeys(LIMITED, 19), "critical", 20),
    ],
)
def test_the_test_that_fails_is_of_the_lowest_limit(counts: dict[Severity, int], severity: str, written: int) -> None:
    _, failing = loaded(text_for(scan(*(one for of, count in counts.items() for one in many(of, count))))).policy.tests

    assert failing.name == f"one {severity} finding more fails"
    assert (failing.by, len(failing.findings)) == ((f"max.{severity}",), written)
    assert {one.severity for one in failing.findings} == {severity}


def test_a_test_that_nobody_would_read_is_left_out() -> None:
    crowded = scan(*(one for severity in LIMITED for one in many(severity, 20)))

    assert [case.name for case in loaded(text_for(crowded)).policy.tests] == ["nothing found passes"]


def test_without_a_verdict_on_every_image_there_is_none() -> None:
    gone = Refusal(image=image(target="gone.json"), exit_code=3, reason="no such file", hint="look again")

    with pytest.raises(EvidenceError) as raised:
        text_for(scan(), gone)

    assert raised.value.message == "gone.json has no verdict: no such file"
    assert (raised.value.hint, raised.value.exit_code) == ("look again", Exit.NO_VERDICT)
