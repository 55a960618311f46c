"""How many entries each list of a policy may have, how great each number may be, and what stands where none is."""

from contextlib import nullcontext
from typing import Any

import pytest
from msgspec import Struct, ValidationError, convert

from gate.policy.cases import Case
from gate.policy.clauses import Budget, Max, Override, Rule, ScanChange, SeverityChanges, VexChoice
from gate.policy.document import CvssChoice, Policy, Relaxations, ScanDemands
from gate.policy.scalars import decode_scalar

RULE: dict[str, Any] = {"name": "r", "when": {"kev": True}}
POLICY: dict[str, Any] = {"version": 1}
OVERRIDE: dict[str, Any] = {"for": {"tag": "v1"}}
LISTS: list[tuple[type[Struct], dict[str, Any], str, Any, int, int]] = [
    (Policy, POLICY, "rules", RULE, 0, 10_000),
    (Policy, POLICY, "ignore", {"id": "CVE-1"}, 0, 100_000),
    (Policy, POLICY, "overrides", OVERRIDE, 0, 10_000),
    (Policy, POLICY, "tests", {"name": "t", "expect": "pass"}, 0, 10_000),
    (CvssChoice, {}, "from", "nvd", 1, 3),
    (Rule, RULE, "spare", "grace", 0, 2),
    (VexChoice, {}, "files", "a.json", 1, 1_000),
    (VexChoice, {"files": ["a.json"]}, "authors", "a", 1, 1_000),
    (SeverityChanges, {}, "adjust", {"when": {"kev": True}, "to": "low"}, 0, 10_000),
    (Override, OVERRIDE, "rules", RULE, 1, 1_000),
    (ScanDemands, {}, "platforms", "linux/amd64", 1, 100),
    (ScanChange, {}, "platforms", "linux/amd64", 1, 100),
    (Case, {"name": "t", "expect": "pass"}, "findings", {"id": "CVE-1"}, 0, 1_000),
]
NUMBERS: list[tuple[type[Struct], dict[str, Any], str, list[float], list[float]]] = [
    (Rule, RULE, "max", [0, 1_000_000], [-1, 1_000_001]),
    (Max, {}, "critical", [0, 1_000_000], [-1, 1_000_001]),
    (Budget, {}, "fixable", [0, 1_000_000], [-1, 1_000_001]),
    (Policy, POLICY, "cvss_floor", [0.1, 10], [0, 10.1]),
    (Override, OVERRIDE, "cvss_floor", [0.1, 10], [0, 10.1]),
    (CvssChoice, {}, "missing", [0, 10], [-0.1, 10.1]),
    (Relaxations, {}, "max_days", [1, 36_600], [0, 36_601]),
]


def read(kind: type[Struct], document: dict[str, Any]) -> Struct:
    """Read a part of a policy."""
    return convert(document, kind, dec_hook=decode_scalar)


@pytest.mark.parametrize(("kind", "rest", "key", "entry", "least", "most"), LISTS)
def test_a_list_has_so_many_entries_and_no_others(
    kind: type[Struct], rest: dict[str, Any], key: str, entry: Any, least: int, most: int
) -> None:
    for count, may_be in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        if count < 0:
            continue
        with nullcontext() if may_be else pytest.raises(ValidationError):
            read(kind, rest | {key: [entry] * count})


@pytest.mark.parametrize(("kind", "rest", "key", "inside", "outside"), NUMBERS)
def test_a_number_is_as_great_as_this_and_no_greater(
    kind: type[Struct], rest: dict[str, Any], key: str, inside: list[float], outside: list[float]
) -> None:
    for number in inside:
        assert getattr(read(kind, rest | {key: number}), key) == number
    for number in outside:
        with pytest.raises(ValidationError):
            read(kind, rest | {key: number})


def test_what_is_not_named_lets_nothing_pass() -> None:
    assert (Max().unknown, convert(RULE, Rule).max) == (0, 0)
