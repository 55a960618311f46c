"""A Markdown page within a number of bytes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.reports.markdown_page import Section, Table, page
from tests.reports.markdown_reader import read

HEAD = ("## FAIL", "Why.")


def table(rows: int, **fields: object) -> Table:
    """Return a table of that many rows, each some 40 bytes long."""
    return Table(header=("id", "n"), rows=tuple((f"CVE-{n:04} {'x' * 20}", str(n)) for n in range(rows)), **fields)  # type: ignore[arg-type]


def image(name: str, rows: int, urgency: int = 0, images: int = 1) -> Section:
    """Return a section of an image with one table."""
    return Section(parts=(f"### {name}", table(rows, title="Violations")), urgency=urgency, images=images)


def test_what_fits_is_whole() -> None:
    text = page(HEAD, (image("a", 2), Section(parts=(table(1, title="Warnings", note="Note."),))), 10_000)
    assert text == (
        "## FAIL\n\nWhy.\n\n### a\n\n#### Violations\n\n"
        "| id | n |\n| --- | --- |\n| CVE-0000 xxxxxxxxxxxxxxxxxxxx | 0 |\n| CVE-0001 xxxxxxxxxxxxxxxxxxxx | 1 |\n\n"
        "#### Warnings\n\n| id | n |\n| --- | --- |\n| CVE-0000 xxxxxxxxxxxxxxxxxxxx | 0 |\n\nNote.\n"
    )


def test_numbers_stand_right_and_a_folded_table_opens_by_its_title() -> None:
    text = page((), (Section(parts=(table(1, title="Ignored: 1", right=(1,), is_folded=True),)),), 10_000)
    assert text == (
        "<details><summary>Ignored: 1</summary>\n\n"
        "| id | n |\n| --- | --: |\n| CVE-0000 xxxxxxxxxxxxxxxxxxxx | 0 |\n\n</details>\n"
    )


def test_a_table_that_never_held_all_rows_says_how_many_more_there_are() -> None:
    text = page((), (Section(parts=(table(2, total=5),)),), 10_000)
    assert text.endswith("| 1 |\n\n*3 more: see the JSON document*\n")


@pytest.mark.parametrize("most", [700, 1_000, 2_000, 4_000])
def test_long_tables_are_cut_by_whole_rows_to_what_fits(most: int) -> None:
    text = page(HEAD, (image("a", 100), image("b", 7)), most)
    assert most - 40 < len(text) <= most
    tables = read(text).tables
    left = [int(count) for count in re.findall(r"\*(\d+) more: see the JSON document\*", text)]
    kept = [len(rows) - 1 for rows in tables]
    assert kept[0] + left[0] == 100
    assert all(len(cells) == 2 for rows in tables for cells in rows)


def test_a_table_that_is_whole_is_not_cut() -> None:
    text = page(HEAD, (Section(parts=(table(10, is_whole=True), table(50)), urgency=0, images=1),), 1_000)
    assert len(text) <= 1_000
    first, second = read(text).tables
    assert len(first) == 11
    assert 3 <= len(second) - 1 < 20


def test_where_few_rows_are_left_the_least_urgent_images_go_and_are_counted() -> None:
    sections = tuple(image(f"image-{n}", 50, urgency=n % 4) for n in range(40))
    text = page(HEAD, sections, 3_000)
    assert 2_700 < len(text) <= 3_000
    shown = [int(name.removeprefix("image-")) for name in read(text).headings if name.startswith("image-")]
    assert shown == sorted(shown)
    assert {n % 4 for n in shown} <= {0, 1}
    assert text.endswith(f"*{40 - len(shown)} images more: see the JSON document*\n")
    assert {len(rows) - 1 for rows in read(text).tables} == {3}


def test_one_image_that_is_left_out_is_said_so() -> None:
    text = page(HEAD, (image("a", 3), image("b", 3, urgency=1)), 300)
    assert text.endswith("*1 image more: see the JSON document*\n")


def test_the_images_of_an_index_count_each() -> None:
    text = page(HEAD, (image("a", 3), image("b", 3, urgency=1, images=4)), 300)
    assert text.endswith("*4 images more: see the JSON document*\n")


def test_what_concerns_the_run_keeps_its_titles_to_the_end() -> None:
    sections = (image("a", 9), Section(parts=(table(9, title="Warnings"),)))
    assert page(HEAD, sections, 10) == (
        "## FAIL\n\nWhy.\n\n#### Warnings\n\n*9 more: see the JSON document*\n\n*1 image more: see the JSON document*\n"
    )
    no_rows = page(HEAD, sections, 170)
    assert read(no_rows).headings == ("FAIL", "a", "Violations", "Warnings")
    assert read(no_rows).tables == ()


def test_a_page_may_be_its_head_alone() -> None:
    assert page(HEAD, (), 10) == "## FAIL\n\nWhy.\n"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=6),
    st.integers(0, 10),
    st.integers(200, 6_000),
)
def test_it_keeps_within_the_limit_and_shows_as_much_as_fits(
    images: list[tuple[int, int]], rows: int, most: int
) -> None:
    sections = (*(image(str(n), size, rank) for n, (size, rank) in enumerate(images)), Section(parts=(table(rows),)))
    text = page(HEAD, sections, most)
    assert len(text) <= most
    assert text.startswith("## FAIL\n\nWhy.\n")
    assert len(page(HEAD, sections, most + 500)) >= len(text) - 100
