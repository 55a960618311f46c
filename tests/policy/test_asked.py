"""Every condition of a policy is found, wherever it stands, with the place that the loader and messages name."""

import pytest

from gate.policy.asked import conditions_of, facts_asked
from gate.policy.conditions import when_of
from gate.policy.loader import loads
from tests.builders import policy

EVERYWHERE = b"""version: 1
rules:
  - {name: first, when: {kev: true}}
  - {name: second, when: {any: [{epss: 0.1+}, {not: {fix: none}}]}}
ignore:
  - {id: CVE-1, reason: accepted}
  - {id: CVE-2, reason: accepted, unless: {exploit: true}}
relaxations: {never: {all: [{kev_due: passed}, {path: a}]}}
severity:
  adjust:
    - {when: {id: CVE-3}, to: low, reason: not reachable}
    - {when: {in_use: false}, to: low, reason: not used}
overrides:
  - {for: {env: dev}, max: {high: 0}}
  - for: {env: prod}
    rules:
      - {name: third, when: {cvss: 9.0+}}
      - {name: fourth, when: {age: 30d+}}
"""
FOUND = {
    ("rules", 0, "when"): ("rule first", ["kev"]),
    ("rules", 1, "when"): ("rule second", ["epss", "fix"]),
    ("overrides", 1, "rules", 0, "when"): ("rule third of override 2", ["cvss"]),
    ("overrides", 1, "rules", 1, "when"): ("rule fourth of override 2", ["age"]),
    ("ignore", 1, "unless"): ("ignore entry 2", ["exploit"]),
    ("relaxations", "never"): ("relaxations.never", ["kev_due", "path"]),
    ("severity", "adjust", 0, "when"): ("severity.adjust entry 1", ["id"]),
    ("severity", "adjust", 1, "when"): ("severity.adjust entry 2", ["in_use"]),
}


def test_every_condition_is_found_with_its_place_and_name() -> None:
    found = list(conditions_of(loads(EVERYWHERE, file="gate.yaml").policy))

    assert {path: (name, sorted(when.asked())) for path, name, when in found} == FOUND
    assert len(found) == len(FOUND)
    assert [path[0] for path, _, _ in found[:2]] == ["rules", "rules"]


@pytest.mark.parametrize("path", FOUND, ids=str)
def test_the_place_is_one_that_the_loader_knows(path: tuple[str | int, ...]) -> None:
    loaded = loads(EVERYWHERE, file="gate.yaml")
    [when] = [when for place, _, when in conditions_of(loaded.policy) if place == path]

    file, line = loaded.place(*path).split(":")

    assert file == "gate.yaml"
    assert next(iter(when.asked())) in EVERYWHERE.decode().splitlines()[int(line) - 1]


def test_the_facts_asked_for_are_those_of_all_conditions() -> None:
    asked = facts_asked(loads(EVERYWHERE, file="gate.yaml").policy)

    assert asked == {"kev", "epss", "fix", "cvss", "age", "exploit", "kev_due", "path", "id", "in_use"}


def test_a_policy_without_conditions_asks_for_nothing() -> None:
    assert list(conditions_of(policy())) == []
    assert facts_asked(policy()) == frozenset()


def test_the_scope_of_an_ignore_entry_is_no_condition_that_could_be_refused() -> None:
    text = b"version: 1\nmax: {high: 0}\nignore: [{package: a, package_type: jar, reason: accepted}]\n"

    assert facts_asked(loads(text, file="gate.yaml").policy) == frozenset()


def test_conditions_are_the_policys_own_and_not_copies() -> None:
    loaded = loads(EVERYWHERE, file="gate.yaml").policy

    [first, *_] = conditions_of(loaded)

    assert first[2] is loaded.rules[0].when
    assert first[2] == when_of(kev=True)
