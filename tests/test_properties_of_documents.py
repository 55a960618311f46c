"""What holds of every verdict document: same input, same bytes; it agrees with itself; no forgery does."""

import re
from collections.abc import Sequence

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Refusal, Scan
from gate.policy.document import Policy
from gate.policy.rejudge import disagreement
from gate.policy.scalars import encode_scalar
from gate.policy.verdict import Disposition, ImageVerdict, Outcome, RuleOutcome, Verdict
from gate.reports.json_document import read, render
from tests.builders import image, judge, scan
from tests.strategies import ANY_USE, policies, scans

PROPERTY = settings(derandomize=True, deadline=None, max_examples=100)
SPOKEN = re.compile(r"(ignore entry) \d+")


def encoded(verdict: Verdict) -> bytes:
    return msgspec.json.encode(verdict, enc_hook=encode_scalar)


@settings(PROPERTY, max_examples=300)
@given(policies(unused=ANY_USE), scans(), st.data())
def test_the_order_of_ignore_entries_changes_nothing_but_their_numbers(
    rules: Policy, seen: Scan, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(rules.ignore))))
    shuffled = replace(rules, ignore=tuple(rules.ignore[index] for index in order))

    assert unnumbered(judge(shuffled, seen), order) == unnumbered(judge(rules, seen), range(len(order)))


@PROPERTY
@given(policies(unused=ANY_USE), scans(least=2), st.data())
def test_the_order_of_listed_findings_changes_nothing_at_all(rules: Policy, seen: Scan, data: st.DataObject) -> None:
    listed = data.draw(st.permutations(seen.findings))

    assert encoded(judge(rules, replace(seen, findings=tuple(listed)))) == encoded(judge(rules, seen))
    assert scan(*(replace(one, key=one.key.partition(" #")[0]) for one in listed)).findings == seen.findings


@PROPERTY
@given(policies(unused=ANY_USE), scans())
def test_the_same_input_gives_the_same_bytes(rules: Policy, seen: Scan) -> None:
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(seen), type=Scan)

    assert encoded(judge(rules, copy)) == encoded(judge(rules, seen))
    assert render(judge(rules, copy)) == render(judge(rules, seen))


@PROPERTY
@given(policies(unused=ANY_USE), st.lists(scans(), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_a_verdict_that_was_written_and_read_agrees_with_itself(
    rules: Policy, seen: list[Scan], refused: bool, warn_exit: bool
) -> None:
    more = (Refusal(image=image(digest=None), exit_code=5, reason="AWS refused"),) if refused else ()
    made = judge(rules, *seen, *more, warn_exit=warn_exit)

    again = read(render(made).encode())

    assert disagreement(again) is None
    assert encoded(again) == encoded(made)


@PROPERTY
@given(policies(unused=ANY_USE), scans(least=1), st.data())
def test_a_verdict_that_was_changed_by_hand_is_found_out(rules: Policy, seen: Scan, data: st.DataObject) -> None:
    made = judge(rules, seen)
    assume(made.images[0].counts is not None)

    changed = data.draw(st.sampled_from(forgeries(made)))

    assert disagreement(read(render(changed).encode())) is not None


@PROPERTY
@given(policies(unused=ANY_USE), scans(), st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_crashes_the_judgement_or_changes_it(rules: Policy, seen: Scan, one: str, other: str) -> None:
    told = tuple(replace(found, title=one, description=other, url=one, arn=other) for found in seen.findings)

    strange = judge(rules, replace(seen, findings=told, warnings=(one, other), reason=one, description=other))

    assert strange.images[0].verdict is judge(rules, seen).images[0].verdict
    assert all(warned.text.isprintable() for warned in strange.warnings)
    assert disagreement(read(render(strange).encode())) is None


def forgeries(made: Verdict) -> list[Verdict]:
    """Return the verdict as people may wish it were: each a small change to a decision."""
    one = made.images[0]
    first = one.findings[0]
    disposition = Disposition.IGNORED if first.disposition is not Disposition.IGNORED else Disposition.COUNTED
    verdict = Outcome.PASS if made.verdict is not Outcome.PASS else Outcome.FAIL
    assert one.counts is not None
    tally = one.counts.of(first.severity)
    fewer = replace(one.counts, **{first.severity.value: replace(tally, found=tally.found - 1)})
    outcome = RuleOutcome.PASS if one.rules[-1].outcome is not RuleOutcome.PASS else RuleOutcome.FAIL
    images = [
        replace(one, verdict=Outcome.PASS if one.verdict is not Outcome.PASS else Outcome.FAIL),
        replace(one, exit_code=one.exit_code + 1),
        replace(one, counts=fewer),
        replace(one, counts=None),
        replace(one, findings=(replace(first, disposition=disposition), *one.findings[1:])),
        replace(one, findings=one.findings[1:], rules=tuple(replace(rule, findings=()) for rule in one.rules)),
        replace(one, rules=one.rules[:-1]),
        replace(one, rules=(*one.rules[:-1], replace(one.rules[-1], outcome=outcome))),
        replace(one, rules=(replace(one.rules[0], count=one.rules[0].count + 1), *one.rules[1:])),
    ]
    return [
        replace(made, verdict=verdict),
        replace(made, exit_code=made.exit_code + 1),
        replace(made, replayed=not made.replayed),
        *(replace(made, images=(changed,)) for changed in images),
    ]


def unnumbered(verdict: Verdict, order: Sequence[int]) -> object:
    """Return the verdict as plain values, without the places of `ignore` entries in the policy."""
    images = tuple(_unnumbered(judged, order) for judged in verdict.images)
    # NOTE: with warnings alone, the reason names the first of them, whichever that is.
    reason = verdict.reason if any(one.verdict is verdict.verdict for one in images) else ""
    plain = replace(verdict, policy=None, images=images, warnings=(), reason=reason)
    warned = sorted(SPOKEN.sub(r"\1", f"{one.image} {one.text}") for one in verdict.warnings)
    return warned, _sorted_texts(msgspec.to_builtins(plain))


def _unnumbered(judged: ImageVerdict, order: Sequence[int]) -> ImageVerdict:
    told = []
    for one in judged.findings:
        by = one.ignored_by
        named = replace(by, entries=tuple(sorted(order[n] for n in by.entries))) if by else None
        told.append(replace(one, ignored_by=named))
    return replace(judged, findings=tuple(told))


def _sorted_texts(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted_texts(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_sorted_texts(below) for below in value]
    return " ".join(sorted(re.split(r"[;:] ", SPOKEN.sub(r"\1", value)))) if isinstance(value, str) else value
