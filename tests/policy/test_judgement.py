"""The judgement of one image: what is counted, and what no override may relax."""

from datetime import timedelta
from typing import Any

import pytest

from gate.model import Cvss, Finding, FindingStatus, Fix, Kev, Severity
from gate.policy.judgement import Judgement
from gate.policy.relaxing import Uses
from gate.policy.settling import Surroundings
from gate.policy.verdict import Disposition, ImageVerdict, Outcome, RuleOutcome, RuleVerdict, Tally, VexBy
from gate.policy.vex import Vex
from tests.builders import NOW, finding, fixable, image, judge, package, policy, scan
from tests.policy.written import compared, naming_vex, policy_of, sight, statement

LISTED, UNLISTED = Kev(listed=True), Kev(listed=False)
NEVER = "relaxations: {never: {kev: true}}"
RULES = """\
max: {high: 0, low: 1}
cvss_floor: 9
rules: [{name: r, when: {package: banned}}]
"""
BANNED = (package("banned"),)


def judged(text: str, *found: Finding, **beside: Any) -> ImageVerdict:
    return judge(policy_of(text), scan(*found), **beside).images[0]


def outcomes(one: ImageVerdict | tuple[RuleVerdict, ...]) -> dict[str, tuple[int, str]]:
    """Return how many findings each rule counts, and how it came out; rules that hold are left out."""
    rules = one.rules if isinstance(one, ImageVerdict) else one
    return {
        rule.name: (rule.count, rule.outcome.value)
        for rule in rules
        if rule.outcome in {RuleOutcome.FAIL, RuleOutcome.WARN}
    }


def test_each_finding_is_counted_once_where_it_ended() -> None:
    text = "ignore: [{id: CVE-2, reason: r}]\nbaseline: {judge: new}\ngrace: {high: 7d}\n"
    text += "scan: {inspector_suppressed: trust}"
    listed = (
        finding("CVE-1"),
        finding("CVE-2"),
        finding("CVE-2026-1000"),
        finding("CVE-4"),
        finding("CVE-5", published=NOW),
        finding("CVE-6", status=FindingStatus.SUPPRESSED),
        finding("CVE-7", status=FindingStatus.CLOSED),
        finding("CVE-8", Severity.LOW),
    )
    seen = compared({listed[3].key: sight()})

    one = judge(naming_vex(policy_of(f"{RULES}{text}")), scan(*listed), vex=(statement(),), compared=(seen,)).images[0]

    assert one.counts is not None
    assert one.counts.high == Tally(found=7, counted=1, ignored=1, vex=1, baseline=1, grace=1, suppressed=1, closed=1)
    assert (one.counts.low, one.counts.critical) == (Tally(found=1, counted=1), Tally())
    assert {one.disposition for one in one.findings} == set(Disposition)


def test_nothing_listed_is_counted_as_nothing() -> None:
    counts = judge(policy()).images[0].counts

    assert counts is not None
    assert all(counts.of(severity) == Tally() for severity in Severity)


def test_everything_that_aws_says_of_a_finding_is_kept() -> None:
    everything = finding(
        "CVE-1",
        aliases=("GHSA-1",),
        scores=(Cvss(score=7.5, version="3.1", source="nvd", vector="AV:N"),),
        exploit=True,
        epss=0.5,
        epss_source="inspector",
        kev=LISTED,
        in_use=True,
        cwes=("CWE-79",),
        first_seen=NOW - timedelta(days=3),
        published=NOW - timedelta(days=9),
        updated=NOW,
        packages=(package(path="/a", arch="X86_64", layer="sha256:1", fixed_in="2"),),
        url="https://example.com",
        references=("https://example.com/a",),
        arn="arn:aws:x",
        status=FindingStatus.SUPPRESSED,
        fix=Fix.PARTIAL,
    )
    listed = scan(everything)

    told = judge(policy(), listed).images[0].findings[0]

    defaults = finding()
    for name in listed.findings[0].__struct_fields__:
        assert getattr(told, name) == getattr(listed.findings[0], name)
        assert name in {"severity", "aws_severity", "description"} or getattr(told, name) != getattr(defaults, name)
    assert told.cvss == everything.scores[0]


def test_a_statement_of_vex_is_kept_with_its_words() -> None:
    told = judge(naming_vex(policy()), scan(finding()), vex=(statement(note="Never called."),)).images[0].findings[0]

    assert told.vex == VexBy(
        status="not_affected",
        justification="vulnerable_code_not_present",
        note="Never called.",
        author="security@example.com",
        file="app.vex.json",
        timestamp=NOW,
    )


def test_limits_and_rules_can_be_judged_over_some_of_the_findings() -> None:
    around = Surroundings(image=image(), now=NOW, env=None, vex=Vex((), NOW), compared=None, uses=Uses())
    listed = (
        finding("CVE-1", packages=BANNED),
        finding("CVE-2"),
        finding("CVE-3", Severity.LOW, packages=BANNED),
    )
    one = Judgement(policy_of(RULES), listed, around)

    assert outcomes(one.rules()) == {"max.high": (2, "fail"), "r": (2, "fail")}
    assert outcomes(one.rules(only=0b110)) == {"max.high": (1, "fail"), "r": (1, "fail")}
    assert outcomes(one.rules(only=0b010)) == {"max.high": (1, "fail")}
    assert outcomes(one.rules(only=0)) == {}
    assert one.without(frozenset({0, 2})) == one.rules(only=0b010)
    assert one.without(frozenset()) == one.rules()


def test_rules_look_at_what_is_postponed_and_limits_do_not() -> None:
    found = finding(packages=BANNED, published=NOW)

    for relaxation in ("grace: {high: 7d}", "baseline: {judge: new}"):
        one = judged(f"{RULES}{relaxation}", found, compared=(compared({found.key: sight()}),))
        assert outcomes(one) == {"r": (1, "fail")}
    assert outcomes(judged(f"{RULES}ignore: [{{id: CVE-*, reason: r}}]", found)) == {}


@pytest.mark.parametrize(
    ("change", "found", "expected"),
    [
        ("max: {high: 9}", finding(kev=LISTED), {"relaxations.never": (1, "fail")}),
        ("max: {high: 9}", finding(kev=None), {"relaxations.never": (1, "fail")}),
        ("max: {high: 9}", finding(kev=UNLISTED), {}),
        ("mode: warn", finding(kev=LISTED), {"max.high": (1, "warn"), "relaxations.never": (1, "fail")}),
        ("mode: warn", finding(kev=UNLISTED), {"max.high": (1, "warn")}),
        (
            "grace: {high: 7d}",
            finding(kev=LISTED, published=NOW),
            {"max.high": (1, "fail"), "relaxations.never": (1, "fail")},
        ),
        ("grace: {high: 7d}", finding(kev=UNLISTED, published=NOW), {}),
        ("cvss_floor: 10", finding("CVE-1", Severity.CRITICAL, kev=LISTED), {"relaxations.never": (1, "fail")}),
        (
            "rules: [{name: r, when: {package: banned}, max: 9}], max: {high: 9}",
            finding("CVE-1", Severity.LOW, kev=LISTED, packages=BANNED),
            {"relaxations.never": (1, "fail")},
        ),
        ("max: {high: 9}", finding("CVE-1", Severity.LOW, kev=LISTED), {}),
        (
            "scan: {inspector_suppressed: trust}",
            finding(kev=LISTED, status=FindingStatus.SUPPRESSED),
            {"relaxations.never": (1, "fail")},
        ),
        ("max: {high: 9}", finding(kev=LISTED, status=FindingStatus.CLOSED), {}),
    ],
)
def test_no_override_relaxes_what_never_covers(
    change: str, found: Finding, expected: dict[str, tuple[int, str]]
) -> None:
    one = judged(f"{RULES}{NEVER}\noverrides: [{{for: {{env: dev}}, reason: r, {change}}}]", found, env="dev")

    assert outcomes(one) == expected
    assert one.verdict is (
        Outcome.FAIL if "relaxations.never" in expected else Outcome.WARN if expected else Outcome.PASS
    )
    never = next(rule for rule in one.rules if rule.name == "relaxations.never")
    assert (never.max, never.action) == (0, "fail")
    assert [one.findings[index].id for index in never.findings] == (
        [found.id] if "relaxations.never" in expected else []
    )


@pytest.mark.parametrize(
    ("text", "env"),
    [
        (f"{NEVER}\noverrides: [{{for: {{env: dev}}, max: {{high: 9}}, reason: r}}]", "prod"),
        (f"{NEVER}\noverrides: [{{for: {{env: dev}}, max: {{high: 0}}}}]", "dev"),
        ("overrides: [{for: {env: dev}, max: {high: 9}, reason: r}]", "dev"),
        (NEVER, "dev"),
    ],
)
def test_without_something_that_an_override_loosens_there_is_nothing_to_keep_back(text: str, env: str) -> None:
    one = judged(f"{RULES}{text}", finding(kev=UNLISTED), env=env)

    assert "relaxations.never" not in {rule.name for rule in one.rules}


def test_what_never_covers_is_judged_by_the_policy_with_what_overrides_tighten() -> None:
    overrides = "[{for: {env: dev}, max: {high: 9, low: 0}, reason: r}]"

    one = judged(f"{RULES}{NEVER}\noverrides: {overrides}", finding("CVE-1", Severity.LOW, kev=LISTED), env="dev")

    assert outcomes(one) == {"max.low": (1, "fail"), "relaxations.never": (1, "fail")}


def test_what_never_covers_is_judged_alone() -> None:
    text = f"max: {{high: 1}}\n{NEVER}\noverrides: [{{for: {{env: dev}}, max: {{high: 9}}, reason: r}}]"
    listed, other = finding("CVE-1", kev=LISTED), finding("CVE-2", kev=UNLISTED)

    assert outcomes(judged(text, listed, other, env="dev")) == {}
    assert outcomes(judged(text, listed, finding("CVE-3", kev=LISTED), other, env="dev")) == {
        "relaxations.never": (2, "fail")
    }


def test_the_rule_says_what_is_violated_without_overrides() -> None:
    text = f"{RULES}{NEVER}\noverrides: [{{for: {{env: dev}}, mode: warn, max: {{high: 9}}, reason: r}}]"

    for listed, said in (
        ((), "what no override may relax keeps to the policy without them"),
        (
            (finding(kev=LISTED),),
            "1 finding that no override may relax violates max.high of the policy without overrides",
        ),
        (
            (finding("CVE-1", kev=LISTED, packages=BANNED), finding("CVE-2", kev=None)),
            "2 findings that no override may relax violate max.high, r of the policy without overrides",
        ),
    ):
        one = judged(text, *listed, env="dev")
        assert one.rules[-1].why == said


def test_a_policy_that_only_warns_only_warns_of_what_never_covers() -> None:
    text = f"mode: warn\n{RULES}{NEVER}\noverrides: [{{for: {{env: dev}}, max: {{high: 9}}, reason: r}}]"

    assert outcomes(judged(text, finding(kev=LISTED), env="dev")) == {"relaxations.never": (1, "warn")}


@pytest.mark.parametrize(
    ("listed", "after"),
    [
        ((fixable("CVE-1", kev=LISTED),), Outcome.PASS),
        ((fixable("CVE-1", kev=LISTED), finding("CVE-2", fix=Fix.NONE, kev=UNLISTED)), Outcome.PASS),
        ((fixable("CVE-1", kev=LISTED), finding("CVE-2", fix=Fix.NONE, kev=LISTED)), Outcome.FAIL),
    ],
)
def test_upgrades_clear_what_no_override_may_relax_and_nothing_else(
    listed: tuple[Finding, ...], after: Outcome
) -> None:
    text = f"{RULES}{NEVER}\noverrides: [{{for: {{env: dev}}, max: {{high: 9}}, reason: r}}]"

    found = judge(policy_of(text), scan(*listed), env="dev")

    assert (found.verdict, found.verdict_after_upgrades) == (Outcome.FAIL, after)
    assert [(one.name, one.clears) for one in found.upgrades] == [("openssl", 1)]
