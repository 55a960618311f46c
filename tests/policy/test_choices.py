"""The values of conditions: how each is written, what is refused, and of which facts it holds, does not, or may."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gate.model import Fix, Severity
from gate.policy.choices import METRICS, Choice, DueChoice, FixChoice, MetricChoice, SeverityChoice, one_or_list
from gate.policy.conditions import CONDITIONS
from gate.policy.ranges import AgeChoice, ProbabilityChoice, ScoreChoice

_, LOW, MEDIUM, HIGH, CRITICAL, UNKNOWN = Severity
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SEVERITY = "a severity such as high, high+ (that or worse), or a list of them"
FIX = "available, full, partial, none, unknown, or a list of them"
SCORE = "a CVSS score from 0 to 10 such as 7.0+ (that or more), 4.0..6.9, or a list of them"
PROBABILITY = "a probability from 0 to 1 such as 0.10+ (that or more), 0.1..0.5, or a list of them"
AGE = "an age such as 30d+ (that or more), 7d..30d, or a list of them"
DUE = "`passed`, or a time such as 7d (due within it, or passed)"
METRIC = "a letter of that CVSS metric such as N, or a list of them"
CHOICES = {one.kind for one in CONDITIONS.values() if isinstance(one.kind, type) and issubclass(one.kind, Choice)}
CHOICES |= {MetricChoice}
WRITTEN: dict[Any, tuple[str | list[str], ...]] = {
    SeverityChoice: ("high", "high+", "critical+", "informational+", "unknown", ["low", "high+"], ["unknown", "low"]),
    FixChoice: ("available", "full", "partial", "none", "unknown", ["none", "unknown"], ["full", "available"]),
    ScoreChoice: ("7", "7.0", "0+", "10.0", "9.999999+", "4.0..6.9", "7..7", "0..10", ["0", "9.0+"]),
    ProbabilityChoice: ("0.1", "0.10+", "1", "1.0+", "0", "0.1..0.5", ["0..0.1", "0.9+"]),
    AgeChoice: ("30d+", "7d..30d", "0s+", "1w2d3h4m5s+", "90m..2h", "1d..24h", ["0s..1d", "30d+"]),
    DueChoice: ("passed", "7d", "0s", "1d12h"),
    MetricChoice: ("N", ["N", "L"]),
}
REFUSED: dict[Any, tuple[str, tuple[str | list[str], ...]]] = {
    SeverityChoice: (
        SEVERITY,
        ("", "High", "high ", "high++", "+", "unknown+", "untriaged", ["high", "x"], [], ["unknown+"]),
    ),
    FixChoice: (FIX, ("", "Full", "fixable", "true", ["none", "no"], [])),
    ScoreChoice: (
        SCORE,
        (
            *("", "+", "..", "7.", ".5", "-1", "07", "1e1", "10.1", "11+", "7..", "..7", "4..11", "7+..8", "7..8+"),
            *(">= 7.0", "7.0 +", "7.0000001", "nan", "inf", "1000", "\N{ARABIC-INDIC DIGIT SEVEN}", ["7.0", "x"], []),
        ),
    ),
    ProbabilityChoice: (PROBABILITY, ("", "1.1", "2+", "0.5..1.5", "10%", ".1", "5e-1", [])),
    AgeChoice: (AGE, ("", "30d", "0s", "+", "..", "30+", "1..2", "30d..", "..30d", "1m2h+", "-1d+", "37000d+", [])),
    DueChoice: (DUE, ("", "Passed", "7", "7d+", "passed+", "due", ["passed"], ["7d"], [])),
    MetricChoice: (METRIC, ("", "n", "NL", "1", "É", " ", ["N", "l"], [])),
}


def cases(table: Mapping[Any, Iterable[Any]]) -> list[Any]:
    """Return each kind of value with each of its texts, named after both."""
    return [
        pytest.param(kind, text, id=f"{kind.__name__} {text!r}".encode("ascii", "replace").decode())
        for kind, listed in table.items()
        for text in listed
    ]


def test_every_kind_of_value_is_tested_here() -> None:
    assert set(WRITTEN) == set(REFUSED) == CHOICES


@pytest.mark.parametrize(("kind", "text"), cases(WRITTEN))
def test_what_is_well_written_is_read_written_back_and_in_the_schema(kind: Any, text: str | list[str]) -> None:
    read = kind.parse(text)

    assert read.plain == text
    assert kind.parse(read.plain) == read
    assert hash(kind.parse(text)) == hash(read)
    assert Draft202012Validator(kind.SCHEMA).is_valid(text)


@pytest.mark.parametrize(("kind", "text"), cases({kind: texts for kind, (_, texts) in REFUSED.items()}))
def test_what_is_ill_written_is_refused_with_what_is_expected(kind: Any, text: str | list[str]) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'expected {REFUSED[kind][0]}')}$"):
        kind.parse(text)


@pytest.mark.parametrize(("kind", "text"), [(SeverityChoice, "high"), (FixChoice, "none"), (MetricChoice, "N")])
def test_a_word_that_stands_twice_in_a_list_is_a_slip(kind: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"^the same word stands here twice; expected ") as caught:
        kind.parse([text, text])
    assert str(caught.value).endswith(REFUSED[kind][0])


@pytest.mark.parametrize(
    ("kind", "text"), [(ScoreChoice, "7..6.9"), (ProbabilityChoice, "0.5..0.1"), (AgeChoice, "1w..6d")]
)
def test_a_range_that_ends_before_it_begins_says_so(kind: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"^the range ends before it begins; put the lower end first$"):
        kind.parse(text)


@pytest.mark.parametrize(
    ("kind", "written", "true", "unknown"),
    [
        (SeverityChoice, "high", {HIGH}, {UNKNOWN}),
        (SeverityChoice, "high+", {HIGH, CRITICAL, UNKNOWN}, set()),
        (SeverityChoice, "critical+", {CRITICAL, UNKNOWN}, set()),
        (SeverityChoice, "informational+", set(Severity), set()),
        (SeverityChoice, "unknown", {UNKNOWN}, set()),
        (SeverityChoice, ["unknown", "high"], {UNKNOWN, HIGH}, set()),
        (SeverityChoice, ["low", "high"], {LOW, HIGH}, {UNKNOWN}),
        (SeverityChoice, ["low", "high+"], {LOW, HIGH, CRITICAL, UNKNOWN}, set()),
        (SeverityChoice, ["critical+", "medium+"], {MEDIUM, HIGH, CRITICAL, UNKNOWN}, set()),
        (FixChoice, "available", {Fix.FULL, Fix.PARTIAL}, {Fix.UNKNOWN}),
        (FixChoice, "full", {Fix.FULL}, {Fix.UNKNOWN}),
        (FixChoice, "none", {Fix.NONE}, {Fix.UNKNOWN}),
        (FixChoice, "unknown", {Fix.UNKNOWN}, set()),
        (FixChoice, ["none", "unknown"], {Fix.NONE, Fix.UNKNOWN}, set()),
        (FixChoice, ["none", "partial"], {Fix.NONE, Fix.PARTIAL}, {Fix.UNKNOWN}),
        (FixChoice, ["available", "none"], {Fix.FULL, Fix.PARTIAL, Fix.NONE}, {Fix.UNKNOWN}),
    ],
)
def test_an_unknown_fact_may_be_any_exact_one_and_an_unknown_severity_is_in_x_plus(
    kind: Any, written: str | list[str], true: set[Any], unknown: set[Any]
) -> None:
    choice = kind.parse(written)

    facts: tuple[Any, ...] = tuple(Severity if kind is SeverityChoice else Fix)
    assert {one: choice.holds(one) for one in facts} == {
        **dict.fromkeys(facts, False),
        **dict.fromkeys(true, True),
        **dict.fromkeys(unknown, None),
    }


@pytest.mark.parametrize(
    ("choice", "inside", "outside"),
    [
        (ScoreChoice.parse("7.0"), (7.0,), (6.9, 7.1, 10.0)),
        (ScoreChoice.parse("7.0+"), (7.0, 7.1, 10.0), (6.9, 0.0)),
        (ScoreChoice.parse("4.0..6.9"), (4.0, 5.5, 6.9), (3.9, 7.0)),
        (ScoreChoice.parse(["0", "9.0+"]), (0.0, 9.0, 9.8), (0.1, 8.9)),
        (ProbabilityChoice.parse("0.10+"), (0.1, 0.11, 1.0), (0.0999,)),
        (ProbabilityChoice.parse("1"), (1.0,), (0.999,)),
        (AgeChoice.parse("30d+"), (30 * DAY, 31 * DAY), (30 * DAY - SECOND, timedelta(0))),
        (AgeChoice.parse("7d..30d"), (7 * DAY, 30 * DAY), (7 * DAY - SECOND, 30 * DAY + SECOND)),
        (AgeChoice.parse("1h30m+"), (90 * 60 * SECOND,), (90 * 60 * SECOND - SECOND,)),
        (AgeChoice.parse(["0s..1d", "2w+"]), (timedelta(0), DAY, 14 * DAY), (2 * DAY, 14 * DAY - SECOND)),
        (DueChoice.parse("passed"), (-SECOND, -90 * DAY), (timedelta(0), SECOND, timedelta.max)),
        (DueChoice.parse("7d"), (7 * DAY, SECOND, -90 * DAY), (7 * DAY + SECOND, timedelta.max)),
        (DueChoice.parse("0s"), (timedelta(0), -SECOND), (SECOND,)),
        (MetricChoice.parse("N"), ("N",), ("L", "n", "")),
        (MetricChoice.parse(["N", "L"]), ("N", "L"), ("H",)),
    ],
    ids=repr,
)
def test_both_ends_of_what_is_named_are_inside(
    choice: Choice, inside: tuple[object, ...], outside: tuple[object, ...]
) -> None:
    assert [choice.holds(one) for one in inside] == [True] * len(inside)
    assert [choice.holds(one) for one in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    ("written", "gap"),
    [
        ("medium", CRITICAL),
        (["critical", "medium"], HIGH),
        (["low", "critical+"], HIGH),
        ("low+", None),
        ("critical", None),
        ("unknown", None),
        (["informational", "medium+"], LOW),
    ],
)
def test_the_worst_severity_that_is_left_out_above_one_that_is_named(
    written: str | list[str], gap: Severity | None
) -> None:
    assert SeverityChoice.parse(written).worst_left_out is gap


@pytest.mark.parametrize(
    ("choice", "roof"),
    [
        (ScoreChoice.parse("7.0+"), False),
        (ScoreChoice.parse("7.0..10"), False),
        (ScoreChoice.parse("7.0..9.9"), True),
        (ScoreChoice.parse(["4.0..6.9", "9+"]), False),
        (ScoreChoice.parse(["9.0", "4.0..6.9"]), True),
        (ProbabilityChoice.parse("0.1..0.5"), True),
        (AgeChoice.parse("7d..36500d"), True),
        (AgeChoice.parse("7d+"), False),
    ],
    ids=repr,
)
def test_ranges_have_a_roof_where_the_highest_numbers_are_left_out(
    choice: ScoreChoice | ProbabilityChoice | AgeChoice, *, roof: bool
) -> None:
    assert choice.has_roof is roof


def test_a_due_date_is_within_a_time() -> None:
    assert (DueChoice.parse("1d").within, DueChoice.parse("passed").within) == (DAY, timedelta(0))


BASES = (
    "AV:LAN AC:HML Au:MSN C:NPC I:NPC A:NPC",
    "AV:NALP AC:LH PR:NLH UI:NR S:UC C:HLN I:HLN A:HLN",
    "AV:NALP AC:LH AT:NP PR:NLH UI:NPA VC:HLN VI:HLN VA:HLN SC:HLN SI:HLN SA:HLN",
)
"""The base metrics and their letters in the specifications of CVSS 2.0, 3.1 and 4.0."""


def test_every_letter_that_a_version_of_cvss_has_for_a_metric_can_be_written() -> None:
    letters: dict[str, set[str]] = {}
    for name, found in (metric.split(":") for base in BASES for metric in base.split()):
        letters.setdefault(name, set()).update(found)

    assert {name: set(found) for name, found in METRICS.items()} == letters
    for letter in set().union(*letters.values()):
        assert MetricChoice.parse(letter).holds(letter)
        assert Draft202012Validator(MetricChoice.SCHEMA).is_valid(letter)


def test_the_same_words_of_two_kinds_are_two_values() -> None:
    assert ScoreChoice.parse("0.5") != ProbabilityChoice.parse("0.5")
    assert len({ScoreChoice.parse("0.5"), ProbabilityChoice.parse("0.5")}) == 2
    assert repr(ScoreChoice.parse(["7", "8+"])) == "ScoreChoice.parse(['7', '8+'])"


WORDS = {
    SeverityChoice: ([*(f"{one.value}+" for one in Severity if one is not UNKNOWN), *(one.value for one in Severity)]),
    FixChoice: ["available", "full", "partial", "none", "unknown"],
}


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data(), st.sampled_from([(SeverityChoice, Severity), (FixChoice, Fix)]))
def test_a_list_holds_if_any_word_does_and_otherwise_may_if_any_word_may_unless_unknown_is_named(
    data: st.DataObject, kinds: tuple[Any, type[Severity | Fix]]
) -> None:
    kind, facts = kinds
    words = data.draw(st.lists(st.sampled_from(WORDS[kind]), min_size=1, unique=True))
    for fact in facts:
        told = {kind.parse(word).holds(fact) for word in words}
        assert kind.parse(words).holds(fact) is (True if True in told else None if None in told else False)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=2).map(sorted), st.integers(0, 1000))
def test_numbers_compare_as_numbers_and_not_as_texts(ends: list[int], seen: int) -> None:
    low, high = (f"{end / 100:.2f}" for end in ends)
    fact = seen / 100

    assert ScoreChoice.parse(f"{low}+").holds(fact) is (seen >= ends[0])
    assert ScoreChoice.parse(low).holds(fact) is (seen == ends[0])
    assert ScoreChoice.parse(f"{low}..{high}").holds(fact) is (ends[0] <= seen <= ends[1])


def test_the_schema_refuses_most_of_what_the_loader_refuses() -> None:
    lenient = {
        text
        for kind, (_, texts) in REFUSED.items()
        for text in texts
        if isinstance(text, str) and Draft202012Validator(kind.SCHEMA).is_valid(text)
    }

    # NOTE: how large a number is, and in which order the units of a time stand, no pattern tells.
    assert lenient <= {"10.1", "11+", "4..11", "1.1", "2+", "0.5..1.5", "1m2h+", "37000d+"}
    others: tuple[Any, ...] = ("", " ", "x", "0x1", None, True, [], {})
    assert not any(Draft202012Validator(kind.SCHEMA).is_valid(one) for kind in CHOICES for one in others)


@pytest.mark.parametrize(
    ("kind", "word", "is_number", "examples"),
    [
        (SeverityChoice, "high+", False, []),
        (FixChoice, "none", False, []),
        (ScoreChoice, "7.0+", True, ["7.0+"]),
        (ProbabilityChoice, "0.1+", True, ["0.10+"]),
        (AgeChoice, "30d+", False, ["30d+"]),
        (MetricChoice, "N", False, []),
    ],
)
def test_the_schema_takes_a_word_or_a_list_of_different_words(
    kind: Any, word: str, *, is_number: bool, examples: list[str]
) -> None:
    schema = Draft202012Validator(kind.SCHEMA)

    assert schema.is_valid([word])
    assert not any(map(schema.is_valid, ([word, word], [word, "x"])))
    assert schema.is_valid(7) is schema.is_valid(0.5) is is_number
    assert kind.SCHEMA["anyOf"][0].get("examples", []) == examples


def test_the_schema_of_one_or_several_takes_no_empty_list_and_no_word_twice() -> None:
    word = {"enum": ["a", "b"]}
    assert one_or_list(word) == {
        "anyOf": [word, {"type": "array", "items": word, "minItems": 1, "uniqueItems": True}],
    }
