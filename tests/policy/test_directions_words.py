"""Which value of each key is the stricter one: in words, and as values compare and join, in the table made anew."""

from collections.abc import Mapping
from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest

from gate.policy.clauses import AcceptUnsupported, Budget, Grace
from gate.policy.directions import DIRECTIONS, Direction
from gate.policy.scalars import Duration

LIMIT = {f"max.{name}": "lower" for name in ("critical", "high", "medium", "low", "informational", "unknown")}
STRICTER = {
    "version": "neither",
    "required_version": "both must hold",
    "name": "neither",
    "extends": "neither",
    "lock": "more",
    "mode": "`enforce` before `warn`",
    **LIMIT,
    "count_by": "`finding` before `vulnerability`",
    "cvss_floor": "lower",
    "cvss.from": "the same only",
    "cvss.missing": "`fail`, or a higher score",
    "grace": "shorter, or none",
    "baseline": "none, or the same and stricter",
    "rules": "more rules, or lower",
    "ignore": "entries may be added",
    "vex": "the same only, or none",
    "relaxations.require": "all that the parent has, or more",
    "relaxations.max_days": "lower",
    "relaxations.never": "more",
    "relaxations.unused": "`fail` before `warn` before `allow`",
    "relaxations.expiring": "longer",
    "scan.wait": "neither",
    "scan.settle": "longer",
    "scan.kind": "`enhanced` before `basic` before `any`",
    "scan.max_age": "shorter",
    "scan.max_data_age": "shorter",
    "scan.tag_moved": "`no_verdict` before `warn`",
    "scan.unsupported": "`fail`",
    "scan.inspector_suppressed": "`count` before `trust`",
    "scan.platforms": "all that the parent has, or more",
    "facts.kev_max_age": "shorter",
    "facts.epss_max_age": "shorter",
    "severity.adjust": "the same only",
    "overrides": "more, none looser than the parent's values",
    "tests": "neither",
}
HOUR, DAY = Duration(3_600), Duration(86_400)
ORDERED: dict[str, tuple[Any, ...]] = {
    "mode": ("enforce", "warn"),
    "count_by": ("finding", "vulnerability"),
    "relaxations.unused": ("fail", "warn", "allow"),
    "scan.kind": ("enhanced", "basic", "any"),
    "scan.tag_moved": ("no_verdict", "warn"),
    "scan.inspector_suppressed": ("count", "trust"),
    "cvss_floor": (0.1, 7.0, 10.0, None),
    "relaxations.max_days": (1, 30, None),
    "relaxations.expiring": (DAY, HOUR, Duration(0)),
    "scan.settle": (DAY, HOUR, Duration(0)),
    "scan.max_age": (Duration(0), HOUR, DAY, None),
    "scan.max_data_age": (HOUR, DAY, None),
    "facts.kev_max_age": (HOUR, DAY),
    "facts.epss_max_age": (HOUR, DAY),
    "max.high": (0, 1, 2, "unlimited"),
}
"""Values of keys whose values stand in one order, the strictest first."""
UNJOINED = {"relaxations.expiring", "scan.settle"}
"""Those of them that no override sets, so that two are never joined."""


@pytest.fixture
def made() -> Mapping[str, Direction]:
    """Return the table as the module makes it, for its words and its tests are made while it is imported."""
    spec = find_spec("gate.policy.directions")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    table: Mapping[str, Direction] = module.DIRECTIONS
    return table


def test_each_key_says_which_of_its_values_is_stricter(made: Mapping[str, Direction]) -> None:
    assert {path: direction.stricter for path, direction in made.items()} == STRICTER
    assert {path: direction.stricter for path, direction in DIRECTIONS.items()} == STRICTER


@pytest.mark.parametrize("path", ORDERED)
def test_what_stands_later_in_the_order_is_looser_and_the_earlier_of_two_is_kept(
    path: str, made: Mapping[str, Direction]
) -> None:
    direction, values = made[path], ORDERED[path]
    assert (direction.joined is None) is (path in UNJOINED)

    for index, one in enumerate(values):
        for place, other in enumerate(values):
            assert direction.looser(one, other) is (index > place)
            if direction.joined is not None:
                assert direction.joined(one, other) == values[min(index, place)]


def test_of_two_values_that_are_alike_the_first_is_kept(made: Mapping[str, Direction]) -> None:
    join = made["scan.max_age"].joined
    assert join is not None
    one, other = Duration(60), Duration(60)
    assert join(one, other) is one


def acceptance(repository: str) -> AcceptUnsupported:
    return AcceptUnsupported(accept=True, repository=repository)


@pytest.mark.parametrize(
    ("path", "one", "other", "looser"),
    [
        ("cvss.from", ("nvd",), ("nvd",), False),
        ("cvss.from", ("nvd",), ("nvd", "vendor"), True),
        ("cvss.from", ("nvd", "vendor"), ("nvd",), True),
        ("relaxations.require", ("owner",), ("owner", "reason"), True),
        ("relaxations.require", ("reason", "owner"), ("owner",), False),
        ("relaxations.require", None, ("owner",), True),
        ("relaxations.require", ("owner",), None, False),
        ("vex", None, "a", False),
        ("vex", "a", "a", False),
        ("vex", "a", None, True),
        ("vex", "a", "b", True),
        ("lock", (), ("mode",), False),
        ("grace", Grace(high=Duration(1)), Grace(low=DAY), True),
        ("grace", Grace(high=Duration(0)), Grace(low=DAY), False),
        ("scan.unsupported", acceptance("a"), "fail", True),
        ("scan.unsupported", acceptance("a"), acceptance("b"), True),
        ("scan.unsupported", acceptance("a"), acceptance("a"), False),
        ("scan.unsupported", "fail", acceptance("a"), False),
        ("scan.unsupported", "fail", "fail", False),
    ],
)
def test_keys_without_an_order_are_looser_where_something_is_missing_or_another(
    path: str, one: Any, other: Any, made: Mapping[str, Direction], *, looser: bool
) -> None:
    assert made[path].looser(one, other) is looser


@pytest.mark.parametrize(
    ("path", "one", "other", "joined"),
    [
        (
            "max.high",
            Budget(fixable=0, unfixable=2, unknown=1),
            Budget(fixable=2, unfixable=0, unknown=1),
            Budget(fixable=0, unfixable=0, unknown=1),
        ),
        (
            "max.high",
            Budget(fixable=1, unfixable=1, unknown=5),
            3,
            Budget(fixable=1, unfixable=1, unknown=1),
        ),
        (
            "max.high",
            Budget(fixable=0, unfixable=2, unknown=1),
            Budget(fixable=2, unfixable=0),
            Budget(fixable=0, unfixable=0, unknown=0),
        ),
        ("scan.unsupported", acceptance("a"), acceptance("a"), acceptance("a")),
        ("scan.unsupported", acceptance("a"), acceptance("b"), "fail"),
        ("scan.unsupported", acceptance("a"), "fail", "fail"),
        ("scan.unsupported", "fail", "fail", "fail"),
        ("scan.platforms", ("linux/arm64",), ("linux/amd64", "linux/arm64"), ("linux/arm64", "linux/amd64")),
        ("scan.platforms", None, ("linux/amd64",), ("linux/amd64",)),
        ("scan.platforms", ("linux/amd64",), None, ("linux/amd64",)),
    ],
)
def test_two_overrides_of_such_a_key_come_to_what_both_allow(
    path: str, one: Any, other: Any, joined: Any, made: Mapping[str, Direction]
) -> None:
    join = made[path].joined

    assert join is not None
    assert join(one, other) == joined


def test_grace_of_two_clocks_is_none_and_keeps_the_words_of_the_first() -> None:
    join = DIRECTIONS["grace"].joined
    assert join is not None
    one = Grace(high=DAY, low=HOUR, reason="one")
    other = Grace(high=HOUR, low=DAY, medium=DAY, reason="other")

    assert join(one, other) == Grace(high=HOUR, low=HOUR, reason="one")
    assert join(one, Grace(high=DAY, begins="first_seen")) == Grace(reason="one")
