"""Notes on conditions and rules: the worse end left out, ages of fresh builds, warnings that fail one day."""

from datetime import date

import pytest

from gate.policy.conditions import Knower
from gate.policy.lint_conditions import notes_for, notes_on_conditions
from tests.policy.written import policy_of

TODAY = date(2026, 11, 20)


def notes(when: str, rest: str = "") -> list[str]:
    return [text for _, text in notes_on_conditions(policy_of(f"rules: [{{name: r, when: {when}}}]\n{rest}"), TODAY)]


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ("{severity: medium}", "severity critical"),
        ("{severity: [medium, critical]}", "severity high"),
        ("{severity: [high, medium]}", "severity critical"),
        ("{cvss: 4.0..6.9}", "`cvss` above 6.9"),
        ("{cvss: 9.9}", "`cvss` above 9.9"),
        ("{cvss: [4.0..6.9, 9.0..9.5, 8]}", "`cvss` above 9.5"),
        ("{epss: 0.1..0.5}", "`epss` above 0.5"),
        ("{published: 7d..30d}", "`published` above 30d"),
        ("{published: [60d..90d, 7d..30d]}", "`published` above 90d"),
        ("{kev: false}", "`kev: true`"),
        ("{exploit: false}", "`exploit: true`"),
        ("{in_use: false}", "`in_use: true`"),
    ],
)
def test_a_rule_that_leaves_out_what_is_worse_is_noted(when: str, left: str) -> None:
    assert notes(when) == [f"rule r leaves out {left}, which is worse; is that meant?"]


@pytest.mark.parametrize(
    "when",
    [
        "{severity: high+}", "{severity: [critical, high]}", "{severity: critical}", "{severity: unknown}",
        "{cvss: 7.0+}", "{cvss: 7.0..10}", "{cvss: [1..2, 7+]}", "{epss: 0.1+}", "{epss: 0.1..1}", "{published: 30d+}",
        "{kev: true}", "{exploit: true}", "{fix: none}", "{kev_due: passed}", "{id: CVE-1}", "{package: zlib}",
        "{severity: medium, fix: available}", "{kev: false, severity: medium}", "{cvss: 4.0..6.9, epss: 0.1..0.2}",
        "{severity: medium, any: [{id: CVE-1}]}", "{severity: medium, not: {fix: none}}",
        "{any: [{severity: medium}, {severity: high}]}",
    ],
)  # fmt: skip
def test_a_rule_that_leaves_out_nothing_worse_or_asks_for_more_is_not(when: str) -> None:
    assert notes(when) == []


@pytest.mark.parametrize(
    ("enforce", "expected"),
    [
        ("enforce_from: 2026-11-21", ["rule r warns until it fails from 2026-11-21 on"]),
        ("enforce_from: 2026-11-20", []),
        ("action: warn", []),
    ],
)
def test_a_warning_that_becomes_a_failure_is_noted_until_it_has(enforce: str, expected: list[str]) -> None:
    policy = policy_of(f"rules: [{{name: r, when: {{kev: true}}, {enforce}}}]")
    found = list(notes_on_conditions(policy, TODAY))

    assert [text for _, text in found] == expected
    assert [path for path, _ in found] == [("rules", 0, "enforce_from")] * len(expected)


AGE = "asks for `age`: AWS first sees a finding of a fresh build minutes ago; add a baseline, or ask for `published`"


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("rules: [{name: r, when: {age: 30d+}}]", ("rules", 0, "when"), "rule r"),
        ("rules: [{name: r, when: {not: {age: 30d+}}}]", ("rules", 0, "when"), "rule r"),
        (
            "cvss_floor: 9\noverrides: [{for: {env: a}, rules: [{name: o, when: {age: 1d+}}]}]",
            ("overrides", 0, "rules", 0, "when"),
            "rule o of override 1",
        ),
        (
            "cvss_floor: 9\nignore: [{id: CVE-1, reason: r, unless: {age: 1d+}}]",
            ("ignore", 0, "unless"),
            "ignore entry 1",
        ),
        ("cvss_floor: 9\nrelaxations: {never: {age: 1d+}}", ("relaxations", "never"), "relaxations.never"),
        (
            "cvss_floor: 9\nseverity: {adjust: [{when: {age: 1d+}, to: low, reason: r}]}",
            ("severity", "adjust", 0, "when"),
            "severity.adjust entry 1",
        ),
    ],
)
def test_an_age_is_noted_wherever_it_stands_unless_a_baseline_knows_it(
    text: str, path: tuple[str | int, ...], name: str
) -> None:
    assert list(notes_on_conditions(policy_of(text), TODAY)) == [(path, f"{name} {AGE}")]
    assert list(notes_on_conditions(policy_of(f"{text}\nbaseline: {{image: prod}}"), TODAY)) == []


BASIC = "basic scanning of ECR does not know; it takes enhanced scanning"
BUILDER = "Image Builder does not know; it takes enhanced scanning"
NEVER = "no finding there is ever known to match"


def sourced(text: str, knower: Knower) -> tuple[list[str], list[str]]:
    faults, rest = notes_for(policy_of(text), knower)
    return [said for _, said in faults], [said for _, said in rest]


@pytest.mark.parametrize(
    ("when", "knower", "said"),
    [
        ("{exploit: true}", "ecr-basic", f"`exploit`, which {BASIC}"),
        ("{fix: full}", "ecr-basic", f"`fix`, which {BASIC}"),
        ("{exploit: true, kev: true}", "imagebuilder", f"`exploit`, which {BUILDER}"),
        ("{not: {in_use: false}}", "imagebuilder", f"`in_use`, which {BUILDER}"),
        ("{path: a}", "ecr-basic", f"`path`, which {BASIC}"),
    ],
)  # fmt: skip
def test_a_rule_that_can_never_match_there_is_a_fault(when: str, knower: Knower, said: str) -> None:
    assert sourced(f"rules: [{{name: r, when: {when}}}]", knower) == ([f"rule r asks for {said}; {NEVER}"], [])


@pytest.mark.parametrize(
    ("text", "knower", "said"),
    [
        ("rules: [{name: r, when: {any: [{exploit: true}, {id: a}]}}]", "ecr-basic", "rule r asks for `exploit`"),
        ("rules: [{name: r, when: {fix: unknown}}]", "ecr-basic", "rule r asks for `fix`"),
        ("rules: [{name: r, when: {epss: 0.1+}}]", "ecr-enhanced", "rule r asks for `epss`"),
        ("rules: [{name: r, when: {kev: true}}]", "ecr-basic", "rule r asks for `kev`"),
        ("rules: [{name: r, when: {kev_due: 7d}}]", "imagebuilder", "rule r asks for `kev_due`"),
        ("cvss_floor: 9\nrelaxations: {never: {exploit: true}}", "ecr-basic", "relaxations.never asks for `exploit`"),
        ("max: {low: 0}\nignore: [{id: a, reason: r, unless: {path: b}}]",
         "ecr-basic", "ignore entry 1 asks for `path`"),
    ],
)  # fmt: skip
def test_what_may_match_or_a_file_supplies_or_relaxes_is_a_note(text: str, knower: Knower, said: str) -> None:
    faults, rest = sourced(text, knower)

    assert faults == []
    assert [one.partition(",")[0] for one in rest] == [said]


@pytest.mark.parametrize(
    ("when", "knower"),
    [
        ("{kev: true}", "ecr-enhanced"),
        ("{epss: 0.1+}", "inspector"),
        ("{fix: none}", "imagebuilder"),
        ("{cvss: 7+}", "ecr-basic"),
    ],
)
def test_what_the_source_knows_is_no_matter(when: str, knower: Knower) -> None:
    assert sourced(f"rules: [{{name: r, when: {when}}}]", knower) == ([], [])


def test_faults_and_notes_are_told_with_their_places() -> None:
    policy = policy_of("rules: [{name: r, when: {exploit: true}}, {name: s, when: {kev: true}}]")
    faults, rest = notes_for(policy, "ecr-basic")

    assert [path for path, _ in faults] == [("rules", 0, "when")]
    assert [path for path, _ in rest] == [("rules", 1, "when")]
