"""Hostile text made harmless: nothing that moves a cursor, hides, or gives a CI system an order survives."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.plain import REPLACEMENT, clean, neutral, one_line

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
COMMAND = re.compile(r"^\s*::|##(\[|vso\[)", re.IGNORECASE | re.MULTILINE)
PIECES = (
    "::",
    "##[",
    "##",
    "\x1b[31m",
    "\x1b]",
    *"\x1b[]m31;:#vVsSoO \t\r\n\x07\x9b\\\u2028\u202e\ud800\u200b\ufeff\u00a0\x85",
)
NASTY = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=40).map("".join)
TABLE = settings(derandomize=True, deadline=None, max_examples=300)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, even with ümlaut and 日本", "plain, even with ümlaut and 日本"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("\x1b]0;never ended", ""),
        ("\x1bcreset", f"{REPLACEMENT}creset"),
        ("\x1b\x1b[31m[31m", f"{REPLACEMENT}[31m"),
        ("a\x9b31mb", f"a{REPLACEMENT}31mb"),
        ("a\x00b\x07c\x7fd", f"a{REPLACEMENT}b{REPLACEMENT}c{REPLACEMENT}d"),
        ("a\r\nb\tc", "a\nb c"),
        ("a\rb", f"a{REPLACEMENT}b"),
        ("\u202egpj.exe", f"{REPLACEMENT}gpj.exe"),
        ("zero\u200bwidth\ufeff", f"zero{REPLACEMENT}width{REPLACEMENT}"),
        ("half \ud800", f"half {REPLACEMENT}"),
        ("soft\u00adhyphen", f"soft{REPLACEMENT}hyphen"),
        ("tag \U000e0041", f"tag {REPLACEMENT}"),
        ("lines\u2028here\u2029and\x85there", f"lines{REPLACEMENT}here{REPLACEMENT}and{REPLACEMENT}there"),
    ],
)
def test_what_cannot_be_seen_is_removed_or_made_visible(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::owned", ": :error::owned"),
        ("  ::set-output name=x::y", "  : :set-output name=x::y"),
        ("\u00a0::error::", "\u00a0: :error::"),
        ("first\n::error::", "first\n: :error::"),
        ("a::b stays as it is", "a::b stays as it is"),
        ("##[error]owned", "# #[error]owned"),
        ("text ##vso[task.complete]", "text # #vso[task.complete]"),
        ("##VSO[task.complete]", "# #VSO[task.complete]"),
        ("###[error]", "## #[error]"),
        ("#\x1b[m#[error]", "# #[error]"),
        (":\x1b[m:error::", ": :error::"),
        ("## a heading", "## a heading"),
        (":::x", ": ::x"),
    ],
)
def test_nothing_that_a_ci_system_obeys_is_left(text: str, expected: str) -> None:
    assert neutral(text) == expected


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("", 500, ""),
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("long  er", 5, "long…"),
        ("a\nb\r\n  c\td", 500, "a b c d"),
        ("  blanks   inside  ", 500, "blanks inside"),
        ("x\n::error::", 500, "x ::error::"),
        ("\n ::error::", 500, ": :error::"),
        (" ::error::", 500, ": :error::"),
        (" ## [", 500, "## ["),
        ("##\x1b[m[error]", 500, "# #[error]"),
        ("\x1b[31m" + "a" * 30, 10, "aaaaaaaaa…"),
        ("a" * 4 + " " * 96, 10, "aaaa…"),
        (" " * 100 + "a", 10, "…"),
    ],
)
def test_one_line_is_one_line_and_says_where_it_was_cut(text: str, most: int, expected: str) -> None:
    assert one_line(text, most) == expected


def test_a_megabyte_becomes_one_short_line() -> None:
    assert one_line("A" * 1_000_000) == "A" * 499 + "…"
    assert one_line("\ud800\n" * 500_000) == (f"{REPLACEMENT} " * 250)[:499].rstrip() + "…"


@TABLE
@given(NASTY)
@example("\x1b]x\x1b[31m::\x07")
@example("#\x1b[m\x1b[m#[")
def test_whatever_the_text_it_obeys_nobody_and_shows_everything(text: str) -> None:
    shown = neutral(text)

    assert not COMMAND.search(shown)
    assert not [one for one in shown if one != "\n" and unicodedata.category(one) in UNSEEN]
    assert neutral(shown) == shown


@TABLE
@given(NASTY, st.integers(1, 70))
def test_whatever_the_text_one_line_holds_all_of_that_and_is_short(text: str, most: int) -> None:
    shown = one_line(text, most)

    assert not COMMAND.search(shown)
    assert len(shown) <= most
    assert len(shown.splitlines()) <= 1
    assert shown.encode().decode() == shown
    assert not [one for one in shown if unicodedata.category(one) in UNSEEN]
