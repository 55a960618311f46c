"""Named rules: which findings they look at, what certain and doubtful matches do, and when a failure is a warning."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import Finding, FindingStatus, Fix, Kev, Severity
from gate.policy.baseline import Compared
from gate.policy.clauses import Action, Baseline, Grace, Ignore, Max, Rule
from gate.policy.columns import Table
from gate.policy.conditions import View, when_of
from gate.policy.document import Policy, ScanDemands
from gate.policy.loader import loads
from gate.policy.rules import Eligible, is_enforced, judge_rules, match_rules
from gate.policy.scalars import Duration
from gate.policy.verdict import BaselineUsed, Disposition, Outcome, RuleOutcome, RuleVerdict, Sight
from tests.builders import NOW, finding, judge, package, policy, scan

TODAY = NOW.date()
DAY = timedelta(days=1)
VIEW = View(now=NOW, score=lambda _: None, first_seen=lambda _: None)
LISTED, CLEAR = Kev(listed=True), Kev(listed=False)
KNOWN = when_of(kev=True)
FAIL, WARN, PASS = RuleOutcome.FAIL, RuleOutcome.WARN, RuleOutcome.PASS


def rule(name: str = "asked", **fields: Any) -> Rule:
    return Rule(name=name, **{"when": KNOWN, **fields})


def findings(certain: int = 0, doubtful: int = 0, clear: int = 1) -> list[Finding]:
    """Return so many findings that match, may match, and do not."""
    kevs = [*[LISTED] * certain, *[None] * doubtful, *[CLEAR] * clear]
    return [finding(f"CVE-{number}", kev=kev) for number, kev in enumerate(kevs)]


def verdict_of(rules: Policy, *listed: Finding, name: str = "asked", **options: Any) -> RuleVerdict:
    """Return how one rule comes out for one image."""
    [found] = [one for one in judge(rules, scan(*listed), **options).images[0].rules if one.name == name]
    return found


@pytest.mark.parametrize(
    ("certain", "doubtful", "most", "action", "if_unknown", "outcome"),
    [
        (0, 0, 0, "fail", None, PASS),
        (1, 0, 0, "fail", None, FAIL),
        (0, 1, 0, "fail", None, FAIL),
        (1, 0, 0, "warn", None, WARN),
        (0, 1, 0, "warn", None, WARN),
        (0, 1, 0, "fail", "warn", WARN),
        (1, 0, 0, "fail", "warn", FAIL),
        (1, 1, 0, "fail", "warn", FAIL),
        (0, 1, 0, "warn", "fail", FAIL),
        (1, 0, 0, "warn", "fail", WARN),
        (1, 1, 0, "warn", "fail", FAIL),
        (2, 0, 2, "fail", None, PASS),
        (3, 0, 2, "fail", None, FAIL),
        (0, 2, 2, "fail", None, PASS),
        (0, 3, 2, "fail", None, FAIL),
        (1, 1, 2, "fail", None, PASS),
        (1, 2, 2, "fail", None, FAIL),
        (2, 1, 2, "fail", None, FAIL),
        (1, 2, 2, "fail", "warn", WARN),
        (2, 1, 2, "fail", "warn", WARN),
        (3, 1, 2, "fail", "warn", FAIL),
        (3, 0, 2, "warn", "fail", WARN),
        (3, 1, 2, "warn", "fail", FAIL),
        (2, 1, 2, "warn", "fail", FAIL),
    ],
)
def test_certain_matches_do_what_the_rule_says_and_doubtful_ones_count_beside_them(
    certain: int, doubtful: int, most: int, action: Action, if_unknown: Action | None, outcome: RuleOutcome
) -> None:
    rules = policy(rules=(rule(max=most, action=action, if_unknown=if_unknown),))

    told = verdict_of(rules, *findings(certain, doubtful))

    assert (told.outcome, told.count, told.unknown, told.max, told.action) == (
        *(outcome, certain + doubtful, doubtful, most),
        action,
    )
    assert len(told.findings) == (0 if outcome is PASS else certain + doubtful)


Numbers = st.integers(0, 4)
ACTIONS: tuple[Action, ...] = ("fail", "warn")


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    *(Numbers, Numbers, Numbers),
    st.sampled_from(ACTIONS),
    st.sampled_from((None, *ACTIONS)),
    st.sampled_from(("enforce", "warn")),
    st.sampled_from((None, *(TODAY + days * DAY for days in (-1, 0, 1)))),
)
def test_a_rule_comes_out_as_the_page_says(
    certain: int,
    doubtful: int,
    most: int,
    action: Action,
    if_unknown: Action | None,
    mode: Literal["enforce", "warn"],
    enforce_from: date | None,
) -> None:
    asked = rule(max=most, action=action, if_unknown=if_unknown, enforce_from=enforce_from)
    rules = policy(mode=mode, rules=(asked,))
    seen = tuple(findings(certain, doubtful))
    everything = Eligible(all=(1 << len(seen)) - 1, by_disposition={})

    [told] = judge_rules(rules, match_rules(rules, Table(seen, VIEW)), everything, TODAY)

    final: Action = "fail" if enforce_from else action
    done = {final} if certain > most else set[Action]()
    done |= {if_unknown or final} if doubtful and certain + doubtful > most else set()
    lenient = mode == "warn" or (enforce_from is not None and enforce_from > TODAY)
    fails = "fail" in done and not lenient
    assert told.outcome is (FAIL if fails else WARN if done else PASS)
    assert told.findings == (tuple(range(certain + doubtful)) if done else ())


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("days", "enforced"), [(-1, True), (0, True), (1, False)])
def test_a_rule_fails_from_the_day_that_it_names_whatever_it_did_before(
    days: int, action: Action, *, enforced: bool
) -> None:
    begins = TODAY + days * DAY
    asked = rule(enforce_from=begins, action=action)

    told = verdict_of(policy(rules=(asked,)), *findings(1))

    assert is_enforced(asked, TODAY) is enforced
    assert (told.outcome, told.action) == ((FAIL, "fail") if enforced else (WARN, "warn"))
    assert (f"this warning becomes a failure on {begins}" in told.why) is not enforced


def test_what_is_in_doubt_does_not_fail_before_that_day_either() -> None:
    asked = rule(action="warn", if_unknown="fail", enforce_from=TODAY + DAY)

    assert verdict_of(policy(rules=(asked,)), *findings(0, 1)).outcome is WARN


def test_the_days_of_enforce_from_are_those_of_utc() -> None:
    asked = policy(rules=(rule(enforce_from=TODAY + DAY),))
    midnight = NOW.replace(hour=0) + DAY

    assert verdict_of(asked, *findings(1), now=midnight - timedelta(seconds=1)).outcome is WARN
    assert verdict_of(asked, *findings(1), now=midnight).outcome is FAIL


def test_a_policy_that_only_warns_says_nothing_of_a_day_to_come() -> None:
    told = verdict_of(policy(mode="warn", rules=(rule(enforce_from=TODAY + DAY),)), *findings(1))

    assert (told.outcome, told.action) == (WARN, "warn")
    assert "becomes" not in told.why


def test_a_warning_that_stays_one_says_nothing_of_a_day_to_come() -> None:
    told = verdict_of(policy(rules=(rule(if_unknown="warn", enforce_from=TODAY + DAY),)), *findings(0, 1))

    assert told.outcome is WARN
    assert "becomes" not in told.why


@pytest.mark.parametrize(
    ("numbers", "fields", "why"),
    [
        ((0, 0), {}, "0 findings of this rule, 0 allowed"),
        ((1, 0), {}, "1 finding of this rule, 0 allowed"),
        ((3, 0), {"max": 5}, "3 findings of this rule, 5 allowed"),
        (
            (1, 1),
            {"why": "CISA lists it."},
            "2 findings of this rule, 0 allowed (1 of them because it is not known whether they match): CISA lists it.",
        ),
        (
            (1, 0),
            {"why": "Soon.", "enforce_from": TODAY + DAY},
            "1 finding of this rule, 0 allowed; this warning becomes a failure on 2026-11-21: Soon.",
        ),
    ],
)
def test_a_rule_says_how_many_were_counted_and_why_it_is_there(
    numbers: tuple[int, int], fields: dict[str, Any], why: str
) -> None:
    assert verdict_of(policy(rules=(rule(**fields),)), *findings(*numbers)).why == why


def test_a_hostile_reason_stays_on_its_line() -> None:
    told = verdict_of(policy(rules=(rule(why="a\n::error::b\x1b[31m" + "x" * 2_000),)), *findings(1))

    assert told.why == f"1 finding of this rule, 0 allowed: a ::error::b{'x' * 287}…"


def settled(*, spare: tuple[Any, ...] = (), **fields: Any) -> Policy:
    return policy(
        rules=(rule(spare=spare),),
        ignore=(Ignore(id="CVE-IGNORED", reason="accepted"),),
        grace=Grace(high=Duration(7 * 86_400)),
        baseline=Baseline(image="prod"),
        scan=ScanDemands(inspector_suppressed="trust"),
        **fields,
    )


BASELINE = finding("CVE-BASELINE", kev=LISTED)
GRACE = finding("CVE-GRACE", published=NOW - DAY, kev=LISTED)
COMPARED = Compared(
    used=BaselineUsed(target="prod"),
    sights={BASELINE.key: Sight(severity=Severity.HIGH, fix=Fix.UNKNOWN, kev=True)},
)
SETTLED = (
    finding("CVE-IGNORED", kev=LISTED),
    finding("CVE-SUPPRESSED", status=FindingStatus.SUPPRESSED, kev=LISTED),
    finding("CVE-CLOSED", status=FindingStatus.CLOSED, kev=LISTED),
)


@pytest.mark.parametrize(
    ("spare", "seen"),
    [
        ((), ["CVE-BASELINE", "CVE-COUNTED", "CVE-GRACE"]),
        (("grace",), ["CVE-BASELINE", "CVE-COUNTED"]),
        (("baseline",), ["CVE-COUNTED", "CVE-GRACE"]),
        (("grace", "baseline"), ["CVE-COUNTED"]),
    ],
)
def test_a_rule_looks_at_what_nothing_settled_and_spares_what_it_says(spare: tuple[str, ...], seen: list[str]) -> None:
    listed = scan(*SETTLED, BASELINE, GRACE, finding("CVE-COUNTED", kev=LISTED))

    image = judge(settled(spare=spare), listed, compared=(COMPARED,)).images[0]

    dispositions = {one.id: one.disposition for one in image.findings}
    [told] = [one for one in image.rules if one.name == "asked"]
    assert dispositions == {f"CVE-{one.name}": one for one in Disposition if one is not Disposition.VEX}
    assert [image.findings[index].id for index in told.findings] == seen
    assert told.count == len(seen)


def test_a_rule_that_spares_everything_that_is_left_passes() -> None:
    rules = settled(spare=("grace", "baseline"), max=Max(high=0))

    judged = judge(rules, scan(*SETTLED, BASELINE, GRACE), compared=(COMPARED,)).images[0]

    assert [one.outcome for one in judged.rules if one.name in {"asked", "max.high"}] == [PASS, PASS]


def test_findings_that_may_be_spared_are_only_those_that_rules_may_look_at() -> None:
    rules = policy(rules=(rule("sparing", spare=("grace",)), rule("stern")))
    matched = match_rules(rules, Table(findings(3, 0, 0), VIEW))
    eligible = Eligible(all=0b011, by_disposition={Disposition.GRACE: 0b101, Disposition.BASELINE: 0b010})

    sparing, stern = judge_rules(rules, matched, eligible, TODAY)

    assert (sparing.findings, stern.findings) == ((1,), (0, 1))


def test_where_nothing_is_in_grace_or_in_a_baseline_nothing_is_spared() -> None:
    rules = policy(rules=(rule(spare=("grace", "baseline")),))

    [told] = judge_rules(rules, match_rules(rules, Table(findings(2), VIEW)), Eligible(all=3, by_disposition={}), TODAY)

    assert told.findings == verdict_of(rules, *findings(2)).findings == (0, 1)


def test_matches_are_found_once_whatever_is_eligible_later() -> None:
    rules = policy(rules=(rule(),))
    [matched] = match_rules(rules, Table(findings(1, 1, 1), VIEW))

    assert (matched.rule, matched.kleene.true, matched.kleene.unknown) == (rules.rules[0], 0b001, 0b010)
    assert judge_rules(rules, (matched,), Eligible(all=0, by_disposition={}), TODAY)[0].outcome is PASS


def test_every_rule_is_judged_and_the_worst_action_wins_in_any_order() -> None:
    rules = (rule("warns", action="warn"), rule("fails"), rule("holds", max=9))

    for order in permutations(rules):
        image = judge(policy(rules=order), scan(*findings(1))).images[0]
        assert {one.name: one.outcome for one in image.rules}.items() >= {
            ("warns", WARN),
            ("fails", FAIL),
            ("holds", PASS),
        }
        assert image.verdict is Outcome.FAIL


def test_a_rule_sees_a_finding_if_any_one_of_its_packages_is_meant() -> None:
    text = b"version: 1\nrules: [{name: asked, when: {package: log4j-core, version: '2.1*'}}]\n"
    rules = loads(text, file="gate.yaml").policy
    both = (("log4j-core", "2.17"), ("log4j-core", "3.0"))
    crossed = (("log4j-core", "3.0"), ("slf4j", "2.17"))

    for packages, outcome in ((both, FAIL), (crossed, PASS), ((), FAIL)):
        found = finding("CVE-1", packages=tuple(package(name, version=version) for name, version in packages))
        assert verdict_of(rules, found).outcome is outcome
