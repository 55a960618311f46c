"""The partition: what settles a finding, in which order, and what the counts say of it."""

import pytest

from gate.model import FindingStatus, Severity
from gate.policy.document import Ignore, Max, ScanDemands
from gate.policy.scalars import Until
from gate.policy.verdict import Disposition, Outcome, Tally
from tests.builders import finding, judge, package, policy, scan

ACCEPTED = Ignore(id="CVE-1", reason="Not compiled in.", owner="team", ticket="SEC-1", until=Until.parse("2026-12-31"))


@pytest.mark.parametrize(
    ("status", "suppressed", "ignored", "disposition"),
    [
        (FindingStatus.ACTIVE, "count", False, Disposition.COUNTED),
        (FindingStatus.ACTIVE, "trust", False, Disposition.COUNTED),
        (FindingStatus.ACTIVE, "count", True, Disposition.IGNORED),
        (FindingStatus.SUPPRESSED, "count", False, Disposition.COUNTED),
        (FindingStatus.SUPPRESSED, "count", True, Disposition.IGNORED),
        (FindingStatus.SUPPRESSED, "trust", False, Disposition.SUPPRESSED),
        (FindingStatus.SUPPRESSED, "trust", True, Disposition.SUPPRESSED),
        (FindingStatus.CLOSED, "count", False, Disposition.CLOSED),
        (FindingStatus.CLOSED, "count", True, Disposition.CLOSED),
    ],
)
def test_a_finding_ends_in_the_first_place_that_takes_it(
    status: FindingStatus, suppressed: str, *, ignored: bool, disposition: Disposition
) -> None:
    demands = ScanDemands(inspector_suppressed="trust" if suppressed == "trust" else "count")
    rules = policy(max=Max(high=0), ignore=(ACCEPTED,) if ignored else (), scan=demands)

    judged = judge(rules, scan(finding("CVE-1", status=status))).images[0]

    assert judged.findings[0].disposition is disposition
    assert judged.verdict is (Outcome.FAIL if disposition is Disposition.COUNTED else Outcome.PASS)
    assert bool(judged.findings[0].ignored_by) is (disposition is Disposition.IGNORED)
    assert judged.counts is not None
    assert judged.counts.high == Tally(found=1, **{disposition.value: 1})


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (FindingStatus.ACTIVE, "nothing in the policy settles it"),
        (FindingStatus.SUPPRESSED, "suppressed in Inspector, which scan.inspector_suppressed does not trust"),
        (FindingStatus.CLOSED, "AWS says that it is closed"),
    ],
)
def test_each_place_says_why(status: FindingStatus, words: str) -> None:
    assert judge(policy(), scan(finding(status=status))).images[0].findings[0].settled_by == words


def test_an_accepted_risk_says_on_whose_word_and_until_when() -> None:
    rules = policy(ignore=(Ignore(id="CVE-2"), ACCEPTED))

    found = judge(rules, scan(finding("CVE-1"), finding("CVE-2"))).images[0].findings

    assert [one.settled_by for one in found] == [
        "accepted by ignore entry 2: Not compiled in., owner team, ticket SEC-1, until 2026-12-31",
        "accepted by ignore entry 1: -",
    ]


def test_a_hostile_reason_stays_on_its_line() -> None:
    rules = policy(ignore=(Ignore(id="CVE-1", reason="a\n::error::b\x1b[31m" + "x" * 2_000, owner="o\nwner"),))

    told = judge(rules, scan(finding("CVE-1"))).images[0].findings[0].settled_by

    assert told.isprintable()
    assert len(told) < 500


def test_findings_stand_worst_first_and_then_by_key() -> None:
    severities = [Severity.UNKNOWN, Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH]
    listed = [finding("CVE-1", one, packages=(package(name),)) for one in severities for name in ("b", "a")]

    found = judge(policy(), scan(*listed, finding("CVE-1", Severity.INFORMATIONAL))).images[0].findings

    words = ["critical", "high", "medium", "low", "informational", "unknown"]
    assert list(dict.fromkeys(one.severity.value for one in found)) == words
    assert [one.packages[0].name for one in found] == ["a", "b"] * 4 + ["openssl"] + ["a", "b"]


def test_everything_that_aws_says_of_a_finding_is_kept() -> None:
    listed = scan(finding("CVE-1", aliases=("GHSA-1",), exploit=True, url="https://example.com", arn="arn:aws:x"))

    judged = judge(policy(), listed).images[0].findings[0]

    for name in listed.findings[0].__struct_fields__:
        assert getattr(judged, name) == getattr(listed.findings[0], name)


def test_nothing_listed_is_counted_as_nothing() -> None:
    counts = judge(policy()).images[0].counts

    assert counts is not None
    assert all(counts.of(severity) == Tally() for severity in Severity)
