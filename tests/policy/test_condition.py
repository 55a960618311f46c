"""How conditions read facts and compare them: names, scores, vectors, times, and CISA's listing with its due date."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from msgspec import ValidationError, convert, to_builtins

from gate.model import Cvss, Finding, Kev
from gate.policy.choices import METRICS, MetricChoice
from gate.policy.condition import (
    Patterns,
    Truth,
    Vector,
    View,
    among,
    called,
    called_whatever_the_case,
    due_text,
    exactly,
    has_metrics,
    kev_due_of,
    kev_of,
    names_of,
    score_of,
    since,
    text_of,
    truth_text,
    vector_of,
)
from gate.policy.conditions import CONDITIONS
from tests.builders import NOW, finding, package

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
VIEW = View(now=NOW, score=lambda found: next(iter(found.scores), None), first_seen=lambda found: found.first_seen)
SCORED = finding(scores=(Cvss(score=7.5, version="3.1", source="nvd", vector="CVSS:3.1/AV:N"),))


def test_the_names_of_a_finding_are_its_id_and_then_its_aliases() -> None:
    assert names_of(finding("CVE-1", aliases=("GHSA-2", "ALAS-3")), VIEW) == ("CVE-1", "GHSA-2", "ALAS-3")


@pytest.mark.parametrize(
    ("name", "text"), [("name", ("zlib",)), ("version", ("1.0-1",)), ("type", ("OS",)), ("path", None)]
)
def test_a_text_of_a_package_is_read_as_its_one_name(name: str, text: tuple[str, ...] | None) -> None:
    assert text_of(name)(package("zlib"), VIEW) == text


def test_one_of_the_names_must_be_what_a_pattern_names() -> None:
    for value in ("open*", ("zlib", "open*")):
        holds = called(value)
        assert [holds((name,)) for name in ("openssl", "OpenSSL", "curl")] == [True, False, False]
        assert (holds(("curl", "openssl")), holds(())) == (True, False)


def test_case_does_not_matter_where_the_condition_says_so() -> None:
    for value in ("Open*", ("zlib", "OPEN*")):
        holds = called_whatever_the_case(value)
        assert [holds((name,)) for name in ("openssl", "OpenSSL", "curl")] == [True, True, False]
        assert (holds(("curl", "openssl")), holds(())) == (True, False)


def test_a_choice_tells_itself_what_is_among_it() -> None:
    holds = among(MetricChoice.parse(["N", "L"]))

    assert [holds(letter) for letter in "NLH"] == [True, True, False]


def test_a_truth_holds_for_itself_alone_and_is_written_in_small_letters() -> None:
    assert [exactly(True)(seen) for seen in (True, False, None)] == [True, False, False]
    assert [exactly(False)(seen) for seen in (True, False, None)] == [False, True, False]
    assert (truth_text(True), truth_text(False)) == ("true", "false")


@pytest.mark.parametrize(
    ("found", "score", "vector"),
    [
        (SCORED, 7.5, "CVSS:3.1/AV:N"),
        (finding(scores=(Cvss(score=0.0, version="3.1", source="nvd"),)), 0.0, None),
        (finding(), None, None),
    ],
)
def test_score_and_vector_are_those_that_the_view_judges_by(
    found: Finding, score: float | None, vector: str | None
) -> None:
    assert (score_of(found, VIEW), vector_of(found, VIEW)) == (score, vector)


@pytest.mark.parametrize(
    ("vector", "held"),
    [
        ("CVSS:3.1/AV:N/PR:L", True),
        ("(AV:N/PR:L)", True),
        ("CVSS:3.1/AV:N/PR:N/S:C/odd", True),
        ("CVSS:3.1/AV:L/PR:L", False),
        ("CVSS:3.1/AV:L", False),
        ("CVSS:3.1/AV:N/PR:H", False),
        ("CVSS:3.1/AV:N", None),
        ("CVSS:3.1/AV:N:N/PR:L", None),
        ("CVSS:3.1/AV:N:N:N/PR:H", False),
        ("CVSS:3.1/AV:N/AV:N:N/PR:L", None),
        ("XAV:N/PR:L", None),
        ("CVSS:3.1/AV:Z/PR:L", None),
        ("", None),
    ],
)
def test_a_vector_must_have_one_of_the_letters_of_each_metric(vector: str, *, held: bool | None) -> None:
    wanted = Vector(AV=MetricChoice.parse("N"), PR=MetricChoice.parse(["N", "L"]))

    assert list(wanted.metrics()) == [("AV", wanted.AV), ("PR", wanted.PR)]  # type: ignore[attr-defined]  # as above
    assert has_metrics(wanted)(vector) is held


def test_a_vector_knows_every_metric_and_names_none_by_itself() -> None:
    assert Vector.__struct_fields__ == tuple(METRICS)
    assert list(Vector().metrics()) == []


def test_a_vector_is_made_by_name_and_never_changed_and_has_no_other_metric() -> None:
    vector = Vector(AV=MetricChoice.parse("N"))

    assert len({vector, Vector(AV=MetricChoice.parse("N"))}) == 1
    with pytest.raises(AttributeError, match="immutable"):
        vector.AV = None  # type: ignore[attr-defined]  # as above
    with pytest.raises(TypeError, match="positional"):
        Vector(MetricChoice.parse("N"))
    with pytest.raises(ValidationError, match="unknown field `XX`"):
        convert({"XX": None}, Vector)
    assert to_builtins(Vector()) == {}


@pytest.mark.parametrize(("value", "is_one"), [("", False), ("a", True), ("a" * 2_000, True), ("a" * 2_001, False)])
def test_a_name_has_one_to_two_thousand_characters(value: str, *, is_one: bool) -> None:
    with nullcontext() if is_one else pytest.raises(ValidationError):
        assert convert(value, Patterns) == value
        assert convert([value], Patterns) == (value,)


@pytest.mark.parametrize(("count", "are"), [(0, False), (1, True), (10_000, True), (10_001, False)])
def test_there_are_one_to_ten_thousand_names(count: int, *, are: bool) -> None:
    with nullcontext() if are else pytest.raises(ValidationError):
        assert convert(["a"] * count, Patterns) == ("a",) * count


def test_both_truths_may_be_asked_for() -> None:
    assert get_args(Truth) == (True, False)


def test_ids_and_types_of_packages_are_compared_whatever_their_case_and_nothing_else_is() -> None:
    assert {name for name, one in CONDITIONS.items() if one.fold} == {"id", "package_type"}


@pytest.mark.parametrize(
    ("moment", "told"), [(NOW - DAY, DAY), (NOW, timedelta(0)), (NOW + MOMENT, None), (None, None)]
)
def test_how_long_ago_is_known_of_times_that_do_not_lie_ahead(moment: datetime | None, told: timedelta | None) -> None:
    assert since(moment, VIEW) == told


@pytest.mark.parametrize(
    ("kev", "listed", "left"),
    [
        (None, None, None),
        (Kev(listed=False), False, timedelta.max),
        (Kev(listed=False, due=date(2026, 11, 21)), False, timedelta.max),
        (Kev(listed=True), True, None),
        (Kev(listed=True, due=date(2026, 11, 21)), True, datetime(2026, 11, 22, tzinfo=UTC) - NOW - MOMENT),
        (Kev(listed=True, due=date(2026, 11, 19)), True, datetime(2026, 11, 20, tzinfo=UTC) - NOW - MOMENT),
    ],
)
def test_what_cisa_lists_is_due_at_the_end_of_a_day_and_anything_else_never(
    kev: Kev | None, left: timedelta | None, *, listed: bool | None
) -> None:
    found = finding(kev=kev)

    assert kev_of(found, VIEW) is listed
    assert kev_due_of(found, VIEW) == left


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta.max, "not listed"),
        (timedelta.max - MOMENT, "in 999999999 days"),
        (2 * DAY, "in 2 days"),
        (MOMENT, "in 0 days"),
        (timedelta(0), "in 0 days"),
        (-MOMENT, "passed 1 days ago"),
        (-3 * DAY, "passed 3 days ago"),
    ],
)
def test_a_due_date_is_told_in_whole_days(left: timedelta, text: str) -> None:
    assert due_text(left) == text
