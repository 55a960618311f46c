"""What holds of every judgement, whatever the policy and the scan: the promises of issue 2."""

from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Finding, Kind, Scan, ScanState, Severity
from gate.policy.clauses import AcceptUnsupported, Ignore
from gate.policy.document import Policy
from gate.policy.verdict import Disposition, Outcome, RuleOutcome, Verdict
from tests.builders import judge, scan
from tests.oracle_worlds import World, differences
from tests.strategies import ANY_USE, SEVERITIES, entries, findings, policies, scans, tighter

PROPERTY = settings(derandomize=True, deadline=None, max_examples=100)
NO_PASS = {Outcome.FAIL, Outcome.NO_VERDICT}
"""What a failing image may still be when something gets worse."""


@PROPERTY
@given(policies(unused=ANY_USE), scans())
def test_every_finding_listed_ends_in_exactly_one_place_and_the_counts_add_up(rules: Policy, seen: Scan) -> None:
    judged = judge(rules, seen).images[0]
    assume(judged.counts is not None)

    assert judged.counts is not None
    assert sorted(one.key for one in judged.findings) == sorted(one.key for one in seen.findings)
    ends = Counter((one.severity, one.disposition) for one in judged.findings)
    for severity in Severity:
        tally = judged.counts.of(severity)
        assert tally.found == sum(one.severity is severity for one in seen.findings)
        for disposition in Disposition:
            assert getattr(tally, disposition.value) == ends[severity, disposition]


@PROPERTY
@given(policies(mode=("enforce",), count_by=("finding",)), scans(), findings())
def test_adding_a_finding_never_turns_fail_into_pass(rules: Policy, seen: Scan, added: Finding) -> None:
    before, after = judge(rules, seen), judge(rules, scan(*seen.findings, added, kind=seen.kind))

    broken = {rule.name for rule in before.images[0].rules if rule.outcome is RuleOutcome.FAIL}
    assert broken <= {rule.name for rule in after.images[0].rules if rule.outcome is RuleOutcome.FAIL}
    assert before.verdict is not Outcome.FAIL or after.verdict is Outcome.FAIL


@PROPERTY
@given(policies(mode=("enforce",), count_by=("vulnerability",)), scans(), findings(ids=("CVE-2026-9",)))
def test_adding_a_new_vulnerability_never_turns_fail_into_pass(rules: Policy, seen: Scan, added: Finding) -> None:
    before, after = judge(rules, seen), judge(rules, scan(*seen.findings, added, kind=seen.kind))

    assert before.verdict is not Outcome.FAIL or after.verdict is Outcome.FAIL


@PROPERTY
@given(policies(), scans(), st.data())
def test_tightening_a_limit_never_turns_fail_into_pass(rules: Policy, seen: Scan, data: st.DataObject) -> None:
    severity = data.draw(st.sampled_from(SEVERITIES))
    limit = data.draw(tighter(rules.max.of(severity)))
    stricter = replace(rules, max=replace(rules.max, **{severity.value: limit}))
    before, after = judge(rules, seen), judge(stricter, seen)

    assert severities(before) <= severities(after)
    assert before.exit_code != 1 or after.exit_code == 1


@PROPERTY
@given(policies(), scans(), st.sampled_from((None, 0.1, 4.0, 7.0, 9.0, 10.0)))
def test_a_lower_floor_or_less_trust_never_turns_fail_into_pass(rules: Policy, seen: Scan, floor: float | None) -> None:
    lower = min(floor or 10.0, rules.cvss_floor or 10.0)
    stricter = replace(rules, cvss_floor=lower, scan=replace(rules.scan, inspector_suppressed="count"))
    before, after = judge(rules, seen), judge(stricter, seen)

    assert before.verdict is not Outcome.FAIL or after.verdict in NO_PASS


@PROPERTY
@given(policies(count_by=("finding",)), scans(), st.data())
def test_an_ignore_entry_that_obeys_relaxations_never_turns_pass_into_fail(
    rules: Policy, seen: Scan, data: st.DataObject
) -> None:
    # NOTE: not by vulnerability: one whose fixable finding is accepted leaves that budget for the unfixable one.
    entry = data.draw(entries(obeying=rules.relaxations))
    place = data.draw(st.integers(0, len(rules.ignore)))
    longer = replace(rules, ignore=(*rules.ignore[:place], entry, *rules.ignore[place:]))
    before, after = judge(rules, seen), judge(longer, seen)

    assert before.exit_code != 0 or after.exit_code == 0
    assert before.images[0].verdict is not Outcome.PASS or after.images[0].verdict is Outcome.PASS


@PROPERTY
@given(
    policies(),
    st.lists(findings(), max_size=3),
    st.sampled_from([state for state in ScanState if state is not ScanState.COMPLETE]),
    st.booleans(),
)
def test_a_scan_that_is_not_complete_never_passes(
    rules: Policy, listed: list[Finding], state: ScanState, replayed: bool
) -> None:
    found = judge(rules, scan(*listed, state=state, replayed=replayed))

    assert (found.verdict, found.images[0].verdict) == (Outcome.NO_VERDICT, Outcome.NO_VERDICT)
    assert found.exit_code == (4 if state is ScanState.PENDING and not replayed else 3)
    assert found.images[0].counts is None
    assert found.images[0].findings == ()


@PROPERTY
@given(
    policies(unused=ANY_USE),
    entries(),
    st.sampled_from(("team/*", "team/app", "tools/*")),
    st.lists(findings(), max_size=3),
)
def test_an_unsupported_image_that_is_accepted_never_passes(
    rules: Policy, entry: Ignore, repository: str, listed: list[Finding]
) -> None:
    words = {name: getattr(entry, name) for name in ("reason", "owner", "ticket", "since", "until")}
    accept = AcceptUnsupported(accept=True, repository=repository, **words)
    accepting = replace(rules, scan=replace(rules.scan, unsupported=accept))

    found = judge(accepting, scan(*listed, state=ScanState.UNSUPPORTED), warn_exit=True)

    assert (found.verdict, found.exit_code) in {(Outcome.WARN, 10), (Outcome.NO_VERDICT, 3)}
    assert found.images[0].verdict is found.verdict


@PROPERTY
@given(policies(unused=("allow",)), scans())
def test_the_judgement_agrees_with_a_slow_and_simple_one(rules: Policy, seen: Scan) -> None:
    world = World(rules=replace(rules, scan=replace(rules.scan, kind="any")), seen=seen)

    assert differences(world.image(), world.expected()) == []


@PROPERTY
@given(policies(), scans(least=1))
def test_what_upgrades_achieve_is_what_the_same_policy_says_of_the_rest(rules: Policy, seen: Scan) -> None:
    # NOTE: entries that a fix ends are left out: once the fix is installed they match nothing, which is no matter here.
    lasting = tuple(entry for entry in rules.ignore if not (entry.until and entry.until.fixed))
    rules, seen = replace(rules, ignore=lasting), replace(seen, kind=Kind.ENHANCED)
    made = judge(rules, seen)
    violating = {index for rule in made.images[0].rules for index in rule.findings}
    cleared = {
        one.key
        for index, one in enumerate(made.images[0].findings)
        if index in violating and one.fix.value == "full" and one.packages and all(p.fixed_in for p in one.packages)
    }

    rest = replace(seen, findings=tuple(one for one in seen.findings if one.key not in cleared))

    assert bool(made.upgrades) is bool(cleared)
    assert made.verdict_after_upgrades is (judge(rules, rest).verdict if cleared else None)


def severities(verdict: Verdict) -> set[str]:
    """Return the severities of which a limit is broken; `max.high.fixable` is about `max.high`."""
    violated = {RuleOutcome.FAIL, RuleOutcome.WARN}
    rules = [rule for judged in verdict.images for rule in judged.rules if rule.outcome in violated]
    return {".".join(rule.name.split(".")[:2]) for rule in rules}
