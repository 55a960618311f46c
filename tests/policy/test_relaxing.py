"""What all relaxations share: the days on which they hold, and how messages name them."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from gate.policy.clauses import Ignore, Relaxation, Selectors
from gate.policy.conditions import When
from gate.policy.relaxing import (
    Uses,
    has_expired,
    ignore_name,
    ignore_path,
    is_in_force,
    relaxations,
    selected_text,
    steps_of,
    until_text,
    value_text,
    what_is_ignored,
    when_text,
    words_of,
)
from gate.policy.scalars import Until
from tests.builders import NOW
from tests.policy.written import naming_vex, policy_of

TODAY = NOW.date()
WHENS = [
    ("{kev: true, exploit: false}", "exploit false, kev true"),
    ("{severity: [high+, unknown], epss: 0.10+}", "severity high+ or unknown, epss 0.10+"),
    ("{id: [CVE-1, CVE-2]}", "id CVE-1 or CVE-2"),
    ("{vector: {AV: N, PR: [N, L]}}", "vector AV:N PR:N or L"),
    ("{kev_due: passed, published: 30d+}", "kev_due passed, published 30d+"),
    ("{any: [{id: CVE-1}, {kev: true, fix: none}]}", "any of (id CVE-1; fix none, kev true)"),
    ("{all: [{id: CVE-1}], not: {kev: true}}", "(id CVE-1), not (kev true)"),
    ("{path: " + "x" * 200 + "}", f"path {'x' * 74}…"),
]


def ignore(until: str | list[str] | None = None, **fields: Any) -> Ignore:
    return Ignore(**{"id": "CVE-1", **fields}, until=Until.parse(until) if until else None)


def when(text: str) -> When:
    return policy_of(f"rules: [{{name: r, when: {text}}}]").rules[0].when


@pytest.mark.parametrize(
    ("since", "until", "in_force", "expired"),
    [
        (None, None, True, False),
        (0, None, True, False),
        (1, None, False, False),
        (None, 0, True, False),
        (None, 1, True, False),
        (None, -1, False, True),
        (-30, -1, False, True),
        (-30, 0, True, False),
        (1, 30, False, False),
    ],
)
def test_a_relaxation_holds_from_its_first_through_its_last_day(
    since: int | None, until: int | None, *, in_force: bool, expired: bool
) -> None:
    days = [None if offset is None else TODAY + timedelta(days=offset) for offset in (since, until)]
    entry = Ignore(id="CVE-1", since=days[0], until=Until(days[1], fixed=False) if days[1] else None)

    assert is_in_force(entry, TODAY) is in_force
    assert has_expired(entry, TODAY) is expired


def test_what_ends_with_a_fix_alone_never_expires() -> None:
    assert is_in_force(ignore("fixed"), TODAY)
    assert not has_expired(ignore("fixed"), TODAY)


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, None), ("2026-12-31", "2026-12-31"), ("fixed", "fixed"), (["2026-12-31", "fixed"], "2026-12-31 or fixed")],
)
def test_an_end_is_written_as_people_read_it(until: str | list[str] | None, expected: str | None) -> None:
    assert until_text(ignore(until)) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ignore(), ""),
        (ignore(owner="team"), ", owner team"),
        (ignore("fixed", owner="te\nam", ticket="S-1"), ", owner te am, ticket S-1, until fixed"),
        (ignore(owner="x" * 200), f", owner {'x' * 99}…"),
    ],
)
def test_who_answers_for_a_relaxation_is_told_in_a_few_words(entry: Ignore, expected: str) -> None:
    assert words_of(entry) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "CVE-1"}, "CVE-1"),
        ({"id": None, "package": "zlib"}, "package zlib"),
        ({"id": ("CVE-1", "CVE-2"), "package": "z*"}, "CVE-1, CVE-2, package z*"),
        ({"version": "1.*", "package_type": "jar", "path": "/a"}, "CVE-1, version 1.*, type jar, path /a"),
        ({"id": "CVE-\x1b[31m1"}, "CVE-1"),
        ({"id": "x" * 500}, f"{'x' * 79}…"),
    ],
)
def test_an_entry_is_called_by_its_place_and_what_it_matches(fields: dict[str, Any], expected: str) -> None:
    assert what_is_ignored(ignore(**fields)) == expected
    assert ignore_name(2, ignore(**fields)) == f"ignore entry 3 ({expected})"
    assert ignore_path(2) == "ignore[2]"


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (Selectors(env="prod"), "env prod"),
        (Selectors(env=("prod", "qa"), repository="team/*"), "env prod or qa, repository team/*"),
        (Selectors(digest="sha256:" + "a" * 64), f"digest sha256:{'a' * 64}"),
        (Selectors(tag="x" * 100), f"tag {'x' * 75}…"),
    ],
)
def test_images_are_called_by_what_selects_them(selectors: Selectors, expected: str) -> None:
    assert selected_text(selectors) == expected


@pytest.mark.parametrize(("text", "expected"), WHENS)
def test_conditions_are_one_short_line_in_the_policys_own_words(text: str, expected: str) -> None:
    assert when_text(when(text)) == expected


@pytest.mark.parametrize(("value", "expected"), [(True, "true"), (("a", "b"), "a or b"), ("x", "x"), (7, "7")])
def test_a_value_is_written_as_the_policy_writes_it(value: object, expected: str) -> None:
    assert value_text(value) == expected


def test_every_relaxation_of_a_policy_is_named_by_its_place_in_the_policys_order() -> None:
    accept = "{accept: true, repository: tools/*, reason: r}"
    rules = naming_vex(
        policy_of(f"""\
cvss_floor: 9
ignore: [{{id: CVE-1, reason: r}}, {{package: zlib, reason: r}}]
severity: {{adjust: [{{when: {{id: CVE-2}}, to: low, reason: r}}]}}
grace: {{high: 7d}}
baseline: {{image: prod}}
overrides:
  - {{for: {{env: dev}}, max: {{high: 9}}, reason: r}}
  - {{for: {{env: qa}}, scan: {{unsupported: {accept}}}, reason: r}}
  - {{for: {{tag: v*}}, scan: {{kind: enhanced}}}}
scan: {{unsupported: {accept}}}
""")
    )

    found = list(relaxations(rules))

    assert [(path, name) for path, name, _ in found] == [
        ("ignore[0]", "ignore entry 1 (CVE-1)"),
        ("ignore[1]", "ignore entry 2 (package zlib)"),
        ("severity.adjust[0]", "severity.adjust entry 1 (id CVE-2 to low)"),
        ("vex", "vex"),
        ("grace", "grace"),
        ("baseline", "baseline"),
        ("overrides[0]", "override 1 (for env dev)"),
        ("overrides[1]", "override 2 (for env qa)"),
        ("overrides[1].scan.unsupported", "override 2's scan.unsupported"),
        ("overrides[2]", "override 3 (for tag v*)"),
        ("scan.unsupported", "scan.unsupported"),
    ]
    assert {type(entry) for _, _, entry in found} == set(get_args(Relaxation))
    assert [steps_of(path) for path, _, _ in found][:3] == [("ignore", 0), ("ignore", 1), ("severity", "adjust", 0)]
    assert steps_of("overrides[11].scan.unsupported") == ("overrides", 11, "scan", "unsupported")


def test_a_policy_without_relaxations_names_none() -> None:
    assert list(relaxations(policy_of("max: {critical: 0}"))) == []


def test_nothing_was_of_use_before_anything_was_judged() -> None:
    uses = Uses()

    assert (uses.used, uses.outlived, uses.barred) == (set(), set(), set())
