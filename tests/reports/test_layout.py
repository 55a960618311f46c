"""Lines and tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.reports.layout import Span, cells, cut, line, plain, table, wrapped


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("é", 1), ("漢字", 4), ("😀!", 3), ("e\u0301", 1)])
def test_the_columns_of_a_text(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "width", "kept"),
    [("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("ab cdef", 4, "ab…"), ("漢字漢字", 6, "漢字…")],
)
def test_a_cut_text(text: str, width: int, kept: str) -> None:
    assert cut(text, width) == kept


@given(st.text(max_size=60), st.integers(min_value=1, max_value=60))
def test_a_cut_text_is_never_wider_than_asked_for(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width


def test_a_line_ends_without_blanks() -> None:
    assert plain((Span("a "), Span("b  "))) == "a b"
    assert plain(line()) == ""


def test_a_text_goes_on_below_itself() -> None:
    lines = wrapped(Span("label "), "one two three four five six", 28)
    assert list(map(plain, lines)) == ["  label one two three four", "        five six"]


def test_a_long_word_is_not_broken_so_that_it_can_be_copied() -> None:
    assert list(map(plain, wrapped(Span("- "), "x" * 50, 30, 0))) == ["- " + "x" * 50]
    assert list(map(plain, wrapped(Span("label"), "", 30, 0))) == ["label"]


def test_a_table_fits_by_cutting_the_widest_columns_and_keeps_the_whole_ones() -> None:
    rows = [(Span("critical"), Span("x" * 40), Span("7")), (Span("low"), Span("y"), Span("10"))]
    lines = list(map(plain, table(("severity", "package", "n"), rows, 30, right=(2,), whole=(0,))))
    assert lines == [
        "  severity  package          n",
        "  critical  xxxxxxxxxxxxx…   7",
        "  low       y               10",
    ]
    assert max(map(cells, lines)) == 30


def test_a_table_for_which_there_is_no_room_stays_readable() -> None:
    lines = list(map(plain, table(("a", "b"), [(Span("abcdefghij"), Span("1234567890"))], 5)))
    assert lines[1] == "  abcde…  12345…"
