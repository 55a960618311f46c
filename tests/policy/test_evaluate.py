"""The judgement as a whole: from images to one verdict, one exit code, and one sentence."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gate import __version__
from gate.errors import Exit
from gate.model import Finding, Fix, Kind, Refusal, Scan, ScanState, TagMove
from gate.policy.clauses import AcceptUnsupported, Ignore, Max
from gate.policy.document import Policy, Relaxations, ScanDemands
from gate.policy.evaluate import Beside, evaluate
from gate.policy.scalars import Until
from gate.policy.verdict import Outcome, RuleOutcome, RuleVerdict, ScanFacts, Setting
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, fixable, image, judge, policy, scan, used

STRICT = policy(max=Max(high=0))
PASSES, FAILS = scan(), scan(finding())
PENDING, BROKEN = scan(state=ScanState.PENDING), scan(state=ScanState.FAILED)
INDEX = "sha256:" + "1d" * 32
MOVED = TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)


def refusal(code: Exit) -> Refusal:
    return Refusal(image=image(digest=None), exit_code=int(code), reason=f"AWS refused ({code.name})", hint="ask")


DENIED, THROTTLED = refusal(Exit.REFUSED), refusal(Exit.NOT_YET)


@pytest.mark.parametrize(
    ("scans", "outcome", "exit_code"),
    [
        ((PASSES,), Outcome.PASS, 0),
        ((PASSES, PASSES), Outcome.PASS, 0),
        ((FAILS,), Outcome.FAIL, 1),
        ((PASSES, FAILS), Outcome.FAIL, 1),
        ((PENDING,), Outcome.NO_VERDICT, 4),
        ((BROKEN,), Outcome.NO_VERDICT, 3),
        ((DENIED,), Outcome.NO_VERDICT, 5),
        ((THROTTLED,), Outcome.NO_VERDICT, 4),
        ((PASSES, PENDING), Outcome.NO_VERDICT, 4),
        ((PENDING, BROKEN), Outcome.NO_VERDICT, 3),
        ((PENDING, BROKEN, DENIED), Outcome.NO_VERDICT, 5),
        ((THROTTLED, BROKEN), Outcome.NO_VERDICT, 3),
        ((DENIED, BROKEN, PENDING, FAILS), Outcome.FAIL, 1),
        ((), Outcome.NO_VERDICT, 3),
    ],
)
def test_a_violation_comes_first_then_who_was_refused_then_bad_evidence_then_a_retry(
    scans: tuple[Scan | Refusal, ...], outcome: Outcome, exit_code: int
) -> None:
    for order in (scans, scans[::-1]):
        found = evaluate(used(STRICT), order, NOW)
        assert (found.verdict, found.exit_code) == (outcome, exit_code)
        assert len(found.images) == len(scans)


def test_each_image_has_a_verdict_and_an_exit_code_of_its_own() -> None:
    found = judge(STRICT, PASSES, FAILS).images

    assert [(one.verdict, one.exit_code) for one in found] == [(Outcome.PASS, 0), (Outcome.FAIL, 1)]


@pytest.mark.parametrize("warn_exit", [False, True])
@pytest.mark.parametrize(
    ("rules", "one", "exit_code"),
    [
        (policy(max=Max(high=0), mode="warn"), FAILS, 10),
        (policy(ignore=(Ignore(id="CVE-9"),)), PASSES, 10),
        (policy(), scan(kind=Kind.BASIC), 10),
        (policy(), PASSES, 0),
        (STRICT, FAILS, 1),
        (STRICT, PENDING, 4),
        (policy(max=Max(high=0), mode="warn"), BROKEN, 3),
    ],
)
def test_warnings_alone_exit_with_10_only_where_that_was_asked_for(
    rules: Policy, one: Scan, exit_code: int, *, warn_exit: bool
) -> None:
    found = judge(rules, one, warn_exit=warn_exit)

    assert found.exit_code == (0 if exit_code == 10 and not warn_exit else exit_code)
    assert (found.verdict is Outcome.WARN) is (exit_code == 10)
    assert found.warn_exit is warn_exit


def test_a_policy_that_only_warns_cannot_fail() -> None:
    found = judge(policy(max=Max(high=0), cvss_floor=0.1, mode="warn"), FAILS)

    assert (found.verdict, found.images[0].verdict, found.images[0].exit_code) == (Outcome.WARN, Outcome.WARN, 0)
    assert {rule.action for rule in found.images[0].rules} == {"warn"}


def test_a_policy_that_only_warns_does_not_pass_without_evidence() -> None:
    assert judge(policy(mode="warn"), BROKEN).exit_code == 3


@pytest.mark.parametrize(
    ("one", "reason", "hint"),
    [
        (scan(state=ScanState.FAILED, reason="AWS: broken", hint="push again"), "AWS: broken", "push again"),
        (DENIED, "AWS refused (REFUSED)", "ask"),
    ],
)
def test_without_a_verdict_nothing_is_counted_and_one_rule_says_why(
    one: Scan | Refusal, reason: str, hint: str
) -> None:
    found = evaluate(used(STRICT), (one,), NOW)
    judged = found.images[0]

    assert [(rule.name, rule.outcome, rule.why) for rule in judged.rules] == [
        ("scan-complete", RuleOutcome.NO_VERDICT, reason)
    ]
    assert (judged.counts, judged.findings, judged.verdict) == (None, (), Outcome.NO_VERDICT)
    assert (judged.reason, judged.hint, found.reason, found.hint) == (reason, hint, reason, hint)
    assert (judged.scan is None) is isinstance(one, Refusal)


@pytest.mark.parametrize("listed", [(), (finding(),)])
def test_findings_of_a_scan_that_is_not_complete_are_not_judged(listed: tuple[Finding, ...]) -> None:
    assert judge(STRICT, scan(*listed, state=ScanState.INCOMPLETE)).images[0].findings == ()


def accepting(**fields: Any) -> Policy:
    accept = AcceptUnsupported(accept=True, repository="team/*", reason="scratch image")
    return policy(max=Max(high=0), scan=ScanDemands(unsupported=accept, **fields))


def test_an_image_that_cannot_be_scanned_and_is_accepted_warns() -> None:
    found = judge(accepting(), scan(state=ScanState.UNSUPPORTED, reason="no OS"), warn_exit=True)

    assert (found.verdict, found.exit_code, found.images[0].counts) == (Outcome.WARN, 10, None)
    assert found.reason == "no OS; accepted by scan.unsupported: scratch image"
    assert [(rule.name, rule.outcome) for rule in found.images[0].rules] == [("scan-complete", RuleOutcome.WARN)]


def test_an_accepted_image_whose_tag_moved_is_not_the_one_that_was_asked_for() -> None:
    one = scan(state=ScanState.UNSUPPORTED, tag_move=MOVED)

    assert judge(accepting(), one).exit_code == 4
    assert judge(accepting(tag_moved="warn"), one).verdict is Outcome.WARN


@pytest.mark.parametrize(
    ("rules", "listed", "outcome", "exit_code"),
    [
        (STRICT, (), Outcome.NO_VERDICT, 4),
        (STRICT, (finding(),), Outcome.FAIL, 1),
        (policy(max=Max(high=0), mode="warn"), (finding(),), Outcome.NO_VERDICT, 4),
        (policy(scan=ScanDemands(tag_moved="warn")), (), Outcome.WARN, 0),
    ],
)
def test_a_moved_tag_takes_every_verdict_but_a_known_violation(
    rules: Policy, listed: tuple[Finding, ...], outcome: Outcome, exit_code: int
) -> None:
    found = judge(rules, scan(*listed, tag_move=MOVED))

    assert (found.verdict, found.exit_code) == (outcome, exit_code)
    assert found.images[0].counts is not None


@pytest.mark.parametrize(
    ("fields", "judged"), [({}, DIGEST), ({"index_digest": INDEX}, INDEX), ({"digest": None}, "-")]
)
def test_an_image_whose_tag_moved_says_what_was_judged_and_what_to_do(fields: dict[str, Any], judged: str) -> None:
    one = judge(STRICT, scan(tag_move=MOVED, image=image(**fields))).images[0]

    assert (one.exit_code, one.reason, one.hint) == (
        4,
        f"the tag v1 now names {OTHER_DIGEST}; what was judged is {judged}",
        "Run the gate again, or name the image by its digest.",
    )


@pytest.mark.parametrize("mode", ["enforce", "warn"])
@pytest.mark.parametrize(("state", "accepts"), [(ScanState.UNSUPPORTED, True), (ScanState.FAILED, False)])
def test_where_nothing_is_counted_the_one_rule_has_numbers_of_nothing(
    mode: Any, state: ScanState, *, accepts: bool
) -> None:
    one = judge(replace(accepting(), mode=mode), scan(state=state, reason="no OS")).images[0]

    outcome = RuleOutcome.WARN if accepts else RuleOutcome.NO_VERDICT
    fields: dict[str, Any] = {"action": "warn" if mode == "warn" else "fail", "outcome": outcome, "why": one.reason}
    assert one.rules == (RuleVerdict(name="scan-complete", count=0, max=None, findings=(), **fields),)
    assert (one.exit_code, one.hint) == (0 if accepts else 3, "")


def test_upgrades_do_not_bring_back_a_tag_that_moved() -> None:
    for rules in (STRICT, policy(max=Max(high=0), mode="warn")):
        assert judge(rules, scan(fixable(), tag_move=MOVED)).verdict_after_upgrades is Outcome.NO_VERDICT


def test_an_image_that_never_had_a_verdict_keeps_its_own_reason_when_the_tag_moved() -> None:
    assert judge(STRICT, scan(state=ScanState.FAILED, tag_move=MOVED)).exit_code == 3


def unused_fails(*entries: Ignore, **fields: Any) -> Policy:
    return policy(max=Max(high=0), ignore=entries, relaxations=Relaxations(unused="fail"), **fields)


@pytest.mark.parametrize(
    ("rules", "scans", "outcome", "rule", "why"),
    [
        (unused_fails(Ignore(id="CVE-2026-1000")), (FAILS,), Outcome.PASS, "pass", "every relaxation in force"),
        (unused_fails(Ignore(id="CVE-9")), (PASSES,), Outcome.FAIL, "fail", "1 unused: ignore entry 1 (CVE-9)"),
        (unused_fails(Ignore(id="CVE-9"), mode="warn"), (PASSES,), Outcome.WARN, "warn", "1 unused"),
        (unused_fails(Ignore(id="CVE-9")), (PASSES, BROKEN), Outcome.NO_VERDICT, "skipped", "was not judged"),
        (unused_fails(Ignore(id="CVE-9")), (FAILS, BROKEN), Outcome.FAIL, "skipped", "was not judged"),
        (unused_fails(*[Ignore(id=f"CVE-{n}") for n in range(7)]), (PASSES,), Outcome.FAIL, "fail", "; and 2 more"),
        (
            unused_fails(Ignore(id="CVE-9", until=Until.parse("2026-11-19"))),
            (PASSES,),
            Outcome.WARN,
            "pass",
            "every relaxation in force",
        ),
    ],
)
def test_unused_entries_fail_every_judged_image_where_the_policy_says_so(
    rules: Policy, scans: tuple[Scan, ...], outcome: Outcome, rule: str, why: str
) -> None:
    found = judge(rules, *scans)

    assert found.verdict is outcome
    last = found.images[0].rules[-1]
    assert (last.name, last.outcome.value) == ("relaxations.unused", rule)
    assert why in last.why
    assert all(one.rules[-1].name == "scan-complete" for one in found.images if one.counts is None)


def test_an_unused_entry_is_a_known_violation_though_the_tag_moved() -> None:
    assert judge(unused_fails(Ignore(id="CVE-9")), scan(tag_move=MOVED)).exit_code == 1


def test_an_entry_that_no_finding_needs_any_more_can_be_made_of_use_by_a_finding() -> None:
    # NOTE: the one way in which adding a finding turns fail into pass; it is what `unused: fail` means.
    rules = unused_fails(Ignore(id="CVE-2026-1000"))

    assert (judge(rules, PASSES).exit_code, judge(rules, FAILS).exit_code) == (1, 0)


def test_the_document_says_what_was_judged_when_and_by_what() -> None:
    setting = Setting(name="policy", variable="GATE_CHECK_POLICY")
    rules, one = used(STRICT), scan(declared={"HIGH": 0}, replayed=True, waited_seconds=2.5)

    found = evaluate(rules, (one,), NOW, Beside(settings=(setting,)))

    assert (found.schema, found.gate, found.finished, found.judged_at) == (1, __version__, True, NOW)
    assert (found.replayed, found.settings, found.policy) == (True, (setting,), rules)
    judged = found.images[0]
    assert (judged.declared_counts, judged.kind) == ({"HIGH": 0}, Kind.ENHANCED)
    for name in one.image.__struct_fields__:
        assert getattr(judged, name) == getattr(one.image, name)
    for name in ScanFacts.__struct_fields__:
        assert getattr(judged.scan, name) == getattr(one, name)


@pytest.mark.parametrize(
    ("scans", "replayed"), [((PASSES,), False), ((PASSES, scan(replayed=True)), True), ((DENIED,), False)]
)
def test_a_run_that_judged_anything_saved_says_replayed(scans: tuple[Scan | Refusal, ...], *, replayed: bool) -> None:
    assert evaluate(used(STRICT), scans, NOW).replayed is replayed


def test_the_day_of_now_decides_and_not_the_clock() -> None:
    rules = policy(max=Max(high=0), ignore=(Ignore(id="CVE-2026-1000", until=Until.parse("2026-11-20")),))
    midnight = NOW.replace(hour=0) + timedelta(days=1)

    assert judge(rules, FAILS, now=midnight - timedelta(microseconds=1)).exit_code == 0
    assert judge(rules, FAILS, now=midnight).exit_code == 1


def test_judging_changes_neither_the_scan_nor_the_policy() -> None:
    rules = used(unused_fails(Ignore(id="CVE-2026-1000", until=Until.parse("fixed"))))
    one = scan(finding(fix=Fix.NONE), fixable(), declared={"HIGH": 2})
    before = repr((rules, one))

    first, second = (evaluate(rules, (one, one), NOW) for _ in range(2))

    assert repr((rules, one)) == before
    assert msgspec.to_builtins(first, enc_hook=repr) == msgspec.to_builtins(second, enc_hook=repr)


def test_a_tag_that_could_not_be_looked_at_again_takes_a_pass_away_and_leaves_a_violation() -> None:
    unknown = TagMove(tag="v1", to=None, pinned=False, unknown="DescribeImages: throttled")
    limits = policy(max=Max(high=0))

    clean = judge(limits, scan(tag_move=unknown))
    bad = judge(limits, scan(finding(), tag_move=unknown))

    assert (clean.exit_code, clean.reason) == (4, "the tag v1 could not be looked at again: DescribeImages: throttled")
    assert (bad.exit_code, bad.warnings[0].text) == (1, clean.reason)
