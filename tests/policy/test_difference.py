"""What another policy changes: verdicts, rules and findings, each with its reasons; nothing where nothing does."""

from hypothesis import given, settings

from gate.model import Finding, Fix, Refusal, ScanState, Severity
from gate.policy.difference import FindingChange, ImageChange, difference, unjudged
from gate.policy.document import Policy
from gate.policy.verdict import Verdict
from tests.builders import OTHER_DIGEST, finding, fixable, image, judge, scan
from tests.oracle_worlds import World, worlds
from tests.policy.written import policy_of

PROPERTY = settings(derandomize=True, deadline=None, max_examples=100)
STRICT = policy_of("max: {high: 0}")
LAX = policy_of("max: {high: 1}")
ACCEPTING = policy_of("max: {high: 0}\nignore: [{id: CVE-1, reason: not here}]")
ADJUSTING = policy_of("max: {high: 0}\nseverity: {adjust: [{when: {id: CVE-1}, to: low, reason: r}]}")
ONE, TWO = finding("CVE-1", fix=Fix.NONE), finding("CVE-2", fix=Fix.NONE)


def changes(old: Policy, new: Policy, *findings: Finding) -> tuple[ImageChange, ...]:
    return difference(judge(old, scan(*findings)), judge(new, scan(*findings)))


@PROPERTY
@given(worlds())
def test_a_policy_changes_nothing_against_itself(world: World) -> None:
    assert difference(world.judge(), world.judge()) == ()


@PROPERTY
@given(worlds(), worlds())
def test_what_differs_is_what_two_verdicts_say_differently(world: World, other: World) -> None:
    old, new = world.judge(), World(rules=other.rules, seen=world.seen, env=world.env, sights=world.sights).judge()
    [before], [after] = old.images, new.images
    found = difference(old, new)
    ends = [{one.key: (one.disposition, one.severity) for one in judged.findings} for judged in (before, after)]
    moved = sum(ends[0][key] != ends[1][key] for key in ends[0])

    assert sum(len(change.findings) for change in found) == moved
    assert any(change.changes_verdict for change in found) is (before.verdict is not after.verdict)
    back = difference(new, old)
    assert [(one.begins, one.ends, one.before) for one in found] == [(one.ends, one.begins, one.after) for one in back]


def test_an_image_with_another_verdict_is_told_with_both_reasons_and_the_rules() -> None:
    (change,) = changes(STRICT, LAX, ONE)

    assert change == ImageChange(
        image=0,
        before="fail",
        after="pass",
        why_before="max.high: 1 high finding, 0 allowed",
        why_after="3 rules hold",
        begins=(),
        ends=("max.high",),
        findings=(),
    )
    assert change.changes_verdict
    assert changes(LAX, STRICT, ONE)[0].begins == ("max.high",)


def test_rules_that_begin_or_end_are_told_though_the_verdict_is_the_same() -> None:
    floor = policy_of("max: {high: 1, medium: 0}")
    (change,) = changes(STRICT, floor, ONE, finding("CVE-3", Severity.MEDIUM))

    assert (change.before, change.after, change.changes_verdict) == ("fail", "fail", False)
    assert (change.begins, change.ends) == (("max.medium",), ("max.high",))


def test_a_rule_that_warns_begins_too() -> None:
    warning = policy_of("max: {high: 1}\nrules: [{name: r, when: {severity: high}, action: warn}]")

    assert changes(LAX, warning, ONE)[0].begins == ("r",)


def test_a_finding_that_ends_elsewhere_is_told_with_what_settled_it_before_and_after() -> None:
    (change,) = changes(ACCEPTING, STRICT, ONE, TWO)

    assert change.findings == (
        FindingChange(
            id="CVE-1",
            before="ignored as high",
            after="counted as high",
            why_before="accepted by ignore entry 1: not here",
            why_after="nothing in the policy settles it",
        ),
    )


def test_a_finding_with_another_severity_is_told_with_the_entry_that_rates_it() -> None:
    (change,) = changes(STRICT, ADJUSTING, ONE)

    assert change.findings == (
        FindingChange(
            id="CVE-1",
            before="counted as high",
            after="counted as low",
            why_before="nothing in the policy settles it",
            why_after="nothing in the policy settles it; rated low by severity.adjust entry 1",
        ),
    )


def test_what_one_policy_alone_could_judge_tells_no_findings() -> None:
    basic = policy_of("max: {high: 0}\nscan: {kind: basic}")
    (change,) = changes(STRICT, basic, ONE)

    assert (change.before, change.after, change.findings) == ("fail", "no_verdict", ())
    assert change.ends == ("max.high",)
    assert changes(basic, STRICT, ONE)[0].findings == ()


def test_images_are_told_by_their_index() -> None:
    scans = (scan(fixable("CVE-9", Severity.LOW)), scan(ONE, image=image(digest=OTHER_DIGEST)))

    assert [one.image for one in difference(judge(STRICT, *scans), judge(LAX, *scans))] == [1]


def test_images_that_neither_policy_judges_are_told_apart() -> None:
    gone = Refusal(image=image(target="gone.json"), exit_code=3, reason="no such file")
    failed = scan(state=ScanState.FAILED, reason="it failed")
    accepting = policy_of("max: {high: 0}\nscan: {kind: basic}")

    def both(old: Policy, new: Policy) -> tuple[Verdict, Verdict]:
        return judge(old, scan(ONE), gone, failed), judge(new, scan(ONE), gone, failed)

    assert unjudged(*both(STRICT, STRICT)) == (1, 2)
    assert unjudged(*both(STRICT, accepting)) == (1, 2)
    assert unjudged(*both(accepting, accepting)) == (0, 1, 2)
