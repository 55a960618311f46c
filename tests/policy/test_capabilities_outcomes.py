"""How conditions can come out with what a source knows: what no finding of that source could ever show."""

import re
from contextlib import nullcontext
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.errors import PolicyError
from gate.facts.known import Facts
from gate.model import Cvss, Finding, Fix, Kind
from gate.policy.capabilities import lacking, outcomes, refuse_unknowable
from gate.policy.conditions import CONDITIONS, KNOWERS, Knower
from gate.policy.document import Policy
from gate.policy.loader import loads
from tests.builders import finding, image, scan
from tests.policy.naive_conditions import any_package, drawn_conditions, drawn_finding, when_from
from tests.strategies import seeded

TRUE, FALSE, MAYBE = True, False, None
LOST = {"exploit": "exploit", "epss": "epss", "kev": "kev", "published": "published"}
LOST_OF_PACKAGES = {"path": "path", "package_type": "type"}


def rules(*whens: str) -> Policy:
    """Return a policy with these rules, as a file holds them, named one, two and three."""
    named = ", ".join(
        f"{{name: {name}, when: {when}}}" for name, when in zip(("one", "two", "three"), whens, strict=False)
    )
    return loads(f"version: 1\nrules: [{named}]\n".encode(), file="gate.yaml").policy


def test_what_a_source_lacks_is_told_for_each_condition_with_the_first_such_fact() -> None:
    policy = rules("{epss: 0.1+, kev: true}", "{any: [{kev: true}, {severity: low}]}", "{severity: low}")

    told = list(lacking(policy, "imagebuilder"))

    assert told == [
        (
            ("rules", 0, "when"),
            "rule one asks for `epss`, which Image Builder does not know; it takes --epss FILE",
            True,
        ),
        (
            ("rules", 1, "when"),
            "rule two asks for `kev`, which Image Builder does not know; it takes --kev FILE",
            False,
        ),
    ]
    assert list(lacking(policy, "imagebuilder", frozenset({"epss", "kev"}))) == []
    assert [re.findall("`(.*?)`", text)[0] for _, text, _ in lacking(policy, "imagebuilder", frozenset({"epss"}))] == [
        "kev",
        "kev",
    ]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{severity: high}", {TRUE, FALSE, MAYBE}),
        ("{exploit: true}", {MAYBE}),
        ("{not: {exploit: true}}", {MAYBE}),
        ("{exploit: true, severity: high}", {MAYBE, FALSE}),
        ("{any: [{exploit: true}, {severity: high}]}", {MAYBE, TRUE}),
        ("{any: [{exploit: true}, {path: a}]}", {MAYBE}),
        ("{fix: unknown}", {TRUE}),
        ("{not: {fix: unknown}}", {FALSE}),
        ("{fix: [none, full]}", {MAYBE}),
        ("{fix: unknown, exploit: true}", {MAYBE}),
        ("{not: {fix: unknown}, exploit: true}", {FALSE}),
        ("{any: [{not: {fix: unknown}}, {exploit: true}]}", {MAYBE}),
        ("{all: [{fix: unknown}, {severity: high}]}", {TRUE, FALSE, MAYBE}),
    ],
)
def test_conditions_come_out_as_what_a_source_knows_lets_them(when: str, told: set[bool | None]) -> None:
    assert outcomes(rules(when).rules[0].when, "ecr-basic") == told


def as_seen_by(knower: Knower, found: Finding) -> Finding:
    """Return a finding with only those facts that a source knows."""
    lost = {key for key, condition in CONDITIONS.items() if knower not in condition.known}
    fields: dict[str, Any] = {name: None for key, name in LOST.items() if key in lost}
    fields |= {"fix": Fix.UNKNOWN} if "fix" in lost else {}
    gone: dict[str, Any] = {name: None for key, name in LOST_OF_PACKAGES.items() if key in lost}
    return replace(found, packages=tuple(replace(one, **gone) for one in found.packages), **fields)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(seeded(lambda source: (drawn_conditions(source), source)))
def test_no_finding_comes_out_as_its_source_does_not_let_it(drawn: tuple[dict[str, Any], Random]) -> None:
    written, source = drawn
    for knower in KNOWERS:
        told = outcomes(when_from(written), knower)
        for number in range(8):
            assert any_package(written, as_seen_by(knower, drawn_finding(source, number))) in told


def test_inspector_knows_everything_and_enhanced_scanning_all_but_epss() -> None:
    policy = rules("{epss: 0.1+, kev: true, exploit: true, path: a}")

    assert list(lacking(policy, "inspector")) == []
    text = "rule one asks for `epss`, which enhanced scanning does not know; it takes --epss FILE"
    assert list(lacking(policy, "ecr-enhanced")) == [(("rules", 0, "when"), text, True)]


def test_a_condition_that_lacks_nothing_hides_none_that_stands_behind_it() -> None:
    told = lacking(rules("{severity: low}", "{kev: true}"), "imagebuilder")

    assert [path for path, _, _ in told] == [("rules", 1, "when")]


@pytest.mark.parametrize(
    "known",
    ["{kev: true}", "{all: [{kev: true}]}", "{any: [{kev: true}]}", "{not: {kev: true}}", "{not: {kev: false}}"],
)
def test_what_is_given_beside_a_scan_may_decide_a_condition_wherever_it_stands(known: str) -> None:
    policy = rules(f"{{any: [{{exploit: true}}, {known}]}}")
    path = ("rules", 0, "when")

    assert [(where, never) for where, _, never in lacking(policy, "imagebuilder", frozenset({"kev"}))] == [
        (path, False)
    ]
    assert [(where, never) for where, _, never in lacking(policy, "imagebuilder")] == [(path, True)]


def refusal(text: str, found: Finding, **options: Any) -> tuple[str, ...]:
    policy = loads(f"version: 1\nmax: {{high: 0}}\n{text}\n".encode(), file="gate.yaml").policy
    with pytest.raises(PolicyError) as err:
        refuse_unknowable(policy, (scan(found, kind=Kind.BASIC),), Facts(), **options)
    return err.value.faults


def test_a_rule_of_an_override_that_never_matches_in_a_source_is_refused_like_any_other() -> None:
    text = "overrides: [{for: {env: prod}, rules: [{name: b, when: {exploit: true}}]}]"

    [fault] = refusal(text, finding(), env="prod")

    assert fault.startswith("rule b of override 1 asks for `exploit`, which basic scanning of ECR does not know; ")
    assert fault.endswith(" (overrides[0].rules[0].when)")


@pytest.mark.parametrize(
    ("selectors", "env", "is_refused"),
    [
        ("{repository: team/*}", None, True),
        ("{repository: other/*}", None, False),
        ("{tag: v1}", None, True),  # one of two tags: it may be the one that is run
        ("{tag: v3}", None, False),
        ("{platform: linux/amd64}", None, True),  # the evidence does not say which one it is
        ("{env: prod}", "prod", True),
        ("{env: prod}", "dev", False),
        ("{env: prod}", None, False),
        ("{env: prod, repository: other/*}", "prod", False),
    ],
)
def test_an_override_asks_for_nothing_only_where_it_is_surely_for_another_image(
    selectors: str, env: str | None, *, is_refused: bool
) -> None:
    text = f"overrides: [{{for: {selectors}, rules: [{{name: b, when: {{exploit: true}}}}]}}]"
    policy = loads(f"version: 1\nmax: {{high: 0}}\n{text}\n".encode(), file="gate.yaml").policy
    seen = scan(finding(), kind=Kind.BASIC, image=image(tags=("v1", "v2")))

    with pytest.raises(PolicyError) if is_refused else nullcontext():
        refuse_unknowable(policy, (seen,), Facts(), env=env)


def test_a_refusal_says_where_the_condition_stands_in_the_policys_files() -> None:
    faults = refusal(
        "rules: [{name: one, when: {kev: true}}]",
        finding(),
        place=lambda *path: f"gate.yaml at {'/'.join(map(str, path))}",
    )

    assert faults == (
        "gate.yaml at rules/0/when: rule one asks for `kev`, and there is no data for it: give it with --kev FILE",
    )


def test_whether_a_rule_hangs_on_missing_data_is_told_by_the_score_that_the_policy_judges_by() -> None:
    found = finding(scores=(Cvss(score=9.0, version="3.1", source="nvd"),))

    assert len(refusal("rules: [{name: one, when: {kev: true, cvss: 9.0+}}]\ncvss: {from: [nvd]}", found)) == 1
