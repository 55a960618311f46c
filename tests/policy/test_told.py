"""A finding answers conditions as the judgement asked it, and says what was seen and where that came from."""

from datetime import date, timedelta
from typing import Any

import pytest

from gate.facts.known import DataUsed, FactsUsed
from gate.model import Cvss, Finding, Fix, Kev, Severity
from gate.policy.conditions import CONDITIONS, Knower, View, When
from gate.policy.document import CvssChoice
from gate.policy.scores import judged_score
from gate.policy.told import Told, Witness
from tests.builders import NOW, finding, package
from tests.policy.every_condition import ROWS
from tests.policy.written import policy_of

DAY = timedelta(days=1)
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
SCORED = finding(scores=(Cvss(score=7.5, version="3.1", source="nvd", vector=VECTOR),))
DATA = DataUsed(file="data.json", sha256="0" * 64, dated=NOW - DAY, entries=1)
FILES = FactsUsed(kev=DATA, epss=DATA)


def when(text: str) -> When:
    return policy_of(f"rules: [{{name: r, when: {text}}}]").rules[0].when


def witness(
    seen: Finding,
    *,
    facts: FactsUsed | None = None,
    knower: Knower = "ecr-enhanced",
    adjusted: bool = False,
    **view: Any,
) -> Witness:
    fields = {
        "now": NOW,
        "score": lambda one: judged_score(one, CvssChoice()),
        "first_seen": lambda one: one.first_seen,
        **view,
    }
    return Witness(seen, View(**fields), facts=facts or FactsUsed(), knower=knower, is_adjusted=adjusted)


def told(text: str, seen: Finding, **given: Any) -> Told:
    [one] = witness(seen, **given).conditions(when(text))
    return one


def seen_of(text: str, seen: Finding, **given: Any) -> tuple[str, str]:
    one = told(text, seen, **given)
    return one.seen, one.origin


def due(day: int) -> Finding:
    return finding(kev=Kev(listed=True, due=date(2026, 11, day)))


@pytest.mark.parametrize("key", ROWS)
@pytest.mark.parametrize("truth", [True, False, None])
def test_every_condition_holds_as_it_does_in_a_rule(key: str, truth: bool | None) -> None:
    for row in ROWS[key]:
        for one in row.of(truth):
            answer = told(f"{{{key}: {row.value}}}", one)
            assert answer.holds is truth
            assert answer.text.startswith(f"{key} ")
            assert answer.depth == 0
            assert bool(answer.seen or answer.origin)


@pytest.mark.parametrize(
    ("text", "seen", "expected"),
    [
        ("{id: CVE-1}", finding("CVE-1", aliases=("GHSA-1",)), ("CVE-1, GHSA-1", "the scan")),
        ("{id: CVE-1}", finding(""), ("nothing", "the scan")),
        ("{severity: high}", finding(), ("high", "the scan")),
        ("{cvss: 7+}", SCORED, ("7.5", "CVSS 3.1 of nvd")),
        ("{vector: {AV: N}}", SCORED, (VECTOR, "CVSS 3.1 of nvd")),
        ("{fix: none}", finding(fix=Fix.NONE), ("none", "the scan")),
        ("{fix: none}", finding(fix=Fix.UNKNOWN), ("unknown", "the scan")),
        ("{exploit: true}", finding(exploit=False), ("false", "the scan")),
        ("{in_use: true}", finding(in_use=True), ("true", "the scan")),
        ("{epss: 0.5+}", finding(epss=0.25, epss_source="inspector"), ("0.25", "Inspector")),
        ("{kev: true}", finding(kev=Kev(listed=True, source="inspector")), ("true", "Inspector")),
        ("{kev: true}", finding(kev=Kev(listed=False)), ("false", "the file given")),
        ("{kev_due: passed}", finding(kev=Kev(listed=False)), ("not listed", "the file given")),
        ("{kev_due: passed}", due(22), ("in 2 days", "the file given")),
        ("{kev_due: passed}", due(18), ("passed 2 days ago", "the file given")),
        ("{published: 1d+}", finding(published=NOW - 3 * DAY), ("3d", "the scan")),
        ("{age: 1d+}", finding(first_seen=NOW - 3 * DAY), ("3d", "the scan")),
        ("{package: a}", finding(packages=(package("a"), package("b"), package("a"))), ("a, b", "the scan")),
        ("{path: a}", finding(packages=(package(path="a"), package())), ("a, not known", "the scan")),
        ("{package: a}", finding(packages=()), ("no package", "the scan")),
    ],
)  # fmt: skip
def test_the_value_is_told_with_where_it_came_from(text: str, seen: Finding, expected: tuple[str, str]) -> None:
    assert seen_of(text, seen) == expected


@pytest.mark.parametrize(
    ("text", "seen"),
    [("{kev: true}", finding(kev=Kev(listed=True))), ("{kev_due: 7d}", finding(kev=Kev(listed=False))),
     ("{epss: 0.5+}", finding(epss=0.5, epss_source="file"))],
)  # fmt: skip
def test_a_file_is_named_with_its_day(text: str, seen: Finding) -> None:
    assert seen_of(text, seen, facts=FILES)[1] == "data.json of 2026-11-19"


def test_what_inspector_said_is_not_the_files_word() -> None:
    assert seen_of("{epss: 0.5+}", finding(epss=0.5, epss_source="inspector"), facts=FILES) == ("0.5", "Inspector")


def test_an_adjusted_severity_is_the_policys() -> None:
    assert seen_of("{severity: high}", finding(), adjusted=True) == ("high", "severity.adjust")
    assert seen_of("{id: CVE-1}", finding("CVE-1"), adjusted=True) == ("CVE-1", "the scan")


def test_an_age_that_the_baseline_knows_is_the_baselines() -> None:
    seen = finding(first_seen=NOW - DAY)

    assert seen_of("{age: 1d+}", seen, first_seen=lambda _: NOW - 9 * DAY) == ("9d", "the baseline")
    assert seen_of("{published: 1d+}", finding(published=NOW - DAY), first_seen=lambda _: NOW) == ("1d", "the scan")


@pytest.mark.parametrize(
    ("text", "knower", "facts", "why"),
    [
        ("{kev: true}", "ecr-enhanced", FactsUsed(), "--kev FILE would say it"),
        ("{kev_due: 7d}", "ecr-basic", FactsUsed(), "--kev FILE would say it"),
        ("{epss: 0.5+}", "inspector", FactsUsed(), "--epss FILE would say it"),
        ("{epss: 0.5+}", "inspector", FILES, "data.json of 2026-11-19 says nothing of it"),
        ("{kev: true}", "ecr-basic", FILES, "data.json of 2026-11-19 says nothing of it"),
        ("{exploit: true}", "ecr-basic", FILES, "enhanced scanning would say it"),
        ("{exploit: true}", "imagebuilder", FILES, "enhanced scanning would say it"),
        ("{exploit: true}", "ecr-enhanced", FILES, "the scan does not say it"),
        ("{published: 1d+}", "ecr-basic", FILES, "enhanced scanning would say it"),
        ("{age: 1d+}", "inspector", FILES, "the scan does not say it"),
        ("{cvss: 7+}", "ecr-basic", FILES, "no score that the policy takes"),
        ("{vector: {AV: N}}", "ecr-basic", FILES, "no score that the policy takes"),
        ("{path: a}", "ecr-basic", FILES, "enhanced scanning would say it"),
        ("{version: a}", "ecr-basic", FILES, "the scan does not say it"),
    ],
)
def test_where_nobody_knows_it_is_told_who_would(text: str, knower: Knower, facts: FactsUsed, why: str) -> None:
    seen = finding(packages=(package(version=None, path=None),))

    assert seen_of(text, seen, knower=knower, facts=facts) == ("", why)
    assert told(text, seen, knower=knower).holds is None


def test_a_score_may_have_no_vector() -> None:
    bare = finding(scores=(Cvss(score=7.5, version="3.1", source="nvd"),))

    assert seen_of("{vector: {AV: N}}", bare) == ("", "the score has none")


def test_what_stands_below_any_all_and_not_stands_one_step_deeper() -> None:
    text = "{severity: high, any: [{id: CVE-2}, {not: {id: CVE-1}}], all: [{fix: none}], not: {kev: true}}"
    lines = [(one.depth, one.text, one.holds) for one in witness(finding("CVE-1", fix=Fix.NONE)).conditions(when(text))]

    assert lines == [
        (0, "severity high", True),
        (0, "all of", True),
        (1, "fix none", True),
        (0, "any of", False),
        (1, "id CVE-2", False),
        (1, "not", False),
        (2, "id CVE-1", True),
        (0, "not", None),
        (1, "kev true", None),
    ]


@pytest.mark.parametrize(
    ("text", "tightening", "relaxing"),
    [
        ("{package: a}", [True], [False]),
        ("{package: [a, b]}", [True], [True]),
        ("{package: c}", [False], [False]),
        ("{any: [{package: a}, {package: b}]}", [True, True, True], [True, False, False]),
        ("{not: {package: a}}", [True, True], [False, True]),
        ("{not: {package: c}}", [True, False], [True, False]),
        ("{not: {not: {package: a}}}", [True, True, True], [False, True, True]),
    ],
)
def test_what_relaxes_holds_only_where_it_does_for_all_packages(
    text: str, tightening: list[bool], relaxing: list[bool]
) -> None:
    seen = witness(finding(packages=(package("a"), package("b"))))

    assert [one.holds for one in seen.conditions(when(text))] == tightening
    assert [one.holds for one in seen.conditions(when(text), relaxes=True)] == relaxing
    assert (seen.holds(when(text)), seen.surely(when(text))) == (tightening[0], relaxing[0])


def test_what_may_hold_does_not_surely() -> None:
    seen = witness(finding())

    assert (seen.holds(when("{kev: true}")), seen.surely(when("{kev: true}"))) == (None, False)
    assert seen.now == NOW


def test_hostile_words_are_made_harmless_and_short() -> None:
    evil = finding("x\x1b[31m\n::error::" * 50, packages=(package("##[group]\u202e"),))
    for text in ("{id: y*}", "{package: y*}", "{id: '" + "z" * 500 + "'}"):
        one = told(text, evil)
        assert one.seen.isprintable()
        assert "##[" not in one.seen
        assert max(len(one.seen), len(one.text)) < 130


def test_every_condition_has_a_row_here() -> None:
    assert set(ROWS) == set(CONDITIONS)
    assert Severity.HIGH.value in seen_of("{severity: high}", finding())
