"""In which direction a key is stricter: every key has one, and what is called no looser allows nothing more."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from msgspec import UNSET, Struct, UnsetType
from msgspec import inspect as kinds

from gate.policy.clauses import (
    Baseline,
    Budget,
    Count,
    Grace,
    Limit,
    MaxChange,
    Override,
    ScanChange,
    Selectors,
    Unlimited,
)
from gate.policy.conditions import When, when_of
from gate.policy.directions import (
    DIRECTIONS,
    OWN,
    changes,
    is_looser_limit,
    joined_limits,
    name_of,
    value_at,
)
from gate.policy.document import CvssChoice, Policy
from gate.policy.scalars import Duration, Until
from tests.policy.written import policy_of

NUMBERS: tuple[Count | Unlimited, ...] = (0, 1, 2, "unlimited")
UNKNOWN: tuple[Count | Unlimited | UnsetType, ...] = (UNSET, *NUMBERS)
LIMITS: list[Limit] = [
    *NUMBERS,
    *(
        Budget(fixable=fixable, unfixable=unfixable, unknown=unknown)
        for fixable, unfixable, unknown in product(NUMBERS, NUMBERS, UNKNOWN)
    ),
]
COUNTS = list(product(range(6), repeat=3))
"""How many findings with a fix, without one, and with an unknown one there are."""


def leaves(kind: kinds.Type, path: str = "") -> Iterator[str]:
    """Yield the keys of a policy that have a value of their own: those with a direction, and those without parts."""
    for field in kind.fields if isinstance(kind, kinds.StructType) else ():
        below = f"{path}.{field.encode_name}" if path else field.encode_name
        parted = below not in DIRECTIONS and isinstance(field.type, kinds.StructType)
        yield from leaves(field.type, below) if parted else (below,)


def test_every_key_of_a_policy_has_a_direction_and_nothing_else_has() -> None:
    assert set(leaves(kinds.type_info(Policy))) == set(DIRECTIONS)
    assert set(DIRECTIONS) > OWN


def keys_of(kind: type[Struct], path: str = "") -> set[str]:
    fields = kinds.type_info(kind).fields  # type: ignore[attr-defined]  # of a struct
    return {f"{path}{field.encode_name}" for field in fields}


def test_every_key_that_an_override_may_set_has_a_strictest_value_of_two() -> None:
    words = {"for", "reason", "owner", "ticket", "since", "until"}
    settable = keys_of(Override) - words - {"max", "scan"} | keys_of(MaxChange, "max.") | keys_of(ScanChange, "scan.")

    assert [path for path in settable if DIRECTIONS[path].joined is None] == []


def test_the_changes_of_an_override_are_the_keys_that_it_sets() -> None:
    change = Override(
        for_=Selectors(env="prod"), mode="warn", max=MaxChange(high=0), scan=ScanChange(kind="basic"), reason="r"
    )

    assert list(changes(change)) == [("mode", "warn"), ("max.high", 0), ("scan.kind", "basic")]
    assert list(changes(Override(for_=Selectors(env="prod"), reason="r"))) == []
    assert list(changes(None)) == []


def test_a_value_is_found_at_the_path_that_the_file_writes() -> None:
    rules = policy_of("max: {high: 3}\ncvss: {from: [nvd]}")

    assert (value_at(rules, "max.high"), value_at(rules, "cvss.from"), value_at(rules, "mode")) == (
        3,
        ("nvd",),
        "enforce",
    )
    assert value_at(rules, "grace.high") is None
    assert (name_of(CvssChoice, "from"), name_of(Grace, "from")) == ("sources", "begins")


def allowed(limit: Limit) -> int:
    """Return which of COUNTS a limit allows, as a set of bits, by the words of the policy page."""

    def most(number: Any) -> float:
        return float("inf") if number == "unlimited" else number

    found = 0
    for place, (fixable, unfixable, unknown) in enumerate(COUNTS):
        if not isinstance(limit, Budget):
            holds = fixable + unfixable + unknown <= most(limit)
        elif limit.unknown is UNSET:
            holds = fixable + unknown <= most(limit.fixable) and unfixable <= most(limit.unfixable)
        else:
            parts = ((fixable, limit.fixable), (unfixable, limit.unfixable), (unknown, limit.unknown))
            holds = all(count <= most(number) for count, number in parts)
        found |= holds << place
    return found


ALLOWED = [allowed(limit) for limit in LIMITS]


def test_a_limit_is_looser_exactly_where_it_allows_what_another_does_not() -> None:
    wrong = [
        (one, other)
        for (one, here), (other, there) in product(zip(LIMITS, ALLOWED, strict=True), repeat=2)
        if is_looser_limit(one, other) is not bool(here & ~there)
    ]

    assert wrong == []


def test_two_limits_are_joined_to_one_that_allows_nothing_that_either_forbids_in_any_order() -> None:
    known = {repr(limit): mask for limit, mask in zip(LIMITS, ALLOWED, strict=True)}

    def mask(limit: Limit) -> int:
        if repr(limit) not in known:
            known[repr(limit)] = allowed(limit)
        return known[repr(limit)]

    wrong = []
    for (one, here), (other, there) in product(zip(LIMITS, ALLOWED, strict=True), repeat=2):
        both = mask(joined_limits(one, other))
        exact = here & there in {here, there}
        if both & ~(here & there) or both != mask(joined_limits(other, one)) or (exact and both != here & there):
            wrong.append((one, other))

    assert wrong == []


GRACES: list[Grace | None] = [
    None,
    Grace(),
    *(
        Grace(
            high=Duration(high) if high is not None else None,
            low=Duration(60),
            begins=begins,
            since=since,
            until=Until(until, fixed=False) if until else None,
        )
        for high in (None, 0, 60, 120)
        for begins in ("published", "first_seen")
        for since in (None, date(2026, 11, 1))
        for until in (None, date(2026, 11, 30), date(2026, 12, 31))
    ),
]
MOMENTS = list(
    product((date(2026, 10, 1), date(2026, 11, 15), date(2026, 12, 15), date(2027, 1, 15)), (30, 90), (30, 90))
)
"""Days, and how many seconds ago a finding was published and first seen."""


def waits(grace: Grace | None) -> frozenset[tuple[str, int]]:
    """Return the findings that a grace postpones, each with the moment at which it does."""
    found = set()
    for severity, (number, (day, published, seen)) in product(("high", "low"), enumerate(MOMENTS)):
        time: Duration | None = getattr(grace, severity) if grace is not None else None
        if grace is None or time is None or (grace.since and day < grace.since):
            continue
        if grace.until and grace.until.day and day > grace.until.day:
            continue
        if {"published": published, "first_seen": seen}[grace.begins] < time.seconds:
            found.add((severity, number))
    return frozenset(found)


def test_a_grace_that_is_no_looser_postpones_nothing_more() -> None:
    looser = DIRECTIONS["grace"].looser

    for one, other in product(GRACES, repeat=2):
        assert looser(one, other) or waits(one) <= waits(other), f"{one} is looser than {other}"
        if one is None or other is None or one.begins == other.begins:
            assert looser(one, other) is not (waits(one) <= waits(other)), f"{one} is no looser than {other}"


def test_two_graces_are_joined_to_one_that_postpones_nothing_that_either_does_not() -> None:
    given = [one for one in GRACES if one is not None]

    join = DIRECTIONS["grace"].joined
    assert join is not None
    for one, other in product(given, repeat=2):
        both = join(one, other)
        assert waits(both) <= waits(one) & waits(other), f"{both} of {one} and {other}"
        if one.begins == other.begins:
            assert waits(both) == waits(one) & waits(other)


@pytest.mark.parametrize(
    ("one", "other", "looser"),
    [
        ("severity", "severity", False),
        ("fail", "severity", False),
        ("severity", "fail", True),
        ("fail", 7.0, False),
        (7.0, "fail", True),
        (7.0, 7.0, False),
        (8.0, 7.0, False),
        (6.9, 7.0, True),
        (10.0, "severity", True),
        ("severity", 7.0, True),
    ],
)
def test_a_missing_score_that_counts_as_less_is_looser(one: Any, other: Any, *, looser: bool) -> None:
    assert DIRECTIONS["cvss.missing"].looser(one, other) is looser


PROD = Baseline(image="prod")


@pytest.mark.parametrize(
    ("one", "other", "looser"),
    [
        (None, PROD, False),
        (PROD, None, True),
        (PROD, PROD, False),
        (Baseline(image="dev"), PROD, True),
        (PROD, Baseline(), True),
        (Baseline(image="prod", judge="new"), PROD, True),
        (PROD, Baseline(image="prod", judge="new"), False),
        (Baseline(image="prod", missing="no_verdict"), PROD, False),
        (PROD, Baseline(image="prod", missing="no_verdict"), True),
        (Baseline(image="prod", until=Until(date(2026, 1, 1), fixed=False)), PROD, True),
        (Baseline(image="prod", since=date(2026, 1, 1)), PROD, True),
    ],
)
def test_a_baseline_is_looser_if_it_is_another_or_postpones_more(
    one: Baseline | None, other: Baseline | None, *, looser: bool
) -> None:
    assert DIRECTIONS["baseline"].looser(one, other) is looser


@pytest.mark.parametrize(
    ("path", "one", "other", "expected"),
    [
        ("relaxations.never", None, when_of(kev=True), when_of(kev=True)),
        ("relaxations.never", when_of(kev=True), None, when_of(kev=True)),
        ("relaxations.never", when_of(kev=True), when_of(kev=True), when_of(kev=True)),
        (
            "relaxations.never",
            when_of(kev=True),
            when_of(exploit=True),
            When(any=(when_of(kev=True), when_of(exploit=True))),
        ),
        ("lock", ("mode", "max"), ("max", "rules"), ("mode", "max", "rules")),
        ("ignore", (1, 2), (2,), (1, 2, 2)),
        ("overrides", (1,), (2,), (1, 2)),
    ],
)
def test_what_a_child_says_is_added_to_what_its_parent_does(path: str, one: Any, other: Any, expected: Any) -> None:
    added = DIRECTIONS[path].added

    assert added is not None
    assert added(one, other) == expected


@pytest.mark.parametrize("path", DIRECTIONS)
def test_no_value_is_looser_than_itself_and_each_direction_says_which_is_stricter(path: str) -> None:
    default = value_at(Policy(version=1), path)

    assert not DIRECTIONS[path].looser(default, default)
    assert DIRECTIONS[path].stricter
