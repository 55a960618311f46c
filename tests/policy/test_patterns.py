"""Names as a policy writes them: exact, wild, whatever the case where it says so, and never more than was written."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.policy.patterns import is_exact, matcher, texts


@pytest.mark.parametrize(
    ("patterns", "text", "expected"),
    [
        (("openssl",), "openssl", True),
        (("openssl",), "OpenSSL", False),
        (("openssl",), "openssl-dev", False),
        (("openssl*",), "openssl-dev", True),
        (("*ssl",), "openssl", True),
        (("*ssl",), "openssl-dev", False),
        (("lib?",), "liba", True),
        (("lib?",), "lib", False),
        (("lib[ab]",), "libb", True),
        (("lib[!ab]",), "libb", False),
        (("lib[ab",), "lib[ab", True),
        (("[z-a]",), "b", False),
        (("a", "b*"), "bc", True),
        (("a*", "b*"), "ab", True),
        (("a*", "b"), "xb", False),
        (("a*", "b?"), "xab", False),
        (("*",), "line\nbreak", True),
        (("a",), "a\n", False),
        (("a*c",), "abc\n", False),
        (("a.c",), "abc", False),
        ((), "", False),
        (("@scope/*",), "@scope/name", True),
    ],
)
def test_a_name_matches_what_was_written(patterns: tuple[str, ...], text: str, *, expected: bool) -> None:
    assert bool(matcher(patterns)(text)) is expected


@pytest.mark.parametrize(
    ("pattern", "text"), [("CVE-2026-1", "cve-2026-1"), ("ghsa-*", "GHSA-x"), ("STRASSE", "straße")]
)
def test_with_fold_the_case_does_not_matter(pattern: str, text: str) -> None:
    assert matcher((pattern,), fold=True)(text)
    assert not matcher((pattern,))(text)


@pytest.mark.parametrize(
    ("pattern", "exact"), [("a", True), ("a*", False), ("a?", False), ("[a]", False), ("a]", True)]
)
def test_a_pattern_without_wildcards_is_exact(pattern: str, *, exact: bool) -> None:
    assert is_exact(pattern) is exact


def test_one_text_several_and_none_are_all_lists() -> None:
    assert (texts(None), texts("a"), texts(("a", "b"))) == ((), ("a",), ("a", "b"))


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not matcher(("*a" * 30 + "b",))("a" * 2_000)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(), st.text())
def test_text_that_is_exact_matches_itself_alone(pattern: str, text: str) -> None:
    escaped = re.sub(r"([*?\[])", r"[\1]", pattern)

    assert matcher((escaped,))(pattern)
    assert bool(matcher((escaped,))(text)) is (text == pattern)
