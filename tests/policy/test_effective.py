"""Overrides: which of them hold for an image, what they may loosen, and what holds where several set one key."""

from itertools import permutations
from typing import Any

import pytest

from gate.model import Image
from gate.policy.clauses import Budget, Max, Rule, Selectors
from gate.policy.document import Policy
from gate.policy.effective import Effective, effective, envs, loosenings, put, selects, variants
from gate.policy.scalars import Duration
from tests.builders import DIGEST, NOW, OTHER_DIGEST, image
from tests.policy.written import policy_of

TODAY = NOW.date()
INDEX = "sha256:" + "1d" * 32
HERE = image(tags=("v1", "latest"), platform="linux/arm64", index_digest=INDEX)
BARE = image(registry=None, repository=None, digest=None, tags=())
OWN = "max: {high: 5, low: 9}\ncvss_floor: 9\n"


def of(text: str, one: Image = HERE, env: str | None = "prod") -> Effective:
    return effective(policy_of(text), one, env, TODAY)


@pytest.mark.parametrize(
    ("selectors", "one", "env", "tightens", "relaxes"),
    [
        ({"env": "prod"}, HERE, "prod", True, True),
        ({"env": "pr*"}, HERE, "prod", True, True),
        ({"env": ("qa", "prod")}, HERE, "prod", True, True),
        ({"env": "PROD"}, HERE, "prod", False, False),
        ({"env": "prod"}, HERE, None, False, False),
        ({"env": "*"}, HERE, "", False, False),
        ({"repository": "team/*"}, HERE, None, True, True),
        ({"repository": "team"}, HERE, None, False, False),
        ({"repository": "*"}, BARE, None, None, None),
        ({"platform": "linux/arm64"}, HERE, None, True, True),
        ({"platform": "linux/amd64"}, HERE, None, False, False),
        ({"platform": "linux/*"}, BARE, None, None, None),
        ({"source": "ecr"}, BARE, None, True, True),
        ({"source": "saved"}, BARE, None, False, False),
        ({"account": "123456789012"}, HERE, None, True, True),
        ({"account": "111122223333"}, HERE, None, False, False),
        ({"account": "*"}, BARE, None, None, None),
        ({"digest": DIGEST}, HERE, None, True, True),
        ({"digest": INDEX}, HERE, None, True, True),
        ({"digest": OTHER_DIGEST}, HERE, None, False, False),
        ({"digest": DIGEST}, BARE, None, None, None),
        ({"tag": "v1"}, HERE, None, True, False),
        ({"tag": ("v*", "latest")}, HERE, None, True, True),
        ({"tag": "v2"}, HERE, None, False, False),
        ({"tag": "*"}, BARE, None, None, None),
        ({"env": "prod", "repository": "team/*"}, HERE, "prod", True, True),
        ({"env": "prod", "repository": "other"}, HERE, "prod", False, False),
        ({"env": "prod", "repository": "*"}, BARE, "prod", None, None),
        ({"env": "dev", "repository": "*"}, BARE, "prod", False, False),
        ({"tag": "v1", "platform": "linux/*"}, image(tags=("v1", "v2")), None, None, False),
    ],
)
def test_an_image_is_selected_where_all_that_is_named_matches(
    selectors: dict[str, Any], one: Image, env: str | None, *, tightens: bool | None, relaxes: bool | None
) -> None:
    assert selects(Selectors(**selectors), one, env) == (tightens, relaxes)


@pytest.mark.parametrize(
    ("selector", "one", "tightens", "loosens"),
    [
        ("tag: v*", image(tags=("v1",)), True, True),
        ("tag: v*", image(tags=("v1", "latest")), True, False),
        ("tag: v*", image(tags=("latest",)), False, False),
        ("tag: v*", image(tags=()), True, False),
        ("platform: linux/arm64", image(platform=None), True, False),
        ("env: dev", image(), False, False),
    ],
)
def test_what_loosens_must_be_known_to_be_for_the_image_and_what_tightens_may_be(
    selector: str, one: Image, *, tightens: bool, loosens: bool
) -> None:
    tighter = of(f"{OWN}overrides: [{{for: {{{selector}}}, max: {{high: 0}}}}]", one)
    looser = of(f"{OWN}overrides: [{{for: {{{selector}}}, max: {{high: 7}}, reason: r}}]", one)

    assert (tighter.policy.max.high, tighter.overrides) == ((0, (0,)) if tightens else (5, ()))
    assert (looser.policy.max.high, looser.is_loosened) == ((7, True) if loosens else (5, False))
    assert looser.strict.max.high == 5


@pytest.mark.parametrize(
    ("may", "does", "policy", "strict"),
    [
        (3, 4, 3, 1),
        (3, 2, 2, 1),
        (3, 0, 0, 0),
        (0, 4, 0, 0),
        (0, 0, 0, 0),
    ],
)
def test_what_may_be_for_the_image_counts_where_another_loosens_the_same_key(
    may: int, does: int, policy: int, strict: int
) -> None:
    override = "{{for: {{{}}}, max: {{high: {}}}, reason: r}}"
    overrides = (override.format("tag: v1", may), override.format("env: prod", does))

    for order in (overrides, overrides[::-1]):
        found = of(f"max: {{high: 1}}\noverrides: [{', '.join(order)}]")
        assert (found.policy.max.high, found.strict.max.high) == (policy, strict)
        assert found.is_loosened is (does > 1)


def test_what_may_be_for_the_image_does_not_count_where_another_loosens_another_key() -> None:
    mode, limit = "{for: {env: prod}, mode: warn, reason: r}", "{for: {tag: v1}, max: {high: 7}, reason: r}"

    found = of(f"{OWN}overrides: [{mode}, {limit}]")

    assert (found.policy.mode, found.policy.max.high, found.overrides) == ("warn", 5, (0,))


def test_a_rule_that_loosens_keeps_none_beside_it_from_an_image_that_may_be_meant() -> None:
    rules = "[{name: r, when: {kev: true}, max: 9}, {name: s, when: {kev: true}}]"

    found = of(
        f"{OWN}rules: [{{name: r, when: {{kev: true}}}}]\noverrides: [{{for: {{tag: v1}}, reason: x, rules: {rules}}}]"
    )

    assert [(rule.name, rule.max) for rule in found.policy.rules] == [("r", 0), ("s", 0)]
    assert not found.is_loosened


def test_three_limits_of_which_none_is_the_strictest_come_to_one_in_any_order() -> None:
    budgets = ("{fixable: 0, unfixable: 9}", "{fixable: 9, unfixable: 0}", "{fixable: 4, unfixable: 4, unknown: 1}")
    overrides = [f"{{for: {{env: prod}}, reason: r, max: {{high: {budget}}}}}" for budget in budgets]

    found = [of(f"{OWN}overrides: [{', '.join(order)}]").policy.max.high for order in permutations(overrides)]

    assert len(set(map(repr, found))) == 1
    assert isinstance(found[0], Budget)
    assert (found[0].fixable, found[0].unfixable) == (0, 0)


@pytest.mark.parametrize(
    ("key", "own", "looser", "tighter"),
    [
        ("mode", "enforce", "warn", "enforce"),
        ("mode", "warn", "warn", "enforce"),
        ("max.high", "5", "{fixable: 5, unfixable: 3}", "{fixable: 2, unfixable: 3}"),
        ("max.critical", "unlimited", "unlimited", "9"),
        ("max.unknown", "0", "1", "0"),
        ("cvss_floor", "7.0", "9.0", "4.0"),
        ("grace", "{high: 7d}", "{high: 8d}", "{high: 6d}"),
        ("scan.kind", "basic", "any", "enhanced"),
        ("scan.max_age", "24h", "25h", "23h"),
        ("scan.max_data_age", "24h", "25h", "23h"),
        ("scan.tag_moved", "no_verdict", "warn", "no_verdict"),
        ("scan.inspector_suppressed", "count", "trust", "count"),
        ("scan.platforms", "[linux/amd64]", "[linux/arm64]", "[linux/amd64, linux/arm64]"),
        ("scan.unsupported", "fail", "{accept: true, repository: tools/*, reason: r}", "fail"),
    ],
)
def test_of_two_overrides_for_one_key_the_strictest_counts_in_any_order(
    key: str, own: str, looser: str, tighter: str
) -> None:
    def holding(value: str, *overrides: str) -> str:
        floor = "" if key == "cvss_floor" else "cvss_floor: 9\n"
        return f"{floor}{nested(key, value)}\noverrides: [{', '.join(overrides)}]"

    one, other = (f"{{for: {{env: prod}}, reason: r, {nested(key, value)}}}" for value in (looser, tighter))
    values = {value: at(policy_of(holding(value)), key) for value in (own, looser, tighter)}

    for order in ((one, other), (other, one)):
        found = of(holding(own, *order))
        assert (at(found.policy, key), found.overrides) == (values[tighter], (0, 1))
        assert at(found.strict, key) == values[tighter]
    alone = of(holding(own, one))
    assert (at(alone.policy, key), at(alone.strict, key)) == (values[looser], values[own])
    assert alone.is_loosened is (own != looser)


def nested(key: str, value: str) -> str:
    section, _, name = key.partition(".")
    return f"{section}: {{{name}: {value}}}" if name else f"{section}: {value}"


def at(rules: Policy, key: str) -> Any:
    section, _, name = key.partition(".")
    part = getattr(rules, section)
    value = getattr(part, name) if name else part
    return set(value) if isinstance(value, tuple) else value


def test_an_override_takes_the_place_of_the_policys_own_value() -> None:
    found = of(f"{OWN}overrides: [{{for: {{env: prod}}, max: {{high: 9}}, grace: {{high: 7d}}, reason: r}}]")

    assert (found.policy.max, found.policy.cvss_floor) == (Max(high=9, low=9), 9.0)
    assert found.policy.grace is not None
    assert (found.strict.max, found.strict.grace) == (Max(high=5, low=9), None)
    assert found.is_loosened


def test_an_override_may_loosen_one_key_and_tighten_another() -> None:
    found = of(f"{OWN}overrides: [{{for: {{env: prod}}, max: {{high: 9, low: 0}}, reason: r}}]")

    assert found.policy.max == Max(high=9, low=0)
    assert found.strict.max == Max(high=5, low=0)


@pytest.mark.parametrize(
    ("days", "holds"),
    [("since: 2026-11-20, until: 2026-11-20", True), ("until: 2026-11-19", False), ("since: 2026-11-21", False)],
)
def test_an_override_holds_on_the_days_that_it_says(days: str, *, holds: bool) -> None:
    found = of(f"{OWN}overrides: [{{for: {{env: prod}}, max: {{high: 0}}, {days}}}]")

    assert (found.policy.max.high, found.overrides) == ((0, (0,)) if holds else (5, ()))


def test_without_overrides_the_policy_is_as_it_is() -> None:
    rules = policy_of(OWN)

    found = effective(rules, HERE, "prod", TODAY)

    assert found == Effective(policy=rules, strict=rules, overrides=(), is_loosened=False)


RULE = "{{name: r, when: {{kev: true}}, max: {}}}"
RULES = f"{OWN}rules: [{RULE.format(3)}]\noverrides: [{{}}]"


def rules_of(*changes: str, text: str = RULES) -> tuple[list[tuple[str, int]], bool]:
    listed = ", ".join(f"{{for: {{env: prod}}, reason: x, rules: [{rules}]}}" for rules in changes)
    found = of(text.replace("{}", listed, 1) if changes else text.replace("overrides: [{}]", ""))
    return [(rule.name, rule.max) for rule in found.policy.rules], found.is_loosened


@pytest.mark.parametrize(
    ("changes", "expected", "loosened"),
    [
        (("{name: s, when: {kev: true}}",), [("r", 3), ("s", 0)], False),
        ((RULE.format(0),), [("r", 0)], False),
        ((RULE.format(7),), [("r", 7)], True),
        ((RULE.format(7), RULE.format(5)), [("r", 5)], True),
        ((RULE.format(5), RULE.format(7)), [("r", 5)], True),
        ((RULE.format(0), RULE.format(7)), [("r", 0)], True),
        ((RULE.format(7), "{name: s, when: {kev: true}}"), [("r", 7), ("s", 0)], True),
    ],
)
def test_rules_are_added_and_take_the_place_of_those_of_the_same_name(
    changes: tuple[str, ...], expected: list[tuple[str, int]], *, loosened: bool
) -> None:
    assert rules_of(*changes) == (expected, loosened)


def test_a_rule_that_asks_for_something_else_than_that_of_the_same_name_loosens() -> None:
    other = "{for: {env: x}, reason: r, rules: [{name: r, when: {fix: none}}]}"
    rules = policy_of(f"{OWN}rules: [{RULE.format(3)}]\noverrides: [{other}]")

    assert loosenings(rules, rules.overrides[0]) == ("rules",)


def test_the_keys_that_an_override_loosens_are_named_by_their_paths() -> None:
    rules = policy_of(
        f"{OWN}overrides: [{{for: {{env: prod}}, mode: warn, max: {{high: 9, low: 0}}, cvss_floor: 4,"
        " scan: {kind: any, max_age: 1h, tag_moved: warn}, reason: r}]"
    )

    assert loosenings(rules, rules.overrides[0]) == ("mode", "max.high", "scan.tag_moved")


def test_the_values_that_a_key_may_have_are_the_policys_own_and_those_of_overrides() -> None:
    rules = policy_of(
        f"{OWN}overrides: [{{for: {{env: a}}, mode: warn, reason: r}}, {{for: {{env: b}}, max: {{high: 0}}}}]"
    )

    assert variants(rules, "mode") == ("enforce", "warn")
    assert variants(rules, "max.high") == (5, 0)
    assert variants(rules, "scan.max_age") == (None,)


def test_the_environments_that_a_policy_names_stand_in_overrides_and_entries() -> None:
    rules = policy_of(
        f"{OWN}overrides: [{{for: {{env: [prod, qa]}}, max: {{high: 0}}}}, {{for: {{tag: x}}, max: {{high: 0}}}}]\n"
        "ignore: [{id: a, reason: r}, {id: b, reason: r, for: {env: [qa, dev]}}, {id: c, reason: r, for: {tag: x}}]"
    )

    assert envs(rules) == ("prod", "qa", "dev")
    assert envs(policy_of(OWN)) == ()


def test_a_value_is_put_at_the_path_that_the_file_writes() -> None:
    rules = policy_of(OWN)

    assert put(rules, "cvss.from", ("nvd",)).cvss.sources == ("nvd",)
    assert put(rules, "mode", "warn").mode == "warn"
    assert put(rules, "scan.max_age", Duration(60)).scan.max_age == Duration(60)
    assert put(rules, "rules", ()) == rules
    assert isinstance(policy_of(f"{OWN}rules: [{RULE.format(1)}]").rules[0], Rule)
