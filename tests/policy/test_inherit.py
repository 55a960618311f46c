"""A policy that extends another: what it takes from it, and that each key may only be tightened."""

from pathlib import Path
from typing import Any

import pytest

from gate.errors import PolicyError
from gate.policy.clauses import MaxChange, Override, ScanChange
from gate.policy.conditions import When, when_of
from gate.policy.directions import DIRECTIONS, OWN, value_at
from gate.policy.loaded import Loaded
from gate.policy.loader import load

STATEMENT = '{"vulnerability": {"name": "CVE-1"}, "status": "fixed", "products": [{"@id": "pkg:deb/debian/zlib"}]}'
VEX = f"""{{"@context": "https://openvex.dev/ns/v0.2.0", "author": "a", "timestamp": "2026-11-20T00:00:00Z",
"statements": [{STATEMENT}]}}"""
ACCEPT = "{accept: true, repository: tools/*, reason: r}"
RULE = "rules: [{{name: r, when: {{kev: true}}, max: {}}}]"
ROWS: dict[str, tuple[str, str, str | None]] = {
    "version": ("name: a", "name: a", None),
    "required_version": ("required_version: '>=0.0.1'", "required_version: '>=0.0.2'", None),
    "name": ("name: a", "name: b", None),
    "extends": ("name: a", "name: a", None),
    "lock": ("lock: [facts]", "lock: [mode]", None),
    "mode": ("mode: warn", "mode: enforce", "mode: warn"),
    **{
        f"max.{name}": (f"max: {{{name}: 5}}", f"max: {{{name}: 4}}", f"max: {{{name}: 6}}")
        for name in ("critical", "high", "medium", "low", "informational", "unknown")
    },
    "count_by": ("count_by: vulnerability", "count_by: finding", "count_by: vulnerability"),
    "cvss_floor": ("cvss_floor: 7", "cvss_floor: 6", "cvss_floor: 8"),
    "cvss.from": ("cvss: {from: [nvd]}", "cvss: {from: [nvd]}", "cvss: {from: [nvd, vendor]}"),
    "cvss.missing": ("cvss: {missing: severity}", "cvss: {missing: fail}", "cvss: {missing: 9.5}"),
    "grace": ("grace: {high: 7d}", "grace: {high: 6d}", "grace: {high: 8d}"),
    "baseline": (
        "baseline: {image: a, judge: worse}",
        "baseline: {image: a, missing: no_verdict}",
        "baseline: {image: b}",
    ),
    "rules": (RULE.format(5), RULE.format(4), RULE.format(6)),
    "ignore": ("ignore: [{id: CVE-1, reason: r}]", "ignore: [{id: CVE-2, reason: r}]", None),
    "vex": (
        "vex: {files: [a.json], reason: r}",
        "vex: {files: [a.json], reason: r}",
        "vex: {files: [b.json], reason: r}",
    ),
    "relaxations.require": (
        "relaxations: {require: [owner]}",
        "relaxations: {require: [reason, owner]}",
        "relaxations: {require: [reason]}",
    ),
    "relaxations.max_days": (
        "relaxations: {max_days: 30}",
        "relaxations: {max_days: 29}",
        "relaxations: {max_days: 31}",
    ),
    "relaxations.never": ("relaxations: {never: {kev: true}}", "relaxations: {never: {exploit: true}}", None),
    "relaxations.unused": (
        "relaxations: {unused: warn}",
        "relaxations: {unused: fail}",
        "relaxations: {unused: allow}",
    ),
    "relaxations.expiring": (
        "relaxations: {expiring: 7d}",
        "relaxations: {expiring: 8d}",
        "relaxations: {expiring: 6d}",
    ),
    "scan.wait": ("scan: {wait: 5m}", "scan: {wait: 6m}", None),
    "scan.settle": ("scan: {settle: 5m}", "scan: {settle: 6m}", "scan: {settle: 4m}"),
    "scan.kind": ("scan: {kind: basic}", "scan: {kind: enhanced}", "scan: {kind: any}"),
    "scan.max_age": ("scan: {max_age: 24h}", "scan: {max_age: 23h}", "scan: {max_age: 25h}"),
    "scan.max_data_age": ("scan: {max_data_age: 24h}", "scan: {max_data_age: 23h}", "scan: {max_data_age: 25h}"),
    "scan.tag_moved": ("scan: {tag_moved: warn}", "scan: {tag_moved: no_verdict}", "scan: {tag_moved: warn}"),
    "scan.unsupported": (
        f"scan: {{unsupported: {ACCEPT}}}",
        "scan: {unsupported: fail}",
        f"scan: {{unsupported: {ACCEPT}}}",
    ),
    "scan.inspector_suppressed": (
        "scan: {inspector_suppressed: trust}",
        "scan: {inspector_suppressed: count}",
        "scan: {inspector_suppressed: trust}",
    ),
    "scan.platforms": (
        "scan: {platforms: [linux/amd64]}",
        "scan: {platforms: [linux/arm64, linux/amd64]}",
        "scan: {platforms: [linux/arm64]}",
    ),
    "facts.kev_max_age": ("facts: {kev_max_age: 7d}", "facts: {kev_max_age: 6d}", "facts: {kev_max_age: 8d}"),
    "facts.epss_max_age": ("facts: {epss_max_age: 7d}", "facts: {epss_max_age: 6d}", "facts: {epss_max_age: 8d}"),
    "severity.adjust": (
        "severity: {adjust: [{when: {id: a}, to: low, reason: r}]}",
        "severity: {adjust: [{when: {id: a}, to: low, reason: r}]}",
        "severity: {adjust: []}",
    ),
    "overrides": (
        "overrides: [{for: {env: dev}, max: {low: 1}}]",
        "overrides: [{for: {env: dev}, max: {low: 0}}]",
        None,
    ),
    "tests": ("tests: []", "tests: [{name: a, expect: pass}]", None),
}
"""For each key what a parent says, what a child may then say, and what it may not: where the first is the loosest that
there is, under a parent that says the second."""
EITHER_WAY = [key for key in DIRECTIONS if ROWS[key][0] == ROWS[key][2]]


class Files:
    """Two policies in one folder, the second of which extends the first."""

    def __init__(self, folder: Path) -> None:
        self.parent, self.child = folder / "base.yaml", folder / "gate.yaml"
        for name in ("a.json", "b.json"):
            (folder / name).write_text(VEX)

    def load(self, parent: str, child: str) -> Loaded:
        """Load the child: its lines begin on line 3, the parent's on line 2."""
        floor = "" if "cvss_floor" in parent else "cvss_floor: 9\n"
        self.parent.write_text(f"version: 1\n{parent}\n{floor}")
        self.child.write_text(f"version: 1\nextends: base.yaml\n{child}\n")
        return load(self.child)

    def faults(self, parent: str, child: str) -> tuple[str, ...]:
        """Return what is wrong with the child, without its name."""
        with pytest.raises(PolicyError) as caught:
            self.load(parent, child)
        return tuple(fault.removeprefix(f"{self.child}:") for fault in caught.value.faults)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.mark.parametrize("key", DIRECTIONS)
def test_a_key_may_be_tightened(key: str, files: Files) -> None:
    parent, tighter, _ = ROWS[key]

    merged, alone = files.load(parent, tighter), files.load(tighter, "")

    if DIRECTIONS[key].added is None and key not in OWN:
        assert value_at(merged.policy, key) == value_at(alone.policy, key)


@pytest.mark.parametrize("key", [key for key, (_, _, looser) in ROWS.items() if looser is not None])
def test_a_key_may_not_be_loosened_and_both_lines_are_named(key: str, files: Files) -> None:
    parent, tighter, looser = ROWS[key]
    above = tighter if key in EITHER_WAY else parent
    assert looser is not None

    (fault,) = files.faults(above, looser)

    assert fault.startswith("3:")
    assert f": {key}: is looser than {files.parent}:2 has it (" in fault
    assert fault.endswith(f"expected the same or stricter: {DIRECTIONS[key].stricter}")


def test_every_key_without_a_looser_value_is_one_that_is_free_or_only_added_to() -> None:
    never = {key for key, (_, _, looser) in ROWS.items() if looser is None}

    assert never == OWN | {"lock", "ignore", "relaxations.never", "overrides", "scan.wait"}


@pytest.mark.parametrize("key", sorted(set(DIRECTIONS) - OWN))
def test_what_a_child_does_not_write_is_its_parents(key: str, files: Files) -> None:
    parent, *_ = ROWS[key]

    merged, alone = files.load(parent, "name: child"), files.load(parent, "")

    assert value_at(merged.policy, key) == value_at(alone.policy, key)
    assert value_at(merged.layers[0].policy, key) == value_at(merged.policy, key)


@pytest.mark.parametrize("key", sorted(set(DIRECTIONS) - OWN))
def test_a_locked_key_may_not_be_touched(key: str, files: Files) -> None:
    parent, tighter, _ = ROWS[key]
    locks = {f"lock: [{name}]" for name in (key, key.partition(".")[0])}

    for lock in sorted(locks):
        own = f"{parent}\n{lock}" if key != "lock" else lock
        (fault,) = files.faults(own, tighter)
        assert fault.split(": ", 1)[1] == f"{key}: may not be touched: {files.parent}:{2 + own.count(chr(10))} locks it"
        assert value_at(files.load(own, "name: child").policy, key) == value_at(files.load(own, "").policy, key)


SETTABLE = [
    *("mode", "cvss_floor", "grace", "rules"),
    *(f"max.{name}" for name in MaxChange.__struct_fields__),
    *(f"scan.{name}" for name in ScanChange.__struct_fields__),
]
"""The keys that an override may set."""


@pytest.mark.parametrize("key", SETTABLE)
def test_an_override_of_a_child_may_neither_loosen_a_key_nor_touch_a_locked_one(key: str, files: Files) -> None:
    parent, tighter, looser = ROWS[key]
    above = tighter if key in EITHER_WAY else parent

    (loosened,) = files.faults(above, f"overrides: [{{for: {{env: x}}, reason: r, {looser}}}]")
    (touched,) = files.faults(f"{parent}\nlock: [{key}]", f"overrides: [{{for: {{env: x}}, {tighter}}}]")

    assert f" overrides[0].{key}: is looser than {files.parent}:2 has it (" in loosened
    assert touched.split(": ", 1)[1] == f"overrides[0].{key}: may not be touched: {files.parent}:3 locks it"
    assert files.load(parent, f"overrides: [{{for: {{env: x}}, {tighter}}}]").policy.overrides


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lock", ("facts", "mode")),
        ("relaxations.never", When(any=(when_of(kev=True), when_of(exploit=True)))),
    ],
)
def test_what_is_added_to_keeps_what_the_parent_has(key: str, value: Any, files: Files) -> None:
    assert value_at(files.load(*ROWS[key][:2]).policy, key) == value


def test_all_that_an_override_may_set_is_tried() -> None:
    words = {"for_", "reason", "owner", "ticket", "since", "until", "max", "scan"}

    assert {key for key in SETTABLE if "." not in key} == set(Override.__struct_fields__) - words
    assert set(SETTABLE) <= {path for path, direction in DIRECTIONS.items() if direction.joined is not None}


def test_entries_and_overrides_of_a_child_stand_behind_its_parents(files: Files) -> None:
    entries = files.load(*ROWS["ignore"][:2]).policy.ignore
    overrides = files.load(*ROWS["overrides"][:2]).policy.overrides

    assert [entry.id for entry in entries] == ["CVE-1", "CVE-2"]
    assert [one.max.low for one in overrides if one.max] == [1, 0]


def test_a_rule_of_a_child_is_added_or_takes_the_place_of_a_looser_one(files: Files) -> None:
    child = "rules: [{name: s, when: {fix: none}}, {name: r, when: {kev: true}, max: 4}]"

    rules = files.load(RULE.format(5), child).policy.rules

    assert [(rule.name, rule.max) for rule in rules] == [("r", 4), ("s", 0)]
