"""What a SARIF log leaves out when there is too much of it, and that it says so."""

import random

import pytest

from gate.model import Package, Severity
from gate.policy.clauses import Max
from gate.reports import sarif
from gate.reports.sarif import render
from tests.builders import finding, image, judge, policy, scan
from tests.reports.samples import many
from tests.reports.sarif_faults import faults, log_of
from tests.reports.sarif_runs import NONE_ALLOWED, judged, notes, run_of


def test_no_more_than_5000_results_and_the_first_notification_says_so() -> None:
    verdict = many(10_000)
    run = run_of(verdict)

    assert len(run["results"]) == 5_000
    assert notes(run)[0] == (
        "5,000 of 10,000 results are in this run, the worst first; left out: 5,000 allowed. "
        "The verdict document has all of them."
    )
    assert sum(result["level"] == "error" for result in run["results"]) == len(
        {index for rule in verdict.images[0].rules for index in rule.findings}
    )


def test_violations_stay_when_something_must_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_CUTS", ((3, 3),))
    found = [finding(f"CVE-2026-{n}", Severity.CRITICAL) for n in range(3)] + [finding("CVE-2026-9", Severity.LOW)]
    run = judged(*found, rules=policy(max=Max(low=0)))

    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("CVE-2026-9", "error"),
        ("CVE-2026-0", "warning"),
        ("CVE-2026-1", "warning"),
    ]
    assert "left out: 1 allowed." in notes(run)[0]


def test_more_violations_than_a_run_may_hold_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_CUTS", ((3, 2),))
    found = [finding(f"CVE-2026-{n}") for n in range(4)] + [finding("A", Severity.INFORMATIONAL)]
    run = judged(*found, finding("B", Severity.LOW), rules=NONE_ALLOWED)

    assert [result["level"] for result in run["results"]] == ["error"] * 3
    assert (
        "3 of 6 results are in this run, the worst first; left out: 1 violating, 1 allowed, 1 minor." in notes(run)[0]
    )


def test_code_scanning_takes_20_runs_so_the_most_urgent_are_kept() -> None:
    scans = [scan(image=image(repository=f"team/app{n:02}")) for n in range(21)]
    bad = scan(finding(severity=Severity.CRITICAL), image=image(repository="team/bad"))
    text = render(judge(NONE_ALLOWED, *scans, bad))
    runs = log_of(text)["runs"]

    assert faults(text) == []
    assert [run["automationDetails"]["id"] for run in runs] == [
        *(f"scan-gate/team/app{n:02}/" for n in range(19)),
        "scan-gate/team/bad/",
    ]
    assert notes(runs[0]) == ["Code scanning takes 20 runs a file: 2 more images were judged and are not in it."]


def test_a_file_that_would_be_too_large_is_cut_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_BYTES", 90_000)
    chance = random.Random(5)
    bad, fair = (
        [finding(f"{word}-{n}", severity, description=chance.randbytes(500).hex()) for n in range(150)]
        for word, severity in (("BAD", Severity.CRITICAL), ("FAIR", Severity.LOW))
    )
    run = judged(*bad, *fair, rules=NONE_ALLOWED)

    assert [result["level"] for result in run["results"]] == ["error"] * 100
    assert "left out: 50 violating, 150 allowed." in notes(run)[0]


def test_a_file_is_never_cut_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_BYTES", 10)
    run = judged(finding("A"), finding("B"), rules=NONE_ALLOWED)

    assert [result["ruleId"] for result in run["results"]] == ["A"]


def test_the_worst_that_can_be_named_still_fits() -> None:
    wild = "".join(map(chr, random.Random(7).sample(range(0x4E00, 0x9FA5), 2_000)))
    held = tuple(Package(name=f"{n}{wild}", version=wild, fixed_in=wild, type=wild, path=wild) for n in range(30))
    found = [
        finding(f"{n}{wild}", packages=held, title=wild, description=wild, aliases=(wild,) * 50) for n in range(20)
    ]
    verdict = judge(NONE_ALLOWED, *(scan(*found, image=image(repository=f"{n}/{wild}")) for n in range(4)))

    assert faults(render(verdict)) == []
