"""The shipped policies: each does what its comments say."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.model import Cvss, Finding, Fix, Kind, ScanState, Severity
from gate.policy.lint import lint
from gate.policy.loader import Loaded, load, loads
from gate.policy.testing import run_cases, unfired
from gate.policy.verdict import Outcome
from tests.builders import NOW, finding, fixable, judge, scan

FOLDER = Path(__file__).parents[1] / "policies"
NAMES = (
    "default",
    "fixable-only",
    "grace",
    "known-exploited",
    "org-base",
    "org-team",
    "report-only",
    "strict",
)
STAGED = {"org-base", "org-team"}
"""Those with a rule that warns before it fails, which is noted."""
CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN = (
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.MEDIUM,
    Severity.LOW,
    Severity.UNKNOWN,
)


def shipped(name: str) -> Loaded:
    """Return a shipped policy."""
    return load(FOLDER / f"{name}.yaml")


def unfixable(severity: Severity, number: int = 1, **fields: object) -> Finding:
    """Return a finding that nobody has fixed yet, of a score below every floor."""
    scores = (Cvss(score=1.0, version="3.1", source="nvd"),)
    return finding(f"CVE-2026-{number}", severity, **{"fix": Fix.NONE, "scores": scores, **fields})


def test_these_are_the_policies_that_ship() -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == [f"{name}.yaml" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_begins_by_saying_what_it_is_for_and_has_no_notes(name: str) -> None:
    assert (FOLDER / f"{name}.yaml").read_text().startswith("# ")
    assert shipped(name).name == name
    notes = lint(shipped(name), date(2026, 11, 23))
    assert len(notes) == (name in STAGED)
    assert all("warns until it fails" in note for note in notes)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_is_tested_rule_by_rule(name: str) -> None:
    loaded = shipped(name)
    results = run_cases(loaded, NOW)

    assert [result.name for result in results if not result.passed] == []
    assert unfired(loaded, results) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_image_passes(name: str) -> None:
    clean = judge(shipped(name).policy, scan(), env="prod")
    assert clean.images[0].verdict is Outcome.PASS
    assert all("matched nothing" in warned.text for warned in clean.warnings)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_without_a_finished_scan_never_passes(name: str) -> None:
    assert judge(shipped(name).policy, scan(state=ScanState.FAILED, reason="failed")).verdict is Outcome.NO_VERDICT


@pytest.mark.parametrize(
    ("found", "default", "fixable_only", "strict"),
    [
        (fixable(severity=CRITICAL), "fail", "fail", "fail"),
        (unfixable(CRITICAL), "fail", "pass", "fail"),
        (unfixable(CRITICAL, fix=Fix.UNKNOWN), "fail", "fail", "fail"),
        (fixable(severity=HIGH), "fail", "fail", "fail"),
        (unfixable(HIGH, fix=Fix.PARTIAL), "fail", "fail", "fail"),
        (unfixable(HIGH), "pass", "pass", "fail"),
        (unfixable(HIGH, fix=Fix.UNKNOWN), "fail", "fail", "fail"),
        (fixable(severity=MEDIUM), "pass", "fail", "pass"),
        (unfixable(MEDIUM), "pass", "pass", "pass"),
        (fixable(severity=LOW), "pass", "pass", "pass"),
        (unfixable(LOW, scores=(Cvss(score=7.0, version="3.1", source="nvd"),)), "pass", "pass", "fail"),
        (fixable(severity=UNKNOWN), "fail", "fail", "fail"),
        (unfixable(UNKNOWN), "fail", "pass", "fail"),
    ],
)
def test_what_each_policy_blocks(found: Finding, default: str, fixable_only: str, strict: str) -> None:
    outcomes = [
        judge(shipped(name).policy, scan(found)).verdict.value for name in ("default", "fixable-only", "strict")
    ]
    assert outcomes == [default, fixable_only, strict]


@pytest.mark.parametrize("found", [unfixable(CRITICAL), fixable(severity=HIGH), unfixable(UNKNOWN)])
def test_report_only_warns_where_the_default_fails(found: Finding) -> None:
    verdict = judge(shipped("report-only").policy, scan(found))
    assert (verdict.verdict, verdict.exit_code) == (Outcome.WARN, 0)
    assert judge(shipped("default").policy, scan(found)).verdict is Outcome.FAIL


def test_report_only_limits_what_the_default_limits() -> None:
    assert shipped("report-only").policy.max == shipped("default").policy.max


@pytest.mark.parametrize(("count", "outcome"), [(10, Outcome.PASS), (11, Outcome.FAIL)])
def test_strict_allows_ten_medium_findings(count: int, outcome: Outcome) -> None:
    verdict = judge(shipped("strict").policy, scan(*(unfixable(MEDIUM, number) for number in range(count))))
    assert verdict.verdict is outcome


@pytest.mark.parametrize(
    "times",
    [
        {"completed_at": NOW - timedelta(hours=25)},
        {"data_at": NOW - timedelta(hours=73)},
        {"data_at": None},
        {"completed_at": None, "data_at": None},
    ],
)
def test_strict_takes_no_stale_scan_for_evidence(times: dict[str, object]) -> None:
    old = scan(kind=Kind.BASIC, **times)
    assert judge(shipped("strict").policy, old).verdict is Outcome.NO_VERDICT
    assert judge(shipped("default").policy, old).verdict is not Outcome.NO_VERDICT


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{id: CVE-1, reason: r, owner: o, until: 2026-12-31}", "lacks `since`"),
        ("{id: CVE-1, reason: r, since: 2026-11-01, until: 2026-12-31}", "lacks `owner`"),
        ("{id: CVE-1, reason: r, owner: o, since: 2026-01-01, until: 2026-12-31}", "is 364 days after `since`"),
    ],
)
def test_strict_takes_no_exception_without_owner_and_end(entry: str, fault: str) -> None:
    text = (FOLDER / "strict.yaml").read_text()
    with pytest.raises(PolicyError, match=fault):
        loads(f"{text}ignore: [{entry}]\n".encode(), file="strict.yaml")


def test_strict_fails_over_an_exception_that_matches_nothing() -> None:
    text = (FOLDER / "strict.yaml").read_text()
    entry = "{id: CVE-1, reason: r, owner: o, since: 2026-11-01, until: 2026-12-31}"
    rules = loads(f"{text}ignore: [{entry}]\n".encode(), file="strict.yaml").policy
    assert judge(rules, scan()).verdict is Outcome.FAIL


@pytest.mark.parametrize("name", ["default", "strict"])
def test_the_commented_example_is_one_that_loads(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()
    begin = text.index("# ignore:\n")
    example = "\n".join(line.removeprefix("# ") for line in text[begin:].splitlines())
    (entry,) = loads(f"{text[:begin]}{example}\n".encode(), file="p.yaml").policy.ignore
    assert entry.id == "CVE-2026-12345"
