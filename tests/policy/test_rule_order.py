"""Which of two rules is the stricter, held against what the rules do, and one rule that is as strict as both."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from gate.model import Kev
from gate.policy.clauses import Rule
from gate.policy.columns import Table
from gate.policy.conditions import View, When, when_of
from gate.policy.rule_order import added_rules, are_looser_rules, is_looser_rule, strictest_rules
from gate.policy.rules import Eligible, judge_rules, match_rules
from gate.policy.verdict import Disposition, RuleOutcome
from tests.builders import NOW, finding, policy

TODAY = NOW.date()
KEV, EXPLOIT = when_of(kev=True), when_of(exploit=True)
BADNESS = {RuleOutcome.PASS: 0, RuleOutcome.WARN: 1, RuleOutcome.FAIL: 2}


def rule(**fields: Any) -> Rule:
    return Rule(**{"name": "r", "when": KEV, **fields})


@pytest.mark.parametrize(
    ("one", "other", "looser"),
    [
        ({}, {}, False),
        ({"when": EXPLOIT}, {}, True),
        ({"max": 1}, {}, True),
        ({}, {"max": 1}, False),
        ({"action": "warn"}, {}, True),
        ({}, {"action": "warn"}, False),
        ({"if_unknown": "warn"}, {}, True),
        ({}, {"if_unknown": "warn"}, False),
        ({"if_unknown": "fail"}, {}, False),
        ({"action": "warn"}, {"action": "warn", "if_unknown": "fail"}, True),
        ({"spare": ("grace",)}, {}, True),
        ({"spare": ("grace",)}, {"spare": ("baseline",)}, True),
        ({"spare": ("grace",)}, {"spare": ("baseline", "grace")}, False),
        ({"enforce_from": TODAY}, {}, True),
        ({"enforce_from": TODAY}, {"enforce_from": TODAY}, False),
        ({"enforce_from": TODAY}, {"enforce_from": TODAY - timedelta(days=1)}, True),
        ({"enforce_from": TODAY}, {"enforce_from": TODAY + timedelta(days=1)}, False),
        ({}, {"enforce_from": TODAY}, False),
        ({"action": "warn", "enforce_from": TODAY}, {"action": "warn"}, False),
        ({"action": "warn"}, {"action": "warn", "enforce_from": TODAY}, True),
        ({"action": "warn", "enforce_from": TODAY}, {"enforce_from": TODAY}, False),
        ({"action": "warn", "enforce_from": TODAY}, {}, True),
        ({"if_unknown": "warn", "enforce_from": TODAY}, {"enforce_from": TODAY}, True),
        ({"enforce_from": TODAY}, {"action": "warn", "if_unknown": "fail"}, True),
        ({"why": "a"}, {"why": "b"}, False),
    ],
)
def test_a_rule_is_looser_if_it_may_let_pass_what_another_does_not(
    one: dict[str, Any], other: dict[str, Any], *, looser: bool
) -> None:
    assert is_looser_rule(rule(**one), rule(**other)) is looser
    assert are_looser_rules((rule(name="s"), rule(**one)), (rule(**other), rule(name="t"))) is looser


def test_a_rule_of_another_name_is_not_compared() -> None:
    assert not are_looser_rules((rule(max=9),), (rule(name="s"),))
    assert not are_looser_rules((), (rule(),))


def test_added_rules_take_the_place_of_those_of_their_name() -> None:
    one, other = (rule(name="a"), rule(name="b", max=1)), (rule(name="b", max=9), rule(name="c"))

    assert added_rules(one, other) == (rule(name="a"), rule(name="b", max=9), rule(name="c"))


SOME: list[Rule] = [
    rule(max=most, action=action, if_unknown=doubt, spare=spare, enforce_from=day, when=when)
    for most, action, doubt, spare, day, when in (
        (0, "fail", None, (), None, KEV),
        (1, "fail", None, (), None, KEV),
        (0, "warn", None, (), None, KEV),
        (1, "warn", "fail", (), None, KEV),
        (0, "fail", "warn", ("grace",), None, KEV),
        (0, "fail", None, ("grace", "baseline"), None, KEV),
        (0, "fail", None, ("baseline",), None, EXPLOIT),
        (0, "fail", None, (), TODAY + timedelta(days=1), KEV),
        (0, "fail", None, (), TODAY, KEV),
        (0, "warn", None, (), TODAY + timedelta(days=1), KEV),
        (0, "fail", "warn", (), TODAY + timedelta(days=1), EXPLOIT),
        (1, "fail", "warn", (), date(2027, 1, 1), EXPLOIT),
    )
]
LISTED, UNLISTED = Kev(listed=True), Kev(listed=False)
IMAGES = [
    (finding(kev=LISTED, exploit=True),),
    (finding(kev=None, exploit=False),),
    (finding(kev=LISTED), finding(kev=LISTED, exploit=False)),
    (finding(kev=None), finding(kev=None)),
    (finding(kev=UNLISTED, exploit=True), finding(kev=UNLISTED, exploit=True)),
]
DAYS = (TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=90))
VIEW = View(now=NOW, score=lambda _: None, first_seen=lambda _: None)
WORLDS = [
    (Table(listed, VIEW), Eligible(all=2 ** len(listed) - 1, by_disposition={ended: 1}), today)
    for listed in IMAGES
    for ended in (Disposition.COUNTED, Disposition.GRACE, Disposition.BASELINE)
    for today in DAYS
]
"""What a rule is judged over: findings, of which the first ended in different places, as of some days."""


def badness(one: Rule) -> list[int]:
    """Return how badly each of the worlds breaks a rule."""
    rules = policy(rules=(one,))
    return [
        BADNESS[judge_rules(rules, match_rules(rules, table), eligible, today)[0].outcome]
        for table, eligible, today in WORLDS
    ]


def at_least(one: list[int], other: list[int]) -> bool:
    return all(bad >= less for bad, less in zip(one, other, strict=True))


def test_a_rule_that_is_no_looser_lets_nothing_more_pass() -> None:
    bad = [badness(one) for one in SOME]

    for (one, here), (other, there) in product(zip(SOME, bad, strict=True), repeat=2):
        assert is_looser_rule(one, other) or at_least(here, there), f"{one} is looser than {other}"


def test_of_two_rules_with_one_name_none_is_left_that_lets_pass_what_either_does_not() -> None:
    bad = [badness(one) for one in SOME]

    for (one, here), (other, there) in product(zip(SOME, bad, strict=True), repeat=2):
        (both,) = strictest_rules((one,), (other,))
        assert at_least(badness(both), here), f"{both} is looser than {one}"
        assert at_least(badness(both), there), f"{both} is looser than {other}"
        if not (is_looser_rule(one, other) and is_looser_rule(other, one)):
            assert both in {one, other}


def test_of_two_rules_that_both_forbid_something_one_is_made() -> None:
    one = rule(when=KEV, max=2, why="listed", spare=("grace", "baseline"), enforce_from=date(2027, 1, 1))
    other = rule(when=EXPLOIT, max=1, action="warn", if_unknown="fail", spare=("baseline",))

    (both,) = strictest_rules((one,), (other,))

    assert both == rule(
        when=When(any=(KEV, EXPLOIT)), max=1, action="fail", if_unknown="fail", spare=("baseline",), why="listed"
    )


@pytest.mark.parametrize(
    ("one", "other", "day"),
    [
        ({"enforce_from": date(2027, 1, 1)}, {"enforce_from": date(2027, 2, 1)}, date(2027, 1, 1)),
        ({"enforce_from": date(2027, 1, 1)}, {}, None),
        ({"enforce_from": date(2027, 1, 1)}, {"action": "warn"}, date(2027, 1, 1)),
        ({"enforce_from": date(2027, 1, 1)}, {"action": "warn", "if_unknown": "fail"}, None),
        ({"action": "warn"}, {"action": "warn"}, None),
    ],
)
def test_a_day_that_puts_off_a_failure_is_kept_only_where_nothing_fails_before(
    one: dict[str, Any], other: dict[str, Any], day: date | None
) -> None:
    (both,) = strictest_rules((rule(when=KEV, **one),), (rule(when=EXPLOIT, **other),))

    assert both.enforce_from == day
    assert strictest_rules((rule(name="s"),), (rule(**one),)) == (rule(name="s"), rule(**one))


def test_of_two_rules_that_only_warn_and_ask_for_the_same_one_is_made_that_does_so_too() -> None:
    one, other = rule(max=1, action="warn"), rule(spare=("grace",), action="warn")

    assert strictest_rules((one,), (other,)) == (rule(max=0, action="warn", if_unknown="warn"),)
