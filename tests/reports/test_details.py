"""What reports say of single findings."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from gate.model import Fix, Package, Severity
from gate.plain import neutral
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import IgnoredBy, Outcome
from gate.reports import details
from tests.builders import fixable, judge, package, policy, scan
from tests.reports.samples import HOSTILE, SAMPLES, flaw

BY = IgnoredBy(reason="Why.", owner="me", ticket="T-1", until="2026-12-31", justification=None, entries=(0,))


def test_violations_come_worst_first_each_with_its_rules() -> None:
    found = details.violations(SAMPLES["fail"].images[0])
    assert [(violation.finding.id, violation.rules) for violation in found] == [
        ("CVE-2026-0001", ("max.critical", "cvss_floor")),
        ("CVE-2026-0002", ("max.critical", "cvss_floor")),
        ("CVE-2026-0004", ("max.high.fixable",)),
    ]
    assert details.violations(SAMPLES["pass"].images[0]) == ()


def test_of_one_severity_the_higher_score_comes_first_and_none_last() -> None:
    findings = [flaw(f"CVE-{n}", Severity.HIGH, score=score) for n, score in enumerate((None, 5.0, 8.0))]
    judged = judge(policy(max=Max(high=0)), scan(*findings)).images[0]
    assert [violation.finding.id for violation in details.violations(judged)] == ["CVE-2", "CVE-1", "CVE-0"]
    rule = next(rule for rule in judged.rules if rule.name == "max.high")
    assert [finding.id for finding in details.findings_of(judged, rule)] == ["CVE-2", "CVE-1", "CVE-0"]


def test_accepted_risks_in_the_same_words_are_told_together_in_the_policys_order() -> None:
    entries = (
        Ignore(package="b", reason="First."),
        Ignore(package="a", reason="Second."),
        Ignore(id="CVE-3", reason="First."),
    )
    findings = [flaw(f"CVE-{n}", Severity.HIGH, package(name)) for n, name in enumerate("aabc")]
    judged = judge(policy(ignore=entries), scan(*findings)).images[0]
    told = [([f.id for f in risk.findings], risk.by.reason) for risk in details.accepted_risks(judged)]
    assert told == [(["CVE-2"], "First."), (["CVE-0", "CVE-1"], "Second."), (["CVE-3"], "First.")]


def test_a_finding_in_one_line() -> None:
    lines = [details.finding_line(finding) for finding in SAMPLES["fail"].images[0].findings]
    assert lines[0] == (
        "CRITICAL CVE-2026-0001 (CVSS 9.8): openssl 3.0.2-0ubuntu1.10 -> 3.0.2-0ubuntu1.18, "
        "libssl3 3.0.2-0ubuntu1.10 -> 3.0.2-0ubuntu1.18; fix available"
    )
    assert "HIGH CVE-2026-0005 (CVSS 7.5): bash 5.1; no fix yet" in lines


@pytest.mark.parametrize(
    ("packages", "text", "names"),
    [
        ((), "no package named", "-"),
        ((Package(name=""),), "(no name)", "(no name)"),
        ((package("a"), package("a", path="x")), "a 1.0-1, a 1.0-1", "a"),
        (tuple(map(package, "abcde")), "a 1.0-1, b 1.0-1, c 1.0-1 and 2 more", "a, b, c +2"),
    ],
)
def test_packages_in_words(packages: tuple[Package, ...], text: str, names: str) -> None:
    assert details.packages_text(packages) == text
    assert details.package_names(packages) == names


@pytest.mark.parametrize(
    ("versions", "text"),
    [((), "-"), ((None, ""), "-"), (("1", "1", "2"), "1, 2"), (("1", "2", "3", "4", "5"), "1, 2, 3 +2")],
)
def test_versions_in_words(versions: tuple[str | None, ...], text: str) -> None:
    assert details.versions_text(versions) == text


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (BY, "Why. (owner me, ticket T-1, until 2026-12-31, 31 days left)"),
        (
            replace(BY, until="2026-12-01 or fixed"),
            "Why. (owner me, ticket T-1, until 2026-12-01 or fixed, 1 day left)",
        ),
        (replace(BY, until="2026-11-30", ticket=None), "Why. (owner me, until 2026-11-30, last day)"),
        (replace(BY, until="2026-01-01", owner=None, ticket=None), "Why. (until 2026-01-01, last day)"),
        (replace(BY, until="fixed", owner=None), "Why. (ticket T-1, until fixed)"),
        (replace(BY, reason=None, owner=None, ticket=None, until=None), "no reason given"),
    ],
)
def test_an_accepted_risk_in_words(by: IgnoredBy, text: str) -> None:
    assert details.accepted_text(by, datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == text


def test_days_left_are_told_only_with_a_day_to_count_from() -> None:
    assert details.accepted_text(BY) == "Why. (owner me, ticket T-1, until 2026-12-31)"


def test_upgrades_in_words() -> None:
    assert [details.upgrade_text(upgrade) for upgrade in SAMPLES["fail"].upgrades] == [
        "openssl (OS) 3.0.2-0ubuntu1.10 -> 3.0.2-0ubuntu1.18: clears 2 violations",
        "libssl3 (OS) 3.0.2-0ubuntu1.10 -> 3.0.2-0ubuntu1.18: clears 1 violation",
        "log4j-core (JAR) 2.14.1 -> 2.17.1: clears 1 violation",
    ]
    bare = replace(SAMPLES["fail"].upgrades[0], name="", type=None, installed=())
    assert details.upgrade_text(bare) == "(no name) - -> 3.0.2-0ubuntu1.18: clears 2 violations"


@pytest.mark.parametrize(
    ("verdict", "after", "text"),
    [
        (Outcome.FAIL, Outcome.PASS, "All of these together are enough: then the verdict is PASS."),
        (Outcome.FAIL, Outcome.WARN, "All of these together are enough: then the verdict is WARN."),
        (Outcome.FAIL, Outcome.NO_VERDICT, "All of these together make the verdict NO VERDICT."),
        (Outcome.FAIL, Outcome.FAIL, "Even with all of these the verdict stays FAIL."),
        (Outcome.PASS, None, ""),
    ],
)
def test_whether_upgrades_are_enough(verdict: Outcome, after: Outcome | None, text: str) -> None:
    assert details.upgrades_outcome(replace(SAMPLES["fail"], verdict=verdict, verdict_after_upgrades=after)) == text


def test_remedies_are_the_upgrades_of_that_images_findings() -> None:
    two = judge(policy(max=Max(high=0)), scan(fixable(names=("a",))), scan(fixable(names=("b",))))
    told = [[up.name for up in details.remedies(two, n, two.images[n].findings)] for n in (0, 1)]
    assert told == [["a"], ["b"]]
    assert details.remedies(two, 0, ()) == ()


def test_every_fix_state_has_words() -> None:
    assert list(details.FIX_WORDS) == list(Fix)


def test_all_of_it_is_neutral_whatever_aws_says() -> None:
    image = SAMPLES["hostile"].images[0]
    told = [details.finding_line(finding) for finding in image.findings]
    told += [details.accepted_text(risk.by) for risk in details.accepted_risks(image)]
    told += [details.upgrade_text(upgrade) for upgrade in SAMPLES["hostile"].upgrades]
    told += [details.finding_name(finding) for finding in image.findings]
    assert "(no id)" in told
    assert len(told) > 15
    assert [text for text in told if neutral(text) != text or "\n" in text or HOSTILE in text or not text] == []
