"""Changes of severity: which of them is taken, when, and what `relaxations.never` keeps it from."""

from datetime import timedelta

import pytest

from gate.model import Cvss, Finding, Fix, Kev, Severity
from gate.policy.document import Policy
from gate.policy.relaxing import Uses
from gate.policy.settling import Surroundings, settle
from gate.policy.verdict import Adjusted, Disposition, JudgedFinding
from gate.policy.vex import Vex
from tests.builders import NOW, finding, image, judge, package, scan
from tests.policy.written import compared, policy_of, sight

LISTED, UNLISTED = Kev(listed=True), Kev(listed=False)
NEVER = "relaxations: {never: {kev: true}}\n"
ADJUST = "severity: {{adjust: [{}]}}"
DOWN = "{when: {id: CVE-1}, to: low, reason: r, owner: security, until: 2026-12-31}"
UP = "{when: {fix: none}, to: critical, reason: r}"


def settled(rules: Policy, found: Finding) -> JudgedFinding:
    return judge(rules, scan(found)).images[0].findings[0]


@pytest.mark.parametrize(
    ("entries", "fix", "severity", "by"),
    [
        (DOWN, Fix.NONE, Severity.LOW, 0),
        (f"{DOWN}, {UP}", Fix.NONE, Severity.CRITICAL, 1),
        (f"{UP}, {DOWN}", Fix.NONE, Severity.CRITICAL, 0),
        (f"{DOWN}, {UP}", Fix.FULL, Severity.LOW, 0),
        (f"{DOWN}, {UP}", Fix.UNKNOWN, Severity.CRITICAL, 1),
        (UP, Fix.UNKNOWN, Severity.CRITICAL, 0),
        ("{when: {fix: none}, to: low, reason: r}", Fix.UNKNOWN, Severity.HIGH, None),
        ("{when: {id: CVE-1}, to: low, reason: r, until: 2026-11-19}", Fix.NONE, Severity.HIGH, None),
        ("{when: {id: CVE-1}, to: low, reason: r, since: 2026-11-21}", Fix.NONE, Severity.HIGH, None),
        ("{when: {id: CVE-1}, to: high, reason: r}", Fix.NONE, Severity.HIGH, None),
        ("{when: {package: openssl}, to: low, reason: r}", Fix.NONE, Severity.HIGH, None),
        (f"{DOWN}, {DOWN}", Fix.NONE, Severity.LOW, 0),
        (f"{{when: {{id: CVE-1}}, to: medium, reason: r, until: 2026-11-19}}, {DOWN}", Fix.NONE, Severity.LOW, 1),
        (
            "{when: {severity: low}, to: informational, reason: r}, {when: {id: CVE-1}, to: low, reason: r}",
            Fix.NONE,
            Severity.LOW,
            1,
        ),
    ],
)
def test_of_all_changes_known_to_be_for_a_finding_the_worst_severity_counts(
    entries: str, fix: Fix, severity: Severity, by: int | None
) -> None:
    rules = policy_of(f"cvss_floor: 9\n{ADJUST.format(entries)}")

    judged = settled(rules, finding("CVE-1", fix=fix, packages=(package(), package("zlib"))))

    assert (judged.severity, judged.aws_severity) == (severity, "HIGH")
    assert (judged.adjusted.by if judged.adjusted else None) == by


def test_a_change_of_severity_says_on_whose_word_and_what_it_was() -> None:
    rules = policy_of(f"max: {{high: 0, low: 0}}\n{ADJUST.format(DOWN)}")

    judged = judge(rules, scan(finding("CVE-1"))).images[0]

    assert judged.findings[0].adjusted == Adjusted(
        before=Severity.HIGH, by=0, reason="r", owner="security", until="2026-12-31"
    )
    assert {rule.name for rule in judged.rules if rule.outcome.value == "fail"} == {"max.low"}


@pytest.mark.parametrize(
    ("before", "to", "kev", "after"),
    [
        (Severity.HIGH, "low", LISTED, Severity.HIGH),
        (Severity.HIGH, "low", None, Severity.HIGH),
        (Severity.HIGH, "low", UNLISTED, Severity.LOW),
        (Severity.HIGH, "critical", LISTED, Severity.CRITICAL),
        (Severity.UNKNOWN, "critical", None, Severity.UNKNOWN),
        (Severity.UNKNOWN, "critical", UNLISTED, Severity.CRITICAL),
    ],
)
def test_never_keeps_a_severity_from_being_lowered_and_not_from_being_raised(
    before: Severity, to: str, kev: Kev | None, after: Severity
) -> None:
    entry = f"{{when: {{id: CVE-1}}, to: {to}, reason: r}}"
    rules = policy_of(f"cvss_floor: 9\n{NEVER}{ADJUST.format(entry)}")

    assert settled(rules, finding("CVE-1", before, kev=kev)).severity is after


@pytest.mark.parametrize(("before", "to"), [(Severity.CRITICAL, "low"), (Severity.LOW, "critical")])
def test_never_is_asked_of_the_severity_before_and_after_the_change(before: Severity, to: str) -> None:
    entry = f"{{when: {{id: CVE-1}}, to: {to}, reason: r}}"
    never = "relaxations: {never: {severity: critical}}"
    ignore = "ignore: [{id: CVE-1, reason: r}, {id: CVE-2, reason: r}]"
    rules = policy_of(f"cvss_floor: 9\n{never}\n{ADJUST.format(entry)}\n{ignore}")

    found = judge(rules, scan(finding("CVE-1", before), finding("CVE-2", Severity.LOW))).images[0].findings

    assert {one.id: one.disposition.value for one in found} == {"CVE-1": "counted", "CVE-2": "ignored"}
    assert {one.severity for one in found if one.id == "CVE-1"} == {Severity.CRITICAL}


def test_what_comes_after_the_change_sees_the_severity_that_it_gave() -> None:
    rules = policy_of(f"max: {{low: 0}}\n{ADJUST.format(DOWN)}\ngrace: {{low: 7d}}")

    judged = settled(rules, finding("CVE-1", published=NOW))

    assert (judged.disposition, judged.severity) == (Disposition.GRACE, Severity.LOW)
    assert "(grace.low)" in judged.settled_by


def test_findings_stand_worst_first_as_they_are_judged_and_then_by_key() -> None:
    severities = [Severity.UNKNOWN, Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH]
    listed = [finding("CVE-1", one, packages=(package(name),)) for one in severities for name in ("b", "a")]
    raised = ADJUST.format("{when: {id: CVE-2}, to: critical, reason: r}")
    rules = policy_of(f"cvss_floor: 9\n{raised}\n{NEVER}ignore: [{{id: CVE-1, reason: r}}]")

    added = finding("CVE-2", Severity.INFORMATIONAL, kev=UNLISTED, packages=(package("z"),))
    found = judge(rules, scan(*listed, added)).images[0].findings

    words = ["critical", "high", "medium", "low", "unknown"]
    assert list(dict.fromkeys(one.severity.value for one in found)) == words
    assert [one.packages[0].name for one in found] == ["a", "b", "z"] + ["a", "b"] * 4
    assert [one.id for one in found if one.adjusted] == ["CVE-2"]
    assert {one.disposition for one in found} == {Disposition.COUNTED}


def test_every_change_that_matches_is_of_use_and_one_that_never_keeps_back_is_told() -> None:
    pairs = (("CVE-1", "low"), ("CVE-*", "medium"), ("CVE-9", "low"), ("CVE-2", "high"))
    entries = ", ".join(f"{{when: {{id: {name}}}, to: {to}, reason: r}}" for name, to in pairs)
    rules = policy_of(f"cvss_floor: 9\n{NEVER}{ADJUST.format(entries)}")
    uses = Uses()
    around = Surroundings(image=image(), now=NOW, env=None, vex=Vex((), NOW), compared=None, uses=uses)

    settle(rules, [finding("CVE-1", kev=LISTED), finding("CVE-2", kev=LISTED)], around)

    assert uses.used == {"severity.adjust[0]", "severity.adjust[1]", "severity.adjust[3]"}
    assert uses.barred == {"severity.adjust[1]"}


LISTED_BY_NVD = (Cvss(score=5.0, version="3.1", source="inspector"), Cvss(score=9.5, version="3.1", source="nvd"))


@pytest.mark.parametrize(("sources", "severity"), [("nvd, inspector", "critical"), ("inspector, nvd", "high")])
def test_a_change_may_ask_for_the_score_that_the_policy_judges_by(sources: str, severity: str) -> None:
    entry = "{when: {cvss: 9.0+}, to: critical, reason: r}"
    rules = policy_of(f"cvss_floor: 10\ncvss: {{from: [{sources}]}}\n{ADJUST.format(entry)}")

    assert settled(rules, finding(scores=LISTED_BY_NVD)).severity.value == severity


@pytest.mark.parametrize(
    ("here", "there", "severity"),
    [(40, None, "low"), (None, 40, "low"), (4, None, "high"), (4, 40, "low"), (None, None, "high")],
)
def test_a_change_may_ask_for_the_age_since_the_first_sight_here_or_in_the_baseline(
    here: int | None, there: int | None, severity: str
) -> None:
    entry = "{when: {age: 30d+}, to: low, reason: r}"
    rules = policy_of(f"cvss_floor: 9\nbaseline: {{judge: new}}\n{ADJUST.format(entry)}")
    found = finding(first_seen=None if here is None else NOW - timedelta(days=here))
    seen = {} if there is None else {found.key: sight(first_seen=NOW - timedelta(days=there))}

    judged = judge(rules, scan(found), compared=(compared(seen),)).images[0].findings[0]

    assert judged.severity.value == severity


def test_what_never_holds_before_or_after_the_change_is_barred_whatever_the_place_it_then_stands_at() -> None:
    entries = "{when: {id: CVE-UP}, to: critical, reason: r}, {when: {id: CVE-DOWN}, to: low, reason: r}"
    rules = policy_of(
        f"cvss_floor: 9\nrelaxations: {{never: {{any: [{{severity: high}}, {{id: CVE-NEVER}}]}}}}\n"
        f"{ADJUST.format(entries)}\nignore: [{{id: CVE-*, reason: r}}]"
    )
    low, high = ("CVE-NEVER", Severity.LOW), ("CVE-DOWN", Severity.HIGH)
    names = (low, ("CVE-FREE", Severity.MEDIUM), ("CVE-UP", Severity.HIGH), high, ("CVE-A", Severity.CRITICAL))
    listed = [finding(name, severity) for name, severity in names]
    around = Surroundings(image=image(), now=NOW, env=None, vex=Vex((), NOW), compared=None, uses=Uses())

    found = settle(rules, listed, around)

    assert [(one.id, one.severity.value) for one in found.findings] == [
        ("CVE-A", "critical"),
        ("CVE-UP", "critical"),
        ("CVE-DOWN", "high"),
        ("CVE-FREE", "medium"),
        ("CVE-NEVER", "low"),
    ]
    assert [one.disposition.value for one in found.settlements] == [
        *("ignored", "counted", "counted", "ignored", "counted")
    ]
    assert found.never == 0b10110
