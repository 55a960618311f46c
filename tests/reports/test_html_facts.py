"""What a finding of the HTML report says when it is opened."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Cvss, Fix, Kev, Severity
from gate.policy.clauses import Max
from gate.policy.document import Policy
from gate.policy.verdict import Adjusted, Disposition, JudgedFinding, Sight, VexBy
from gate.reports.html_facts import facts, package_facts, percent
from tests.builders import NOW, finding, judge, package, policy, scan

TODAY = NOW.date()


def judged(rules: Policy | None = None, **fields: Any) -> JudgedFinding:
    return judge(rules or policy(max=Max(high=9)), scan(finding(**fields))).images[0].findings[0]


def said(one: JudgedFinding, *rules: str) -> dict[str, str]:
    return dict(facts(one, rules, TODAY))


def test_what_nobody_knows_is_not_said() -> None:
    assert said(judged()) == {}


def test_packages_are_named_with_all_that_is_known_of_them() -> None:
    packages = (package("a", fixed_in="2", arch="arm64", path="lib/a.jar"), package("b", type=None))
    assert package_facts(packages) == (
        ("Package", "a 1.0-1 -> 2, OS, arm64, lib/a.jar"),
        ("Package", "b 1.0-1"),
    )


def test_many_packages_are_cut_and_counted() -> None:
    found = package_facts(tuple(package(f"p{n}") for n in range(15)))
    assert len(found) == 13
    assert found[-1] == ("Package", "3 more: see the JSON document")


def test_the_judgement_names_rules_grace_and_what_settled_it() -> None:
    one = replace(
        judged(), disposition=Disposition.GRACE, settled_by="in grace", grace_until=NOW + timedelta(days=2, hours=5)
    )
    assert said(one, "kev", "max.high") == {
        "Violates": "kev, max.high",
        "Where it ended": "in grace",
        "Grace": "until 2026-11-22 17:00 UTC, in 2 days",
    }
    assert said(replace(one, settled_by=""))["Where it ended"] == "grace"


@pytest.mark.parametrize(("reason", "why"), [("Not reachable.", "Not reachable."), (None, "no reason given")])
def test_a_severity_that_the_policy_changed_says_so(reason: str | None, why: str) -> None:
    changed = Adjusted(before=Severity.CRITICAL, by=0, reason=reason, owner=None, until=None)
    one = replace(judged(), severity=Severity.LOW, adjusted=changed)
    assert said(one) == {"Severity": f"critical by AWS; the policy makes it low: {why}"}


def test_a_severity_that_aws_calls_otherwise_says_so() -> None:
    assert said(judged(severity=Severity.UNKNOWN)) == {"Severity": "AWS says UNTRIAGED"}


def test_vex_and_baseline_are_told() -> None:
    vex = VexBy(status="fixed", justification=None, note=None, author="me@example.com", file="a.json", timestamp=NOW)
    one = replace(judged(), vex=vex, sight=Sight(severity=Severity.LOW, fix=Fix.NONE))
    assert said(one) == {
        "VEX": "fixed, no justification, by me@example.com in a.json",
        "In the baseline": "as low, no fix yet",
    }
    named = replace(vex, status="not_affected", justification="component_not_present")
    assert said(replace(one, vex=named))["VEX"].startswith("not_affected, component_not_present, by ")


def test_every_score_is_told_the_judged_one_first() -> None:
    scores = (
        Cvss(score=5.0, version="3.1", source="inspector"),
        Cvss(score=9.8, version="3.1", source="nvd", vector="CVSS:3.1/AV:N"),
    )
    one = judged(scores=scores)
    found = [text for label, text in facts(one, (), TODAY) if label == "CVSS"]
    assert found == ["5.0 (version 3.1 by inspector), judged", "9.8 (version 3.1 by nvd) CVSS:3.1/AV:N"]
    assert said(judged(scores=scores[1:])) == {"CVSS": "9.8 (version 3.1 by nvd) CVSS:3.1/AV:N"}


@pytest.mark.parametrize(
    ("source", "words"), [("file", ", says the file given"), ("inspector", ", says Inspector"), (None, "")]
)
def test_epss_says_who_gave_it(source: Any, words: str) -> None:
    one = replace(judged(), epss=0.0312, epss_source=source)
    assert said(one) == {"EPSS": f"3.12 % within 30 days{words}"}


@pytest.mark.parametrize(
    ("kev", "words"),
    [
        (Kev(listed=False), "not listed"),
        (Kev(listed=True), "listed"),
        (Kev(listed=True, added=date(2026, 11, 1)), "listed since 2026-11-01"),
        (Kev(listed=True, due=date(2026, 11, 22)), "listed, to be mended by 2026-11-22 (in 2 days)"),
    ],
)
def test_kev_says_since_when_and_until_when(kev: Kev, words: str) -> None:
    assert said(replace(judged(), kev=kev)) == {"Known exploited (KEV)": words}


@pytest.mark.parametrize(("flag", "word"), [(True, "yes"), (False, "no")])
def test_flags_are_words(flag: bool, word: str) -> None:
    assert said(replace(judged(), exploit=flag, in_use=flag)) == {"Exploit known": word, "Image in use": word}


def test_names_and_times_are_told_and_many_names_cut() -> None:
    aliases = tuple(f"GHSA-{n}" for n in range(14))
    one = replace(judged(), aliases=aliases, cwes=("CWE-79",), published=NOW, first_seen=NOW, updated=NOW)
    found = said(one)
    assert found["Also known as"] == ", ".join(aliases[:12]) + " +2"
    assert found["Weakness"] == "CWE-79"
    assert {found[name] for name in ("Published", "First seen", "Updated")} == {"2026-11-20 12:00 UTC"}


@pytest.mark.parametrize(
    ("probability", "text"), [(1.0, "100 %"), (0.944, "94.4 %"), (0.0004, "0.04 %"), (0.00043, "0.043 %"), (0.0, "0 %")]
)
def test_a_probability_is_told_in_the_digits_that_matter(probability: float, text: str) -> None:
    assert percent(probability) == text
