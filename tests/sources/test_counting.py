"""AWS's counts against its list, in every reading: equal is fine, more listed is odd, more declared is a loss."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EvidenceError
from gate.model import Finding, FindingStatus, Severity
from gate.sources.counting import PageCount, compare
from tests.builders import finding

C, H, L, U = Severity.CRITICAL, Severity.HIGH, Severity.LOW, Severity.UNKNOWN


def listed(*severities: Severity, hidden: tuple[Severity, ...] = ()) -> tuple[Finding, ...]:
    active = [finding(f"CVE-{n}", severity) for n, severity in enumerate(severities)]
    suppressed = [finding(f"CVE-9{n}", one, status=FindingStatus.SUPPRESSED) for n, one in enumerate(hidden)]
    return (*active, *suppressed)


def page(declared: dict[str, int] | None, *severities: Severity, **more: Any) -> PageCount:
    return PageCount(findings=listed(*severities, **more), declared=declared)


def lost(*pages: PageCount) -> bool | None:
    """Tell None where some reading fits, else whether findings are missing."""
    problem = compare(pages)
    return problem.lost if problem else None


@pytest.mark.parametrize(
    "pages",
    [
        [page(None)],
        [page(None, H), page(None, L)],
        [page({})],
        [page({"HIGH": 0})],
        [page({"HIGH": 1}, H)],
        [page({"HIGH": 1, "LOW": 0}, H)],
        # all pages say the total
        [page({"HIGH": 2}, H), page({"HIGH": 2}, H)],
        # only the first page says the total, as the AWS CLI puts pages together
        [page({"HIGH": 1, "LOW": 1}, H), page(None, L)],
        # each page counts itself
        [page({"HIGH": 1}, H), page({"LOW": 1}, L)],
        [page({"HIGH": 1}, H), page({"HIGH": 1}, H)],
        # only what is ACTIVE is counted, in total or by page
        [page({"HIGH": 1}, H, hidden=(C,))],
        [page({"HIGH": 1}, H, hidden=(C,)), page({"LOW": 1}, L, hidden=(C,))],
        [page({"HIGH": 2}, H, hidden=(C,)), page({"HIGH": 2}, H)],
        # all are counted
        [page({"HIGH": 1, "CRITICAL": 1}, H, hidden=(C,))],
        # both words for unknown are one budget
        [page({"UNDEFINED": 1, "UNTRIAGED": 1}, U, U)],
    ],
)
def test_counts_that_some_reading_explains_are_fine(pages: list[PageCount]) -> None:
    assert lost(*pages) is None


@pytest.mark.parametrize(
    "pages",
    [
        [page({"HIGH": 2}, H)],
        [page({"HIGH": 1})],
        [page({"CRITICAL": 1}, H)],
        # one too few of one severity is not made up for by one too many of another
        [page({"CRITICAL": 1, "LOW": 1}, L, L)],
        # a page in the middle was lost
        [page({"HIGH": 3}, H), page({"HIGH": 3}, H)],
        # the last page came empty
        [page({"HIGH": 1}, H), page({"LOW": 1})],
        # the suppressed one is listed, an active one is missing
        [page({"HIGH": 2}, H, hidden=(C,))],
        [page({"HIGH": 5, "LOW": 1}, H), page(None, L)],
    ],
)
def test_more_declared_than_listed_in_every_reading_is_a_loss(pages: list[PageCount]) -> None:
    assert lost(*pages) is True


@pytest.mark.parametrize(
    "pages",
    [
        [page({"HIGH": 1}, H, H)],
        [page({}, H)],
        [page({"HIGH": 0}, H)],
        [page({"MEDIUM": 0, "HIGH": 1}, H, H, L)],
        [page({"HIGH": 1}, H, H), page({"LOW": 1}, L, L)],
        # by page one is missing; as a total, which both pages say, none is
        [page({"HIGH": 1}, H, H), page({"HIGH": 1}, L)],
    ],
)
def test_more_listed_than_declared_is_odd_and_safe(pages: list[PageCount]) -> None:
    assert lost(*pages) is False


def test_the_difference_is_told_by_severity_worst_first() -> None:
    problem = compare((page({"HIGH": 3, "CRITICAL": 2, "MEDIUM": 0}, H, C, C, L),))
    assert problem is not None
    assert problem.text == (
        "AWS's counts and its list differ: high 3 declared and 1 listed, low 0 declared and 1 listed"
    )


def test_counts_by_page_are_told_in_total() -> None:
    problem = compare((page({"HIGH": 2}, H), page({"LOW": 1}, L)))
    assert problem is not None
    assert problem.text.endswith("high 2 declared and 1 listed")


def test_a_severity_word_nobody_has_seen_is_an_error_even_with_count_zero() -> None:
    with pytest.raises(EvidenceError, match="'SEVERE'"):
        compare((page({"SEVERE": 0}, H),))


pages_of_words = st.lists(
    st.tuples(st.lists(st.sampled_from([C, H, L, U]), max_size=4), st.lists(st.sampled_from([C, H]), max_size=2)),
    min_size=1,
    max_size=4,
)


@given(pages_of_words, st.sampled_from(["HIGH", "CRITICAL", "LOW", "UNDEFINED"]))
def test_one_more_than_the_total_is_always_a_loss(
    drawn: list[tuple[list[Severity], list[Severity]]], word: str
) -> None:
    findings = [listed(*active, hidden=tuple(hidden)) for active, hidden in drawn]
    total: dict[str, int] = {}
    for one in (one for part in findings for one in part):
        named = "UNDEFINED" if one.severity is U else one.severity.value.upper()
        total[named] = total.get(named, 0) + 1
    honest = tuple(PageCount(findings=part, declared=total) for part in findings)
    assert lost(*honest) is None
    more = total | {word: total.get(word, 0) + 1}
    assert lost(*(PageCount(findings=part, declared=more) for part in findings)) is True


def test_each_page_may_count_what_is_hidden_too() -> None:
    assert compare((page({"HIGH": 1, "CRITICAL": 1}, H, hidden=(C,)), page({"LOW": 1}, L))) is None


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        # NOTE: all pages say the same, so that it is of the whole.
        (
            (page({"HIGH": 3}, H), page({"HIGH": 3}, L)),
            "high 3 declared and 1 listed, low 0 declared and 1 listed",
        ),
        # NOTE: they differ, so that each is of itself.
        ((page({"HIGH": 3}, H), page({"HIGH": 2}, L)), "high 5 declared and 1 listed, low 0 declared and 1 listed"),
        # NOTE: what is hidden is listed too.
        ((page({"CRITICAL": 9}, H, hidden=(C,)),), "critical 9 declared and 1 listed, high 0 declared and 1 listed"),
    ],
)
def test_how_they_differ_is_told_by_severity_and_what_is_equal_is_not(pages: tuple[PageCount, ...], text: str) -> None:
    problem = compare(pages)

    assert problem is not None
    assert problem.text == f"AWS's counts and its list differ: {text}"
