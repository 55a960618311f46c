"""The findings of the HTML report as rows."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Cvss, Finding, Fix, Kev, Scan, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.document import Policy
from gate.policy.evaluate import Beside, evaluate
from gate.policy.scalars import Until
from gate.policy.verdict import Verdict
from gate.reports.html_findings import Row, rows
from gate.reports.html_stands import stands
from tests.builders import NOW, finding, fixable, image, judge, package, policy, scan, used
from tests.policy.written import compared, policy_of, sight
from tests.reports.samples import SAMPLES
from tests.reports.showcase import showcase

INDEX = "sha256:" + "ef" * 32


def of(verdict: Verdict) -> tuple[Row, ...]:
    return rows(verdict, stands(verdict))


def row(rules: Policy | None = None, **fields: Any) -> Row:
    (one,) = of(judge(rules or policy(max=Max(high=9)), scan(finding(**fields))))
    return one


def test_a_row_says_what_a_reader_wants_to_know_first() -> None:
    first = of(SAMPLES["fail"])[0]
    shown = (first.severity, first.id, first.package, first.installed, first.fixed, first.cvss)
    assert shown == ("critical", "CVE-2026-0001", "openssl, libssl3", "3.0.2-0ubuntu1.10", "3.0.2-0ubuntu1.18", "9.8")
    assert (first.state, first.said) == ("violates", "max.critical, cvss_floor")
    assert first.url == "https://nvd.nist.gov/vuln/detail/CVE-2026-0001"


def test_what_violates_comes_first_then_where_it_stands_each_the_worst_first() -> None:
    found = [(one.state, one.severity, one.cvss) for one in of(SAMPLES["fail"])]
    assert found == [
        ("violates", "critical", "9.8"),
        ("violates", "critical", "9.1"),
        ("violates", "high", "7.5"),
        ("counted", "high", "7.5"),
        ("counted", "medium", "5.5"),
        ("ignored", "medium", "5.9"),
    ]


@pytest.mark.parametrize(
    ("fix", "fixed_in", "fixed", "word"),
    [
        (Fix.FULL, "2.0", "2.0", "yes"),
        (Fix.PARTIAL, "2.0", "2.0", "yes"),
        (Fix.FULL, None, "fix available", "yes"),
        (Fix.NONE, None, "no fix yet", "no"),
        (Fix.UNKNOWN, None, "fix not known", "unknown"),
    ],
)
def test_the_fix_is_its_version_or_a_word(fix: Fix, fixed_in: str | None, fixed: str, word: str) -> None:
    one = row(fix=fix, packages=(package(fixed_in=fixed_in),))
    assert (one.fixed, one.fix) == (fixed, word)


def test_scores_are_empty_where_there_are_none() -> None:
    assert (row().cvss, row().epss) == ("", "")
    one = row(scores=(Cvss(score=7.0, version="3.1", source="nvd"),), epss=0.5)
    assert (one.cvss, one.epss) == ("7.0", "50 %")


@pytest.mark.parametrize(
    ("title", "description", "shown"),
    [
        ("Heap overflow in openssl", "Long.", "Heap overflow in openssl"),
        ("CVE-2026-1000 - openssl", "What it is.", "What it is."),
        ("CVE-2026-1000 - openssl", "", "CVE-2026-1000 - openssl"),
        ("", "What it is.", "What it is."),
    ],
)
def test_the_title_says_what_it_is_about(title: str, description: str, shown: str) -> None:
    assert row(title=title, description=description).title == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [("https://example.com/a", "https://example.com/a"), ("http://example.com", ""), ("javascript:x", ""), (None, "")],
)
def test_only_https_is_a_link(url: str | None, shown: str) -> None:
    one = row(url=url, references=(url,) if url else ())
    assert one.url == shown
    assert one.links == ((shown,) if shown else ())


def test_of_many_references_the_first_are_linked() -> None:
    assert len(row(references=tuple(f"https://example.com/{n}" for n in range(9))).links) == 4


def test_of_many_rules_the_first_are_named() -> None:
    text = "max: {medium: 9}\nrules: [" + ", ".join(f"{{name: r{n}, when: {{severity: high}}}}" for n in range(5)) + "]"
    assert row(policy_of(text)).said == "r0, r1, r2 +2"


def test_an_ignored_finding_says_until_when_and_who_answers_for_it() -> None:
    entries = (
        Ignore(id="CVE-1", reason="r", owner="me", until=Until.parse("2026-12-31")),
        Ignore(id="CVE-2", reason="r"),
    )
    verdict = judge(policy(ignore=entries), scan(finding("CVE-1"), finding("CVE-2")))
    assert [one.said for one in of(verdict)] == ["until 2026-12-31, me", "without end"]


def test_a_finding_in_grace_says_when_it_ends_also_where_another_rule_counts_it() -> None:
    text = "max: {high: 0}\ngrace: {high: 7d}"
    published = NOW - timedelta(days=4)
    calm = row(policy_of(text), published=published)
    assert (calm.state, calm.said, calm.marks) == ("grace", "ends in 3 days", ())
    strict = row(policy_of(f"{text}\nrules: [{{name: all, when: {{severity: high}}}}]"), published=published)
    assert (strict.state, strict.disposition, strict.said) == ("violates", "grace", "all")
    assert strict.marks == (("grace", "grace ends in 3 days"),)


@pytest.mark.parametrize(
    ("days", "ignored", "words"),
    [
        (-1, False, "KEV, overdue since 2026-11-19"),
        (0, False, "KEV, due 2026-11-20"),
        (None, False, "KEV"),
        (-1, True, "KEV"),
    ],
)
def test_a_listed_finding_is_marked_with_its_day_until_it_is_settled(
    days: int | None, ignored: bool, words: str
) -> None:
    due = None if days is None else NOW.date() + timedelta(days=days)
    rules = policy(max=Max(high=9), ignore=(Ignore(id="CVE-*", reason="r"),) if ignored else ())
    assert row(rules, kev=Kev(listed=True, due=due), exploit=True).marks == (
        ("kev", words),
        ("exploit", "exploit known"),
    )
    assert row(rules, kev=Kev(listed=False), exploit=False).marks == ()


def _against(missing: str) -> tuple[Row, ...]:
    old, new = finding("CVE-OLD"), finding("CVE-NEW")
    rules = policy_of("max: {high: 0}\nbaseline: {image: prod}")
    beside = Beside(compared=(compared({old.key: sight()}, missing),))
    return of(evaluate(used(rules), (scan(old, new),), NOW, beside))


def test_what_the_baseline_does_not_have_is_new() -> None:
    assert [(one.id, one.marks) for one in _against("")] == [("CVE-NEW", (("new", "new"),)), ("CVE-OLD", ())]


def test_without_a_usable_baseline_nothing_is_new() -> None:
    assert all(one.marks == () for one in _against("it has no image"))


def _platforms(*findings: tuple[Finding, ...]) -> tuple[Scan, ...]:
    return tuple(
        scan(*held, image=image(index_digest=INDEX, platform=f"linux/arch{n}", digest=f"sha256:{n:064x}"))
        for n, held in enumerate(findings)
    )


def test_platforms_of_one_index_share_a_row_where_they_are_alike() -> None:
    both, one = finding("CVE-BOTH"), finding("CVE-ONE")
    odd = replace(both, description="Something else.")
    verdict = judge(policy(max=Max(high=0)), *_platforms((both, one), (both,), (odd,)))
    found = {(row.id, row.where): row.images for row in of(verdict)}
    assert found == {
        ("CVE-BOTH", "linux/arch0, linux/arch1"): (0, 1),
        ("CVE-BOTH", "linux/arch2"): (2,),
        ("CVE-ONE", "linux/arch0"): (0,),
    }


def test_what_all_platforms_have_is_said_so_and_other_images_keep_their_rows() -> None:
    one = finding("CVE-1")
    scans = (scan(one), *_platforms((one,), (one,)), scan(one, image=image(target="other:v1", repository="other")))
    found = [(row.where, row.images) for row in of(judge(policy(max=Max(high=0)), *scans))]
    assert sorted(found) == [("all 2 platforms", (1, 2)), ("other", (3,)), ("team/app", (0,))]


def test_a_platform_without_a_name_is_called_so() -> None:
    verdict = judge(policy(max=Max(high=0)), *_platforms((finding("CVE-1"),), ()))
    nameless = tuple(replace(held, platform=None) for held in verdict.images)
    assert of(replace(verdict, images=nameless))[0].where == "no platform"


def test_no_finding_is_lost_or_doubled() -> None:
    verdict = showcase()
    places = sorted(index for one in of(verdict) for index in one.images)
    assert places == sorted(n for n, held in enumerate(verdict.images) for _ in held.findings)


def test_findings_in_the_same_packages_say_the_same_of_them() -> None:
    verdict = judge(policy(max=Max(high=0)), scan(*(fixable(f"CVE-{n}") for n in range(3))))
    assert len({(one.package, one.installed, one.fixed, one.facts[0]) for one in of(verdict)}) == 1
    assert of(verdict)[0].severity == Severity.HIGH.value
