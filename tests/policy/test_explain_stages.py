"""The stages that a finding goes through: what each did, by which entry, and why one that seems to fit did not."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import FindingStatus, Fix, Kev
from gate.policy.explain import explain
from gate.policy.scalars import Until
from gate.policy.vex_document import VexProduct
from tests.builders import NOW, finding, judge, package, scan
from tests.policy.explained import MAX, stages, texts
from tests.policy.written import naming_vex, policy_of, statement

DAY = timedelta(days=1)


def test_without_anything_to_relax_the_way_is_short() -> None:
    assert [(stage.name, stage.text) for stage in stages("")] == [
        ("scan", "the scan is complete"),
        ("severity", "high, as AWS says HIGH"),
        ("ignore", "no entry names it"),
        ("ends as", "counted: nothing in the policy settles it"),
    ]


@pytest.mark.parametrize(("status", "trust"), [(FindingStatus.CLOSED, "count"), (FindingStatus.SUPPRESSED, "trust")])
def test_what_aws_settled_goes_no_further(status: FindingStatus, trust: str) -> None:
    text = f"scan: {{inspector_suppressed: {trust}}}\ngrace: {{high: 9d}}\nignore: [{{id: CVE-1, reason: r}}]"

    assert [stage.name for stage in stages(text, finding("CVE-1", status=status))] == ["scan", "severity", "ends as"]


def test_what_is_suppressed_and_not_trusted_goes_on() -> None:
    found = stages("", finding("CVE-1", status=FindingStatus.SUPPRESSED))

    assert found[-2].name == "ignore"
    assert found[-1].text == "counted: suppressed in Inspector, which scan.inspector_suppressed does not trust"


def adjust(entries: str) -> str:
    return f"severity: {{adjust: [{entries}]}}"


@pytest.mark.parametrize(
    ("entries", "fields", "severity", "said"),
    [
        ("{when: {id: CVE-1}, to: low, reason: not here}", {}, "low, by severity.adjust entry 1; AWS says HIGH",
         ["entry 1 (id CVE-1 to low): rates it low: not here"]),
        ("{when: {id: CVE-1}, to: high, reason: r}", {}, "high, as AWS says HIGH",
         ["entry 1 (id CVE-1 to high): AWS says the same"]),
        ("{when: {id: CVE-2}, to: low, reason: r}", {}, "high, as AWS says HIGH", []),
        ("{when: {id: CVE-1}, to: low, reason: r, until: 2026-11-19}", {}, "high, as AWS says HIGH",
         ["entry 1 (id CVE-1 to low): has expired"]),
        ("{when: {id: CVE-1}, to: low, reason: r, since: 2026-11-21}", {}, "high, as AWS says HIGH",
         ["entry 1 (id CVE-1 to low): is not in force before 2026-11-21"]),
        ("{when: {kev: true}, to: low, reason: r}", {}, "high, as AWS says HIGH",
         ["entry 1 (kev true to low): does not match for certain, for all packages"]),
        ("{when: {package: a}, to: low, reason: r}", {"packages": (package("a"), package("b"))},
         "high, as AWS says HIGH", ["entry 1 (package a to low): does not match for certain, for all packages"]),
        ("{when: {id: CVE-1}, to: low, reason: r}, {when: {severity: high}, to: medium, reason: s}", {},
         "medium, by severity.adjust entry 2; AWS says HIGH",
         ["entry 1 (id CVE-1 to low): another entry rates it worse, or the same",
          "entry 2 (severity high to medium): rates it medium: s"]),
        ("{when: {id: CVE-1}, to: critical, reason: r}", {"aws_severity": ""},
         "critical, by severity.adjust entry 1; AWS says nothing",
         ["entry 1 (id CVE-1 to critical): rates it critical: r"]),
    ],
)  # fmt: skip
def test_severities_are_told_with_the_entries_that_may_match(
    entries: str, fields: dict[str, Any], severity: str, said: list[str]
) -> None:
    found = stages(adjust(entries), finding("CVE-1", **fields))

    assert [stage.text for stage in found if stage.name == "severity"] == [severity]
    assert [stage.text for stage in found if stage.name == "adjust"] == said
    assert all(stage.conditions for stage in found if stage.name == "adjust")


def test_an_entry_that_would_lower_what_nothing_may_relax_says_so() -> None:
    entries = adjust("{when: {id: CVE-1}, to: low, reason: r}, {when: {id: CVE-1}, to: medium, reason: r}")
    barred = "would lower it, and no relaxation applies (relaxations.never)"

    found = texts("adjust", f"{entries}\nrelaxations: {{never: {{kev: true}}}}")
    assert found == [f"entry 1 (id CVE-1 to low): {barred}", f"entry 2 (id CVE-1 to medium): {barred}"]
    raised = adjust("{when: {id: CVE-1}, to: low, reason: r}, {when: {id: CVE-1}, to: critical, reason: r}")
    assert texts("adjust", f"{raised}\nrelaxations: {{never: {{kev: true}}}}")[0].endswith("worse, or the same")


def test_an_entry_without_a_reason_is_told_without_one() -> None:
    text = adjust("{when: {id: CVE-1}, to: low}") + "\nrelaxations: {require: []}"

    assert texts("adjust", text) == ["entry 1 (id CVE-1 to low): rates it low"]


@pytest.mark.parametrize(
    ("never", "text", "holds"),
    [
        ("{severity: high}", "no relaxation applies", True),
        ("{kev: true}", "no relaxation applies", None),
        ("{severity: low}", "relaxations may apply", False),
    ],
)
def test_whether_relaxations_apply_is_told_with_the_conditions(never: str, text: str, holds: bool | None) -> None:
    [stage] = [one for one in stages(f"relaxations: {{never: {never}}}") if one.name == "never"]

    assert (stage.text, [one.holds for one in stage.conditions]) == (text, [holds])


def test_what_bars_relaxations_only_as_aws_rated_it_is_told_as_such() -> None:
    raised = adjust("{when: {id: CVE-1}, to: critical, reason: r}")
    [stage] = [one for one in stages(f"{raised}\nrelaxations: {{never: {{severity: high}}}}") if one.name == "never"]

    assert stage.text == "no relaxation applies as AWS rated it"
    assert [(one.holds, one.seen, one.origin) for one in stage.conditions] == [(True, "high", "the scan")]


SAYS = "not_affected by security@example.com in app.vex.json: vulnerable_code_not_present"


@pytest.mark.parametrize(
    ("fields", "text", "said"),
    [
        ({"ids": ("CVE-1",)}, "", SAYS),
        ({"ids": ("CVE-2",)}, "", "no statement is known to be about it"),
        ({"ids": ("CVE-1",), "products": (VexProduct(purls=()),)}, "", "no statement is known to be about it"),
        (
            {"ids": ("CVE-1",), "status": "affected", "justification": None},
            "",
            "affected by security@example.com in app.vex.json, so it counts",
        ),
        ({"ids": ("CVE-1",)}, "relaxations: {never: {kev: true}}", "no relaxation applies (relaxations.never)"),
    ],
)
def test_statements_of_vex_are_told(fields: dict[str, Any], text: str, said: str) -> None:
    assert texts("vex", text, vex=(statement(**fields),)) == [said]


@pytest.mark.parametrize(
    ("dates", "said"),
    [({"since": NOW.date() + DAY}, "is not in force before 2026-11-21"), ({"until": NOW.date() - DAY}, "has expired")],
)
def test_vex_that_is_not_in_force_says_so(dates: dict[str, Any], said: str) -> None:
    rules = naming_vex(policy_of(MAX))
    assert rules.vex is not None
    changed = {key: Until(value, fixed=False) if key == "until" else value for key, value in dates.items()}
    rules = replace(rules, vex=replace(rules.vex, **changed))
    [told] = explain(judge(rules, scan(finding("CVE-1")), vex=(statement(ids=("CVE-1",)),)), "CVE-1")

    assert [stage.text for stage in told.stages if stage.name == "vex"] == [said]


TWO = (package("a"), package("b"))


@pytest.mark.parametrize(
    ("entry", "fields", "said"),
    [
        ("id: CVE-1, reason: r", {}, "ignore entry 1 (CVE-1): accepts it"),
        ("id: cve-*, reason: r", {}, "ignore entry 1 (cve-*): accepts it"),
        ("id: GHSA-1, reason: r", {"aliases": ("GHSA-1",)}, "ignore entry 1 (GHSA-1): accepts it"),
        ("id: CVE-2, reason: r", {}, "no entry names it"),
        ("package: openssl, reason: r", {}, "ignore entry 1 (package openssl): accepts it"),
        ("package: zlib, reason: r", {}, "no entry names it"),
        ("package: a, reason: r", {"packages": ()}, "no entry names it"),
        ("package: a, reason: r", {"packages": TWO},
         "ignore entry 1 (package a): does not match for certain, for all packages"),
        ("id: CVE-1, package: a, reason: r", {"packages": TWO},
         "ignore entry 1 (CVE-1, package a): does not match for certain, for all packages"),
        ("id: CVE-1, package: a, reason: r", {"packages": ()},
         "ignore entry 1 (CVE-1, package a): does not match for certain, for all packages"),
        ("id: CVE-1, reason: r, until: 2026-11-19", {}, "ignore entry 1 (CVE-1): has expired"),
        ("id: CVE-1, reason: r, since: 2026-11-21", {}, "ignore entry 1 (CVE-1): is not in force before 2026-11-21"),
        ("id: CVE-1, reason: r, for: {tag: v2}", {}, "ignore entry 1 (CVE-1): is for other images (tag v2)"),
        ("id: CVE-1, reason: r, for: {tag: v1}", {}, "ignore entry 1 (CVE-1): accepts it"),
        ("id: CVE-1, reason: r, for: {platform: x}", {}, "ignore entry 1 (CVE-1): is for other images (platform x)"),
        ("id: CVE-1, reason: r, unless: {severity: high}", {}, "ignore entry 1 (CVE-1): leaves it alone (unless)"),
        ("id: CVE-1, reason: r, unless: {kev: true}", {}, "ignore entry 1 (CVE-1): leaves it alone (unless)"),
        ("id: CVE-1, reason: r, unless: {severity: low}", {}, "ignore entry 1 (CVE-1): accepts it"),
        ("id: CVE-1, reason: r, until: fixed", {"fix": Fix.NONE}, "ignore entry 1 (CVE-1): accepts it"),
        ("id: CVE-1, reason: r, until: fixed", {"fix": Fix.FULL},
         "ignore entry 1 (CVE-1): has ended, since there is a fix"),
        ("id: CVE-1, reason: r, until: [fixed, 2026-12-31]", {"fix": Fix.PARTIAL},
         "ignore entry 1 (CVE-1): has ended, since there is a fix"),
        ("id: CVE-1, reason: r, until: fixed", {"fix": Fix.UNKNOWN},
         "ignore entry 1 (CVE-1): has ended, since nobody knows whether there is a fix, and it names no last day"),
        ("id: CVE-1, reason: r, until: [fixed, 2026-12-31]", {"fix": Fix.UNKNOWN},
         "ignore entry 1 (CVE-1): accepts it"),
    ],
)  # fmt: skip
def test_an_accepted_risk_says_whether_it_accepts_and_why_not(entry: str, fields: dict[str, Any], said: str) -> None:
    assert texts("ignore", f"ignore: [{{{entry}}}]", finding("CVE-1", **fields)) == [said]


def test_an_entry_that_matches_what_nothing_may_relax_says_so() -> None:
    text = "relaxations: {never: {kev: true}}\nignore: [{id: CVE-1, reason: r}]"

    assert texts("ignore", text) == ["ignore entry 1 (CVE-1): matches, and no relaxation applies (relaxations.never)"]


def test_all_entries_that_accept_a_finding_are_told_with_their_conditions() -> None:
    unless = "{kev: false, not: {fix: full}}"
    text = f"ignore: [{{id: CVE-1, package: openssl, unless: {unless}, reason: r}}, {{id: CVE-1, reason: s}}]"
    one, two = (stage for stage in stages(text, finding("CVE-1", kev=Kev(listed=True))) if stage.name == "ignore")

    assert (one.text, two.text) == (
        "ignore entry 1 (CVE-1, package openssl): accepts it",
        "ignore entry 2 (CVE-1): accepts it",
    )
    assert [(told.depth, told.text, told.holds) for told in one.conditions] == [
        (0, "id CVE-1", True),
        (0, "package openssl", True),
        (0, "unless", False),
        (1, "kev false", False),
        (1, "not", None),
        (2, "fix full", None),
    ]


@pytest.mark.parametrize(
    ("key", "entry", "count", "last"),
    [
        ("ignore", "{id: CVE-1, reason: r}", 12, "and 2 entries more that name it"),
        ("adjust", "{when: {id: CVE-1}, to: low, reason: r}", 11, "and 1 entries more that may match it"),
    ],
)
def test_of_many_entries_ten_are_told(key: str, entry: str, count: int, last: str) -> None:
    entries = ", ".join([entry] * count)
    found = texts(key, f"ignore: [{entries}]" if key == "ignore" else adjust(entries))

    assert (len(found), found[-1]) == (11, last)
    assert len(texts(key, f"ignore: [{entry}]" if key == "ignore" else adjust(entry))) == 1


def test_an_entry_that_may_match_and_rates_worse_says_that_it_may() -> None:
    rules = policy_of("max: {high: 0}\nseverity: {adjust: [{when: {kev: true}, to: critical, reason: attacked}]}")
    [told] = explain(judge(rules, scan(finding("CVE-1"))), "CVE-1")

    [stage] = [one for one in told.stages if one.name == "adjust"]
    assert stage.text.endswith(": rates it critical, since it may match and that is worse: attacked")
