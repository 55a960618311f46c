"""What is judged beside policy and scans: overrides, baselines, statements, facts, the environment."""

from datetime import timedelta
from typing import Any

import pytest

from gate.facts.kev import read_kev
from gate.facts.known import DataUsed, Facts, FactsUsed
from gate.model import Finding, Fix, Image, Kev, Kind, Refusal, Scan, ScanState
from gate.policy.clauses import Max
from gate.policy.verdict import Disposition, Outcome, RuleOutcome
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, judge, policy, scan
from tests.facts.written import LOG4J, catalogue, entry
from tests.policy.written import compared, naming_vex, policy_of, sight, statement

OTHER = image(target="team/other:v1", repository="team/other", digest=OTHER_DIGEST)
MISSING = compared(missing="there is no such tag")


def of(*images: Image) -> tuple[Scan, ...]:
    return tuple(scan(finding("CVE-1"), image=one) for one in images)


def test_each_image_is_judged_by_the_policy_that_overrides_make_for_it() -> None:
    rules = policy_of(
        "max: {high: 0}\noverrides: [{for: {repository: team/other}, mode: warn, reason: r},"
        " {for: {env: prod}, max: {low: 3}}, {for: {repository: nobody}, max: {low: 0}}]"
    )

    here, other = judge(rules, *of(image(), OTHER), env="prod").images

    assert (here.verdict, here.mode, here.limits, here.overrides) == (
        Outcome.FAIL,
        "enforce",
        Max(high=0, low=3),
        (1,),
    )
    assert (other.verdict, other.mode, other.overrides) == (Outcome.WARN, "warn", (0, 1))


def test_what_is_asked_of_the_scan_may_differ_too() -> None:
    rules = policy_of("max: {critical: 0}\noverrides: [{for: {repository: team/other}, scan: {kind: enhanced}}]")
    scans = [scan(image=one, kind=Kind.BASIC) for one in (image(), OTHER)]

    assert [one.verdict for one in judge(rules, *scans).images] == [Outcome.PASS, Outcome.NO_VERDICT]


@pytest.mark.parametrize(
    "one", [Refusal(image=OTHER, exit_code=5, reason="no"), scan(image=OTHER, state=ScanState.FAILED)]
)
def test_an_image_without_a_verdict_says_by_which_policy_it_has_none(one: Scan | Refusal) -> None:
    rules = policy_of(
        "max: {high: 0}\noverrides: [{for: {repository: team/other}, mode: warn, max: {high: 9}, reason: r}]"
    )

    found = judge(rules, one).images[0]

    assert (found.verdict, found.mode, found.limits, found.overrides) == (Outcome.NO_VERDICT, "warn", Max(high=9), (0,))
    assert [rule.action for rule in found.rules] == ["warn"]


@pytest.mark.parametrize(
    ("mode", "override", "outcomes"),
    [
        ("enforce", "enforce", ["fail", "fail"]),
        ("warn", "enforce", ["warn", "fail"]),
        ("enforce", "warn", ["fail", "warn"]),
    ],
)
def test_an_entry_of_no_use_fails_an_image_in_the_mode_that_the_image_has(
    mode: str, override: str, outcomes: list[str]
) -> None:
    rules = policy_of(
        f"max: {{critical: 0}}\nmode: {mode}\nignore: [{{id: CVE-9, reason: r}}]\nrelaxations: {{unused: fail}}\n"
        f"overrides: [{{for: {{repository: team/other}}, mode: {override}, reason: r}}]"
    )

    found = judge(rules, *of(image(), OTHER)).images

    assert [one.rules[-1].outcome.value for one in found] == outcomes
    assert [one.verdict.value for one in found] == outcomes
    assert {one.rules[-1].name for one in found} == {"relaxations.unused"}


@pytest.mark.parametrize(
    ("clause", "baseline", "outcome"),
    [
        ("{image: prod, missing: no_verdict}", MISSING, Outcome.NO_VERDICT),
        ("{image: prod, missing: no_verdict}", compared(), Outcome.FAIL),
        ("{image: prod, missing: all}", MISSING, Outcome.FAIL),
        ("{image: prod}", MISSING, Outcome.FAIL),
        ("{image: prod, missing: no_verdict, until: 2026-11-19}", MISSING, Outcome.FAIL),
        ("{image: prod, missing: no_verdict, since: 2026-11-21}", MISSING, Outcome.FAIL),
    ],
)
def test_without_a_baseline_everything_is_judged_or_nothing_as_the_policy_says(
    clause: str, baseline: Any, outcome: Outcome
) -> None:
    found = judge(policy_of(f"max: {{high: 0}}\nbaseline: {clause}"), *of(image()), compared=(baseline,))

    assert found.verdict is outcome
    assert found.images[0].baseline == baseline.used
    if outcome is Outcome.NO_VERDICT:
        assert (found.exit_code, found.images[0].counts) == (3, None)
        assert found.reason == "there is no baseline to compare with (baseline.missing): there is no such tag"
        assert found.hint.startswith("Name another baseline")


def test_a_scan_that_is_no_evidence_is_said_before_a_baseline_that_is_missing() -> None:
    rules = policy_of("max: {high: 0}\nbaseline: {missing: no_verdict}")

    found = judge(rules, scan(state=ScanState.FAILED, reason="it failed"), compared=(MISSING,))

    assert found.reason == "it failed"


def test_each_image_has_the_baseline_that_was_found_for_it() -> None:
    rules = policy_of("max: {high: 0}\nbaseline: {judge: new}")
    found = finding("CVE-1")

    here, other, none = judge(
        rules, *of(image(), OTHER, OTHER), compared=(compared({found.key: sight()}), compared())
    ).images

    assert [one.findings[0].disposition for one in (here, other, none)] == [
        Disposition.BASELINE,
        Disposition.COUNTED,
        Disposition.COUNTED,
    ]
    assert (other.baseline == compared().used, none.baseline) == (True, None)


@pytest.mark.parametrize(
    ("asked", "age", "outcome"),
    [
        ("{kev: true}", timedelta(days=7), Outcome.PASS),
        ("{kev: true}", timedelta(days=8), Outcome.NO_VERDICT),
        ("{epss: 0.5+}", timedelta(days=8), Outcome.FAIL),
    ],
)
def test_old_data_is_no_evidence_where_the_policy_asks_for_it(asked: str, age: timedelta, outcome: Outcome) -> None:
    data = DataUsed(file="kev.json", sha256="0" * 64, dated=NOW - age, entries=1)
    rules = policy_of(f"rules: [{{name: r, when: {asked}}}]")

    found = judge(rules, scan(finding(kev=Kev(listed=False))), used=FactsUsed(kev=data))

    assert found.verdict is outcome
    assert found.facts == FactsUsed(kev=data)


def test_what_the_files_say_is_known_of_the_findings_and_named_in_the_document() -> None:
    facts = Facts(kev=read_kev(catalogue(entry(LOG4J)), "kev.json"))
    rules = policy_of("rules: [{name: r, when: {kev: true}}]\nfacts: {kev_max_age: 7d}")

    found = judge(rules, scan(finding(LOG4J), finding()), facts=facts, now=NOW.replace(hour=20))

    assert [rule.count for rule in found.images[0].rules if rule.name == "r"] == [1]
    assert found.facts == facts.used
    assert found.facts.kev is not None


def test_only_statements_that_decided_something_are_kept_in_the_document() -> None:
    used, against, other = statement(), statement(ids=("CVE-2",), status="affected"), statement(ids=("CVE-3",))

    found = judge(naming_vex(policy(max=Max(high=0))), scan(finding(), finding("CVE-2")), vex=(other, against, used))

    assert found.vex == (against, used)
    assert [one.disposition.value for one in found.images[0].findings] == ["counted", "vex"]


def test_the_environment_and_what_came_from_it_stand_in_the_document() -> None:
    found = judge(policy_of("max: {high: 0}\noverrides: [{for: {env: prod}, max: {low: 0}}]"), env="prod")

    assert (found.env, found.warnings) == ("prod", ())
    assert [rule.outcome for rule in found.images[0].rules][:1] == [RuleOutcome.PASS]


@pytest.mark.parametrize(
    ("found", "verdict", "after"),
    [
        (fixable("CVE-1", kev=Kev(listed=True)), Outcome.FAIL, Outcome.PASS),
        (finding("CVE-1", fix=Fix.NONE, kev=Kev(listed=True)), Outcome.FAIL, None),
        (fixable("CVE-1", kev=Kev(listed=False)), Outcome.PASS, None),
    ],
)
def test_what_no_override_may_relax_is_a_violation_until_it_is_upgraded(
    found: Finding, verdict: Outcome, after: Outcome | None
) -> None:
    rules = policy_of(
        "max: {high: 0}\nrelaxations: {never: {kev: true}}\n"
        "overrides: [{for: {repository: team/app}, max: {high: 9}, reason: r}]"
    )

    judged = judge(rules, scan(found), scan(image=OTHER))

    assert (judged.verdict, judged.verdict_after_upgrades) == (verdict, after)
    assert [one.rules[-1].name for one in judged.images] == ["relaxations.never", "cvss_floor"]
    assert bool(judged.images[0].rules[-1].findings) is (verdict is Outcome.FAIL)
