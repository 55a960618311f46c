"""What would turn a verdict is tried, is said in words that do it, and what is enough comes first."""

from random import Random

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.cli.outputs import unfinished
from gate.model import Finding, Fix, Package, Refusal, Scan, Severity
from gate.policy.changes import Change, Changes
from gate.policy.document import Policy
from gate.policy.verdict import Outcome, RuleOutcome, Verdict
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, judge, scan
from tests.oracle_worlds import World, worlds
from tests.policy.applied_changes import accepted, raised, upgraded, violating
from tests.policy.written import policy_of

VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}
BETTER = [Outcome.FAIL, Outcome.NO_VERDICT, Outcome.WARN, Outcome.PASS]
HIGH = finding("CVE-1", fix=Fix.NONE)


def with_fixes(seen: Scan) -> Scan:
    """Return a scan in which every package has a fixed version, and a type that follows from its name."""
    source = Random(len(seen.findings))
    findings = []
    for one in seen.findings:
        held = tuple(
            Package(name=of.name, version=of.version, type="OS", path=of.path, fixed_in=source.choice(("2.0", "10.0")))
            for of in one.packages
        )
        findings.append(replace(one, packages=held, fix=source.choice((one.fix, Fix.FULL, Fix.FULL))))
    return replace(seen, findings=tuple(findings))


def again(world: World, change: Change, verdict: Verdict) -> Verdict:
    """Do what a change says, and judge."""
    if change.text.startswith(("upgrade ", "make ")):
        return replace(world, seen=upgraded(world.seen, change.text, verdict)).judge()
    if change.text.startswith("ignore "):
        return replace(world, rules=accepted(world.rules, change.text, verdict)).judge()
    return replace(world, rules=raised(world.rules, change.text)).judge()


@settings(derandomize=True, deadline=None, max_examples=50)
@given(worlds())
def test_each_change_does_what_it_says(world: World) -> None:
    world = replace(world, seen=with_fixes(world.seen))
    verdict = world.judge()
    [before] = verdict.images
    changes = Changes(verdict)
    for index, one in enumerate(before.findings):
        found = changes.of(0, index)
        assert bool(found) is (one in violating(verdict)), one
        for change in found:
            after = again(world, change, verdict)
            assert (after.verdict, after.images[0].verdict) == (change.verdict, change.image), change
            assert change.turns is (BETTER.index(after.verdict) > BETTER.index(verdict.verdict))
            assert change.turns_image is (BETTER.index(change.image) > BETTER.index(before.verdict))
            assert change.reason == (after.reason if change.turns_image else after.images[0].reason)
        assert [change.turns for change in found] == sorted((change.turns for change in found), reverse=True)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(worlds(overrides=()))
def test_a_limit_that_is_raised_holds_then(world: World) -> None:
    verdict = world.judge()
    changes = Changes(verdict)
    for index in range(len(verdict.images[0].findings)):
        for text in [one.text for one in changes.of(0, index) if one.text.startswith(("raise ", "remove "))]:
            [after] = replace(world, rules=raised(world.rules, text)).judge().images
            assert [rule.name for rule in after.rules if rule.outcome in VIOLATED and rule.name in text.split()] == []


def texts(rules: Policy, *findings: Finding, of: str = "CVE-1") -> list[tuple[str, str]]:
    """Return what would turn the verdict as far as it hangs on a finding, each with the verdict that it makes."""
    verdict = judge(rules, scan(*findings))
    [index] = [number for number, one in enumerate(verdict.images[0].findings) if one.id == of]
    return [(change.text, change.verdict.value) for change in Changes(verdict).of(0, index)]


def test_one_change_alone_is_named_where_one_is_enough() -> None:
    assert texts(policy_of("max: {high: 0}"), fixable("CVE-1"), finding("CVE-2", Severity.LOW)) == [
        ("upgrade openssl to 2.0-1 (clears 1 finding)", "pass"),
        ("ignore CVE-1 until 2027-02-18 (which takes reason)", "pass"),
        ("raise max.high to 1", "pass"),
    ]


def test_all_of_a_kind_together_are_named_where_none_alone_is_enough() -> None:
    rules = policy_of("max: {high: {fixable: 0, unfixable: 0}}\ncvss_floor: 7\ncvss: {missing: 9.9}")
    other = finding("CVE-2", fix=Fix.NONE, packages=())

    assert texts(rules, fixable("CVE-1"), other) == [
        ("raise max.high.fixable to 1 and raise max.high.unfixable to 1 and remove cvss_floor", "pass"),
        ("ignore all 2 vulnerabilities that violate until 2027-02-18 (which takes reason)", "pass"),
        ("upgrade openssl to 2.0-1 (clears 1 finding)", "fail"),
        ("ignore CVE-1 until 2027-02-18 (which takes reason)", "fail"),
        ("raise max.high.fixable to 1", "fail"),
        ("remove cvss_floor", "fail"),
    ]


def test_what_is_enough_for_the_image_stands_before_what_is_not() -> None:
    failing = scan(HIGH, image=image(digest=OTHER_DIGEST))
    verdict = judge(policy_of("max: {high: 0}"), scan(fixable("CVE-1")), failing)

    assert [
        (one.text[:7], one.image.value, one.verdict.value, one.turns_image) for one in Changes(verdict).of(0, 0)
    ] == [
        ("ignore ", "pass", "pass", True),
        ("raise m", "pass", "pass", True),
        ("upgrade", "pass", "fail", True),
    ]
    assert Changes(verdict).of(0, 0)[-1].reason.startswith("1 of 2 images")


def test_a_run_without_a_verdict_on_another_image_is_better_than_a_failing_one() -> None:
    gone = Refusal(image=image(target="gone"), exit_code=3, reason="no such file")
    [change, *_] = Changes(judge(policy_of("max: {high: 0}"), scan(HIGH), gone)).of(0, 0)

    assert (change.verdict, change.turns, change.turns_image) == (Outcome.NO_VERDICT, True, True)


def test_nothing_is_proposed_for_a_finding_that_violates_nothing() -> None:
    assert texts(policy_of("max: {high: 0}"), finding("CVE-1", Severity.LOW), finding("CVE-2")) == []
    assert texts(policy_of("max: {high: 1}"), finding("CVE-1")) == []


def test_a_warning_is_turned_too() -> None:
    rules = policy_of("mode: warn\nmax: {high: 0}")

    assert texts(rules, HIGH)[-1] == ("raise max.high to 1", "pass")


@pytest.mark.parametrize(
    ("relaxations", "text"),
    [
        ("{}", "until 2027-02-18 (which takes reason)"),
        ("{require: []}", "until 2027-02-18"),
        ("{require: [until]}", "until 2027-02-18"),
        ("{require: [reason, owner, ticket, until]}", "until 2027-02-18 (which takes reason, owner, ticket)"),
        ("{max_days: 30}", "until 2026-12-20 (which takes reason)"),
        ("{max_days: 400}", "until 2027-02-18 (which takes reason)"),
    ],
)
def test_a_risk_is_accepted_no_longer_than_the_policy_allows_with_what_it_asks_for(relaxations: str, text: str) -> None:
    rules = policy_of(f"max: {{high: 0}}\nrelaxations: {relaxations}")

    assert (f"ignore CVE-1 {text}", "pass") in [
        (said, verdict.replace("warn", "pass")) for said, verdict in texts(rules, HIGH)
    ]


def test_nothing_is_proposed_twice() -> None:
    rules = policy_of("max: {high: 0}\nrelaxations: {unused: fail}\nignore: [{id: CVE-9, reason: r}]")

    assert texts(rules, HIGH) == [
        ("ignore CVE-1 until 2027-02-18 (which takes reason)", "fail"),
        ("raise max.high to 1", "fail"),
    ]


def test_what_no_relaxation_may_touch_is_not_turned_by_one() -> None:
    rules = policy_of("max: {high: 0}\nrelaxations: {never: {severity: high}}")

    assert texts(rules, HIGH) == [
        ("raise max.high to 1", "pass"),
        ("ignore CVE-1 until 2027-02-18 (which takes reason)", "fail"),
    ]


def test_an_upgrade_clears_all_that_these_packages_are_in_and_goes_to_the_highest_version() -> None:
    rules = policy_of("max: {high: 0}")
    both = fixable("CVE-2", Severity.LOW, names=("openssl", "libssl3"), to="3.0-1")
    found = texts(rules, fixable("CVE-1", to="2.0-1"), fixable("CVE-3", Severity.LOW, to="10.0-1"), both)
    wide = texts(
        policy_of("max: {low: 0}"), fixable("CVE-1"), fixable("CVE-3", Severity.LOW, to="10.0-1"), both, of="CVE-2"
    )

    assert found[0] == ("upgrade openssl to 10.0-1 (clears 2 findings)", "pass")
    assert wide[0] == ("upgrade openssl to 10.0-1 and libssl3 to 3.0-1 (clears 3 findings)", "pass")


@pytest.mark.parametrize(("count", "named"), [(5, "lib1, lib2, lib3 and 2 more"), (3, "lib1, lib2, lib3")])
def test_only_three_of_many_upgrades_are_named(count: int, named: str) -> None:
    rules = policy_of("max: {high: 0}\ncvss_floor: 7\ncvss: {missing: fail}")
    many = [fixable(f"CVE-{number}", names=(f"lib{number}",)) for number in range(1, count + 1)]

    assert (f"make all upgrades: {named}", "pass") in texts(rules, *many)


def test_a_finding_without_an_id_cannot_be_accepted_by_it() -> None:
    assert texts(policy_of("max: {high: 0}"), finding("", fix=Fix.NONE), of="") == [("raise max.high to 1", "pass")]
    two = [finding("", fix=Fix.NONE, packages=()), finding(" ", fix=Fix.NONE, severity=Severity.MEDIUM)]
    assert [said[:6] for said, _ in texts(policy_of("max: {high: 0, medium: 0}"), *two, of="")] == ["raise ", "raise "]


def test_hostile_names_are_made_harmless() -> None:
    evil = fixable("CVE-1\n::error::", names=("x\x1b[31m\n##[group]",), to="2\u202e")

    for text, _ in texts(policy_of("max: {high: 0}"), evil, of=evil.id):
        assert text.isprintable()
        assert "##[" not in text


def test_a_document_that_was_not_finished_is_none_to_change() -> None:
    with pytest.raises(AssertionError):
        Changes(unfinished(NOW))
