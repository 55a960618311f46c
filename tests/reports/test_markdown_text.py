"""Hostile text in Markdown: shown as it is, and nothing of it comes alive."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.plain import one_line
from gate.policy.verdict import Outcome
from gate.reports.markdown_text import MARKS, code, escaped, linked, row
from tests.reports.markdown_reader import LIVE, read
from tests.reports.samples import HOSTILE

EVIL = (
    "@admin",
    "team/app#12",
    "#1 !2 $3 &4 ~bug %v1 ^alert#5 GH-6 GL-7 gh-8",
    "foo@example.com",
    "mailto:foo@example.com",
    "https://evil.example/x",
    "HTTP://evil.example www.evil.example WWW.evil.example",
    ":white_check_mark: PASS :+1:",
    "[click](https://evil.example) ![x](https://evil.example/x.png) [ref][1] [^1] [[wiki]] [vulnerability:1]",
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <!-- <details>",
    "**bold** __bold__ _it_ *it* ~~gone~~ `code` ``x`` $`x`$ $x$ {+ new +} {- old -} [+ new +]",
    "a | b \\| c \\\\| d || |",
    "&lt;b&gt; &#64;admin &copy; &nbsp",
    "C:\\dir\\*_file_ a\\",
    "*iteration:1 %{current_user}",
    "snake_case _ a_ _a __",
    "| --- | --- |",
    HOSTILE,
)
TEXTS = st.lists(
    st.sampled_from([*EVIL, *"@#!$&~%^*[]{}()<>|\\`_-+=:;./'\" ", "a", "1", "www", "http", "GH", "\n", "é", "\ud800"]),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_shows_the_text_and_nothing_comes_alive(text: str) -> None:
    page = read(f"| a | b |\n| --- | --- |\n{row((escaped(text), 'end'))}\n")
    assert page.tables[0][1] == (one_line(text), "end")
    assert page.live == page.links == ()
    assert page.styles == set()
    assert page.elements <= {"<span>", "</span>"}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
@example("")
def test_any_text_is_shown_in_cells_headings_and_paragraphs(text: str) -> None:
    shown = escaped(text)
    page = read(f"| a |\n| --- |\n{row((shown,))}\n\n## x {shown} x\n\nx {shown} x\n")
    line = one_line(text)
    assert page.tables[0][1] == (line,)
    assert page.headings == page.paragraphs == (f"x {line} x",)
    assert page.live == page.links == ()
    assert page.styles == set()
    assert page.elements <= {"<span>", "</span>"}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
@example("")
def test_any_text_is_shown_as_code(text: str) -> None:
    page = read(f"| a |\n| --- |\n{row((code(text),))}\n\n### {code(text)}\n")
    line = one_line(text, 300)
    assert page.tables[0][1] == page.headings == (line,)
    assert page.live == page.links == ()
    assert page.styles == set()
    assert page.elements <= {"<span>", "</span>", "<code>", "</code>"}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(TEXTS)
def test_any_text_may_be_the_text_of_a_link(text: str) -> None:
    page = read(f"| a |\n| --- |\n{row((linked(text, 'https://example.com/?a=1&copy;b'),))}\n")
    assert page.tables[0][1] == (one_line(text, 100),)
    assert page.links == ("https://example.com/?a=1&copy;b",)
    assert page.styles == {"link_open", "link_close"}


def test_a_text_without_an_address_is_no_link() -> None:
    assert linked("CVE-2026-0001", None) == "CVE-2026-0001"


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2026-0001",
        "max.critical: 2 critical findings, 0 allowed; cvss_floor: 1 finding",
        "openssl 3.0.2-0ubuntu1.10 -> 3.0.2".replace(">", ""),
        "1.2.3+deb12u1",
        "C'est la vie (é), 50",
    ],
)
def test_ordinary_text_stays_readable_for_who_reads_the_source(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("team/app:v1@sha256:ab12", "`team/app:v1@sha256:ab12`"),
        ("cvss_floor", "`cvss_floor`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("", "<code></code>"),
    ],
)
def test_code_is_a_code_span_where_its_characters_allow_it(text: str, shown: str) -> None:
    assert code(text) == shown


def test_a_megabyte_is_cut() -> None:
    assert len(escaped("@" * 1_000_000, 100)) < 2_500
    assert len(code("x" * 1_000_000, 100)) == 102


def test_every_verdict_has_a_mark() -> None:
    assert list(MARKS) == [Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NO_VERDICT]


def test_the_reader_of_these_tests_sees_what_is_alive() -> None:
    for text in EVIL[:8]:
        assert LIVE.search(text)
    page = read("@admin and [x](https://example.com) **b** <b>\n")
    assert page.live == ("@admin and ",)
    assert page.links == ("https://example.com",)
    assert {"strong_open", "link_open"} <= page.styles
    assert page.elements == {"<b>"}
