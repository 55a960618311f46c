"""The verdict document's types: strict where a reader must be sure, and the same after it was written and read."""

import re
from typing import Any

import msgspec
import pytest

from gate.model import FindingStatus, Severity, TagMove
from gate.policy.scalars import decode_scalar, encode_scalar
from gate.policy.verdict import Counts, Disposition, Outcome, RuleOutcome, Tally, Verdict
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, judge, policy, scan

MADE = judge(
    policy(cvss_floor=7.0),
    scan(fixable(published=NOW), finding(), tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=True)),
)


def written(verdict: Verdict = MADE) -> str:
    return msgspec.json.encode(verdict, enc_hook=encode_scalar).decode()


def read(text: str) -> Verdict:
    return msgspec.json.decode(text, type=Verdict, dec_hook=decode_scalar)


def test_a_document_is_the_same_after_it_was_written_and_read() -> None:
    assert read(written()) == MADE
    assert written(read(written())) == written()


def test_the_words_of_the_document_are_those_of_the_page() -> None:
    assert [one.value for one in Outcome] == ["pass", "warn", "fail", "no_verdict"]
    assert [one.value for one in RuleOutcome] == ["pass", "warn", "fail", "skipped", "no_verdict"]
    assert [one.value for one in Disposition] == [
        "counted",
        "ignored",
        "vex",
        "baseline",
        "grace",
        "suppressed",
        "closed",
    ]
    assert [one.value for one in FindingStatus] == ["active", "suppressed", "closed"]


def test_counts_have_a_tally_for_each_severity_and_each_tally_a_number_for_each_disposition() -> None:
    numbered = Counts(**{severity.value: Tally(found=severity.rank) for severity in Severity})

    assert {severity: numbered.of(severity).found for severity in Severity} == {one: one.rank for one in Severity}
    assert Tally.__struct_fields__ == ("found", *(one.value for one in Disposition))


@pytest.mark.parametrize(
    ("pattern", "replacement", "complaint"),
    [
        (r'"schema":1', '"schema":2', "schema"),
        (r'"verdict":"\w+"', '"verdict":"okay"', "okay"),
        (r'"finished":true', '"finished":"true"', "bool"),
        (r'"exit_code":\d', '"exit_code":"0"', "int"),
        (r'"disposition":"counted"', '"disposition":"hidden"', "hidden"),
        (r'"severity":"high"', '"severity":"HIGH"', "HIGH"),
        (r'"judged_at":"([^"]+)Z"', r'"judged_at":"\1"', "timezone"),
        (r'"published":"([^"]+)Z"', r'"published":"\1"', "timezone"),
        (r'"completed_at":"([^"]+)Z"', r'"completed_at":"\1"', "timezone"),
        (r'"judged_at":"[^"]+"', '"judged_at":1', "datetime"),
        (r'"gate":"[^"]+",', "", "gate"),
        (r'"gate":', '"extra":1,"gate":', "extra"),
        (r'"waited_seconds":0.0', '"waited_seconds":0.0,"extra":1', "extra"),
        (r'"tag":"v1"', '"tag":"v1","extra":1', "extra"),
        (r'"found":0', '"found":0,"extra":1', "extra"),
        (r'"wait":"10m"', '"wait":"soon"', "duration"),
        (r'"version":1', '"version":2', "2"),
    ],
)
def test_a_document_that_is_not_as_written_is_refused(pattern: str, replacement: str, complaint: str) -> None:
    changed, number = re.subn(pattern, replacement, written(), count=1)

    assert number == 1, "the change changes nothing"
    with pytest.raises(msgspec.ValidationError, match=complaint):
        read(changed)


@pytest.mark.parametrize("value", [MADE, MADE.images[0], MADE.images[0].findings[0], MADE.upgrades, MADE.policy])
def test_nothing_of_a_verdict_can_be_changed(value: Any) -> None:
    with pytest.raises((AttributeError, TypeError)):
        value.reason = "other"
