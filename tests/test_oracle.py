"""The policy language, held against a second reading of its page, and against what the page promises of any policy."""

from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Finding, Fix, Severity
from gate.policy.clauses import Max, Override, SeverityChanges
from gate.policy.conditions import when_of
from gate.policy.effective import loosenings
from gate.policy.evaluate import Beside, evaluate
from gate.policy.rejudge import disagreement
from gate.reports.json_document import read, render
from tests.builders import finding, image, scan, used
from tests.oracle_worlds import (
    World,
    any_world,
    crowds,
    differences,
    made_change,
    made_clash,
    overridden,
    rated,
    ruled,
    worlds,
)
from tests.policy.written import policy_of
from tests.strategies import seeded, tighter
from tests.strategies_language import (
    made_adjust,
    made_ignore,
    made_rule,
    made_when,
)

AGREEMENT = settings(derandomize=True, deadline=None, max_examples=300)
PROPERTY = settings(derandomize=True, deadline=None, max_examples=100)
WORSE = ("pass", "warn", "fail")
SEVERITIES = tuple(Severity)
FACTS = ("exploit", "epss", "kev", "kev_due", "in_use", "published", "first_seen", "version", "type", "path", "scores")


def end(world: World) -> int:
    """Return how bad the verdict on the image is."""
    return WORSE.index(world.image().verdict.value)


def ruling(world: World, **changes: Any) -> World:
    """Return the same world under a policy that is changed."""
    return replace(world, rules=replace(world.rules, **changes))


@AGREEMENT
@given(worlds())
def test_the_gate_says_what_the_page_says(world: World) -> None:
    assert differences(world.image(), world.expected()) == []


@AGREEMENT
@given(crowds())
def test_the_gate_reads_each_condition_as_the_page_does(world: World) -> None:
    assert differences(world.image(), world.expected()) == []


@AGREEMENT
@given(overridden())
def test_the_gate_reads_overrides_as_the_page_does(world: World) -> None:
    assert differences(world.image(), world.expected()) == []


@AGREEMENT
@given(rated())
def test_the_gate_reads_adjust_ignore_and_never_as_the_page_does(world: World) -> None:
    assert differences(world.image(), world.expected()) == []


@PROPERTY
@given(any_world(), st.sampled_from(SEVERITIES), st.data())
def test_a_lower_limit_never_turns_fail_into_pass(world: World, severity: Severity, data: st.DataObject) -> None:
    limit = data.draw(tighter(world.rules.max.of(severity)))
    stricter = ruling(world, max=replace(world.rules.max, **{severity.value: limit}))

    assert end(world) <= end(stricter)


@PROPERTY
@given(st.one_of(overridden(), crowds()), st.randoms(use_true_random=False))
def test_a_rule_that_allows_less_never_turns_fail_into_pass(world: World, source: Random) -> None:
    rules = list(world.rules.rules)
    lenient = [number for number, rule in enumerate(rules) if rule.max]
    assume(lenient)
    number = source.choice(lenient)
    rules[number] = replace(rules[number], max=source.randrange(rules[number].max))

    assert end(world) <= end(ruling(world, rules=tuple(rules)))


@PROPERTY
@given(any_world(), st.randoms(use_true_random=False))
def test_the_order_of_whatever_is_a_list_never_matters(world: World, source: Random) -> None:
    def shuffled(listed: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(source.sample(listed, len(listed)))

    other = ruling(
        replace(world, seen=replace(world.seen, findings=shuffled(world.seen.findings))),
        rules=shuffled(world.rules.rules),
        ignore=shuffled(world.rules.ignore),
        severity=SeverityChanges(adjust=shuffled(world.rules.severity.adjust)),
        overrides=shuffled(world.rules.overrides),
    )

    assert ruled(other.image()) == ruled(world.image())
    assert _reasons(other) == _reasons(world)


@PROPERTY
@given(any_world(), seeded(lambda source: [made_clash(source) for _ in range(3)]), st.permutations(range(3)))
def test_the_order_of_overrides_that_contradict_each_other_never_matters(
    world: World, changes: list[Override], order: list[int]
) -> None:
    one = ruling(world, overrides=tuple(changes))
    other = ruling(world, overrides=tuple(changes[number] for number in order))

    assert ruled(one.image()) == ruled(other.image())


@PROPERTY
@given(worlds(count_by="finding", overrides=()), seeded(lambda source: [made_clash(source) for _ in range(2)]))
def test_two_overrides_of_the_same_keys_allow_nothing_that_either_forbids(
    world: World, changes: list[Override]
) -> None:
    alone = [end(ruling(world, overrides=(change,))) for change in changes]

    assert max(alone) <= end(ruling(world, overrides=tuple(changes)))


@PROPERTY
@given(st.one_of(worlds(count_by="finding"), overridden(count_by="finding")), seeded(made_change))
def test_an_override_that_loosens_nothing_never_turns_fail_into_pass(world: World, added: Override) -> None:
    assume(not loosenings(world.rules, added))

    assert end(world) <= end(ruling(world, overrides=(*world.rules.overrides, added)))


@PROPERTY
@given(any_world(), seeded(lambda source: made_rule(source, "added")))
def test_one_more_rule_never_turns_fail_into_pass(world: World, rule: Any) -> None:
    assert end(world) <= end(ruling(world, rules=(*world.rules.rules, rule)))


@PROPERTY
@given(st.one_of(worlds(count_by="finding"), overridden(count_by="finding")), seeded(made_when))
def test_one_more_condition_of_never_never_turns_fail_into_pass(world: World, more: Any) -> None:
    # NOTE: a severity that is not lowered may leave a budget that is spent for one that is not.
    before = ruling(world, severity=SeverityChanges())
    never = before.rules.relaxations.never
    both = more if never is None else when_of(any=(never, more))

    assert end(before) <= end(ruling(before, relaxations=replace(before.rules.relaxations, never=both)))


@PROPERTY
@given(st.one_of(worlds(count_by="finding"), rated(count_by="finding")), seeded(made_ignore))
def test_one_more_accepted_risk_never_turns_pass_into_fail(world: World, entry: Any) -> None:
    assert end(ruling(world, ignore=(*world.rules.ignore, entry))) <= end(world)


@PROPERTY
@given(st.one_of(worlds(count_by="finding"), crowds()), st.sampled_from(FACTS), st.randoms(use_true_random=False))
def test_a_fact_that_nobody_knows_any_more_never_turns_fail_into_pass(world: World, fact: str, source: Random) -> None:
    # NOTE: a rule may ask less of what is unknown; without a score `cvss.missing` decides; a severity that is not
    # changed leaves another budget; what neither the image nor its baseline knows has not become worse.
    rules = tuple(replace(rule, if_unknown=None) for rule in world.rules.rules)
    floor = None if fact == "scores" else world.rules.cvss_floor
    world = replace(world, sights=None)
    world = ruling(world, rules=rules, cvss_floor=floor, severity=SeverityChanges(), overrides=(), count_by="finding")

    assert end(world) <= end(_forgetting(world, fact, source))


@PROPERTY
@given(rated(), st.sampled_from((*FACTS, "fix")), st.sampled_from(SEVERITIES), st.randoms(use_true_random=False))
def test_a_fact_that_nobody_knows_any_more_never_lowers_a_severity(
    world: World, fact: str, lowest: Severity, source: Random
) -> None:
    limits: dict[str, Any] = {one.value: 0 if one.rank >= lowest.rank else "unlimited" for one in SEVERITIES}
    lowering = replace(made_adjust(source), to="informational")
    world = replace(world, sights=None)
    changes = {"rules": (), "overrides": (), "cvss_floor": None, "severity": SeverityChanges(adjust=(lowering,))}
    world = ruling(world, max=Max(**limits), **changes)

    assert end(world) <= end(_forgetting(world, fact, source))


@PROPERTY
@given(worlds(), overridden())
def test_an_image_is_judged_beside_others_as_it_is_alone(world: World, other: World) -> None:
    beside = Beside(env=world.env, compared=tuple(map(World.compared, (world, other))))
    made = evaluate(used(world.rules), (world.seen, other.seen), world.now, beside)

    alone = replace(other, rules=world.rules, env=world.env, now=world.now)
    assert [ruled(one) for one in made.images] == [ruled(world.image()), ruled(alone.image())]


@PROPERTY
@given(any_world())
def test_a_verdict_agrees_with_itself_now_and_when_it_is_read_back(world: World) -> None:
    made = world.judge()
    document = render(made)

    assert disagreement(made) is None
    assert disagreement(read(document.encode())) is None
    assert render(read(document.encode())) == document


@PROPERTY
@given(any_world(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_make_the_same_document(world: World, source: Random) -> None:
    listed = world.seen.findings
    other = replace(world, seen=replace(world.seen, findings=tuple(source.sample(listed, len(listed)))))

    assert render(world.judge()) == render(world.judge()) == render(other.judge())


BAN = "{name: ban, when: {id: CVE-1}}"


def test_a_rule_that_an_override_loosens_keeps_no_other_from_an_image_that_may_be_meant() -> None:
    own = "rules: [{name: old, when: {id: CVE-9}}]\n"
    changed = f"[{{name: old, when: {{id: CVE-9}}, max: 5}}, {BAN}]"
    rules = policy_of(f"{own}overrides: [{{for: {{tag: v1}}, reason: r, rules: {changed}}}]")

    judged = World(rules=rules, seen=scan(finding("CVE-1"), image=image(tags=("v1", "v2")))).image()

    assert {rule.name: (rule.outcome.value, rule.max) for rule in judged.rules if rule.name in {"old", "ban"}} == {
        "old": ("pass", 0),
        "ban": ("fail", 0),
    }


def test_a_lower_limit_of_its_own_takes_no_override_away_that_is_stricter_than_another() -> None:
    changes = "{for: {tag: v1}, max: {high: 1}, reason: r}, {for: {source: ecr}, max: {high: 2}, reason: r}"
    seen = scan(finding("CVE-1"), finding("CVE-2"), image=image(tags=("v1", "v2")))

    for own in (3, 1, 0):
        world = World(rules=policy_of(f"max: {{high: {own}}}\noverrides: [{changes}]"), seen=seen)
        assert (own, world.image().verdict.value) == (own, "fail")


def _reasons(world: World) -> dict[str, str | None]:
    """Return for each finding that is accepted on what grounds."""
    return {one.key: one.ignored_by.reason for one in world.image().findings if one.ignored_by}


def _forgetting(world: World, fact: str, source: Random) -> World:
    """Return the same world in which nobody knows one fact of one finding."""
    listed = list(world.seen.findings)
    number = source.randrange(len(listed) or 1)
    listed[number : number + 1] = [_without(one, fact) for one in listed[number : number + 1]]
    return replace(world, seen=replace(world.seen, findings=tuple(listed)))


def _without(found: Finding, fact: str) -> Finding:
    if fact == "kev_due":
        return replace(found, kev=found.kev and replace(found.kev, due=None))
    if fact in {"version", "type", "path"}:
        return replace(found, packages=tuple(replace(one, **{fact: None}) for one in found.packages))
    return replace(found, **{fact: {"scores": (), "fix": Fix.UNKNOWN}.get(fact)})
